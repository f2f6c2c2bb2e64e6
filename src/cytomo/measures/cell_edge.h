// The outline of the cell body.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/volume.h"

namespace cytomo {

/// One line of the cell's outline in the plane of the slices, with the body on its left.
struct Outline {
    std::vector<Vec3> points_um;  ///< x and y; z is 0
    bool closed = false;          ///< otherwise it ends at the border of what is known, at both ends
    double length_um = 0;
};

struct CellEdge {
    std::vector<Outline> outlines;  ///< by falling length
    double length_um = 0;           ///< of all
};

struct CellEdgeOptions {
    std::uint8_t class_id = filopodium;  ///< every other class but 0 and 255 is cell body
    double smoothing_voxels = 1.5;       ///< Gaussian over the projection, so that the outline has no steps
    double least_area_um2 = 1;           ///< smaller pieces of the projection are no cell,
    double least_part = 0.1;             ///< nor are those smaller than this part of the largest piece
    double reach_um = 1;                 ///< roots farther from the outline are not at the edge
};

/// The outline of the cell body's projection along z, as of a cell seen from above: holes do not count, nor
/// does what runs along the border of the volume or beside columns of which nothing is known (255). A
/// circle's length comes out within 1 % from 20 voxels of radius. One threaded pass over the voxels;
/// deterministic.
CellEdge find_cell_edge(const ClassVolume& classes, const CellEdgeOptions& options = {});

}  // namespace cytomo
