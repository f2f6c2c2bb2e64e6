// Private to measures: root, pieces and branches of one filopodium.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/volume.h"
#include "cytomo/measures/centre_line.h"
#include "cytomo/measures/filopodia.h"
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

/// Side branches: what hangs together outside the trunk (one flag a voxel) and ends far enough from the line.
/// `root_at`: where on the line the filopodium begins.
std::vector<FilopodiumBranch> find_branches(const VoxelSet& voxels, const Grid& grid, const Ways& ways,
                                            const std::vector<std::uint8_t>& trunk, const CentreLine& line,
                                            double root_at, double radius_um, double slice_um);

}  // namespace cytomo
