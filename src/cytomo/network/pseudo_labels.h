// Private to network: labels that a half-trained network gives to voxels without any.
#pragma once

#include "cytomo/core/volume.h"
#include "cytomo/network/model.h"
#include "random_forest.h"

namespace cytomo {

/// Of the voxels that a class is most probable for, the `share` with the highest probability get it as their
/// label (at least those of equal probability), never those below one half; the others are 255. The same share
/// of every class, so that rare and hard ones take part: class-balanced self-training, Zou et al. 2018
/// (doi 10.1007/978-3-030-01219-9_18). Labels drawn by hand stay. `probabilities` on the grid of `labels`.
ClassVolume surest_labels(const Probabilities& probabilities, const ClassVolume& labels, double share);

/// What `model` says of normalised grey values, mean over four views. Memory: classes bytes a voxel, and tiles.
Probabilities network_opinion(const Volume<float>& values, const Model& model, const std::string& device);

/// Adds the features of about the share `keep` of the labelled pixels of a volume, drawn at random, to `examples`.
void add_examples(const Volume<float>& values, const ClassVolume& labels, double keep, std::uint64_t seed,
                  Examples& examples);

/// What a forest on pixel_features says of a volume. Memory: as above.
Probabilities forest_opinion(const Volume<float>& values, const RandomForest& forest);

/// The mean of two opinions of the same volume: what two learners of different kinds agree on is more often right
/// than what either is sure of (co-training: Blum and Mitchell 1998, doi 10.1145/279943.279962).
Probabilities mean_opinion(Probabilities a, const Probabilities& b);

}  // namespace cytomo
