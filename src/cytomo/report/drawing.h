// Lines, text and scale bars in pictures.
#pragma once

#include <string>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/report/image.h"

namespace cytomo {

/// A place in a picture, in pixels: (0, 0) is the outer corner of the first pixel, y grows downwards.
struct PicturePoint {
    double x = 0, y = 0;
};

/// Anti-aliased line with round ends.
void draw_line(Image& image, PicturePoint a, PicturePoint b, double width, Colour colour, double opacity = 1);
/// Filled box [x, x+width) × [y, y+height); edges between pixels are anti-aliased.
void fill_box(Image& image, double x, double y, double width, double height, Colour colour,
              double opacity = 1);

/// Text in UTF-8, one line, drawn with cytomo's own stroke font; `size` is the height of capital
/// letters in pixels, `start` the left end of the baseline. Characters the font lacks become a box.
void draw_text(Image& image, PicturePoint start, const std::string& text, double size, Colour colour,
               double weight = 1);
/// Width of the text in pixels.
double text_width(const std::string& text, double size);
/// The text in lines of at most `width` pixels, broken at blanks; a longer word stands alone.
std::vector<std::string> wrapped_text(const std::string& text, double width, double size);

/// A scale bar: its true length, its length in pixels, and what is written beside it.
struct ScaleBar {
    double length_um = 0;
    double pixels = 0;
    std::string label;
};

/// The longest bar of 1, 2 or 5 × 10^n µm that is not longer than `longest_pixels`.
ScaleBar choose_scale_bar(double um_per_pixel, double longest_pixels);
/// Draws the bar with its label above it; its right lower corner is at `corner`. `halo` is a thin
/// rim that keeps the bar readable on any ground.
void draw_scale_bar(Image& image, const ScaleBar& bar, PicturePoint corner, double size, Colour colour,
                    Colour halo);

/// Colour patches with names, in one or more rows from `start` (upper left) within `width` pixels;
/// returns the height used. With `image == nullptr` it only measures.
double draw_legend(Image* image, const std::vector<LegendEntry>& entries, PicturePoint start, double width,
                   double size, Colour text_colour);

}  // namespace cytomo
