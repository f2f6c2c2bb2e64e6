// Means of weights, and how much of the start is taken.
#include "weight_mean.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace cytomo {
namespace {

Model filled(float value) {
    Model model = make_model({{16}, 2}, 1);
    for (auto& [name, tensor] : model.weights) std::fill(tensor.values.begin(), tensor.values.end(), value);
    return model;
}

TEST(WeightMean, IsTakenWeightByWeight) {
    Model learned = filled(2);
    learned.record["steps"] = "7";
    const Model mean = weight_mean(learned, filled(10), 0.25);
    EXPECT_EQ(mean.record.at("steps"), "7");
    for (const auto& [name, tensor] : mean.weights)
        for (const float v : tensor.values) ASSERT_FLOAT_EQ(v, 4) << name;
    EXPECT_EQ(weight_mean(learned, filled(10), 0).checksum(), learned.checksum());
}

/// Dice that falls with the distance from the learned weights, 1: by 0.1 for each that is lost.
double falling(const Model& model) {
    return 0.9 - 0.1 * (1 - model.weights.begin()->second.values[0]);
}

TEST(WeightMean, TakesAsMuchOfTheStartAsHeldOutLabelsAllow) {
    const Model learned = filled(1), start = filled(0);
    EXPECT_NEAR(choose_start_share(learned, start, 0.6, 0.061, falling), 0.6, 1e-12);
    EXPECT_NEAR(choose_start_share(learned, start, 0.6, 0.05, falling), 0.4, 1e-12);
    EXPECT_NEAR(choose_start_share(learned, start, 0.6, 0.03, falling), 0.2, 1e-12);
    EXPECT_EQ(choose_start_share(learned, start, 0.6, 0.01, falling), 0);
    EXPECT_EQ(choose_start_share(learned, start, 0, 1, falling), 0);
}

TEST(WeightMean, NothingIsMixedInWhereNothingIsHeldOut) {
    EXPECT_EQ(choose_start_share(filled(1), filled(0), 0.6, 1, [](const Model&) { return std::nan(""); }), 0);
}

}  // namespace
}  // namespace cytomo
