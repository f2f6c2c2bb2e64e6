// Private to labels: the stretches of a centre-line graph and the places where they meet.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/labels/tube_graph.h"

namespace cytomo {

constexpr std::uint32_t no_meeting = 0xFFFFFFFF;

/// A chain of nodes between two meetings, or between one and an end.
struct TubeStretch {
    std::vector<std::uint32_t> nodes;
    std::uint32_t ends[2] = {no_meeting, no_meeting};  ///< meeting at the front and at the back
    bool rooted = false;                               ///< reaches the cell body
    bool leaves = false;                               ///< an end of it lies where the volume ends
    bool shared = false;                               ///< became part of a meeting
};

/// Where a stretch leaves a meeting, or ends.
struct TubeArm {
    std::uint32_t stretch = 0;
    bool back = false;         ///< it is the back of the stretch
    Vec3 place_um, direction;  ///< of its first node; into the stretch
    double radius_um = 0;
    bool used = false;
};

struct TubeStretches {
    std::vector<TubeStretch> stretches;      ///< those without nodes are the cell body at a meeting
    std::vector<std::vector<TubeArm>> arms;  ///< of each meeting that was not joined to an earlier one
    std::vector<Vec3> middle_um;             ///< of each meeting
    std::vector<bool> at_body;               ///< of each meeting: the cell body is one of its arms
};

/// Nodes with three or more links, taken together where they touch, are meetings; the chains of nodes between
/// them are stretches. Two meetings with a short or a thick stretch between them are one: tubes that cross at
/// a small angle share their middle for a while. A sharp bend within a stretch is a meeting too: the end of
/// one tube at the end of another. Time linear in nodes for bounded numbers of stretches that meet at a
/// place.
TubeStretches find_tube_stretches(const TubeGraph& graph);

double length_um(const TubeGraph& graph, const TubeStretch& stretch);
/// The end of a stretch; `middle_um` is where one of a single node comes from.
TubeArm arm_of(const TubeGraph& graph, const std::vector<TubeStretch>& stretches, std::uint32_t stretch,
               bool back, Vec3 middle_um);
/// Between two directions, 0 to 180 degrees.
double angle_deg(Vec3 a, Vec3 b);

}  // namespace cytomo
