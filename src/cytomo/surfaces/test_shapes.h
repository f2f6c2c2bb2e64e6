// Shapes with known volume and area, for the tests of this folder.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "cytomo/core/volume.h"
#include "cytomo/surfaces/extract.h"

namespace cytomo::test_shapes {

/// A solid: signed distance to its surface (µm, positive inside), volume, area, and the mean over its surface
/// of the mean curvature.
struct Shape {
    std::string name;
    std::function<double(Vec3)> distance_um;
    double volume_um3, area_um2;
    int euler_characteristic;
    Vec3 half_extent_um;
    double mean_curvature_per_um = 0;
};

inline Shape sphere(double r) {
    const double pi = std::numbers::pi;
    return {"sphere",
            [r](Vec3 p) { return r - length(p); },
            4.0 / 3 * pi * r * r * r,
            4 * pi * r * r,
            2,
            {r, r, r},
            1 / r};
}

/// A tube along a direction, closed by half spheres.
inline Shape capsule(double r, double straight, Vec3 direction) {
    const double pi = std::numbers::pi;
    const Vec3 d = normalized(direction);
    return {"capsule",
            [=](Vec3 p) {
                const double along = std::clamp(dot(p, d), -straight / 2, straight / 2);
                return r - length(p - d * along);
            },
            pi * r * r * (straight + 4.0 / 3 * r),
            2 * pi * r * (straight + 2 * r),
            2,
            Vec3{r, r, r} + Vec3{std::fabs(d.x), std::fabs(d.y), std::fabs(d.z)} * (straight / 2),
            (straight + 4 * r) / (2 * r * (straight + 2 * r))};
}

/// A torus around the z axis: distance of the tube's centre line from the axis, and its radius.
inline Shape torus(double ring, double tube) {
    const double pi = std::numbers::pi;
    return {"torus",
            [=](Vec3 p) { return tube - std::hypot(std::hypot(p.x, p.y) - ring, p.z); },
            2 * pi * pi * ring * tube * tube,
            4 * pi * pi * ring * tube,
            0,
            {ring + tube, ring + tube, tube},
            1 / (2 * tube)};
}

/// Half axes a, a, c (c <= a); the distance by Newton's method on the ellipse.
inline Shape oblate(double a, double c) {
    const double pi = std::numbers::pi;
    const double e = std::sqrt(1 - c * c / (a * a));
    const double area = 2 * pi * a * a * (1 + (1 - e * e) / e * std::atanh(e));
    // The integral of the mean curvature of a convex body is 4π times the mean over all directions of the
    // distance of its tangent plane from the middle (Minkowski).
    double support = 0;
    constexpr int steps = 1000;
    for (int i = 0; i < steps; ++i) {
        const double t = (i + 0.5) / steps;
        support += std::sqrt(a * a * (1 - t * t) + c * c * t * t) / steps;
    }
    return {"ellipsoid",
            [=](Vec3 p) {
                const double x = std::hypot(p.x, p.y), y = std::fabs(p.z);
                // Nearest point (a cos t, c sin t): the derivative of the squared distance vanishes.
                double low = 0, high = pi / 2;
                for (int i = 0; i < 40; ++i) {
                    const double t = (low + high) / 2;
                    const double slope =
                        (a * std::cos(t) - x) * -a * std::sin(t) + (c * std::sin(t) - y) * c * std::cos(t);
                    (slope < 0 ? low : high) = t;
                }
                const double t = (low + high) / 2;
                const double d = std::hypot(a * std::cos(t) - x, c * std::sin(t) - y);
                return x * x / (a * a) + y * y / (c * c) < 1 ? d : -d;
            },
            4.0 / 3 * pi * a * a * c,
            area,
            2,
            {a, a, c},
            4 * pi * support / area};
}

/// A grid around the shape with its centre `shift` voxels off a voxel centre.
inline Grid grid_around(const Shape& shape, Vec3 voxel_um, Vec3 shift) {
    Grid g;
    const auto axis = [](double half, double edge) {
        return 2 * static_cast<std::int64_t>(half / edge + 4) + 1;
    };
    g.voxel_um = voxel_um;
    g.size = {axis(shape.half_extent_um.x, voxel_um.x), axis(shape.half_extent_um.y, voxel_um.y),
              axis(shape.half_extent_um.z, voxel_um.z)};
    g.origin_um = {-(static_cast<double>(g.size.x / 2) + shift.x) * voxel_um.x,
                   -(static_cast<double>(g.size.y / 2) + shift.y) * voxel_um.y,
                   -(static_cast<double>(g.size.z / 2) + shift.z) * voxel_um.z};
    return g;
}

enum class Edge { ramp, sigmoid, sharp_sigmoid };

/// Two classes (0 outside, 1 inside), 8 bit, whose boundary is soft over about one (shortest) voxel edge:
/// a ramp of that width, or a logistic function with a scale of half an edge (from 10 to 90 % in 2.2 edges)
/// or of a quarter (1.1 edges).
inline Probabilities probabilities_of(const Shape& shape, const Grid& grid, Edge edge) {
    Probabilities p{grid, 2, std::vector<std::uint8_t>(2 * static_cast<std::size_t>(grid.count()))};
    const double width = std::min({grid.voxel_um.x, grid.voxel_um.y, grid.voxel_um.z});
    std::size_t i = 0;
    const auto n = static_cast<std::size_t>(grid.count());
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x, ++i) {
                const double d =
                    shape.distance_um(grid.world_from_voxel(
                        {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)})) /
                    width;
                const double inside = edge == Edge::ramp      ? std::clamp(0.5 + d, 0.0, 1.0)
                                      : edge == Edge::sigmoid ? 1 / (1 + std::exp(-2 * d))
                                                              : 1 / (1 + std::exp(-4 * d));
                p.values[n + i] = static_cast<std::uint8_t>(std::lround(255 * inside));
                p.values[i] = static_cast<std::uint8_t>(255 - p.values[n + i]);
            }
    return p;
}

/// 1 for voxels whose centre lies inside, 0 for the others.
inline InstanceVolume instances_of(const Shape& shape, const Grid& grid) {
    InstanceVolume v(grid);
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x)
                v(x, y, z) =
                    shape.distance_um(grid.world_from_voxel(
                        {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)})) > 0
                        ? 1
                        : 0;
    return v;
}

/// The surface of a shape, extracted from its distances.
inline Mesh exact_surface_of(const Shape& shape, const Grid& g) {
    const SliceField field = [&](std::int64_t z, std::span<float> out) {
        std::size_t i = 0;
        for (std::int64_t y = 0; y < g.size.y; ++y)
            for (std::int64_t x = 0; x < g.size.x; ++x)
                out[i++] = static_cast<float>(shape.distance_um(g.world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)})));
    };
    return extract_surface(g, field, 0);
}

}  // namespace cytomo::test_shapes
