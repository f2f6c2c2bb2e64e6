#include "cytomo/measures/skeleton_blocks.h"

#include <algorithm>

namespace cytomo {

namespace {

struct Sum {
    std::int32_t count = 0;
    std::array<std::int32_t, 3> place{};  ///< Σ x, y, z within the block
};

void add_run(std::vector<VoxelRun>& runs, std::int32_t x, std::int32_t y, std::int32_t z) {
    if (!runs.empty() && runs.back().z == z && runs.back().y == y && runs.back().x_end == x)
        ++runs.back().x_end;
    else
        runs.push_back({x, x + 1, y, z});
}

}  // namespace

BlockObject make_blocks(const std::vector<VoxelRun>& runs, const Grid& grid, std::array<int, 3> block) {
    BlockObject object;
    const auto [bx, by, bz] = block;
    const Vec3 e = grid.voxel_um;
    object.grid = {{(grid.size.x + bx - 1) / bx, (grid.size.y + by - 1) / by, (grid.size.z + bz - 1) / bz},
                   {e.x * bx, e.y * by, e.z * bz},
                   grid.origin_um + Vec3{e.x * (bx - 1), e.y * (by - 1), e.z * (bz - 1)} * 0.5};
    object.block_of_run.resize(runs.size());
    std::int32_t low_x = runs.front().x_begin, high_x = runs.front().x_end;
    for (const VoxelRun& run : runs) {
        low_x = std::min(low_x, run.x_begin);
        high_x = std::max(high_x, run.x_end);
    }
    const std::int32_t first = low_x / bx, width = (high_x - 1) / bx - first + 1;
    std::vector<std::vector<std::size_t>> rows;  // runs of each row of blocks of one layer
    std::vector<Sum> sums(static_cast<std::size_t>(width));
    for (std::size_t begin = 0; begin < runs.size();) {
        const std::int32_t layer = runs[begin].z / bz;
        std::size_t end = begin;
        std::int32_t low_y = runs[begin].y, high_y = low_y;
        for (; end < runs.size() && runs[end].z / bz == layer; ++end) {
            low_y = std::min(low_y, runs[end].y);
            high_y = std::max(high_y, runs[end].y);
        }
        const std::int32_t first_row = low_y / by;
        rows.assign(static_cast<std::size_t>(high_y / by - first_row + 1), {});
        for (std::size_t r = begin; r < end; ++r)
            rows[static_cast<std::size_t>(runs[r].y / by - first_row)].push_back(r);
        for (std::size_t row = 0; row < rows.size(); ++row) {
            if (rows[row].empty()) continue;
            const std::int32_t y = first_row + static_cast<std::int32_t>(row);
            std::fill(sums.begin(), sums.end(), Sum{});
            for (const std::size_t r : rows[row])
                for (std::int32_t x = runs[r].x_begin; x < runs[r].x_end; ++x) {
                    Sum& s = sums[static_cast<std::size_t>(x / bx - first)];
                    ++s.count;
                    s.place[0] += x % bx;
                    s.place[1] += runs[r].y % by;
                    s.place[2] += runs[r].z % bz;
                }
            std::vector<std::uint32_t> number(sums.size(), 0);
            for (std::size_t i = 0; i < sums.size(); ++i) {
                const Sum& s = sums[i];
                if (s.count == 0) continue;
                const std::int32_t x = first + static_cast<std::int32_t>(i);
                number[i] = static_cast<std::uint32_t>(object.count.size());
                object.count.push_back(static_cast<std::uint8_t>(s.count));
                const auto mean = [&](std::size_t axis) {
                    return static_cast<double>(s.place[axis]) / static_cast<double>(s.count);
                };
                object.centroid_um.push_back(
                    grid.world_from_voxel({x * bx + mean(0), y * by + mean(1), layer * bz + mean(2)}));
                add_run(object.filled, x, y, layer);
                if (2 * s.count >= bx * by * bz) add_run(object.solid, x, y, layer);
            }
            for (const std::size_t r : rows[row])
                object.block_of_run[r] = number[static_cast<std::size_t>(runs[r].x_begin / bx - first)];
        }
        begin = end;
    }
    return object;
}

std::vector<std::uint32_t> levels_of_blocks(const BlockObject& blocks, const LevelGraph& graph) {
    const ObjectVoxels filled(blocks.filled);
    std::vector<std::uint32_t> level(filled.size(), no_level);
    // Solid blocks are among the filled ones, in the same order.
    std::size_t solid = 0;
    for (const VoxelRun& run : blocks.solid)
        for (std::int32_t x = run.x_begin; x < run.x_end; ++x)
            filled.for_row(run.y, run.z, x, x + 1,
                           [&](std::size_t i) { level[i] = graph.level_of[solid++]; });
    for (int sweep = 0; sweep < 2; ++sweep) {
        const std::vector<std::uint32_t> before(level);
        for (std::size_t i = 0; i < level.size(); ++i) {
            if (before[i] != no_level) continue;
            filled.for_neighbours(i, [&](std::size_t other, int) {
                if (level[i] == no_level) level[i] = before[other];
            });
        }
    }
    return level;
}

}  // namespace cytomo
