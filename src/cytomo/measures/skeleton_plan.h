// Private to measures: which levels of an object make up the branches of its skeleton.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/labels/level_graph.h"

namespace cytomo {

/// Branches and the nodes between them, in levels. Only branch points own levels.
struct SkeletonPlan {
    enum class Kind { end, branch_point, ring };  ///< ring: a place on a ring without any branch point
    struct Node {
        Kind kind = Kind::end;
        Vec3 place_um;
        std::vector<std::uint32_t> branches;  ///< a branch from the node to itself counts twice
    };
    struct Branch {
        std::uint32_t from = 0, to = 0;
        std::vector<std::uint32_t> levels;  ///< in order from `from` to `to`, those of ends included
    };
    std::vector<Node> nodes;
    std::vector<Branch> branches;
    /// Of each level: the branch, or, where it belongs to a branch point, -1 - node.
    std::vector<std::int64_t> owner;
    /// Of each level: itself, or, where it is a bump on another one, that one.
    std::vector<std::uint32_t> host;
};

/// Bumps are left out: branches whose free end lies within least_branch radii of the thicker tube (and within
/// three voxel edges) around their branch point. Branch points nearer to each other than a radius become one,
/// and rings shorter than three radii close: noise makes such holes.
/// Deterministic; time linear in the levels but for repeated sweeps (few).
SkeletonPlan plan_skeleton(const LevelGraph& graph, const Grid& grid, double least_branch);

/// Radius of the circle with the area of a level's cross-section.
double level_radius_um(const Level& level, const LevelGraph& graph, const Grid& grid);

}  // namespace cytomo
