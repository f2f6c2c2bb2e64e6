#include "pseudo_labels.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cytomo {
namespace {

/// 100 voxels in a row; class 1 is most probable for the last 20, the surer the farther along.
Probabilities row() {
    Probabilities p;
    p.grid = Grid{{100, 1, 1}, {0.02, 0.02, 0.02}};
    p.classes = 2;
    p.values.resize(200);
    for (std::size_t i = 0; i < 100; ++i) {
        const int one = i < 80 ? static_cast<int>(i) : 60 + static_cast<int>(i);  // 0 … 79, then 140 … 159
        p.values[100 + i] = static_cast<std::uint8_t>(one);
        p.values[i] = static_cast<std::uint8_t>(255 - one);
    }
    return p;
}

TEST(PseudoLabels, TheSurestShareOfEveryClass) {
    const auto p = row();
    const auto out = surest_labels(p, ClassVolume(p.grid, ignore_label), 0.5);
    for (std::int64_t i = 0; i < 100; ++i) {
        const int expected = i < 40 ? 0 : i < 90 ? ignore_label : 1;
        EXPECT_EQ(out[i], expected) << i;
    }
}

TEST(PseudoLabels, LabelsDrawnByHandStay) {
    const auto p = row();
    ClassVolume labels(p.grid, ignore_label);
    labels[3] = 1;
    labels[60] = 0;
    labels[99] = 0;
    const auto out = surest_labels(p, labels, 0.5);
    EXPECT_EQ(out[3], 1);
    EXPECT_EQ(out[60], 0);
    EXPECT_EQ(out[99], 0);
    EXPECT_EQ(out[4], 0);
}

TEST(PseudoLabels, NoneBelowOneHalf) {
    Probabilities p;
    p.grid = Grid{{10, 1, 1}, {0.02, 0.02, 0.02}};
    p.classes = 3;
    p.values.resize(30, 85);
    for (std::size_t i = 0; i < 10; ++i) p.values[i] = 120;  // most probable, below 0.5
    const auto out = surest_labels(p, ClassVolume(p.grid, ignore_label), 1);
    EXPECT_TRUE(std::all_of(out.values().begin(), out.values().end(), [](auto v) { return v == ignore_label; }));
    EXPECT_THROW(surest_labels(p, ClassVolume(Grid{{9, 1, 1}}), 0.5), std::invalid_argument);
}

}  // namespace
}  // namespace cytomo
