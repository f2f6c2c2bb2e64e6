#include "clicks.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "cytomo/network/model.h"
#include "object_targets.h"

namespace cytomo {
namespace {

/// Two boxes of class 3 side by side (x 4 … 9 and 10 … 15), one of class 5 apart, cytoplasm around.
Patch boxes() {
    Patch p{{24, 12, 12}, {}, {}};
    const auto n = static_cast<std::size_t>(p.size.count());
    p.values.assign(n, 0);
    p.labels.assign(n, 1);
    p.objects.assign(n, 4);
    p.depth.assign(n, 100);
    for (std::int64_t z = 3; z < 9; ++z)
        for (std::int64_t y = 3; y < 9; ++y)
            for (std::int64_t x = 4; x < 23; ++x) {
                const auto i = static_cast<std::size_t>((z * 12 + y) * 24 + x);
                if (x == 16 || x == 17) continue;
                p.objects[i] = x < 10 ? 1 : x < 16 ? 2 : 3;
                p.labels[i] = x < 16 ? 3 : 5;
            }
    return p;
}

TEST(Clicks, LieWhereTheyShould) {
    const Patch patch = boxes();
    int later = 0, wrong_masks = 0, on_three = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        Random random(seed);
        const Clicks clicks = draw_clicks(patch, 1, random);
        ASSERT_EQ(clicks.points.size(), patch.values.size());
        std::uint16_t number = 0;
        bool whole = true;
        for (std::size_t i = 0; i < patch.objects.size(); ++i)
            if (clicks.object[i] == 1) number = patch.objects[i];
        ASSERT_GE(number, 1);
        ASSERT_LE(number, 3) << "the cytoplasm is nothing to point at";
        on_three += number == 3 ? 1 : 0;
        for (std::size_t i = 0; i < patch.objects.size(); ++i)
            whole = whole && (clicks.object[i] == 1) == (patch.objects[i] == number);
        EXPECT_TRUE(whole);
        EXPECT_EQ(*std::max_element(clicks.points.begin(), clicks.points.end()), 1);
        if (std::any_of(clicks.mask.begin(), clicks.mask.end(), [](float m) { return m > 0; })) {
            ++later;
            bool wrong = false;
            for (std::size_t i = 0; i < clicks.mask.size(); ++i)
                wrong = wrong || (clicks.mask[i] > 0) != (clicks.object[i] == 1);
            wrong_masks += wrong ? 1 : 0;
        }
    }
    EXPECT_GE(wrong_masks, later * 9 / 10) << "there is something to mend";
    EXPECT_GT(later, 60);
    EXPECT_LT(later, 140);
    EXPECT_GT(on_three, 60) << "classes are drawn alike";
}

TEST(Clicks, NothingToPointAtGivesNothing) {
    Patch patch = boxes();
    patch.objects.clear();
    Random random(1);
    EXPECT_TRUE(draw_clicks(patch, 1, random).points.empty());
}

TEST(ObjectTargets, SeparationIsWhereObjectsOfOneClassTouch) {
    const Patch patch = boxes();
    const auto n = patch.values.size();
    constexpr auto maps = static_cast<std::size_t>(object_map_count);
    std::vector<float> targets(maps * n), weights(maps * n);
    fill_object_targets(patch, {}, false, 1, targets.data(), weights.data());
    for (std::int64_t x = 0; x < 24; ++x) {
        const auto i = static_cast<std::size_t>((6 * 12 + 6) * 24 + x);
        EXPECT_EQ(targets[maps * i + 1], x == 9 || x == 10 ? 1 : 0) << x;
        EXPECT_EQ(targets[maps * i] > 0, patch.labels[i] > 1) << x;
        EXPECT_EQ(weights[maps * i + 2], 0) << "nobody clicked";
    }
}

TEST(ObjectTargets, TheCellBodyIsKnownByItsClassNotByNumber) {
    // The user's classes: 1 is what was 3, and the cytoplasm is 3; or there is none.
    Patch patch = boxes();
    for (auto& label : patch.labels) label = label == 1 ? 3 : label == 3 ? 1 : label;
    const auto n = patch.values.size();
    constexpr auto maps = static_cast<std::size_t>(object_map_count);
    std::vector<float> targets(maps * n), weights(maps * n);
    for (const std::uint8_t body : {std::uint8_t{3}, std::uint8_t{0}}) {
        fill_object_targets(patch, {}, false, body, targets.data(), weights.data());
        for (std::int64_t x = 0; x < 24; ++x) {
            const auto i = static_cast<std::size_t>((6 * 12 + 6) * 24 + x);
            EXPECT_EQ(targets[maps * i + 1], x == 9 || x == 10 ? 1 : 0) << x;
            EXPECT_EQ(targets[maps * i] > 0, patch.labels[i] != body) << x;
        }
    }
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        Random random(seed);
        const Clicks clicks = draw_clicks(patch, 3, random);
        for (std::size_t i = 0; i < n; ++i)
            ASSERT_FALSE(clicks.object[i] == 1 && patch.labels[i] == 3)
                << "the cytoplasm is nothing to point at";
    }
}

TEST(ObjectTargets, NegativesTeachNothingElse) {
    Patch patch = boxes();
    patch.values[5] = 2;
    make_negative(patch);
    EXPECT_EQ(patch.values[5], -2);
    const auto n = patch.values.size();
    constexpr auto maps = static_cast<std::size_t>(object_map_count);
    std::vector<float> targets(maps * n), weights(maps * n);
    fill_object_targets(patch, {}, true, 1, targets.data(), weights.data());
    for (std::size_t i = 0; i < n; ++i) {
        EXPECT_EQ(patch.labels[i], not_taught_label);
        EXPECT_EQ(targets[maps * i + 3], 1);
        EXPECT_GT(weights[maps * i + 3], 1);
        EXPECT_EQ(weights[maps * i] + weights[maps * i + 1] + weights[maps * i + 2], 0);
    }
}

TEST(ObjectTargets, LossIsThatOnPaperAndIgnoresWhatDoesNotCount) {
    const auto logits = torch::tensor({0.F, 2.F, -3.F, 5.F, 5.F, 5.F}).reshape({1, 1, 1, 2, 3});
    const auto targets = torch::tensor({0.5F, 1.F, 0.F, 0.F, 0.F, 0.F}).reshape({1, 1, 1, 2, 3});
    const auto weights = torch::tensor({1.F, 2.F, 1.F, 0.F, 0.F, 0.F}).reshape({1, 1, 1, 2, 3});
    const double wanted = std::log(2.0) + std::log1p(std::exp(-2.0)) + std::log1p(std::exp(-3.0));
    EXPECT_NEAR(object_loss(logits, targets, weights).item<double>(), wanted, 1e-5);
}

}  // namespace
}  // namespace cytomo
