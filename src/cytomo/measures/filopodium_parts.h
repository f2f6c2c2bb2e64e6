// Private to measures: root and pieces of one filopodium.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/volume.h"
#include "cytomo/measures/voxel_set.h"

namespace cytomo {

/// Voxel centre in µm.
Vec3 place_of(const Grid& grid, const VoxelIndex& v);

/// Whether a voxel belongs to the cell body: any class but 0, 255 and the filopodia's.
bool is_cell_body(const ClassVolume& classes, std::uint8_t class_id, std::int64_t x, std::int64_t y,
                  std::int64_t z);

struct FilopodiumRoot {
    std::vector<std::size_t> voxels;  ///< empty: touches no cell body
    Vec3 contact_um;                  ///< middle of the faces to the body
};

/// The patch with the most contact to the cell body.
FilopodiumRoot find_root(const VoxelSet& voxels, const ClassVolume& classes, std::uint8_t class_id);

/// The object in one piece: between its pieces, the voxels near the straight line from one to the next (but
/// those of the cell body) are added; specks of less than 3 % of it are left out. An object of one piece
/// stays as it is.
VoxelSet in_one_piece(VoxelSet voxels, const ClassVolume& classes, std::uint8_t class_id);

}  // namespace cytomo
