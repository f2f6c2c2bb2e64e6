#include "cytomo/image/noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cytomo/core/error.h"
#include "cytomo/core/random.h"

namespace cytomo {
namespace {

/// A slow wave of deviation `signal` with white noise of deviation `noise` on it.
Tomogram noisy_wave(double signal, double noise, float factor = 1, float offset = 0) {
    auto v = std::make_shared<Volume<float>>(Grid{{128, 64, 20}, {0.02, 0.03, 0.05}});
    Random random(7);
    std::int64_t i = 0;
    for (std::int64_t z = 0; z < 20; ++z)
        for (std::int64_t y = 0; y < 64; ++y)
            for (std::int64_t x = 0; x < 128; ++x, ++i)
                (*v)[i] = offset +
                          factor * static_cast<float>(signal * std::sqrt(2.0) *
                                                          std::sin(2 * M_PI * static_cast<double>(x) / 128) +
                                                      random.normal(0, noise));
    return tomogram_from(v);
}

TEST(Noise, OfWhiteNoiseOnASlowWave) {
    for (const double noise : {0.1, 0.3, 1.0}) {
        const double expected = noise / std::hypot(1, noise);
        EXPECT_NEAR(relative_noise(noisy_wave(1, noise)) / expected, 1, 0.03) << noise;
        EXPECT_NEAR(relative_noise(noisy_wave(1, noise, -400, 3000)) / expected, 1, 0.03) << noise;
    }
}

TEST(Noise, LeavesOutWhatIsNoNumber) {
    auto v = std::make_shared<Volume<float>>(noisy_wave(1, 0.3).load());
    for (std::int64_t i = 0; i < v->count(); i += 7) (*v)[i] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_NEAR(relative_noise(tomogram_from(v)) / (0.3 / std::hypot(1, 0.3)), 1, 0.04);
}

TEST(Noise, NeedsMoreThanOneValue) {
    EXPECT_THROW(relative_noise(tomogram_from(std::make_shared<Volume<float>>(Grid{{9, 9, 9}}, 3.F))),
                 InputError);
}

}  // namespace
}  // namespace cytomo
