// Private to network: the state of a training, kept in a file.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/network/train.h"
#include "safetensors.h"

namespace cytomo {

/// Where checkpoints of both methods say what network they are of (model_description), among their metadata.
constexpr const char* model_key = "model";

struct Checkpoint {
    Model current, mean, best;  ///< weights of the network that learns, their running mean, the best of these
    std::map<std::string, Tensor> moments;  ///< of the optimizer
    std::int64_t step = 0, best_step = 0;
    double minutes = 0, best_dice = -1;
    std::vector<TrainingPoint> curve;
    std::string identity;  ///< training_identity
};

/// Fingerprint of what must stay the same when a training goes on: the starting model and its classes,
/// method, seed, and the labels drawn by hand. Time, rate and simulated cells may change. Names of classes
/// that differ only in bytes that are no UTF-8 count as one.
std::string training_identity(const Model& start, const std::vector<LabelledTomogram>& data,
                              const TrainOptions& options);

/// A learning curve as JSON text, and back. Throws std::exception of some kind.
std::string curve_text(const std::vector<TrainingPoint>& curve);
std::vector<TrainingPoint> curve_from(const std::string& text);

/// How far a training came.
struct TrainingState {
    std::int64_t step = 0;
    double minutes = 0;
};
/// Of the checkpoint of either method, as it was read from `file`. Throws InputError if that is no
/// checkpoint, or if it says what no training can have come to.
TrainingState state_of_checkpoint(const std::filesystem::path& file, const SafeTensors& content);

/// That `file` is a checkpoint, but not whole.
InputError damaged_checkpoint(const std::filesystem::path& file);
/// That `file` belongs to another training than the one that reads it.
InputError another_training(const std::filesystem::path& file);

/// Replaces the file in one go: a full disk leaves the last checkpoint as it was. Throws InputError.
void write_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);
/// `like`: the model that the training started from. Throws InputError if the file is none of its
/// checkpoints, or damaged.
Checkpoint read_checkpoint(const std::filesystem::path& file, const Model& like, const std::string& identity);

}  // namespace cytomo
