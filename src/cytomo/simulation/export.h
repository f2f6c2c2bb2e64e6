// What becomes of a reconstruction before it is handed out.
#pragma once

#include <cstdint>

#include "cytomo/core/volume.h"
#include "cytomo/simulation/simulate.h"

namespace cytomo {

/// Filters, polarity, grey scale and rounding as told, in the order of Export's members. `seed` decides what
/// is random in it. Same result at any thread count.
void export_changes(Volume<float>& volume, const Export& output, std::uint64_t seed);

/// Noise with no slow and no very fast parts, deviation 1: what deconvolution and band-pass filters leave.
/// `voxels`: half the distance between its grains, about.
Volume<float> band_noise(const Grid& grid, double voxels, std::uint64_t seed);

/// Each slice through a grid coarser by `factor` in x and y and back, both times linearly, as pictures are
/// scaled: what is finer goes. Known: a plane stays a plane.
void pass_coarser_grid(Volume<float>& volume, double factor);

}  // namespace cytomo
