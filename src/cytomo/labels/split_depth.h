// Splits touching objects where the depth that a network predicted has a valley.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "cytomo/core/progress.h"
#include "cytomo/labels/components.h"

namespace cytomo {

/// When two ridges of depth in one piece count as two objects.
struct SplitDepthOptions {
    std::array<bool, 256> classes{};  ///< which classes to split, by id
    /// The valley between them lies lower than the lower ridge by this at least, 0 to 1 (1: from the middle
    /// line to the surface). Noise of the depth is about 0.1.
    double least_valley = 0.3;
    /// Parts smaller than this stay with the neighbour across the highest saddle, voxels.
    std::int64_t least_voxels = 12;
    void check() const;  ///< throws UsageError unless 0 ≤ least_valley ≤ 1
};

/// Splits the pieces of the given classes along the valleys of `depth` (0 to 255, see labels/depth.h; of a
/// network: ObjectMap::depth) lowered by `separation` (0 to 255; empty: by nothing). Voxels are flooded from
/// the deepest down; where floods meet, the one with the lower ridge is swallowed unless the valley is low
/// enough (dynamics of minima: Grimaud 1992). The part with the first voxel keeps the piece's number, the
/// others are appended in the order of their first voxels. Deterministic. Time linear in the voxels of these
/// classes; memory 26 bytes for each of them and 4 a voxel of the volume. Throws UsageError for options out
/// of range, InputError above 4,294,967,294 voxels of these classes.
void split_by_depth(Components& components, std::span<const std::uint8_t> depth,
                    std::span<const std::uint8_t> separation, const SplitDepthOptions& options,
                    const Progress& progress = {});

}  // namespace cytomo
