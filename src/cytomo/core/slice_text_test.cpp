#include "cytomo/core/slice_text.h"

#include <gtest/gtest.h>

namespace cytomo {
namespace {

TEST(SliceText, CountsFromOneAndSaysTheIndex) {
    const Grid grid{{40, 30, 70}, {0.1, 0.03, 0.02}, {1, 2, 0.01}};
    EXPECT_EQ(slice_text(grid, 'z', 42), "slice 43 of 70 (index 42, z = 0.85 µm)");
    EXPECT_EQ(slice_text(grid, 'y', 0), "slice 1 of 30 (index 0, y = 2 µm)");
    EXPECT_EQ(slice_text(grid, 'x', 39), "slice 40 of 40 (index 39, x = 4.9 µm)");
    EXPECT_EQ(slice_text(grid, 'z', 69, false), "slice 70 of 70 (index 69)");
}

TEST(SliceText, ManySlicesAreRanges) {
    EXPECT_EQ(slices_text('z', {3}), "slice 4 along z (index 3)");
    EXPECT_EQ(slices_text('y', {0, 2, 4, 5, 6}), "slices 1, 3, 5-7 along y (index 0, 2, 4-6)");
    EXPECT_EQ(slices_text('x', {7, 8}), "slices 8, 9 along x (index 7, 8)");
    std::vector<std::int64_t> many;
    for (std::int64_t i = 0; i < 200; i += 2) many.push_back(i);
    const std::string text = slices_text('z', many);
    EXPECT_EQ(text.find("slices 1, 3, 5"), 0U) << text;
    EXPECT_NE(text.find("…, 199 along z (index 0, 2, 4"), std::string::npos) << text;
    EXPECT_NE(text.find("…, 198)"), std::string::npos) << text;
}

}  // namespace
}  // namespace cytomo
