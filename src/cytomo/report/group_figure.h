// Plots that compare groups of cells, as SVG text.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cytomo/report/figures.h"

namespace cytomo {

/// The cells of one sample.
struct SampleValues {
    std::string name;
    std::vector<double> values;  ///< one a cell; those that are not finite are left out
};

/// One group, e.g. "treated".
struct GroupOfSamples {
    std::string name;
    std::vector<SampleValues> samples;
};

/// A column for each group: every cell a small point, every sample a colour, its mean a large point, a bar at
/// the mean of the samples' means (a "superplot": Lord et al., J. Cell Biol. 2020). So a reader sees how much
/// samples differ by themselves. The axis is logarithmic if all values are positive and span more than a
/// factor of 20. `quantity` and `unit` label the axis. Deterministic.
Figure group_figure(const std::string& title, const std::string& quantity, const std::string& unit,
                    std::span<const GroupOfSamples> groups);

}  // namespace cytomo
