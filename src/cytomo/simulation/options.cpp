#include <algorithm>
#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/simulation/simulate.h"

namespace cytomo {

namespace {

void require(bool good, const std::string& what, const std::string& range) {
    if (!good) throw UsageError("simulation: " + what + " must be " + range);
}

void require_range(double v, double low, double high, const std::string& what) {
    const auto text = [](double d) {
        std::string s = std::to_string(d);
        s.erase(s.find_last_not_of('0') + 1);
        if (s.back() == '.') s.pop_back();
        return s;
    };
    require(std::isfinite(v) && v >= low && v <= high, what, "between " + text(low) + " and " + text(high));
}

}  // namespace

std::string name(ReconstructionMethod method) {
    return method == ReconstructionMethod::sirt ? "sirt" : "fbp";
}

std::string name(FbpWindow window) {
    switch (window) {
        case FbpWindow::ramp:
            return "ramp";
        case FbpWindow::shepp_logan:
            return "shepp-logan";
        case FbpWindow::hamming:
            return "hamming";
        case FbpWindow::hann:
            break;
    }
    return "hann";
}

FbpWindow fbp_window_from(const std::string& text) {
    for (const FbpWindow w : {FbpWindow::ramp, FbpWindow::shepp_logan, FbpWindow::hamming, FbpWindow::hann})
        if (name(w) == text) return w;
    throw UsageError("filter window: expected ramp, shepp-logan, hamming or hann, found '" + text + "'");
}

const std::vector<std::string>& simulation_presets() {
    return cell_presets();
}

void SimulationOptions::check() const {
    for (const auto n : {size.x, size.y, size.z})
        require(n >= 16 && n <= 4096, "size", "16 to 4096 voxels along each axis");
    for (const double e : {voxel_um.x, voxel_um.y, voxel_um.z})
        require_range(e * 1000, 2, 200, "voxel size in nm");
    const auto& presets = simulation_presets();
    std::string known;
    for (const auto& p : presets) known += (known.empty() ? "" : ", ") + p;
    require(std::find(presets.begin(), presets.end(), preset) != presets.end(), "preset", "one of " + known);
    for (const double c : {contents.nucleus, contents.mitochondria, contents.lipid_droplets,
                           contents.vesicles, contents.reticulum, contents.filopodia, contents.gold})
        require_range(c, 0, 10, "an amount of contents");
    require_range(contents.contrast, 0.3, 2, "contrast");
    require_range(contents.granularity, 0, 5, "granularity");
    const Acquisition& a = acquisition;
    require_range(a.tilt_min_deg, -90, 90, "lowest tilt in degrees");
    require_range(a.tilt_max_deg, -90, 90, "highest tilt in degrees");
    require(a.tilt_min_deg < a.tilt_max_deg, "highest tilt", "larger than the lowest");
    require_range(a.axis_deg, -90, 90, "direction of the tilt axis in degrees");
    require_range(a.tilt_step_deg, 0.1, 30, "tilt step in degrees");
    require_range(a.photons, 0, 1e9, "photons");
    require_range(a.blur_nm, 0, 500, "blur in nm");
    require_range(a.depth_of_field_um, 0, 1000, "depth of field in µm");
    require_range(a.fringes, 0, 2, "fringes");
    require_range(a.image_smoothing, 0, 5, "smoothing of images in pixels");
    require_range(a.misalignment, 0, 20, "misalignment in pixels");
    require_range(a.drift, 0, 1000, "drift in pixels");
    require_range(a.flicker, 0, 0.5, "flicker");
    require_range(a.flat_field_error, 0, 0.5, "flat field error");
    require_range(a.tilt_jitter_deg, 0, 10, "tilt jitter in degrees");
    require_range(a.dose_loss, 0, 0.9, "loss of absorption by dose");
    require_range(a.missing_images, 0, 0.9, "share of missing images");
    require_range(a.bad_images, 0, 1, "share of bad images");
    require(a.iterations >= 1 && a.iterations <= 1000, "iterations", "between 1 and 1000");
    require(output.bits == 8 || output.bits == 16 || output.bits == 32, "bits", "8, 16 or 32");
    require_range(output.clip_low, 0, 0.4, "lower clipped fraction");
    require_range(output.clip_high, 0, 0.4, "upper clipped fraction");
    require_range(output.smooth_voxels, 0, 10, "smoothing in voxels");
    require_range(output.sharpen, 0, 5, "sharpening");
    require_range(output.sharpen_voxels, 0.3, 20, "width of sharpening in voxels");
    require(a.subsets >= 1 && a.subsets <= 1000, "subsets of images", "between 1 and 1000");
    require(slices >= 0 && slices <= size.z, "slices handed out", "0 (all) or at most as many as there are");
    require(first_slice >= 0 && first_slice <= size.z - slices, "first slice", "within the volume");
    require_range(surroundings_um, 0.3, 1000, "surroundings in µm");
    require_range(output.total_variation, 0, 20, "total-variation smoothing");
    require_range(output.grain, 0, 20, "grain");
    require_range(output.grain_voxels, 0.3, 20, "size of grain in voxels");
    require_range(output.stripes, 0, 10, "stripes");
    require_range(output.shading, 0, 10, "shading");
    require_range(output.gamma, 0.1, 10, "gamma");
    require_range(output.unused_low, 0, 0.9, "unused low share of the grey scale");
    require_range(output.unused_high, 0, 0.9 - output.unused_low, "unused high share of the grey scale");
    require_range(output.coarser, 1, 10, "coarser grid");
    require_range(output.late_smooth_voxels, 0, 10, "late smoothing in voxels");
    require(output.diffusion >= 0 && output.diffusion <= 100, "steps of diffusion", "between 0 and 100");
}

SimulationOptions random_acquisition(SimulationOptions options, Random& random) {
    Acquisition a;
    if (random.chance(0.08)) {
        a.tilt_min_deg = -90;
        a.tilt_max_deg = 88;
        a.tilt_step_deg = 2;
    } else {
        const double offset = random.normal(0, 2);
        const double reach = random.uniform(55, 70);
        a.tilt_min_deg = std::max(-72.0, std::round(offset - reach));
        a.tilt_max_deg = std::min(72.0, std::round(offset + reach));
        a.tilt_step_deg = random.chance(0.3) ? 1 : 2;
    }
    a.photons = std::clamp(random.log_normal(7000, 0.6), 1500.0, 40000.0) * a.tilt_step_deg / 2;
    a.blur_nm = random.uniform(10, 30);
    a.depth_of_field_um = random.uniform(1.5, 6);
    a.misalignment = random.chance(0.85) ? random.uniform(0, 0.6) : random.uniform(0.6, 1.2);
    a.flicker = random.uniform(0, 0.02);
    a.flat_field_error = random.uniform(0, 0.006);
    a.reconstruction = random.chance(0.85) ? ReconstructionMethod::sirt : ReconstructionMethod::fbp;
    a.iterations = static_cast<int>(random.integer(10, a.tilt_step_deg < 1.5 ? 20 : 35));
    a.window = static_cast<FbpWindow>(random.integer(0, 3));
    a.fringes = random.chance(0.3) ? 0 : random.uniform(0, 0.6);
    a.image_smoothing = random.uniform(0, 0.8);
    a.tilt_jitter_deg = random.chance(0.6) ? 0 : random.uniform(0, 0.4);
    a.dose_loss = random.chance(0.6) ? 0 : random.uniform(0, 0.12);
    a.missing_images = random.chance(0.8) ? 0 : random.uniform(0, 0.15);
    a.bad_images = random.chance(0.85) ? 0 : random.uniform(0, 0.05);
    options.acquisition = a;

    Export e;
    e.polarity = random.chance(0.7) ? Polarity::dense_is_dark : Polarity::dense_is_bright;
    e.bits = random.chance(0.5) ? 8 : 32;
    e.clip_low = random.chance(0.4) ? 0 : random.uniform(0, 0.03);
    e.clip_high = random.chance(0.5) ? 0 : random.uniform(0, 0.015);
    e.smooth_voxels = random.chance(0.3) ? 0 : random.uniform(0.4, 1.4);
    // Back-projection without a filter afterwards is rarely handed out.
    if (a.reconstruction == ReconstructionMethod::fbp)
        e.smooth_voxels = std::max(e.smooth_voxels, random.uniform(0.4, 1.2));
    e.sharpen = random.chance(0.6) ? 0 : random.uniform(0.2, 0.9);
    e.sharpen_voxels = random.uniform(1.2, 7);
    e.median = random.chance(0.07);
    e.diffusion = random.chance(0.93) ? 0 : static_cast<int>(random.integer(2, 8));
    options.output = e;
    return options;
}

SimulationOptions random_contents(SimulationOptions options, Random& random) {
    const auto amount = [&](double chance_of_none, double sigma) {
        const double v = std::clamp(random.log_normal(1, sigma), 0.15, 4.0);
        return random.chance(chance_of_none) ? 0 : v;
    };
    CellContents& c = options.contents;
    c.nucleus = amount(0.25, 0.4);
    c.mitochondria = amount(0.05, 0.5);
    c.lipid_droplets = amount(0.1, 0.7);
    c.vesicles = amount(0.05, 0.7);
    c.reticulum = amount(0.15, 0.5);
    c.filopodia = 1.5 * amount(0.05, 0.5);
    c.gold = amount(0.3, 0.3);
    c.contrast = random.uniform(0.8, 1.35);
    c.granularity = random.uniform(0.3, 1.8);
    return options;
}

SimulationOptions random_training_options(std::uint64_t seed, Size3 size, Vec3 voxel_um) {
    Random random(seed, 2);
    SimulationOptions options;
    options.seed = seed;
    options.size = size;
    options.voxel_um = voxel_um;
    const double which = random.uniform();
    options.preset = which < 0.45   ? "cell-edge"
                     : which < 0.68 ? "perinuclear"
                     : which < 0.88 ? "suspension-cell"
                                    : "yeast";
    if (which >= 0.68) {
        // A view on a part of a rounded cell, its surface too.
        CellModel cells(options.preset);
        cells.change(R"({"rounded": {"offset": {"uniform": [-0.7, 0.7]}}})", "training options");
        options.cells = std::make_shared<const CellModel>(std::move(cells));
    }
    return random_acquisition(random_contents(options, random), random);
}

}  // namespace cytomo
