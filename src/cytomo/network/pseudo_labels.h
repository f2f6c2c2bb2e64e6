// Private to network: labels that a random forest gives to voxels without any.
#pragma once

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "random_forest.h"

namespace cytomo {

/// Labels drawn by hand stay; another voxel gets the class whose probability is above one half, or 255 if
/// there is none. `probabilities` on the grid of `labels`. Throws std::invalid_argument for another size.
ClassVolume likely_labels(const Probabilities& probabilities, const ClassVolume& labels);

/// The same, but another voxel gets a class drawn at random by the probabilities: a network that sees such
/// drawings learns the probabilities, where one that sees likely labels only never learns what is rare or
/// unsure. Deterministic for a seed at any thread count.
ClassVolume drawn_labels(const Probabilities& probabilities, const ClassVolume& labels, std::uint64_t seed);

/// Adds the features of about the share `keep` of the labelled pixels of a volume, drawn at random, to
/// `examples`.
void add_examples(const Volume<float>& values, const ClassVolume& labels, double keep, std::uint64_t seed,
                  Examples& examples);

/// What a forest on pixel_features says of a volume, smoothed by one voxel in space: it looks at slices and
/// voxels one by one. Memory: classes + 8 bytes a voxel, and slices.
Probabilities forest_opinion(const Volume<float>& values, const RandomForest& forest,
                             const Progress& progress = {});

}  // namespace cytomo
