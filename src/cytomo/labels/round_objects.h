// One class for each round object.
#pragma once

#include <array>

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"

namespace cytomo {

/// A droplet is no half vesicle, but a network decides voxel by voxel. Where the `round` classes (by id) are
/// together at least as probable as any other class, the voxels that hang together by faces, parted where
/// they narrow (see split.h), are one object; it gets the class with the largest sum of probabilities in it
/// (ties: the lower id), and that class takes over what the other round classes had there and in the voxels
/// that touch the object. What all round classes have together changes nowhere.
/// Deterministic at any thread count; time linear in voxels but for the parting; memory 9 bytes a voxel
/// while it runs.
void settle_round_objects(Probabilities& probabilities, const std::array<bool, 256>& round,
                          const Progress& progress = {});

}  // namespace cytomo
