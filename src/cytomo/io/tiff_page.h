// Private to io: how the pages of a TIFF file store their values, and decoding them.
#pragma once

#include <tiffio.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cytomo/io/file_bytes.h"
#include "cytomo/io/tiff_handle.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::io {

/// How the values of a page are stored; the same for all pages of a volume.
struct PageKind {
    std::uint32_t width = 0, height = 0, depth = 1;
    std::uint16_t bits = 1, format = SAMPLEFORMAT_UINT, samples = 1, planar = PLANARCONFIG_CONTIG,
                  compression = 1, photometric = 1, orientation = 1;
    friend bool operator==(const PageKind&, const PageKind&) = default;
};

PageKind kind_of_page(TIFF* t);

/// The type in which a page's values are handed out; single bits become uint8. Throws InputError for values
/// that are no numbers of up to 64 bits.
ScalarType type_of_page(const std::string& file, const PageKind& k);

/// Checks that the data of the handle's page lie within the file and can decode to whole pages.
void check_page_data(const TiffHandle& h, const PageKind& k, std::uint64_t file_size);

/// One sample of a page; of most files the only one.
struct TiffPlane {
    std::uint64_t directory = 0;  ///< where the page's directory begins
    std::uint16_t sample = 0;
};

/// Reads one plane for each slice, on all cores.
StoredVolume::ReadBytes make_page_reader(std::shared_ptr<const FileBytes> file, const PageKind& kind,
                                         ScalarType type, std::vector<TiffPlane> plane_of_slice);

}  // namespace cytomo::io
