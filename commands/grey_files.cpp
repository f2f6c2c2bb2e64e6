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

std::string check_tomogram(const std::string& file, const ReadOptions& reading, bool grey,
                           const Common& common) {
    const std::string found = signs_of_labels(file, reading);
    if (found.empty()) return {};
    if (!grey)
        throw InputError(file, "a tomogram, grey values", found,
                         "Give the tomogram that they belong to." +
                             advice("To take these values as grey all the same", this_call_with({"--grey"})));
    const std::string warning = file + " was taken as grey values (--grey) but holds " + found + ".";
    common.say("warning: " + warning);
    return warning;
}

}  // namespace cytomo::commands
