// Private to network: the two networks of a training and the step that teaches them.
#pragma once

#include "checkpoint.h"
#include "optimizer.h"
#include "samples.h"
#include "unet.h"

namespace cytomo {

/// Everything that changes while training.
class Trainer {
public:
    /// Keeps references to `samples` and `options`.
    Trainer(const Model& start, const SampleSet& samples, const TrainOptions& options);

    /// From now on the network normalises as inference does. `measured`: by statistics of many patches with
    /// the weights as they are; the running ones lag behind weights that move fast, and a young network does
    /// not recover from the difference.
    void freeze_statistics(bool measured);

    /// One step; `t` is the share of the training that is done. Returns the loss. Throws InputError if that
    /// is no longer finite.
    double step(std::int64_t number, double t);

    /// The running mean of the weights.
    const Model& mean();

    /// Of the activations: "f32" or "bf16".
    std::string precision() const;

    void store(Checkpoint& c);
    void load(const Checkpoint& c);

private:
    /// Without object maps.
    torch::Tensor class_logits(const torch::Tensor& all) const;

    const SampleSet& samples_;
    const TrainOptions& options_;
    torch::Device device_;
    torch::ScalarType type_;  ///< of activations
    Model model_;
    Unet student_, teacher_;
    Optimizer optimizer_;
    torch::Tensor weights_, class_of_;
    bool frozen_ = false;
};

}  // namespace cytomo
