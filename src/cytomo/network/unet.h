// Private to network: the network as libtorch sees it, for training and for CUDA.
#pragma once

#include <torch/torch.h>

#include <map>
#include <string>

#include "blocked_ops.h"
#include "cytomo/network/model.h"

namespace cytomo {

/// Weights of a model as libtorch tensors, and the forward pass in two versions.
class Unet {
public:
    /// `type`: float or bfloat16, the type of activations in forward_blocked.
    Unet(const Model& model, torch::Device device, torch::ScalarType type);

    /// Training: x [n, 1, z, y, x] float, with clicks [n, 3, z, y, x] → logits [n, z, y, x, outputs + object
    /// maps] float. Normalises by the batch and updates running statistics, unless they are frozen. Takes the
    /// fast version where there is one.
    torch::Tensor forward_training(const torch::Tensor& x);
    /// From now on forward_training and forward_blocked normalise by the running statistics, as inference
    /// does.
    void freeze_statistics();
    /// Share of a batch in the running statistics, until they are frozen.
    void set_momentum(double momentum);
    /// The fast version, on the CPU; only in builds with oneDNN.
    torch::Tensor forward_blocked(const torch::Tensor& x);
    /// The same by libtorch's own operators, on any device; `training` chooses batch or running
    /// statistics. The reference for forward_blocked and, with fewer slices than the stride, for class
    /// Engine's thin tiles.
    torch::Tensor forward_plain(const torch::Tensor& x, bool training);

    /// Tensors to optimise, in a fixed order.
    std::vector<torch::Tensor> parameters() const;
    /// Copies weights and running statistics back, or takes them from a model of the same architecture.
    void store(Model& model) const;
    void load(const Model& model);
    /// Weights and statistics become decay · own + (1 - decay) · other.
    void move_towards(const Unet& other, double decay);

private:
    struct Block {
        Layer layer;
        torch::Tensor weight, gamma, beta, bias;
        blocked::NormState state;
    };
    const Block& block(const std::string& name) const { return blocks_.at(name); }
    Block& block(const std::string& name) { return blocks_.at(name); }
    /// Weights of a block for an input that may lack the channels of clicks.
    torch::Tensor weight_for(const Block& b, const torch::Tensor& x) const;
    /// Of the 16 channels of the head (last axis), those of classes and object maps.
    torch::Tensor used_channels(const torch::Tensor& all) const;
    template <class Use>
    void for_tensors(const Use& use) const;
    template <class Run, class Add>
    torch::Tensor last_features(torch::Tensor x, const Run& run, const Add& add);

    Architecture architecture_;
    bool flat_slices_;
    torch::ScalarType type_;
    bool frozen_ = false;
    std::map<std::string, Block> blocks_;
};

}  // namespace cytomo
