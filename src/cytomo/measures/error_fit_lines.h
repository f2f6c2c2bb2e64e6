// Private to measures: errors of the lines of filopodia, a part of error_fit.
#pragma once

#include <vector>

#include "cytomo/measures/error_fit.h"

namespace cytomo {

constexpr double z90 = 1.6448536;  ///< nine in ten of a normal distribution lie within so many deviations

/// Without those that broke: found less than three quarters as long as they are, they are an object's error,
/// not a line's.
std::vector<FitLine> whole_filopodia(const std::vector<FitCell>& cells);

/// Medians, and deviations of which a part grows with the length (of lengths) or the blur of the edge (of
/// radii): the likeliest, stretched so that 90 % of the lines lie within. At least one line.
FilopodiumErrors fit_filopodia(const std::vector<FitLine>& lines);

}  // namespace cytomo
