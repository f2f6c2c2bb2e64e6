// Private to network: weights as the engine uses them.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/network/model.h"

namespace cytomo {

/// Weights [out][in][k][k][k] and bias [out] of one layer.
struct FoldedWeights {
    std::vector<float> weight, bias;
    /// Numbers in `weight` for one output channel.
    std::size_t per_channel() const { return weight.size() / bias.size(); }
};

/// Batch normalisation is an affine map of each channel: it moves into weights and bias.
FoldedWeights fold(const Model& model, const Layer& layer);

float to_bfloat16(float v);
/// The half of a float that is a bfloat16.
std::uint16_t upper_half(float v);

/// Rounds the weights of each output channel to bfloat16 so that their sum stays: what rounding one loses is
/// added to the next, from the largest to the smallest, whose steps are finest. Inputs vary slowly from voxel
/// to voxel and are mostly positive, so errors that cancel in the sum nearly cancel in the result.
void round_to_bfloat16(FoldedWeights& weights);

/// The same to whole numbers from -127 to 127, which they become; returns the step of each output channel.
std::vector<float> round_to_int8(FoldedWeights& weights);

/// Every input channel twice.
void double_inputs(FoldedWeights& weights, std::size_t kernel);

}  // namespace cytomo
