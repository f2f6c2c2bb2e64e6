// Private to io: HDF5 through its C library.
#pragma once

#include <cstdint>
#include <memory>

#include "cytomo/io/file_bytes.h"
#include "cytomo/io/slice_sink.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::io {

StoredVolume open_hdf5(std::shared_ptr<FileBytes> file, const ReadOptions& options);

SliceSink make_hdf5_sink(const std::filesystem::path& path, const Grid& grid, ScalarType type,
                         bool voxel_size_known, const std::optional<Legend>& legend = {});

/// Files, datasets and the like that this program has open. For tests that look for forgotten ones.
std::int64_t count_open_hdf5_handles();

}  // namespace cytomo::io
