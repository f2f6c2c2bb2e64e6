// cytomo simulate: tomograms of cells that are known exactly.
#include "cytomo/simulation/simulate.h"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/simulation/reconstruction.h"
#include "cytomo/simulation/truth_json.h"

namespace cytomo::commands {

namespace {

struct Arguments {
    std::string folder, size = "256,256,96", voxel_nm = "20", tilt_range, config, write_config;
    std::string preset = "cell-edge", reconstruction, window, polarity;
    std::uint64_t seed = 1;
    std::int64_t count = 1;
    std::string clip;
    bool varied = false, absorption = false, tilt_series = false, fractions = false, median = false;
    std::optional<double> tilt_step, photons, blur_nm, depth_of_field_um, misalignment, smooth;
    std::optional<double> tilt_jitter, dose_loss, missing_images, bad_images, tilt_axis, fringes,
        image_smoothing, drift;
    std::optional<double> flicker, flat_field_error, sharpen, sharpen_voxels;
    std::optional<double> nucleus, mitochondria, droplets, vesicles, reticulum, filopodia, gold;
    std::optional<int> iterations, bits, diffusion;
};

template <class To, class From>
void replace(To& value, const std::optional<From>& given) {
    if (given) value = static_cast<To>(*given);
}

/// The preset's standard cells, changed by the user's file if there is one.
std::shared_ptr<const CellModel> read_cells(const Arguments& a) {
    auto cells = std::make_shared<CellModel>(a.preset);
    if (!a.config.empty()) {
        if (std::filesystem::is_directory(a.config))
            throw InputError(a.config, "a file with distributions", "a folder", "Name the file in it");
        std::ifstream file(a.config, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        if (!file)
            throw InputError(a.config, "a file with distributions", "no readable file", "Check the name");
        cells->change(text, a.config);
    }
    return cells;
}

SimulationOptions make_options(const Arguments& a, const std::shared_ptr<const CellModel>& cells,
                               std::uint64_t seed) {
    SimulationOptions o;
    o.seed = seed;
    o.cells = cells;
    o.fractions = a.fractions;
    o.size = parse_size(a.size);
    o.voxel_um = parse_voxel_nm(a.voxel_nm).value_or(o.voxel_um);
    o.preset = a.preset;
    if (a.varied) {
        Random random(seed, 2);
        o = random_acquisition(random_contents(o, random), random);
    }
    if (!a.tilt_range.empty())
        std::tie(o.acquisition.tilt_min_deg, o.acquisition.tilt_max_deg) =
            parse_pair("--tilt-range", "two angles in degrees such as -60,60", a.tilt_range);
    replace(o.acquisition.axis_deg, a.tilt_axis);
    replace(o.acquisition.fringes, a.fringes);
    replace(o.acquisition.image_smoothing, a.image_smoothing);
    replace(o.acquisition.flicker, a.flicker);
    replace(o.acquisition.drift, a.drift);
    replace(o.acquisition.flat_field_error, a.flat_field_error);
    replace(o.acquisition.tilt_step_deg, a.tilt_step);
    replace(o.acquisition.photons, a.photons);
    replace(o.acquisition.blur_nm, a.blur_nm);
    replace(o.acquisition.depth_of_field_um, a.depth_of_field_um);
    replace(o.acquisition.misalignment, a.misalignment);
    replace(o.acquisition.iterations, a.iterations);
    replace(o.acquisition.tilt_jitter_deg, a.tilt_jitter);
    replace(o.acquisition.dose_loss, a.dose_loss);
    replace(o.acquisition.missing_images, a.missing_images);
    replace(o.acquisition.bad_images, a.bad_images);
    if (!a.reconstruction.empty())
        o.acquisition.reconstruction =
            a.reconstruction == "sirt" ? ReconstructionMethod::sirt : ReconstructionMethod::fbp;
    if (!a.window.empty()) o.acquisition.window = fbp_window_from(a.window);
    if (!a.polarity.empty())
        o.output.polarity = a.polarity == "dark" ? Polarity::dense_is_dark : Polarity::dense_is_bright;
    replace(o.output.bits, a.bits);
    if (!a.clip.empty())
        std::tie(o.output.clip_low, o.output.clip_high) =
            parse_pair("--clip", "two shares such as 0.01,0.001", a.clip);
    if (a.median) o.output.median = true;
    replace(o.output.diffusion, a.diffusion);
    replace(o.output.sharpen, a.sharpen);
    replace(o.output.sharpen_voxels, a.sharpen_voxels);
    replace(o.output.smooth_voxels, a.smooth);
    replace(o.contents.nucleus, a.nucleus);
    replace(o.contents.mitochondria, a.mitochondria);
    replace(o.contents.lipid_droplets, a.droplets);
    replace(o.contents.vesicles, a.vesicles);
    replace(o.contents.reticulum, a.reticulum);
    replace(o.contents.filopodia, a.filopodia);
    replace(o.contents.gold, a.gold);
    o.check();
    return o;
}

void write_text(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) throw InputError(path.string(), "to write the file", "an error", "Check space and rights");
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
    write_volume(folder / "classes.tif", made.classes, false);
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
                     cell.fractions[c], false);
    if (a.absorption) write_volume(folder / "absorption.mrc", cell.lac_per_um, false);
    common.say(name + ": " + std::to_string(made.truth.objects.size()) + " objects, " +
               std::to_string(made.truth.filopodia.size()) + " filopodia, seed " +
               std::to_string(options.seed));
}

void run(const Arguments& a, const Common& common) {
    const auto cells = read_cells(a);
    if (!a.write_config.empty()) {
        PendingOutput output(a.write_config, common.overwrite);
        write_text(output.path(), cells->json());
        output.commit();
        common.say("wrote " + a.write_config);
        if (a.folder.empty()) return;
    }
    if (a.folder.empty()) throw UsageError("simulate: expected a folder for the results");
    if (a.count < 1 || a.count > 100000) throw UsageError("--count: expected 1 to 100000");
    for (std::int64_t i = 0; i < a.count; ++i) {
        const SimulationOptions options = make_options(a, cells, a.seed + static_cast<std::uint64_t>(i));
        check_memory(a.folder, simulation_bytes(options), options.size,
                     "Give a smaller --size or larger --voxel-nm");
    }
    PendingOutput output(a.folder, common.overwrite, PendingOutput::Kind::folder);
    for (std::int64_t i = 0; i < a.count; ++i) {
        const SimulationOptions options = make_options(a, cells, a.seed + static_cast<std::uint64_t>(i));
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
    return {
        "simulate", "Make tomograms of cells that are known exactly", [](CLI::App& app) -> Run {
            auto a = std::make_shared<Arguments>();
            app.add_option("folder", a->folder,
                           "Folder for tomogram.mrc, classes.tif, instances.tif and truth.json");
            app.add_option("--preset", a->preset, "Kind of cell")
                ->check(CLI::IsMember(simulation_presets()))
                ->capture_default_str();
            app.add_option("--seed", a->seed, "Same seed, same tomogram")->capture_default_str();
            app.add_option("--size", a->size, "Voxels along x, y, z")->capture_default_str();
            app.add_option("--voxel-nm", a->voxel_nm, "Voxel size in nm, one number or X,Y,Z")
                ->capture_default_str();
            app.add_option("--count", a->count,
                           "Number of tomograms, with seeds N, N+1, …, each in its own subfolder")
                ->capture_default_str();
            app.add_flag("--varied", a->varied, "Draw contents and microscope at random, as for training");
            app.add_option("--config", a->config,
                           "JSON file with other distributions of sizes, absorption, numbers, …");
            app.add_option("--write-config", a->write_config,
                           "Write all distributions in use to this file, to be changed");
            app.add_flag("--tilt-series", a->tilt_series,
                         "Write the tilt images too, as transmission (tilts.mrc, tilts.tlt)");
            app.add_flag("--fractions", a->fractions,
                         "Write the share of each voxel that is of each class, 255 being all of it "
                         "(fractions.CLASS.tif)");
            app.add_flag("--absorption", a->absorption,
                         "Write the absorption before the microscope too (absorption.mrc)");
            const char* microscope = "Microscope";
            app.add_option("--tilt-range", a->tilt_range,
                           "Lowest and highest tilt in degrees, such as -60,60")
                ->group(microscope);
            app.add_option("--tilt-step", a->tilt_step, "Degrees between images")->group(microscope);
            app.add_option("--photons", a->photons, "Photons a detector pixel; 0: no noise")
                ->group(microscope);
            app.add_option("--blur-nm", a->blur_nm, "Blur in focus, deviation in nm")->group(microscope);
            app.add_option("--depth-of-field-um", a->depth_of_field_um, "Depth in focus in µm; 0: all")
                ->group(microscope);
            app.add_option(
                   "--tilt-axis", a->tilt_axis,
                   "Direction of the tilt axis, degrees from y towards x, -90 to 90; off right angles the "
                   "tomogram is a little smoother")
                ->group(microscope);
            app.add_option("--fringes", a->fringes, "Strength of bright fringes (partial coherence)")
                ->group(microscope);
            app.add_option("--flicker", a->flicker, "Deviation of the intensity from image to image")
                ->group(microscope);
            app.add_option("--flat-field-error", a->flat_field_error,
                           "Deviation of the gain left after correction")
                ->group(microscope);
            app.add_option(
                   "--drift", a->drift,
                   "Deviation of the stage's drift, pixels: moves the flat-field error over the sample")
                ->group(microscope);
            app.add_option("--image-smoothing", a->image_smoothing,
                           "Smoothing of images by their alignment, deviation in pixels")
                ->group(microscope);
            app.add_option("--misalignment", a->misalignment, "Residual shifts, pixels")->group(microscope);
            app.add_option("--tilt-jitter", a->tilt_jitter, "Deviation of true from recorded tilts, degrees")
                ->group(microscope);
            app.add_option("--dose-loss", a->dose_loss, "Share of absorption lost by the last image")
                ->group(microscope);
            app.add_option("--missing-images", a->missing_images, "Chance of an image to be left out")
                ->group(microscope);
            app.add_option("--bad-images", a->bad_images, "Chance of an image to be 3 to 10 pixels off")
                ->group(microscope);
            app.add_option("--reconstruction", a->reconstruction, "Method")
                ->check(CLI::IsMember({"sirt", "fbp"}))
                ->group(microscope);
            app.add_option("--iterations", a->iterations, "Iterations of SIRT")->group(microscope);
            app.add_option("--window", a->window, "Filter window of FBP")
                ->check(CLI::IsMember({"ramp", "shepp-logan", "hamming", "hann"}))
                ->group(microscope);
            const char* handed_out = "What is handed out";
            app.add_option("--polarity", a->polarity, "Dense matter dark or bright")
                ->check(CLI::IsMember({"dark", "bright"}))
                ->group(handed_out);
            app.add_option("--bits", a->bits, "32: values in 1/µm; 8, 16: rescaled to 0 … 255 or 65535")
                ->check(CLI::IsMember({8, 16, 32}))
                ->group(handed_out);
            app.add_option("--clip", a->clip,
                           "Shares of voxels cut off at the low and the high end, 8 and 16 bits")
                ->group(handed_out);
            app.add_flag("--median", a->median, "Median of the 27 nearest voxels")->group(handed_out);
            app.add_option("--diffusion", a->diffusion, "Steps of edge-preserving diffusion")
                ->group(handed_out);
            app.add_option("--smooth", a->smooth, "Gaussian filter, deviation in voxels")->group(handed_out);
            app.add_option("--sharpen", a->sharpen, "Strength of an unsharp mask")->group(handed_out);
            app.add_option("--sharpen-voxels", a->sharpen_voxels, "Its width, deviation in voxels")
                ->group(handed_out);
            const char* contents = "Contents (1: the usual amount, 0: none)";
            app.add_option("--nucleus", a->nucleus, "How far the nucleus reaches into view")->group(contents);
            app.add_option("--mitochondria", a->mitochondria, "Amount of mitochondria")->group(contents);
            app.add_option("--droplets", a->droplets, "Amount of lipid droplets")->group(contents);
            app.add_option("--vesicles", a->vesicles, "Amount of vesicles")->group(contents);
            app.add_option("--reticulum", a->reticulum, "Amount of endoplasmic reticulum")->group(contents);
            app.add_option("--filopodia", a->filopodia, "Amount of filopodia")->group(contents);
            app.add_option("--gold", a->gold, "Chance of gold markers")->group(contents);
            return [a](const Common& common) { run(*a, common); };
        }};
}

}  // namespace cytomo::commands
