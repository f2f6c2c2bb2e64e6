// Private to io: TIFF and BigTIFF through libtiff.
#pragma once

#include <memory>

#include "cytomo/io/file_bytes.h"
#include "cytomo/io/slice_sink.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::io {

StoredVolume open_tiff(std::shared_ptr<FileBytes> file, const ReadOptions& options);

SliceSink make_tiff_sink(const std::filesystem::path& path, const Grid& grid, ScalarType type,
                         bool voxel_size_known, const std::optional<Legend>& legend = {});

}  // namespace cytomo::io
