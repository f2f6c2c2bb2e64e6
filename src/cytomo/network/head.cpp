// Eight voxels together: their sums, with the outputs (padded to 8 or 16) side by side in vector registers;
// then, turned round, the softmax with the voxels side by side, so that nothing is summed across a register.
#include "head.h"

#include <algorithm>
#include <bit>

namespace cytomo {

namespace {

constexpr int together = 8;

/// e to the power of x ≤ 0, without branches. Polynomial of exp2f in the Cephes library (S. L. Moshier 1992).
inline float exponential(float x) {
    const float t = std::max(x, -87.F) * 1.44269504F;
    const float whole = (t + 12582912.F) - 12582912.F;  // rounds to the nearest whole number
    const float f = t - whole;
    float p = 1.535336188e-4F;
    p = p * f + 1.339887440e-3F;
    p = p * f + 9.618437358e-3F;
    p = p * f + 5.550332471e-2F;
    p = p * f + 2.402264791e-1F;
    p = p * f + 6.931472029e-1F;
    p = p * f + 1.F;
    return p * std::bit_cast<float>((static_cast<std::int32_t>(whole) + 127) << 23);
}

}  // namespace

Head::Head(const Model& model, float scale)
    : channels_(model.architecture.widths[0]),
      outputs_(model.architecture.outputs),
      padded_(outputs_ <= 8 ? 8 : 16),
      classes_(model.class_count()),
      class_of_(model.output_classes()),
      weights_(static_cast<std::size_t>(channels_ * padded_)),
      bias_(static_cast<std::size_t>(padded_)) {
    const auto& weight = model.weights.at("head.weight").values;
    const auto& bias = model.weights.at("head.bias").values;
    for (int o = 0; o < outputs_; ++o) {
        bias_[static_cast<std::size_t>(o)] = bias[static_cast<std::size_t>(o)];
        for (int c = 0; c < channels_; ++c)
            weights_[static_cast<std::size_t>(c * padded_ + o)] =
                scale * weight[static_cast<std::size_t>(o * channels_ + c)];
        grouped_ = grouped_ || class_of_[static_cast<std::size_t>(o)] != o;
    }
}

template <int padded>
void Head::run_some(const FeatureRow& row, std::int64_t x, float* probabilities) const {
    const auto n = static_cast<int>(std::min<std::int64_t>(together, row.width - x));
    float sums[together][padded];
    for (int v = 0; v < together; ++v)
        for (int o = 0; o < padded; ++o) sums[v][o] = bias_[static_cast<std::size_t>(o)];
    for (int c = 0; c < channels_; ++c) {
        const float* feature =
            row.values + (c / row.lanes) * row.block_stride + x * row.lanes + c % row.lanes;
        const float* w = weights_.data() + c * padded;
        for (int v = 0; v < together; ++v) {
            const float f = feature[std::min(v, n - 1) * row.lanes];
            for (int o = 0; o < padded; ++o) sums[v][o] += f * w[o];
        }
    }
    float e[padded][together], top[together], total[together] = {};
    for (int o = 0; o < padded; ++o)
        for (int v = 0; v < together; ++v) e[o][v] = sums[v][o];
    for (int v = 0; v < together; ++v) top[v] = e[0][v];
    for (int o = 1; o < outputs_; ++o)
        for (int v = 0; v < together; ++v) top[v] = std::max(top[v], e[o][v]);
    for (int o = 0; o < outputs_; ++o)
        for (int v = 0; v < together; ++v) {
            e[o][v] = exponential(e[o][v] - top[v]);
            total[v] += e[o][v];
        }
    float of_class[16][together] = {};
    if (grouped_)
        for (int o = 0; o < outputs_; ++o)
            for (int v = 0; v < together; ++v) of_class[class_of_[static_cast<std::size_t>(o)]][v] += e[o][v];
    for (int v = 0; v < together; ++v) total[v] = 1 / total[v];
    for (int c = 0; c < classes_; ++c) {
        const float* values = grouped_ ? of_class[c] : e[c];
        float* to = probabilities + c * row.width + x;
        if (n == together)
            for (int v = 0; v < together; ++v) to[v] = values[v] * total[v];
        else
            for (int v = 0; v < n; ++v) to[v] = values[v] * total[v];
    }
}

void Head::run(const FeatureRow& row, float* probabilities) const {
    for (std::int64_t x = 0; x < row.width; x += together)
        padded_ == 8 ? run_some<8>(row, x, probabilities) : run_some<16>(row, x, probabilities);
}

}  // namespace cytomo
