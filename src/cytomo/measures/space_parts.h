// Private to measures: what the measures of space share.
#pragma once

#include <vector>

#include "cytomo/measures/contacts.h"
#include "cytomo/measures/distances.h"
#include "cytomo/measures/null_model.h"
#include "cytomo/measures/surface_points.h"

namespace cytomo {

/// Means of the voxel centres of objects 0 … numbers - 1 (NaN without voxels). One threaded pass.
std::vector<Vec3> find_centroids_um(const InstanceVolume& volume, std::size_t numbers);

/// measure_distances, with the surfaces of the organelles found before.
Distances find_distances_of(const ClassVolume& classes, const Instances& instances,
                            const SurfacePoints& surfaces, const OrganelleClasses& organelles,
                            const Progress& progress);

/// One gap for two objects, whichever of them it was measured from: the smaller one; that of the contact if
/// they are one, and not below `within_um` if they are not. Nearest objects follow, and gaps to the nucleus.
void settle_gaps(Distances& distances, const Instances& instances, const std::vector<ObjectContact>& contacts,
                 double within_um, std::uint8_t nucleus);

/// measure_null_model, the same way.
std::vector<NullModelResult> find_null_model_of(const ClassVolume& classes, const Instances& instances,
                                                const SurfacePoints& surfaces,
                                                const NullModelOptions& options, const Progress& progress);

}  // namespace cytomo
