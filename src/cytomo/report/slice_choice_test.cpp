#include "cytomo/report/slice_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cytomo {
namespace {

using testing::Contains;
using testing::ElementsAre;

TEST(SliceChoice, BeginsWhereMostObjectsAre) {
    // Three objects around slice 50, one at the border.
    const std::vector<SliceSpan> objects{{46, 54}, {47, 53}, {40, 60}, {0, 4}};
    const auto one = choose_slices(objects, 100, 1);
    EXPECT_THAT(one.slices, ElementsAre(50));
    const auto two = choose_slices(objects, 100, 2);
    EXPECT_THAT(two.slices, ElementsAre(2, 50));  // the other adds most
    EXPECT_EQ(two.richest, 1U);
}

TEST(SliceChoice, ShowsEveryObjectThatItCan) {
    std::vector<SliceSpan> objects;
    for (std::int64_t i = 0; i < 10; ++i) objects.push_back({30 * i, 30 * i + 6});
    const auto all = choose_slices(objects, 400, 10);
    for (std::int64_t i = 0; i < 10; ++i) EXPECT_THAT(all.slices, Contains(30 * i + 3));
}

TEST(SliceChoice, FillsGapsBetweenObjectsOnly) {
    const std::vector<SliceSpan> one{{10, 20}};
    const auto many = choose_slices(one, 100, 30);
    EXPECT_THAT(many.slices, ElementsAre(10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20));
    EXPECT_EQ(many.slices[many.richest], 15);
    EXPECT_THAT(choose_slices(one, 100, 3).slices, ElementsAre(12, 15, 18));
}

TEST(SliceChoice, StaysWithinTheVolume) {
    const std::vector<SliceSpan> objects{{-5, 3}, {8, 30}};
    for (const auto s : choose_slices(objects, 10, 20).slices) {
        EXPECT_GE(s, 0);
        EXPECT_LT(s, 10);
    }
    EXPECT_TRUE(choose_slices({}, 10, 3).slices.empty());
}

}  // namespace
}  // namespace cytomo
