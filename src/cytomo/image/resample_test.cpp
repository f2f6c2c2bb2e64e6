#include "cytomo/image/resample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <vector>

#include "cytomo/core/random.h"

namespace cytomo {
namespace {

/// Three nested things off the middle of a box, so that faces fall anywhere within voxels.
InstanceVolume shapes(const Grid& grid) {
    InstanceVolume v(grid);
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x) {
                const Vec3 p = grid.world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                const double r = length(p - Vec3{0.31, 0.27, 0.33});
                v(x, y, z) = r < 0.12 ? 70000 : r < 0.25 ? 7 : p.x > 0.5 ? 3 : 0;
            }
    return v;
}

TEST(ResampleLabels, IsTheMajorityOfPointsThatFillTheNewVoxel) {
    const Grid grid{{64, 60, 33}, {0.01, 0.01, 0.02}, {0.005, 0.005, 0.01}};
    const InstanceVolume labels = shapes(grid);
    // 15 and 25 nm from 10 nm: steps of 5 nm lie wholly within one old and one new voxel. Along z they stay.
    const Grid target = grid.resampled({0.015, 0.025, 0.02});
    const InstanceVolume found = resample_labels(labels, target);
    ASSERT_EQ(found.grid(), target);
    std::int64_t ties = 0;
    for (std::int64_t z = 0; z < target.size.z; ++z)
        for (std::int64_t y = 0; y < target.size.y; ++y)
            for (std::int64_t x = 0; x < target.size.x; ++x) {
                std::map<std::uint32_t, int> points;
                for (int b = 0; b < 5; ++b)
                    for (int a = 0; a < 3; ++a) {
                        // In steps of 5 nm from the common corner; two to an old voxel.
                        const std::int64_t at_x = std::min<std::int64_t>((3 * x + a) / 2, grid.size.x - 1);
                        const std::int64_t at_y = std::min<std::int64_t>((5 * y + b) / 2, grid.size.y - 1);
                        ++points[labels(at_x, at_y, z)];
                    }
                int most = 0, with_most = 0;
                for (const auto& [label, n] : points) most = std::max(most, n);
                for (const auto& [label, n] : points) with_most += n == most ? 1 : 0;
                ties += with_most > 1 ? 1 : 0;
                ASSERT_EQ(points[found(x, y, z)], most) << x << " " << y << " " << z;
            }
    EXPECT_LT(ties, target.count() / 100);
}

TEST(ResampleLabels, SmallerVoxelsHaveTheLabelAtTheirCentre) {
    const Grid grid{{9, 8, 7}, {0.03, 0.02, 0.02}, {1, -2, 0.5}};
    InstanceVolume labels(grid);
    Random random(3);
    for (auto& v : labels.values()) v = static_cast<std::uint32_t>(random.uniform(0, 5));
    const Grid target = grid.resampled({0.01, 0.01, 0.02});
    const InstanceVolume found = resample_labels(labels, target);
    for (std::int64_t z = 0; z < target.size.z; ++z)
        for (std::int64_t y = 0; y < target.size.y; ++y)
            for (std::int64_t x = 0; x < target.size.x; ++x)
                ASSERT_EQ(found(x, y, z), labels(x / 3, y / 2, z));
    EXPECT_EQ(resample_labels(found, grid).values()[17], labels.values()[17]);  // and back again
}

TEST(ResampleLabels, ABallKeepsItsVolume) {
    const Grid grid{{100, 100, 100}, {0.01, 0.01, 0.01}, {}};
    InstanceVolume ball(grid);
    for (std::int64_t i = 0; i < ball.count(); ++i) {
        const Vec3 p{static_cast<double>(i % 100), static_cast<double>(i / 100 % 100),
                     static_cast<double>(i / 10000)};
        ball[i] = length(p - Vec3{49.3, 50.1, 48.7}) < 40 ? 2 : 0;
    }
    const InstanceVolume coarse = resample_labels(ball, grid.resampled({0.027, 0.033, 0.021}));
    double volume = 0;
    for (const auto v : coarse.values()) volume += v == 2 ? coarse.grid().voxel_volume_um3() : 0;
    const double truth = 4.0 / 3 * std::numbers::pi * 0.4 * 0.4 * 0.4;
    EXPECT_NEAR(volume, truth, 0.01 * truth);
}

TEST(ResampleLabels, OfEqualSharesTheCentreWinsOrElseTheSmallest) {
    // The first of these in voxels of `edge`, from voxels of 10 nm.
    const auto first = [](const std::vector<std::uint32_t>& row, double edge) {
        InstanceVolume labels(Grid{{static_cast<std::int64_t>(row.size()), 1, 1}, {0.01, 0.01, 0.01}, {}});
        std::copy(row.begin(), row.end(), labels.data());
        return resample_labels(labels, labels.grid().resampled({edge, 0.01, 0.01}))[0];
    };
    // 25 nm: two whole voxels and half of the third; the centre, at 12.5 nm, is in the second.
    EXPECT_EQ(first({9, 4, 2, 2, 2}, 0.025), 4U);
    EXPECT_EQ(first({4, 9, 2, 2, 2}, 0.025), 9U);
    // 50 nm: what is at the centre has a fifth, the others two.
    EXPECT_EQ(first({9, 9, 7, 4, 4}, 0.05), 4U);
    EXPECT_EQ(first({4, 4, 7, 9, 9}, 0.05), 4U);
    EXPECT_EQ(first({9, 4, 4, 4}, 0.04), 4U);
}

}  // namespace
}  // namespace cytomo
