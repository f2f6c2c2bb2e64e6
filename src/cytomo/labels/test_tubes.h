// For tests: tubes around lines, drawn into volumes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "cytomo/core/random.h"
#include "cytomo/core/volume.h"

namespace cytomo {

/// A line of points and the radius of the tube around it; ends are half spheres.
struct TestTube {
    std::vector<Vec3> points_um;
    double radius_um = 0;
};

/// A random rotation about the origin.
struct TestTurn {
    Vec3 a{1, 0, 0}, b{0, 1, 0}, c{0, 0, 1};
    explicit TestTurn(std::uint64_t seed) {
        if (seed == 0) return;  // none
        Random random(seed);
        a = normalized({random.normal(), random.normal(), random.normal()});
        b = normalized(cross(a, {random.normal(), random.normal(), random.normal()}));
        c = cross(a, b);
    }
    Vec3 operator()(Vec3 p) const { return a * p.x + b * p.y + c * p.z; }
    TestTube operator()(TestTube tube) const {
        for (Vec3& p : tube.points_um) p = (*this)(p);
        return tube;
    }
};

inline TestTube straight_tube(Vec3 from, Vec3 to, double radius_um) {
    return {{from, to}, radius_um};
}

/// Part of a circle in the xy plane around `centre`, from one angle to another.
inline TestTube arc_tube(Vec3 centre, double bend_um, double from, double to, double radius_um) {
    TestTube tube{{}, radius_um};
    const int steps = 8 + static_cast<int>(std::abs(to - from) * 40);
    for (int i = 0; i <= steps; ++i) {
        const double angle = from + (to - from) * i / steps;
        tube.points_um.push_back(centre + Vec3{bend_um * std::cos(angle), bend_um * std::sin(angle), 0});
    }
    return tube;
}

/// The smallest volume around the tubes, three voxels to spare, with `value` in them.
template <class T>
Volume<T> draw_tubes(const std::vector<TestTube>& tubes, Vec3 voxel_um, T value, Vec3 shift = {}) {
    Vec3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};
    for (const TestTube& t : tubes)
        for (const Vec3 p : t.points_um) {
            const double r = t.radius_um;
            low = {std::min(low.x, p.x - r), std::min(low.y, p.y - r), std::min(low.z, p.z - r)};
            high = {std::max(high.x, p.x + r), std::max(high.y, p.y + r), std::max(high.z, p.z + r)};
        }
    low = low - voxel_um * 3 + Vec3{shift.x * voxel_um.x, shift.y * voxel_um.y, shift.z * voxel_um.z};
    const auto cells = [](double from, double to, double e) {
        return static_cast<std::int64_t>(std::ceil((to - from) / e)) + 4;
    };
    const Grid grid{{cells(low.x, high.x, voxel_um.x), cells(low.y, high.y, voxel_um.y),
                     cells(low.z, high.z, voxel_um.z)},
                    voxel_um,
                    low};
    Volume<T> volume(grid);
    for (const TestTube& t : tubes)
        for (std::size_t i = 1; i < t.points_um.size(); ++i) {
            const Vec3 from = t.points_um[i - 1], to = t.points_um[i];
            const double r = t.radius_um, whole = length(to - from);
            const Vec3 along = normalized(to - from);
            const auto first = [&](double a, double b, double o, double e, std::int64_t n) {
                return std::clamp<std::int64_t>(static_cast<std::int64_t>((std::min(a, b) - r - o) / e), 0,
                                                n - 1);
            };
            const auto last = [&](double a, double b, double o, double e, std::int64_t n) {
                return std::clamp<std::int64_t>(static_cast<std::int64_t>((std::max(a, b) + r - o) / e) + 1,
                                                0, n - 1);
            };
            const Vec3 o = grid.origin_um, e = voxel_um;
            for (auto z = first(from.z, to.z, o.z, e.z, grid.size.z);
                 z <= last(from.z, to.z, o.z, e.z, grid.size.z); ++z)
                for (auto y = first(from.y, to.y, o.y, e.y, grid.size.y);
                     y <= last(from.y, to.y, o.y, e.y, grid.size.y); ++y)
                    for (auto x = first(from.x, to.x, o.x, e.x, grid.size.x);
                         x <= last(from.x, to.x, o.x, e.x, grid.size.x); ++x) {
                        const Vec3 p = grid.world_from_voxel({static_cast<double>(x), static_cast<double>(y),
                                                              static_cast<double>(z)}) -
                                       from;
                        const double t_along = std::clamp(dot(p, along), 0.0, whole);
                        const Vec3 off = p - along * t_along;
                        if (dot(off, off) <= r * r) volume(x, y, z) = value;
                    }
        }
    return volume;
}

/// Voxels at the surface change sides with the given probability, once each.
template <class T>
void roughen(Volume<T>& volume, double probability, std::uint64_t seed) {
    const Volume<T> before(volume);
    Random random(seed);
    const Size3 n = volume.grid().size;
    T value = 0;
    for (std::int64_t i = 0; i < volume.count(); ++i) value = std::max(value, before[i]);
    for (std::int64_t z = 1; z + 1 < n.z; ++z)
        for (std::int64_t y = 1; y + 1 < n.y; ++y)
            for (std::int64_t x = 1; x + 1 < n.x; ++x) {
                const T own = before(x, y, z);
                const bool edge = before(x - 1, y, z) != own || before(x + 1, y, z) != own ||
                                  before(x, y - 1, z) != own || before(x, y + 1, z) != own ||
                                  before(x, y, z - 1) != own || before(x, y, z + 1) != own;
                if (edge && random.chance(probability)) volume(x, y, z) = own == 0 ? value : T{0};
            }
}

}  // namespace cytomo
