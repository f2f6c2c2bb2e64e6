#include "cytomo/measures/confusion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "cytomo/core/error.h"
#include "cytomo/core/random.h"

namespace cytomo {
namespace {

TEST(Confusion, OfKnownVoxels) {
    const Grid grid{{8, 1, 1}, {1, 1, 1}, {}};
    ClassVolume truth(grid), prediction(grid);
    const std::uint8_t t[] = {0, 0, 1, 1, 2, 255, 1, 40}, p[] = {0, 1, 1, 1, 0, 2, 255, 200};
    std::copy(t, t + 8, truth.data());
    std::copy(p, p + 8, prediction.data());
    const Confusion c = count_confusion(prediction, truth);
    EXPECT_EQ(c.true_voxels(1), 2);  // the third was predicted as 255
    EXPECT_EQ(c.predicted_voxels(2), 0);
    EXPECT_EQ(c.voxels(40, 200), 1);
    EXPECT_DOUBLE_EQ(c.dice(0), 2.0 / 4);  // 1 common, 2 true, 2 predicted
    EXPECT_DOUBLE_EQ(c.dice(1), 4.0 / 5);
    EXPECT_DOUBLE_EQ(c.iou(1), 2.0 / 3);
    EXPECT_DOUBLE_EQ(c.precision(1), 2.0 / 3);
    EXPECT_DOUBLE_EQ(c.recall(1), 1);
    EXPECT_DOUBLE_EQ(c.dice(2), 0);
    EXPECT_DOUBLE_EQ(c.dice(2, 0), 2.0 / 3);
    EXPECT_DOUBLE_EQ(c.dice(40, 200), 1);
    EXPECT_TRUE(std::isnan(c.precision(2)));
    EXPECT_TRUE(std::isnan(c.recall(200)));
    EXPECT_TRUE(std::isnan(c.dice(3)));
    EXPECT_TRUE(std::isnan(c.iou(255)));
    EXPECT_THROW(count_confusion(prediction, ClassVolume(Grid{{5, 1, 1}, {1, 1, 1}, {}})), InputError);
}

TEST(Confusion, OfLargeVolumesIsCountedVoxelByVoxel) {
    // More than one piece of work, runs of any length, all values.
    const Grid grid{{301, 200, 90}, {1, 1, 1}, {}};
    ClassVolume truth(grid), prediction(grid);
    Random random(4);
    const auto fill = [&](ClassVolume& volume) {
        std::int64_t left = 0;
        std::uint8_t value = 0;
        for (std::uint8_t& v : volume.values()) {
            if (left-- <= 0) {
                left = static_cast<std::int64_t>(random.uniform(0, 40));
                value = static_cast<std::uint8_t>(random.uniform(0, 256));
            }
            v = value;
        }
    };
    fill(truth);
    fill(prediction);
    std::map<std::pair<int, int>, std::int64_t> counts;
    for (std::int64_t i = 0; i < truth.count(); ++i) ++counts[{truth[i], prediction[i]}];
    Confusion sum;
    sum.add(count_confusion(prediction, truth));
    for (int t = 0; t < 256; ++t)
        for (int p = 0; p < 256; ++p)
            ASSERT_EQ(sum.voxels(static_cast<std::uint8_t>(t), static_cast<std::uint8_t>(p)),
                      t == 255 || p == 255 ? 0 : counts[std::pair(t, p)])
                << t << " as " << p;
}

}  // namespace
}  // namespace cytomo
