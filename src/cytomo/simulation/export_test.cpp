#include "cytomo/simulation/export.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "cytomo/core/parallel.h"

namespace cytomo {
namespace {

/// 0 … 1 along x; as many values as there are places, so that shares of them are known.
Volume<float> ramp(std::int64_t nx, std::int64_t ny = 7) {
    Volume<float> v(Grid{{nx, ny, 1}, {1, 1, 1}, {}});
    for (std::int64_t y = 0; y < ny; ++y)
        for (std::int64_t x = 0; x < nx; ++x) v(x, y, 0) = static_cast<float>(x) / static_cast<float>(nx - 1);
    return v;
}

Export plain(int bits) {
    Export e;
    e.polarity = Polarity::dense_is_bright;
    e.bits = bits;
    e.clip_low = e.clip_high = 0;
    e.smooth_voxels = 0;
    return e;
}

TEST(Export, GammaAndUnusedGreys) {
    Volume<float> v = ramp(101);
    Export e = plain(8);
    e.gamma = 2;
    e.unused_low = 0.1;
    e.unused_high = 0.3;
    export_changes(v, e, 1);
    for (std::int64_t x = 0; x < 101; ++x) {
        const double share = static_cast<double>(x) / 100;
        EXPECT_NEAR(v(x, 3, 0), 255 * (0.1 + 0.6 * share * share), 0.51) << x;
    }
}

TEST(Export, ClippingSaturatesTheSharesAskedFor) {
    Volume<float> v = ramp(1001);
    Export e = plain(8);
    e.clip_low = 0.05;
    e.clip_high = 0.02;
    e.gamma = 1.3;
    export_changes(v, e, 1);
    const auto count = [&](float value) {
        return static_cast<double>(std::count(v.values().begin(), v.values().end(), value)) /
               static_cast<double>(v.count());
    };
    EXPECT_NEAR(count(0), 0.05, 0.02);
    EXPECT_NEAR(count(255), 0.02, 0.005);
}

TEST(Export, ACoarserGridKeepsPlanesAndTakesWhatIsFiner) {
    Volume<float> plane(Grid{{60, 48, 2}, {1, 1, 1}, {}}), fine = plane;
    for (std::int64_t z = 0; z < 2; ++z)
        for (std::int64_t y = 0; y < 48; ++y)
            for (std::int64_t x = 0; x < 60; ++x) {
                plane(x, y, z) = static_cast<float>(2 * x - y + 10 * z);
                fine(x, y, z) = (x + y) % 2 == 0 ? 1.0F : -1.0F;
            }
    const Volume<float> before = plane;
    pass_coarser_grid(plane, 2);
    pass_coarser_grid(fine, 2);
    for (std::int64_t y = 4; y < 44; ++y)
        for (std::int64_t x = 4; x < 56; ++x) {
            EXPECT_NEAR(plane(x, y, 1), before(x, y, 1), 1e-4);
            EXPECT_NEAR(fine(x, y, 0), 0, 1e-5);
        }
    Volume<float> same = before;
    pass_coarser_grid(same, 1);
    EXPECT_TRUE(std::equal(same.values().begin(), same.values().end(), before.values().begin()));
}

TEST(Export, BandNoiseHasDeviationOneAndNoSlowPart) {
    const Volume<float> noise = band_noise(Grid{{64, 64, 16}, {1, 1, 1}, {}}, 2, 5);
    double sum = 0, squares = 0, blocks = 0;
    for (std::int64_t z = 0; z < 16; z += 16)
        for (std::int64_t y = 0; y < 64; y += 16)
            for (std::int64_t x = 0; x < 64; x += 16) {
                double block = 0;
                for (std::int64_t k = z; k < z + 16; ++k)
                    for (std::int64_t j = y; j < y + 16; ++j)
                        for (std::int64_t i = x; i < x + 16; ++i) {
                            block += noise(i, j, k);
                            squares += double{noise(i, j, k)} * noise(i, j, k);
                        }
                sum += block;
                blocks += block * block / 4096 / 4096;
            }
    const auto n = static_cast<double>(noise.count());
    EXPECT_NEAR(squares / n, 1, 0.01);
    EXPECT_NEAR(sum / n, 0, 0.01);
    // White noise of the same grain (some 2³ voxels) would leave blocks a deviation of about 1 / sqrt(512).
    EXPECT_LT(std::sqrt(blocks / 16), 0.02);
}

TEST(Export, StripesRunAlongLinesAndShadingIsSlow) {
    Volume<float> v(Grid{{50, 50, 3}, {1, 1, 1}, {}});
    Random random(2);
    for (float& f : v.values()) f = static_cast<float>(random.normal());
    const Volume<float> before = v;
    Export e = plain(32);
    e.shading = 1;
    export_changes(v, e, 3);
    double steps = 0, squares = 0;
    for (std::int64_t i = 1; i < v.count(); ++i) {
        const double d = v[i] - before[i];
        squares += d * d;
        if (i % 50 != 0) steps += std::pow(d - (v[i - 1] - before[i - 1]), 2);
    }
    EXPECT_GT(squares, 0);
    EXPECT_LT(steps, 0.05 * squares);
    // The same at any thread count, another for another seed.
    Volume<float> again = before, other = before;
    e.stripes = 0.5;
    e.grain = 0.5;
    Volume<float> first = before;
    export_changes(first, e, 3);
    set_thread_count(3);
    export_changes(again, e, 3);
    set_thread_count(0);
    export_changes(other, e, 4);
    EXPECT_TRUE(std::equal(first.values().begin(), first.values().end(), again.values().begin()));
    EXPECT_FALSE(std::equal(first.values().begin(), first.values().end(), other.values().begin()));
}

}  // namespace
}  // namespace cytomo
