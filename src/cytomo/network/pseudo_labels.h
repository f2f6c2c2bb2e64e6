// Private to network: labels that a half-trained network gives to voxels without any.
#pragma once

#include "cytomo/core/volume.h"
#include "cytomo/network/model.h"

namespace cytomo {

/// Of the voxels that a class is most probable for, the `share` with the highest probability get it as their
/// label (at least those of equal probability), never those below one half; the others are 255. The same share
/// of every class, so that rare and hard ones take part: class-balanced self-training, Zou et al. 2018
/// (doi 10.1007/978-3-030-01219-9_18). Labels drawn by hand stay. `probabilities` on the grid of `labels`.
ClassVolume surest_labels(const Probabilities& probabilities, const ClassVolume& labels, double share);

/// What `model` says of normalised grey values, mean over four views; then surest_labels.
/// Cost: four times segmenting the volume. Memory: classes + 1 bytes a voxel, and tiles.
ClassVolume pseudo_labels(const Volume<float>& values, const ClassVolume& labels, const Model& model,
                          double share, const std::string& device);

}  // namespace cytomo
