// Where objects come close to each other.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/volume.h"

namespace cytomo {

/// Two objects that come within a distance of each other.
struct Contact {
    std::uint32_t a = 0, b = 0;  ///< instances, a < b
    double area_um2 = 0;         ///< of the surface of either that is that near to the other, the mean of both
    double gap_um = 0;           ///< smallest distance; 0: their voxels touch
};

/// Pairs of objects with less than `within_um` between them; ascending by a, then b. `counts`: by instance,
/// whether it takes part (0, no object, never does). The distance of a voxel face of one object is that from its
/// middle to the nearest voxel of the other; each face counts by its share in a smooth surface (the normal is
/// estimated from the object's voxels nearby), so that inclined surfaces are not counted too large. Cost: voxels,
/// and for faces with another object nearby the voxels within the distance. Same result at any thread count.
std::vector<Contact> find_contacts(const InstanceVolume& instances, const std::vector<bool>& counts,
                                   double within_um = 0.03);

}  // namespace cytomo
