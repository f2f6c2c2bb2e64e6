// Private to io: which format a file has, told from its content.
#pragma once

#include <filesystem>

#include "cytomo/io/file_bytes.h"

namespace cytomo::io {

enum class Format { mrc, tiff, hdf5, npy };

/// The format of a file that cytomo reads. Throws InputError that names the format, and what converts
/// it, for formats that are known but not read, and for unknown ones.
Format recognise(FileBytes& file, const std::filesystem::path& path);

/// Throws InputError for a folder, saying what kind it seems to be; does nothing for anything else.
void refuse_folder(const std::filesystem::path& path);

/// Whether the first 1024 bytes can be an MRC header: the "MAP " stamp, or sizes, mode and axes that
/// make sense in one of the two byte orders.
bool looks_like_mrc(std::span<const std::byte> header);

}  // namespace cytomo::io
