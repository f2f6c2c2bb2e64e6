// Exact Euclidean distance to where a label ends.
#pragma once

#include <cstdint>
#include <span>

#include "cytomo/core/grid.h"
#include "cytomo/core/volume.h"

namespace cytomo {

/// What lies beyond the border of the volume: nothing that ends an object, or something else than the
/// object.
enum class Beyond { unknown, other };

/// For each voxel with a label other than 0: the squared distance (µm²) from its centre to the nearest
/// voxel centre with another label; 0 for voxels with label 0. With Beyond::unknown an object that fills
/// the volume has infinite distances. labels.size() == out.size() == size.count(), x fastest.
/// Exact but for the rounding of float. Threaded, time linear in voxels, no further memory to speak of.
/// Objects that touch are kept apart in one pass: any number of objects costs as much as one.
void find_squared_distances_um2(std::span<const std::uint8_t> labels, Size3 size, Vec3 voxel_um,
                                Beyond beyond, std::span<float> out);
void find_squared_distances_um2(std::span<const std::uint32_t> labels, Size3 size, Vec3 voxel_um,
                                Beyond beyond, std::span<float> out);

/// The same for a whole volume, result on its grid.
Volume<float> find_squared_distances_um2(const ClassVolume& labels, Beyond beyond);
Volume<float> find_squared_distances_um2(const InstanceVolume& labels, Beyond beyond);

}  // namespace cytomo
