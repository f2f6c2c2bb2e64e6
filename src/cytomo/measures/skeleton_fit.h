// Private to measures: centre lines fitted to the voxels of an object.
#pragma once

#include <vector>

#include "cytomo/labels/level_graph.h"
#include "cytomo/labels/voxel_runs.h"
#include "cytomo/measures/skeleton_blocks.h"
#include "cytomo/measures/skeleton_line.h"
#include "cytomo/measures/skeleton_plan.h"

namespace cytomo {

/// A branch's line and the object's cuts across it.
struct FittedBranch {
    SkeletonLine line;
    LineCuts cuts;
    double low_um = 0, high_um = 0;  ///< where the object ends along the line
    double radius_um = 0;            ///< typical
    bool stub = false;               ///< too short for cuts: a straight line with one radius
};

struct FittedSkeleton {
    std::vector<Vec3> nodes_um;  ///< of each node of the plan
    std::vector<FittedBranch> branches;
    std::vector<double> node_radius_um;  ///< thickest branch at each branch point
};

/// What the lines are fitted to: portions of the object's volume, coarse ones to find the lines, and in the
/// end its voxels.
struct SkeletonMatter {
    std::vector<SkeletonPortion> coarse;  ///< empty: voxels are used throughout
    Vec3 coarse_um;                       ///< edges of a coarse portion
    const std::vector<VoxelRun>* runs = nullptr;
    std::vector<std::uint32_t> level_of;      ///< of each voxel, or of each filled block
    std::vector<std::uint32_t> block_of_run;  ///< with blocks: of each run's first voxel
    int block_x = 1;                          ///< with blocks: their width in voxels
};

/// graph_grid: that of the levels, blocks or voxels.
FittedSkeleton fit_skeleton(const SkeletonMatter& matter, const Grid& grid, const Grid& graph_grid,
                            const LevelGraph& graph, const SkeletonPlan& plan);

/// How far from a branch point, in its radii, cuts are those of one branch alone.
constexpr double branch_point_reach = 1.5;

}  // namespace cytomo
