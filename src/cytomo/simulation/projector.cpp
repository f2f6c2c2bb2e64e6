// Joseph's method. A ray at angle a samples each row it crosses (or each column, if it is steep to the
// rows) by linear interpolation, so a voxel whose centre falls at detector position v gives the ray at
// position u the weight W · max(0, 1 - |u - v| / h): W is the path between two samples, h how far the
// voxel's neighbour in that row or column lies away on the detector. The projection gathers ray by ray
// in the first case and voxel by voxel in the second, so that memory is always read in order; the
// transpose always gathers voxel by voxel. Several angles take turns at each row of voxels, so that the
// row stays in the nearest cache and their images in the next one.
#include "cytomo/simulation/projector.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "cytomo/simulation/lanes.h"

namespace cytomo {

namespace {

struct View {
    View(const SliceGeometry& g, double angle_rad, double shift_um)
        : c(std::cos(angle_rad)),
          s(std::sin(angle_rad)),
          by_rows(std::fabs(c) * g.voxel_x_um >= std::fabs(s) * g.voxel_z_um),
          per_x(c * g.voxel_x_um / g.pitch_um),
          per_z(s * g.voxel_z_um / g.pitch_um),
          start(g.axis_detector + shift_um / g.pitch_um - per_x * g.axis_x - per_z * g.axis_z),
          reach(by_rows ? std::fabs(per_x) : std::fabs(per_z)),
          weight(by_rows ? g.voxel_z_um / std::fabs(c) : g.voxel_x_um / std::fabs(s)) {}
    double c, s;
    bool by_rows;
    double per_x, per_z, start;  ///< detector position of voxel (i, k): start + i per_x + k per_z
    double reach;                ///< h above
    double weight;               ///< W above
};

/// Half-open range of i for which low < from + i * step < high.
std::pair<std::int64_t, std::int64_t> range_within(double from, double step, double low, double high,
                                                   std::int64_t count) {
    if (std::fabs(step) < 1e-12) return {0, from > low && from < high ? count : 0};
    double a = (low - from) / step, b = (high - from) / step;
    if (a > b) std::swap(a, b);
    const auto limit = [&](double v) {
        return static_cast<std::int64_t>(std::clamp(v, 0.0, static_cast<double>(count)));
    };
    return {limit(std::floor(a) + 1), limit(std::ceil(b))};
}

/// Angles that take turns: their images together stay well below 1 MB for usual detectors.
constexpr std::size_t angles_at_once = 12;

/// Visits the samples in row k, -1 <= k < nz: between voxels of the row, or between it and the one above.
/// Calls visit(detector, first value, second value, weight of first, weight of second, depth in µm).
template <class Visit>
void walk_row(const SliceGeometry& g, const View& view, std::int64_t k, const Visit& visit) {
    const auto depth = [&](double i, double z) {
        return (z - g.axis_z) * g.voxel_z_um * view.c - (i - g.axis_x) * g.voxel_x_um * view.s;
    };
    const double row = static_cast<double>(k), here = view.start + view.per_z * row;
    if (view.by_rows) {
        if (k < 0) return;
        const double inverse = 1 / view.per_x;
        const auto [first, last] =
            range_within(-here * inverse, inverse, -1, static_cast<double>(g.nx), g.detectors);
        for (std::int64_t u = first; u < last; ++u) {
            const double i = (static_cast<double>(u) - here) * inverse;
            const auto left = static_cast<std::int64_t>(i + 1) - 1;
            const auto f = static_cast<float>((i - static_cast<double>(left)) * view.weight);
            const std::int64_t at = g.at(left, k);
            visit(u, at, at + lanes, static_cast<float>(view.weight) - f, f, depth(i, row));
        }
        return;
    }
    const double inverse = 1 / view.per_z;
    const auto [first, last] =
        range_within(here, view.per_x, -1 - view.reach, static_cast<double>(g.detectors) + view.reach, g.nx);
    for (std::int64_t i = first; i < last; ++i) {
        const double v = here + view.per_x * static_cast<double>(i);
        const double low = view.per_z > 0 ? v : v + view.per_z, high = low + view.reach;
        // low <= u < high for positive tilts, low < u <= high for negative ones: each ray once.
        auto u = static_cast<std::int64_t>(view.per_z > 0 ? std::ceil(low) : std::floor(low) + 1);
        const auto end = static_cast<std::int64_t>(view.per_z > 0 ? std::ceil(high) : std::floor(high) + 1);
        const std::int64_t at = g.at(i, k), above = g.at(i, k + 1);
        for (u = std::max<std::int64_t>(0, u); u < std::min(end, g.detectors); ++u) {
            const double along = (static_cast<double>(u) - v) * inverse;
            const auto f = static_cast<float>(along * view.weight);
            visit(u, at, above, static_cast<float>(view.weight) - f, f,
                  depth(static_cast<double>(i), row + along));
        }
    }
}

/// Adds to the voxels of row k what they receive from one detector line.
void back_project_row(const SliceGeometry& g, const View& view, std::int64_t k, const float* line,
                      float* slice) {
    const auto weight = static_cast<float>(view.weight);
    const auto fall = static_cast<float>(view.weight / view.reach);
    const auto weight_of = [&](float distance) { return std::max(0.0F, weight - fall * distance); };
    const double here = view.start + view.per_z * static_cast<double>(k);
    float* out = slice + g.at(0, k);
    const auto [first, last] =
        range_within(here, view.per_x, -view.reach, static_cast<double>(g.detectors - 1) + view.reach, g.nx);
    // Where only the two detector pixels around the voxel can be within reach, and both exist.
    auto [begin, end] = range_within(here, view.per_x, 0, static_cast<double>(g.detectors - 1), g.nx);
    if (view.reach > 1 || begin > end) begin = end = last;
    const auto one_by_one = [&](std::int64_t i) {
        const double v = here + view.per_x * static_cast<double>(i);
        const auto u1 = std::min(g.detectors - 1, static_cast<std::int64_t>(std::floor(v + view.reach)));
        for (auto u = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(v - view.reach)));
             u <= u1; ++u)
            add(out + i * lanes, line + u * lanes,
                weight_of(static_cast<float>(std::fabs(static_cast<double>(u) - v))), line + u * lanes, 0);
    };
    for (std::int64_t i = first; i < begin; ++i) one_by_one(i);
    for (std::int64_t i = begin; i < end; ++i) {
        const double v = here + view.per_x * static_cast<double>(i);
        const auto u = static_cast<std::int64_t>(v);
        const auto t = static_cast<float>(v - static_cast<double>(u));
        const float* r = line + u * lanes;
        add(out + i * lanes, r, weight_of(t), r + lanes, weight_of(1 - t));
    }
    for (std::int64_t i = end; i < last; ++i) one_by_one(i);
}

/// One angle's share of add_interpolated() in row k.
void add_interpolated_row(const SliceGeometry& g, const View& view, std::int64_t k, float weight,
                          const float* line, float* slice) {
    const double here = view.start + view.per_z * static_cast<double>(k);
    float* out = slice + g.at(0, k);
    const auto last = g.detectors - 1;
    auto [begin, end] = range_within(here, view.per_x, 0, static_cast<double>(last), g.nx);
    if (begin > end) begin = end = 0;
    const auto beyond = [&](std::int64_t i) {
        const double v = here + view.per_x * static_cast<double>(i);
        add(out + i * lanes, line + (v > 0 ? last : 0) * lanes, weight, line, 0);
    };
    for (std::int64_t i = 0; i < begin; ++i) beyond(i);
    for (std::int64_t i = begin; i < end; ++i) {
        const double v = here + view.per_x * static_cast<double>(i);
        const auto u = static_cast<std::int64_t>(v);
        const float t = weight * static_cast<float>(v - static_cast<double>(u));
        add(out + i * lanes, line + u * lanes, weight - t, line + (u + 1) * lanes, t);
    }
    for (std::int64_t i = end; i < g.nx; ++i) beyond(i);
}

/// Calls work(view, number of the angle, row) so that a few angles take turns at each row.
template <class Work>
void in_turns(const SliceGeometry& g, std::span<const double> angles_rad, double shift_um, const Work& work) {
    for (std::size_t first = 0; first < angles_rad.size(); first += angles_at_once) {
        std::vector<View> views;
        for (const double angle :
             angles_rad.subspan(first, std::min(angles_at_once, angles_rad.size() - first)))
            views.emplace_back(g, angle, shift_um);
        for (std::int64_t k = -1; k < g.nz; ++k)
            for (std::size_t a = 0; a < views.size(); ++a)
                work(views[a], static_cast<std::int64_t>(first + a), k);
    }
}

}  // namespace

void project(const SliceGeometry& g, std::span<const double> angles_rad, double shift_um, const float* slice,
             float* lines) {
    in_turns(g, angles_rad, shift_um, [&](const View& view, std::int64_t angle, std::int64_t k) {
        float* line = lines + angle * g.row_values();
        walk_row(g, view, k, [&](std::int64_t u, std::int64_t a, std::int64_t b, float wa, float wb, double) {
            add(line + u * lanes, slice + a, wa, slice + b, wb);
        });
    });
}

void project_by_depth(const SliceGeometry& g, double angle_rad, double shift_um, double reach_um, int slabs,
                      const float* slice, float* lines) {
    const double scale = slabs / (2 * reach_um);
    const View view(g, angle_rad, shift_um);
    for (std::int64_t k = -1; k < g.nz; ++k)
        walk_row(g, view, k,
                 [&](std::int64_t u, std::int64_t a, std::int64_t b, float wa, float wb, double depth) {
                     const int slab = std::clamp(static_cast<int>((depth + reach_um) * scale), 0, slabs - 1);
                     add(lines + (slab * g.detectors + u) * lanes, slice + a, wa, slice + b, wb);
                 });
}

void back_project(const SliceGeometry& g, std::span<const double> angles_rad, double shift_um,
                  const float* lines, float* slice) {
    in_turns(g, angles_rad, shift_um, [&](const View& view, std::int64_t angle, std::int64_t k) {
        if (k >= 0) back_project_row(g, view, k, lines + angle * g.row_values(), slice);
    });
}

void add_interpolated(const SliceGeometry& g, std::span<const double> angles_rad,
                      std::span<const double> weights, const float* lines, float* slice) {
    in_turns(g, angles_rad, 0, [&](const View& view, std::int64_t angle, std::int64_t k) {
        if (k >= 0)
            add_interpolated_row(g, view, k, static_cast<float>(weights[static_cast<std::size_t>(angle)]),
                                 lines + angle * g.row_values(), slice);
    });
}

}  // namespace cytomo
