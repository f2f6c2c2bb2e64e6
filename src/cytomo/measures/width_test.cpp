#include "cytomo/measures/width.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cytomo/core/random.h"

namespace cytomo {
namespace {

double brute_force(const std::vector<VoxelIndex>& voxels, Vec3 e) {
    double best = 0;
    for (const auto& a : voxels)
        for (const auto& b : voxels)
            best = std::max(best, std::hypot((a[0] - b[0]) * e.x, (a[1] - b[1]) * e.y, (a[2] - b[2]) * e.z));
    return best;
}

/// The outline as the measuring pass builds it, from voxels sorted by z, y, x.
std::vector<VoxelIndex> outline_of(const std::vector<VoxelIndex>& voxels) {
    std::map<std::int32_t, std::map<std::int32_t, RowEnds>> slices;
    for (const auto& v : voxels) {
        const auto [at, is_new] = slices[v[2]].try_emplace(v[1], RowEnds{v[1], v[0], v[0]});
        at->second.first_x = std::min(at->second.first_x, v[0]);
        at->second.last_x = std::max(at->second.last_x, v[0]);
    }
    std::vector<VoxelIndex> outline;
    for (const auto& [z, rows] : slices) {
        std::vector<RowEnds> ends;
        for (const auto& [y, row] : rows) ends.push_back(row);
        append_outline(ends, z, outline);
    }
    return outline;
}

TEST(Width, EqualsBruteForceOnScatteredVoxels) {
    Random random(5);
    const Vec3 edge{0.01, 0.025, 0.017};
    for (int trial = 0; trial < 60; ++trial) {
        std::vector<VoxelIndex> voxels;
        const std::int64_t count = random.integer(1, 400), extent = random.integer(1, 40);
        for (std::int64_t i = 0; i < count; ++i)
            voxels.push_back({static_cast<std::int32_t>(random.integer(0, extent)),
                              static_cast<std::int32_t>(random.integer(0, 20)),
                              static_cast<std::int32_t>(random.integer(0, 15))});
        EXPECT_NEAR(longest_distance_um(outline_of(voxels), edge), brute_force(voxels, edge), 1e-12);
    }
}

TEST(Width, EqualsBruteForceOnBalls) {
    const Vec3 edge{0.02, 0.02, 0.01};
    for (const int radius : {1, 4, 8}) {
        std::vector<VoxelIndex> voxels;
        for (int z = -2 * radius; z <= 2 * radius; ++z)
            for (int y = -radius; y <= radius; ++y)
                for (int x = -radius; x <= radius; ++x)
                    if (x * x + y * y + z * z / 4.0 <= radius * radius) voxels.push_back({x, y, z});
        EXPECT_NEAR(longest_distance_um(outline_of(voxels), edge), brute_force(voxels, edge), 1e-12);
        EXPECT_NEAR(brute_force(voxels, edge), 2 * radius * 0.02, 1e-12);
    }
}

TEST(Width, OneVoxelAndNone) {
    EXPECT_EQ(longest_distance_um({}, {1, 1, 1}), 0);
    EXPECT_EQ(longest_distance_um({{3, 4, 5}}, {1, 1, 1}), 0);
}

}  // namespace
}  // namespace cytomo
