// Balls spread from the deepest voxels: whoever is reached first belongs to the largest ball.
#include "cytomo/labels/depth.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cytomo/core/neighbours.h"
#include "cytomo/labels/distance.h"

namespace cytomo {

namespace {

Vec3 place(const Grid& grid, std::int64_t i) {
    const auto& s = grid.size;
    const auto x = i % s.x, y = i / s.x % s.y, z = i / (s.x * s.y);
    return {static_cast<double>(x) * grid.voxel_um.x, static_cast<double>(y) * grid.voxel_um.y,
            static_cast<double>(z) * grid.voxel_um.z};
}

constexpr double ridge_slope = 0.3;  // 1 straight up to the middle line, 0 along it

struct Uphill {
    std::int64_t voxel = 0;
    double slope = -1;
};

/// The neighbour within the object towards which the distance grows most.
Uphill steepest(const InstanceVolume& objects, const Volume<float>& distance, std::int64_t at) {
    const Grid& grid = objects.grid();
    const Vec3 here = place(grid, at);
    Uphill best;
    for_neighbours(grid.size, at, [&](std::int64_t next) {
        if (objects[next] != objects[at]) return;
        const double slope =
            static_cast<double>(distance[next] - distance[at]) / length(place(grid, next) - here);
        if (slope > best.slope) best = {next, slope};
    });
    return best;
}

}  // namespace

Volume<std::uint8_t> find_depth(const InstanceVolume& objects) {
    const Grid& grid = objects.grid();
    const Size3 size = grid.size;
    Volume<std::uint8_t> depth(grid);
    Volume<float> distance = find_squared_distances_um2(objects, Beyond::unknown);
    const double half = 0.5 * std::min({grid.voxel_um.x, grid.voxel_um.y, grid.voxel_um.z});
    const double most = length(Vec3{static_cast<double>(size.x) * grid.voxel_um.x,
                                    static_cast<double>(size.y) * grid.voxel_um.y,
                                    static_cast<double>(size.z) * grid.voxel_um.z});
    std::vector<std::int64_t> order;
    order.reserve(static_cast<std::size_t>(objects.count() -
                                           std::count(objects.values().begin(), objects.values().end(), 0U)));
    for (std::int64_t i = 0; i < objects.count(); ++i) {
        if (objects[i] == 0) continue;
        distance[i] = static_cast<float>(std::min(most, std::sqrt(static_cast<double>(distance[i])) - half));
        order.push_back(i);
    }
    std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        return distance[a] != distance[b] ? distance[a] > distance[b] : a < b;
    });
    // Of the ball that holds a voxel.
    std::vector<float> radius(static_cast<std::size_t>(objects.count()), 0.F);
    std::vector<std::int64_t> reached;
    for (const std::int64_t centre : order) {
        if (radius[static_cast<std::size_t>(centre)] > 0) continue;  // within a larger ball
        const Vec3 middle = place(grid, centre);
        // Corners and rough edges hold no ball worth the name: they belong to the one that they lead up to.
        const auto uphill = steepest(objects, distance, centre);
        if (uphill.slope >= ridge_slope && radius[static_cast<std::size_t>(uphill.voxel)] > 0) {
            radius[static_cast<std::size_t>(centre)] = radius[static_cast<std::size_t>(uphill.voxel)];
            continue;
        }
        const float r = distance[centre];
        radius[static_cast<std::size_t>(centre)] = r;
        reached.assign(1, centre);
        while (!reached.empty()) {
            const auto at = reached.back();
            reached.pop_back();
            for_neighbours(size, at, [&](std::int64_t next) {
                auto& its = radius[static_cast<std::size_t>(next)];
                if (its > 0 || objects[next] != objects[centre]) return;
                if (length(place(grid, next) - middle) > static_cast<double>(r) + half) return;
                its = r;
                reached.push_back(next);
            });
        }
    }
    for (const std::int64_t i : order) {
        const double share = static_cast<double>(distance[i]) /
                             std::max(1e-9, static_cast<double>(radius[static_cast<std::size_t>(i)]));
        depth[i] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(share, 0.0, 1.0)));
    }
    return depth;
}

}  // namespace cytomo
