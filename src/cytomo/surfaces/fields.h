// Surfaces of classes and of objects, from probabilities or from labels alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cytomo/core/mesh.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/surfaces/extract.h"

namespace cytomo {

/// The margin of class c: half the logarithm of its probability over the largest of the others (8-bit
/// probabilities k as (k + 1.5) / 256.5, so that it stays within ±2.6). It is above 0 exactly where c
/// is the most probable class (of equal ones the lowest), so that level 0 is the class's surface, at
/// sub-voxel positions. `probabilities` must outlive the field. Throws UsageError
/// if there is no class c.
SliceField class_margin(const Probabilities& probabilities, int c);

/// The surface of class c where its margin passes 0, its curvature compensated (see compensate.h).
/// Time linear in voxels, no copy of the probabilities.
Mesh extract_class(const Probabilities& probabilities, int c, const Progress& progress = {});

/// The surface of each object n = 1 … class_of.size() - 1 (index 0 stays empty), where the margin of
/// its class passes 0, its curvature compensated. Inside and outside follow the instance volume: a voxel that
/// the margin puts on the wrong side (another object of the same class, a voxel that was dropped or filled)
/// counts with the opposite sign, so that touching objects share the surface between them and each object is
/// enclosed whole. `instances` must lie on the grid of `probabilities` (else InputError); the caller
/// resamples. Objects in parallel, large ones one after the other; same result at any thread count.
/// Time linear in the objects' bounding boxes.
std::vector<Mesh> extract_objects(const Probabilities& probabilities, const InstanceVolume& instances,
                                  std::span<const std::uint8_t> class_of, const Progress& progress = {});

/// The surface of each object 1 … count (index 0 stays empty) when there are no probabilities: the
/// object's mask is smoothed by a Gaussian of 0.9 times the shortest voxel edge, the level is chosen
/// such that as many voxels lie above it as the object has, and the surface is moved along its normals
/// until it encloses the volume of these voxels to 0.1 %. Borders, order, cost and determinism as above.
std::vector<Mesh> extract_objects(const InstanceVolume& instances, std::uint32_t count,
                                  const Progress& progress = {});

/// The same for all voxels of a class together, with one level for all of them: objects that are much
/// thinner than the rest of the class come out too thin. Prefer separate objects.
Mesh extract_class(const ClassVolume& classes, std::uint8_t c, const Progress& progress = {});

}  // namespace cytomo
