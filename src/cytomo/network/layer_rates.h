// Private to network: how fast the engine's convolutions run.
#pragma once

#include "cytomo/network/precision.h"

namespace cytomo {

/// Runs each kind of layer of a U-Net on a piece of a large tile, in f32 and, if the processor can, in bf16,
/// by turns, and takes the shortest time of each. Not remembered.
PrecisionRates measure_layer_rates(const Model& model);

}  // namespace cytomo
