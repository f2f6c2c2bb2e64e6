#include "cytomo/io/voxel_size.h"

#include <algorithm>

#include "cytomo/core/error.h"
#include "cytomo/io/scalar.h"

namespace cytomo {

namespace {
constexpr double smallest_um = 0.001, largest_um = 0.2, most_times = 20;
constexpr double rounding = 1e-5;  // of headers in 32 bits and in other units
constexpr const char* remedy_of_all = "Give it with --voxel-nm X,Y,Z";

}  // namespace

std::string voxel_size_doubt(Vec3 voxel_um) {
    const auto [low, high] = std::minmax({voxel_um.x, voxel_um.y, voxel_um.z});
    if (!(low >= smallest_um * (1 - rounding) && high <= largest_um * (1 + rounding)))
        return "Voxels of " + io::nanometres_text(voxel_um) +
               " cannot be: edges of 1 to 200 nm are possible.";
    if (high > most_times * low * (1 + rounding))
        return "Voxels of " + io::nanometres_text(voxel_um) +
               " cannot be: edges differ by more than 20 times.";
    return {};
}

void refuse_impossible_voxel_size(const std::filesystem::path& file, const Grid& grid, bool known,
                                  const ReadOptions& options) {
    if (known) require_voxel_size(file, grid, known, options);
}

void require_voxel_size(const std::filesystem::path& file, const Grid& grid, bool known,
                        const ReadOptions& options, const std::string& remedy) {
    if (options.voxel_um) return;
    if (!known) throw InputError(file.string(), "a voxel size", "none in the file", remedy);
    if (!voxel_size_doubt(grid.voxel_um).empty())
        throw InputError(file.string(), "voxel edges of 1 to 200 nm that differ by 20 times at most",
                         "voxels of " + io::nanometres_text(grid.voxel_um) + " in its header",
                         "Give the true size with --voxel-nm X,Y,Z, or the same if it is right");
}

void require_voxel_size(const Tomogram& tomogram, const ReadOptions& options, const std::string& remedy) {
    require_voxel_size(tomogram.source, tomogram.grid, tomogram.voxel_size_known, options, remedy);
}

void require_voxel_size(const std::filesystem::path& file, const ReadOptions& options) {
    const StoredVolume volume = open_volume(file, options);
    require_voxel_size(file, volume.grid, volume.voxel_size_known, options, remedy_of_all);
}

}  // namespace cytomo
