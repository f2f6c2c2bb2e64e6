// Where filopodia leave the cell: angles, neighbours, number per length of edge.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/table.h"
#include "cytomo/core/volume.h"
#include "cytomo/measures/cell_edge.h"
#include "cytomo/measures/filopodia.h"

namespace cytomo {

/// Fills in angles at the root and distances to neighbours: of attached filopodia with a length. The normal
/// of the surface comes from the cell body within 0.25 µm of the root. Same result at any thread count. Time
/// n log n in filopodia, but for roots stacked along y and z; linear in points of the outline.
void place_on_edge(std::vector<Filopodium>& filopodia, const ClassVolume& classes, const CellEdge& edge,
                   const FilopodiaOptions& options = {});

/// Of the whole cell.
struct EdgeSummary {
    double edge_length_um = 0;
    std::int64_t filopodia_at_edge = 0;        ///< those with an angle to the edge
    double filopodia_per_um = not_defined;     ///< of edge; NaN without an edge
    double median_neighbour_um = not_defined;  ///< along the edge
};
EdgeSummary summarise_edge(const CellEdge& edge, const std::vector<Filopodium>& filopodia);
/// cell_edge.csv: one row.
Table cell_edge_table(const EdgeSummary& summary);

}  // namespace cytomo
