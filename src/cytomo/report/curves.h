// Plots of values over time, as SVG text.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cytomo/report/figures.h"

namespace cytomo {

/// One line of a plot. Points with a NaN are left out and the line goes on behind them.
struct Curve {
    std::string name;
    Colour colour{};
    std::vector<double> x, y;  ///< of the same length, x ascending
    bool bold = false;         ///< drawn thicker, e.g. a mean
    bool thin = false;         ///< one of many, behind the others
    /// A shaded band around the line, e.g. of quartiles: as long as x, or empty.
    std::vector<double> band_low{}, band_high{};
};

struct CurveAxes {
    std::string x_label, y_label;
    double y_low = 0;          ///< the axis reaches at least from y_low …
    double y_high = 0;         ///< … to y_high; wider if values lie outside
    bool logarithmic = false;  ///< y; only if all values are positive
};

/// Lines over one pair of axes that reach a little beyond all values, with their names beside their ends,
/// apart from each other. Curves without values are left out; without any, the caption says so.
/// Deterministic.
Figure curve_figure(const std::string& title, const CurveAxes& axes, std::span<const Curve> curves);

/// The figures with their titles as an SVG file for any program, dark on white: from left to right and from
/// top to bottom in as many columns as make the sheet most like a page (1 : √2).
std::string svg_file(std::span<const Figure> figures);

}  // namespace cytomo
