// The voxels around a voxel.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cytomo/core/grid.h"

namespace cytomo {

/// Calls use(index) for the up to 26 neighbours of voxel `at` within the volume, ascending.
template <class Use>
void for_neighbours(Size3 size, std::int64_t at, const Use& use) {
    const auto x = at % size.x, y = at / size.x % size.y, z = at / (size.x * size.y);
    for (auto k = std::max<std::int64_t>(0, z - 1); k <= std::min(size.z - 1, z + 1); ++k)
        for (auto j = std::max<std::int64_t>(0, y - 1); j <= std::min(size.y - 1, y + 1); ++j)
            for (auto i = std::max<std::int64_t>(0, x - 1); i <= std::min(size.x - 1, x + 1); ++i)
                if (const auto next = (k * size.y + j) * size.x + i; next != at) use(next);
}

}  // namespace cytomo
