// cytomo analyze: everything, in one command.
#include "cytomo/analyze.h"

#include <chrono>
#include <cstdio>
#include <set>

#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/core/parallel.h"
#include "cytomo/io/mesh_io.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "cytomo/labels/instance_options.h"
#include "cytomo/report/curves.h"
#include "instance_files.h"
#include "measure_options.h"
#include "predict_options.h"
#include "result_errors.h"

namespace cytomo::commands {

namespace {

namespace fs = std::filesystem;

struct Arguments {
    std::string in, out, voxel, dataset, format = "ply", pictures = "full";
    bool per_instance = false;
    int smoothing = 8;
    PredictArguments predict;
    MeasureOptions measures;
};

Pictures pictures_named(const std::string& name) {
    return name == "none" ? Pictures::none : name == "quick" ? Pictures::quick : Pictures::full;
}

/// What the outline of the cell body is called: none of the classes is.
std::string outline_name(const Legend& legend) {
    std::set<std::string> taken;
    for (const auto& entry : legend.entries) taken.insert(file_name_of_class(legend, entry.id));
    std::string name = taken.contains("cell-body") ? "cell-outline" : "cell-body";
    while (taken.contains(name)) name += "-of-all";
    return name;
}

void write_surfaces(const fs::path& folder, const Analysis& a, const Arguments& arguments,
                    const Legend& legend) {
    fs::create_directory(folder);
    const auto look = [&](std::uint8_t id, const std::string& name) {
        MeshLook l;
        l.name = name;
        if (const auto* entry = legend.find(id)) l.colour = entry->colour;
        return l;
    };
    for (const auto& s : a.surfaces) {
        const std::string name = file_name_of_class(legend, s.class_id);
        write_mesh(folder / (name + "." + arguments.format), s.mesh, false, look(s.class_id, name));
    }
    if (!a.body.empty()) {
        const std::string name = outline_name(legend);
        write_mesh(folder / (name + "." + arguments.format), a.body, false, look(a.body_class, name));
    }
    if (!arguments.per_instance) return;
    fs::create_directory(folder / "instances");
    for (std::size_t n = 1; n < a.measures.object_surfaces.size(); ++n) {
        if (a.measures.object_surfaces[n].empty()) continue;
        const auto id = a.instances.class_of[n];
        const std::string name = file_name_of_class(legend, id) + "-" + std::to_string(n);
        write_mesh(folder / "instances" / (name + "." + arguments.format), a.measures.object_surfaces[n],
                   false, look(id, name));
    }
}

void write_everything(const fs::path& folder, const Analysis& a, const Arguments& arguments,
                      const Legend& legend, const KnownErrors& errors, const StageTimes& times,
                      const Progress& progress) {
    progress(0);
    write_classes(folder / "classes.tif", *a.classes, legend, false);
    write_result_errors(folder, "classes.tif", errors);
    write_instances(folder / "instances.tif", a.instances, progress.part(0.2, 0.6));
    write_surfaces(folder / "surfaces", a, arguments, legend);
    write_measures(folder, a.measures, legend);
    progress(0.8);
    if (!a.pictures.empty() || !a.figures.empty()) fs::create_directory(folder / "pictures");
    for (const auto& picture : a.pictures)
        write_png(folder / "pictures" / (picture.name + ".png"), picture.image);
    if (!a.figures.empty()) write_text(folder / "pictures" / "plots.svg", svg_file(a.figures));
    write_text(folder / "report.html", a.page);
    Summary summary = a.measures.summary;
    summary.stage_seconds = times.seconds();
    write_text(folder / "summary.json", summary_json(summary));
    progress(1);
}

void run(const Arguments& a, const Common& common) {
    const auto start = std::chrono::steady_clock::now();
    AnalyzeOptions options;
    options.predict = a.predict.options();
    options.pictures = pictures_named(a.pictures);
    PendingOutput folder(a.out, common.overwrite, PendingOutput::Kind::folder);
    folder.keep(a.in);
    folder.keep(a.predict.model_file);
    const Model model = a.predict.model();
    check_file_names(model.legend, a.predict.model_file.empty() ? "the model" : a.predict.model_file,
                     "Give one of them another name when training: --classes VALUE=NAME,…");
    const KnownErrors errors =
        known_errors(model.error_model, model.checksum(),
                     a.predict.model_file.empty() ? "the model" : a.predict.model_file);
    options.instances = instance_options_for(model.legend);
    options.measures = a.measures.options(model.legend, a.smoothing);
    options.check();
    ReadOptions read;
    read.voxel_um = parse_voxel_nm(a.voxel);
    read.dataset = a.dataset;
    const Tomogram tomogram = open_tomogram(a.in, read, &options.warnings);
    require_voxel_size(tomogram, read);
    for (const auto& w : options.warnings) common.say(w);
    check_memory(a.in, prediction_bytes(tomogram.grid, model, options.predict), tomogram.grid.size,
                 "Crop or bin it, or use a machine with more memory");
    options.record = {{"Program", "cytomo " CYTOMO_VERSION},
                      {"Date", time_now()},
                      {"Input", fs::absolute(a.in).string()},
                      {"Input checksum", file_checksum(a.in) + " (FNV-1a)"},
                      {"Model", a.predict.model_file.empty() ? "default" : a.predict.model_file},
                      {"Model checksum", model.checksum()},
                      {"Voxel size", a.voxel.empty() ? "from the file" : a.voxel + " nm, given"},
                      {"Options", "polarity " + a.predict.polarity + ", precision " + a.predict.precision +
                                      ", device " + a.predict.device + ", views " +
                                      (a.predict.views == 0 ? "by size" : std::to_string(a.predict.views)) +
                                      ", smoothing " + std::to_string(a.smoothing)},
                      {"Pictures", a.pictures},
                      {"Measures", a.measures.text()},
                      {"Machine", processor_name() + ", " + std::to_string(thread_count()) + " threads"}};
    StageTimes times;
    const Progress progress = times.watch(common.progress());
    const Analysis analysis = analyze(tomogram, model, options, progress);
    write_everything(folder.path(), analysis, a, model.legend, errors, times,
                     progress.stage("writing files"));
    folder.commit();
    common.say(describe(analysis.prediction));
    if (!analysis.measures.no_intervals.empty()) common.say(analysis.measures.no_intervals);
    for (const auto& c : analysis.measures.summary.classes)
        if (c.voxels > 0) {
            char line[120];
            std::snprintf(line, sizeof line, "%-16s %6lld objects %12.4f µm³ %6.1f %% of the cell",
                          c.name.c_str(), static_cast<long long>(c.objects), c.volume_um3,
                          100 * c.fraction_of_cell);
            common.say(line);
        }
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, " (%.1f s)",
                  std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    std::printf("%s\n", (fs::path(a.out) / "report.html").c_str());
    common.say("done" + std::string(seconds));
}

}  // namespace

Command analyze_command() {
    return {"analyze", "Segment, separate, measure and show: everything in one command",
            [](CLI::App& app) -> Run {
                auto a = std::make_shared<Arguments>();
                app.add_option("tomogram", a->in, "Tomogram (MRC, TIFF, HDF5, NPY)")->required();
                app.add_option("outdir", a->out, "Folder for the results; it is made")->required();
                app.add_option("--format", a->format, "Surface files")
                    ->check(CLI::IsMember({"ply", "stl", "obj", "glb", "vtp"}))
                    ->capture_default_str();
                app.add_flag("--per-instance", a->per_instance, "Write the surface of every object too");
                app.add_option("--smoothing", a->smoothing, "Smoothing iterations on surfaces (volumes stay)")
                    ->check(CLI::Range(0, 1000))
                    ->capture_default_str();
                app.add_option("--pictures", a->pictures,
                               "full: slices, 3D view, two large ray-traced pictures; quick: slices, 3D view, one small "
                               "picture; none: a page of numbers and plots only")
                    ->check(CLI::IsMember({"none", "quick", "full"}))
                    ->capture_default_str();
                app.add_option("--dataset", a->dataset, "Dataset within an HDF5 file");
                add_voxel_option(app, a->voxel, "Voxel size in nm, for files that carry none");
                a->predict.declare(app);
                a->measures.declare(app);
                return [a](const Common& common) { run(*a, common); };
            }};
}

}  // namespace cytomo::commands
