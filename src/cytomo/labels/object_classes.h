// Classes as their objects have them.
#pragma once

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"

namespace cytomo {

/// Each voxel of an object has the object's class; one that is labelled with a class but belongs to no object
/// (a piece too small to be one) becomes 255; background and ignored voxels stay. Same grid (InputError
/// otherwise). Threaded; memory: one byte a voxel.
ClassVolume classes_of_objects(const ClassVolume& classes, const InstanceSlices& instances,
                               const Progress& progress = {});

/// Takes the class from objects that no voxel of `slices`, the same objects on another grid, belongs to: they
/// are no objects there, so that no table has a row of them. Their numbers stay unused. One threaded pass.
void leave_out_absent(Instances& instances, InstanceSlices& slices);

}  // namespace cytomo
