// Private to io: NumPy's .npy files, versions 1 to 3.
#pragma once

#include <memory>

#include "cytomo/io/file_bytes.h"
#include "cytomo/io/slice_sink.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::io {

/// Array axes are (z, y, x); axes of length 1 beyond three are dropped. Voxel size, origin and legend come
/// from NAME.npy.json beside the file, if there is one (sidecar.h).
StoredVolume open_npy(std::shared_ptr<FileBytes> file, const std::filesystem::path& path);

SliceSink make_npy_sink(const std::filesystem::path& path, const Grid& grid, ScalarType type);

}  // namespace cytomo::io
