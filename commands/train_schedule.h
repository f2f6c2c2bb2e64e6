// How a training goes, by what it begins with and what it learns from.
#pragma once

#include "cytomo/network/train.h"

namespace cytomo::commands {

/// Each training is one of these.
enum class TrainingCase {
    model_with_files,        ///< a trained model learns from a user's files, with simulated cells or without
    model_with_simulated,    ///< a trained model learns from simulated cells alone
    nothing_with_files,      ///< random weights learn from a user's files
    nothing_with_simulated,  ///< random weights learn from simulated cells alone
    double_decoder_with_files,  ///< random weights of a double decoder learn from a user's files
};

/// `from_nothing`: random weights. `with_files`: tomograms of the user, labelled or not.
TrainingCase training_case(bool from_nothing, bool with_files, TrainMethod method);

/// Sets what follows from the case: patch, flat_share, slice_share, frozen_share, untrained,
/// learning_rate, simulated_share, unlabelled_weight, patience and keep_tolerance. The table is in
/// train_schedule.cpp. All else stays.
void set_schedule(TrainOptions& options, TrainingCase which);

}  // namespace cytomo::commands
