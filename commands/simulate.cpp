// cytomo simulate: tomograms of cells that are known exactly.
#include "cytomo/simulation/simulate.h"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>

#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/simulation/reconstruction.h"
#include "cytomo/simulation/truth_json.h"
#include "result_names.h"
#include "simulation_options.h"

namespace cytomo::commands {

namespace {

struct Arguments {
    std::string folder, write_config;
    std::uint64_t seed = 1;
    std::int64_t count = 1;
    bool absorption = false, tilt_series = false, fractions = false;
    SimulationArguments cell;
};

SimulationOptions options_of(const Arguments& a, const std::shared_ptr<const CellModel>& cells,
                             std::int64_t i) {
    SimulationOptions o = a.cell.options(cells, a.seed + static_cast<std::uint64_t>(i));
    o.fractions = a.fractions;
    return o;
}

template <class T>
void write_as(const std::filesystem::path& path, const Volume<float>& values) {
    Volume<T> rounded(values.grid());
    for (std::int64_t i = 0; i < rounded.count(); ++i) rounded[i] = static_cast<T>(values[i]);
    write_volume(path, rounded, false);
}

void write_tomogram(const std::filesystem::path& folder, const SimulatedTomogram& made) {
    const int bits = made.truth.options.output.bits;
    if (bits == 8)
        write_as<std::uint8_t>(folder / "tomogram.mrc", made.tomogram);
    else if (bits == 16)
        write_as<std::uint16_t>(folder / "tomogram.mrc", made.tomogram);
    else
        write_volume(folder / "tomogram.mrc", made.tomogram, false);
    write_classes(folder / "classes.tif", made.classes, default_legend(), false);
    write_volume(folder / "instances.tif", made.instances, false);
    write_text(folder / "truth.json", truth_json(made.truth));
}

/// Images as I/I0 with their angles, in the order of the angles.
void write_tilt_series(const std::filesystem::path& folder, const TiltSeries& series) {
    const auto count = static_cast<std::int64_t>(series.angles_deg.size());
    Volume<float> images({{series.detectors, series.rows, count},
                          {series.pitch_um, series.row_pitch_um, series.pitch_um},
                          {}});
    for (std::int64_t i = 0; i < images.count(); ++i)
        images[i] = std::exp(-series.absorption[static_cast<std::size_t>(i)]);
    write_volume(folder / "tilts.mrc", images, false);
    std::string text;
    for (const double angle : series.angles_deg) {
        char line[32];
        std::snprintf(line, sizeof line, "%8.2f\n", angle);
        text += line;
    }
    write_text(folder / "tilts.tlt", text);
}

void simulate_one(const Arguments& a, const SimulationOptions& options, const std::filesystem::path& folder,
                  const std::string& name, const Common& common) {
    const Progress progress = common.progress();
    SimulatedCell cell = make_cell(options, progress);
    SimulatedTomogram made;
    const auto on_images = [&](const TiltSeries& series) {
        if (a.tilt_series) write_tilt_series(folder, series);
    };
    made.tomogram =
        acquire_and_reconstruct(cell.surroundings, cell.lac_per_um.grid(), options, progress, on_images);
    made.classes = std::move(cell.classes);
    made.instances = std::move(cell.instances);
    made.truth = std::move(cell.truth);
    write_tomogram(folder, made);
    for (std::size_t c = 0; c < cell.fractions.size(); ++c)
        write_volume(file_of_class(folder / "fractions.tif", default_legend(), static_cast<int>(c)),
                     cell.fractions[c], false, default_legend());
    if (a.absorption) write_volume(folder / "absorption.mrc", cell.lac_per_um, false);
    const auto counted = [](std::size_t n, const char* one, const char* many) {
        return std::to_string(n) + (n == 1 ? one : many);
    };
    common.say(name + ": " + counted(made.truth.objects.size(), " object, ", " objects, ") +
               counted(made.truth.filopodia.size(), " filopodium", " filopodia") + ", seed " +
               std::to_string(options.seed));
}

void run(const Arguments& a, const Common& common) {
    if (!a.write_config.empty() && !a.cell.world.empty())
        throw UsageError("--write-config: expected one kind of cell (--preset), found --world " +
                         a.cell.world + ", which draws the kind anew for each seed");
    const auto cells = a.cell.cells();
    if (!a.write_config.empty()) {
        check_apart({{"--write-config", a.write_config}}, {a.cell.config});
        PendingOutput output(a.write_config, common.overwrite);
        write_text(output.path(), cells->json());
        output.commit();
        common.say("wrote " + a.write_config);
        if (a.folder.empty()) return;
    }
    if (a.folder.empty()) throw UsageError("simulate: expected a folder for the results");
    if (a.count < 1 || a.count > 100000) throw UsageError("--count: expected 1 to 100000");
    for (std::int64_t i = 0; i < a.count; ++i) {
        const SimulationOptions options = options_of(a, cells, i);
        check_memory(a.folder, simulation_bytes(options), options.size,
                     "Give a smaller --size or larger --voxel-nm");
    }
    PendingOutput output(a.folder, common.overwrite, results_of("simulate", a.folder));
    output.keep(a.cell.config);
    for (std::int64_t i = 0; i < a.count; ++i) {
        const SimulationOptions options = options_of(a, cells, i);
        std::filesystem::path folder = output.path();
        if (a.count > 1) {
            char number[24];
            std::snprintf(number, sizeof number, "%04lld", static_cast<long long>(i + 1));
            folder /= number;
            std::filesystem::create_directory(folder);
        }
        simulate_one(a, options, folder,
                     a.folder + (a.count > 1 ? "/" + folder.filename().string() : std::string()), common);
    }
    output.commit();
}

}  // namespace

Command simulate_command() {
    return {"simulate", "Make tomograms of cells that are known exactly", [](CLI::App& app) -> Run {
                auto a = std::make_shared<Arguments>();
                app.add_option("folder", a->folder,
                               "Folder for tomogram.mrc, classes.tif, instances.tif and truth.json");
                app.add_option("--seed", a->seed, "Same seed, same tomogram")->capture_default_str();
                app.add_option("--count", a->count,
                               "Number of tomograms, with seeds N, N+1, …, each in its own subfolder")
                    ->capture_default_str();
                app.add_option("--write-config", a->write_config,
                               "Write all distributions in use to this file, to be changed");
                app.add_flag("--tilt-series", a->tilt_series,
                             "Write the tilt images too, as transmission (tilts.mrc, tilts.tlt)");
                app.add_flag("--fractions", a->fractions,
                             "Write the share of each voxel that is of each class, 255 being all of it "
                             "(fractions.CLASS.tif)");
                app.add_flag("--absorption", a->absorption,
                             "Write the absorption before the microscope too (absorption.mrc)");
                a->cell.declare(app);
                a->cell.declare_world(app);
                return [a](const Common& common) { run(*a, common); };
            }};
}

}  // namespace cytomo::commands
