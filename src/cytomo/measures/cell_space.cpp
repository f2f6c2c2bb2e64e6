#include "cytomo/measures/cell_space.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cytomo/core/parallel.h"
#include "cytomo/labels/distance.h"

namespace cytomo {

ClassVolume thinned(const ClassVolume& classes, std::int64_t most_voxels) {
    const Grid& grid = classes.grid();
    std::array<std::int64_t, 3> step{1, 1, 1};
    const std::array<std::int64_t, 3> size{grid.size.x, grid.size.y, grid.size.z};
    const std::array<double, 3> edge{grid.voxel_um.x, grid.voxel_um.y, grid.voxel_um.z};
    const auto left = [&](std::size_t a) { return (size[a] + step[a] - 1) / step[a]; };
    while (left(0) * left(1) * left(2) > most_voxels) {
        std::size_t finest = 0;
        for (std::size_t a = 1; a < 3; ++a)
            if (edge[a] * static_cast<double>(step[a]) < edge[finest] * static_cast<double>(step[finest]))
                finest = a;
        ++step[finest];
    }
    Grid coarse = grid;
    // The voxel in the middle of each step, or the last one.
    const auto place = [&](std::size_t a, std::int64_t i) {
        return std::min(i * step[a] + step[a] / 2, size[a] - 1);
    };
    coarse.size = {left(0), left(1), left(2)};
    coarse.voxel_um = {edge[0] * static_cast<double>(step[0]), edge[1] * static_cast<double>(step[1]),
                       edge[2] * static_cast<double>(step[2])};
    coarse.origin_um =
        grid.world_from_voxel({static_cast<double>(step[0] / 2), static_cast<double>(step[1] / 2),
                               static_cast<double>(step[2] / 2)});
    ClassVolume result(coarse);
    parallel_for(coarse.size.z, [&](std::int64_t z) {
        for (std::int64_t y = 0; y < coarse.size.y; ++y) {
            const std::uint8_t* from = &classes(0, place(1, y), place(2, z));
            std::uint8_t* to = &result(0, y, z);
            for (std::int64_t x = 0; x < coarse.size.x; ++x) to[x] = from[place(0, x)];
        }
    });
    return result;
}

double half_voxel_um(const Grid& grid) {
    return 0.25 * std::cbrt(grid.voxel_volume_um3());
}

Volume<float> find_distances_to(const ClassVolume& classes, const std::array<bool, 256>& members) {
    ClassVolume away(classes.grid());
    const Size3 n = classes.grid().size;
    parallel_for(n.z, [&](std::int64_t z) {
        for (std::int64_t i = z * n.x * n.y; i < (z + 1) * n.x * n.y; ++i) away[i] = !members[classes[i]];
    });
    Volume<float> distances = find_squared_distances_um2(away, Beyond::unknown);
    parallel_for(n.z, [&](std::int64_t z) {
        for (std::int64_t i = z * n.x * n.y; i < (z + 1) * n.x * n.y; ++i)
            distances[i] = std::sqrt(distances[i]);
    });
    return distances;
}

double value_at(const Volume<float>& volume, Vec3 position_um) {
    const Grid& grid = volume.grid();
    const Vec3 v = grid.voxel_from_world(position_um);
    const auto split = [](double at, std::int64_t size, std::int64_t& low, std::int64_t& high) {
        const double inside = std::clamp(at, 0.0, static_cast<double>(size - 1));
        low = static_cast<std::int64_t>(inside);
        high = std::min(low + 1, size - 1);
        return inside - static_cast<double>(low);
    };
    std::int64_t x0, x1, y0, y1, z0, z1;
    const double fx = split(v.x, grid.size.x, x0, x1), fy = split(v.y, grid.size.y, y0, y1),
                 fz = split(v.z, grid.size.z, z0, z1);
    const auto along_x = [&](std::int64_t y, std::int64_t z) {
        return volume(x0, y, z) * (1 - fx) + volume(x1, y, z) * fx;
    };
    return (along_x(y0, z0) * (1 - fy) + along_x(y1, z0) * fy) * (1 - fz) +
           (along_x(y0, z1) * (1 - fy) + along_x(y1, z1) * fy) * fz;
}

LowerLimits::LowerLimits(std::span<const Volume<float>* const> fields) : fields_(fields.size()) {
    if (fields.empty()) return;
    grid_ = fields.front()->grid();
    const Size3 n = grid_.size;
    blocks_ = {(n.x + edge - 1) / edge, (n.y + edge - 1) / edge, (n.z + edge - 1) / edge};
    limits_.assign(static_cast<std::size_t>(blocks_.count()) * fields_,
                   std::numeric_limits<float>::infinity());
    parallel_for(blocks_.z, [&](std::int64_t bz) {
        std::vector<float> along_x(static_cast<std::size_t>(blocks_.x));
        for (std::size_t f = 0; f < fields_; ++f)
            for (std::int64_t z = bz * edge; z <= std::min((bz + 1) * edge, n.z - 1); ++z)
                for (std::int64_t y = 0; y < n.y; ++y) {
                    const float* row = &(*fields[f])(0, y, z);
                    for (std::int64_t bx = 0; bx < blocks_.x; ++bx) {
                        const std::int64_t end = std::min((bx + 1) * edge, n.x - 1);
                        along_x[static_cast<std::size_t>(bx)] =
                            *std::min_element(row + bx * edge, row + end + 1);
                    }
                    // The first row of a block is also the last one that the block before looks at.
                    const std::int64_t last = y / edge, first = y > 0 && y % edge == 0 ? last - 1 : last;
                    for (std::int64_t by = first; by <= last; ++by)
                        for (std::int64_t bx = 0; bx < blocks_.x; ++bx) {
                            float& limit =
                                limits_[static_cast<std::size_t>((bz * blocks_.y + by) * blocks_.x + bx) *
                                            fields_ +
                                        f];
                            limit = std::min(limit, along_x[static_cast<std::size_t>(bx)]);
                        }
                }
    });
}

std::span<const float> LowerLimits::at(Vec3 position_um) const {
    const Vec3 v = grid_.voxel_from_world(position_um);
    const auto block = [](double at, std::int64_t size) {
        return static_cast<std::int64_t>(std::clamp(at, 0.0, static_cast<double>(size - 1))) / edge;
    };
    const std::int64_t number =
        (block(v.z, grid_.size.z) * blocks_.y + block(v.y, grid_.size.y)) * blocks_.x +
        block(v.x, grid_.size.x);
    return {limits_.data() + static_cast<std::size_t>(number) * fields_, fields_};
}

}  // namespace cytomo
