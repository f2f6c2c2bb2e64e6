// The longest straight line between two voxels of an object.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"

namespace cytomo {

/// Voxel indices x, y, z.
using VoxelIndex = std::array<std::int32_t, 3>;

/// Appends those corners of the convex outline of a flat set of voxels that can be ends of its longest
/// line. `rows` holds, for rising y, the first and the last x in the row.
struct RowEnds {
    std::int32_t y, first_x, last_x;
};
void append_outline(const std::vector<RowEnds>& rows, std::int32_t z, std::vector<VoxelIndex>& outline);

/// The largest distance between the centres of two of the voxels (µm); 0 for one voxel. Exact. Far fewer
/// steps than pairs for outlines of real objects.
double longest_distance_um(std::vector<VoxelIndex> voxels, Vec3 voxel_um);

}  // namespace cytomo
