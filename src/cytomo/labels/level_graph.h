// How an object hangs together: slices of equal distance along the object, and which of them touch.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/labels/voxel_runs.h"

namespace cytomo {

/// A connected piece of the voxels whose way from the start has a length between rank × thickness and
/// (rank + 1) × thickness.
struct Level {
    std::uint32_t rank = 0;
    std::int64_t voxels = 0;
    Vec3 centroid_um;                        ///< in the grid's space
    std::array<std::int32_t, 3> farthest{};  ///< its voxel with the longest way (rank 0: the start itself)
    std::vector<std::uint32_t> neighbours;   ///< levels that touch, ascending; their ranks differ by 1
};

/// The Reeb graph of the distance along the object from one of its tips (G. Reeb 1946; J. Lazarus, A.
/// Verroust 1999 for distances along the object). Without a hole in the object it is a tree; it has a ring
/// for each hole (as in a torus) that is larger than the thickness of a level, and never more rings than
/// there are holes. Cavities make no rings.
struct LevelGraph {
    double thickness_um = 0;              ///< of a level, along the way
    double radius_um = 0;                 ///< of the object, roughly: 2 × volume / surface
    std::vector<Level> levels;            ///< ordered by component of the object, then by rank
    std::vector<std::uint32_t> level_of;  ///< of each voxel
};

/// `thickness`: of a level, in units of the rough radius; at least 1.01 diagonals of a voxel are taken.
/// Time linear in the voxels, memory 16 bytes each. An object in several pieces gives as many graphs in one.
/// Levels are found on all cores, ways on one; the same at any thread count.
LevelGraph find_level_graph(const ObjectVoxels& voxels, const Grid& grid, double thickness = 0.75);

}  // namespace cytomo
