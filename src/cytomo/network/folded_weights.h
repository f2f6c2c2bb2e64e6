// Private to network: weights as the engine uses them.
#pragma once

#include <bit>
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

/// Batch normalisation is an affine map of each channel: it moves into weights and bias. Of a network with
/// input channels for clicks, the first layer keeps the channel of grey values.
FoldedWeights fold(const Model& model, const Layer& layer);

inline float to_bfloat16(float v) {
    auto bits = std::bit_cast<std::uint32_t>(v);
    bits += 0x7FFFU + (bits >> 16 & 1U);  // to nearest, ties to even
    return std::bit_cast<float>(bits & 0xFFFF0000U);
}

/// The half of a float that is a bfloat16.
inline std::uint16_t upper_half(float v) {
    return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(v) >> 16);
}

/// Rounds the weights of each output channel to bfloat16 so that their sum stays: what rounding one loses is
/// added to the next, from the largest to the smallest, whose steps are finest. Inputs vary slowly from voxel
/// to voxel and are mostly positive, so errors that cancel in the sum nearly cancel in the result.
void round_to_bfloat16(FoldedWeights& weights);

/// The same to whole numbers from -127 to 127, which they become; returns the step of each output channel.
std::vector<float> round_to_int8(FoldedWeights& weights);

/// [out][in][k][k][k] → [out][in][k][k], summed along z: what the weights make of an input that is the same
/// in all slices.
void sum_along_z(FoldedWeights& weights, std::size_t k);

/// Every input channel twice.
void double_inputs(FoldedWeights& weights, std::size_t kernel);

}  // namespace cytomo
