// Where objects come close to each other.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"

namespace cytomo {

class Canvas;

/// Two objects that come within a distance of each other.
struct Contact {
    std::uint32_t a = 0, b = 0;  ///< instances, a < b
    double area_um2 = 0;  ///< of the surface of either that is that near to the other, the mean of both
    double gap_um = 0;    ///< smallest distance; 0: they touch
};

/// Pairs of objects on the canvas, after it has run, with less than `within_um` between them, ascending by a,
/// then b; what lies on `view` (a part of the canvas's lattice) counts. From the shapes as they were drawn,
/// not from voxels: the surface of one is summed up where the distance to the other is small, as the volume
/// of a thin layer around it over its thickness, where the object has the voxels below it. `number`: the
/// instance of each object on the canvas; 0: left out. Objects that have shapes: nucleus, organelles,
/// filopodia. Cost: for each pair whose boxes meet, the voxels of both. Objects need a radius of two voxels
/// at least: thinner ones lose area. Same result at any thread count.
std::vector<Contact> find_contacts(const Canvas& canvas, const Grid& view,
                                   const std::vector<std::uint32_t>& number, double within_um = 0.03);

}  // namespace cytomo
