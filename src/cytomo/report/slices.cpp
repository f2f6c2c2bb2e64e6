// Class contours: the share of each class is resampled with the cubic B-spline, which smooths the
// stairs of voxels, and the largest share wins a pixel.
#include "cytomo/report/slices.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <set>

#include "cytomo/core/class_names.h"
#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/slice_text.h"
#include "cytomo/report/drawing.h"
#include "cytomo/report/html_text.h"
#include "cytomo/report/resampling.h"

namespace cytomo {

std::string name(Plane plane) {
    return plane == Plane::xy ? "xy" : plane == Plane::xz ? "xz" : "yz";
}

std::string across(Plane plane) {
    return plane == Plane::xy ? "z" : plane == Plane::xz ? "y" : "x";
}

std::int64_t slice_count(const Grid& grid, Plane plane) {
    return plane == Plane::xy ? grid.size.z : plane == Plane::xz ? grid.size.y : grid.size.x;
}

namespace {

void check_position(const Grid& grid, SlicePosition p) {
    const auto count = slice_count(grid, p.plane);
    if (p.index < 0 || p.index >= count)
        throw UsageError("index " + std::to_string(p.index) + " of the " + name(p.plane) +
                         " slices: expected 0 to " + std::to_string(count - 1) + ", for slice 1 to " +
                         std::to_string(count));
}

template <class T>
Slice<T> empty_slice(const Grid& grid, SlicePosition p) {
    Slice<T> s;
    s.position = p;
    s.width = p.plane == Plane::yz ? grid.size.y : grid.size.x;
    s.height = p.plane == Plane::xy ? grid.size.y : grid.size.z;
    s.edge_across_um = p.plane == Plane::yz ? grid.voxel_um.y : grid.voxel_um.x;
    s.edge_down_um = p.plane == Plane::xy ? grid.voxel_um.y : grid.voxel_um.z;
    s.values.resize(static_cast<std::size_t>(s.width * s.height));
    return s;
}

/// Copies what a slab of slices z = first … holds of the slice.
template <class T>
void take_from_slab(const T* slab, const Grid& grid, std::int64_t first, std::int64_t count, Slice<T>& s) {
    const auto nx = grid.size.x, ny = grid.size.y;
    if (s.position.plane == Plane::xy) {
        if (s.position.index >= first && s.position.index < first + count)
            std::copy_n(slab + (s.position.index - first) * nx * ny, nx * ny, s.values.begin());
        return;
    }
    for (std::int64_t z = 0; z < count; ++z) {
        T* row = s.values.data() + (first + z) * s.width;
        const T* plane = slab + z * nx * ny;
        if (s.position.plane == Plane::xz)
            std::copy_n(plane + s.position.index * nx, nx, row);
        else
            for (std::int64_t y = 0; y < ny; ++y) row[y] = plane[y * nx + s.position.index];
    }
}

}  // namespace

std::vector<Slice<float>> read_grey_slices(const Tomogram& tomogram, std::span<const SlicePosition> positions,
                                           const Progress& progress) {
    const Grid& grid = tomogram.grid;
    std::vector<Slice<float>> out;
    bool all_z = false;
    std::set<std::int64_t> wanted;
    for (const auto p : positions) {
        check_position(grid, p);
        out.push_back(empty_slice<float>(grid, p));
        if (p.plane == Plane::xy)
            wanted.insert(p.index);
        else
            all_z = true;
    }
    const std::int64_t plane = grid.size.x * grid.size.y, batch = 8LL * thread_count();
    std::vector<std::int64_t> slices(wanted.begin(), wanted.end());
    if (all_z) {
        slices.resize(static_cast<std::size_t>(grid.size.z));
        std::iota(slices.begin(), slices.end(), std::int64_t{0});
    }
    const auto count = static_cast<std::int64_t>(slices.size());
    for (std::int64_t first = 0; first < count; first += batch) {
        progress(static_cast<double>(first) / static_cast<double>(count));
        parallel_for(std::min(batch, count - first), [&](std::int64_t i) {
            const std::int64_t z = slices[static_cast<std::size_t>(first + i)];
            std::vector<float> values(static_cast<std::size_t>(plane));
            tomogram.read_slices(z, 1, values);
            for (auto& s : out) take_from_slab(values.data(), grid, z, 1, s);
        });
    }
    progress(1);
    return out;
}

Slice<std::uint8_t> class_slice(const ClassVolume& classes, SlicePosition position) {
    check_position(classes.grid(), position);
    auto s = empty_slice<std::uint8_t>(classes.grid(), position);
    take_from_slab(classes.data(), classes.grid(), 0, classes.grid().size.z, s);
    return s;
}

GreyRange find_grey_range(std::span<const Slice<float>> slices, double low, double high) {
    std::vector<float> values;
    for (const auto& s : slices)
        for (const float v : s.values)
            if (std::isfinite(v)) values.push_back(v);
    if (values.empty()) return {};
    const auto percentile = [&](double p) {
        const auto rank =
            static_cast<std::ptrdiff_t>(std::lround(p / 100 * static_cast<double>(values.size() - 1)));
        std::nth_element(values.begin(), values.begin() + rank, values.end());
        return values[static_cast<std::size_t>(rank)];
    };
    GreyRange range{percentile(low), percentile(high)};
    if (!(range.white > range.black)) {  // nearly constant: show at least the extremes
        range = {percentile(0), percentile(100)};
        if (!(range.white > range.black)) range.white = range.black + 1;
    }
    return range;
}

PictureSize picture_size(std::int64_t width, std::int64_t height, double edge_across_um, double edge_down_um,
                         int longer_side) {
    const double w = static_cast<double>(width) * edge_across_um,
                 h = static_cast<double>(height) * edge_down_um;
    PictureSize size;
    size.um_per_pixel = std::max(w, h) / longer_side;
    size.width = std::max(1, static_cast<int>(std::lround(w / size.um_per_pixel)));
    size.height = std::max(1, static_cast<int>(std::lround(h / size.um_per_pixel)));
    return size;
}

PictureSize taller_if_flat(PictureSize size) {
    constexpr int flattest = 12, tallest = 8;
    const double wanted = static_cast<double>(size.width) / (flattest * static_cast<double>(size.height));
    size.taller = std::clamp(static_cast<int>(std::ceil(wanted)), 1, tallest);
    size.height *= size.taller;
    return size;
}

std::string taller_text(const PictureSize& size) {
    return size.taller == 1 ? "" : ", heights × " + std::to_string(size.taller);
}

Image draw_grey(const Slice<float>& slice, GreyRange range, PictureSize size) {
    std::vector<float> scaled(slice.values.size());
    for (std::size_t i = 0; i < scaled.size(); ++i) {
        const float v = (slice.values[i] - range.black) / (range.white - range.black);
        // Clipped before resampling: a saturated voxel must not ring over its neighbours.
        scaled[i] = std::isfinite(v) ? std::clamp(v, -0.2F, 1.2F) : 0;
    }
    const auto picture =
        resampled(scaled, slice.width, slice.height, size.width, size.height, Kernel::catmull_rom);
    Image image(size.width, size.height);
    for (std::size_t p = 0; p < picture.size(); ++p) {
        const auto grey = static_cast<std::uint8_t>(std::lround(255 * std::clamp(picture[p], 0.0F, 1.0F)));
        std::fill_n(image.rgb.begin() + static_cast<std::ptrdiff_t>(3 * p), 3, grey);
    }
    return image;
}

namespace {

/// Answers in one step whether a square of pixels has one value only: most of a picture has, and is no
/// contour.
class EvenSquares {
public:
    EvenSquares(const std::vector<std::uint8_t>& values, int width, int height)
        : width_(width),
          height_(height),
          edges_(static_cast<std::size_t>(width + 1) * static_cast<std::size_t>(height + 1)) {
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x) {
                const auto* here =
                    values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + x;
                const bool edge =
                    (x + 1 < width && here[1] != here[0]) || (y + 1 < height && here[width] != here[0]);
                edges_[at(x + 1, y + 1)] =
                    edges_[at(x, y + 1)] + edges_[at(x + 1, y)] - edges_[at(x, y)] + (edge ? 1U : 0U);
            }
    }
    /// Of the pixels at most `reach` from (x, y) along either axis; false says nothing.
    bool even(int x, int y, int reach) const {
        const int left = std::max(x - reach, 0), right = std::min(x + reach + 1, width_);
        const int top = std::max(y - reach, 0), bottom = std::min(y + reach + 1, height_);
        return edges_[at(right, bottom)] + edges_[at(left, top)] ==
               edges_[at(left, bottom)] + edges_[at(right, top)];
    }

private:
    std::size_t at(int x, int y) const {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_ + 1) +
               static_cast<std::size_t>(x);
    }
    int width_, height_;
    std::vector<std::uint32_t> edges_;  ///< places where neighbours differ, above and left of each corner
};

}  // namespace

OverlayImage draw_classes(const Slice<std::uint8_t>& slice, const Legend& legend, PictureSize size,
                          const OverlayOptions& options) {
    constexpr int fine = 2;  // drawn twice as large and averaged: anti-aliased contours
    const int width = size.width * fine, height = size.height * fine;
    std::array<bool, 256> present{};
    for (const auto c : slice.values) present[c] = true;
    std::vector<std::uint8_t> winner(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    std::vector<float> best(winner.size(), -1);
    std::vector<float> share(slice.values.size());
    for (int c = 0; c < 256; ++c) {
        if (!present[static_cast<std::size_t>(c)]) continue;
        for (std::size_t i = 0; i < share.size(); ++i) share[i] = slice.values[i] == c ? 1.0F : 0.0F;
        const auto fine_share =
            resampled(share, slice.width, slice.height, width, height, Kernel::cubic_b_spline);
        for (std::size_t i = 0; i < winner.size(); ++i)
            if (fine_share[i] > best[i]) {
                best[i] = fine_share[i];
                winner[i] = static_cast<std::uint8_t>(c);
            }
    }

    struct Look {
        double r = 0, g = 0, b = 0, fill = 0;
        bool drawn = false, body = false;
    };
    std::array<Look, 256> looks;
    for (int c = 1; c < ignore_label; ++c) {
        const LegendEntry entry = entry_for(legend, static_cast<std::uint8_t>(c));
        const Colour colour = entry.colour;
        const bool body = is_cell_body_name(entry.name);
        looks[static_cast<std::size_t>(c)] = {static_cast<double>(colour[0]),
                                              static_cast<double>(colour[1]),
                                              static_cast<double>(colour[2]),
                                              body ? options.body_fill : options.fill,
                                              true,
                                              body};
    }

    // Offsets of a disc: a pixel is contour if another class lies within the contour's width.
    const double radius = options.contour_pixels * fine;
    std::vector<std::pair<int, int>> disc;
    const int r = static_cast<int>(std::ceil(radius));
    for (int dy = -r; dy <= r; ++dy)
        for (int dx = -r; dx <= r; ++dx)
            if ((dx != 0 || dy != 0) && std::hypot(dx, dy) <= radius) disc.emplace_back(dx, dy);

    const EvenSquares squares(winner, width, height);
    OverlayImage out;
    out.width = size.width;
    out.height = size.height;
    out.rgba.resize(4 * static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
    parallel_for(size.height, [&](std::int64_t row) {
        for (int column = 0; column < size.width; ++column) {
            double red = 0, green = 0, blue = 0, opacity = 0;
            for (int sub = 0; sub < fine * fine; ++sub) {
                const int x = column * fine + sub % fine, y = static_cast<int>(row) * fine + sub / fine;
                const auto c = winner[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                                      static_cast<std::size_t>(x)];
                const Look& look = looks[c];
                if (!look.drawn) continue;
                const bool contour =
                    !squares.even(x, y, r) && std::any_of(disc.begin(), disc.end(), [&](auto d) {
                        const int u = x + d.first, v = y + d.second;
                        if (u < 0 || v < 0 || u >= width || v >= height) return false;
                        const auto other =
                            winner[static_cast<std::size_t>(v) * static_cast<std::size_t>(width) +
                                   static_cast<std::size_t>(u)];
                        return other != c && !(look.body && looks[other].drawn);
                    });
                const double alpha = contour ? 1 : look.fill;
                red += alpha * look.r, green += alpha * look.g, blue += alpha * look.b, opacity += alpha;
            }
            if (opacity <= 0) continue;
            auto* pixel =
                out.rgba.data() + 4 * (static_cast<std::size_t>(row) * static_cast<std::size_t>(size.width) +
                                       static_cast<std::size_t>(column));
            pixel[0] = static_cast<std::uint8_t>(std::lround(red / opacity));
            pixel[1] = static_cast<std::uint8_t>(std::lround(green / opacity));
            pixel[2] = static_cast<std::uint8_t>(std::lround(blue / opacity));
            pixel[3] = static_cast<std::uint8_t>(std::lround(255 * opacity / (fine * fine)));
        }
    });
    return out;
}

std::string slice_caption(const Grid& grid, SlicePosition p, bool voxel_size_known) {
    return name(p.plane) + " " + slice_text(grid, across(p.plane)[0], p.index, voxel_size_known);
}

LegendEntry entry_for(const Legend& legend, std::uint8_t class_id) {
    if (const auto* entry = legend.find(class_id)) return *entry;
    static constexpr Colour palette[] = {{127, 166, 212}, {222, 138, 98}, {140, 180, 96},  {196, 130, 172},
                                         {214, 178, 84},  {96, 176, 172}, {170, 140, 112}, {150, 150, 200}};
    return {class_id, legend.name_of(class_id), palette[class_id % std::size(palette)]};
}

void SlicePictureOptions::check() const {
    if (longer_side < 64 || longer_side > 16384)
        throw UsageError("size of the picture: expected 64 to 16384 pixels, found " +
                         std::to_string(longer_side));
    if (!(low_percentile >= 0 && low_percentile < high_percentile && high_percentile <= 100))
        throw UsageError("percentiles: expected 0 <= low < high <= 100");
    if (!(overlay.fill >= 0 && overlay.fill <= 1 && overlay.body_fill >= 0 && overlay.body_fill <= 1))
        throw UsageError("opacity of the overlay: expected 0 to 1");
    if (!(overlay.contour_pixels >= 0 && overlay.contour_pixels <= 50))
        throw UsageError("contour of the overlay: expected 0 to 50 pixels");
}

Image slice_picture(const Tomogram& tomogram, const ClassVolume* classes, const Legend& legend,
                    SlicePosition position, const SlicePictureOptions& options, const Progress& progress) {
    options.check();
    if (classes != nullptr && !(classes->grid().size == tomogram.grid.size))
        throw UsageError("the tomogram and the classes differ in size: convert one to the grid of the other");
    const auto slices = read_grey_slices(tomogram, {&position, 1}, progress);
    const auto& grey = slices[0];
    const PictureSize size = taller_if_flat(
        picture_size(grey.width, grey.height, grey.edge_across_um, grey.edge_down_um, options.longer_side));
    const Image plain =
        draw_grey(grey, find_grey_range(slices, options.low_percentile, options.high_percentile), size);

    std::vector<LegendEntry> shown;
    Image coloured;
    if (classes != nullptr) {
        const auto labels = class_slice(*classes, position);
        coloured = with_overlay(plain, draw_classes(labels, legend, size, options.overlay));
        const std::set<std::uint8_t> present(labels.values.begin(), labels.values.end());
        for (const auto c : present)
            if (c != background && c != ignore_label) shown.push_back(entry_for(legend, c));
    }

    const double letter = std::clamp(options.longer_side / 75.0, 8.0, 40.0);
    const int margin = static_cast<int>(std::lround(letter * 1.2));
    const int heading = static_cast<int>(std::lround(letter * 2.6));
    // Two wide pictures stand one below the other: side by side they would be thin strips.
    const bool stacked = !coloured.empty() && size.width >= 2 * size.height;
    const int across_count = coloured.empty() || stacked ? 1 : 2;
    const int width = across_count * size.width + (across_count + 1) * margin;
    const int pictures_height = stacked ? 2 * size.height + margin : size.height;
    const double legend_height =
        draw_legend(nullptr, shown, {}, static_cast<double>(width - 2 * margin), letter, {});
    const int height = heading + pictures_height + margin +
                       static_cast<int>(std::ceil(legend_height > 0 ? legend_height + letter * 0.4 : 0));
    Image out(width, height);
    const Colour ink{52, 60, 70};
    draw_text(out, {static_cast<double>(margin), heading - letter * 0.8},
              slice_caption(tomogram.grid, position, tomogram.voxel_size_known) + taller_text(size), letter,
              ink);
    paste(out, plain, margin, heading);
    if (!coloured.empty())
        paste(out, coloured, stacked ? margin : 2 * margin + size.width,
              stacked ? heading + size.height + margin : heading);
    const double longest_bar = size.width * 0.3;
    ScaleBar bar = choose_scale_bar(size.um_per_pixel, longest_bar);
    if (!tomogram.voxel_size_known) {
        bar = choose_scale_bar(size.um_per_pixel / grey.edge_across_um, longest_bar);
        bar.label = short_number(bar.length_um) + " voxels";
    }
    draw_scale_bar(
        out, bar,
        {static_cast<double>(margin + size.width) - letter * 1.2, heading + size.height - letter * 1.2},
        letter * 1.1, {255, 255, 255}, {20, 24, 30});
    draw_legend(&out, shown, {static_cast<double>(margin), heading + pictures_height + letter * 0.9},
                static_cast<double>(width - 2 * margin), letter, ink);
    return out;
}

}  // namespace cytomo
