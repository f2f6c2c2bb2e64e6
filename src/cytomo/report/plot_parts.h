// What plots are drawn with: lines, text and scales, as SVG text (private to the folder).
#pragma once

#include <string>
#include <vector>

#include "cytomo/report/image.h"

namespace cytomo::plot {

/// Up to five digits.
std::string number(double value);
/// ` name="value"`.
std::string attribute(const char* name, double value);
/// `more`: further attributes, each with a blank before it.
std::string text_at(double x, double y, const std::string& anchor, const std::string& text,
                    const std::string& more = "");
std::string line(double x1, double y1, double x2, double y2, double opacity, double width = 1);
/// "#rrggbb"; near black, which a dark page would swallow, becomes grey.
std::string hex(Colour colour);

/// Whether values differ by more than the last digits of their sums: otherwise a plot shows them as equal.
bool differ(double low, double high);

/// Round values that divide [low, high] into about `wanted` parts; none if both are the same (see differ) or
/// not finite.
std::vector<double> round_ticks(double low, double high, double wanted);

/// From values to pixels.
struct Scale {
    double low = 0, high = 1, from = 0, to = 1;  ///< values, and pixels of both
    bool logarithmic = false;
    double operator()(double value) const;
    /// Round values, about `wanted`.
    std::vector<double> ticks(double wanted) const;
};

}  // namespace cytomo::plot
