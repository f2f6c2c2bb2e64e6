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

/// Classes that were changed on the coarse grid, on the grid of `classes`, in the same way: each voxel takes
/// what became of the voxel that it comes from (as above), and stays where it comes from none. `changed`: on
/// the grid of `coarse`. Threaded; one byte a voxel.
ClassVolume carry_classes(const ClassVolume& changed, std::shared_ptr<const ClassVolume> coarse,
                          std::shared_ptr<const ClassVolume> classes);

}  // namespace cytomo
