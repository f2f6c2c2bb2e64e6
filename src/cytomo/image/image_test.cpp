// Smoothing, resampling, grey scales and augmentation against closed forms.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/image/augment.h"
#include "cytomo/image/denoise.h"
#include "cytomo/image/filter.h"
#include "cytomo/image/grey_scale.h"
#include "cytomo/image/resample.h"

namespace cytomo {
namespace {

TEST(Filter, PointBecomesGaussianWithItsVariance) {
    Volume<float> v(Grid{{41, 31, 21}});
    v(20, 15, 10) = 1;
    gaussian_blur(v, {2.5, 1.5, 0});
    double sum = 0, xx = 0, yy = 0;
    for (std::int64_t y = 0; y < 31; ++y)
        for (std::int64_t x = 0; x < 41; ++x) {
            const double f = v(x, y, 10);
            sum += f;
            xx += f * static_cast<double>((x - 20) * (x - 20));
            yy += f * static_cast<double>((y - 15) * (y - 15));
        }
    EXPECT_NEAR(sum, 1, 1e-5);
    EXPECT_NEAR(xx, 6.25, 0.1);
    EXPECT_NEAR(yy, 2.25, 0.05);
    EXPECT_EQ(v(20, 15, 9), 0);
}

Volume<float> noise_on_a_step(double step) {
    Volume<float> v(Grid{{24, 20, 18}});
    Random random(3);
    for (std::int64_t i = 0; i < v.count(); ++i)
        v[i] = static_cast<float>((i % 24 < 12 ? 0.0 : step) + random.normal());
    return v;
}

TEST(Denoise, TheMedianHasAsManyValuesBelowAsAbove) {
    const Volume<float> before = noise_on_a_step(0);
    Volume<float> after = before;
    median_filter(after);
    for (std::int64_t z = 1; z < 17; ++z)
        for (std::int64_t y = 1; y < 19; ++y)
            for (std::int64_t x = 1; x < 23; ++x) {
                int below = 0, above = 0;
                for (std::int64_t k = -1; k <= 1; ++k)
                    for (std::int64_t j = -1; j <= 1; ++j)
                        for (std::int64_t i = -1; i <= 1; ++i) {
                            below += before(x + i, y + j, z + k) < after(x, y, z);
                            above += before(x + i, y + j, z + k) > after(x, y, z);
                        }
                ASSERT_EQ(below, 13);
                ASSERT_EQ(above, 13);
            }
}

TEST(Denoise, DiffusionTakesNoiseKeepsEdgesAndTheSum) {
    const Volume<float> before = noise_on_a_step(20);
    Volume<float> after = before;
    edge_preserving_diffusion(after, 8);
    const auto sum = [](const Volume<float>& v) {
        return std::accumulate(v.values().begin(), v.values().end(), 0.0);
    };
    EXPECT_NEAR(sum(after), sum(before), 1e-3 * sum(before));
    const auto variance = [](const Volume<float>& v) {
        double squares = 0;
        int n = 0;
        for (std::int64_t i = 0; i < v.count(); ++i)
            if (i % 24 < 10) {
                squares += static_cast<double>(v[i]) * v[i];
                ++n;
            }
        return squares / n;
    };
    EXPECT_LT(variance(after), 0.3 * variance(before));
    double edge = 0;
    for (std::int64_t z = 0; z < 18; ++z)
        for (std::int64_t y = 0; y < 20; ++y) edge += after(12, y, z) - after(11, y, z);
    EXPECT_GT(edge / (18 * 20), 17);
}

TEST(Filter, ConstantStaysConstantAtTheEdges) {
    Volume<float> v(Grid{{5, 1, 3}}, 7.F);
    gaussian_blur(v, {3, 3, 3});
    for (const float x : v.values()) EXPECT_NEAR(x, 7, 1e-4);
}

Tomogram ramp(const Grid& grid) {
    auto v = std::make_shared<Volume<float>>(grid);
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x) {
                const Vec3 p = grid.world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                (*v)(x, y, z) = static_cast<float>(p.x + 10 * p.y + 100 * p.z);
            }
    return tomogram_from(v);
}

TEST(Resample, LinearFunctionsOfPlaceAreKept) {
    const Grid grid{{24, 30, 12}, {0.01, 0.02, 0.03}, {1, 2, 3}};
    const Tomogram t = ramp(grid);
    for (const Vec3 voxel : {Vec3{0.02, 0.02, 0.02}, Vec3{0.025, 0.013, 0.05}, Vec3{0.005, 0.04, 0.03}}) {
        const Grid target = grid.resampled(voxel);
        const Resampler r(t, target);
        const auto values = r.slices(0, target.size.z);
        for (std::int64_t z = 2; z < target.size.z - 2; ++z)
            for (std::int64_t y = 3; y < target.size.y - 3; ++y)
                for (std::int64_t x = 3; x < target.size.x - 3; ++x) {
                    const Vec3 p = target.world_from_voxel(
                        {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                    // A box that covers cells in parts may shift by a fraction of the small cell.
                    EXPECT_NEAR(values[static_cast<std::size_t>(target.index(x, y, z))],
                                p.x + 10 * p.y + 100 * p.z,
                                0.5 * (grid.voxel_um.x + 10 * grid.voxel_um.y + 100 * grid.voxel_um.z));
                }
    }
}

TEST(Resample, WholeFactorsAreExactMeans) {
    const Grid grid{{8, 6, 4}, {0.01, 0.01, 0.01}};
    const Tomogram t = ramp(grid);
    const auto all = t.load();
    const Grid half = grid.resampled({0.02, 0.02, 0.02});
    const auto values = Resampler(t, half).slices(1, 1);
    double sum = 0;
    for (int k = 0; k < 8; ++k) sum += all(4 + k % 2, 2 + k / 2 % 2, 2 + k / 4);
    EXPECT_NEAR(values[static_cast<std::size_t>(half.index(2, 1, 0))], sum / 8, 1e-4);
}

TEST(Resample, NearlyEqualVoxelsAreKept) {
    const Grid g{{100, 100, 50}, {0.0196, 0.02, 0.01}};
    const Grid m = model_grid(g, 0.02);
    EXPECT_EQ(m.size, (Size3{100, 100, 25}));
    EXPECT_EQ(m.voxel_um.x, 0.0196);
}

TEST(Resample, ModelGridsEndWhereTheTomogramDoes) {
    for (const auto& [slices, edge, model_slices] :
         {std::tuple{1, 0.01, 1}, {2, 0.01, 1}, {3, 0.01, 2}, {6, 0.01, 3}, {1, 0.037, 2}, {33, 0.013, 21}}) {
        const Grid tomogram{{31, 7, slices}, {0.0131, 0.045, edge}, {1, -2, 0.5}};
        const Grid model = model_grid(tomogram, 0.02);
        EXPECT_EQ(model.size.z, model_slices) << slices << " slices of " << edge;
        const Vec3 outside{-0.5, -0.5, -0.5};
        const auto far = [](const Grid& g) {
            return g.world_from_voxel({static_cast<double>(g.size.x) - 0.5,
                                       static_cast<double>(g.size.y) - 0.5,
                                       static_cast<double>(g.size.z) - 0.5});
        };
        EXPECT_NEAR(length(model.world_from_voxel(outside) - tomogram.world_from_voxel(outside)), 0, 1e-12);
        EXPECT_NEAR(length(far(model) - far(tomogram)), 0, 1e-12);
    }
}

/// Ice, cytoplasm and few dense balls.
Tomogram cell_like(bool dense_is_dark, float noise) {
    auto v = std::make_shared<Volume<float>>(Grid{{96, 96, 24}, {0.02, 0.02, 0.02}});
    Random r(4);
    for (std::int64_t z = 0; z < 24; ++z)
        for (std::int64_t y = 0; y < 96; ++y)
            for (std::int64_t x = 0; x < 96; ++x) {
                double a = x < 20 ? 0.11 : 0.2;
                if (std::hypot(static_cast<double>(x % 32) - 16.0, static_cast<double>(y % 32) - 16.0) < 6)
                    a = 0.6;
                a += noise * r.normal();
                (*v)(x, y, z) = static_cast<float>(dense_is_dark ? 200 - 100 * a : a);
            }
    return tomogram_from(v);
}

TEST(GreyScale, BothPolaritiesEndOnTheSameScale) {
    const auto bright = cell_like(false, 0.05F), dark = cell_like(true, 0.05F);
    const auto sb = measure_grey_statistics(bright, 0.02), sd = measure_grey_statistics(dark, 0.02);
    EXPECT_EQ(guess_polarity(sb), Polarity::dense_is_bright);
    EXPECT_EQ(guess_polarity(sd), Polarity::dense_is_dark);
    const auto a = make_grey_scale(sb, Polarity::dense_is_bright),
               b = make_grey_scale(sd, Polarity::dense_is_dark);
    const auto va = bright.load(), vb = dark.load();
    double sum = 0, squares = 0;
    for (std::int64_t i = 0; i < va.count(); ++i) {
        EXPECT_NEAR(a.apply(va[i]), b.apply(vb[i]), 0.02);
        sum += a.apply(va[i]);
        squares += a.apply(va[i]) * a.apply(va[i]);
    }
    EXPECT_NEAR(sum / static_cast<double>(va.count()), 0, 0.05);
    EXPECT_NEAR(squares / static_cast<double>(va.count()), 1, 0.15);
}

TEST(GreyScale, ConstantRimAndNanDoNotCount) {
    const auto t = cell_like(false, 0.05F);
    auto rimmed = std::make_shared<Volume<float>>(t.load());
    for (std::int64_t z = 0; z < 24; ++z)
        for (std::int64_t y = 0; y < 96; ++y)
            for (std::int64_t x = 80; x < 96; ++x) (*rimmed)(x, y, z) = -50;
    (*rimmed)(40, 40, 12) = NAN;
    const auto a = measure_grey_statistics(t, 0.02), b = measure_grey_statistics(tomogram_from(rimmed), 0.02);
    EXPECT_NEAR(a.mean, b.mean, 0.03);
    EXPECT_NEAR(a.deviation, b.deviation, 0.04);
    EXPECT_THROW(
        measure_grey_statistics(tomogram_from(std::make_shared<Volume<float>>(Grid{{9, 9, 9}}, 3.F)), 0.02),
        InputError);
}

TEST(GreyScale, StatisticsAgreeWithSorting) {
    // Rims of both extremes do not count; what is left is sorted here and clipped at 1 and 99 %.
    for (const bool rims : {false, true}) {
        Volume<float> volume = cell_like(false, 0.05F).load();
        std::vector<float> inside;
        for (std::int64_t i = 0; i < volume.count(); ++i) {
            const std::int64_t x = i % 96;
            if (rims && x < 8) volume[i] = -50;
            if (rims && x >= 88) volume[i] = 70;
            if (!rims || (x >= 8 && x < 88)) inside.push_back(volume[i]);
        }
        std::sort(inside.begin(), inside.end());
        const auto at = [&](double share) {
            return inside[static_cast<std::size_t>(share * static_cast<double>(inside.size() - 1))];
        };
        double sum = 0, squares = 0;
        for (const float v : inside) sum += std::clamp(v, at(0.01), at(0.99));
        const double mean = sum / static_cast<double>(inside.size());
        for (const float v : inside) squares += std::pow(std::clamp(v, at(0.01), at(0.99)) - mean, 2);
        const auto found =
            measure_grey_statistics(tomogram_from(std::make_shared<const Volume<float>>(volume)), 0.02);
        EXPECT_EQ(found.low, at(0.01)) << rims;
        EXPECT_EQ(found.high, at(0.99)) << rims;
        EXPECT_NEAR(found.mean, mean, 1e-9) << rims;
        EXPECT_NEAR(found.deviation, std::sqrt(squares / static_cast<double>(inside.size())), 1e-9) << rims;
    }
}

TEST(Augment, WithoutChangesItIsACrop) {
    Volume<float> v(Grid{{20, 20, 20}});
    ClassVolume l(Grid{{20, 20, 20}});
    for (std::int64_t i = 0; i < v.count(); ++i) {
        v[i] = static_cast<float>(i % 13) / 4;
        l[i] = static_cast<std::uint8_t>(i % 7);
    }
    const AugmentOptions none{0, 0, 0, 0, 0, 0, 0};
    // Reflections remain; over several draws every patch must be one of the eight reflections in x, z.
    for (int k = 0; k < 8; ++k) {
        Random r(static_cast<std::uint64_t>(k));
        const Patch p = cut_augmented_patch(v, l, {5, 5, 5}, {10, 10, 10}, none, r);
        EXPECT_EQ(p.labels[62], l(10, 10, 10));
        EXPECT_TRUE(p.labels[60] == l(8, 10, 10) || p.labels[60] == l(12, 10, 10));
        EXPECT_EQ(p.labels[52], l(10, 8, 10));
    }
}

TEST(Augment, BeyondTheVolumeIsUnlabelled) {
    Volume<float> v(Grid{{8, 8, 8}}, 1.F);
    ClassVolume l(Grid{{8, 8, 8}}, 2);
    const AugmentOptions none{0, 0, 0, 0, 0, 0, 0};
    Random r(1);
    const Patch p = cut_augmented_patch(v, l, {16, 4, 4}, {3.5, 3.5, 3.5}, none, r);
    int known = 0;
    for (const auto c : p.labels) known += c == 2 ? 1 : 0;
    EXPECT_EQ(known, 8 * 4 * 4);
    EXPECT_TRUE(
        std::all_of(p.labels.begin(), p.labels.end(), [](auto c) { return c == 2 || c == ignore_label; }));
}

TEST(Augment, SameSeedSamePatch) {
    Volume<float> v(Grid{{32, 32, 16}});
    Random fill(3);
    for (auto& x : v.values()) x = static_cast<float>(fill.normal());
    const ClassVolume l(Grid{{32, 32, 16}}, 1);
    Random a(5), b(5);
    EXPECT_EQ(cut_augmented_patch(v, l, {16, 16, 16}, {16, 16, 8}, {}, a).values,
              cut_augmented_patch(v, l, {16, 16, 16}, {16, 16, 8}, {}, b).values);
}

}  // namespace
}  // namespace cytomo
