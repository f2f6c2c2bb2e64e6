// The step of training is measured as a whole: what tensors cost beside the convolutions differs between
// types.
#include <algorithm>
#include <limits>

#include "cytomo/core/clock.h"
#include "cytomo/core/grid.h"
#include "cytomo/core/parallel.h"
#include "cytomo/network/precision.h"
#include "engine_threads.h"
#include "rate_memory.h"
#include "unet.h"

namespace cytomo {

namespace {

/// What is learned from: more than a cache holds, as patches are, since bf16 halves what is moved.
Size3 patch_for(const Model& model) {
    const std::int64_t s = model.architecture.stride();
    const auto fitted = [s](std::int64_t n) { return (n + s - 1) / s * s; };
    return {fitted(64), fitted(64), fitted(32)};
}

/// One step forwards and backwards, seconds of each thread.
double step_seconds(Unet& network, const torch::Tensor& values) {
    const double start = processor_seconds(CLOCK_PROCESS_CPUTIME_ID);
    const auto logits = network.forward_training(values);
    (logits * logits).mean().backward();
    for (auto& p : network.parameters()) p.mutable_grad() = torch::Tensor();
    return (processor_seconds(CLOCK_PROCESS_CPUTIME_ID) - start) / thread_count();
}

PrecisionRates measure_training_rates(const Model& model) {
    constexpr double enough_seconds = 1, plain = 3;
    constexpr int least_rounds = 2, most_rounds = 8;
    const int threads = torch::get_num_threads();
    torch::set_num_threads(thread_count());
    promise_threads();
    const Size3 patch = patch_for(model);
    const auto values =
        torch::sin(torch::arange(patch.count(), torch::kFloat32)).reshape({1, 1, patch.z, patch.y, patch.x});
    Unet exact(model, torch::kCPU, torch::kFloat32), coarse(model, torch::kCPU, torch::kBFloat16);
    // The first round prepares; the shortest time is the one that nothing else disturbed.
    double shortest[2] = {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
    const double start = processor_seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (int round = 0; round < most_rounds; ++round) {
        if (round >= least_rounds &&
            processor_seconds(CLOCK_PROCESS_CPUTIME_ID) - start > enough_seconds * thread_count())
            break;
        shortest[0] = std::min(shortest[0], step_seconds(exact, values));
        shortest[1] = std::min(shortest[1], step_seconds(coarse, values));
        if (shortest[1] > plain * shortest[0]) break;  // without instructions of its own
    }
    torch::set_num_threads(threads);
    const auto voxels = static_cast<double>(values.numel());
    return {voxels / shortest[0], voxels / shortest[1], false};
}

}  // namespace

PrecisionRates training_rates(const Model& model) {
    if (model.architecture.kind != NetworkKind::unet || !can_compute(Precision::bf16))
        return {1, 0, false};  // there is no choice
    return remembered_rates(rates_key(NetworkUse::training, model), false,
                            [&] { return measure_training_rates(model); });
}

}  // namespace cytomo
