#include "engine.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine_plan.h"
#include "engine_threads.h"
#include "head.h"
#include "onednn.h"

namespace cytomo {

using namespace onednn;

namespace {

void check_tile(const Model& model, Size3 tile) {
    const auto stride = model.architecture.stride();
    if (tile.x % stride != 0 || tile.y % stride != 0 ||
        (tile.z % stride != 0 && (tile.z < 1 || stride % tile.z != 0)))
        throw std::logic_error("tile size does not fit the network's stride");
}

float largest(const float* values, std::int64_t n) {
    float most = 0;
    for (std::int64_t i = 0; i < n; ++i) most = std::max(most, std::abs(values[i]));
    return most;
}

/// All but one in ten thousand are smaller.
float nearly_largest(std::vector<float> values) {
    for (float& v : values) v = std::abs(v);
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() - 1 - values.size() / 10000);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

}  // namespace

bool runs_in_bands(const Model& model) {
    return model.architecture.kind == NetworkKind::unet && model.architecture.widths[0] == block_channels();
}

ActivationRanges measure_ranges(const Model& model, Size3 tile,
                                const std::vector<std::vector<float>>& samples) {
    check_tile(model, tile);
    promise_threads();
    Plan plan(model, tile, Precision::f32, {}, true);
    ActivationRanges ranges;
    for (const auto& values : samples) {
        const auto widen = [&ranges](const std::string& name, float most) {
            ranges[name] = std::max(ranges[name], most);
        };
        widen("input", nearly_largest(values));
        plan.set_input(values.data());
        for (const PlanStep& step : plan.steps()) {
            with_memory_errors(step.run);
            const auto& memory = step.result.memory;
            widen(step.name,
                  largest(static_cast<const float*>(memory.get_data_handle()),
                          static_cast<std::int64_t>(memory.get_desc().get_size() / sizeof(float))));
        }
    }
    return ranges;
}

struct Engine::Implementation {
    Size3 tile;
    int volumes;
    Plan plan;
    Head head;

    void run_head(std::int64_t first, std::int64_t rows, const float* features, const RowSink& sink) const {
        const int lanes = plan.lanes();
        engine_chunks(rows, 16, [&](std::int64_t begin, std::int64_t end) {
            std::vector<float> probabilities(static_cast<std::size_t>(volumes * tile.x));
            for (auto row = begin; row < end; ++row) {
                head.run({features + row * tile.x * lanes, plan.block_stride(), lanes, tile.x},
                         probabilities.data());
                sink((first + row) % tile.y, (first + row) / tile.y, probabilities.data());
            }
        });
    }
};

Engine::Engine(const Model& model, Size3 tile, Precision precision, const ActivationRanges& ranges,
               std::int64_t wanted) {
    check_tile(model, tile);
    promise_threads();
    implementation_.reset(new Implementation{
        tile, model.volumes(), Plan(model, tile, precision, ranges, false, wanted), Head(model, 1)});
    implementation_->head = Head(model, implementation_->plan.feature_scale());
}

Engine::~Engine() = default;

Size3 Engine::tile() const {
    return implementation_->tile;
}

int Engine::volumes() const {
    return implementation_->volumes;
}

void Engine::run(const float* values, const RowSink& sink, const Progress& progress) {
    promise_threads();
    implementation_->plan.run(
        values,
        [&](std::int64_t first, std::int64_t rows, const float* features) {
            implementation_->run_head(first, rows, features, sink);
        },
        progress);
}

void Engine::run(const float* values, float* probabilities) {
    run(values, sink_into(probabilities, implementation_->tile, implementation_->volumes));
}

}  // namespace cytomo
