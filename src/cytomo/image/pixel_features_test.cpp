#include "cytomo/image/pixel_features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace cytomo {
namespace {

constexpr double scales[] = {0.7, 1.0, 1.6, 3.5, 5.0, 10.0};

/// Far from the edges of a wave cos(k x + phase) every filter has a closed form; kernels are cut at 3.5
/// deviations.
TEST(PixelFeatures, OfAWaveAreWhatFourierSays) {
    const double k = 2 * M_PI / 24;
    Volume<float> wave(Grid{{144, 144, 2}});
    for (std::int64_t i = 0; i < wave.count(); ++i)
        wave[i] = i < 144 * 144 ? 7.F : static_cast<float>(std::cos(k * static_cast<double>(i % 144)));
    const auto f = pixel_features(wave, 1);
    ASSERT_EQ(f.size(), 144U * 144U * pixel_feature_count);
    const auto damped = [&](double sigma, double wave_number) {
        return std::exp(-0.5 * std::pow(sigma * wave_number, 2));
    };
    for (const std::int64_t x : {66, 70, 72, 77}) {
        const float* pixel = f.data() + (70 * 144 + x) * pixel_feature_count;
        const double at = k * static_cast<double>(x);
        for (std::size_t s = 0; s < std::size(scales); ++s) {
            const double sigma = scales[s], a = damped(sigma, k), slope = std::sin(k),
                         bend = -2 * (1 - std::cos(k)) * a * std::cos(at);
            // The square of the gradient is slope² a² (1 - cos 2 k x) / 2.
            const double tensor =
                slope * slope * a * a * (1 - damped(sigma / 2, 2 * k) * std::cos(2 * at)) / 2;
            const float* v = pixel + 8 * s;
            const double near = 2e-3;
            EXPECT_NEAR(v[0], a * std::cos(at), near) << sigma;
            EXPECT_NEAR(v[1], bend, near * k) << sigma;
            EXPECT_NEAR(v[2], std::abs(slope * a * std::sin(at)), near * k) << sigma;
            EXPECT_NEAR(v[3], (a - damped(0.66 * sigma, k)) * std::cos(at), 2 * near) << sigma;
            EXPECT_NEAR(v[4], std::min(bend, 0.0), near * k) << sigma;
            EXPECT_NEAR(v[5], std::max(bend, 0.0), near * k) << sigma;
            EXPECT_NEAR(v[6], 0, 1e-6) << sigma;
            EXPECT_NEAR(v[7], tensor, near * k) << sigma;
        }
    }
}

TEST(PixelFeatures, DoNotCareHowAnImageIsTurned) {
    Volume<float> image(Grid{{40, 40, 1}}), turned(Grid{{40, 40, 1}});
    for (std::int64_t y = 0; y < 40; ++y)
        for (std::int64_t x = 0; x < 40; ++x) {
            const auto v =
                static_cast<float>(std::sin(0.3 * static_cast<double>(x * y) + static_cast<double>(x)));
            image(x, y, 0) = v;
            turned(39 - y, x, 0) = v;
        }
    const auto a = pixel_features(image, 0), b = pixel_features(turned, 0);
    for (std::int64_t y = 0; y < 40; ++y)
        for (std::int64_t x = 0; x < 40; ++x)
            for (std::int64_t k = 0; k < pixel_feature_count; ++k)
                ASSERT_NEAR(a[static_cast<std::size_t>((y * 40 + x) * pixel_feature_count + k)],
                            b[static_cast<std::size_t>((x * 40 + 39 - y) * pixel_feature_count + k)], 1e-4);
}

}  // namespace
}  // namespace cytomo
