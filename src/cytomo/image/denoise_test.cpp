#include "cytomo/image/denoise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"

namespace cytomo {
namespace {

TEST(TotalVariation, StepLosesWhatTheoryTells) {
    // Two plateaus of n voxels each: the minimiser draws each towards the other by weight / n (D. Strong,
    // T. Chan 2003), and leaves the edge where it is.
    constexpr std::int64_t n = 12;
    Volume<float> values(Grid{{2 * n, 5, 4}, {1, 1, 1}, {}});
    for (std::int64_t z = 0; z < 4; ++z)
        for (std::int64_t y = 0; y < 5; ++y)
            for (std::int64_t x = 0; x < 2 * n; ++x) values(x, y, z) = x < n ? 1.0F : 3.0F;
    total_variation_smoothing(values, 1.2, 600);
    for (std::int64_t x = 0; x < 2 * n; ++x)
        EXPECT_NEAR(values(x, 2, 2), x < n ? 1 + 1.2 / n : 3 - 1.2 / n, 0.01) << x;
}

TEST(TotalVariation, TakesNoiseKeepsMeanAndEdge) {
    Volume<float> values(Grid{{40, 20, 10}, {1, 1, 1}, {}});
    Random random(3);
    double mean = 0;
    for (std::int64_t i = 0; i < values.count(); ++i) {
        values[i] = static_cast<float>((i % 40 < 20 ? 0 : 4) + random.normal());
        mean += values[i];
    }
    Volume<float> again = values;
    total_variation_smoothing(values, 1.5, 40);
    double after = 0, low = 0, low_squares = 0, high = 0;
    for (std::int64_t i = 0; i < values.count(); ++i) {
        after += values[i];
        if (i % 40 < 17) {
            low += values[i];
            low_squares += double{values[i]} * values[i];
        }
        if (i % 40 > 22) high += values[i];
    }
    const double per_side = 17 * 200;
    EXPECT_NEAR(after, mean, 1e-3 * std::fabs(mean));
    EXPECT_LT(std::sqrt(low_squares / per_side - low * low / per_side / per_side), 0.25);
    EXPECT_NEAR((high - low) / per_side, 4, 0.5);
    set_thread_count(3);
    total_variation_smoothing(again, 1.5, 40);
    set_thread_count(0);
    for (std::int64_t i = 0; i < values.count(); ++i) ASSERT_EQ(values[i], again[i]);
}

TEST(TotalVariation, NothingToDoChangesNothing) {
    Volume<float> values(Grid{{6, 1, 1}, {1, 1, 1}, {}}, 2.5F);
    total_variation_smoothing(values, 3, 20);
    for (const float v : values.values()) EXPECT_FLOAT_EQ(v, 2.5F);
    values[2] = 7;
    const Volume<float> before = values;
    total_variation_smoothing(values, 0, 20);
    for (std::int64_t i = 0; i < 6; ++i) EXPECT_EQ(values[i], before[i]);
}

}  // namespace
}  // namespace cytomo
