// Private to network: the state of a training, kept in a file.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cytomo/network/train.h"

namespace cytomo {

struct Checkpoint {
    Model current, mean, best;  ///< weights of the network that learns, their running mean, the best of these
    std::map<std::string, Tensor> moments;  ///< of the optimizer
    std::int64_t step = 0, best_step = 0;
    double minutes = 0, best_dice = -1;
    std::vector<TrainingPoint> curve;
};

/// Replaces the file in one go: a full disk leaves the last checkpoint as it was. Throws InputError.
void write_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);
/// `like`: the model that the training started from. Throws InputError if the file is none of its
/// checkpoints.
Checkpoint read_checkpoint(const std::filesystem::path& file, const Model& like);

}  // namespace cytomo
