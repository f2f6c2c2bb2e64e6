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

/// The numbers beside ticks, with as many digits as tell them apart.
std::vector<std::string> tick_texts(const std::vector<double>& values);

/// Upper bound for the width of a number in the pictures' letters of 13 pixels.
double widest(const std::string& text);

/// The attribute that makes words small enough for so many pixels, or nothing where it fits; 8 pixels is the
/// smallest.
std::string fitted(const std::string& text, double room, double font_size = 13);

/// Whether texts around these places, pixels from left to right, stay apart.
bool stay_apart(const std::vector<double>& middles, const std::vector<std::string>& texts);

/// Where an SVG picture of so many pixels begins; `title`: for those who cannot see it.
std::string svg_start(const std::string& title, double width, double height);

/// From values to pixels.
struct Scale {
    double low = 0, high = 1, from = 0, to = 1;  ///< values, and pixels of both
    bool logarithmic = false;
    double operator()(double value) const;
    /// Round values, about `wanted`.
    std::vector<double> ticks(double wanted) const;
    /// The same for a scale across: as many as `wanted`, or fewer where their numbers would run into each
    /// other.
    std::vector<double> ticks_across(double wanted) const;
};

/// A picture and the margins around what is plotted in it, pixels.
struct Frame {
    double width = 600, height = 300;
    double left = 0, right = 0, top = 0, bottom = 0;

    double inner_right() const { return width - right; }
    double inner_bottom() const { return height - bottom; }
    std::string start(const std::string& title) const { return svg_start(title, width, height); }
    /// A scale upwards, from the bottom to the top of what is plotted.
    Scale upwards(double low, double high, bool logarithmic) const {
        return {low, high, inner_bottom(), top, logarithmic};
    }
    /// The left margin as wide as the numbers beside a scale upwards and the label beyond them need.
    void make_room_for(const Scale& y);
    /// Faint lines across at round values, with their numbers.
    std::string value_lines(const Scale& y) const;
    /// The line that all stands on.
    std::string base_line() const;
    /// Along the left edge, upwards.
    std::string y_label(const std::string& text) const;
};

}  // namespace cytomo::plot
