// Private to network: AdamW whose state can be written to a checkpoint.
#pragma once

#include <torch/torch.h>

#include <map>
#include <string>
#include <vector>

#include "cytomo/network/model.h"

namespace cytomo {

/// AdamW (Loshchilov and Hutter 2019) with gradients clipped to a norm of 5. Weights decay, scales and
/// offsets do not.
class Optimizer {
public:
    Optimizer(std::vector<torch::Tensor> parameters, double weight_decay);
    /// Forgets gradients.
    void zero();
    /// Steps count from 0.
    void step(std::int64_t number, double rate);
    /// Moments as named tensors, to and from a checkpoint; load throws std::out_of_range for another network.
    void store(std::map<std::string, Tensor>& out) const;
    void load(const std::map<std::string, Tensor>& in);

private:
    std::vector<torch::Tensor> parameters_, first_, second_;
    double weight_decay_;
};

}  // namespace cytomo
