#include "cytomo/network/suggest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/core/random.h"

namespace cytomo {
namespace {

const Legend three{{{0, "background", {}}, {1, "cytoplasm", {}}, {2, "mitochondrion", {}}}};

/// Slices of 4 × 4 voxels of 20 nm, all sure of cytoplasm.
ViewedProbabilities sure(std::int64_t slices) {
    ViewedProbabilities p;
    p.mean.grid = Grid{{4, 4, slices}, {0.02, 0.02, 0.02}};
    p.mean.classes = 3;
    p.mean.values.assign(static_cast<std::size_t>(3 * 16 * slices), 0);
    std::fill_n(p.mean.values.begin() + 16 * slices, 16 * slices, std::uint8_t{255});
    p.disagreement = Volume<std::uint8_t>(p.mean.grid);
    return p;
}

/// Sets the probabilities of slice z.
void set_slice(ViewedProbabilities& p, std::int64_t z, std::array<std::uint8_t, 3> values,
               std::uint8_t disagreement) {
    for (std::int64_t i = 16 * z; i < 16 * (z + 1); ++i) {
        for (int c = 0; c < 3; ++c)
            p.mean.values[static_cast<std::size_t>(c * p.mean.grid.count() + i)] =
                values[static_cast<std::size_t>(c)];
        p.disagreement[i] = disagreement;
    }
}

TEST(Suggest, TakesTheSliceInDoubtAndSaysWhatIsTakenForWhat) {
    auto p = sure(40);
    set_slice(p, 25, {0, 128, 127}, 0);  // pure mixture: one bit of entropy, no disagreement
    set_slice(p, 10, {0, 200, 55}, 0);   // less so
    set_slice(p, 32, {255, 0, 0}, 255);  // sure of background: what views say of it does not count
    SuggestOptions options;
    options.count = 2;
    options.entropy_share = 0.5;
    const auto s = suggest_slices(p, p.mean.grid, three, {}, options);
    ASSERT_EQ(s.size(), 2U);
    EXPECT_EQ(s[0].slice, 25);
    EXPECT_NEAR(s[0].gain, 0.5, 1e-4);
    EXPECT_EQ(s[0].reason, "cytoplasm or mitochondrion (100 % of the doubt)");
    EXPECT_EQ(s[1].slice, 10);
    const double q = 200 / 255.0, d = 15 * 0.02 / 0.3;
    EXPECT_NEAR(s[1].gain,
                -0.5 * (q * std::log2(q) + (1 - q) * std::log2(1 - q)) * (1 - std::exp(-0.5 * d * d)), 1e-4);
}

TEST(Suggest, DisagreementAndForegroundCount) {
    auto p = sure(3);
    set_slice(p, 1, {0, 255, 0}, 51);  // 0.2 bits of disagreement
    set_slice(p, 2, {204, 51, 0}, 0);  // mostly background
    SuggestOptions options;
    options.count = 3;
    options.entropy_share = 1;
    options.apart_um = 0;
    const auto s = suggest_slices(p, p.mean.grid, three, {}, options);
    EXPECT_EQ(s[0].slice, 1);
    EXPECT_NEAR(s[0].gain, 0.2, 1e-4);
    EXPECT_EQ(s[1].slice, 2);
    EXPECT_NEAR(s[1].gain, 0.2 * -(0.8 * std::log2(0.8) + 0.2 * std::log2(0.2)), 1e-3);
    EXPECT_EQ(s[2].gain, 0);
}

TEST(Suggest, KeepsAwayFromLabelledSlicesAndFromItsOwn) {
    auto p = sure(60);
    for (std::int64_t z = 0; z < 60; ++z) set_slice(p, z, {0, 128, 127}, 0);
    SuggestOptions options;
    options.count = 3;
    const auto s = suggest_slices(p, p.mean.grid, three, {30}, options);
    ASSERT_EQ(s.size(), 3U);
    EXPECT_EQ(s[0].slice, 0);  // both ends are equally far: the lower one
    EXPECT_EQ(s[1].slice, 59);
    for (const auto& a : s) EXPECT_GE(std::abs(a.slice - 30), 10);
    EXPECT_GE(std::min(s[2].slice, 59 - s[2].slice), 10);
}

TEST(Suggest, CountsSlicesOfTheTomogramsOwnGrid) {
    auto p = sure(20);
    set_slice(p, 7, {0, 128, 127}, 0);
    // The same box in slices of 5 nm: model slice 7 covers 28 to 31; its centre lies between 29 and 30.
    const auto fine = suggest_slices(p, p.mean.grid.resampled({0.02, 0.02, 0.005}), three, {});
    EXPECT_TRUE(fine[0].slice == 29 || fine[0].slice == 30) << fine[0].slice;
    // In slices of 40 nm it is in the fourth.
    const auto coarse = suggest_slices(p, p.mean.grid.resampled({0.02, 0.02, 0.04}), three, {});
    EXPECT_EQ(coarse[0].slice, 3);
}

TEST(Suggest, LabelledSlicesAreFoundAndNothingLeftIsSaid) {
    ClassVolume labels(Grid{{3, 2, 4}}, ignore_label);
    labels(2, 1, 1) = 0;
    labels(0, 0, 3) = 2;
    EXPECT_EQ(labelled_slices(labels), (std::vector<std::int64_t>{1, 3}));
    const auto p = sure(2);
    EXPECT_EQ(suggest_slices(p, p.mean.grid, three, {1}).size(), 1U);
    EXPECT_THROW(suggest_slices(p, p.mean.grid, three, {0, 1}), InputError);
    SuggestOptions none;
    none.count = 0;
    EXPECT_THROW(suggest_slices(p, p.mean.grid, three, {}, none), UsageError);
}

/// A model that cannot know: dense matter is class 2, thin matter class 0, and what lies between is half one
/// and half the other. Its only layers see a single voxel.
Model model_of_greys() {
    Model m = make_model({{16}, 3}, 1);
    for (auto& [name, t] : m.weights)
        if (name.ends_with(".weight")) std::fill(t.values.begin(), t.values.end(), 0.F);
    const auto centre = [&](const char* layer, std::size_t out, std::size_t in,
                            std::size_t inputs) -> float& {
        return m.weights.at(layer).values[(out * inputs + in) * 27 + 13];
    };
    // Two channels: max(0, value) and max(0, -value).
    centre("encoder.0.a.weight", 0, 0, 1) = 1;
    centre("encoder.0.a.weight", 1, 0, 1) = -1;
    centre("encoder.0.b.weight", 0, 0, 16) = 1;
    centre("encoder.0.b.weight", 1, 1, 16) = 1;
    auto& head = m.weights.at("head.weight").values;
    head[2 * 16 + 0] = 8;  // class 2: 8 × value
    head[2 * 16 + 1] = -8;
    m.weights.at("head.bias").values[0] = 0;
    m.weights.at("head.bias").values[1] = -20;
    m.legend = three;
    return m;
}

TEST(Suggest, ARegionThatTheModelCannotKnowComesFirst) {
    // Dark or bright everywhere, with some noise, but in between in slices 20 to 23.
    auto values = std::make_shared<Volume<float>>(Grid{{32, 32, 40}, {0.02, 0.02, 0.02}});
    Random r(5);
    for (std::int64_t z = 0; z < 40; ++z)
        for (std::int64_t y = 0; y < 32; ++y)
            for (std::int64_t x = 0; x < 32; ++x)
                (*values)(x, y, z) = static_cast<float>(r.normal(0, 0.1)) +
                                     (z >= 20 && z < 24 ? 0.F : ((x / 8 + y / 8) % 2 == 0 ? 1.F : -1.F));
    PredictOptions predict;
    predict.views = 4;
    predict.polarity = Polarity::dense_is_bright;
    predict.tile = {32, 32, 48};
    predict.overlap = 8;
    SuggestOptions options;
    options.count = 2;
    const auto s = suggest_slices(tomogram_from(values), model_of_greys(), {}, options, predict);
    EXPECT_GE(s[0].slice, 20);
    EXPECT_LT(s[0].slice, 24);
    EXPECT_GT(s[0].gain, 5 * s[1].gain);
    EXPECT_EQ(s[0].reason, "background or mitochondrion (100 % of the doubt)");
}

TEST(Suggest, VolumesAreComparedByName) {
    auto p = sure(5);
    set_slice(p, 2, {0, 10, 245}, 0);
    const double slice_um3 = 16 * 8e-6;
    const auto v = class_volumes_um3(p.mean);
    EXPECT_NEAR(v[1], 4 * slice_um3, 1e-12);
    EXPECT_NEAR(v[2], slice_um3, 1e-12);
    const Legend swapped{{{0, "background", {}}, {1, "mitochondrion", {}}, {2, "nucleus", {}}}};
    auto changes = compare_volumes({5, 1, 0}, swapped, {5, 3, 1.01}, three);
    ASSERT_EQ(changes.size(), 3U);
    EXPECT_EQ(changes[0].name, "cytoplasm");
    EXPECT_EQ(changes[0].relative(), 1);  // there was none before
    EXPECT_EQ(changes[1].name, "mitochondrion");
    EXPECT_NEAR(changes[1].relative(), 0.01 / 1.01, 1e-12);
    EXPECT_EQ(changes[2].name, "nucleus");
    EXPECT_EQ(changes[2].relative(), 0);
    EXPECT_FALSE(volumes_settled(changes, 0.02));
    changes.erase(changes.begin());
    EXPECT_TRUE(volumes_settled(changes, 0.02));
    EXPECT_FALSE(volumes_settled(changes, 0.005));
}

}  // namespace
}  // namespace cytomo
