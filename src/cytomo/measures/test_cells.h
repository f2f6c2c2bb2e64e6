// Cells made of balls, for tests of how organelles lie in space.
#pragma once

#include <algorithm>
#include <cmath>

#include "cytomo/core/legend.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"

namespace cytomo {

struct TestCell {
    ClassVolume classes;
    Instances instances;

    explicit TestCell(const Grid& grid) : classes(grid), instances{InstanceVolume(grid), {0}} {}

    /// Calls found(x, y, z) for each voxel whose centre lies within the ball.
    template <class Found>
    void for_ball(Vec3 centre_um, double radius_um, Found found) const {
        const Grid& grid = classes.grid();
        const Vec3 low = grid.voxel_from_world(centre_um - Vec3{radius_um, radius_um, radius_um}),
                   high = grid.voxel_from_world(centre_um + Vec3{radius_um, radius_um, radius_um});
        const auto from = [](double v) { return std::max<std::int64_t>(0, std::llround(std::ceil(v))); };
        const auto to = [](double v, std::int64_t n) {
            return std::min<std::int64_t>(n - 1, std::llround(std::floor(v)));
        };
        for (std::int64_t z = from(low.z); z <= to(high.z, grid.size.z); ++z)
            for (std::int64_t y = from(low.y); y <= to(high.y, grid.size.y); ++y)
                for (std::int64_t x = from(low.x); x <= to(high.x, grid.size.x); ++x)
                    if (length(grid.world_from_voxel(
                                   {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)}) -
                               centre_um) <= radius_um)
                        found(x, y, z);
    }
    /// A ball that is an object of its own, or of no object (cytoplasm).
    std::uint32_t add_ball(Vec3 centre_um, double radius_um, std::uint8_t class_id) {
        const bool object = class_id != cytoplasm;
        if (object) instances.class_of.push_back(class_id);
        const std::uint32_t number = object ? instances.count() : 0;
        for_ball(centre_um, radius_um, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
            classes(x, y, z) = class_id;
            instances.volume(x, y, z) = number;
        });
        return number;
    }
    /// Whether all voxels of a ball, and one at least, have the class.
    bool is_all(Vec3 centre_um, double radius_um, std::uint8_t class_id) const {
        std::int64_t right = 0, wrong = 0;
        for_ball(centre_um, radius_um, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
            ++(classes(x, y, z) == class_id ? right : wrong);
        });
        return right > 0 && wrong == 0;
    }
    void set_voxel(std::int64_t x, std::int64_t y, std::int64_t z, std::uint8_t class_id,
                   std::uint32_t number) {
        classes(x, y, z) = class_id;
        instances.volume(x, y, z) = number;
        if (instances.class_of.size() <= number) instances.class_of.resize(number + 1ULL, class_id);
        instances.class_of[number] = class_id;
    }
};

}  // namespace cytomo
