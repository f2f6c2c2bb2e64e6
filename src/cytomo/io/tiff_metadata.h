// Private to io: what the texts and numbers in a TIFF file say about its geometry.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::io {

/// Tags of the first page that tell of geometry.
struct TiffTags {
    std::string description;
    double x_resolution = 0, y_resolution = 0;  ///< pixels per unit; 0: not given
    int resolution_unit = 2;                    ///< 1 none, 2 inch, 3 cm
};

/// What the tags mean.
struct TiffMeaning {
    std::string kind = "TIFF";        ///< "TIFF", "ImageJ TIFF", "OME-TIFF"
    std::vector<std::int64_t> pages;  ///< page of each slice, in the order of z
    std::array<std::optional<double>, 3> edge_um;
    Vec3 origin_um;
    bool contiguous = false;  ///< ImageJ's big stacks: one page is described, the others follow it
    std::vector<std::string> remarks;
};

/// Throws InputError if the file holds several channels or times and options.dataset ("c0", "c1", …)
/// does not choose one.
TiffMeaning interpret_tiff(const std::string& file, const TiffTags& tags, std::int64_t page_count,
                           const ReadOptions& options);

/// ImageJ's description of a stack, with the exact geometry in lines of our own.
std::string imagej_description(const Grid& grid, bool voxel_size_known);

/// µm per unit for "micron", "µm", "nm", …; none for pixels and unknown words.
std::optional<double> um_per_unit(std::string unit);

}  // namespace cytomo::io
