// Private to measures: centre lines fitted to the voxels of an object.
#pragma once

#include <vector>

#include "cytomo/labels/level_graph.h"
#include "cytomo/labels/voxel_runs.h"
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

FittedSkeleton fit_skeleton(const ObjectVoxels& voxels, const Grid& grid, const LevelGraph& graph,
                            const SkeletonPlan& plan);

/// How far from a branch point, in its radii, cuts are those of one branch alone.
constexpr double branch_point_reach = 1.5;

}  // namespace cytomo
