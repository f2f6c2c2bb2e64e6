#include "cytomo/report/filopodia_pictures.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/report/colour_scale.h"
#include "cytomo/report/curves.h"
#include "cytomo/report/drawing.h"
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

/// From the volume to the picture.
struct Map {
    Grid grid;
    double pixels_per_um = 1, left = 0, top = 0;
    int width = 1, height = 1;

    PicturePoint at(Vec3 p) const {
        return {left + (p.x - grid.origin_um.x + grid.voxel_um.x / 2) * pixels_per_um,
                top + (p.y - grid.origin_um.y + grid.voxel_um.y / 2) * pixels_per_um};
    }
};

Map make_map(const Grid& grid, int longer_side) {
    Map map{grid, 1, 0, 0, 1, 1};
    const double x = static_cast<double>(grid.size.x) * grid.voxel_um.x,
                 y = static_cast<double>(grid.size.y) * grid.voxel_um.y;
    map.pixels_per_um = longer_side / std::max(x, y);
    map.width = std::max(1, static_cast<int>(std::lround(x * map.pixels_per_um)));
    map.height = std::max(1, static_cast<int>(std::lround(y * map.pixels_per_um)));
    return map;
}

void draw_body(Image& image, const Map& map, const std::vector<float>& body) {
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

struct Range {
    double low = 0, high = 1;
    double part(double v) const { return (v - low) / (high - low); }
};

/// Round limits around nearly all radii, in µm.
Range radius_range(std::span<const Filopodium> filopodia) {
    std::vector<double> radii;
    for (const Filopodium& f : filopodia)
        for (std::size_t i = 1; i + 1 < f.radius_um.size(); ++i)
            if (std::isfinite(f.radius_um[i])) radii.push_back(f.radius_um[i]);
    if (radii.empty())
        for (const Filopodium& f : filopodia) radii.push_back(f.mean_radius_um);
    std::sort(radii.begin(), radii.end());
    const auto at = [&](double part) {
        return radii[static_cast<std::size_t>(part * static_cast<double>(radii.size() - 1))];
    };
    const double low = at(0.02), high = at(0.98);
    const double step = high - low > 0.04 ? 0.02 : high - low > 0.008 ? 0.01 : 0.002;
    Range range{std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step};
    if (!(range.high > range.low)) range.high = range.low + step;
    return range;
}

void draw_filopodium(Image& image, const Map& map, const Filopodium& f, const Range& range) {
    const auto width = [&](double radius_um) { return std::max(2.0, 2 * radius_um * map.pixels_per_um); };
    const auto colour = [&](double radius_um) { return scale_colour(range.part(radius_um)); };
    for (const bool rim : {true, false}) {
        const double more = rim ? 2.5 : 0;
        // A branch has no radius of its own: thin, in the colour of the stem.
        for (const FilopodiumBranch& b : f.branches)
            for (std::size_t i = 1; i < b.line_um.size(); ++i)
                draw_line(image, map.at(b.line_um[i - 1]), map.at(b.line_um[i]),
                          width(0.6 * f.mean_radius_um) + more, rim ? paper : colour(f.mean_radius_um));
        for (std::size_t i = 1; i < f.centre_line_um.size(); ++i) {
            // Round ends reach half a width beyond the line: the last stretch ends before the tip.
            Vec3 to = f.centre_line_um[i];
            const Vec3 from = f.centre_line_um[i - 1];
            const double radius = (f.radius_um[i] + f.radius_um[i - 1]) / 2, step = length(to - from);
            if (i + 1 == f.centre_line_um.size() && step > radius && step > 0)
                to = from + (to - from) * ((step - radius) / step);
            draw_line(image, map.at(from), map.at(to), width(radius) + more, rim ? paper : colour(radius));
        }
    }
}

struct Box {
    double left, top, right, bottom;
    bool meets(const Box& o) const {
        return left < o.right && o.left < right && top < o.bottom && o.top < bottom;
    }
};

/// Beside the root, on the side of the cell; where that is taken, around it.
void draw_numbers(Image& image, const Map& map, std::span<const Filopodium> filopodia, double size) {
    std::vector<Box> taken;
    for (const Filopodium& f : filopodia) {
        if (f.centre_line_um.size() < 2) continue;
        const PicturePoint root = map.at(f.root_um);
        const PicturePoint next =
            map.at(f.centre_line_um[std::min<std::size_t>(4, f.centre_line_um.size() - 1)]);
        const double inwards = std::atan2(root.y - next.y, root.x - next.x);
        const std::string text = std::to_string(f.instance);
        const double width = text_width(text, size);
        const double start = std::max(1.0, f.mean_radius_um * map.pixels_per_um) + 0.95 * size;
        Box best{};
        bool found = false;
        for (int attempt = 0; attempt < 28 && !found; ++attempt) {
            const double turn = (attempt % 7 + 1) / 2 * (attempt % 2 == 0 ? 0.5 : -0.5);
            const double distance = start + (attempt / 7) * 1.3 * size;
            const double x = root.x + std::cos(inwards + turn) * (distance + width / 4),
                         y = root.y + std::sin(inwards + turn) * distance;
            const Box box{x - width / 2 - 2, y - size / 2 - 3, x + width / 2 + 2, y + size / 2 + 3};
            const bool inside = box.left >= map.left && box.top >= map.top &&
                                box.right <= map.left + map.width && box.bottom <= map.top + map.height;
            found = inside && std::none_of(taken.begin(), taken.end(),
                                           [&](const Box& other) { return box.meets(other); });
            if (found || attempt == 0) best = box;
        }
        // Where everything is taken, rather over another number than cut off.
        const auto back_inside = [](double low, double high, double first, double last) {
            return std::max(0.0, first - low) - std::max(0.0, high - last);
        };
        const double dx = back_inside(best.left, best.right, map.left, map.left + map.width),
                     dy = back_inside(best.top, best.bottom, map.top, map.top + map.height);
        best = {best.left + dx, best.top + dy, best.right + dx, best.bottom + dy};
        taken.push_back(best);
        const PicturePoint baseline{best.left + 2, best.bottom - 3};
        draw_text(image, baseline, text, size, paper, 3.2);
        draw_text(image, baseline, text, size, ink, 1.1);
    }
}

void draw_colour_bar(Image& image, double left, double top, double height, double size, const Range& range) {
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
    draw_text(image, {left, top - 0.9 * size}, "Radius, nm", size, ink);
}

}  // namespace

Image filopodia_picture(const ClassVolume& classes, std::span<const Filopodium> filopodia,
                        const FilopodiaPictureOptions& options) {
    options.check();
    if (classes.empty()) throw UsageError("picture of filopodia: expected voxels, found an empty volume");
    const double size = std::max(10.0, std::round(options.longer_side / 80.0)), margin = std::round(size);
    Map map = make_map(classes.grid(), options.longer_side);
    map.left = map.top = margin;
    const double bar_space = filopodia.empty() ? 0 : std::round(8.5 * size);
    const int lowest = filopodia.empty() ? 1 : static_cast<int>(10 * size);
    Image image(static_cast<int>(map.width + 2 * margin + bar_space),
                static_cast<int>(std::max(map.height, lowest) + 2 * margin), paper);
    draw_body(image, map, project_body(classes, options.class_id));
    if (!filopodia.empty()) {
        const Range range = radius_range(filopodia);
        std::vector<std::size_t> order(filopodia.size());
        std::vector<double> height(filopodia.size(), 0);
        for (std::size_t i = 0; i < order.size(); ++i) {
            order[i] = i;
            for (const Vec3 p : filopodia[i].centre_line_um)
                height[i] += p.z / static_cast<double>(filopodia[i].centre_line_um.size());
        }
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return height[a] < height[b]; });
        for (const std::size_t i : order)
            if (filopodia[i].centre_line_um.size() > 1) draw_filopodium(image, map, filopodia[i], range);
        const double bar_height = std::min<double>(std::max(map.height, lowest) - 3 * size, 26 * size);
        draw_colour_bar(image, map.left + map.width + 1.6 * size, map.top + 2.4 * size, bar_height, size,
                        range);
        if (options.numbers) draw_numbers(image, map, filopodia, std::max(9.0, 0.8 * size));
    }
    if (options.scale_bar) {
        const ScaleBar bar = choose_scale_bar(1 / map.pixels_per_um, 0.25 * map.width);
        draw_scale_bar(image, bar, {map.left + map.width - 0.8 * size, map.top + map.height - 0.8 * size},
                       size, ink, paper);
    }
    return image;
}

Figure filopodium_profiles_figure(std::span<const Filopodium> filopodia, int most) {
    std::vector<Curve> curves;  // one a filopodium
    for (const Filopodium& f : filopodia) {
        Curve curve;
        curve.name = "no. " + std::to_string(f.instance);
        double at = 0;
        for (std::size_t i = 0; i < f.centre_line_um.size(); ++i) {
            if (i > 0) at += length(f.centre_line_um[i] - f.centre_line_um[i - 1]);
            curve.x.push_back(at);
            curve.y.push_back(1000 * f.radius_um[i]);
        }
        if (curve.x.size() > 1) curves.push_back(std::move(curve));
    }
    std::stable_sort(curves.begin(), curves.end(),
                     [](const Curve& a, const Curve& b) { return a.x.back() > b.x.back(); });
    Curve median{"median of all", {35, 42, 51}, {}, {}, true};
    const std::size_t half = (curves.size() + 1) / 2;
    if (curves.size() > 2) {
        // The half-th longest says how far half of them reach.
        const double end = curves[half - 1].x.back();
        constexpr int steps = 60;
        for (int s = 0; s <= steps; ++s) {
            const double at = end * s / steps;
            std::vector<double> values;
            for (const Curve& c : curves) {
                if (c.x.back() < at) break;
                const auto after = std::lower_bound(c.x.begin() + 1, c.x.end() - 1, at) - c.x.begin();
                const auto i = static_cast<std::size_t>(after);
                const double step = c.x[i] - c.x[i - 1];
                const double t = step > 0 ? (at - c.x[i - 1]) / step : 0;
                values.push_back(c.y[i - 1] + t * (c.y[i] - c.y[i - 1]));
            }
            std::sort(values.begin(), values.end());
            median.x.push_back(at);
            median.y.push_back((values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2);
        }
    }
    const std::size_t all = curves.size();
    curves.resize(std::min(curves.size(), static_cast<std::size_t>(std::max(0, most))));
    for (std::size_t i = 0; i < curves.size(); ++i)
        curves[i].colour = scale_colour(
            curves.size() > 1 ? 0.3 + 0.6 * static_cast<double>(i) / static_cast<double>(curves.size() - 1)
                              : 0.5);  // the ends of the scale are lost on a dark or a white page
    const std::size_t shown = curves.size();
    if (!median.x.empty()) curves.push_back(std::move(median));
    Figure figure = curve_figure("Radius along filopodia",
                                 {"distance from the root, µm", "radius, nm", 0, 0, false}, curves);
    if (all > 0)
        figure.caption = "Radius of the circle with the area of the cross-section. " +
                         std::string(shown < all ? "The " + std::to_string(shown) + " longest of " +
                                                       std::to_string(all) + " filopodia"
                                                 : "All " + std::to_string(all) + " filopodia") +
                         (all > 2 ? "; bold: the median of all, as far as half of them reach." : ".");
    return figure;
}

}  // namespace cytomo
