// Private to io: what the texts and numbers in a TIFF file say about its geometry.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/io/units.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::io {

/// Tags of the first page that tell of geometry.
struct TiffTags {
    std::string description;
    std::string imagej_info;  ///< ImageJ's "Info", which Fiji keeps when it saves a file anew
    double x_resolution = 0, y_resolution = 0;  ///< pixels per unit; 0: not given
    int resolution_unit = 2;                    ///< 1 none, 2 inch, 3 cm
    std::int64_t width = 0, height = 0;         ///< pixels of a page
    std::int64_t samples = 1;                   ///< values of a pixel
    bool interleaved = true;                    ///< samples lie side by side, not plane behind plane
    int photometric = 1;                        ///< 0 and 1 grey values, 2 RGB, others colour too
};

/// What the tags mean.
struct TiffMeaning {
    std::string kind = "TIFF";  ///< "TIFF", "ImageJ TIFF", "OME-TIFF", "tifffile TIFF"
    /// Plane of each slice, in the order of z: page * samples + sample.
    std::vector<std::int64_t> planes;
    std::array<std::optional<double>, 3> edge_um;
    Vec3 origin_um;
    std::optional<Legend> legend;
    bool contiguous =
        false;  ///< one page is described, the others follow it (big stacks of ImageJ and tifffile)
    std::vector<std::string> remarks;
};

/// Throws InputError if the file holds several channels or times and options.dataset ("c0", "c1", …)
/// does not choose one, and for colour pictures.
TiffMeaning interpret_tiff(const std::string& file, const TiffTags& tags, std::int64_t page_count,
                           const ReadOptions& options);

/// Understands the description that Python's tifffile writes where neither ImageJ nor OME is asked for: JSON
/// with the shape of the array and, if given, axes, spacing and unit. False if it is none that fits the
/// pages. Throws as interpret_tiff does.
bool interpret_tifffile(TiffMeaning& m, const std::string& file, const TiffTags& tags,
                        std::int64_t page_count, const ReadOptions& options);

[[noreturn]] void refuse_colours(const std::string& file, const TiffTags& tags);

/// Sets an edge if it is plausible.
void set_edge(TiffMeaning& m, std::size_t axis, double um);
/// Edges along x and y from the resolution tags and a unit.
void set_plane_edges(TiffMeaning& m, const TiffTags& tags, double unit_um);
/// The same from the unit of the tags, inch or cm: only resolutions that microscopes have; dots per inch for
/// printing and scanning are remarked.
void set_edges_from_resolution(TiffMeaning& m, const TiffTags& tags);

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

}  // namespace cytomo::io
