// cytomo analyze: everything, in one command.
#include "cytomo/analyze.h"

#include <cstdio>

#include "calls.h"
#include "command.h"
#include "cytomo/core/clock.h"
#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "cytomo/labels/instance_options.h"
#include "found_files.h"
#include "grey_files.h"
#include "predict_options.h"
#include "record.h"
#include "result_files.h"
#include "result_names.h"

namespace cytomo::commands {

namespace {

namespace fs = std::filesystem;

struct Arguments {
    std::string in, out;
    PredictArguments predict;
    FoundNotes notes;
    bool no_probabilities = false;
};

RecordEntries record_of(const Arguments& a, const std::string& checksum, const Model& model) {
    return RecordWriter("analyze")
        .add_file(record_names::input, a.in, checksum)
        .add_model(a.predict.named_model(), model.checksum())
        .add("Voxel size", a.notes.voxel_nm.empty() ? "from the file" : a.notes.voxel_nm + " nm, given")
        .add(record_names::options, "dense matter (polarity) " + a.predict.polarity + ", precision " +
                                        a.predict.precision + ", device " + a.predict.device +
                                        ", mirror images (views) " +
                                        (a.predict.views == 0 ? "by size" : std::to_string(a.predict.views)))
        .add(record_names::objects, objects_of_model)
        .add("Pictures", a.notes.pictures)
        .add(record_names::smoothing, std::to_string(a.notes.smoothing))
        .add(record_names::tilts, a.notes.measures.tilts_text())
        .add(record_names::measures, a.notes.measures.rest_text())
        .add_machine()
        .entries();
}

void run(const Arguments& a, const Common& common) {
    const auto start = Clock::now();
    refuse_exchanged({{"the tomogram", a.in}, {"the folder for results", a.out}});
    AnalyzeOptions options;
    options.predict = a.predict.options(common);
    options.pictures = pictures_named(a.notes.pictures);
    PendingOutput folder(a.out, common.overwrite, results_of("analyze", a.out));
    folder.keep(a.in);
    folder.keep(a.predict.named_model());
    const Model model = a.predict.model();
    check_file_names(model.legend, a.predict.model_file.empty() ? "the model" : a.predict.model_file,
                     "Give one of them another name when training: --classes VALUE=NAME,…");
    const KnownErrors errors =
        known_errors(model.error_model, model.checksum(),
                     a.predict.model_file.empty() ? "the model" : a.predict.model_file);
    options.instances = instance_options_for(model.legend);
    options.measures = a.notes.measures.options(model.legend, a.notes.smoothing);
    options.check();
    ReadOptions read;
    read.voxel_um = parse_voxel_nm(a.notes.voxel_nm);
    read.dataset = a.notes.dataset;
    if (const auto warning = check_tomogram(a.in, read, a.predict.grey, common); !warning.empty())
        options.warnings.push_back(warning);
    const Tomogram tomogram = open_tomogram(a.in, read, &options.warnings);
    require_voxel_size(tomogram, read);
    for (const auto& w : options.warnings) common.say(w);
    check_memory(a.in, prediction_bytes(tomogram.grid, model, options.predict), tomogram.grid.size,
                 "Crop or bin it, or use a machine with more memory");
    const std::string checksum = file_checksum(a.in);
    options.record = record_of(a, checksum, model);
    StageTimes times;
    const Progress progress = times.watch(common.progress());
    if (!a.no_probabilities)
        options.keep = [&](const Found& found, const Progress& p) {
            write_found(folder.path(), found, tomogram, checksum, model.legend, a.notes,
                        p.stage("keeping probabilities"));
        };
    const Analysis analysis = analyze(tomogram, model, options, progress);
    write_result(folder.path(), analysis, a.notes.surfaces, model.legend, errors, times,
                 progress.stage("writing files"));
    folder.commit();
    common.say(describe(analysis.prediction));
    say_result(analysis, options.warnings, common);
    if (const std::uint64_t bytes = found_bytes(a.out); bytes > 0) {
        char size[96];
        std::snprintf(size, sizeof size, "found: %.1f MB, kept for measuring again after corrections",
                      static_cast<double>(bytes) / 1e6);
        common.say(size);
    }
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, " (%.1f s)", seconds_since(start));
    std::printf("%s\n", (fs::path(a.out) / "report.html").c_str());
    common.say("done" + std::string(seconds));
}

}  // namespace

Command analyze_command() {
    return {
        "analyze", "Segment, separate, measure and show: everything in one command",
        [](CLI::App& app) -> Run {
            auto a = std::make_shared<Arguments>();
            app.add_option("tomogram", a->in, "Tomogram (MRC, TIFF, HDF5, NPY)")->required();
            app.add_option("outdir", a->out, "Folder for the results; it is made")->required();
            a->notes.surfaces.declare(app);
            app.add_flag(
                "--no-probabilities", a->no_probabilities,
                "Leave out the folder \"found\" (its size is said at the end), without which measure "
                "cannot measure the result again after corrections");
            app.add_option("--smoothing", a->notes.smoothing,
                           "Smoothing iterations on surfaces (volumes stay)")
                ->check(CLI::Range(0, 1000))
                ->capture_default_str();
            app.add_option(
                   "--pictures", a->notes.pictures,
                   "full: slices, 3D view, two large ray-traced pictures; quick: slices, 3D view, one small "
                   "picture; none: a page of numbers and plots only")
                ->check(CLI::IsMember({"none", "quick", "full"}))
                ->capture_default_str();
            app.add_option("--dataset", a->notes.dataset, "Dataset within an HDF5 file");
            add_voxel_option(app, a->notes.voxel_nm, "Voxel size in nm, for files that carry none");
            a->predict.declare(app);
            a->notes.measures.declare(app);
            return [a](const Common& common) { run(*a, common); };
        }};
}

}  // namespace cytomo::commands
