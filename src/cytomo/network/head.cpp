// Outputs are padded to 8 or 16, so that they fill vector registers; several voxels are computed together, as
// one alone would wait for its own sums.
#include "head.h"

#include <algorithm>
#include <bit>

namespace cytomo {

namespace {

constexpr float never = -1e30F;

inline float to_float(float v) {
    return v;
}
inline float to_float(Bfloat16 v) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(v.bits) << 16);
}

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

Head::Head(const Model& model)
    : channels_(model.architecture.widths[0]),
      outputs_(model.architecture.outputs),
      padded_(outputs_ <= 8 ? 8 : 16),
      grouped_(false),
      class_of_(model.output_classes()),
      weights_(static_cast<std::size_t>(channels_ * padded_)),
      bias_(static_cast<std::size_t>(padded_), never),
      classes_(model.class_count()) {
    const auto& weight = model.weights.at("head.weight").values;
    const auto& bias = model.weights.at("head.bias").values;
    for (int o = 0; o < outputs_; ++o) {
        bias_[static_cast<std::size_t>(o)] = bias[static_cast<std::size_t>(o)];
        for (int c = 0; c < channels_; ++c)
            weights_[static_cast<std::size_t>(c * padded_ + o)] =
                weight[static_cast<std::size_t>(o * channels_ + c)];
        grouped_ = grouped_ || class_of_[static_cast<std::size_t>(o)] != o;
    }
}

template <int padded, int together, class T>
void Head::run_some(const FeatureRow<T>& row, std::int64_t x, float* probabilities) const {
    float sums[together][padded];
    for (int v = 0; v < together; ++v)
        for (int o = 0; o < padded; ++o) sums[v][o] = bias_[static_cast<std::size_t>(o)];
    for (int c = 0; c < channels_; ++c) {
        const T* feature = row.values + (c / row.lanes) * row.block_stride + x * row.lanes + c % row.lanes;
        const float* w = weights_.data() + c * padded;
        for (int v = 0; v < together; ++v) {
            const float f = to_float(feature[v * row.lanes]);
            for (int o = 0; o < padded; ++o) sums[v][o] += f * w[o];
        }
    }
    for (int v = 0; v < together; ++v) {
        float top = sums[v][0], total = 0;
        for (int o = 1; o < padded; ++o) top = std::max(top, sums[v][o]);
        for (int o = 0; o < padded; ++o) sums[v][o] = exponential(sums[v][o] - top);
        for (int o = 0; o < outputs_; ++o) total += sums[v][o];
        const float factor = 1 / total;
        float* to = probabilities + x + v;
        if (!grouped_) {
            for (int o = 0; o < outputs_; ++o) to[o * row.width] = sums[v][o] * factor;
            continue;
        }
        float of_class[16] = {};
        for (int o = 0; o < outputs_; ++o) of_class[class_of_[static_cast<std::size_t>(o)]] += sums[v][o];
        for (int c = 0; c < classes_; ++c) to[c * row.width] = of_class[c] * factor;
    }
}

template <int padded, class T>
void Head::run_padded(const FeatureRow<T>& row, float* probabilities) const {
    constexpr int together = 64 / padded;
    std::int64_t x = 0;
    for (; x + together <= row.width; x += together) run_some<padded, together>(row, x, probabilities);
    for (; x < row.width; ++x) run_some<padded, 1>(row, x, probabilities);
}

void Head::run(const FeatureRow<float>& row, float* probabilities) const {
    padded_ == 8 ? run_padded<8>(row, probabilities) : run_padded<16>(row, probabilities);
}

void Head::run(const FeatureRow<Bfloat16>& row, float* probabilities) const {
    padded_ == 8 ? run_padded<8>(row, probabilities) : run_padded<16>(row, probabilities);
}

}  // namespace cytomo
