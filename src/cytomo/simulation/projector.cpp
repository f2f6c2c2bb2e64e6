// Joseph's method. A ray at angle a samples each row it crosses (or each column, if it is steep to the
// rows) by linear interpolation, so a voxel whose centre falls at detector position v gives the ray at
// position u the weight W · max(0, 1 - |u - v| / h): W is the path between two samples, h how far the
// voxel's neighbour in that row or column lies away on the detector. The projection gathers ray by ray
// in the first case and voxel by voxel in the second, so that memory is always read in order; the
// transpose always gathers voxel by voxel.
#include "cytomo/simulation/projector.h"

#include <algorithm>
#include <cmath>

namespace cytomo {

namespace {

/// The values of one place in all slices, as one vector.
using Values = float __attribute__((vector_size(lanes * sizeof(float)), aligned(alignof(float)), may_alias));

inline Values& values_at(float* p) {
    return *reinterpret_cast<Values*>(p);
}
inline const Values& values_at(const float* p) {
    return *reinterpret_cast<const Values*>(p);
}

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

/// Calls visit(detector, first value, second value, weight of first, weight of second, depth in µm).
template <class Visit>
void walk(const SliceGeometry& g, const View& view, const Visit& visit) {
    const auto depth = [&](double i, double k) {
        return (k - g.axis_z) * g.voxel_z_um * view.c - (i - g.axis_x) * g.voxel_x_um * view.s;
    };
    const double detectors = static_cast<double>(g.detectors);
    for (std::int64_t k = view.by_rows ? 0 : -1; k < g.nz; ++k) {
        const double row = static_cast<double>(k), here = view.start + view.per_z * row;
        if (view.by_rows) {
            // One sample of each ray, between two voxels of this row.
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
        } else {
            // The rays that pass between a voxel of this row and the one above it.
            const double inverse = 1 / view.per_z;
            const auto [first, last] =
                range_within(here, view.per_x, -1 - view.reach, detectors + view.reach, g.nx);
            for (std::int64_t i = first; i < last; ++i) {
                const double v = here + view.per_x * static_cast<double>(i);
                const double low = view.per_z > 0 ? v : v + view.per_z, high = low + view.reach;
                // low <= u < high for positive tilts, low < u <= high for negative ones: each ray once.
                auto u = static_cast<std::int64_t>(view.per_z > 0 ? std::ceil(low) : std::floor(low) + 1);
                const auto end =
                    static_cast<std::int64_t>(view.per_z > 0 ? std::ceil(high) : std::floor(high) + 1);
                const std::int64_t at = g.at(i, k), above = g.at(i, k + 1);
                for (u = std::max<std::int64_t>(0, u); u < std::min(end, g.detectors); ++u) {
                    const double along = (static_cast<double>(u) - v) * inverse;
                    const auto f = static_cast<float>(along * view.weight);
                    visit(u, at, above, static_cast<float>(view.weight) - f, f,
                          depth(static_cast<double>(i), row + along));
                }
            }
        }
    }
}

}  // namespace

void project(const SliceGeometry& g, double angle_rad, double shift_um, const float* slice, float* row) {
    walk(g, View(g, angle_rad, shift_um),
         [&](std::int64_t u, std::int64_t a, std::int64_t b, float wa, float wb, double) {
             values_at(row + u * lanes) += wa * values_at(slice + a) + wb * values_at(slice + b);
         });
}

void project_by_depth(const SliceGeometry& g, double angle_rad, double shift_um, double reach_um, int slabs,
                      const float* slice, float* rows) {
    const double scale = slabs / (2 * reach_um);
    walk(g, View(g, angle_rad, shift_um),
         [&](std::int64_t u, std::int64_t a, std::int64_t b, float wa, float wb, double depth) {
             const int slab = std::clamp(static_cast<int>((depth + reach_um) * scale), 0, slabs - 1);
             values_at(rows + (slab * g.detectors + u) * lanes) +=
                 wa * values_at(slice + a) + wb * values_at(slice + b);
         });
}

void back_project(const SliceGeometry& g, double angle_rad, double shift_um, const float* row, float* slice) {
    const View view(g, angle_rad, shift_um);
    const double inverse = 1 / view.reach;
    for (std::int64_t k = 0; k < g.nz; ++k) {
        const double here = view.start + view.per_z * static_cast<double>(k);
        float* out = slice + g.at(0, k);
        const auto weight_of = [&](double distance) {
            return static_cast<float>(view.weight * std::max(0.0, 1 - std::fabs(distance) * inverse));
        };
        const double low = -view.reach, high = static_cast<double>(g.detectors - 1) + view.reach;
        const auto [first, last] = range_within(here, view.per_x, low, high, g.nx);
        // Where only the two detector pixels around the voxel can be within reach, and both exist.
        auto [begin, end] = range_within(here, view.per_x, 0, static_cast<double>(g.detectors - 1), g.nx);
        if (view.reach > 1 || begin > end) begin = end = last;
        const auto slowly = [&](std::int64_t i) {
            const double v = here + view.per_x * static_cast<double>(i);
            const auto u1 = std::min(g.detectors - 1, static_cast<std::int64_t>(std::floor(v + view.reach)));
            for (auto u = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(v - view.reach)));
                 u <= u1; ++u)
                values_at(out + i * lanes) +=
                    weight_of(static_cast<double>(u) - v) * values_at(row + u * lanes);
        };
        for (std::int64_t i = first; i < begin; ++i) slowly(i);
        for (std::int64_t i = begin; i < end; ++i) {
            const double v = here + view.per_x * static_cast<double>(i);
            const auto u = static_cast<std::int64_t>(v);
            const double t = v - static_cast<double>(u);
            const float* r = row + u * lanes;
            values_at(out + i * lanes) +=
                weight_of(t) * values_at(r) + weight_of(1 - t) * values_at(r + lanes);
        }
        for (std::int64_t i = end; i < last; ++i) slowly(i);
    }
}

}  // namespace cytomo
