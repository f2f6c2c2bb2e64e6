#include "cytomo/simulation/tilt_axis.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

/// Where a place of the target lies in the volume: turned by (c, s) about the centre.
template <bool zero_outside>
Volume<float> resample_turned(const Volume<float>& volume, const Grid& target, Vec3 centre, double c,
                              double s) {
    Volume<float> result(target);
    const Grid& grid = volume.grid();
    const std::int64_t z_shift = std::llround((target.origin_um.z - grid.origin_um.z) / grid.voxel_um.z);
    const auto last_x = static_cast<double>(grid.size.x - 1), last_y = static_cast<double>(grid.size.y - 1);
    parallel_for(target.size.z, [&](std::int64_t z) {
        const std::int64_t from_z = std::clamp<std::int64_t>(z + z_shift, 0, grid.size.z - 1);
        for (std::int64_t y = 0; y < target.size.y; ++y)
            for (std::int64_t x = 0; x < target.size.x; ++x) {
                const Vec3 q = target.world_from_voxel({static_cast<double>(x), static_cast<double>(y), 0});
                const double u = q.x - centre.x, v = q.y - centre.y;
                const Vec3 at =
                    grid.voxel_from_world({centre.x + c * u + s * v, centre.y - s * u + c * v, 0});
                // Rounding must not push a place on the border beyond it.
                if (zero_outside &&
                    (at.x < -0.5 || at.y < -0.5 || at.x > last_x + 0.5 || at.y > last_y + 0.5))
                    continue;
                const double fx = std::clamp(at.x, 0.0, last_x), fy = std::clamp(at.y, 0.0, last_y);
                const auto x0 =
                    std::min(static_cast<std::int64_t>(fx), std::max<std::int64_t>(0, grid.size.x - 2));
                const auto y0 =
                    std::min(static_cast<std::int64_t>(fy), std::max<std::int64_t>(0, grid.size.y - 2));
                const auto x1 = std::min(x0 + 1, grid.size.x - 1), y1 = std::min(y0 + 1, grid.size.y - 1);
                const auto wx = static_cast<float>(fx - static_cast<double>(x0)),
                           wy = static_cast<float>(fy - static_cast<double>(y0));
                const float low = volume(x0, y0, from_z) * (1 - wx) + volume(x1, y0, from_z) * wx;
                const float high = volume(x0, y1, from_z) * (1 - wx) + volume(x1, y1, from_z) * wx;
                result(x, y, z) = low * (1 - wy) + high * wy;
            }
    });
    return result;
}

}  // namespace

AxisFrame::AxisFrame(double axis_deg, Vec3 centre_um)
    : c(std::cos(axis_deg * std::numbers::pi / 180)),
      s(std::sin(axis_deg * std::numbers::pi / 180)),
      centre(centre_um) {
    // A right angle exactly, so that its voxels fall on voxels.
    if (std::fabs(c) < 1e-12) c = 0;
}

Vec3 AxisFrame::extent_around(Vec3 extent) const {
    return {std::fabs(c) * extent.x + std::fabs(s) * extent.y,
            std::fabs(s) * extent.x + std::fabs(c) * extent.y, extent.z};
}

Grid AxisFrame::grid_around(const Grid& grid, double beside_um) const {
    const Vec3 e = grid.voxel_um;
    const Vec3 extent =
        extent_around({static_cast<double>(grid.size.x) * e.x, static_cast<double>(grid.size.y) * e.y, 0});
    Grid turned = grid;
    turned.voxel_um = {std::hypot(c * e.x, s * e.y), std::hypot(s * e.x, c * e.y), e.z};
    const auto voxels = [](double length_um, double edge) {
        return static_cast<std::int64_t>(std::ceil(length_um / edge - 1e-6));
    };
    turned.size.x = voxels(extent.x, turned.voxel_um.x) + 2 * voxels(beside_um, turned.voxel_um.x);
    turned.size.y = voxels(extent.y, turned.voxel_um.y);
    turned.origin_um = {centre.x - 0.5 * static_cast<double>(turned.size.x - 1) * turned.voxel_um.x,
                        centre.y - 0.5 * static_cast<double>(turned.size.y - 1) * turned.voxel_um.y,
                        grid.origin_um.z};
    return turned;
}

Volume<float> AxisFrame::turned(const Volume<float>& volume, const Grid& target) const {
    return resample_turned<true>(volume, target, centre, c, s);
}

Volume<float> AxisFrame::turned_back(const Volume<float>& volume, const Grid& target) const {
    return resample_turned<false>(volume, target, centre, c, -s);
}

}  // namespace cytomo
