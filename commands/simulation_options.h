// Options of the commands that simulate cells.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "command.h"
#include "cytomo/simulation/simulate.h"

namespace cytomo::commands {

/// How cell, microscope and export differ from the preset, as given on the command line.
struct SimulationArguments {
    std::string size = "256,256,96", voxel_nm = "20", tilt_range, config;
    std::string preset = "cell-edge", world, reconstruction, window, polarity, clip;
    bool varied = false, median = false;
    std::optional<double> tilt_step, photons, blur_nm, depth_of_field_um, misalignment, smooth;
    std::optional<double> tilt_jitter, dose_loss, missing_images, bad_images, tilt_axis, fringes,
        image_smoothing, drift;
    std::optional<double> flicker, flat_field_error, sharpen, sharpen_voxels;
    std::optional<double> nucleus, mitochondria, droplets, vesicles, reticulum, filopodia, gold;
    std::optional<int> iterations, bits, diffusion;

    /// Adds the options; each command declares seed and number of cells itself.
    void declare(CLI::App& app);
    /// Adds --world, after the others.
    void declare_world(CLI::App& app);
    /// The preset's standard cells, changed by the user's file if there is one. Throws InputError.
    std::shared_ptr<const CellModel> cells() const;
    /// Throws UsageError for what cannot be.
    SimulationOptions options(const std::shared_ptr<const CellModel>& cells, std::uint64_t seed) const;
};

}  // namespace cytomo::commands
