#include "cytomo/labels/depth.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace cytomo {
namespace {

/// Depth on paper: of a ball or of a tube along z of radius r, (r - distance to the middle) / r.
double expected(double from_middle_um, double radius_um) {
    return 255 * (1 - from_middle_um / radius_um);
}

TEST(Depth, FallsEvenlyFromTheMiddleOfTubesWhateverTheirThickness) {
    for (const double radius : {0.1, 0.24}) {
        const Grid grid{{60, 50, 24}, {0.012, 0.015, 0.02}};
        InstanceVolume tube(grid);
        for (std::int64_t z = 0; z < 24; ++z)
            for (std::int64_t y = 0; y < 50; ++y)
                for (std::int64_t x = 0; x < 60; ++x)
                    if (std::hypot(0.012 * static_cast<double>(x) - 0.36,
                                   0.015 * static_cast<double>(y) - 0.375) < radius)
                        tube(x, y, z) = 7;
        const auto depth = find_depth(tube);
        EXPECT_EQ(depth(0, 0, 12), 0);
        EXPECT_GE(depth(30, 25, 12), 240);
        double error = 0, voxels = 0;
        for (std::int64_t y = 0; y < 50; ++y)
            for (std::int64_t x = 0; x < 60; ++x) {
                const double r =
                    std::hypot(0.012 * static_cast<double>(x) - 0.36, 0.015 * static_cast<double>(y) - 0.375);
                if (tube(x, y, 12) == 0) continue;
                error += std::abs(depth(x, y, 12) - expected(r, radius));
                ++voxels;
            }
        EXPECT_LT(error / voxels, 255 * 0.012 / radius) << radius;  // a voxel's worth
    }
}

TEST(Depth, TouchingBallsHaveAValleyBetweenThem) {
    const Grid grid{{40, 24, 24}, {0.02, 0.02, 0.02}};
    InstanceVolume balls(grid);
    const auto ball = [&](double cx, std::uint32_t number) {
        for (std::int64_t z = 0; z < 24; ++z)
            for (std::int64_t y = 0; y < 24; ++y)
                for (std::int64_t x = 0; x < 40; ++x)
                    if (length(Vec3{static_cast<double>(x) - cx, static_cast<double>(y) - 12,
                                    static_cast<double>(z) - 12}) < 8)
                        if (balls(x, y, z) == 0) balls(x, y, z) = number;
    };
    ball(11, 1);
    ball(26, 2);
    const auto depth = find_depth(balls);
    EXPECT_GE(depth(11, 12, 12), 240);
    EXPECT_GE(depth(26, 12, 12), 240);
    EXPECT_LE(depth(18, 12, 12), 45);
    EXPECT_LE(depth(19, 12, 12), 45);
    double sum = 0, voxels = 0;
    for (std::int64_t i = 0; i < balls.count(); ++i)
        if (balls[i] == 2) {
            sum += depth[i];
            ++voxels;
        }
    EXPECT_NEAR(sum / voxels / 255, 0.25, 0.05);  // of 1 - r/R over a ball: a quarter
    EXPECT_NEAR(voxels, 4 / 3. * std::numbers::pi * 512, 130);
}

TEST(Depth, AnObjectThatFillsTheVolumeIsDeepEverywhere) {
    const Grid grid{{6, 5, 4}, {0.02, 0.02, 0.02}};
    const auto depth = find_depth(InstanceVolume(grid, 3));
    for (const auto d : depth.values()) EXPECT_EQ(d, 255);
}

}  // namespace
}  // namespace cytomo
