// Private to network: convolution blocks for training on the CPU, 3 to 5 times faster than
// libtorch's own because activations stay in oneDNN's blocked layout from layer to layer.
#pragma once

#include <torch/torch.h>

namespace cytomo::blocked {

// A blocked tensor has the shape [batch, channels / b, z, y, x, b], contiguous, float or bfloat16; b is 16
// with AVX-512, else 8.

/// [n, c, z, y, x] → blocked, zeros for missing channels; and back to the first `channels`.
torch::Tensor block(const torch::Tensor& plain);
torch::Tensor unblock(const torch::Tensor& blocked, std::int64_t channels);
/// Blocked → [n, z, y, x, c], of the first `channels`.
torch::Tensor channels_last(const torch::Tensor& blocked, std::int64_t channels);

/// Mean and variance of each channel of a blocked tensor, as batch normalisation takes them: [channels],
/// float.
std::pair<torch::Tensor, torch::Tensor> statistics(const torch::Tensor& blocked);

/// Running statistics of one normalisation, updated in training.
struct NormState {
    torch::Tensor mean, variance;  ///< [channels], float
    double momentum = 0.05;
    bool frozen = false;  ///< normalise by these statistics, as at inference, instead of the batch's own
    /// Batch renormalisation (Ioffe 2017, arXiv 1702.03275): outputs are as these statistics make them, as
    /// far as the batch's deviation is within this factor of theirs and its mean within this many of their
    /// deviations; gradients go through the batch's own. 1 and 0: plain batch normalisation.
    double most_scale = 1, most_shift = 0;
};

constexpr double norm_epsilon = 1e-5;

/// Scale and shift that turn what is normalised by a batch's statistics into what `state` would make of it,
/// within its limits; constants for gradients. [channels] each.
inline std::pair<torch::Tensor, torch::Tensor> renormalisation(const NormState& state,
                                                               const torch::Tensor& mean,
                                                               const torch::Tensor& variance) {
    const torch::NoGradGuard no_grad;
    const auto deviation = (state.variance + norm_epsilon).sqrt();
    const double s = state.most_scale, d = state.most_shift;
    return {((variance + norm_epsilon).sqrt() / deviation).clamp(1 / s, s),
            ((mean - state.mean) / deviation).clamp(-d, d)};
}

/// ReLU(batch_norm(conv(x))). `x` is blocked, or plain [n, 1, z, y, x] for the first layer; weight
/// [out, in, k, k, k] float; stride 1 keeps the size, stride 2 with kernel 2 halves it.
torch::Tensor conv_norm(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& gamma,
                        const torch::Tensor& beta, NormState& state, int stride, bool relu);

/// conv(x) + bias with kernel 1; weight [out, in, 1, 1, 1], out a multiple of 16.
torch::Tensor conv_bias(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

/// fine + nearest-neighbour upsampling of coarse by 2 along z, y, x.
torch::Tensor add_upsampled(const torch::Tensor& fine, const torch::Tensor& coarse);

}  // namespace cytomo::blocked
