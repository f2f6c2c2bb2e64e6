// Connected components of equal class.
#pragma once

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

/// Pieces of fewer voxels are left whole: no shape can be told.
inline constexpr std::int64_t smallest_split = 24;

/// Components of every class but 0 (background) and 255 (ignore).
/// Deterministic at any thread count. Time linear in voxels; memory 4 bytes a voxel for the result and
/// 12 bytes for each stretch of equal class along x. Throws InputError above 4,294,967,294 stretches.
Components find_components(const ClassVolume& classes, Connectivity connectivity,
                           const Progress& progress = {});

/// Adds `parts` empty pieces of the class of piece c, and empties the count of c itself, whose voxels are to
/// be shared out: who does so counts them. Returns the number before the first new one.
std::uint32_t append_parts(Components& components, std::uint32_t c, std::uint32_t parts);

}  // namespace cytomo
