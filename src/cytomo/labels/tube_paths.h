// Private to labels: which stretches of a centre-line graph belong to the same tube.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/labels/tube_graph.h"

namespace cytomo {

/// A straight piece of a tube's middle line.
struct TubePiece {
    std::uint32_t tube = 0;  ///< number of the tube, from 0
    Vec3 from_um, to_um;
    double from_radius_um = 0, to_radius_um = 0;
    bool first_at_crossing = false;  ///< its voxels belong to it alone, where tubes run through each other
};

struct TubePaths {
    std::uint32_t tubes = 0;
    std::vector<TubePiece> pieces;  ///< empty if there is one tube only
};

/// Follows tubes through places where more than two stretches meet: the straightest continuations belong
/// together if they bend by no more than `largest_bend_deg`; what is left over is a branch, but for a stretch
/// that reaches the cell body itself where the others do too: that is a tube of its own. Deterministic; time
/// linear in nodes for bounded numbers of stretches that meet at a place.
TubePaths follow_tubes(const TubeGraph& graph, double largest_bend_deg);

}  // namespace cytomo
