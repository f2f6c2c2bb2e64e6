// Volumes for measuring speed: no cell, but as many objects and as much surface as one has.
#pragma once

#include <memory>

#include "cytomo/core/volume.h"

namespace cytomo::bench {

struct SyntheticCell {
    ClassVolume classes;
    std::shared_ptr<const Volume<float>> grey;
};

/// A cube of edge `edge` voxels of 20 nm: a nucleus, and spheres and rods of the other classes, about 35 in
/// 64³ voxels; noisy grey values. The same for the same edge.
SyntheticCell make_synthetic_cell(std::int64_t edge);

}  // namespace cytomo::bench
