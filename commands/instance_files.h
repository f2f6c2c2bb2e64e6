// How object numbers are written.
#pragma once

#include <filesystem>

#include "cytomo/core/progress.h"
#include "cytomo/labels/instances.h"

namespace cytomo::commands {

/// Writes the numbers slab by slab: 16 bits where they suffice (65,535 objects), which more programs open and
/// take half the space, else 32. The file must not exist. Throws InputError.
void write_instances(const std::filesystem::path& file, const InstanceSlices& instances,
                     const Progress& progress);

}  // namespace cytomo::commands
