#include "cytomo/network/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "cytomo/core/random.h"
#include "engine.h"

namespace cytomo {
namespace {

/// Voxels whose true class is drawn from the softmax of their logits: calibrated by construction. Then all
/// logits are multiplied by `sharpened`.
LabelledLogits drawn(const std::vector<std::uint8_t>& class_of, double sharpened, int voxels) {
    LabelledLogits out{static_cast<int>(class_of.size()), {}, {}};
    Random r(4);
    for (int i = 0; i < voxels; ++i) {
        std::vector<double> x(class_of.size());
        double sum = 0;
        for (auto& v : x) {
            v = r.normal(0, 1.5);
            sum += std::exp(v);
        }
        double left = r.uniform() * sum;
        std::size_t o = 0;
        for (; o + 1 < x.size() && left >= std::exp(x[o]); ++o) left -= std::exp(x[o]);
        out.labels.push_back(class_of[o]);
        for (const double v : x) out.logits.push_back(static_cast<float>(sharpened * v));
    }
    return out;
}

TEST(Calibration, FindsTheTemperatureThatLogitsWereMultipliedBy) {
    for (const double t : {0.5, 1.0, 2.5}) {
        const auto c = find_temperature(drawn({0, 1, 2, 3}, t, 100'000), {0, 1, 2, 3});
        EXPECT_NEAR(c.temperature, t, 0.02 * t);
        EXPECT_LT(c.ece_after, 0.01);
        EXPECT_LE(c.nll_after, c.nll_before + 1e-9);
        EXPECT_EQ(c.voxels, 100'000);
        if (t == 2.5) {
            EXPECT_GT(c.ece_before, 0.1);
        }
    }
}

TEST(Calibration, OutputsOfOneClassAddUpBeforeTheyAreJudged) {
    const std::vector<std::uint8_t> class_of{0, 1, 0, 2, 0};
    const auto c = find_temperature(drawn(class_of, 2.5, 200'000), class_of);
    EXPECT_NEAR(c.temperature, 2.5, 0.05);
    EXPECT_LT(c.ece_after, 0.01);
}

TEST(Calibration, ErrorOfFourVoxelsOnPaper) {
    // Two outputs, 0.82 against 0.18 in four voxels, of which three are right: one bin of confidence 0.82 and
    // accuracy 0.75. A fifth voxel is 0.62 sure and wrong: a bin of its own, 0.62 against 0.
    const auto sure = static_cast<float>(std::log(0.82 / 0.18)),
               less = static_cast<float>(std::log(0.62 / 0.38));
    const LabelledLogits known{2, {sure, 0, sure, 0, 0, sure, sure, 0, less, 0}, {0, 0, 1, 1, 1}};
    const auto c = find_temperature(known, {0, 1});
    ASSERT_EQ(c.bins_before.size(), 15U);
    EXPECT_EQ(c.bins_before[12].voxels, 4);  // 12/15 = 0.8 to 13/15 = 0.87
    EXPECT_NEAR(c.bins_before[12].confidence, 0.82, 1e-6);
    EXPECT_NEAR(c.bins_before[12].accuracy, 0.75, 1e-12);
    EXPECT_EQ(c.bins_before[9].voxels, 1);
    EXPECT_NEAR(c.ece_before, (4 * 0.07 + 0.62) / 5, 1e-6);
    EXPECT_NEAR(c.nll_before, -(3 * std::log(0.82) + std::log(0.18) + std::log(0.38)) / 5, 1e-6);
}

TEST(Calibration, StaysWithinItsLimitsAndIgnoresWhatItDoesNotKnow) {
    // All right: ever sharper would be ever better.
    EXPECT_NEAR(find_temperature({2, {1, 0, 0, 1}, {0, 1}}, {0, 1}).temperature, 0.25, 1e-3);
    // As often wrong as right: nothing but an even chance is honest.
    EXPECT_NEAR(find_temperature({2, {4, 0, 4, 0}, {0, 1}}, {0, 1}).temperature, 8, 0.02);
    const auto none = find_temperature({2, {1, 0, 0, 1}, {255, 9}}, {0, 1});
    EXPECT_EQ(none.voxels, 0);
    EXPECT_EQ(none.temperature, 1);
    EXPECT_EQ(expected_calibration_error({}), 0);
}

std::vector<Patch> random_patches(int count, Size3 size) {
    std::vector<Patch> out;
    Random r(6);
    for (int k = 0; k < count; ++k) {
        Patch p{size, std::vector<float>(static_cast<std::size_t>(size.count())), {}};
        for (auto& v : p.values) v = static_cast<float>(r.normal());
        p.labels.assign(p.values.size(), ignore_label);
        out.push_back(std::move(p));
    }
    return out;
}

TEST(Calibration, AModelThatIsTooSureIsPutRight) {
    // Labels are drawn from the model's own probabilities, with two outputs for one class; then its head is
    // made 2.5 times too loud.
    const Size3 size{32, 24, 16};
    Model model = make_model({{16, 16}, 4}, 3);
    model.class_of_output = {0, 1, 2, 0};
    auto patches = random_patches(6, size);
    const auto n = static_cast<std::size_t>(size.count());
    Engine engine(model, size, Precision::f32);
    std::vector<float> p(3 * n);
    Random r(8);
    for (auto& patch : patches) {
        engine.run(patch.values.data(), p.data());
        for (std::size_t i = 0; i < n; ++i) {
            const double u = r.uniform();
            if (i % 3 != 0)
                patch.labels[i] = static_cast<std::uint8_t>(u < p[i] ? 0 : (u < p[i] + p[n + i] ? 1 : 2));
        }
    }
    const Model loud = with_temperature(model, 1 / 2.5);
    const auto c = calibrate(loud, patches, size);
    EXPECT_EQ(c.voxels, static_cast<std::int64_t>(6 * (n - (n + 2) / 3)));
    EXPECT_NEAR(c.temperature, 2.5, 0.1);
    EXPECT_LT(c.ece_after, 0.02);
    const Model again = calibrated(loud, c);
    EXPECT_NEAR(again.weights.at("head.weight").values[5], model.weights.at("head.weight").values[5], 0.01);
    EXPECT_EQ(again.record.at("calibration_voxels"), std::to_string(c.voxels));
    EXPECT_NEAR(std::stod(again.record.at("temperature")), c.temperature, 1e-4);
}

TEST(Calibration, WithoutLabelsTheModelStays) {
    const Size3 size{16, 16, 16};
    const Model model = make_model({{16, 16}, 3}, 3);
    const auto c = calibrate(model, random_patches(1, size), size);
    EXPECT_EQ(c.temperature, 1);
    EXPECT_EQ(calibrated(model, c).checksum(), model.checksum());
    EXPECT_EQ(calibrate(model, {}, size).voxels, 0);
    EXPECT_THROW(with_temperature(model, 0), std::invalid_argument);
}

}  // namespace
}  // namespace cytomo
