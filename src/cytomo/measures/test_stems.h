// A filopodium at a cell body, for tests.
#pragma once

#include <algorithm>
#include <functional>

#include "cytomo/core/legend.h"
#include "cytomo/core/volume.h"

namespace cytomo {

/// A straight stem along x from a cell body at x < 0, in a box of 3 × 2 × 0.6 µm; more is drawn by `also`.
inline ClassVolume draw_stem(Vec3 edge, double r, double l, const std::function<bool(Vec3)>& also) {
    const Grid grid{{static_cast<std::int64_t>(3.0 / edge.x), static_cast<std::int64_t>(2 / edge.y),
                     static_cast<std::int64_t>(0.6 / edge.z)},
                    edge,
                    {-0.6, -1, -0.3}};
    ClassVolume classes(grid);
    for (std::int64_t i = 0; i < grid.count(); ++i) {
        const Vec3 p = grid.world_from_voxel({static_cast<double>(i % grid.size.x),
                                              static_cast<double>(i / grid.size.x % grid.size.y),
                                              static_cast<double>(i / (grid.size.x * grid.size.y))});
        if (p.x < 0)
            classes[i] = cytoplasm;
        else if (length(p - Vec3{std::min(p.x, l), 0, 0}) <= r || also(p))
            classes[i] = filopodium;
    }
    return classes;
}

}  // namespace cytomo
