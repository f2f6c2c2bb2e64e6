#include "cytomo/report/filopodia_pictures.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/report/colour_scale.h"
#include "cytomo/report/drawing.h"
#include "cytomo/report/filopodia_numbers.h"
#include "cytomo/report/filopodia_tubes.h"
#include "cytomo/report/html_text.h"

namespace cytomo {

void FilopodiaPictureOptions::check() const {
    if (longer_side < 200 || longer_side > 20000)
        throw UsageError("picture of filopodia: expected a side of 200 to 20000 pixels, found " +
                         std::to_string(longer_side));
}

namespace {

constexpr Colour body_colour{223, 226, 230}, ink{35, 42, 51}, paper{255, 255, 255};

/// Share of body in the columns, each averaged with its neighbours, so that its rim can be drawn smoothly.
std::vector<float> project_body(const ClassVolume& classes, std::uint8_t class_id) {
    const Size3 n = classes.grid().size;
    std::vector<float> body(static_cast<std::size_t>(n.x * n.y), 0.F), smooth(body.size());
    parallel_chunks(n.y, 8, [&](std::int64_t y_begin, std::int64_t y_end) {
        for (std::int64_t z = 0; z < n.z; ++z)
            for (std::int64_t y = y_begin; y < y_end; ++y) {
                const std::uint8_t* row = &classes(0, y, z);
                for (std::int64_t x = 0; x < n.x; ++x)
                    if (row[x] != background && row[x] != ignore_label && row[x] != class_id)
                        body[static_cast<std::size_t>(y * n.x + x)] = 1;
            }
    });
    parallel_chunks(n.y, 8, [&](std::int64_t y_begin, std::int64_t y_end) {
        for (std::int64_t y = y_begin; y < y_end; ++y)
            for (std::int64_t x = 0; x < n.x; ++x) {
                float sum = 0;
                for (std::int64_t dy = -2; dy <= 2; ++dy)
                    for (std::int64_t dx = -2; dx <= 2; ++dx)
                        sum +=
                            body[static_cast<std::size_t>(std::clamp<std::int64_t>(y + dy, 0, n.y - 1) * n.x +
                                                          std::clamp<std::int64_t>(x + dx, 0, n.x - 1))];
                smooth[static_cast<std::size_t>(y * n.x + x)] = sum / 25;
            }
    });
    return smooth;
}

void draw_body(Image& image, const FilopodiaMap& map, const std::vector<float>& body) {
    const Size3 n = map.grid.size;
    const double step_x = 1 / (map.pixels_per_um * map.grid.voxel_um.x),
                 step_y = 1 / (map.pixels_per_um * map.grid.voxel_um.y);
    const auto value = [&](std::int64_t x, std::int64_t y) {
        x = std::clamp<std::int64_t>(x, 0, n.x - 1);
        y = std::clamp<std::int64_t>(y, 0, n.y - 1);
        return static_cast<double>(body[static_cast<std::size_t>(y * n.x + x)]);
    };
    // How steeply the rim rises a pixel, so that it is one pixel wide.
    const double sharpness = std::max(1.0, 5 * std::min(1 / step_x, 1 / step_y));
    for (int py = 0; py < map.height; ++py)
        for (int px = 0; px < map.width; ++px) {
            const double vx = (px + 0.5) * step_x - 0.5, vy = (py + 0.5) * step_y - 0.5;
            const auto x = static_cast<std::int64_t>(std::floor(vx)),
                       y = static_cast<std::int64_t>(std::floor(vy));
            const double fx = vx - static_cast<double>(x), fy = vy - static_cast<double>(y);
            const double share = (value(x, y) * (1 - fx) + value(x + 1, y) * fx) * (1 - fy) +
                                 (value(x, y + 1) * (1 - fx) + value(x + 1, y + 1) * fx) * fy;
            const double opacity = std::clamp((share - 0.5) * sharpness + 0.5, 0.0, 1.0);
            blend(image, static_cast<int>(map.left) + px, static_cast<int>(map.top) + py, body_colour,
                  opacity);
        }
}

/// Height of a letter, pixels.
double letters_of(const FilopodiaPictureOptions& options) {
    return std::max(10.0, std::round(options.longer_side / 80.0));
}

std::string heading_of(bool any) {
    return any ? "Filopodia seen along z, coloured by their radius"
               : "No filopodia: the cell body seen along z";
}

/// Beside the map: scale and explanations, this wide.
double column_width(double size) {
    return std::round(14 * size);
}

/// Lines of the heading over map and column.
std::vector<std::string> heading_lines(const FilopodiaMap& map, bool any, double size) {
    return wrapped_text(heading_of(any), map.width + (any ? column_width(size) : 0), 1.1 * size);
}

/// What the picture does not say by itself, in lines that fit beside the map.
std::vector<std::string> explanations(std::span<const Filopodium> filopodia, std::size_t left_out,
                                      bool numbers, double size) {
    std::vector<std::string> texts{"The nearer (smaller z) hides the farther."};
    if (std::any_of(filopodia.begin(), filopodia.end(), [](const auto& f) { return !f.branches.empty(); }))
        texts.emplace_back("Thin: branches, in the colour of their stem.");
    if (numbers) texts.emplace_back("Numbers: as in filopodia.csv, at the roots.");
    if (left_out > 0) texts.push_back("Without room for their number: " + std::to_string(left_out) + ".");
    std::vector<std::string> lines;
    for (const std::string& text : texts) {
        const auto some = wrapped_text(text, column_width(size) - 1.6 * size, size);
        lines.insert(lines.end(), some.begin(), some.end());
        lines.emplace_back();
    }
    return lines;
}

void draw_radius_bar(Image& image, double left, double top, double height, double size,
                     const RadiusRange& range) {
    const double width = 1.4 * size;
    for (double y = 0; y < height; ++y)
        fill_box(image, left, top + y, width, std::min(1.0, height - y),
                 scale_colour(1 - (y + 0.5) / height));
    for (const double x : {left, left + width}) draw_line(image, {x, top}, {x, top + height}, 1, ink);
    for (const double y : {top, top + height}) draw_line(image, {left, y}, {left + width, y}, 1, ink);
    const double low = 1000 * range.low, high = 1000 * range.high, raw = (high - low) / 6;
    const double decade = std::pow(10, std::floor(std::log10(raw)));
    const double step = decade * (raw / decade <= 1 ? 1 : raw / decade <= 2 ? 2 : raw / decade <= 5 ? 5 : 10);
    for (double i = std::ceil(low / step - 1e-6); i * step <= high + 1e-6 * step; ++i) {
        const double y = top + height * (1 - (i * step - low) / (high - low));
        draw_line(image, {left + width, y}, {left + width + 0.4 * size, y}, 1, ink);
        draw_text(image, {left + width + 0.8 * size, y + size / 2}, short_number(i * step), size, ink);
    }
    draw_text(image, {left, top - 1.2 * size}, "Radius, nm", size, ink);
}

/// Scale, and below it what the grey is and the explanations.
void draw_column(Image& image, double left, double top, double bar_height,
                 const std::vector<std::string>& lines, double size, const RadiusRange& range) {
    double y = top + 2.4 * size;
    draw_radius_bar(image, left, y, bar_height, size, range);
    y += bar_height + 2 * size;
    fill_box(image, left, y, 1.4 * size, 1.4 * size, body_colour);
    draw_text(image, {left + 2.2 * size, y + 1.2 * size}, "cell body", size, ink);
    y += 4 * size;
    for (const std::string& line : lines) {
        draw_text(image, {left, y}, line, size, ink);
        y += (line.empty() ? 0.6 : 1.7) * size;
    }
}

/// Height of all that draw_column draws but the bar.
double column_height(const std::vector<std::string>& lines, double size) {
    double height = 8.4 * size;
    for (const std::string& line : lines) height += (line.empty() ? 0.6 : 1.7) * size;
    return height;
}

}  // namespace

FilopodiaMap map_of_filopodia(const Grid& grid, bool any, const FilopodiaPictureOptions& options) {
    const double size = letters_of(options);
    FilopodiaMap map;
    map.grid = grid;
    const double x = static_cast<double>(grid.size.x) * grid.voxel_um.x,
                 y = static_cast<double>(grid.size.y) * grid.voxel_um.y;
    map.pixels_per_um = options.longer_side / std::max(x, y);
    map.width = std::max(1, static_cast<int>(std::lround(x * map.pixels_per_um)));
    map.height = std::max(1, static_cast<int>(std::lround(y * map.pixels_per_um)));
    map.left = size;
    map.top = std::round(size * (1.6 + 1.9 * static_cast<double>(heading_lines(map, any, size).size())));
    return map;
}

Image filopodia_picture(const ClassVolume& classes, std::span<const Filopodium> filopodia,
                        const FilopodiaPictureOptions& options) {
    options.check();
    if (classes.empty()) throw UsageError("picture of filopodia: expected voxels, found an empty volume");
    const double size = letters_of(options), margin = size;
    const bool any = !filopodia.empty();
    const FilopodiaMap map = map_of_filopodia(classes.grid(), any, options);
    const RadiusRange range = find_radius_range(filopodia);
    const auto tubes = tube_parts(filopodia, map, range);
    const double digits = std::max(9.0, 0.8 * size);
    std::vector<NumberPlace> places;
    std::vector<std::string> lines;
    double content = map.height, bar_height = 0;
    if (any) {
        std::size_t left_out = 0;
        if (options.numbers) {
            places = place_numbers(filopodia, map, tubes, digits);
            const auto drawn = std::count_if(filopodia.begin(), filopodia.end(),
                                             [](const Filopodium& f) { return f.centre_line_um.size() > 1; });
            left_out = static_cast<std::size_t>(drawn) - places.size();
        }
        lines = explanations(filopodia, left_out, options.numbers, size);
        const double others = column_height(lines, size);
        bar_height = std::clamp(map.height - others, 8 * size, 26 * size);
        content = std::max(content, others + bar_height);
    }
    Image image(static_cast<int>(map.width + 2 * margin + (any ? column_width(size) : 0)),
                static_cast<int>(std::ceil(map.top + content + margin)), paper);
    double baseline = margin + 1.2 * size;
    for (const std::string& line : heading_lines(map, any, size)) {
        draw_text(image, {map.left, baseline}, line, 1.1 * size, ink, 1.4);
        baseline += 1.9 * size;
    }
    draw_body(image, map, project_body(classes, options.class_id));
    if (any) {
        draw_tubes(image, map, tubes);
        draw_column(image, map.left + map.width + 1.6 * size, map.top, bar_height, lines, size, range);
        draw_numbers(image, places, digits);
    }
    if (options.scale_bar) {
        const ScaleBar bar = choose_scale_bar(1 / map.pixels_per_um, 0.25 * map.width);
        draw_scale_bar(image, bar, {map.left + map.width - 0.8 * size, map.top + map.height - 0.8 * size},
                       size, ink, paper);
    }
    return image;
}

}  // namespace cytomo
