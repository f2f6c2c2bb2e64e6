// Objects found on one grid, on another.
#pragma once

#include <memory>

#include "cytomo/labels/instances.h"

namespace cytomo {

/// Object numbers found on one grid, on the grid of `classes`: each voxel takes the number of the nearest
/// voxel of its own class within one voxel of the coarse grid, else 0. `coarse`: the classes in which the
/// objects were found. Keeps what it is given; each slice is computed when it is read. Deterministic.
InstanceSlices carry_instances(std::shared_ptr<const Instances> instances,
                               std::shared_ptr<const ClassVolume> coarse,
                               std::shared_ptr<const ClassVolume> classes);

}  // namespace cytomo
