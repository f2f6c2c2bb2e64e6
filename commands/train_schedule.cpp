#include "train_schedule.h"

namespace cytomo::commands {

namespace {

struct Schedule {
    Size3 patch;
    double flat_share, slice_share, frozen_share;
    bool untrained;
    double learning_rate, simulated_share, unlabelled_weight, patience, keep_tolerance;
};

/// Patches. Simulated cells alone: what is far away in the plane and what single slices show must be learned
/// too, hence wide patches, flat ones and slices. From nothing with files: few steps, so more of them on
/// small patches, at a lower rate.
///
/// Statistics. A trained model keeps its own beside a user's tomograms: few patches would only blur them.
/// From nothing with files they are measured once and kept: patches of one tomogram differ so much in what
/// they hold that a network normalised by their own statistics learns slowly (docs/notebook/few-slices.md).
///
/// Unlabelled voxels. What a young network thinks of them does not help it; what a random forest thinks does.
///
/// Patience. From nothing, and from simulated cells alone, most is learned when the learning rate falls,
/// however it stood still before.
Schedule schedule_of(TrainingCase which) {
    const TrainOptions usual;
    const double rate = usual.learning_rate, agreement = usual.unlabelled_weight, few = usual.simulated_share,
                 half = usual.frozen_share, stop_early = usual.patience;
    constexpr Size3 small{64, 64, 32}, wide{128, 128, 32};
    switch (which) {
        // patch, flat share, slice share, frozen share, untrained, rate, simulated share, unlabelled weight,
        // patience, tolerance
        case TrainingCase::model_with_files:
            return {usual.patch, 0, 0, 1, false, rate, few, agreement, stop_early, 0};
        case TrainingCase::model_with_simulated:
            return {wide, 0.35, 0.35, half, false, rate, few, agreement, 1, 0.05};
        case TrainingCase::nothing_with_files:
            return {small, 0, 0, 1, true, 6e-4, 0.5, 0, 1, 0.05};
        case TrainingCase::nothing_with_simulated:
            return {wide, 0.35, 0.35, half, false, rate, 0.5, 0, 1, 0.05};
        case TrainingCase::double_decoder_with_files:
            break;
    }
    return {usual.patch, 0, 0, half, false, rate, 0.5, 0, 1, 0.05};
}

}  // namespace

TrainingCase training_case(bool from_nothing, bool with_files, TrainMethod method) {
    if (!from_nothing)
        return with_files ? TrainingCase::model_with_files : TrainingCase::model_with_simulated;
    if (!with_files) return TrainingCase::nothing_with_simulated;
    return method == TrainMethod::double_decoder ? TrainingCase::double_decoder_with_files
                                                 : TrainingCase::nothing_with_files;
}

void set_schedule(TrainOptions& options, TrainingCase which) {
    const Schedule s = schedule_of(which);
    options.patch = s.patch;
    options.flat_share = s.flat_share;
    options.slice_share = s.slice_share;
    options.frozen_share = s.frozen_share;
    options.untrained = s.untrained;
    options.learning_rate = s.learning_rate;
    options.simulated_share = s.simulated_share;
    options.unlabelled_weight = s.unlabelled_weight;
    options.patience = s.patience;
    options.keep_tolerance = s.keep_tolerance;
}

}  // namespace cytomo::commands
