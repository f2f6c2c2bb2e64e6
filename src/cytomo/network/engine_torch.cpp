// The engine of builds without oneDNN (a training machine with nothing but libtorch): correct, not fast.
#include "engine.h"
#include "layer_rates.h"
#include "torch_backend.h"

namespace cytomo {

bool can_compute(Precision precision) {
    return precision == Precision::f32;
}

std::string instruction_set() {
    return "as libtorch";
}

PrecisionRates measure_layer_rates(const Model&) {
    return {1, 0, false};  // there is no choice
}

bool runs_in_bands(const Model&) {
    return false;
}

ActivationRanges measure_ranges(const Model&, Size3, const std::vector<std::vector<float>>&) {
    return {};
}

struct Engine::Implementation {
    Size3 tile;
    int volumes;
    Runner run;
};

Engine::Engine(const Model& model, Size3 tile, Precision, const ActivationRanges&, std::int64_t)
    : implementation_(new Implementation{
          tile, model.volumes(),
          torch_backend_for("inference without oneDNN").make_predictor(model, tile, "cpu", "f32")}) {}

Engine::~Engine() = default;

Size3 Engine::tile() const {
    return implementation_->tile;
}

int Engine::volumes() const {
    return implementation_->volumes;
}

void Engine::run(const float* values, const RowSink& sink, const Progress& progress) {
    implementation_->run(values, sink, progress);
}

void Engine::run(const float* values, float* probabilities) {
    implementation_->run(values, sink_into(probabilities, implementation_->tile, implementation_->volumes),
                         {});
}

}  // namespace cytomo
