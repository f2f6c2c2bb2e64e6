// Class probabilities as files, one for each class: NAME.EXT becomes NAME.CLASS.EXT.
#pragma once

#include <filesystem>

#include "cytomo/core/legend.h"
#include "cytomo/core/volume.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::commands {

/// Writes the probabilities of the legend's classes, 0 to 255, each with the legend of all. Throws
/// InputError.
void write_probabilities(const std::filesystem::path& base, const Probabilities& p, const Legend& legend,
                         bool overwrite);

/// One of those files: each holds the legend of all. Throws InputError if there is none.
std::filesystem::path any_probability_file(const std::filesystem::path& base);

/// Those files as one; no maps. Throws InputError if one is missing, of another size, or holds other values.
Probabilities read_probabilities(const std::filesystem::path& base, const Legend& legend,
                                 const ReadOptions& reading);

}  // namespace cytomo::commands
