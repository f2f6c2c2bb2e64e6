#include "grey_files.h"

#include "calls.h"
#include "cytomo/core/class_names.h"
#include "cytomo/core/error.h"
#include "cytomo/io/passport.h"

namespace cytomo::commands {

void add_grey_option(CLI::App& app, bool& grey) {
    app.add_flag("--grey", grey, "The tomogram holds grey values, even if it looks like labels");
}

std::string signs_of_labels(const std::string& file, const ReadOptions& reading) {
    const StoredVolume volume = open_volume(file, reading);
    if (volume.legend) return "labels (" + legend_text(*volume.legend) + ")";
    if (some_slices_look_like_labels(volume))
        return "what seems to be labels: whole numbers, mostly alike from voxel to voxel";
    return {};
}

std::string signs_of_grey(const std::string& file, const ReadOptions& reading) {
    const StoredVolume volume = open_volume(file, reading);
    if (volume.legend || !some_slices_look_grey(volume)) return {};
    return "what seems to be grey values: many of them, unlike from voxel to voxel, or fractions";
}

std::string doubt_of_tomogram(const std::string& file, const ReadOptions& reading, bool grey,
                              const std::optional<LabelsOf>& labels) {
    const std::string found = signs_of_labels(file, reading), wanted = "a tomogram, grey values";
    if (found.empty()) return {};
    if (grey) return file + " was taken as grey values (--grey) but holds " + found + ".";
    if (labels && labels->file != file && signs_of_labels(labels->file, labels->reading).empty())
        throw InputError(file, wanted, found + ", and none in " + labels->file,
                         "The tomogram comes first, then its labels." +
                             advice("If they were exchanged",
                                    this_call_replacing({{file, labels->file}, {labels->file, file}})));
    throw InputError(file, wanted, found,
                     "Give the tomogram that they belong to." +
                         advice("To take these values as grey all the same", this_call_with({"--grey"})));
}

std::string check_tomogram(const std::string& file, const ReadOptions& reading, bool grey,
                           const Common& common, const std::optional<LabelsOf>& labels) {
    std::string warning = doubt_of_tomogram(file, reading, grey, labels);
    if (!warning.empty()) common.say("warning: " + warning);
    return warning;
}

}  // namespace cytomo::commands
