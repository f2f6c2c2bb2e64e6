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
    std::string imagej_info;  ///< ImageJ's "Info", which Fiji keeps when it saves a file anew
    double x_resolution = 0, y_resolution = 0;  ///< pixels per unit; 0: not given
    int resolution_unit = 2;                    ///< 1 none, 2 inch, 3 cm
};

/// What the tags mean.
struct TiffMeaning {
    std::string kind = "TIFF";        ///< "TIFF", "ImageJ TIFF", "OME-TIFF"
    std::vector<std::int64_t> pages;  ///< page of each slice, in the order of z
    std::array<std::optional<double>, 3> edge_um;
    Vec3 origin_um;
    std::optional<Legend> legend;
    bool contiguous = false;  ///< ImageJ's big stacks: one page is described, the others follow it
    std::vector<std::string> remarks;
};

/// Throws InputError if the file holds several channels or times and options.dataset ("c0", "c1", …)
/// does not choose one.
TiffMeaning interpret_tiff(const std::string& file, const TiffTags& tags, std::int64_t page_count,
                           const ReadOptions& options);

/// ImageJ's description of a stack, with the exact geometry and the legend in lines of our own. ImageJ reads
/// it as Java's Properties, tifffile line by line at '=': neither minds lines that it does not know.
std::string imagej_description(const Grid& grid, bool voxel_size_known,
                               const std::optional<Legend>& legend = {});

/// The line "cytomo_legend=…" that holds a legend in description and info.
std::string legend_line(const Legend& legend);

/// ImageJ's own metadata, in private tags of the first page: a header of 4-letter types with their counts,
/// then the values; type "info" is the text of the window "Info" in UTF-16. The bytes are in the order of the
/// file.
inline constexpr std::uint32_t tag_imagej_byte_counts = 50838, tag_imagej_metadata = 50839;
struct ImagejMetadata {
    std::vector<std::uint32_t> byte_counts;  ///< of the header, then of each value
    std::vector<std::uint8_t> bytes;
};
/// For a little-endian file; `info` must be ASCII.
ImagejMetadata imagej_metadata_with(const std::string& info);
/// The info; characters that are not ASCII become '?'. Empty if there is none or it is damaged.
std::string imagej_info(const ImagejMetadata& metadata);

/// µm per unit for "micron", "µm", "nm", …; none for pixels and unknown words.
std::optional<double> um_per_unit(std::string unit);

}  // namespace cytomo::io
