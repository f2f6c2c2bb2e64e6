// cytomo bias: how far the numbers lie from the truth, on simulated cells like the user's.
#include "cytomo/bias.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "calls.h"
#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/io/table_io.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "cytomo/labels/instance_options.h"
#include "cytomo/report/html_text.h"
#include "grey_files.h"
#include "predict_options.h"
#include "record.h"
#include "result_names.h"
#include "simulation_options.h"

namespace cytomo::commands {

namespace {

constexpr int cells_to_learn_from = 32;  // unless --cells says otherwise

struct Arguments {
    std::string folder, like, dataset, learn;
    bool preset_given = false;
    std::uint64_t seed = 900001;  // far from those that taught the default model
    int cells = 6;
    bool usual_contents = false, voxel_given = false, size_given = false;
    SimulationArguments cell;
    PredictArguments predict;
};

int bits_of(ScalarType type) {
    switch (type) {
        case ScalarType::int8:
        case ScalarType::uint8:
            return 8;
        case ScalarType::int16:
        case ScalarType::uint16:
            return 16;
        default:
            return 32;
    }
}

/// Voxel size, size, bits, polarity and noise of the user's tomogram, where nothing else was asked for.
void make_like(const Arguments& a, const Model& model, const PredictOptions& predict, SimulationOptions& o,
               const Common& common) {
    ReadOptions reading;
    reading.dataset = a.dataset;
    if (a.voxel_given) reading.voxel_um = parse_voxel_nm(a.cell.voxel_nm);
    check_tomogram(a.like, reading, a.predict.grey, common);
    std::vector<std::string> remarks;
    const Tomogram tomogram = open_tomogram(a.like, reading, &remarks);
    for (const std::string& remark : remarks) common.say(remark);
    require_voxel_size(
        tomogram, reading,
        "Write one with cytomo convert --voxel-nm X,Y,Z, or leave out --like and give all by options");
    o.voxel_um = tomogram.grid.voxel_um;
    // Views of a few µm tell as much as the whole and take seconds.
    const auto most = [](std::int64_t voxels, double edge_um, double reach_um) {
        return std::max<std::int64_t>(16, std::min<std::int64_t>(voxels, std::llround(reach_um / edge_um)));
    };
    if (!a.size_given)
        o.size = {most(tomogram.grid.size.x, o.voxel_um.x, 5.2),
                  most(tomogram.grid.size.y, o.voxel_um.y, 5.2),
                  most(tomogram.grid.size.z, o.voxel_um.z, 2.6)};
    if (!a.cell.bits) o.output.bits = bits_of(tomogram.type);
    if (a.cell.polarity.empty())
        o.output.polarity = predict.polarity != Polarity::unknown ? predict.polarity
                                                                  : choose_polarity(tomogram, model, predict);
    if (!a.cell.photons) o.acquisition.photons = photons_like(tomogram, o, common.progress().stage("noise"));
    char text[160];
    std::snprintf(text, sizeof text, "like %s: voxels of %.3g nm, dense matter %s, %d bits, %.0f photons",
                  a.like.c_str(), 1000 * o.voxel_um.x,
                  o.output.polarity == Polarity::dense_is_dark ? "dark" : "bright", o.output.bits,
                  o.acquisition.photons);
    common.say(text);
}

/// To learn from, cells of all kinds that the tomogram may show, unless one is named.
std::vector<std::string> presets_of(const Arguments& a) {
    if (a.learn.empty() || a.preset_given || !a.cell.config.empty()) return {};
    return {"cell-edge", "perinuclear", "cell-edge", "suspension-cell"};
}

std::string cells_text(const Arguments& a, const SimulationOptions& o) {
    std::string kinds;
    for (const std::string& preset : presets_of(a)) kinds += (kinds.empty() ? "" : ", ") + preset;
    return std::to_string(a.cells) + " of " + (kinds.empty() ? o.preset : kinds + " in turn") +
           ", seeds from " + std::to_string(a.seed) +
           (a.usual_contents ? ", usual contents" : ", contents drawn");
}

RecordEntries record_of(const Arguments& a, const Model& model, const SimulationOptions& o) {
    char size[96], tilts[96], other[128];
    std::snprintf(size, sizeof size, "%lld × %lld × %lld voxels of %.3g × %.3g × %.3g nm",
                  static_cast<long long>(o.size.x), static_cast<long long>(o.size.y),
                  static_cast<long long>(o.size.z), 1000 * o.voxel_um.x, 1000 * o.voxel_um.y,
                  1000 * o.voxel_um.z);
    std::snprintf(tilts, sizeof tilts, "%.3g to %.3g degrees in steps of %.3g", o.acquisition.tilt_min_deg,
                  o.acquisition.tilt_max_deg, o.acquisition.tilt_step_deg);
    std::snprintf(other, sizeof other, "%.0f photons a pixel, %s, dense matter %s, %d bits",
                  o.acquisition.photons, name(o.acquisition.reconstruction).c_str(),
                  o.output.polarity == Polarity::dense_is_dark ? "dark" : "bright", o.output.bits);
    return RecordWriter("bias")
        .add("Like", a.like.empty() ? "as by the options" : a.like)
        .add("Cells", cells_text(a, o))
        .add("Volume", size)
        .add("Tilts", tilts)
        .add("Microscope", other)
        .add_model(a.predict.named_model(), model.checksum())
        .entries();
}

/// "+12.34" of 0.12344: with the digits of the page.
std::string signed_percent(double share) {
    return (share > 0 ? "+" : "") + short_number(100 * share);
}

void print(const std::vector<BiasRow>& rows, const Legend& legend) {
    std::printf("%-16s %-20s %8s %11s %11s  %s\n", "class", "measure", "samples", "true", "measured",
                "bias (90 % interval)");
    for (const BiasRow& r : rows) {
        std::printf("%-16s %-20s %8lld %11s %11s  ", legend.name_of(r.class_id).c_str(),
                    (r.measure + (r.unit.empty() ? "" : ", " + r.unit)).c_str(),
                    static_cast<long long>(r.samples), short_number(r.truth).c_str(),
                    short_number(r.measured).c_str());
        if (std::isnan(r.bias))
            std::printf("-\n");
        else if (std::isnan(r.bias_low))
            std::printf("%s %%\n", signed_percent(r.bias).c_str());
        else
            std::printf("%s %% (%s to %s)\n", signed_percent(r.bias).c_str(),
                        signed_percent(r.bias_low).c_str(), signed_percent(r.bias_high).c_str());
    }
}

/// What was learnt goes into a copy of the model. Throws InputError if that is nothing.
void write_learnt(const Arguments& a, Model model, const ErrorFit& fit, const SimulationOptions& o,
                  const Common& common) {
    for (const FitRow& r : fit.rows) {
        const std::string name = model.legend.name_of(r.class_id);
        char line[200];
        if (r.refused.empty())
            std::snprintf(line, sizeof line,
                          "  %-16s learnt from %lld objects in %d cells; 90 %% intervals held %.0f %% of the "
                          "volumes in other cells",
                          name.c_str(), static_cast<long long>(r.compared), r.cells, 100 * r.held);
        else
            std::snprintf(line, sizeof line, "  %-16s no intervals: %s", name.c_str(), r.refused.c_str());
        common.say(line);
    }
    if (!fit.filopodia_refused.empty())
        common.say("  lines of filopodia: no intervals: " + fit.filopodia_refused);
    if (fit.learnt.classes.empty())
        throw InputError(a.learn, "a class of which enough was found to learn its errors",
                         "none among " + std::to_string(a.cells) + " cells",
                         "Take more --cells (32 or more), a larger --size, or train the model further");
    LearntErrors learnt = fit.learnt;
    learnt.program = "cytomo " CYTOMO_VERSION;
    char note[120];
    std::snprintf(note, sizeof note, "; %lld x %lld x %lld voxels of %.3g nm, %.0f photons",
                  static_cast<long long>(o.size.x), static_cast<long long>(o.size.y),
                  static_cast<long long>(o.size.z), 1000 * o.voxel_um.x, o.acquisition.photons);
    learnt.note =
        cells_text(a, o) + note + (a.like.empty() ? ", every third microscope drawn" : ", like a tomogram");
    model.error_model = error_model_json(learnt);
    write_model(a.learn, model, common.overwrite);
    common.say("wrote " + a.learn + ": the same weights, with their errors");
}

/// Where a tomogram stands in the place of the folder: the call with it behind --like; empty if there is
/// another.
Words call_like_folder(const Arguments& a) {
    std::error_code ec;  // a name that cannot be looked at is none that is there
    if (!a.like.empty())
        return std::filesystem::exists(a.like, ec)
                   ? Words{}
                   : this_call_replacing({{a.folder, a.like}, {a.like, a.folder}});
    Words call = this_call_replacing({{a.folder, "expected"}});
    for (const std::string& word : {std::string("--like"), a.folder}) call.push_back(word);
    return call;
}

void run(const Arguments& a, const Common& common) {
    BiasOptions options;
    options.cells = a.cells;
    options.learn = !a.learn.empty();
    options.presets = presets_of(a);
    if (options.learn && a.like.empty()) options.varied_microscope = 3;
    options.varied_contents = !a.usual_contents;
    options.analyze.predict = a.predict.options();
    options.simulation = a.cell.options(a.cell.cells(), a.seed);
    options.check();
    if (std::filesystem::is_regular_file(a.folder))
        throw UsageError(a.folder + ": expected a folder for the results, found a file." +
                         advice("For cells like it", call_like_folder(a)));
    PendingOutput folder(a.folder, common.overwrite, results_of("bias", a.folder));
    folder.keep(a.like);
    folder.keep(a.cell.config);
    folder.keep(a.predict.named_model());
    check_apart({{"--learn", a.learn}}, {a.like, a.cell.config, a.predict.model_path()});
    if (options.learn) const PendingOutput with_errors(a.learn, common.overwrite);
    const Model model = a.predict.model();
    options.analyze.instances = instance_options_for(model.legend);
    if (!a.like.empty()) make_like(a, model, options.analyze.predict, options.simulation, common);
    check_memory(a.folder, simulation_bytes(options.simulation), options.simulation.size,
                 "Give a smaller --size or larger --voxel-nm");
    const Bias bias = measure_bias(model, options, common.progress());
    write_csv(folder.path() / "bias.csv", bias_table(bias.rows, bias.legend), false);
    write_csv(folder.path() / "bias_samples.csv", bias_samples_table(bias.samples, bias.legend), false);
    write_text(folder.path() / "report.html", bias_page(bias, record_of(a, model, options.simulation),
                                                        common.progress().stage("writing the page")));
    if (bias.learnt)
        write_csv(folder.path() / "learnt_errors.csv", error_fit_table(*bias.learnt, bias.legend), false);
    folder.commit();
    print(bias.rows, bias.legend);
    if (!bias.no_intervals.empty() && !bias.learnt) common.say(bias.no_intervals);
    common.say(std::string("bias.csv, bias_samples.csv, ") + (bias.learnt ? "learnt_errors.csv, " : "") +
               "report.html → " + a.folder);
    if (bias.learnt) write_learnt(a, model, *bias.learnt, options.simulation, common);
}

}  // namespace

Command bias_command() {
    return {
        "bias", "How far numbers lie from the truth, on simulated cells like yours",
        [](CLI::App& app) -> Run {
            auto a = std::make_shared<Arguments>();
            app.add_option("outdir", a->folder, "Folder for bias.csv, bias_samples.csv and report.html")
                ->required();
            app.add_option(
                "--like", a->like,
                "A tomogram of yours: its voxel size, depth, polarity (whether dense matter is "
                "dark), bits and noise are taken, and its size up to 5.2 x 5.2 x 2.6 µm unless --size says "
                "another");
            app.add_option("--dataset", a->dataset, "Dataset within it, if it is an HDF5 file");
            app.add_option("--cells", a->cells,
                           "Number of simulated cells (default " + std::to_string(a->cells) +
                               "; with --learn " + std::to_string(cells_to_learn_from) + ", and at least 8)")
                ->check(CLI::Range(1, 1000));
            app.add_option("--seed", a->seed, "Same seed, same cells")->capture_default_str();
            app.add_flag("--usual-contents", a->usual_contents,
                         "The preset's usual number and contrast of organelles instead of drawn ones");
            app.add_option(
                   "--learn", a->learn,
                   "Learns from these cells how far the model errs, and writes a copy of it that carries "
                   "this: its results then have intervals. Some 20 s a cell on two cores; cells of all kinds "
                   "in turn unless --preset names one. Classes with fewer than 20 objects to compare, or in "
                   "fewer than 5 cells, get no intervals")
                ->type_name("MODEL.safetensors");
            add_grey_option(app, a->predict.grey);
            a->cell.declare(app);
            a->predict.declare_network(app);
            return [a, &app](const Common& common) {
                a->voxel_given = app.count("--voxel-nm") > 0;
                a->size_given = app.count("--size") > 0;
                a->preset_given = app.get_option("--preset")->count() > 0;
                if (!a->learn.empty() && app.get_option("--cells")->count() == 0)
                    a->cells = cells_to_learn_from;
                run(*a, common);
            };
        }};
}

}  // namespace cytomo::commands
