// Private to network: convolution blocks for training on the CPU, 3 to 5 times faster than
// libtorch's own because activations stay in oneDNN's blocked layout from layer to layer.
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace cytomo::blocked {

// A blocked tensor has the shape [batch, channels / b, z, y, x, b], contiguous, float or bfloat16; b is 16
// with AVX-512, else 8.

/// [n, c, z, y, x] → blocked, zeros for missing channels; and back to the first `channels`.
torch::Tensor block(const torch::Tensor& plain);
torch::Tensor unblock(const torch::Tensor& blocked, std::int64_t channels);
/// Blocked → [n, z, y, x, c], of the first `channels`.
torch::Tensor channels_last(const torch::Tensor& blocked, std::int64_t channels);

/// Running statistics of one normalisation, updated in training.
struct NormState {
    torch::Tensor mean, variance;  ///< [channels], float
    double momentum = 0.05;
    bool frozen = false;  ///< normalise by these statistics, as at inference, instead of the batch's own
};

constexpr double norm_epsilon = 1e-5;

/// ReLU(batch_norm(conv(x))). `x` is blocked, or plain [n, 1, z, y, x] for the first layer; weight
/// [out, in, k, k, k] float; stride 1 keeps the size, stride 2 with kernel 2 halves it. A kernel of depth 1,
/// [out, in, 1, k, k], leaves the size along z as it is.
torch::Tensor conv_norm(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& gamma,
                        const torch::Tensor& beta, NormState& state, int stride, bool relu);

/// conv(x) + bias with kernel 1; weight [out, in, 1, 1, 1], out a multiple of 16.
torch::Tensor conv_bias(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

/// fine + nearest-neighbour upsampling of coarse by 2 along z, y, x; along y, x if both have one slice.
torch::Tensor add_upsampled(const torch::Tensor& fine, const torch::Tensor& coarse);

}  // namespace cytomo::blocked
