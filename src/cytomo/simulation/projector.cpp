// Joseph's method, walked row by row so that memory is read in order: for each row of voxels, the
// rays that cross it, and for steep tilts, for each pair of voxels above one another the rays that
// pass between them. One walk serves the projection and its transpose.
#include "cytomo/simulation/projector.h"

#include <algorithm>
#include <cmath>

namespace cytomo {

namespace {

/// Calls visit(detector, first value, second value, weight of first, weight of second, depth).
template <class Visit>
void walk(const SliceGeometry& g, double angle_rad, double shift_um, const Visit& visit) {
    const double c = std::cos(angle_rad), s = std::sin(angle_rad);
    // Detector coordinate (pixels) of voxel (i, k): u = cx * i + cz * k + u0.
    const double cx = c * g.voxel_x_um / g.pitch_um, cz = s * g.voxel_z_um / g.pitch_um;
    const double u0 = g.axis_detector + shift_um / g.pitch_um - cx * g.axis_x - cz * g.axis_z;
    const auto depth = [&](double i, double k) {
        return (k - g.axis_z) * g.voxel_z_um * c - (i - g.axis_x) * g.voxel_x_um * s;
    };
    if (std::fabs(c) * g.voxel_x_um >= std::fabs(s) * g.voxel_z_um) {
        // Rays cross rows: one sample in each row, between two voxels of it.
        const double weight = g.voxel_z_um / std::fabs(c);
        for (std::int64_t k = 0; k < g.nz; ++k) {
            const double start = u0 + cz * static_cast<double>(k);
            double low = start - cx, high = start + cx * static_cast<double>(g.nx);
            if (low > high) std::swap(low, high);
            const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(low)) + 1);
            const auto last = std::min<std::int64_t>(g.detectors - 1, static_cast<std::int64_t>(std::ceil(high)) - 1);
            for (std::int64_t u = first; u <= last; ++u) {
                const double i = (static_cast<double>(u) - start) / cx;
                const double base = std::clamp(std::floor(i), -1.0, static_cast<double>(g.nx - 1));
                const double f = i - base;
                const std::int64_t at = g.at(static_cast<std::int64_t>(base), k);
                visit(u, at, at + lanes, static_cast<float>(weight * (1 - f)), static_cast<float>(weight * f),
                      depth(i, static_cast<double>(k)));
            }
        }
    } else {
        // Rays cross columns: one sample in each column, between two voxels above one another.
        const double weight = g.voxel_x_um / std::fabs(s);
        const std::int64_t above = (g.nx + 2) * lanes;
        for (std::int64_t k = -1; k < g.nz; ++k)
            for (std::int64_t i = 0; i < g.nx; ++i) {
                const double here = u0 + cx * static_cast<double>(i) + cz * static_cast<double>(k);
                // Rays with here <= u < here + cz, or the mirror image for negative tilts.
                const double low = cz > 0 ? here : here + cz, high = cz > 0 ? here + cz : here;
                auto u = static_cast<std::int64_t>(cz > 0 ? std::ceil(low) : std::floor(low) + 1);
                u = std::max<std::int64_t>(0, u);
                for (; u < g.detectors && (cz > 0 ? static_cast<double>(u) < high : static_cast<double>(u) <= high);
                     ++u) {
                    const double f = (static_cast<double>(u) - here) / cz;
                    const std::int64_t at = g.at(i, k);
                    visit(u, at, at + above, static_cast<float>(weight * (1 - f)), static_cast<float>(weight * f),
                          depth(static_cast<double>(i), static_cast<double>(k) + f));
                }
            }
    }
}

inline void gather(float* row, const float* a, const float* b, float wa, float wb) {
    for (std::int64_t j = 0; j < lanes; ++j) row[j] += wa * a[j] + wb * b[j];
}

}  // namespace

void project(const SliceGeometry& g, double angle_rad, double shift_um, const float* __restrict slice,
             float* __restrict row) {
    walk(g, angle_rad, shift_um,
         [&](std::int64_t u, std::int64_t a, std::int64_t b, float wa, float wb, double) {
             gather(row + u * lanes, slice + a, slice + b, wa, wb);
         });
}

void project_by_depth(const SliceGeometry& g, double angle_rad, double shift_um, double reach_um, int slabs,
                      const float* __restrict slice, float* __restrict rows) {
    const double scale = slabs / (2 * reach_um);
    walk(g, angle_rad, shift_um,
         [&](std::int64_t u, std::int64_t a, std::int64_t b, float wa, float wb, double depth) {
             const int slab = std::clamp(static_cast<int>(std::floor((depth + reach_um) * scale)), 0, slabs - 1);
             gather(rows + (slab * g.detectors + u) * lanes, slice + a, slice + b, wa, wb);
         });
}

void back_project(const SliceGeometry& g, double angle_rad, double shift_um, const float* __restrict row,
                  float* __restrict slice) {
    walk(g, angle_rad, shift_um,
         [&](std::int64_t u, std::int64_t a, std::int64_t b, float wa, float wb, double) {
             const float* r = row + u * lanes;
             float* pa = slice + a;
             float* pb = slice + b;
             for (std::int64_t j = 0; j < lanes; ++j) {
                 pa[j] += wa * r[j];
                 pb[j] += wb * r[j];
             }
         });
    const std::int64_t width = (g.nx + 2) * lanes;
    std::fill_n(slice, width, 0.0F);
    std::fill_n(slice + (g.nz + 1) * width, width, 0.0F);
    for (std::int64_t k = 1; k <= g.nz; ++k) {
        std::fill_n(slice + k * width, lanes, 0.0F);
        std::fill_n(slice + (k + 1) * width - lanes, lanes, 0.0F);
    }
}

}  // namespace cytomo
