// The engine of builds without oneDNN (a training machine with nothing but libtorch): correct, not fast.
#include "engine.h"
#include "torch_predictor.h"

namespace cytomo {

Precision best_precision() {
    return Precision::f32;
}

bool can_compute(Precision precision) {
    return precision == Precision::f32;
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

Engine::Engine(const Model& model, Size3 tile, Precision, const ActivationRanges&)
    : implementation_(
          new Implementation{tile, model.volumes(), make_torch_predictor(model, tile, "cpu")}) {}

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
