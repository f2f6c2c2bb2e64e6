// How noisy a tomogram is.
#pragma once

#include "cytomo/core/volume.h"

namespace cytomo {

/// Deviation of what changes from voxel to voxel, over the deviation of the grey values between their 1st and
/// 99th percentile: robust second differences along x, over at most 16 slices. White noise of deviation s on
/// a slow image of deviation d gives s / sqrt(s² + d²); correlated noise gives less, so compare tomograms
/// that were reconstructed and filtered alike. NaN values do not count. Throws InputError if there is but one
/// value.
double relative_noise(const Tomogram& tomogram);

}  // namespace cytomo
