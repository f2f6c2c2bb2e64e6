// How deep a voxel lies within its object.
#pragma once

#include <cstdint>

#include "cytomo/core/volume.h"

namespace cytomo {

/// For each voxel of an object (number other than 0): its distance to where the object ends, over the local
/// half thickness, which is the radius of the largest ball within the object that holds the voxel (Hildebrand
/// and Rüegsegger 1997); 255 on the middle line of a tube, in the centre of a sphere, falling to 0 at the
/// surface; 0 outside of objects. So every object has a ridge of the same height, however thick it is, and
/// touching ones a valley between them. Objects are thought to go on beyond the border of the volume.
/// Distances are those of find_squared_distances_um2 less half a voxel edge; balls are handed on from voxel
/// to voxel, so that a voxel may get a slightly smaller one than the largest. Deterministic. Time n log n in
/// the voxels of objects. Memory: 9 bytes a voxel of the volume, the result being one of them, and 8 for each
/// voxel of an object, so 17 where objects fill the volume.
Volume<std::uint8_t> find_depth(const InstanceVolume& objects);

}  // namespace cytomo
