// The large shapes of a cell: the support, the cell's outline and thickness, the nucleus, the ice.
#pragma once

#include <memory>
#include <vector>

#include "cytomo/core/random.h"
#include "cytomo/simulation/cell_group.h"
#include "cytomo/simulation/cell_model.h"
#include "cytomo/simulation/shapes.h"
#include "cytomo/simulation/simulate.h"
#include "cytomo/simulation/texture.h"

namespace cytomo {

/// Absorption of this cell's parts, 1/µm: drawn once a cell.
struct CellValues {
    double ice, cytosol, membrane, euchromatin, heterochromatin, nucleolus, reticulum;
    double mitochondrion, droplet, filopodium, carbon, wall = 0;
};

/// A cell standing on its support, or rounded in the middle of the ice. Surfaces are kept as heights above
/// each column of the wide grid.
struct CellBody {
    CellBody(const SimulationOptions& options, const CellModel& model, const Grid& wide_grid);

    /// µm below the outer surface; negative outside the cell. First order, not exact far away.
    double depth(Vec3 p) const;
    /// µm from the nuclear envelope, negative inside; 1e9 without a nucleus.
    double nucleus_distance(Vec3 p) const;
    /// Holds the nucleus with its folds.
    Box nucleus_box() const;
    /// µm from the cell's edge in the plane of the support, positive inside; 1e9 if no edge is near.
    double edge_distance(double x, double y) const;
    /// The same for the neighbouring cell on the support; -1e9 without one.
    double neighbour_edge_distance(double x, double y) const;
    /// Which neighbour a place within some cell is in; -1: this cell.
    int neighbour_at(Vec3 p) const;

    Grid grid;
    Box view;           ///< what is returned
    Box wide;           ///< what is painted
    double support_um;  ///< height of the support's upper surface
    bool has_edge = false;
    bool rounded = false;                     ///< swimming in the ice, not spread on a support
    Ellipsoid outline;                        ///< of a rounded cell
    std::vector<Ellipsoid> neighbours;        ///< of a rounded cell
    std::shared_ptr<const CellGroup> group;   ///< many cells in place of one; null otherwise
    bool has_neighbour = false;               ///< of a cell with an edge
    Vec3 neighbour_point, neighbour_normal;   ///< the normal points into the neighbour
    double wall_um = 0;                       ///< thickness of the cell wall, part of the cell
    Vec3 edge_point, edge_normal;             ///< the normal points into the cell
    std::vector<float> bottom, top, ice_top;  ///< a value each column, µm
    std::vector<float> slope;                 ///< cosine of the upper surface's inclination
    bool has_nucleus = false;
    Ellipsoid nucleus;
    CellValues values;

private:
    void make_outline(const SimulationOptions& options, const CellModel& model, Random& random);
    void make_rounded(const SimulationOptions& options, const CellModel& model, Random& random);
    /// Ice all around, no support: what is far below and above every ray's way.
    void lie_in_ice();
    void make_group(const SimulationOptions& options, const CellModel& model);
    void make_nucleus(const SimulationOptions& options, const CellModel& model, Random& random);
    std::size_t column(Vec3 p) const;
    SmoothField undulation_, bumps_, wobble_, ruffles_;
    double undulation_um_ = 0, bumps_um_ = 0, wobble_um_ = 0;
};

}  // namespace cytomo
