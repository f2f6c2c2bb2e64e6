// How sure the network is of each object, and how blurred its edge is.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"

namespace cytomo {

/// Of one object. NaN for numbers without voxels.
struct Certainty {
    double mean_probability = 0;  ///< of the object's class, over its voxels; 0 … 1
    /// Standard deviation of the blur of its edge: that of the Gaussian which, applied to a sharp edge, falls
    /// as steeply as the probability of its class does from inside to outside. A sharp edge has about 0.4
    /// voxels. NaN without an edge within the volume. Edges to what the network saw as the same class do not
    /// count.
    double edge_blur_um = 0;
};

/// Of each object, by number ([0] is empty). `seen`: the classes as the network saw them, before corrections
/// by hand, so that these change no other object's numbers. It and the `probabilities` lie on the grid of the
/// instances (InputError otherwise; also if a class has none). The steepness is the sum over voxel faces
/// between object and others of area × fall / distance of the centres, by the surface: all faces / 1.5, which
/// a ball has. One threaded pass, the same at any thread count; memory: 64 bytes an object and thread.
std::vector<Certainty> measure_certainty(const Instances& instances, const ClassVolume& seen,
                                         const Probabilities& probabilities, const Progress& progress = {});

}  // namespace cytomo
