// Private to io: MRC files (Cheng et al. 2015, J Struct Biol 192:146, and IMOD's additions).
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "cytomo/io/file_bytes.h"
#include "cytomo/io/slice_sink.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::io {

enum class ByteOrder { little, big };

/// The byte order in which sizes, mode and axes of a 1024-byte header make sense; none if in neither.
std::optional<ByteOrder> find_mrc_byte_order(std::span<const std::byte> header);

StoredVolume open_mrc(std::shared_ptr<FileBytes> file, const ReadOptions& options);

SliceSink make_mrc_sink(const std::filesystem::path& path, const Grid& grid, ScalarType type,
                        bool voxel_size_known, const std::optional<Legend>& legend = {});

}  // namespace cytomo::io
