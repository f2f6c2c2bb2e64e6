#include "held_out.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cytomo/core/random.h"

namespace cytomo {
namespace {

/// Three labelled slices: background, a common class, and one that is rare.
ClassVolume three_slices() {
    ClassVolume labels(Grid{{200, 160, 40}}, ignore_label);
    Random random(5);
    for (const std::int64_t z : {5, 20, 33})
        for (std::int64_t y = 0; y < 160; ++y)
            for (std::int64_t x = 0; x < 200; ++x)
                labels(x, y, z) = x % 50 < 12 ? 1 : (random.chance(0.003) ? 2 : 0);
    return labels;
}

TEST(HeldOut, EveryLabelTeachesOrTestsAndBlocksStayTogether) {
    const auto labels = three_slices();
    const auto [teaching, held] = hold_out_blocks(labels, 0.12, 1);
    std::array<double, 3> total{}, tested{};
    for (std::int64_t i = 0; i < labels.count(); ++i) {
        const bool teaches = teaching[i] != ignore_label, tests = held[i] != ignore_label;
        EXPECT_FALSE(teaches && tests);
        EXPECT_EQ(teaches || tests, labels[i] != ignore_label);
        if (teaches) {
            EXPECT_EQ(teaching[i], labels[i]);
        }
        if (tests) {
            EXPECT_EQ(held[i], labels[i]);
        }
        if (labels[i] < 3) {
            ++total[labels[i]];
            if (tests) ++tested[labels[i]];
        }
    }
    for (int c = 0; c < 3; ++c) {
        const auto k = static_cast<std::size_t>(c);
        EXPECT_GT(tested[k] / total[k], 0.05) << c;
        EXPECT_LE(tested[k] / total[k], 1. / 3) << c;
    }
    for (std::int64_t y = 0; y < 160; ++y)
        for (std::int64_t x = 0; x < 200; ++x) {
            EXPECT_EQ(held(x, y, 5) != ignore_label, held(x, y, 20) != ignore_label);
            EXPECT_EQ(held(x, y, 5) != ignore_label, held(x, y, 33) != ignore_label);
        }
}

TEST(HeldOut, AClassInOneSpotKeepsTeaching) {
    ClassVolume labels(Grid{{64, 64, 4}}, ignore_label);
    for (std::int64_t x = 0; x < 64; ++x)
        for (std::int64_t y = 0; y < 64; ++y) labels(x, y, 1) = 0;
    labels(30, 30, 1) = 1;
    const auto [teaching, held] = hold_out_blocks(labels, 0.2, 3);
    EXPECT_EQ(teaching(30, 30, 1), 1);
    EXPECT_EQ(held(30, 30, 1), ignore_label);
}

TEST(HeldOut, ObjectsTeachOrTestWhole) {
    // Discs on a jittered lattice, 16 to 24 voxels wide: blocks of 24 cut most of them.
    ClassVolume labels(Grid{{240, 240, 8}}, ignore_label);
    ClassVolume disc_of(Grid{{240, 240, 1}}, 0);
    Random random(9);
    for (std::int64_t y = 0; y < 240; ++y)
        for (std::int64_t x = 0; x < 240; ++x) labels(x, y, 2) = labels(x, y, 6) = 0;
    std::uint8_t discs = 0;
    for (std::int64_t v = 20; v < 225; v += 34)
        for (std::int64_t u = 20; u < 225; u += 34) {
            const double radius = random.uniform(8, 12), cx = static_cast<double>(u) + random.uniform(-4, 4),
                         cy = static_cast<double>(v) + random.uniform(-4, 4);
            ++discs;
            for (std::int64_t y = 0; y < 240; ++y)
                for (std::int64_t x = 0; x < 240; ++x)
                    if (std::hypot(static_cast<double>(x) - cx, static_cast<double>(y) - cy) < radius) {
                        labels(x, y, 2) = labels(x, y, 6) = static_cast<std::uint8_t>(1 + discs % 3);
                        disc_of(x, y, 0) = discs;
                    }
        }
    const auto [teaching, held] = hold_out_blocks(labels, 0.15, 4);
    std::vector<int> taught(256), tested(256);
    std::array<double, 4> in_test{}, total{};
    for (std::int64_t y = 0; y < 240; ++y)
        for (std::int64_t x = 0; x < 240; ++x) {
            const auto disc = disc_of(x, y, 0);
            (held(x, y, 2) != ignore_label ? tested : taught)[disc] = 1;
            EXPECT_EQ(held(x, y, 2) != ignore_label, held(x, y, 6) != ignore_label);
            ++total[labels(x, y, 2)];
            if (held(x, y, 2) != ignore_label) ++in_test[labels(x, y, 2)];
        }
    int held_discs = 0;
    for (std::size_t disc = 1; disc <= discs; ++disc) {
        EXPECT_EQ(taught[disc] + tested[disc], 1) << "disc " << disc;
        held_discs += tested[disc];
    }
    EXPECT_GE(held_discs, 3);
    for (std::size_t c = 0; c < 4; ++c) {
        EXPECT_LE(in_test[c], total[c] / 3) << c;
        EXPECT_GT(in_test[c], 0.04 * total[c]) << c;
    }
}

TEST(HeldOut, AClassOfFewLargeObjectsIsTestedOnMoreThanAScrap) {
    // Stripes of 10 x 140 voxels: each lies in many blocks of 32, most of it where it is not held out.
    ClassVolume labels(Grid{{320, 320, 4}}, ignore_label);
    for (std::int64_t y = 0; y < 320; ++y)
        for (std::int64_t x = 0; x < 160; ++x)
            for (const std::int64_t z : {0, 2})
                labels(x, y, z) = x % 22 < 10 && x < 154 && y % 160 >= 10 && y % 160 < 150 ? 1 : 0;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        const auto [teaching, held] = hold_out_blocks(labels, 0.1, seed);
        double total = 0, tested = 0;
        for (std::int64_t i = 0; i < labels.count(); ++i) {
            total += labels[i] == 1 ? 1 : 0;
            tested += held[i] == 1 ? 1 : 0;
        }
        EXPECT_GE(tested, 0.05 * total) << seed;
        EXPECT_LE(tested, total / 3) << seed;
    }
}

TEST(HeldOut, SeedDecides) {
    const auto labels = three_slices();
    const auto a = hold_out_blocks(labels, 0.1, 1).second, b = hold_out_blocks(labels, 0.1, 1).second,
               c = hold_out_blocks(labels, 0.1, 2).second;
    EXPECT_TRUE(std::equal(a.values().begin(), a.values().end(), b.values().begin()));
    EXPECT_FALSE(std::equal(a.values().begin(), a.values().end(), c.values().begin()));
}

}  // namespace
}  // namespace cytomo
