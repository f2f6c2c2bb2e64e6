// One network in training, by cytomo's own operations or by libtorch's.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

#include "cytomo/image/augment.h"
#include "cytomo/network/unet.h"

namespace cytomo::bench {

/// How a step is computed.
enum class Path { blocked, plain };

/// A batch as tensors: grey values [n, 1, z, y, x] float and labels [n, z, y, x].
struct Batch {
    torch::Tensor values, labels;
};
Batch make_batch(const std::vector<Patch>& patches);

/// Weights of a model and what changes them: AdamW.
class TrainingPath {
public:
    /// `type`: of the activations, float or bfloat16.
    TrainingPath(const Model& model, Path path, torch::ScalarType type);
    /// Forward, loss and backward; gradients are kept. Returns the loss.
    double learn(const Batch& batch);
    /// One step of AdamW with the gradients of the last call of `learn`.
    void update(double rate);

private:
    Unet net_;
    Path path_;
    torch::ScalarType type_;
    torch::Tensor class_weights_, class_of_output_;
    torch::optim::AdamW optimizer_;
};

}  // namespace cytomo::bench
