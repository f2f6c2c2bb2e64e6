// Private to network: inference by libtorch, for CUDA devices and as a reference.
#pragma once

#include <functional>
#include <string>

#include "cytomo/core/grid.h"
#include "cytomo/network/model.h"

namespace cytomo {

bool cuda_available();

/// Same contract as Engine::run. Throws InputError if there is no such device.
std::function<void(const float* values, float* probabilities)> make_torch_predictor(
    const Model& model, Size3 tile, const std::string& device);

}  // namespace cytomo
