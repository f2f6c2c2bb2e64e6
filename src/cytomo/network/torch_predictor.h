// Private to network: inference by libtorch, for CUDA devices and as a reference.
#pragma once

#include <string>

#include "cytomo/core/grid.h"
#include "cytomo/network/model.h"
#include "runner.h"

namespace cytomo {

bool cuda_available();

/// Same contract as Engine::run. `precision`: "f32", "bf16" or "f16", of the activations (which of them an
/// operator has depends on the device). Throws InputError if there is no such device.
Runner make_torch_predictor(const Model& model, Size3 tile, const std::string& device,
                            const std::string& precision = "f32");

}  // namespace cytomo
