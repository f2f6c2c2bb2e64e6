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
};

struct CurveAxes {
    std::string x_label, y_label;
    double y_low = 0;          ///< the axis reaches at least from y_low …
    double y_high = 0;         ///< … to y_high; wider if values lie outside
    bool logarithmic = false;  ///< y; only if all values are positive
};

/// Lines over one pair of axes, with their names beside their ends, apart from each other. Curves without
/// values are left out; without any, the caption says so. Deterministic.
Figure curve_figure(const std::string& title, const CurveAxes& axes, std::span<const Curve> curves);

/// The figures one below the other with their titles, as an SVG file for any program: dark on white.
std::string svg_file(std::span<const Figure> figures);

}  // namespace cytomo
