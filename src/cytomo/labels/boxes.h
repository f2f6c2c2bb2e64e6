// Where objects lie.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cytomo/core/volume.h"

namespace cytomo {

/// The smallest box around an object, in voxels: first and last voxel along x, y, z, both inside.
struct VoxelBox {
    std::array<std::int64_t, 3> first{0, 0, 0};
    std::array<std::int64_t, 3> last{-1, -1, -1};
    bool empty() const { return last[0] < first[0]; }
};

/// Boxes of objects 0 … last_number; entry 0 and numbers without voxels are empty. One threaded pass.
std::vector<VoxelBox> find_boxes(const InstanceVolume& volume, std::uint32_t last_number);

}  // namespace cytomo
