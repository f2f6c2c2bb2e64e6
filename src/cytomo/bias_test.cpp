#include "cytomo/bias.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cytomo/core/error.h"

namespace cytomo {
namespace {

void paint(InstanceVolume& v, std::uint32_t number, Size3 first, Size3 size) {
    for (std::int64_t z = 0; z < size.z; ++z)
        for (std::int64_t y = 0; y < size.y; ++y)
            for (std::int64_t x = 0; x < size.x; ++x) v(first.x + x, first.y + y, first.z + z) = number;
}

/// Boxes of 4 × 4 × 4 voxels of 0.1 µm: two droplets (one at the border) and a vesicle.
SimulatedTomogram three_boxes() {
    SimulatedTomogram made;
    const Grid grid{{40, 20, 20}, {0.1, 0.1, 0.1}};
    made.tomogram = Volume<float>(grid, -0.5F);
    made.classes = ClassVolume(grid);
    made.instances = InstanceVolume(grid);
    made.truth.options.output.bits = 32;
    paint(made.instances, 1, {5, 5, 5}, {4, 4, 4});
    paint(made.instances, 2, {0, 5, 5}, {4, 4, 4});
    paint(made.instances, 3, {20, 5, 5}, {4, 4, 4});
    for (std::uint32_t n = 1; n <= 3; ++n) {
        ObjectTruth o;
        o.instance = n;
        o.class_id = n == 3 ? vesicle : lipid_droplet;
        o.labelled_volume_um3 = 0.064;
        o.mean_lac_per_um = 0.4;
        o.touches_border = n == 2;
        made.truth.objects.push_back(o);
    }
    return made;
}

TEST(Bias, OfOneCellComparesPartners) {
    const SimulatedTomogram made = three_boxes();
    // The first droplet came out one voxel too wide, the vesicle is missing, and there is a false droplet.
    Instances found;
    found.volume = InstanceVolume(made.classes.grid());
    found.class_of = {0, lipid_droplet, lipid_droplet, lipid_droplet};
    paint(found.volume, 2, {5, 5, 5}, {5, 4, 4});
    paint(found.volume, 1, {0, 5, 5}, {4, 4, 4});
    paint(found.volume, 3, {30, 12, 12}, {4, 4, 4});
    const Tomogram tomogram = tomogram_from(std::make_shared<const Volume<float>>(made.tomogram));
    const auto objects = measure_objects(found, &tomogram);
    const std::vector<ClassTotal> totals{{lipid_droplet, 64 + 80 + 64, -0.5, 0}};
    ClassIntervals expected;
    expected.class_id = lipid_droplet;
    expected.expected_real = 1.75;
    expected.expected_missed = 0.5;
    expected.expected_um3 = 0.125;
    const auto samples = compare_with_truth({slices_of(found), objects, {}, totals, {expected}}, made, 2);
    const auto sample = [&](std::uint8_t c, const std::string& measure) {
        for (const BiasSample& s : samples)
            if (s.class_id == c && s.measure == measure) return s;
        return BiasSample{};
    };
    EXPECT_EQ(sample(lipid_droplet, "objects").truth, 2);
    EXPECT_EQ(sample(lipid_droplet, "objects").measured, 3);
    EXPECT_EQ(sample(lipid_droplet, "objects found").measured, 2);
    EXPECT_EQ(sample(vesicle, "objects found").truth, 1);
    EXPECT_EQ(sample(vesicle, "objects found").measured, 0);
    EXPECT_NEAR(sample(lipid_droplet, "total volume").truth, 0.128, 1e-9);
    EXPECT_NEAR(sample(lipid_droplet, "total volume").measured, 0.208, 1e-9);
    // Of single objects only the one that is not cut.
    EXPECT_NEAR(sample(lipid_droplet, "volume").truth, 0.064, 1e-9);
    EXPECT_NEAR(sample(lipid_droplet, "volume").measured, 0.080, 1e-9);
    EXPECT_NEAR(sample(lipid_droplet, "absorption").truth, 0.4, 1e-9);
    EXPECT_NEAR(sample(lipid_droplet, "absorption").measured, 0.5, 1e-6);  // dark: values are negative
    EXPECT_EQ(sample(lipid_droplet, "volume").cell, 2);
    EXPECT_EQ(sample(lipid_droplet, "expected objects").truth, 2);
    EXPECT_EQ(sample(lipid_droplet, "expected objects").measured, 2.25);
    EXPECT_EQ(sample(lipid_droplet, "expected total volume").measured, 0.125);
    EXPECT_EQ(samples.size(), 5U + 5U + 3U);  // 5 of the droplets' cell, 5 of the vesicles', 3 of a droplet
}

TEST(Bias, WhatIsTooSmallToBeKeptIsNotAskedForAndFalseClassesCount) {
    SimulatedTomogram made = three_boxes();
    for (ObjectTruth& o : made.truth.objects)
        if (o.instance == 2) o.labelled_volume_um3 = 0.0001;  // a sphere of 60 nm has 0.000113 µm³
    const Instances nothing{InstanceVolume(made.classes.grid()), {0}};
    const std::vector<ClassTotal> totals{{background, 100}, {nucleus, 7}, {ignore_label, 3}};
    const auto samples = compare_with_truth({slices_of(nothing), {}, {}, totals, {}}, made, 0);
    double droplets = -1, nuclei = -1;
    for (const BiasSample& s : samples) {
        EXPECT_NE(s.class_id, background);
        EXPECT_NE(s.class_id, ignore_label);
        if (s.class_id == lipid_droplet && s.measure == "objects") droplets = s.truth;
        if (s.class_id == nucleus && s.measure == "total volume") {
            nuclei = s.measured;
            EXPECT_EQ(s.truth, 0);
        }
    }
    EXPECT_EQ(droplets, 1);
    EXPECT_NEAR(nuclei, 0.007, 1e-12);
}

TEST(Bias, SumsOverCells) {
    std::vector<BiasSample> samples;
    for (int cell = 0; cell < 4; ++cell)
        for (int i = 0; i < 25; ++i)
            samples.push_back({cell, 3, "volume", "µm³", 1.0 + i, (1.0 + i) * (1.1 + 0.01 * (i % 3 - 1))});
    samples.push_back({0, 4, "objects", "", 0, 2});
    const auto rows = summarise_bias(samples);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].samples, 100);
    EXPECT_EQ(rows[0].cells, 4);
    EXPECT_NEAR(rows[0].truth, 13, 1e-12);
    EXPECT_NEAR(rows[0].bias, 0.1, 0.002);
    EXPECT_NEAR(rows[0].bias_low, rows[0].bias, 1e-9);  // all cells alike: nothing to be unsure of
    EXPECT_NEAR(rows[0].bias_high, rows[0].bias, 1e-9);
    EXPECT_NEAR(rows[0].median_error, 0.1, 1e-9);
    EXPECT_NEAR(rows[0].spread, 0.01, 1e-9);
    EXPECT_TRUE(std::isnan(rows[1].bias));  // there was nothing, so no share of it
    EXPECT_TRUE(std::isnan(rows[1].bias_low));
}

TEST(Bias, IntervalHoldsTheSpreadOfCells) {
    // Cells whose errors are 0, 10, 20, 30 %: the mean of four draws spans about 6 to 24 %.
    std::vector<BiasSample> samples;
    for (int cell = 0; cell < 4; ++cell) samples.push_back({cell, 3, "volume", "µm³", 1, 1 + 0.1 * cell});
    const auto rows = summarise_bias(samples);
    EXPECT_NEAR(rows[0].bias, 0.15, 1e-9);
    // 5 % of the means of 4 draws of {0, 0.1, 0.2, 0.3} lie at or below 0.05 (15 of 256), 95 % at or above.
    EXPECT_NEAR(rows[0].bias_low, 0.05, 0.0251);
    EXPECT_NEAR(rows[0].bias_high, 0.25, 0.0251);
}

TEST(Bias, FindsThePhotonsOfANoisyTomogram) {
    SimulationOptions options;
    options.size = {128, 128, 16};
    options.voxel_um = {0.04, 0.04, 0.04};
    options.acquisition.tilt_step_deg = 5;
    options.acquisition.photons = 400;
    options.seed = 11;
    const auto noisy = simulate_tomogram(options);
    const Tomogram tomogram = tomogram_from(std::make_shared<const Volume<float>>(noisy.tomogram));
    options.acquisition.photons = 8000;
    const double photons = photons_like(tomogram, options);
    EXPECT_GT(photons, 400 / 1.3);
    EXPECT_LT(photons, 400 * 1.3);
}

TEST(Bias, ChecksItsOptions) {
    BiasOptions options;
    options.cells = 0;
    EXPECT_THROW(options.check(), UsageError);
}

}  // namespace
}  // namespace cytomo
