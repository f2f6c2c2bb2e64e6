// Private to measures: one filopodium along its centre line.
#pragma once

#include "cytomo/labels/boxes.h"
#include "cytomo/measures/filopodia.h"

namespace cytomo {

/// All of a Filopodium but angles, neighbours and flags.
Filopodium measure_filopodium(const ClassVolume& classes, const Instances& instances, std::uint32_t number,
                              const VoxelBox& box, const FilopodiaOptions& options,
                              const Probabilities* probabilities, const ClassVolume* seen);

}  // namespace cytomo
