// cytomo simulate: tomograms of cells that are known exactly.
#include "cytomo/simulation/simulate.h"

#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/output.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::commands {

namespace {

using Json = nlohmann::ordered_json;

struct Arguments {
    std::string folder, size = "256,256,96", voxel_nm = "20", tilt_range;
    std::string preset = "cell-edge", reconstruction, window, polarity;
    std::uint64_t seed = 1;
    std::int64_t count = 1;
    bool varied = false, absorption = false, eight_bit = false;
    std::optional<double> tilt_step, photons, blur_nm, depth_of_field_um, misalignment, smooth;
    std::optional<double> nucleus, mitochondria, droplets, vesicles, reticulum, filopodia, gold;
    std::optional<int> iterations;
};

std::pair<double, double> parse_range(const std::string& text) {
    double low = 0, high = 0;
    const char* end = text.data() + text.size();
    const auto a = std::from_chars(text.data(), end, low);
    if (a.ec == std::errc{} && a.ptr != end && *a.ptr == ',') {
        const auto b = std::from_chars(a.ptr + 1, end, high);
        if (b.ec == std::errc{} && b.ptr == end) return {low, high};
    }
    throw UsageError("--tilt-range: expected two angles in degrees such as -60,60, found '" + text + "'");
}

template <class To, class From>
void replace(To& value, const std::optional<From>& given) {
    if (given) value = static_cast<To>(*given);
}

SimulationOptions make_options(const Arguments& a, std::uint64_t seed) {
    SimulationOptions o;
    o.seed = seed;
    o.size = parse_size(a.size);
    o.voxel_um = parse_voxel_nm(a.voxel_nm).value_or(o.voxel_um);
    o.preset = a.preset;
    if (a.varied) {
        Random random(seed, 2);
        o = random_acquisition(random_contents(o, random), random);
    }
    if (!a.tilt_range.empty())
        std::tie(o.acquisition.tilt_min_deg, o.acquisition.tilt_max_deg) = parse_range(a.tilt_range);
    replace(o.acquisition.tilt_step_deg, a.tilt_step);
    replace(o.acquisition.photons, a.photons);
    replace(o.acquisition.blur_nm, a.blur_nm);
    replace(o.acquisition.depth_of_field_um, a.depth_of_field_um);
    replace(o.acquisition.misalignment, a.misalignment);
    replace(o.acquisition.iterations, a.iterations);
    if (!a.reconstruction.empty())
        o.acquisition.reconstruction =
            a.reconstruction == "sirt" ? ReconstructionMethod::sirt : ReconstructionMethod::fbp;
    if (!a.window.empty()) o.acquisition.window = fbp_window_from(a.window);
    if (!a.polarity.empty())
        o.output.polarity = a.polarity == "dark" ? Polarity::dense_is_dark : Polarity::dense_is_bright;
    if (a.eight_bit) o.output.eight_bit = true;
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

Json json_of(Vec3 v) {
    return Json::array({v.x, v.y, v.z});
}
Json json_of(Size3 v) {
    return Json::array({v.x, v.y, v.z});
}

Json json_of(const SimulationOptions& o) {
    const CellContents& c = o.contents;
    const Acquisition& a = o.acquisition;
    return {{"seed", o.seed},
            {"preset", o.preset},
            {"size", json_of(o.size)},
            {"voxel_um", json_of(o.voxel_um)},
            {"contents",
             {{"nucleus", c.nucleus},
              {"mitochondria", c.mitochondria},
              {"lipid_droplets", c.lipid_droplets},
              {"vesicles", c.vesicles},
              {"reticulum", c.reticulum},
              {"filopodia", c.filopodia},
              {"gold", c.gold},
              {"contrast", c.contrast},
              {"granularity", c.granularity}}},
            {"acquisition",
             {{"tilt_min_deg", a.tilt_min_deg},
              {"tilt_max_deg", a.tilt_max_deg},
              {"tilt_step_deg", a.tilt_step_deg},
              {"photons", a.photons},
              {"blur_nm", a.blur_nm},
              {"depth_of_field_um", a.depth_of_field_um},
              {"misalignment_pixels", a.misalignment},
              {"flicker", a.flicker},
              {"flat_field_error", a.flat_field_error},
              {"reconstruction", name(a.reconstruction)},
              {"iterations", a.iterations},
              {"window", name(a.window)}}},
            {"export",
             {{"polarity", o.output.polarity == Polarity::dense_is_dark ? "dark" : "bright"},
              {"eight_bit", o.output.eight_bit},
              {"clip_low", o.output.clip_low},
              {"clip_high", o.output.clip_high},
              {"smooth_voxels", o.output.smooth_voxels},
              {"sharpen", o.output.sharpen}}}};
}

Json json_of(const Truth& truth) {
    const Legend legend = default_legend();
    Json objects = Json::array(), filopodia = Json::array();
    for (const ObjectTruth& o : truth.objects)
        objects.push_back({{"instance", o.instance},
                           {"class_id", o.class_id},
                           {"class", legend.name_of(o.class_id)},
                           {"kind", o.kind},
                           {"volume_um3", o.volume_um3 < 0 ? Json(nullptr) : Json(o.volume_um3)},
                           {"labelled_volume_um3", o.labelled_volume_um3},
                           {"centre_um", json_of(o.centre_um)},
                           {"mean_absorption_per_um", o.mean_lac_per_um},
                           {"touches_border", o.touches_border}});
    for (const FilopodiumTruth& f : truth.filopodia) {
        Json line = Json::array();
        for (const Vec3 p : f.centre_line_um) line.push_back(json_of(p));
        filopodia.push_back({{"instance", f.instance},
                             {"length_um", f.length_um},
                             {"complete", f.complete},
                             {"root_um", json_of(f.root_um)},
                             {"tip_um", json_of(f.tip_um)},
                             {"radius_um", f.radius_um},
                             {"centre_line_um", line}});
    }
    Json classes = Json::object();
    for (const LegendEntry& entry : legend.entries) classes[std::to_string(entry.id)] = entry.name;
    return {{"program", "cytomo " CYTOMO_VERSION},
            {"options", json_of(truth.options)},
            {"classes", classes},
            {"objects", objects},
            {"filopodia", filopodia}};
}

void write_json(const std::filesystem::path& path, const Json& json) {
    std::ofstream file(path, std::ios::binary);
    file << json.dump(1) << '\n';
    file.close();
    if (!file) throw InputError(path.string(), "to write the file", "an error", "Check space and rights");
}

void write_tomogram(const std::filesystem::path& folder, const SimulatedTomogram& made) {
    if (made.truth.options.output.eight_bit) {
        Volume<std::uint8_t> bytes(made.tomogram.grid());
        for (std::int64_t i = 0; i < bytes.count(); ++i)
            bytes[i] = static_cast<std::uint8_t>(made.tomogram[i]);
        write_volume(folder / "tomogram.mrc", bytes, false);
    } else {
        write_volume(folder / "tomogram.mrc", made.tomogram, false);
    }
    write_volume(folder / "classes.tif", made.classes, false);
    write_volume(folder / "instances.tif", made.instances, false);
    write_json(folder / "truth.json", json_of(made.truth));
}

void run(const Arguments& a, const Common& common) {
    if (a.count < 1 || a.count > 100000) throw UsageError("--count: expected 1 to 100000");
    for (std::int64_t i = 0; i < a.count; ++i) make_options(a, a.seed + static_cast<std::uint64_t>(i));
    PendingOutput output(a.folder, common.overwrite, PendingOutput::Kind::folder);
    const Progress progress = common.progress();
    for (std::int64_t i = 0; i < a.count; ++i) {
        const SimulationOptions options = make_options(a, a.seed + static_cast<std::uint64_t>(i));
        std::filesystem::path folder = output.path();
        if (a.count > 1) {
            char number[24];
            std::snprintf(number, sizeof number, "%04lld", static_cast<long long>(i + 1));
            folder /= number;
            std::filesystem::create_directory(folder);
        }
        SimulatedCell cell = make_cell(options, progress);
        SimulatedTomogram made;
        made.tomogram = acquire_and_reconstruct(cell.surroundings, cell.lac_per_um.grid(), options, progress);
        made.classes = std::move(cell.classes);
        made.instances = std::move(cell.instances);
        made.truth = std::move(cell.truth);
        write_tomogram(folder, made);
        if (a.absorption) write_volume(folder / "absorption.mrc", cell.lac_per_um, false);
        common.say(a.folder + (a.count > 1 ? "/" + folder.filename().string() : "") + ": " +
                   std::to_string(made.truth.objects.size()) + " objects, " +
                   std::to_string(made.truth.filopodia.size()) + " filopodia, seed " +
                   std::to_string(options.seed));
    }
    output.commit();
}

}  // namespace

Command simulate_command() {
    return {
        "simulate", "Make tomograms of cells that are known exactly", [](CLI::App& app) -> Run {
            auto a = std::make_shared<Arguments>();
            app.add_option("folder", a->folder,
                           "Folder for tomogram.mrc, classes.tif, instances.tif and truth.json")
                ->required();
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
            app.add_option("--misalignment", a->misalignment, "Residual shifts, pixels")->group(microscope);
            app.add_option("--reconstruction", a->reconstruction, "Method")
                ->check(CLI::IsMember({"sirt", "fbp"}))
                ->group(microscope);
            app.add_option("--iterations", a->iterations, "Iterations of SIRT")->group(microscope);
            app.add_option("--window", a->window, "Filter window of FBP")
                ->check(CLI::IsMember({"ramp", "shepp-logan", "hamming", "hann"}))
                ->group(microscope);
            app.add_option("--polarity", a->polarity, "Dense matter dark or bright")
                ->check(CLI::IsMember({"dark", "bright"}))
                ->group(microscope);
            app.add_flag("--eight-bit", a->eight_bit, "Grey values 0 to 255")->group(microscope);
            app.add_option("--smooth", a->smooth, "Gaussian filter afterwards, deviation in voxels")
                ->group(microscope);
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
