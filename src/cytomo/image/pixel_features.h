// What a pixel and its surroundings look like, in numbers.
#pragma once

#include <vector>

#include "cytomo/core/volume.h"

namespace cytomo {

/// Numbers that pixel_features gives for each pixel: eight at each of six scales.
constexpr int pixel_feature_count = 48;

/// Features of every pixel of slice z within its plane, at deviations of 0.7, 1, 1.6, 3.5, 5 and 10 voxels
/// along x: Gaussian, Laplacian of it, length of its gradient, its difference from 0.66 of the deviation,
/// both eigenvalues of its Hessian, both of its structure tensor (outer product of the gradient, smoothed by
/// half the deviation), lower first; differences are central ones, per voxel. The filters of ilastik's pixel
/// classification (Berg et al. 2019, doi 10.1038/s41592-019-0582-9). Result: pixel-major [y][x][feature].
/// Cost: 200 bytes a pixel, about 400 additions.
std::vector<float> pixel_features(const Volume<float>& values, std::int64_t z);

}  // namespace cytomo
