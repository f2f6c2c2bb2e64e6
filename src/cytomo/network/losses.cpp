#include "losses.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "cytomo/network/model.h"

namespace cytomo {

namespace {

constexpr float least = 1e-30F;         // of a probability in a logarithm
constexpr double dice_smoothing = 100;  // voxels: keeps rare specks from dominating

struct Sums {
    double cross_entropy = 0, weight = 0, difference = 0;
    std::int64_t compared = 0;
    double both[most_classes] = {}, predicted[most_classes] = {}, truth[most_classes] = {};
    void add(const Sums& o, int classes) {
        cross_entropy += o.cross_entropy;
        weight += o.weight;
        difference += o.difference;
        compared += o.compared;
        for (int c = 0; c < classes; ++c) {
            both[c] += o.both[c];
            predicted[c] += o.predicted[c];
            truth[c] += o.truth[c];
        }
    }
};

class Loss : public torch::autograd::Function<Loss> {
public:
    static torch::Tensor forward(torch::autograd::AutogradContext* ctx, const torch::Tensor& logits_in,
                                 const torch::Tensor& labels_in, const torch::Tensor& weights_in,
                                 const torch::Tensor& class_of_in, const torch::Tensor& targets_in,
                                 double target_weight) {
        const auto logits = logits_in.contiguous(), labels = labels_in.contiguous(),
                   weights = weights_in.contiguous(), class_of = class_of_in.contiguous();
        const auto outputs = static_cast<int>(logits.size(-1)), classes = static_cast<int>(weights.numel());
        TORCH_CHECK(outputs <= most_classes && classes <= most_classes && class_of.numel() == outputs,
                    "too many classes");
        const auto* group = class_of.data_ptr<std::uint8_t>();
        const auto targets = targets_in.contiguous();
        const float* q = targets.numel() > 0 ? targets.data_ptr<float>() : nullptr;
        const std::int64_t n = labels.numel();
        auto p_tensor = torch::empty_like(logits);
        const float* x = logits.data_ptr<float>();
        float* p = p_tensor.data_ptr<float>();
        const auto* y = labels.data_ptr<std::uint8_t>();
        const float* w = weights.data_ptr<float>();
        constexpr std::int64_t chunk = 1 << 15;
        std::vector<Sums> parts(static_cast<std::size_t>((n + chunk - 1) / chunk));
        at::parallel_for(0, static_cast<std::int64_t>(parts.size()), 1, [&](std::int64_t b, std::int64_t e) {
            for (auto part = b; part < e; ++part) {
                Sums s;
                for (auto i = part * chunk; i < std::min(n, (part + 1) * chunk); ++i) {
                    const float* xi = x + i * outputs;
                    float* pi = p + i * outputs;
                    float top = xi[0], sum = 0, known = 0;
                    for (int o = 1; o < outputs; ++o) top = std::max(top, xi[o]);
                    for (int o = 0; o < outputs; ++o) sum += pi[o] = std::exp(xi[o] - top);
                    for (int o = 0; o < outputs; ++o) pi[o] /= sum;
                    const int label = y[i];
                    if (label == 255 && q != nullptr) {
                        float d[most_classes] = {};
                        for (int o = 0; o < outputs; ++o) d[group[o]] += pi[o];
                        for (int c = 0; c < classes; ++c) {
                            d[c] -= q[i * classes + c];
                            s.difference += d[c] * d[c];
                        }
                        ++s.compared;
                    }
                    if (label >= classes) continue;
                    for (int o = 0; o < outputs; ++o) {
                        s.predicted[group[o]] += pi[o];
                        if (group[o] == label) known += pi[o];
                    }
                    s.cross_entropy -= w[label] * std::log(std::max(known, least));
                    s.weight += w[label];
                    s.both[label] += known;
                    s.truth[label] += 1;
                }
                parts[static_cast<std::size_t>(part)] = s;
            }
        });
        Sums s;
        for (const auto& part : parts) s.add(part, classes);
        double dice = 0;
        int present = 0;
        for (int c = 0; c < classes; ++c)
            if (s.truth[c] > 0) {
                dice += (2 * s.both[c] + dice_smoothing) / (s.predicted[c] + s.truth[c] + dice_smoothing);
                ++present;
            }
        const double alike =
            s.compared > 0 ? target_weight * s.difference / static_cast<double>(s.compared) : 0;
        const double value =
            alike + (s.weight > 0 ? s.cross_entropy / s.weight + 1 - dice / std::max(present, 1) : 0);
        // d(1 - mean Dice)/dp: for class c, -1/present · (2 [label = c] · union - numerator) / union².
        auto slope = torch::zeros({2, classes}, torch::kFloat64);
        auto* hit = slope.data_ptr<double>();
        auto* any = hit + classes;
        for (int c = 0; c < classes; ++c)
            if (s.truth[c] > 0) {
                const double u = s.predicted[c] + s.truth[c] + dice_smoothing;
                hit[c] = -2 / u / present;
                any[c] = (2 * s.both[c] + dice_smoothing) / (u * u) / present;
            }
        ctx->save_for_backward({p_tensor, labels, weights, slope, class_of, targets});
        ctx->saved_data["weight"] = s.weight;
        ctx->saved_data["alike"] = s.compared > 0 ? 2 * target_weight / static_cast<double>(s.compared) : 0.0;
        return torch::tensor(value, torch::kFloat32);
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::tensor_list gradients) {
        const auto saved = ctx->get_saved_variables();
        const auto &p_tensor = saved[0], &labels = saved[1];
        const auto outputs = static_cast<int>(p_tensor.size(-1)),
                   classes = static_cast<int>(saved[2].numel());
        const auto* group = saved[4].data_ptr<std::uint8_t>();
        const double total = ctx->saved_data["weight"].toDouble();
        const auto factor = static_cast<float>(gradients[0].item<double>());
        auto dx_tensor = torch::zeros_like(p_tensor);
        const auto alike = static_cast<float>(ctx->saved_data["alike"].toDouble());
        const float* q = alike > 0 ? saved[5].data_ptr<float>() : nullptr;
        if (total > 0 || q != nullptr) {
            const float* p = p_tensor.data_ptr<float>();
            float* dx = dx_tensor.data_ptr<float>();
            const auto* y = labels.data_ptr<std::uint8_t>();
            const float* w = saved[2].data_ptr<float>();
            const auto* hit = saved[3].data_ptr<double>();
            const auto* any = hit + classes;
            at::parallel_for(0, labels.numel(), 1 << 15, [&](std::int64_t b, std::int64_t e) {
                for (auto i = b; i < e; ++i) {
                    const int label = y[i];
                    const float* pi = p + i * outputs;
                    if (label == 255 && q != nullptr) {
                        float d[most_classes] = {}, mean = 0;
                        for (int o = 0; o < outputs; ++o) d[group[o]] += pi[o];
                        for (int c = 0; c < classes; ++c) d[c] -= q[i * classes + c];
                        for (int o = 0; o < outputs; ++o) mean += pi[o] * d[group[o]];
                        for (int o = 0; o < outputs; ++o)
                            dx[i * outputs + o] = factor * alike * pi[o] * (d[group[o]] - mean);
                    }
                    if (label >= classes) continue;
                    float g[most_classes], mean = 0, known = 0;
                    for (int o = 0; o < outputs; ++o) {
                        const int c = group[o];
                        g[o] = static_cast<float>(any[c] + (c == label ? hit[c] : 0));
                        mean += pi[o] * g[o];
                        if (c == label) known += pi[o];
                    }
                    const auto ce = static_cast<float>(w[label] / total);
                    const float share = 1 / std::max(known, least);
                    for (int o = 0; o < outputs; ++o)
                        dx[i * outputs + o] =
                            factor * pi[o] * (ce * (group[o] == label ? 1 - share : 1.F) + g[o] - mean);
                }
            });
        }
        return {dx_tensor, {}, {}, {}, {}, {}};
    }
};

}  // namespace

torch::Tensor segmentation_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                                const torch::Tensor& class_weights, const torch::Tensor& class_of_output,
                                const torch::Tensor& targets, double target_weight) {
    return Loss::apply(logits, labels, class_weights, class_of_output,
                       targets.defined() ? targets : torch::empty({0}), target_weight);
}

torch::Tensor class_probabilities(const torch::Tensor& logits, std::int64_t classes,
                                  const torch::Tensor& class_of_output) {
    const auto outputs = logits.size(-1);
    const auto groups = torch::one_hot(class_of_output.to(torch::kLong), classes).to(torch::kFloat32);
    return torch::matmul(torch::softmax(logits.reshape({-1, outputs}), 1), groups);
}

torch::Tensor segmentation_loss_plain(const torch::Tensor& logits, const torch::Tensor& labels,
                                      const torch::Tensor& class_weights,
                                      const torch::Tensor& class_of_output, const torch::Tensor& targets,
                                      double target_weight) {
    const auto classes = class_weights.numel();
    const auto y = labels.reshape({-1}).to(torch::kLong);
    const auto known = (y < classes).nonzero().squeeze(1);
    const auto all = class_probabilities(logits, classes, class_of_output);
    auto alike = logits.sum() * 0;
    if (targets.defined()) {
        const auto open = (y == 255).nonzero().squeeze(1);
        if (open.numel() > 0)
            alike = target_weight *
                    (all.index_select(0, open) - targets.reshape({-1, classes}).index_select(0, open))
                        .pow(2)
                        .sum(1)
                        .mean();
    }
    if (known.numel() == 0) return alike;
    const auto p = all.index_select(0, known);
    const auto yk = y.index_select(0, known);
    const auto cross_entropy = torch::nll_loss(torch::log(p.clamp_min(least)), yk, class_weights);
    const auto t = torch::one_hot(yk, classes).to(p.scalar_type());
    const auto present = (t.sum(0) > 0).to(p.scalar_type());
    const auto dice = (2 * (p * t).sum(0) + dice_smoothing) / (p.sum(0) + t.sum(0) + dice_smoothing);
    return alike + cross_entropy + 1 - (dice * present).sum() / present.sum();
}

}  // namespace cytomo
