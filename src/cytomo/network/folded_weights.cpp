#include "folded_weights.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

#include "engine_threads.h"

namespace cytomo {

namespace {

constexpr float norm_epsilon = 1e-5F;

/// Replaces each of `count` numbers by round(number + what the larger ones lost).
template <class Round>
void round_together(float* w, std::size_t count, const Round& round) {
    // By falling absolute value, whose bits are ordered as whole numbers; then in the order in which they
    // came.
    std::vector<std::uint64_t> order(count);
    for (std::size_t i = 0; i < count; ++i)
        order[i] = static_cast<std::uint64_t>(~std::bit_cast<std::uint32_t>(std::abs(w[i]))) << 32 | i;
    std::sort(order.begin(), order.end());
    float lost = 0;
    for (const auto key : order) {
        const auto i = static_cast<std::uint32_t>(key);
        const float wanted = w[i] + lost;
        w[i] = round(wanted);
        lost = wanted - w[i];
    }
}

/// Of the first layer, the weights of its first input channel: the others are zero without clicks.
void keep_grey_values(std::vector<float>& weight, const Layer& layer) {
    const auto kernel = static_cast<std::size_t>(layer.kernel * layer.kernel * layer.kernel),
               inputs = static_cast<std::size_t>(layer.in);
    for (std::size_t o = 0; o < static_cast<std::size_t>(layer.out); ++o)
        std::copy_n(weight.begin() + static_cast<std::ptrdiff_t>(o * inputs * kernel), kernel,
                    weight.begin() + static_cast<std::ptrdiff_t>(o * kernel));
    weight.resize(static_cast<std::size_t>(layer.out) * kernel);
}

}  // namespace

FoldedWeights fold(const Model& model, const Layer& layer) {
    FoldedWeights f;
    f.weight = model.weights.at(layer.name + ".weight").values;
    if (layer.inputs_without_clicks() < layer.in) keep_grey_values(f.weight, layer);
    if (!layer.norm) {
        f.bias = model.weights.at(layer.name + ".bias").values;
        return f;
    }
    const auto& gamma = model.weights.at(layer.name + ".gamma").values;
    const auto& beta = model.weights.at(layer.name + ".beta").values;
    const auto& mean = model.weights.at(layer.name + ".mean").values;
    const auto& variance = model.weights.at(layer.name + ".variance").values;
    const std::size_t each = f.weight.size() / gamma.size();
    f.bias.resize(gamma.size());
    for (std::size_t o = 0; o < gamma.size(); ++o) {
        const float s = gamma[o] / std::sqrt(variance[o] + norm_epsilon);
        for (std::size_t i = 0; i < each; ++i) f.weight[o * each + i] *= s;
        f.bias[o] = beta[o] - mean[o] * s;
    }
    return f;
}

void round_to_bfloat16(FoldedWeights& weights) {
    const std::size_t count = weights.per_channel();
    engine_chunks(static_cast<std::int64_t>(weights.bias.size()), 1, [&](std::int64_t o, std::int64_t) {
        round_together(weights.weight.data() + static_cast<std::size_t>(o) * count, count, to_bfloat16);
    });
}

std::vector<float> round_to_int8(FoldedWeights& weights) {
    const std::size_t count = weights.per_channel();
    std::vector<float> steps(weights.bias.size());
    engine_chunks(static_cast<std::int64_t>(steps.size()), 1, [&](std::int64_t o, std::int64_t) {
        float* w = weights.weight.data() + static_cast<std::size_t>(o) * count;
        float most = 0;
        for (std::size_t i = 0; i < count; ++i) most = std::max(most, std::abs(w[i]));
        const float step = most > 0 ? most / 127 : 1;
        for (std::size_t i = 0; i < count; ++i) w[i] /= step;
        round_together(w, count, [](float v) { return std::clamp(std::round(v), -127.F, 127.F); });
        steps[static_cast<std::size_t>(o)] = step;
    });
    return steps;
}

void sum_along_z(FoldedWeights& weights, std::size_t k) {
    const std::size_t plane = k * k, kernels = weights.weight.size() / (plane * k);
    std::vector<float> out(kernels * plane);
    for (std::size_t i = 0; i < kernels; ++i)
        for (std::size_t z = 0; z < k; ++z)
            for (std::size_t j = 0; j < plane; ++j)
                out[i * plane + j] += weights.weight[(i * k + z) * plane + j];
    weights.weight = std::move(out);
}

void double_inputs(FoldedWeights& weights, std::size_t kernel) {
    std::vector<float> out;
    for (auto at = weights.weight.begin(); at != weights.weight.end();
         at += static_cast<std::ptrdiff_t>(kernel))
        for (int i = 0; i < 2; ++i) out.insert(out.end(), at, at + static_cast<std::ptrdiff_t>(kernel));
    weights.weight = std::move(out);
}

}  // namespace cytomo
