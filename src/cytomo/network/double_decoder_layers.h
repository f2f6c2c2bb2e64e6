// Private to network: what the double-decoder network is made of, without libtorch.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cytomo/network/model.h"

namespace cytomo {

/// One convolution or one batch normalisation of the double-decoder network. Weights by name:
/// convolutions "<name>.weight" (out, in, kernel, kernel; transposed ones in, out, kernel, kernel) and, with
/// bias, "<name>.bias" (out); normalisations "<name>.gamma", ".beta", ".mean", ".variance" (out).
struct PlaneLayer {
    std::string name;
    int in = 0, out = 0;  ///< channels
    int kernel = 1;       ///< edge; 0: a batch normalisation
    bool bias = false;
    bool transposed = false;  ///< doubles the size
    int level = 0;            ///< its output has 1/2^level of the resolution along x and y
};

constexpr int double_decoder_stages = 4;

/// The network of Dyhr, Sadeghi et al. 2023 (doi 10.1073/pnas.2209938120) with `width` filters where the
/// published one has 64, in an order in which the layers can run. `outputs` 2: one channel, through tanh;
/// more: that many channels, through softmax.
///
/// The description, read so that each part has the published number of parameters (76,541,230 in all at
/// width 64, running statistics included, 76,483,502 of them trained):
/// - A bottleneck convolution is three convolutions in a row, 1x1 to half the filters, kxk, 1x1 back, with
///   nothing in between; one normalisation and one ReLU follow the third.
/// - A residual block is two bottleneck convolutions; its input is put in front of what the second makes, and
///   normalisation and ReLU act on both: channels grow by the block's filters.
/// - Skip connections start before the pooling and come first in the concatenation.
/// - Only the first and the last bottleneck convolutions and the transposed ones have a bias.
/// - Kernels of 2 see one pixel beyond the right and lower edge; transposed 3x3 convolutions drop the last
///   row and column of what they make (both as TensorFlow's "same").
/// - After the last stage each decoder has a bottleneck convolution to `width` filters with normalisation and
///   ReLU. The image decoder ends with three further bottleneck convolutions (width, width, 1), the label
///   decoder with a normalisation, a bottleneck convolution and a 1x1 convolution.
std::vector<PlaneLayer> double_decoder_layers(int width, int outputs);

/// Shapes of all weights by name.
std::map<std::string, std::vector<std::int64_t>> double_decoder_shapes(int width, int outputs);

/// Random weights (uniform, He et al. 2015), reproducible by seed.
std::map<std::string, Tensor> make_double_decoder_weights(int width, int outputs, std::uint64_t seed);

}  // namespace cytomo
