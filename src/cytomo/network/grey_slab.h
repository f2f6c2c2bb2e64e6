// Private to network: the slices that tiles are cut from.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/image/grey_scale.h"
#include "cytomo/image/resample.h"

namespace cytomo {

/// Normalised grey values of some slices of a volume in 2 bytes each: steps of 1/2048 of a deviation, up to
/// ±16 deviations. What is not finite counts as the mean.
class GreySlab {
public:
    /// Reads slices first … first + depth - 1. Memory beyond the result: 16 slices of float.
    GreySlab(const Resampler& resampler, const GreyScale& scale, std::int64_t first, std::int64_t depth);
    /// Values of the tile whose first voxel is (x0, y0) of the first slice, x fastest; mirrored where the
    /// slab is smaller than the tile. out.size() == tile.count().
    void cut(std::int64_t x0, std::int64_t y0, Size3 tile, std::vector<float>& out) const;

private:
    Size3 size_;
    std::vector<std::int16_t> values_;
};

}  // namespace cytomo
