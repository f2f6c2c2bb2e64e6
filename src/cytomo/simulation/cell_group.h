// Several whole cells in ice: packed parasites, or large cells in a capillary. Each has its own nucleus.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cytomo/core/random.h"
#include "cytomo/simulation/cell_model.h"
#include "cytomo/simulation/shapes.h"
#include "cytomo/simulation/texture.h"

namespace cytomo {

/// The outline of one cell: a tapered, bent, flattened body with dents.
struct CellShape {
    std::vector<TubePoint> axis;  ///< thick in the middle, thin at both ends
    Frame frame;                  ///< a: along the axis
    double flatness = 1;          ///< share of its width that it measures along frame.c; 0.3 … 1
    struct Dent {
        Vec3 centre;
        double radius_um;
    };
    std::vector<Dent> dents;
    double warp_um = 0;                       ///< deviation from the smooth shape, times `warp`
    std::shared_ptr<const SmoothField> warp;  ///< null: smooth
    Vec3 centre;                              ///< middle of the axis
    double reach_um = 0;                      ///< the cell lies within this distance of its centre
    double girth_um = 1e9;                    ///< and of the line from the axis' first point to its last
    bool has_nucleus = false;
    Ellipsoid nucleus;
    /// µm from the surface, negative inside: the sign is exact, the value first order.
    double distance(Vec3 p) const;
    /// Not more than distance(p), and faster.
    double least_distance(Vec3 p) const;
};

/// What places are asked for.
struct PlaceInGroup {
    double depth_um = -1e9;  ///< below the surface of the cell it is in, negative outside
    int cell = -1;           ///< the nearest cell; -1: none near
};

class CellGroup {
public:
    CellGroup() = default;
    /// Fills `view` and what is near it in `wide` with cells, as the section "group" of the model tells.
    CellGroup(const CellModel& model, const Box& view, const Box& wide, std::uint64_t seed);

    /// Where cells press on each other their depth counts from the plane between them, less half the gap.
    PlaceInGroup at(Vec3 p) const;
    /// µm from the surface of the nucleus of a cell, negative inside; 1e9 without one. The cytoplasm covers
    /// it by 0.06 µm at least.
    double nucleus_distance(Vec3 p, const PlaceInGroup& place) const;

    std::vector<CellShape> cells;
    double gap_um = 0.02;  ///< between cells that touch
    /// A tube of glass along y that holds them, if its radius is above 0; its centre line passes `capillary`.
    Vec3 capillary;
    double capillary_radius_um = 0, wall_um = 0;
    /// µm within the inner face of the glass; 1e9 without a capillary.
    double within_capillary(Vec3 p) const;
    double nucleus_wobble_um = 0;
    std::shared_ptr<const SmoothField> nucleus_wobble;
};

}  // namespace cytomo
