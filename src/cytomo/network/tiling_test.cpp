#include "tiling.h"

#include <gtest/gtest.h>

namespace cytomo {
namespace {

/// Shares of all tiles at each voxel of the axis; fails if a voxel counts for a tile that hardly sees around
/// it.
void check_axis(const AxisTiles& axis, std::int64_t stride, std::int64_t overlap) {
    const auto size = static_cast<std::size_t>(axis.size);
    std::vector<double> sum(size);
    ASSERT_EQ(axis.tile % stride, 0);
    ASSERT_EQ(axis.starts.front(), 0);
    if (axis.count() > 1) {
        ASSERT_EQ(axis.starts.back() + axis.tile, axis.size);
    }
    for (std::size_t i = 0; i < axis.count(); ++i) {
        if (i > 0) {
            ASSERT_GE(axis.starts[i - 1] + axis.tile - axis.starts[i], overlap);
        }
        const auto shares = axis.shares(i), before = axis.shares_before(i);
        for (std::size_t v = 0; v < shares.size(); ++v) {
            const auto at = static_cast<std::size_t>(axis.starts[i]) + v;
            if (at >= size) continue;
            ASSERT_NEAR(before[v], sum[at], 1e-6);
            sum[at] += shares[v];
            const bool at_inner_face = (i > 0 && v < 3) || (i + 1 < axis.count() && v + 3 >= shares.size());
            if (at_inner_face && overlap >= 8) {
                ASSERT_EQ(shares[v], 0);
            }
        }
    }
    for (const double s : sum) ASSERT_NEAR(s, 1, 1e-6);
}

TEST(Tiling, SharesOfAllTilesAddUpToOne) {
    for (const std::int64_t size : {3, 16, 31, 64, 70, 100, 257, 513, 1000})
        for (const std::int64_t most : {40'000, 300'000, 3'000'000})
            for (const std::int64_t overlap : {0, 16, 24}) {
                const Tiling t = plan_tiles({size, 90, 150}, 16, overlap, most);
                check_axis(t.x, 16, overlap);
                check_axis(t.y, 16, overlap);
                check_axis(t.z, 16, overlap);
            }
    const Tiling t = tiles_of({70, 300, 20}, 16, 16, {32, 64, 32});
    EXPECT_EQ(t.tile(), (Size3{32, 64, 32}));
    check_axis(t.x, 16, 16);
    check_axis(t.y, 16, 16);
}

TEST(Tiling, LittleIsComputedTwice) {
    for (const Size3 size :
         {Size3{512, 512, 512}, Size3{512, 512, 200}, Size3{1024, 1024, 400}, Size3{300, 400, 150}}) {
        const Tiling t = plan_tiles(size, 16, 24, 21'000'000);
        EXPECT_LE(t.tile().count(), 21'000'000);
        EXPECT_LE(t.work(), 1.25) << size.x << ' ' << size.z;
    }
    const Tiling whole = plan_tiles({128, 96, 64}, 16, 24, 21'000'000);
    EXPECT_EQ(whole.count(), 1);
    EXPECT_DOUBLE_EQ(whole.work(), 1);
}

TEST(Tiling, OneSliceOrTwoTakeTilesOfHalfTheStride) {
    for (const std::int64_t z : {1, 2, 3, 8, 9, 15}) {
        const std::int64_t expected = z <= 2 ? 8 : 16;
        for (const Tiling& t :
             {plan_tiles({500, 300, z}, 16, 24, 100'000), tiles_of({500, 300, z}, 16, 24, {64, 64, 32})}) {
            EXPECT_EQ(t.tile().z, expected);
            EXPECT_EQ(t.z.count(), 1U);
            check_axis(t.x, 16, 24);
            check_axis(t.y, 16, 24);
        }
    }
    EXPECT_EQ(plan_tiles({500, 300, 16}, 16, 24, 10'000'000).tile().z, 16);
    EXPECT_EQ(plan_tiles({500, 300, 17}, 16, 24, 10'000'000).tile().z, 32);
    EXPECT_EQ(plan_tiles({100, 100, 1}, 8, 24, 10'000'000).tile().z, 8) << "never fewer than eight";
    EXPECT_EQ(plan_tiles({100, 100, 2}, 32, 24, 10'000'000).tile().z, 16);
    EXPECT_EQ(plan_tiles({100, 100, 3}, 32, 24, 10'000'000).tile().z, 32);
}

TEST(Tiling, ASliceIsFlatIfTheModelHasLearntFromSuch) {
    EXPECT_EQ(plan_tiles({500, 300, 1}, 16, 24, 10'000'000, true).tile().z, 1);
    EXPECT_EQ(tiles_of({500, 300, 1}, 16, 24, {64, 64, 32}, true).tile().z, 1);
    EXPECT_EQ(tiles_of({500, 300, 2}, 16, 24, {64, 64, 32}, true).tile().z, 8);
    EXPECT_EQ(plan_tiles({500, 300, 17}, 16, 24, 10'000'000, true).tile().z, 32);
}

TEST(Tiling, OnlyVolumesBelowTheStrideAreThin) {
    for (std::int64_t stride = 1; stride <= 128; stride *= 2)
        for (std::int64_t z = stride; z <= 2 * stride; ++z) EXPECT_EQ(thin_depth(z, stride), stride) << z;
}

TEST(Tiling, ClicksThatAreAbsentAreNoWork) {
    Architecture with{};
    with.objects = true;
    for (const Size3 tile : {Size3{64, 64, 32}, Size3{64, 64, 8}})
        EXPECT_EQ(multiply_adds(with, tile), multiply_adds(Architecture{}, tile));
    EXPECT_DOUBLE_EQ(multiply_adds(with, {64, 64, 32}), 64 * 64 * 32 * with.multiply_adds_per_voxel());
}

TEST(Tiling, EndsForAnyStrideAndOverlap) {
    for (const std::int64_t stride : {1, 2, 16, 64, 128})
        for (const std::int64_t overlap : {0, 1, 24, 65}) {
            const Tiling t = plan_tiles({1000, 5, 700}, stride, overlap, 100);
            check_axis(t.x, stride, overlap);
            check_axis(t.z, stride, overlap);
        }
}

}  // namespace
}  // namespace cytomo
