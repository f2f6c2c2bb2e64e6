// The page after a training, with a network that answers by grey value alone, so that its prediction is
// known.
#include "cytomo/train_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cytomo/core/error.h"

namespace cytomo {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Two classes: class 1 is what is brighter than the mean.
Model threshold_model() {
    Model m = make_model({{16}, 2}, 1);
    for (auto& [name, t] : m.weights) {
        const bool variance = name.ends_with(".variance") || name.ends_with(".gamma");
        std::fill(t.values.begin(), t.values.end(), variance ? 1.F : 0.F);
    }
    m.weights["encoder.0.a.weight"].values[13] = 1;
    m.weights["encoder.0.b.weight"].values[13] = 1;
    m.weights["head.weight"].values[16] = 8;
    m.weights["head.bias"].values[1] = -4;
    m.legend.entries = {{0, "background", {0, 0, 0}}, {1, "block <1>", {200, 100, 50}}};
    m.voxel_um = 0.02;
    m.record = {{"method", "by hand"}, {"temperature", "1.25"}};
    return m;
}

/// Bright where x is at least half.
LabelledTomogram half_bright(const Grid& grid) {
    auto values = std::make_shared<Volume<float>>(grid);
    for (std::int64_t i = 0; i < grid.count(); ++i)
        (*values)[i] = 2 * (i % grid.size.x) >= grid.size.x ? 1.F : (i % 7 == 0 ? 0.01F : 0.F);
    return {tomogram_from(values), ClassVolume(grid), Polarity::dense_is_bright, "folder/half.tif"};
}

TEST(TrainPage, HeldOutPartsAreComparedAndDrawn) {
    // Unequal edges: the model's grid has other sizes than the tomogram.
    const Grid grid{{96, 80, 32}, {0.02, 0.02, 0.01}, {}},
        model_side{{96, 80, 16}, {0.02, 0.02, 0.02}, {0, 0, 0.005}};
    const std::vector<LabelledTomogram> data{half_bright(grid)};
    // The truth is known in two slices: right in one, all wrong in the other.
    ClassVolume held(model_side, ignore_label);
    for (std::int64_t y = 0; y < 80; ++y)
        for (std::int64_t x = 0; x < 96; ++x) {
            held(x, y, 4) = x >= 48 ? 1 : 0;
            held(x, y, 12) = x >= 48 ? 0 : 1;
        }
    const auto parts = check_held_out(threshold_model(), data, {{0, held}}, "cpu");
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts[0].name, "half.tif");
    EXPECT_EQ(parts[0].confusion.true_voxels(1), 2 * 48 * 80);
    EXPECT_NEAR(parts[0].confusion.dice(1), 0.5, 0.02);
    ASSERT_EQ(parts[0].views.size(), 6U);
    EXPECT_EQ(parts[0].views[0].plane, Plane::xy);
    EXPECT_TRUE(parts[0].views[0].slices[0].overlay.empty());
    EXPECT_FALSE(parts[0].views[1].slices[0].overlay.empty());
    EXPECT_NEAR(parts[0].views[0].slices[0].width_um, 96 * 0.02, 0.02);
    std::string captions;
    for (const auto& view : parts[0].views) captions += view.slices[0].caption + "\n";
    EXPECT_THAT(captions, HasSubstr("slice 5 of 16 (index 4"));
    EXPECT_THAT(captions, HasSubstr("slice 13 of 16 (index 12"));
}

TEST(TrainPage, PlaneFollowsTheLabels) {
    const Grid grid{{64, 64, 64}, {0.02, 0.02, 0.02}, {}};
    ClassVolume held(grid, ignore_label);
    for (std::int64_t z = 0; z < 64; ++z)
        for (std::int64_t x = 0; x < 64; ++x) held(x, 20, z) = x >= 32 ? 1 : 0;
    const auto parts = check_held_out(threshold_model(), {half_bright(grid)}, {{0, held}}, "cpu");
    ASSERT_FALSE(parts.empty());
    ASSERT_EQ(parts[0].views.size(), 3U);
    EXPECT_EQ(parts[0].views[0].plane, Plane::xz);
    EXPECT_THAT(parts[0].views[0].slices[0].caption, HasSubstr("slice 21 of 64 (index 20"));
}

TEST(TrainPage, NothingHeldOutIsSaid) {
    const Grid grid{{64, 64, 32}, {0.02, 0.02, 0.02}, {}};
    const Model model = threshold_model();
    EXPECT_TRUE(
        check_held_out(model, {half_bright(grid)}, {{0, ClassVolume(grid, ignore_label)}}, "cpu").empty());
    EXPECT_THAT(train_page({}, model, {}, {}), HasSubstr("No labels could be held out"));
}

TEST(TrainPage, HoldsCurvesTablesAndRecord) {
    const Model model = threshold_model();
    std::vector<TrainingPoint> curve(3);
    for (int i = 0; i < 3; ++i) {
        auto& p = curve[static_cast<std::size_t>(i)];
        p.step = 10 * i;
        p.loss = 1.0 / (1 + i);
        p.validation_dice = {0.9, 0.3 * i};
    }
    TrainPage input;
    input.title = "model <x>";
    input.warnings = {"few & far"};
    input.provenance = {{"Program", "cytomo"}};
    input.voxels[1] = 1234;
    HeldOutPart part;
    part.name = "half.tif";
    part.confusion.add(1, 1, 30);
    part.confusion.add(1, 0, 10);
    const std::string page = train_page(input, model, curve, {part});
    EXPECT_THAT(page, HasSubstr("model &lt;x&gt;"));
    EXPECT_THAT(page, HasSubstr("block &lt;1&gt;"));
    EXPECT_THAT(page, Not(HasSubstr("block <1>")));
    EXPECT_THAT(page, HasSubstr("few &amp; far"));
    EXPECT_THAT(page, HasSubstr("Learning curves"));
    EXPECT_THAT(page, HasSubstr("background (25 %)"));  // 10 of 40
    EXPECT_THAT(page, HasSubstr("Calibration"));
    EXPECT_THAT(page, HasSubstr("Record: method"));
    EXPECT_THAT(page, HasSubstr("1234"));
    EXPECT_EQ(page, train_page(input, model, curve, {part}));
}

}  // namespace
}  // namespace cytomo
