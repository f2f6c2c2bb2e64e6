#include "simulation_options.h"

#include <tuple>

#include "cytomo/core/error.h"
#include "cytomo/io/text_io.h"

namespace cytomo::commands {

namespace {

template <class To, class From>
void replace(To& value, const std::optional<From>& given) {
    if (given) value = static_cast<To>(*given);
}

}  // namespace

std::shared_ptr<const CellModel> SimulationArguments::cells() const {
    auto made = std::make_shared<CellModel>(preset);
    if (!config.empty()) made->change(read_text(config, "a file with distributions", 10'000'000), config);
    return made;
}

SimulationOptions SimulationArguments::options(const std::shared_ptr<const CellModel>& cells,
                                               std::uint64_t seed) const {
    SimulationOptions o;
    o.seed = seed;
    o.cells = cells;
    o.size = parse_size(size);
    o.voxel_um = parse_voxel_nm(voxel_nm).value_or(o.voxel_um);
    o.preset = preset;
    if (!world.empty()) {
        o = world == "wide" ? random_wide_options(seed, o.size, o.voxel_um)
                            : random_training_options(seed, o.size, o.voxel_um);
    } else if (varied) {
        Random random(seed, 2);
        o = random_contents(o, random);
        o = preset.starts_with("wide-") ? random_wide_acquisition(o, random) : random_acquisition(o, random);
    }
    if (!tilt_range.empty())
        std::tie(o.acquisition.tilt_min_deg, o.acquisition.tilt_max_deg) =
            parse_pair("--tilt-range", "two angles in degrees such as -60,60", tilt_range);
    replace(o.acquisition.axis_deg, tilt_axis);
    replace(o.acquisition.fringes, fringes);
    replace(o.acquisition.image_smoothing, image_smoothing);
    replace(o.acquisition.flicker, flicker);
    replace(o.acquisition.drift, drift);
    replace(o.acquisition.flat_field_error, flat_field_error);
    replace(o.acquisition.tilt_step_deg, tilt_step);
    replace(o.acquisition.photons, photons);
    replace(o.acquisition.blur_nm, blur_nm);
    replace(o.acquisition.depth_of_field_um, depth_of_field_um);
    replace(o.acquisition.misalignment, misalignment);
    replace(o.acquisition.iterations, iterations);
    replace(o.acquisition.tilt_jitter_deg, tilt_jitter);
    replace(o.acquisition.dose_loss, dose_loss);
    replace(o.acquisition.missing_images, missing_images);
    replace(o.acquisition.bad_images, bad_images);
    if (!reconstruction.empty())
        o.acquisition.reconstruction =
            reconstruction == "sirt" ? ReconstructionMethod::sirt : ReconstructionMethod::fbp;
    if (!window.empty()) o.acquisition.window = fbp_window_from(window);
    if (!polarity.empty())
        o.output.polarity = polarity == "dark" ? Polarity::dense_is_dark : Polarity::dense_is_bright;
    replace(o.output.bits, bits);
    if (!clip.empty())
        std::tie(o.output.clip_low, o.output.clip_high) =
            parse_pair("--clip", "two shares such as 0.01,0.001", clip);
    if (median) o.output.median = true;
    replace(o.output.diffusion, diffusion);
    replace(o.output.sharpen, sharpen);
    replace(o.output.sharpen_voxels, sharpen_voxels);
    replace(o.output.smooth_voxels, smooth);
    replace(o.contents.nucleus, nucleus);
    replace(o.contents.mitochondria, mitochondria);
    replace(o.contents.lipid_droplets, droplets);
    replace(o.contents.vesicles, vesicles);
    replace(o.contents.reticulum, reticulum);
    replace(o.contents.filopodia, filopodia);
    replace(o.contents.gold, gold);
    o.check();
    return o;
}

void SimulationArguments::declare_world(CLI::App& app) {
    app.add_option("--world", world, "Draw everything, the kind of cell too, as training on that world does")
        ->check(CLI::IsMember({"standard", "wide"}))
        ->excludes(app.get_option("--preset"))
        ->excludes(app.get_option("--varied"))
        ->excludes(app.get_option("--config"));
}

void SimulationArguments::declare(CLI::App& app) {
    app.add_option("--preset", preset, "Kind of cell")
        ->check(CLI::IsMember(simulation_presets()))
        ->capture_default_str();
    app.add_option("--size", size, "Voxels along x, y, z")->capture_default_str();
    app.add_option("--voxel-nm", voxel_nm, "Voxel size in nm, one number or X,Y,Z")->capture_default_str();
    app.add_flag("--varied", varied, "Draw contents and microscope at random, as for training");
    app.add_option("--config", config, "JSON file with other distributions of sizes, absorption, numbers, …");
    const char* microscope = "Microscope";
    app.add_option("--tilt-range", tilt_range, "Lowest and highest tilt in degrees, such as -60,60")
        ->group(microscope);
    app.add_option("--tilt-step", tilt_step, "Degrees between images")->group(microscope);
    app.add_option("--photons", photons, "Photons a detector pixel; 0: no noise")->group(microscope);
    app.add_option("--blur-nm", blur_nm, "Blur in focus, deviation in nm")->group(microscope);
    app.add_option("--depth-of-field-um", depth_of_field_um, "Depth in focus in µm; 0: all")
        ->group(microscope);
    app.add_option("--tilt-axis", tilt_axis,
                   "Direction of the tilt axis, degrees from y towards x, -90 to 90; off right angles the "
                   "tomogram is a little smoother")
        ->group(microscope);
    app.add_option("--fringes", fringes, "Strength of bright fringes (partial coherence)")->group(microscope);
    app.add_option("--flicker", flicker, "Deviation of the intensity from image to image")->group(microscope);
    app.add_option("--flat-field-error", flat_field_error, "Deviation of the gain left after correction")
        ->group(microscope);
    app.add_option("--drift", drift,
                   "Deviation of the stage's drift, pixels: moves the flat-field error over the sample")
        ->group(microscope);
    app.add_option("--image-smoothing", image_smoothing,
                   "Smoothing of images by their alignment, deviation in pixels")
        ->group(microscope);
    app.add_option("--misalignment", misalignment, "Residual shifts, pixels")->group(microscope);
    app.add_option("--tilt-jitter", tilt_jitter, "Deviation of true from recorded tilts, degrees")
        ->group(microscope);
    app.add_option("--dose-loss", dose_loss, "Share of absorption lost by the last image")->group(microscope);
    app.add_option("--missing-images", missing_images, "Chance of an image to be left out")
        ->group(microscope);
    app.add_option("--bad-images", bad_images, "Chance of an image to be 3 to 10 pixels off")
        ->group(microscope);
    app.add_option("--reconstruction", reconstruction, "Method")
        ->check(CLI::IsMember({"sirt", "fbp"}))
        ->group(microscope);
    app.add_option("--iterations", iterations, "Iterations of SIRT")->group(microscope);
    app.add_option("--window", window, "Filter window of FBP")
        ->check(CLI::IsMember({"ramp", "shepp-logan", "hamming", "hann"}))
        ->group(microscope);
    const char* handed_out = "What is handed out";
    app.add_option("--polarity", polarity, "Dense matter dark or bright")
        ->check(CLI::IsMember({"dark", "bright"}))
        ->group(handed_out);
    app.add_option("--bits", bits, "32: values in 1/µm; 8, 16: rescaled to 0 … 255 or 65535")
        ->check(CLI::IsMember({8, 16, 32}))
        ->group(handed_out);
    app.add_option("--clip", clip, "Shares of voxels cut off at the low and the high end, 8 and 16 bits")
        ->group(handed_out);
    app.add_flag("--median", median, "Median of the 27 nearest voxels")->group(handed_out);
    app.add_option("--diffusion", diffusion, "Steps of edge-preserving diffusion")->group(handed_out);
    app.add_option("--smooth", smooth, "Gaussian filter, deviation in voxels")->group(handed_out);
    app.add_option("--sharpen", sharpen, "Strength of an unsharp mask")->group(handed_out);
    app.add_option("--sharpen-voxels", sharpen_voxels, "Its width, deviation in voxels")->group(handed_out);
    const char* contents = "Contents (1: the usual amount, 0: none)";
    app.add_option("--nucleus", nucleus, "How far the nucleus reaches into view")->group(contents);
    app.add_option("--mitochondria", mitochondria, "Amount of mitochondria")->group(contents);
    app.add_option("--droplets", droplets, "Amount of lipid droplets")->group(contents);
    app.add_option("--vesicles", vesicles, "Amount of vesicles")->group(contents);
    app.add_option("--reticulum", reticulum, "Amount of endoplasmic reticulum")->group(contents);
    app.add_option("--filopodia", filopodia, "Amount of filopodia")->group(contents);
    app.add_option("--gold", gold, "Chance of gold markers")->group(contents);
}

}  // namespace cytomo::commands
