// Tomograms that are none: labels given in their place.
#pragma once

#include <optional>
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

/// What says that a file that is to hold labels holds grey values. Empty if nothing does, or if it carries a
/// legend. Reads some slices. Throws InputError.
std::string signs_of_grey(const std::string& file, const ReadOptions& reading);

/// Labels that belong to a tomogram.
struct LabelsOf {
    std::string file;
    ReadOptions reading;
};

/// Throws InputError with the right call if the file seems to hold labels, unless `grey`: then returns a
/// warning for people and records. Empty if all is well. Where `labels` seem to be none, both may have been
/// exchanged.
std::string doubt_of_tomogram(const std::string& file, const ReadOptions& reading, bool grey,
                              const std::optional<LabelsOf>& labels = {});

/// The same; says the warning.
std::string check_tomogram(const std::string& file, const ReadOptions& reading, bool grey,
                           const Common& common, const std::optional<LabelsOf>& labels = {});

}  // namespace cytomo::commands
