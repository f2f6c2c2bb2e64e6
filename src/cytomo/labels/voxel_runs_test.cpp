// Neighbours and rows of objects against a search through the volume.
#include "cytomo/labels/voxel_runs.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace cytomo {
namespace {

TEST(ObjectVoxels, NeighboursAndRowsOfFullAndOfThinObjects) {
    // Where an object fills an eighth of its box neighbours are looked up, elsewhere searched.
    for (const double share : {0.02, 0.1, 0.2, 0.6, 1.0})
        for (const Size3 size : {Size3{9, 7, 5}, Size3{17, 1, 6}, Size3{1, 8, 8}, Size3{40, 3, 1}}) {
            InstanceVolume volume(Grid{size, {0.02, 0.02, 0.02}, {}});
            std::mt19937 random(static_cast<unsigned>(share * 100));
            for (auto& v : volume.values())
                v = std::uniform_real_distribution<>(0, 1)(random) < share ? 2U
                                                                           : (random() % 2 == 0 ? 1U : 0U);
            volume[volume.count() / 2] = 2;
            const auto runs = find_runs(volume, {false, false, true});
            EXPECT_TRUE(runs[1].empty());
            const ObjectVoxels object(runs[2]);
            std::map<std::array<std::int32_t, 3>, std::size_t> number;
            for (std::int64_t i = 0; i < volume.count(); ++i)
                if (volume[i] == 2) {
                    const std::array<std::int32_t, 3> at{static_cast<std::int32_t>(i % size.x),
                                                         static_cast<std::int32_t>(i / size.x % size.y),
                                                         static_cast<std::int32_t>(i / (size.x * size.y))};
                    number[at] = number.size();
                }
            ASSERT_EQ(object.size(), number.size());
            for (const auto& [at, n] : number) {
                EXPECT_EQ(object[n], at);
                std::vector<std::pair<std::size_t, int>> wanted, found;
                for (int dz = -1; dz <= 1; ++dz)
                    for (int dy = -1; dy <= 1; ++dy)
                        for (int dx = -1; dx <= 1; ++dx) {
                            const auto other = number.find({at[0] + dx, at[1] + dy, at[2] + dz});
                            const int step = (dx != 0 ? 1 : 0) + (dy != 0 ? 2 : 0) + (dz != 0 ? 4 : 0);
                            if (step != 0 && other != number.end()) wanted.emplace_back(other->second, step);
                        }
                object.for_neighbours(n, [&](std::size_t other, auto step) {
                    found.emplace_back(other, static_cast<int>(step));
                });
                EXPECT_EQ(found, wanted);
            }
            std::vector<std::size_t> wanted, found;
            for (const auto& [at, n] : number)
                if (at[0] >= 1 && at[0] < 6 && at[1] == 1 && at[2] == 0) wanted.push_back(n);
            object.for_row(1, 0, 1, 6, [&](std::size_t n) { found.push_back(n); });
            EXPECT_EQ(found, wanted);
        }
}

}  // namespace
}  // namespace cytomo
