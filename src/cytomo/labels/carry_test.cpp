#include "cytomo/labels/carry.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cytomo {
namespace {

InstanceVolume all_of(const InstanceSlices& slices) {
    InstanceVolume out(slices.grid);
    slices.read(0, slices.grid.size.z, out.values());
    return out;
}

TEST(Carry, NumbersFollowTheClassNotTheNeighbour) {
    // Coarse: object 1 of class 1 at x = 0, object 2 of class 2 at x = 1. Fine: class boundary half a
    // coarse voxel further right.
    const Grid coarse_grid{{3, 1, 1}, {0.02, 0.02, 0.02}};
    auto coarse = std::make_shared<ClassVolume>(coarse_grid);
    (*coarse)[0] = 1;
    (*coarse)[1] = 2;
    auto instances = std::make_shared<Instances>();
    instances->volume = InstanceVolume(coarse_grid);
    instances->volume[0] = 1;
    instances->volume[1] = 2;
    instances->class_of = {0, 1, 2};
    auto fine = std::make_shared<ClassVolume>(coarse_grid.resampled({0.01, 0.02, 0.02}));
    (*fine)[0] = (*fine)[1] = (*fine)[2] = 1;
    (*fine)[3] = 2;
    const auto slices = carry_instances(instances, coarse, fine);
    EXPECT_EQ(slices.class_of, instances->class_of);
    const auto carried = all_of(slices);
    EXPECT_EQ(carried[0], 1U);
    EXPECT_EQ(carried[2], 1U);
    EXPECT_EQ(carried[3], 2U);
    EXPECT_EQ(carried[4], 0U);
}

TEST(Carry, WhatChangedOnTheCoarseGridChangesOnTheFineOne) {
    // Coarse: classes 1, 2, 2, background; the second voxel of class 2 became class 5, the first voxel
    // background.
    const Grid coarse_grid{{4, 1, 1}, {0.02, 0.02, 0.02}};
    auto coarse = std::make_shared<ClassVolume>(coarse_grid);
    const std::uint8_t before[] = {1, 2, 2, 0}, after[] = {0, 2, 5, 0};
    ClassVolume changed(coarse_grid);
    for (std::int64_t i = 0; i < 4; ++i) {
        (*coarse)[i] = before[i];
        changed[i] = after[i];
    }
    // Fine voxels: two for each of those; one of class 2 lies beyond, where the coarse grid has background;
    // one of class 7 comes from nowhere.
    auto fine = std::make_shared<ClassVolume>(coarse_grid.resampled({0.01, 0.02, 0.02}));
    const std::uint8_t labels[] = {1, 1, 2, 2, 2, 2, 2, 7}, expected[] = {0, 0, 2, 2, 5, 5, 5, 7};
    ASSERT_EQ(fine->count(), 8);
    for (std::int64_t i = 0; i < 8; ++i) (*fine)[i] = labels[i];
    const ClassVolume out = carry_classes(changed, coarse, fine);
    for (std::int64_t i = 0; i < 8; ++i) EXPECT_EQ(out[i], expected[i]) << i;
}

TEST(Carry, TwoBallsKeepTheirNumbersOnAnyGrid) {
    // Balls drawn on both grids by the same formula: the nearer centre says which number belongs there.
    const Vec3 centres[2] = {{0.31, 0.42, 0.35}, {0.85, 0.52, 0.41}};
    const auto ball_at = [&](Vec3 p) {
        for (std::uint32_t n = 0; n < 2; ++n)
            if (length(p - centres[n]) < 0.22) return n + 1;
        return 0U;
    };
    const Grid coarse_grid{{60, 45, 40}, {0.02, 0.02, 0.02}};
    const auto fill = [&](const Grid& grid, auto set) {
        for (std::int64_t z = 0; z < grid.size.z; ++z)
            for (std::int64_t y = 0; y < grid.size.y; ++y)
                for (std::int64_t x = 0; x < grid.size.x; ++x)
                    set(grid.index(x, y, z),
                        ball_at(grid.world_from_voxel(
                            {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)})));
    };
    auto coarse = std::make_shared<ClassVolume>(coarse_grid);
    auto instances = std::make_shared<Instances>();
    instances->volume = InstanceVolume(coarse_grid);
    instances->class_of = {0, 3, 3};
    fill(coarse_grid, [&](std::int64_t i, std::uint32_t n) {
        (*coarse)[i] = n > 0 ? 3 : 0;
        instances->volume[i] = n;
    });
    for (const Vec3 edge : {Vec3{0.01, 0.013, 0.02}, Vec3{0.03, 0.02, 0.025}}) {
        const Grid grid = coarse_grid.resampled(edge);
        auto fine = std::make_shared<ClassVolume>(grid);
        fill(grid, [&](std::int64_t i, std::uint32_t n) { (*fine)[i] = n > 0 ? 3 : 0; });
        const auto carried = all_of(carry_instances(instances, coarse, fine));
        std::int64_t missed = 0, inside = 0;
        fill(grid, [&](std::int64_t i, std::uint32_t n) {
            EXPECT_TRUE(carried[i] == n || carried[i] == 0);
            inside += n > 0 ? 1 : 0;
            missed += carried[i] != n ? 1 : 0;
        });
        EXPECT_LT(static_cast<double>(missed), 0.001 * static_cast<double>(inside));
    }
}

}  // namespace
}  // namespace cytomo
