// Connected components of equal class.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"

namespace cytomo {

/// Which voxels are neighbours: those that share a face (6), or a face, edge or corner (26).
enum class Connectivity { faces, corners };

/// Pieces of voxels of equal class that hang together. `volume` holds numbers from 1 in the order
/// of the pieces' first voxels (x fastest); class_of[n], voxels[n] and first_voxel[n] describe piece
/// n, entry 0 is unused.
struct Components {
    InstanceVolume volume;
    std::vector<std::uint8_t> class_of{0};
    std::vector<std::int64_t> voxels{0};
    std::vector<std::int64_t> first_voxel{0};  ///< index into the volume
    std::uint32_t count() const { return static_cast<std::uint32_t>(class_of.size() - 1); }
};

/// Components of every class but 0 (background) and 255 (ignore).
/// Deterministic at any thread count. Time linear in voxels; memory 4 bytes a voxel for the result and
/// 12 bytes for each stretch of equal class along x. Throws InputError above 4,294,967,294 stretches.
Components find_components(const ClassVolume& classes, Connectivity connectivity,
                           const Progress& progress = {});

/// The pieces of `classes` (by id) that may be parted, ascending: those of fewer than 24 voxels are left
/// whole, since no shape can be told.
std::vector<std::uint32_t> find_splittable(const Components& components,
                                           const std::array<bool, 256>& classes);

/// Shares out the voxels of one piece among its parts: the first part keeps the piece's number, others get
/// new ones behind the last.
class PieceParts {
public:
    /// `part_of`: of each voxel of piece c the number of its part, from 0, in the order in which `next` will
    /// be given them.
    PieceParts(Components& components, std::uint32_t c, const std::vector<std::uint32_t>& part_of);
    /// Gives the next voxel its number; `voxel`: index into the volume.
    void next(std::int64_t voxel);

private:
    Components& components_;
    const std::vector<std::uint32_t>& part_of_;
    std::uint32_t piece_, before_new_;
    std::size_t given_ = 0;
};

}  // namespace cytomo
