#include "object_targets.h"

#include <algorithm>

#include "cytomo/core/neighbours.h"
#include "cytomo/network/model.h"

namespace cytomo {

namespace {

constexpr float inside_object = 3;  // weight of what lies in an organelle beside the much larger rest
constexpr float at_separation = 5;  // edges between touching objects are few
constexpr float inside_selection = 4;

/// Whether a neighbouring voxel (26) belongs to another object of the same class.
bool touches_alike(const Patch& patch, std::size_t here) {
    bool touches = false;
    for_neighbours(patch.size, static_cast<std::int64_t>(here), [&](std::int64_t next) {
        const auto there = static_cast<std::size_t>(next);
        touches = touches || (patch.objects[there] != 0 && patch.objects[there] != patch.objects[here] &&
                              patch.labels[there] == patch.labels[here]);
    });
    return touches;
}

}  // namespace

void fill_object_targets(const Patch& patch, const Clicks& clicks, bool negative, std::uint8_t cell_body,
                         float* targets, float* weights) {
    constexpr auto maps = static_cast<std::size_t>(object_map_count);
    const auto n = static_cast<std::size_t>(patch.size.count());
    std::fill(targets, targets + n * maps, 0.F);
    std::fill(weights, weights + n * maps, 0.F);
    const auto turned = static_cast<std::size_t>(ObjectMap::negative);
    for (std::size_t i = 0; i < n; ++i) {
        targets[i * maps + turned] = negative ? 1 : 0;
        weights[i * maps + turned] =
            negative ? static_cast<float>((1 - negative_share) / negative_share) : 1.F;
    }
    if (patch.objects.empty()) return;
    for (std::size_t i = 0; i < n; ++i) {
        if (patch.labels[i] == ignore_label) continue;
        float *target = targets + i * maps, *weight = weights + i * maps;
        const bool organelle = patch.objects[i] != 0 && patch.labels[i] != 0 && patch.labels[i] != cell_body;
        target[0] = organelle ? static_cast<float>(patch.depth[i]) / 255 : 0;
        weight[0] = organelle ? inside_object : 1;
        target[1] = organelle && touches_alike(patch, i) ? 1 : 0;
        weight[1] = target[1] > 0 ? at_separation : organelle ? inside_object : 1;
        if (clicks.object.empty()) continue;
        target[2] = clicks.object[i];
        weight[2] = target[2] > 0 ? inside_selection : 1;
    }
}

void make_negative(Patch& patch) {
    for (float& v : patch.values) v = -v;
    std::fill(patch.labels.begin(), patch.labels.end(), not_taught_label);
    patch.objects.clear();
    patch.depth.clear();
}

torch::Tensor object_loss(const torch::Tensor& logits, const torch::Tensor& targets,
                          const torch::Tensor& weights) {
    // max(x, 0) - x t + log(1 + exp(-|x|)): no overflow.
    const auto each =
        torch::clamp_min(logits, 0) - logits * targets + torch::log1p(torch::exp(-torch::abs(logits)));
    const std::vector<std::int64_t> voxels{0, 1, 2, 3};
    const auto counted = weights.sum(voxels);
    const auto mean = (each * weights).sum(voxels) / counted.clamp_min(1);
    return (mean * (counted > 0)).sum();
}

}  // namespace cytomo
