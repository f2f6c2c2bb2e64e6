// Private to labels: the centre-line graph of an object made of tubes.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "cytomo/core/volume.h"
#include "cytomo/labels/boxes.h"
#include "cytomo/labels/instances.h"

namespace cytomo {

/// A ball that fills a stretch of a tube.
struct TubeNode {
    Vec3 place_um;           ///< middle of its voxels
    double radius_um = 0;    ///< of the largest ball that fits
    double volume_um3 = 0;   ///< of its voxels
    double contact_um2 = 0;  ///< faces that its voxels share with the cell body
    Vec3 contact_um;         ///< their middle
    std::uint8_t faces =
        0;  ///< faces of the volume that its voxels lie at: bit 2 a for the low one of axis a
    std::vector<std::uint32_t> neighbours;  ///< linked nodes, ascending
};

struct TubeGraph {
    std::vector<std::array<std::int32_t, 3>> voxels;  ///< of the object, in the order of the volume
    std::vector<std::uint32_t> node_of;               ///< one a voxel
    std::vector<TubeNode> nodes;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> touching;  ///< nodes that touch and are not linked
};

/// Covers object `number` with balls and links those between which the object does not narrow below
/// `least_neck` of the thinner ball: tubes that only touch at their sides are not linked. With `from_body`
/// every class but 0, 255 and the object's own is cell body, else there is none. Deterministic; time n log n
/// in the object's voxels; memory 9 bytes for each voxel of the box and about 30 for each voxel of the
/// object.
TubeGraph find_tube_graph(const ClassVolume& classes, const Instances& instances, std::uint32_t number,
                          const VoxelBox& box, bool from_body, double least_neck);

}  // namespace cytomo
