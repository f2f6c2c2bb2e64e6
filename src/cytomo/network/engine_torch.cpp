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

struct Engine::Implementation {
    Size3 tile;
    std::function<void(const float*, float*)> run;
};

Engine::Engine(const Model& model, Size3 tile, Precision)
    : implementation_(
          std::make_unique<Implementation>(Implementation{tile, make_torch_predictor(model, tile, "cpu")})) {}

Engine::~Engine() = default;

Size3 Engine::tile() const {
    return implementation_->tile;
}

void Engine::run(const float* values, float* probabilities) {
    implementation_->run(values, probabilities);
}

}  // namespace cytomo
