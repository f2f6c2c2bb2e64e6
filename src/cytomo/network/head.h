// Private to network: the last layer of a U-Net and the softmax after it, a row of voxels at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/network/model.h"

namespace cytomo {

/// Where the features of one row of voxels lie: channel c of voxel x is
/// values[(c / lanes) * block_stride + x * lanes + c % lanes].
struct FeatureRow {
    const float* values = nullptr;
    std::int64_t block_stride = 0;
    int lanes = 16;
    std::int64_t width = 0;
};

/// A 1×1×1 convolution, softmax, and the sum over the outputs of each class; logistic function for object
/// maps. As a layer of its own it would write and read 64 bytes a voxel to compute with a handful of numbers.
class Head {
public:
    /// `scale`: what features must be multiplied by.
    Head(const Model& model, float scale);
    /// probabilities[c * row.width + x] for each class c, then for each object map. Relative error of the
    /// exponential function: 3e-7.
    void run(const FeatureRow& row, float* probabilities) const;

private:
    template <int padded, bool full>
    void run_some(const FeatureRow& row, std::int64_t x, float* probabilities) const;

    int channels_, outputs_, padded_, classes_, maps_;
    bool grouped_ = false;  ///< classes are not the outputs themselves
    std::vector<std::uint8_t> class_of_;
    std::vector<float> weights_, bias_;  ///< [channel][padded output]
};

}  // namespace cytomo
