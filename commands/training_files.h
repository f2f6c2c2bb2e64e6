// Which files a training learns from: pairs on the command line, a folder, a manifest.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/volume.h"

namespace cytomo::commands {

/// A tomogram and its labels; without labels it is learnt from without them.
struct TrainingFile {
    std::filesystem::path image, labels;
    std::optional<Vec3> voxel_um;  ///< supplies or replaces what the files say
    Polarity polarity = Polarity::unknown;
    bool has_labels() const { return !labels.empty(); }
};

/// "auto", "dark", "bright" → whether dense matter is dark or bright. False for other words.
bool parse_polarity(const std::string& text, Polarity& polarity);

/// --images with --labels in the same order, or images alone. Throws UsageError if their numbers differ.
std::vector<TrainingFile> paired_files(const std::vector<std::string>& images,
                                       const std::vector<std::string>& labels);

/// FOLDER/images/NAME.* with FOLDER/labels/NAME.*, by name; an image without labels is unlabelled. Names
/// are compared without extension ("cell.ome.tif", "cell.mrc" and "cell.mrc.gz" are all "cell"); hidden files
/// and text files (.json, .csv, .txt, .md) do not count. Throws InputError if there is no image, if labels
/// have no image, or if two files share a name.
std::vector<TrainingFile> files_in_folder(const std::filesystem::path& folder);

/// Comma-separated text with a header row: image,labels[,voxel_nm][,polarity] in any order. Paths are
/// relative to the manifest; empty labels mean an unlabelled tomogram; voxel_nm is "20" or "20,20,10" in
/// quotes (blanks or x serve too). Semicolons or tabs in the header row separate instead of commas. Throws
/// InputError with the number of the line.
std::vector<TrainingFile> files_in_manifest(const std::filesystem::path& manifest);

}  // namespace cytomo::commands
