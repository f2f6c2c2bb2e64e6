// The wide world: microscopes, reconstructions and exports of many laboratories, for training.
#include <algorithm>
#include <cmath>

#include "cytomo/simulation/simulate.h"

namespace cytomo {

namespace {

/// Between low and high, evenly on a logarithmic scale.
double log_uniform(Random& random, double low, double high) {
    return low * std::exp(random.uniform() * std::log(high / low));
}

/// 0, or with a chance something between low and high.
double now_and_then(Random& random, double chance, double low, double high) {
    const double v = random.uniform(low, high);
    return random.chance(chance) ? v : 0;
}

void draw_tilts(Acquisition& a, bool capillary, Random& random) {
    if (random.chance(capillary ? 0.85 : 0.1)) {
        // Cells that fit a capillary are seen from all sides.
        a.tilt_step_deg = random.uniform(2, 4);
        a.tilt_min_deg = -90;
        a.tilt_max_deg = 90 - a.tilt_step_deg;
        return;
    }
    const double offset = random.normal(0, 3), reach = random.uniform(50, 70);
    a.tilt_min_deg = std::max(-72.0, std::round(offset - reach));
    a.tilt_max_deg = std::min(72.0, std::round(offset + reach));
    a.tilt_step_deg = random.chance(0.2) ? 1 : random.chance(0.75) ? 2 : 3;
}

void draw_reconstruction(Acquisition& a, Random& random) {
    const double which = random.uniform();
    a.window = static_cast<FbpWindow>(random.integer(0, 3));
    if (which < 0.47) {
        a.reconstruction = ReconstructionMethod::fbp;
        return;
    }
    a.reconstruction = ReconstructionMethod::sirt;
    if (which < 0.9) {
        // Ordered subsets; without the limit at 0 and a few more passes they look as conjugate gradients do.
        a.subsets = static_cast<int>(random.integer(6, 20));
        a.iterations = static_cast<int>(random.integer(1, 4));
        a.non_negative = random.chance(0.5);
    } else {
        a.iterations = static_cast<int>(random.integer(8, 24));
    }
}

Acquisition draw_acquisition(const SimulationOptions& options, Random& random) {
    Acquisition a;
    draw_tilts(a, options.preset == "wide-capillary", random);
    draw_reconstruction(a, random);
    // The noise of filtered back-projection, in 1/µm, is drawn, and the photons that make it: cells differ
    // from ice by about 0.1 per µm. Half the light passes.
    double noise = random.chance(0.25) ? log_uniform(random, 0.01, 0.03) : log_uniform(random, 0.03, 0.3);
    // Iterations that end early leave less of it.
    if (a.reconstruction == ReconstructionMethod::sirt) noise *= 2;
    const double images = (a.tilt_max_deg - a.tilt_min_deg) / a.tilt_step_deg + 1;
    const double edge_um = options.voxel_um.x;
    const double per_image = noise * std::sqrt(images) * edge_um / 0.9;
    a.photons = std::clamp(1 / (0.5 * per_image * per_image), 40.0, 2e5);
    // The capillary is the axis; others lie as they lie.
    a.axis_deg = options.preset != "wide-capillary" && random.chance(0.35) ? 90 : 0;
    a.blur_nm = random.uniform(6, 26) + (random.chance(0.2) ? random.uniform(0, 30) : 0);
    a.depth_of_field_um = random.chance(0.15) ? 0 : random.uniform(1.2, 10);
    a.misalignment = random.chance(0.8) ? random.uniform(0, 0.6) : random.uniform(0.6, 1.6);
    a.flicker = random.uniform(0, 0.02);
    a.flat_field_error = random.uniform(0, 0.006);
    a.fringes = random.chance(0.3) ? 0 : random.uniform(0, 1.2);
    a.image_smoothing = random.chance(0.3) ? 0 : random.uniform(0, 0.8);
    a.tilt_jitter_deg = now_and_then(random, 0.4, 0, 0.5);
    a.dose_loss = now_and_then(random, 0.3, 0, 0.12);
    a.missing_images = now_and_then(random, 0.2, 0, 0.2);
    a.bad_images = now_and_then(random, 0.15, 0, 0.06);
    return a;
}

Export draw_export(Random& random) {
    Export e;
    e.polarity = random.chance(0.6) ? Polarity::dense_is_dark : Polarity::dense_is_bright;
    e.grain = now_and_then(random, 0.18, 0.2, 1.3);
    e.grain_voxels = random.uniform(1, 4);
    e.median = random.chance(0.07);
    e.diffusion = random.chance(0.92) ? 0 : static_cast<int>(random.integer(3, 15));
    e.total_variation = random.chance(0.14) ? log_uniform(random, 0.1, 1.2) : 0;
    // Softened once, if at all.
    const double softer = random.uniform();
    if (softer < 0.3)
        e.smooth_voxels = random.uniform(0.3, 1.4);
    else
        e.smooth_voxels = 0;
    if (softer > 0.85) e.coarser = random.uniform(1.1, 2);
    if (softer > 0.75 && softer < 0.9) e.late_smooth_voxels = random.uniform(0.3, 0.9);
    e.sharpen = now_and_then(random, 0.4, 0.2, 1.5);
    e.sharpen_voxels = log_uniform(random, 1.2, 14);
    e.stripes = random.chance(0.25) ? log_uniform(random, 0.02, 0.5) : 0;
    e.shading = now_and_then(random, 0.35, 0.05, 0.8);
    e.bits = random.chance(0.75) ? 8 : 32;
    e.clip_low = random.chance(0.4) ? random.uniform(0, 0.002) : random.uniform(0, 0.06);
    e.clip_high = random.chance(0.4) ? random.uniform(0, 0.002) : random.uniform(0, 0.06);
    e.gamma = std::clamp(std::exp(random.normal(0, 0.3)), 0.45, 2.2);
    e.unused_low = now_and_then(random, 0.25, 0, 0.4);
    e.unused_high = now_and_then(random, 0.25, 0, 0.5);
    return e;
}

}  // namespace

SimulationOptions random_wide_acquisition(SimulationOptions options, Random& random) {
    options.acquisition = draw_acquisition(options, random);
    options.output = draw_export(random);
    return options;
}

SimulationOptions random_wide_options(std::uint64_t seed, Size3 size, Vec3 voxel_um) {
    Random random(seed, 200);
    SimulationOptions options;
    options.seed = seed;
    options.size = size;
    options.voxel_um = voxel_um;
    const double which = random.uniform();
    options.preset = which < 0.38   ? "wide-adherent"
                     : which < 0.66 ? "wide-packed"
                     : which < 0.86 ? "wide-capillary"
                     : which < 0.92 ? "cell-edge"
                     : which < 0.96 ? "perinuclear"
                                    : "suspension-cell";
    options = random_contents(options, random);
    options.contents.contrast = random.uniform(0.6, 1.4);
    options = random_wide_acquisition(options, random);
    options.surroundings_um = 0.7;
    // Many tomograms are known by a slice or a few only.
    if (random.chance(0.35)) {
        options.slices = std::min(size.z, random.integer(1, 4));
        options.first_slice =
            random.integer(size.z / 4, std::max(size.z / 4, 3 * size.z / 4 - options.slices));
        options.first_slice = std::min(options.first_slice, size.z - options.slices);
    }
    return options;
}

}  // namespace cytomo
