// Eight voxels together: their sums, with the outputs (padded to 8 or 16) side by side in vector registers;
// then, turned round, the softmax with the voxels side by side, so that nothing is summed across a register.
#include "head.h"

#include <algorithm>
#include <bit>
#include <cstring>

#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Wpsabi"  // without AVX, vectors pass between functions of this file alone
#endif

namespace cytomo {

namespace {

constexpr int together = 8;
using Eight = float __attribute__((vector_size(4 * together)));  // in one register with AVX, two without

Eight load(const float* from) {
    Eight v;
    std::memcpy(&v, from, sizeof v);
    return v;
}

Eight larger(Eight a, Eight b) {
    return a < b ? b : a;
}

/// e to the power of x ≤ 0, without branches. Polynomial of exp2f in the Cephes library (S. L. Moshier 1992).
Eight exponential(Eight x) {
    using Whole = std::int32_t __attribute__((vector_size(4 * together)));
    const Eight least = Eight{} - 87.F;
    const Eight t = larger(x, least) * 1.44269504F;
    const Eight whole = (t + 12582912.F) - 12582912.F;  // rounds to the nearest whole number
    const Eight f = t - whole;
    Eight p = Eight{} + 1.535336188e-4F;
    p = p * f + 1.339887440e-3F;
    p = p * f + 9.618437358e-3F;
    p = p * f + 5.550332471e-2F;
    p = p * f + 2.402264791e-1F;
    p = p * f + 6.931472029e-1F;
    p = p * f + 1.F;
    return p * std::bit_cast<Eight>((__builtin_convertvector(whole, Whole) + 127) << 23);
}

/// 1 / (1 + e to the power of -x).
Eight logistic(Eight x) {
    const Eight small = exponential(x < 0 ? x : -x), share = 1 / (1 + small);
    return x < 0 ? small * share : share;
}

/// Rows become columns: pairs of single numbers change places, then pairs of two, of four.
inline void turn(Eight (&a)[together]) {
    for (int i = 0; i < together; i += 2) {
        const Eight u = a[i], v = a[i + 1];
        a[i] = __builtin_shufflevector(u, v, 0, 8, 2, 10, 4, 12, 6, 14);
        a[i + 1] = __builtin_shufflevector(u, v, 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int k = 0; k < 4; ++k) {
        const int i = k / 2 * 4 + k % 2;
        const Eight u = a[i], v = a[i + 2];
        a[i] = __builtin_shufflevector(u, v, 0, 1, 8, 9, 4, 5, 12, 13);
        a[i + 2] = __builtin_shufflevector(u, v, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    for (int i = 0; i < 4; ++i) {
        const Eight u = a[i], v = a[i + 4];
        a[i] = __builtin_shufflevector(u, v, 0, 1, 2, 3, 8, 9, 10, 11);
        a[i + 4] = __builtin_shufflevector(u, v, 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

}  // namespace

Head::Head(const Model& model, float scale)
    : channels_(model.architecture.widths[0]),
      outputs_(model.architecture.outputs),
      padded_(outputs_ <= 8 && !model.architecture.objects ? 8 : 16),
      classes_(model.class_count()),
      maps_(model.architecture.map_count()),
      class_of_(model.output_classes()),
      weights_(static_cast<std::size_t>(channels_ * padded_)),
      bias_(static_cast<std::size_t>(padded_)) {
    const auto& weight = model.weights.at("head.weight").values;
    const auto& bias = model.weights.at("head.bias").values;
    for (int o = 0; o < padded_; ++o) {
        if (o >= outputs_ && o < padded_ - maps_) continue;
        bias_[static_cast<std::size_t>(o)] = bias[static_cast<std::size_t>(o)];
        for (int c = 0; c < channels_; ++c)
            weights_[static_cast<std::size_t>(c * padded_ + o)] =
                scale * weight[static_cast<std::size_t>(o * channels_ + c)];
        if (o < outputs_) grouped_ = grouped_ || class_of_[static_cast<std::size_t>(o)] != o;
    }
}

template <int padded, bool full>
void Head::run_some(const FeatureRow& row, std::int64_t x, float* probabilities) const {
    const std::int64_t n = full ? together : row.width - x;
    Eight e[padded];
    for (int block = 0; block < padded; block += together) {
        Eight sums[together];  // of each voxel, outputs side by side
        for (int v = 0; v < together; ++v) sums[v] = load(bias_.data() + block);
        const float *w = weights_.data() + block, *features = row.values + x * row.lanes;
        for (int c = 0; c < channels_; c += row.lanes, features += row.block_stride)
            for (int lane = 0; lane < row.lanes; ++lane, w += padded) {
                const Eight of_outputs = load(w);
                for (int v = 0; v < together; ++v)
                    sums[v] += features[(full ? v : std::min<std::int64_t>(v, n - 1)) * row.lanes + lane] *
                               of_outputs;
            }
        turn(sums);
        for (int o = 0; o < together; ++o) e[block + o] = sums[o];
    }
    if constexpr (padded == Architecture::head_channels)
        for (int m = 0; m < maps_; ++m) {
            const Eight values = logistic(e[padded - maps_ + m]);
            std::memcpy(probabilities + (classes_ + m) * row.width + x, &values,
                        static_cast<std::size_t>(n) * sizeof(float));
        }
    Eight top = e[0], total{};
    for (int o = 1; o < outputs_; ++o) top = larger(top, e[o]);
    for (int o = 0; o < outputs_; ++o) {
        e[o] = exponential(e[o] - top);
        total += e[o];
    }
    Eight of_class[16] = {};
    if (grouped_)
        for (int o = 0; o < outputs_; ++o) of_class[class_of_[static_cast<std::size_t>(o)]] += e[o];
    total = 1 / total;
    for (int c = 0; c < classes_; ++c) {
        const Eight values = (grouped_ ? of_class[c] : e[c]) * total;
        std::memcpy(probabilities + c * row.width + x, &values, static_cast<std::size_t>(n) * sizeof(float));
    }
}

void Head::run(const FeatureRow& row, float* probabilities) const {
    const auto whole = row.width / together * together;
    for (std::int64_t x = 0; x < whole; x += together)
        padded_ == 8 ? run_some<8, true>(row, x, probabilities) : run_some<16, true>(row, x, probabilities);
    if (whole < row.width)
        padded_ == 8 ? run_some<8, false>(row, whole, probabilities)
                     : run_some<16, false>(row, whole, probabilities);
}

}  // namespace cytomo
