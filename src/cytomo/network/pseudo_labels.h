// Private to network: labels that a random forest gives to voxels without any.
#pragma once

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "random_forest.h"

namespace cytomo {

/// Of the voxels that a class is most probable for, the `share` with the highest probability get it as their
/// label (at least those of equal probability), never those below one half; the others are 255. The same share
/// of every class, so that rare and hard ones take part: class-balanced self-training, Zou et al. 2018
/// (doi 10.1007/978-3-030-01219-9_18). Labels drawn by hand stay. `probabilities` on the grid of `labels`.
ClassVolume surest_labels(const Probabilities& probabilities, const ClassVolume& labels, double share);

/// Adds the features of about the share `keep` of the labelled pixels of a volume, drawn at random, to `examples`.
void add_examples(const Volume<float>& values, const ClassVolume& labels, double keep, std::uint64_t seed,
                  Examples& examples);

/// What a forest on pixel_features says of a volume, smoothed by one voxel in space: it looks at slices and voxels one
/// by one. Memory: classes + 8 bytes a voxel, and slices.
Probabilities forest_opinion(const Volume<float>& values, const RandomForest& forest,
                             const Progress& progress = {});

}  // namespace cytomo
