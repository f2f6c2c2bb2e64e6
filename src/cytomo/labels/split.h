// Parts touching round objects from each other.
#pragma once

#include <array>

#include "cytomo/core/progress.h"
#include "cytomo/labels/components.h"

namespace cytomo {

/// When two bulges of one piece count as two objects: the neck between them is narrower than the thinner
/// bulge by `least_depth` of its radius, and by `least_depth_voxels` of the longest voxel edge.
struct SplitOptions {
    std::array<bool, 256> classes{};  ///< which classes to part, by id
    double least_depth = 0.12;
    double least_depth_voxels = 0.75;
};

/// Parts the pieces of the given classes where they narrow: spheres that overlap less than about half
/// become separate, round or drawn-out ones (ellipsoids) stay whole. Hollow ones are treated as if filled.
/// The part with the first voxel keeps its number, the others are appended in the order of their pieces.
/// Deterministic; time n log n in the voxels of a piece; memory about 20 bytes for each voxel of a piece's
/// bounding box.
void split_touching(Components& components, const SplitOptions& options, const Progress& progress = {});

}  // namespace cytomo
