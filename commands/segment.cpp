// cytomo segment: classes, and on request their probabilities, for one tomogram.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "command.h"
#include "cytomo/analyze.h"
#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "cytomo/labels/instance_options.h"
#include "cytomo/labels/round_objects.h"
#include "cytomo/network/predict.h"
#include "predict_options.h"

namespace cytomo::commands {

namespace {

struct Arguments {
    std::string in, out, probabilities, confidence, voxel, dataset;
    PredictArguments predict;
};

void write_probabilities(const std::string& pattern, const Probabilities& p, const Legend& legend,
                         bool overwrite) {
    for (const auto& entry : legend.entries) {
        Volume<std::uint8_t> values(p.grid);
        const auto from = p.of_class(entry.id);
        std::copy(from.begin(), from.end(), values.data());
        // Each says what all of them are, so that surface finds the others.
        write_volume(file_of_class(pattern, legend, entry.id), values, overwrite, legend);
    }
}

void run(const Arguments& a, const Common& common) {
    for (const auto& file : {a.out, a.probabilities})
        if (!file.empty() && !is_writable_format(file))
            throw UsageError("segment: expected a file that ends with .tif, .mrc, .h5 or .npy, found '" +
                             file + "'");
    const PendingOutput free_name(a.out, common.overwrite);
    const PredictOptions options = a.predict.options();
    const Model model = a.predict.model();
    // Fail in the first second, not after the work.
    check_volume_name(a.out, common.overwrite, model.legend);
    if (!a.probabilities.empty())
        for (const auto& entry : model.legend.entries)
            check_volume_name(file_of_class(a.probabilities, model.legend, entry.id), common.overwrite,
                              model.legend);
    if (!a.confidence.empty()) {
        if (!is_writable_format(a.confidence) || a.confidence == a.out)
            throw UsageError("--confidence: expected a file of its own (.tif, .mrc, .h5, .npy), found '" +
                             a.confidence + "'");
        check_volume_name(a.confidence, common.overwrite);
    }
    ReadOptions read;
    read.voxel_um = parse_voxel_nm(a.voxel);
    read.dataset = a.dataset;
    std::vector<std::string> remarks;
    const Tomogram tomogram = open_tomogram(a.in, read, &remarks);
    for (const auto& r : remarks) common.say(r);
    require_voxel_size(tomogram, read);
    check_memory(a.in, prediction_bytes(tomogram.grid, model, options), tomogram.grid.size,
                 "Crop or bin it, or use a machine with more memory");
    const Progress progress = common.progress();
    PredictRecord record;
    Probabilities p = predict(tomogram, model, options, &record, progress);
    settle_round_objects(p, instance_options_for(model.legend).split_touching, progress);
    common.say(describe(record));
    write_classes(a.out, most_probable_classes(p, tomogram.grid, progress), model.legend, common.overwrite);
    if (!a.probabilities.empty()) write_probabilities(a.probabilities, p, model.legend, common.overwrite);
    if (!a.confidence.empty())
        write_volume(a.confidence, confidence(p, tomogram.grid, progress), common.overwrite);
}

}  // namespace

Command segment_command() {
    return {"segment", "Label every voxel of a tomogram", [](CLI::App& app) -> Run {
                auto a = std::make_shared<Arguments>();
                app.add_option("tomogram", a->in, "Tomogram (MRC, TIFF, HDF5, NPY)")->required();
                app.add_option("output", a->out, "Label volume to write (TIFF, MRC, HDF5, NPY)")->required();
                app.add_option("--probabilities", a->probabilities,
                               "Write class probabilities (0 to 255) too, one file a class: NAME.tif becomes "
                               "NAME.CLASS.tif");
                app.add_option(
                    "--confidence", a->confidence,
                    "Write how probable the class of each voxel is (255: certain) on the tomogram's "
                    "own voxels");
                app.add_option("--dataset", a->dataset, "Dataset within an HDF5 file");
                add_voxel_option(app, a->voxel, "Voxel size in nm, for files that carry none");
                a->predict.declare(app);
                return [a](const Common& common) { run(*a, common); };
            }};
}

}  // namespace cytomo::commands
