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
    using Places = std::array<std::vector<std::int64_t>, 16>;
    Places places;           ///< some voxels of each class
    std::size_t source = 0;  ///< index of the labelled tomogram
    bool simulated = false;
    std::vector<ClassVolume> guessed;  ///< drawings of labels and pseudo-labels, once there are any
    Places guessed_places;
    Volume<std::uint16_t> objects;  ///< empty if not known, as depth
    Volume<std::uint8_t> depth;
};

/// Two views of the same piece: `patch` as the student sees it, `clean` grey values as the teacher does.
struct PatchPair {
    Patch patch;
    std::vector<float> clean;
};

/// All samples, and what is held out.
struct SampleSet {
    std::vector<Sample> training;    ///< drawn by hand
    std::vector<Sample> simulated;   ///< with their truth, beside those drawn by hand
    std::vector<Sample> unlabelled;  ///< grey values only
    std::vector<Sample> validation;
    bool whole_held_out = false;      ///< validation holds whole tomograms, not blocks of those in training
    std::vector<double> class_share;  ///< of the labelled training voxels

    /// Tomograms are held out whole when there are at least five; otherwise blocks of labelled voxels are
    /// (hold_out_blocks), and do not teach; none, if that were background alone beside classes that teach.
    /// Simulated ones are never held out beside real ones.
    /// Throws InputError if grids differ, a label lies outside the classes, or nothing is labelled.
    SampleSet(const std::vector<LabelledTomogram>& data,
              const std::vector<UnlabelledTomogram>& without_labels, const Model& model,
              const TrainOptions& options, const Progress& progress);

    /// Teaches a random forest what the labels say, and gives the other voxels labels drawn by its
    /// probabilities.
    void label_by_forest(int classes, const TrainOptions& options, const Progress& progress);

    /// A random patch of a size, augmented; most are centred near a voxel of a class drawn uniformly. Flat
    /// ones (a third as deep as options.patch or less) mostly show few slices. `guessed`: with drawings of
    /// the forest's labels where no hand has labelled, if there are any.
    PatchPair draw(const TrainOptions& options, Size3 size, bool guessed, Random& random) const;
    /// Patches that are the same at every evaluation, drawn by the seed and without augmentation; every class
    /// that is held out lies in one at least.
    std::vector<Patch> validation_patches(const TrainOptions& options) const;

private:
    /// Parts `all` into `training` and `validation`.
    void hold_out(std::vector<Sample> all, const TrainOptions& options);
};

}  // namespace cytomo
