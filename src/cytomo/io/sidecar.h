// Private to io: NAME.npy.json and NAME.mrc.json, small files beside a volume for what its format has no room
// for.
#pragma once

#include <filesystem>
#include <optional>

#include "cytomo/core/grid.h"
#include "cytomo/core/legend.h"

namespace cytomo::io {

struct Sidecar {
    std::optional<Vec3> voxel_um;
    Vec3 origin_um;
    std::optional<Legend> legend;
};

/// NAME.npy → NAME.npy.json.
std::filesystem::path sidecar_of(const std::filesystem::path& volume);

/// None if there is no such file. Throws InputError if it holds something else, or neither of the two.
std::optional<Sidecar> read_sidecar(const std::filesystem::path& volume);

/// Writes `file` itself. grid: nullptr if the voxel size is not known.
void write_sidecar(const std::filesystem::path& file, const Grid* grid, const std::optional<Legend>& legend);

}  // namespace cytomo::io
