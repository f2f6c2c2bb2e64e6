#include "cytomo/report/plane_views.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <set>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"
#include "cytomo/report/slice_choice.h"

namespace cytomo {

namespace {

/// Labelled voxels of each class in each slice of a plane.
using Counts = std::vector<std::array<std::uint32_t, 256>>;

/// For the three planes, in one pass over runs of the same class.
std::array<Counts, 3> count_classes(const ClassVolume& classes) {
    const Size3 n = classes.grid().size;
    std::array<Counts, 3> counts;
    counts[0].resize(static_cast<std::size_t>(n.z));
    counts[1].resize(static_cast<std::size_t>(n.y));
    counts[2].resize(static_cast<std::size_t>(n.x));
    std::mutex merging;
    parallel_chunks(n.z, 32, [&](std::int64_t z_begin, std::int64_t z_end) {
        Counts of_y(counts[1].size());
        Counts begun(counts[2].size() + 1), ended(begun.size());  // runs, by x
        for (std::int64_t z = z_begin; z < z_end; ++z)
            for (std::int64_t y = 0; y < n.y; ++y)
                for_stretches(&classes(0, y, z), n.x,
                              [&](std::uint8_t c, std::int64_t begin, std::int64_t end) {
                                  if (c == background || c == ignore_label) return;
                                  const auto length = static_cast<std::uint32_t>(end - begin);
                                  counts[0][static_cast<std::size_t>(z)][c] += length;
                                  of_y[static_cast<std::size_t>(y)][c] += length;
                                  ++begun[static_cast<std::size_t>(begin)][c];
                                  ++ended[static_cast<std::size_t>(end)][c];
                              });
        const std::lock_guard lock(merging);
        for (std::size_t y = 0; y < of_y.size(); ++y)
            for (std::size_t c = 0; c < 256; ++c) counts[1][y][c] += of_y[y][c];
        std::array<std::uint32_t, 256> open{};
        for (std::size_t x = 0; x < counts[2].size(); ++x)
            for (std::size_t c = 0; c < 256; ++c) {
                open[c] += begun[x][c] - ended[x][c];
                counts[2][x][c] += open[c];
            }
    });
    return counts;
}

double richness(const std::array<std::uint32_t, 256>& counts) {
    double sum = 0;
    for (const auto c : counts) sum += std::sqrt(static_cast<double>(c));
    return sum;
}

std::int64_t richest(const Counts& counts) {
    std::size_t best = counts.size() / 2;
    double most = richness(counts[best]);
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (const double r = richness(counts[i]); r > most) {
            most = r;
            best = i;
        }
    return static_cast<std::int64_t>(best);
}

/// Spread over the middle of [first, last], with `fixed` among them.
std::vector<std::int64_t> spread(std::int64_t first, std::int64_t last, std::int64_t fixed, int count) {
    const std::int64_t length = last - first + 1;
    if (length <= count) {
        std::vector<std::int64_t> all;
        for (auto i = first; i <= last; ++i) all.push_back(i);
        return all;
    }
    std::vector<std::int64_t> out;
    for (int i = 0; i < count; ++i) out.push_back(first + (2 * i + 1) * length / (2 * count));
    *std::min_element(out.begin(), out.end(),
                      [&](auto a, auto b) { return std::abs(a - fixed) < std::abs(b - fixed); }) = fixed;
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

/// Steps of 4 of 255: they are not seen, and noise in them takes a third less of the page.
void coarsen(Image& grey) {
    for (auto& v : grey.rgb) v = static_cast<std::uint8_t>((v & 0xFCU) | (v >> 6U));
}

SliceView draw_view(const Tomogram& tomogram, const ClassVolume* classes, const Legend& legend,
                    const Slice<float>& grey, GreyRange range, int longer_side) {
    OverlayOptions overlay;
    overlay.contour_pixels = 2.6;  // pages show these pictures smaller than they are
    const PictureSize size = taller_if_flat(
        picture_size(grey.width, grey.height, grey.edge_across_um, grey.edge_down_um, longer_side));
    SliceView view;
    view.position = grey.position;
    view.caption = slice_caption(tomogram.grid, grey.position, tomogram.voxel_size_known) + taller_text(size);
    view.width_um = tomogram.voxel_size_known ? size.width * size.um_per_pixel : 0;
    view.grey = draw_grey(grey, range, size);
    coarsen(view.grey);
    if (classes != nullptr)
        view.overlay = draw_classes(class_slice(*classes, grey.position), legend, size, overlay);
    return view;
}

}  // namespace

std::array<SlicePosition, 3> richest_slices(const ClassVolume& classes) {
    const auto counts = count_classes(classes);
    return {
        {{Plane::xy, richest(counts[0])}, {Plane::xz, richest(counts[1])}, {Plane::yz, richest(counts[2])}}};
}

namespace {

/// From the first to the last slice of a plane that each object is in.
std::vector<SliceSpan> spans_of(std::span<const PageObject> objects, const Grid& grid, Plane plane) {
    const auto along = [plane](const Vec3& v) {
        return plane == Plane::xy ? v.z : plane == Plane::xz ? v.y : v.x;
    };
    const double origin = along(grid.origin_um), edge = along(grid.voxel_um);
    std::vector<SliceSpan> spans;
    for (const PageObject& o : objects)  // boxes reach to the outer faces of voxels
        spans.push_back({std::llround((along(o.low_um) - origin) / edge + 0.5),
                         std::llround((along(o.high_um) - origin) / edge - 0.5)});
    return spans;
}

SliceChoice choose(const Grid& grid, Plane plane, const Counts& counts, const PlaneViewOptions& options) {
    SliceChoice choice =
        choose_slices(spans_of(options.objects, grid, plane), slice_count(grid, plane), options.per_plane);
    if (!choice.slices.empty()) return choice;
    std::int64_t first = 0, last = slice_count(grid, plane) - 1, fixed = last / 2;
    const auto labelled = [](const auto& slice) { return richness(slice) > 0; };
    if (std::any_of(counts.begin(), counts.end(), labelled)) {
        first = std::find_if(counts.begin(), counts.end(), labelled) - counts.begin();
        last = counts.rend() - std::find_if(counts.rbegin(), counts.rend(), labelled) - 1;
        fixed = richest(counts);
    }
    choice.slices = spread(first, last, fixed, options.per_plane);
    const auto place = std::find(choice.slices.begin(), choice.slices.end(), fixed);
    if (place != choice.slices.end())
        choice.richest = static_cast<std::size_t>(place - choice.slices.begin());
    return choice;
}

}  // namespace

std::vector<PlaneView> make_plane_views(const Tomogram& tomogram, const ClassVolume* classes,
                                        const Legend& legend, const PlaneViewOptions& options,
                                        const Progress& progress) {
    if (classes != nullptr && !(classes->grid().size == tomogram.grid.size))
        throw UsageError("the tomogram and the classes differ in size: convert one to the grid of the other");
    if (options.per_plane < 1 || options.longer_side < 16 || options.map_side < 16)
        throw UsageError("views of planes: expected at least one slice of 16 pixels");
    std::array<Counts, 3> counts;
    if (classes != nullptr && options.objects.empty()) counts = count_classes(*classes);
    std::vector<PlaneView> views;
    std::vector<SlicePosition> positions;
    for (const auto plane : {Plane::xy, Plane::xz, Plane::yz}) {
        if (plane != Plane::xy && tomogram.grid.size.z < options.fewest_rows) continue;
        const SliceChoice choice =
            choose(tomogram.grid, plane, counts[static_cast<std::size_t>(plane)], options);
        views.push_back({plane, std::vector<SliceView>(choice.slices.size()), choice.richest});
        for (const auto index : choice.slices) positions.push_back({plane, index});
    }
    const auto slices = read_grey_slices(tomogram, positions, progress.part(0, 0.3));
    std::vector<SliceObjects> maps(positions.size());
    if (options.read_objects)
        maps = read_object_maps(tomogram.grid, options.read_objects, positions, options.map_side,
                                progress.part(0.3, 0.5));
    const GreyRange range = find_grey_range(slices);
    std::size_t next = 0;
    for (auto& view : views)
        for (auto& shown : view.slices) {
            progress(0.5 + 0.5 * static_cast<double>(next) / static_cast<double>(slices.size()));
            shown = draw_view(tomogram, classes, legend, slices[next], range, options.longer_side);
            shown.objects = std::move(maps[next++]);
        }
    progress(1);
    return views;
}

PlaneView make_slice_view(const Tomogram& tomogram, const ClassVolume* classes, const Legend& legend,
                          SlicePosition position, int longer_side, const Progress& progress) {
    const auto slices = read_grey_slices(tomogram, {&position, 1}, progress);
    return {position.plane,
            {draw_view(tomogram, classes, legend, slices[0], find_grey_range(slices), longer_side)},
            0};
}

}  // namespace cytomo
