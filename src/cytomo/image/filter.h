// Smoothing of grey values.
#pragma once

#include "cytomo/core/volume.h"

namespace cytomo {

/// Gaussian smoothing in place; `sigma` in voxels for x, y, z, 0 leaves an axis alone. Kernels are
/// cut at 3.5 sigma, edges are mirrored (d c b a | a b c d). Separable: cost grows linearly with
/// sigma. Same result at any thread count.
void gaussian_blur(Volume<float>& values, Vec3 sigma);

}  // namespace cytomo
