#include "pseudo_labels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace cytomo {
namespace {

/// 100 voxels in a row; the probability of class 1 rises from 0 to 198 of 255, class 2 always has 57.
Probabilities row() {
    Probabilities p;
    p.grid = Grid{{100, 1, 1}, {0.02, 0.02, 0.02}};
    p.classes = 3;
    p.values.resize(300);
    for (std::size_t i = 0; i < 100; ++i) {
        const int one = 2 * static_cast<int>(i);
        p.values[100 + i] = static_cast<std::uint8_t>(one);
        p.values[200 + i] = 57;
        p.values[i] = static_cast<std::uint8_t>(198 - one);
    }
    return p;
}

TEST(PseudoLabels, WhatIsMoreLikelyThanNot) {
    const auto p = row();
    const auto out = likely_labels(p, ClassVolume(p.grid, ignore_label));
    for (std::int64_t i = 0; i < 100; ++i) {
        const int expected = i <= 35 ? 0 : i < 64 ? ignore_label : 1;
        EXPECT_EQ(out[i], expected) << i;
    }
    EXPECT_THROW(likely_labels(p, ClassVolume(Grid{{9, 1, 1}})), std::invalid_argument);
}

TEST(PseudoLabels, LabelsDrawnByHandStay) {
    const auto p = row();
    ClassVolume labels(p.grid, ignore_label);
    labels[3] = 1;
    labels[60] = 2;
    labels[99] = 0;
    const auto out = likely_labels(p, labels);
    EXPECT_EQ(out[3], 1);
    EXPECT_EQ(out[60], 2);
    EXPECT_EQ(out[99], 0);
    EXPECT_EQ(out[4], 0);
}

TEST(PseudoLabels, DrawingsFollowTheProbabilities) {
    const auto p = row();
    ClassVolume labels(p.grid, ignore_label);
    labels[3] = 1;
    constexpr int drawings = 2000;
    std::array<int, 3> at_50{};
    for (std::uint64_t seed = 0; seed < drawings; ++seed) {
        const auto out = drawn_labels(p, labels, seed);
        ASSERT_EQ(out[3], 1);
        ASSERT_LT(out[50], 3);
        ++at_50[out[50]];
    }
    // Of 255: 98, 100, 57. Four standard deviations.
    EXPECT_NEAR(at_50[0], drawings * 98. / 255, 88);
    EXPECT_NEAR(at_50[1], drawings * 100. / 255, 88);
    EXPECT_NEAR(at_50[2], drawings * 57. / 255, 75);
    const auto once = drawn_labels(p, labels, 7), again = drawn_labels(p, labels, 7);
    EXPECT_TRUE(std::equal(once.values().begin(), once.values().end(), again.values().begin()));
    EXPECT_THROW(drawn_labels(p, ClassVolume(Grid{{9, 1, 1}}), 1), std::invalid_argument);
}

}  // namespace
}  // namespace cytomo
