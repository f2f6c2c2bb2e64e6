// Lines and letters are drawn by coverage: a pixel is covered by how far it lies inside the stroke,
// that is half the width minus its distance from the stroke's middle line.
#include "cytomo/report/drawing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <locale>
#include <sstream>

#include "cytomo/core/utf8.h"
#include "cytomo/report/stroke_font.h"

namespace cytomo {

namespace {

double distance_to_segment(double px, double py, PicturePoint a, PicturePoint b) {
    const double dx = b.x - a.x, dy = b.y - a.y;
    const double squared = dx * dx + dy * dy;
    const double t = squared > 0 ? std::clamp(((px - a.x) * dx + (py - a.y) * dy) / squared, 0.0, 1.0) : 0.0;
    return std::hypot(px - a.x - t * dx, py - a.y - t * dy);
}

struct Segment {
    PicturePoint a, b;
};

/// All segments as one shape, so that overlapping strokes are not blended twice.
void draw_segments(Image& image, const std::vector<Segment>& segments, double width, Colour colour,
                   double opacity) {
    if (segments.empty()) return;
    double left = 1e30, right = -1e30, top = 1e30, bottom = -1e30;
    for (const auto& s : segments) {
        left = std::min({left, s.a.x, s.b.x}), right = std::max({right, s.a.x, s.b.x});
        top = std::min({top, s.a.y, s.b.y}), bottom = std::max({bottom, s.a.y, s.b.y});
    }
    const double reach = width / 2 + 1;
    const int x0 = static_cast<int>(std::max(0.0, std::floor(left - reach)));
    const int y0 = static_cast<int>(std::max(0.0, std::floor(top - reach)));
    const int x1 = static_cast<int>(std::min<double>(image.width, std::ceil(right + reach)));
    const int y1 = static_cast<int>(std::min<double>(image.height, std::ceil(bottom + reach)));
    for (int y = y0; y < y1; ++y)
        for (int x = x0; x < x1; ++x) {
            double nearest = std::numeric_limits<double>::max();
            for (const auto& s : segments)
                nearest = std::min(nearest, distance_to_segment(x + 0.5, y + 0.5, s.a, s.b));
            blend(image, x, y, colour, opacity * std::clamp(width / 2 + 0.5 - nearest, 0.0, 1.0));
        }
}

std::string round_number_text(double value) {
    std::ostringstream out;
    out.imbue(std::locale::classic());
    out.precision(10);
    out << value;
    return out.str();
}

}  // namespace

void draw_line(Image& image, PicturePoint a, PicturePoint b, double width, Colour colour, double opacity) {
    draw_segments(image, {{a, b}}, width, colour, opacity);
}

void fill_box(Image& image, double x, double y, double width, double height, Colour colour, double opacity) {
    const auto overlap = [](double from, double to, int pixel) {
        return std::clamp(std::min(to, pixel + 1.0) - std::max(from, static_cast<double>(pixel)), 0.0, 1.0);
    };
    const int x0 = std::max(0, static_cast<int>(std::floor(x)));
    const int y0 = std::max(0, static_cast<int>(std::floor(y)));
    for (int row = y0; row < image.height && row < y + height; ++row)
        for (int column = x0; column < image.width && column < x + width; ++column)
            blend(image, column, row, colour,
                  opacity * overlap(x, x + width, column) * overlap(y, y + height, row));
}

void draw_text(Image& image, PicturePoint start, const std::string& text, double size, Colour colour,
               double weight) {
    const double width = std::max(1.0, size * 0.125) * weight;
    double x = start.x;
    for (const char32_t character : utf8_characters(text)) {
        const Glyph& glyph = glyph_of(character);
        std::vector<Segment> segments;
        for (const auto& s : glyph.strokes)
            segments.push_back(
                {{x + s.ax * size, start.y - s.ay * size}, {x + s.bx * size, start.y - s.by * size}});
        draw_segments(image, segments, width, colour, 1);
        x += glyph.advance * size;
    }
}

double text_width(const std::string& text, double size) {
    double width = 0;
    for (const char32_t character : utf8_characters(text)) width += glyph_of(character).advance * size;
    return width;
}

std::vector<std::string> wrapped_text(const std::string& text, double width, double size) {
    std::vector<std::string> lines;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        if (!lines.empty() && text_width(lines.back() + " " + word, size) <= width)
            lines.back() += " " + word;
        else
            lines.push_back(word);
    }
    return lines;
}

ScaleBar choose_scale_bar(double um_per_pixel, double longest_pixels) {
    const double longest = um_per_pixel * longest_pixels;
    if (!(longest > 0) || !std::isfinite(longest)) return {};
    const double decade = std::pow(10, std::floor(std::log10(longest) + 1e-12));
    double length = decade;
    for (const double factor : {2.0, 5.0, 10.0})
        if (decade * factor <= longest * (1 + 1e-9)) length = decade * factor;
    return {length, length / um_per_pixel, round_number_text(length) + " µm"};
}

void draw_scale_bar(Image& image, const ScaleBar& bar, PicturePoint corner, double size, Colour colour,
                    Colour halo) {
    if (!(bar.pixels > 0)) return;
    const double thickness = std::max(2.0, std::round(size * 0.35));
    const double left = corner.x - bar.pixels, top = corner.y - thickness;
    const double letters = text_width(bar.label, size);
    const PicturePoint text{left + (bar.pixels - letters) / 2, top - size * 0.55};
    draw_text(image, text, bar.label, size, halo, 3);
    fill_box(image, left - 1, top - 1, bar.pixels + 2, thickness + 2, halo);
    draw_text(image, text, bar.label, size, colour, 1.15);
    fill_box(image, left, top, bar.pixels, thickness, colour);
}

double draw_legend(Image* image, const std::vector<LegendEntry>& entries, PicturePoint start, double width,
                   double size, Colour text_colour) {
    const double patch = size * 1.3, gap = size * 1.6, row_height = size * 2.2;
    double x = start.x, y = start.y;
    for (const auto& entry : entries) {
        const double needed = patch + size * 0.6 + text_width(entry.name, size);
        if (x > start.x && x + needed > start.x + width) {
            x = start.x;
            y += row_height;
        }
        if (image != nullptr) {
            fill_box(*image, std::round(x), std::round(y + size * 0.35), std::round(patch), std::round(patch),
                     entry.colour);
            draw_text(*image, {x + patch + size * 0.6, y + size * 1.5}, entry.name, size, text_colour);
        }
        x += needed + gap;
    }
    return entries.empty() ? 0 : y + row_height - start.y;
}

}  // namespace cytomo
