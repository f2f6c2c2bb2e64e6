// Tomograms that are none: labels given in their place.
#pragma once

#include <string>

#include "command.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::commands {

/// Adds --grey.
void add_grey_option(CLI::App& app, bool& grey);

/// What speaks for labels in a file that is to be a tomogram: the legend that it carries, or that its values
/// are whole and mostly alike from voxel to voxel. Empty if nothing does. Reads some slices. Throws
/// InputError.
std::string signs_of_labels(const std::string& file, const ReadOptions& reading);

/// Throws InputError with the right call if the file seems to hold labels, unless `grey`: then says so, and
/// returns the warning for records. Empty if all is well.
std::string check_tomogram(const std::string& file, const ReadOptions& reading, bool grey,
                           const Common& common);

}  // namespace cytomo::commands
