#include "cytomo/simulation/acquisition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cytomo {
namespace {

/// A ball of absorption 0.4 per µm in the middle, radius 0.3 µm, edges soft over a voxel.
Volume<float> ball() {
    const Grid grid{{64, 32, 40}, {0.025, 0.025, 0.025}, {}};
    Volume<float> lac(grid);
    for (std::int64_t z = 0; z < 40; ++z)
        for (std::int64_t y = 0; y < 32; ++y)
            for (std::int64_t x = 0; x < 64; ++x) {
                const double d = std::hypot(static_cast<double>(x) - 31.5, static_cast<double>(y) - 15.5,
                                            static_cast<double>(z) - 19.5) *
                                     0.025 -
                                 0.3;
                lac(x, y, z) = static_cast<float>(0.4 * std::clamp(0.5 - d / 0.025, 0.0, 1.0));
            }
    return lac;
}

Acquisition perfect() {
    Acquisition a;
    a.tilt_min_deg = -60;
    a.tilt_max_deg = 60;
    a.tilt_step_deg = 4;
    a.photons = 0;
    a.blur_nm = 0;
    a.misalignment = a.flicker = a.flat_field_error = a.fringes = a.image_smoothing = 0;
    return a;
}

double total(const TiltSeries& s, std::size_t image) {
    const auto pixels = static_cast<std::size_t>(s.detectors * s.rows);
    double sum = 0;
    for (std::size_t i = 0; i < pixels; ++i) sum += s.absorption[image * pixels + i];
    return sum;
}

TEST(Acquisition, ABallLooksTheSameFromEverySide) {
    const Volume<float> lac = ball();
    const TiltSeries s = acquire(lac, lac.grid(), perfect(), 1);
    ASSERT_EQ(s.angles_deg.size(), 31U);
    // The integral over an image is the ball's volume times its absorption; the chord through the middle is
    // its diameter.
    const double expected = 0.4 * 4 / 3 * std::numbers::pi * 0.027;
    for (std::size_t t = 0; t < s.angles_deg.size(); ++t) {
        EXPECT_NEAR(total(s, t) * 0.025 * 0.025, expected, 0.02 * expected) << s.angles_deg[t];
        const auto middle = t * static_cast<std::size_t>(s.detectors * s.rows) +
                            static_cast<std::size_t>(15 * s.detectors + 31);
        EXPECT_NEAR(s.absorption[middle], 0.4 * 0.6, 0.01);
    }
}

TEST(Acquisition, DoseTakesAbsorptionLinearly) {
    const Volume<float> lac = ball();
    Acquisition a = perfect();
    const TiltSeries whole = acquire(lac, lac.grid(), a, 1);
    a.dose_loss = 0.3;
    const TiltSeries less = acquire(lac, lac.grid(), a, 1);
    const std::size_t last = whole.angles_deg.size() - 1;
    EXPECT_NEAR(total(less, 0) / total(whole, 0), 1, 1e-5);
    EXPECT_NEAR(total(less, last / 2) / total(whole, last / 2), 0.85, 1e-4);
    EXPECT_NEAR(total(less, last) / total(whole, last), 0.7, 1e-4);
}

TEST(Acquisition, ImagesGoMissingButNeverTheEnds) {
    Acquisition a = perfect();
    a.tilt_step_deg = 1;
    a.missing_images = 0.25;
    double kept = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const auto angles = tilt_angles(a, seed);
        EXPECT_EQ(angles.front(), -60);
        EXPECT_EQ(angles.back(), 60);
        kept += static_cast<double>(angles.size());
        EXPECT_EQ(angles, tilt_angles(a, seed));
    }
    // 119 images of 20 series, a quarter missing: 3 deviations are 57.
    EXPECT_NEAR(kept, 20 * (2 + 0.75 * 119), 60);
    a.missing_images = 0;
    EXPECT_EQ(tilt_angles(a, 5).size(), 121U);
}

TEST(Acquisition, BadImagesAreFarOffOthersUnchanged) {
    const Volume<float> lac = ball();
    Acquisition a = perfect();
    a.tilt_step_deg = 2;
    const TiltSeries good = acquire(lac, lac.grid(), a, 3);
    a.bad_images = 0.3;
    const TiltSeries mixed = acquire(lac, lac.grid(), a, 3);
    const auto pixels = static_cast<std::size_t>(good.detectors * good.rows);
    int bad = 0;
    for (std::size_t t = 0; t < good.angles_deg.size(); ++t) {
        // Where the middle of the ball is seen.
        const auto centre = [&](const TiltSeries& s) {
            double sum = 0, x = 0, y = 0;
            for (std::size_t i = 0; i < pixels; ++i) {
                const double v = s.absorption[t * pixels + i];
                sum += v;
                x += v * static_cast<double>(i % static_cast<std::size_t>(s.detectors));
                y += v * static_cast<double>(i / static_cast<std::size_t>(s.detectors));
            }
            return std::pair{x / sum, y / sum};
        };
        const auto [x0, y0] = centre(good);
        const auto [x1, y1] = centre(mixed);
        const double moved = std::hypot(x1 - x0, y1 - y0);
        if (moved > 1e-6) {
            ++bad;
            EXPECT_GT(moved, 2);
            EXPECT_LT(moved, 10.1);
        }
    }
    EXPECT_GT(bad, 6);
    EXPECT_LT(bad, 32);
}

TEST(Acquisition, JitterTurnsTheSampleNotTheRecord) {
    const Volume<float> lac = ball();
    // A second, off-centre ball makes angles visible.
    Volume<float> pair = lac;
    for (std::int64_t z = 0; z < 6; ++z)
        for (std::int64_t y = 13; y < 19; ++y)
            for (std::int64_t x = 50; x < 56; ++x) pair(x, y, z) = 1;
    Acquisition a = perfect();
    const TiltSeries exact = acquire(pair, pair.grid(), a, 1);
    a.tilt_jitter_deg = 2;
    const TiltSeries shaken = acquire(pair, pair.grid(), a, 1);
    EXPECT_EQ(exact.angles_deg, shaken.angles_deg);
    double difference = 0;
    for (std::size_t i = 0; i < exact.absorption.size(); ++i)
        difference = std::max<double>(difference, std::fabs(exact.absorption[i] - shaken.absorption[i]));
    EXPECT_GT(difference, 0.01);
}

TEST(Acquisition, FringesAreBrightAroundDarkMatter) {
    const Volume<float> lac = ball();
    Acquisition a = perfect();
    a.blur_nm = 30;
    a.depth_of_field_um = 0;
    const auto darkest_and_brightest = [&](const TiltSeries& s) {
        const auto [low, high] = std::minmax_element(s.absorption.begin(), s.absorption.end());
        return std::pair{*high, *low};
    };
    const TiltSeries plain = acquire(lac, lac.grid(), a, 1);
    a.fringes = 0.5;
    const TiltSeries fringed = acquire(lac, lac.grid(), a, 1);
    // Nothing is less than empty without them; with them the surroundings shine, and nothing is lost.
    EXPECT_GT(darkest_and_brightest(plain).second, -1e-6);
    EXPECT_LT(darkest_and_brightest(fringed).second, -0.005);
    EXPECT_GT(darkest_and_brightest(fringed).first, darkest_and_brightest(plain).first);
    EXPECT_NEAR(total(fringed, 3), total(plain, 3), 1e-3 * total(plain, 3));
}

TEST(Acquisition, DriftMovesTheDetectorsPatternAgainstTheSample) {
    const Volume<float> empty(Grid{{60, 40, 24}, {0.025, 0.025, 0.025}, {}});
    Acquisition a = perfect();
    a.flat_field_error = 0.01;
    // How alike the patterns of two images are.
    const auto likeness = [&] {
        const TiltSeries s = acquire(empty, empty.grid(), a, 1);
        const auto pixels = static_cast<std::size_t>(s.detectors * s.rows);
        double both = 0, one = 0;
        for (std::size_t i = 0; i < pixels; ++i) {
            both += static_cast<double>(s.absorption[i]) * s.absorption[5 * pixels + i];
            one += static_cast<double>(s.absorption[i]) * s.absorption[i];
        }
        return both / one;
    };
    EXPECT_LT(likeness(), 0.2);
    a.drift = 0;
    EXPECT_NEAR(likeness(), 1, 1e-5);
}

TEST(Acquisition, NoiseIsThatOfThePhotonsAndOfTheSmoothing) {
    const Volume<float> empty(Grid{{96, 64, 24}, {0.025, 0.025, 0.025}, {}});
    Acquisition a = perfect();
    a.photons = 2500;
    const auto deviation = [&] {
        const TiltSeries s = acquire(empty, empty.grid(), a, 1);
        double squares = 0;
        for (const float v : s.absorption) squares += static_cast<double>(v) * v;
        return std::sqrt(squares / static_cast<double>(s.absorption.size()));
    };
    EXPECT_NEAR(deviation(), 1.0 / 50, 0.02 / 50);
    // Smoothing by a Gaussian leaves the sum of its squared weights.
    a.image_smoothing = 0.8;
    double sum = 0, squares = 0;
    for (int i = -8; i <= 8; ++i) {
        const double w = std::exp(-i * i / (2 * 0.64));
        sum += w;
        squares += w * w;
    }
    const double left = squares / (sum * sum);  // of the variance, for each axis
    EXPECT_NEAR(deviation(), left / 50, 0.03 * left / 50);
}

}  // namespace
}  // namespace cytomo
