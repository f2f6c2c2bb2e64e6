// cytomo segment: classes, and on request their probabilities, for one tomogram.
#include <algorithm>
#include <cstdio>
#include <vector>

#include "calls.h"
#include "command.h"
#include "cytomo/analyze.h"
#include "cytomo/core/error.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "cytomo/labels/instance_options.h"
#include "cytomo/labels/round_objects.h"
#include "cytomo/network/predict.h"
#include "grey_files.h"
#include "predict_options.h"
#include "probability_files.h"
#include "result_names.h"

namespace cytomo::commands {

namespace {

struct Arguments {
    std::string in, out, probabilities, confidence, voxel, dataset;
    PredictArguments predict;
};

void check_formats(const Arguments& a) {
    for (const NamedResult& r :
         {NamedResult{"output", a.out}, {"--probabilities", a.probabilities}, {"--confidence", a.confidence}})
        if ((r.option == "output" || !r.file.empty()) && !is_writable_format(r.file))
            throw UsageError(r.option + ": expected a file that ends with .tif, .mrc, .h5 or .npy, found '" +
                             r.file.string() + "'");
}

/// Fails in the first second, not after the work, where a result could not be written.
void check_results(const Arguments& a, const Legend& legend, bool overwrite) {
    std::vector<NamedResult> results{{"output", a.out}};
    if (!a.confidence.empty()) results.push_back({"--confidence", a.confidence});
    if (!a.probabilities.empty()) {
        check_file_names(legend, a.predict.model_file.empty() ? "the model" : a.predict.model_file,
                         "Give one of them another name when training: --classes VALUE=NAME,…");
        for (const auto& entry : legend.entries)
            results.push_back({"--probabilities", file_of_class(a.probabilities, legend, entry.id)});
    }
    check_apart(results, {a.in, a.predict.model_path()});
    for (const NamedResult& r : results)
        if (r.option == "--confidence")
            check_volume_name(r.file, overwrite);
        else
            check_volume_name(r.file, overwrite, legend);
}

/// What was written, and how to go on.
void say_written(const Arguments& a, const Common& common) {
    common.say(a.out + ": the class of every voxel");
    if (!a.probabilities.empty()) {
        std::filesystem::path one = a.probabilities;
        one.replace_extension("CLASS" + one.extension().string());
        common.say(one.string() + ": how probable each class is there (0 to 255)");
    }
    if (!a.confidence.empty()) common.say(a.confidence + ": how sure the class of each voxel is (0 to 255)");
    if (!a.dataset.empty()) return;  // which measure has no option for
    std::filesystem::path folder = a.out;
    folder.replace_extension();
    const std::string named = a.predict.named_model();
    Words call{
        "measure", a.in, a.out, folder.string() + "-measured", "--errors", named.empty() ? "default" : named};
    if (!a.voxel.empty()) call.insert(call.end(), {"--voxel-nm", a.voxel});
    if (a.predict.grey) call.emplace_back("--grey");
    if (const std::string next = advice("To count and measure its objects", call); !next.empty())
        common.say(next.substr(1));
}

void run(const Arguments& a, const Common& common) {
    refuse_exchanged({{"the tomogram", a.in}, {"the file for classes", a.out}});
    check_formats(a);
    const PredictOptions options = a.predict.options(common);
    const Model model = a.predict.model();
    check_results(a, model.legend, common.overwrite);
    ReadOptions read;
    read.voxel_um = parse_voxel_nm(a.voxel);
    read.dataset = a.dataset;
    check_tomogram(a.in, read, a.predict.grey, common);
    std::vector<std::string> remarks;
    const Tomogram tomogram = open_tomogram(a.in, read, &remarks);
    for (const auto& r : remarks) common.say(r);
    require_voxel_size(tomogram, read);
    check_memory(a.in, prediction_bytes(tomogram.grid, model, options), tomogram.grid.size,
                 "Crop or bin it, or use a machine with more memory");
    {
        const Progress progress = common.progress();
        PredictRecord record;
        Probabilities p = predict(tomogram, model, options, &record, progress);
        settle_round_objects(p, instance_options_for(model.legend).split_touching, progress);
        common.say(describe(record));
        write_classes(a.out, most_probable_classes(p, tomogram.grid, progress), model.legend,
                      common.overwrite);
        if (!a.probabilities.empty()) write_probabilities(a.probabilities, p, model.legend, common.overwrite);
        if (!a.confidence.empty())
            write_volume(a.confidence, confidence(p, tomogram.grid, progress), common.overwrite);
    }
    say_written(a, common);
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
