// Private to measures: an object in blocks of several voxels, where it is thick enough for that.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/labels/level_graph.h"
#include "cytomo/labels/voxel_runs.h"

namespace cytomo {

/// A portion of the object's volume, and the level it belongs to (no_level: to none).
struct SkeletonPortion {
    Vec3 place_um;
    double volume_um3;
    std::uint32_t level;
};
constexpr std::uint32_t no_level = 0xFFFFFFFFU;

struct BlockObject {
    Grid grid;                        ///< of the blocks
    std::vector<VoxelRun> solid;      ///< blocks of which the object fills half or more
    std::vector<VoxelRun> filled;     ///< all blocks in which it has voxels
    std::vector<std::uint8_t> count;  ///< voxels in each of these
    std::vector<Vec3> centroid_um;    ///< of these voxels
    std::vector<std::uint32_t>
        block_of_run;  ///< for each run of voxels: number of the block of its first voxel
};

/// Blocks of `block` voxels along x, y, z.
BlockObject make_blocks(const std::vector<VoxelRun>& runs, const Grid& grid, std::array<int, 3> block);

/// Level of each filled block: its own, or that of a solid block beside it.
std::vector<std::uint32_t> levels_of_blocks(const BlockObject& blocks, const LevelGraph& graph);

}  // namespace cytomo
