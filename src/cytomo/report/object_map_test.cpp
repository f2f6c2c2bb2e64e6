#include "cytomo/report/object_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "cytomo/core/error.h"

namespace cytomo {
namespace {

const Grid grid{{12, 10, 8}, {0.02, 0.03, 0.05}, {}};

/// Every voxel is an object of its own.
void every_voxel(std::int64_t first, std::int64_t count, std::span<std::uint32_t> out) {
    const auto begin = static_cast<std::uint32_t>(first * 120);
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(count * 120); ++i) out[i] = begin + i;
}

TEST(ObjectMaps, HoldTheNumbersOfTheirSlice) {
    const std::vector<SlicePosition> wanted{{Plane::xy, 5}, {Plane::xz, 7}, {Plane::yz, 3}};
    const auto maps = read_object_maps(grid, every_voxel, wanted, 1000);
    ASSERT_EQ(maps.size(), 3U);
    for (std::int64_t y = 0; y < 10; ++y)
        for (std::int64_t x = 0; x < 12; ++x)
            EXPECT_EQ(maps[0].numbers[static_cast<std::size_t>(y * 12 + x)], 5 * 120 + y * 12 + x);
    for (std::int64_t z = 0; z < 8; ++z) {
        for (std::int64_t x = 0; x < 12; ++x)
            EXPECT_EQ(maps[1].numbers[static_cast<std::size_t>(z * 12 + x)], z * 120 + 7 * 12 + x);
        for (std::int64_t y = 0; y < 10; ++y)
            EXPECT_EQ(maps[2].numbers[static_cast<std::size_t>(z * 10 + y)], z * 120 + y * 12 + 3);
    }
}

TEST(ObjectMaps, CoarseOnesReadOnlyWhatTheyNeed) {
    std::mutex mutex;
    std::set<std::int64_t> read;
    const auto counted = [&](std::int64_t first, std::int64_t count, std::span<std::uint32_t> out) {
        const std::lock_guard lock(mutex);
        read.insert(first);
        every_voxel(first, count, out);
    };
    const SlicePosition position{Plane::xz, 0};  // 0.24 × 0.4 µm
    const auto maps = read_object_maps(grid, counted, {&position, 1}, 4);
    EXPECT_EQ(maps[0].width, 2);
    EXPECT_EQ(maps[0].height, 4);
    EXPECT_EQ(read, (std::set<std::int64_t>{1, 3, 5, 7}));
    // Pixel middles at x = 3 and 9 of 12 voxels.
    EXPECT_EQ(maps[0].numbers[0], 1U * 120 + 3);
    EXPECT_EQ(maps[0].numbers[7], 7U * 120 + 9);
    const SlicePosition outside{Plane::yz, 12};
    EXPECT_THROW((void)read_object_maps(grid, every_voxel, {&outside, 1}, 4), UsageError);
}

TEST(ObjectMaps, ArePackedAsRuns) {
    const SliceObjects map{4, 2, {0, 0, 300, 300, 300, 1, 1, 1}};
    EXPECT_EQ(packed(map), (std::vector<std::uint8_t>{2, 0, 3, 0xAC, 0x02, 3, 1}));  // 300 = 2 × 128 + 44
    EXPECT_TRUE(packed(SliceObjects{}).empty());
    const SliceObjects even{200, 1, std::vector<std::uint32_t>(200, 7)};
    EXPECT_EQ(packed(even), (std::vector<std::uint8_t>{0xC8, 0x01, 7}));
}

}  // namespace
}  // namespace cytomo
