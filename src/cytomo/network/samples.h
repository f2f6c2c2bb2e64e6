// Private to network: labelled volumes made ready for training.
#pragma once

#include <array>
#include <vector>

#include "cytomo/network/train.h"

namespace cytomo {

/// Normalised grey values and labels at the model's voxel size, and where each class is found.
struct Sample {
    Volume<float> values;
    ClassVolume labels;
    std::array<std::vector<std::int64_t>, 16> places;  ///< some voxels of each class
};

/// All samples, and what is held out. Volumes are held out whole when there are at least five;
/// otherwise the last part of each volume along y is, and does not teach.
struct SampleSet {
    std::vector<Sample> training;
    std::vector<Sample> validation;
    std::vector<double> class_share;  ///< of the labelled training voxels

    /// Throws InputError if grids differ, a label lies outside the classes, or nothing is labelled.
    SampleSet(const std::vector<LabelledTomogram>& data, const Model& model, const TrainOptions& options,
              const Progress& progress);

    /// A random augmented patch; three of four are centred near a voxel of a class drawn uniformly.
    Patch draw(const TrainOptions& options, Random& random) const;
    /// Patches that are the same at every evaluation, without augmentation.
    std::vector<Patch> validation_patches(const TrainOptions& options) const;
};

}  // namespace cytomo
