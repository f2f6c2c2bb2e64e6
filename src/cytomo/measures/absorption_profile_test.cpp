#include "cytomo/measures/absorption_profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cytomo/core/error.h"
#include "cytomo/core/golden_file.h"
#include "cytomo/core/parallel.h"
#include "cytomo/measures/absorption_test_cell.h"

namespace cytomo {
namespace {

const ProfileOptions defaults = profile_options(default_legend());

std::vector<RadialProfile> profiles_of(const Instances& instances, const ClassVolume& classes,
                                       const Tomogram& tomogram, const ProfileOptions& options) {
    return measure_profiles(slices_of(instances), measure_objects(instances, nullptr), classes, tomogram,
                            options);
}

TEST(AbsorptionProfile, EqualsNumpyAndScipy) {
    const GoldenFile golden("absorption_golden.txt");
    Instances instances{golden.volume<std::uint32_t>("labels"), {}};
    for (const double c : golden["class_of"]) instances.class_of.push_back(static_cast<std::uint8_t>(c));
    const Tomogram tomogram =
        tomogram_from(std::make_shared<const Volume<float>>(golden.volume<float>("grey")));
    const auto profiles = profiles_of(instances, golden.volume<std::uint8_t>("classes"), tomogram, defaults);
    ASSERT_EQ(profiles.size(), 3U);
    for (const RadialProfile& p : profiles) {
        const auto& e = golden["profile_" + std::to_string(p.instance)];
        ASSERT_EQ(p.layers.size() * 3, e.size());
        for (std::size_t i = 0; i < p.layers.size(); ++i) {
            EXPECT_NEAR(p.layers[i].distance_um, e[3 * i], 1e-9);
            EXPECT_EQ(static_cast<double>(p.layers[i].voxels), e[3 * i + 1]) << p.instance << " " << i;
            if (p.layers[i].voxels > 0) {
                EXPECT_NEAR(p.layers[i].mean, e[3 * i + 2], 1e-6);
            }
        }
    }
}

/// Four looks: droplet, vesicle with a thick wall, dense vesicle, hollow one; at a border: half a droplet.
AbsorptionTestCell looks(double blur_um, double noise, double edge = 0.015) {
    return {Grid{{130, 120, 60}, {edge, edge, edge * 4 / 3}, {-0.3, 0, 0}},
            -0.1,
            {{{0.25, 0.5, 0.6}, lipid_droplet, {0.3}, {0.65}},
             {{1.1, 0.6, 0.6}, vesicle, {0.4, 0.28}, {0.33, 0.15}},
             {{0.3, 1.3, 0.6}, vesicle, {0.25}, {0.4}},
             {{1.1, 1.4, 0.6}, vesicle, {0.25}, {0.14}},
             {{0.75, 0.95, 0}, lipid_droplet, {0.2}, {0.6}}},
            blur_um,
            noise};
}

TEST(AbsorptionProfile, LooksAreTold) {
    for (const double sign : {1.0, -1.0}) {
        const AbsorptionTestCell cell = looks(0.02, 0.03);
        ProfileOptions options = defaults;
        options.dense_is_dark = sign < 0;
        const auto p = profiles_of(cell.instances, cell.classes, cell.tomogram(sign > 0, sign), options);
        ASSERT_EQ(p.size(), 5U);
        EXPECT_EQ(p[0].pattern, RoundPattern::dense);
        EXPECT_EQ(p[1].pattern, RoundPattern::ring);
        EXPECT_EQ(p[2].pattern, RoundPattern::dense);
        EXPECT_EQ(p[3].pattern, RoundPattern::hollow);
        EXPECT_EQ(p[4].pattern, RoundPattern::dense);
        EXPECT_NEAR(p[0].deepest_um, 0.3, 0.015);
        EXPECT_NEAR(p[0].lumen_mean, sign * 0.65, 0.005);
        EXPECT_NEAR(p[2].lumen_mean, sign * 0.4, 0.005);
        EXPECT_NEAR(p[3].lumen_mean, sign * 0.14, 0.005);
        for (const RadialProfile& q : p) {
            EXPECT_NEAR(q.surroundings, sign * AbsorptionTestCell::cytosol, 0.005);
            EXPECT_EQ(q.cut_by_border, q.instance == 5);
            EXPECT_FALSE(q.thinned);
        }
        // The ring: 0.12 µm thick, 6 voxels.
        EXPECT_TRUE(p[1].wall_resolved);
        EXPECT_NEAR(p[1].wall_thickness_um, 0.12, 0.012);
        EXPECT_NEAR(p[1].wall_peak, sign * 0.33, 0.01);
        EXPECT_NEAR(p[1].wall_mean, sign * 0.31, 0.02);
        EXPECT_NEAR(p[1].lumen_mean, sign * 0.15, 0.005);
        EXPECT_TRUE(std::isnan(p[0].wall_thickness_um));
    }
}

TEST(AbsorptionProfile, ThinWallsAreNotResolved) {
    const AbsorptionTestCell cell{Grid{{70, 66, 50}, {0.02, 0.02, 0.025}, {-0.3, 0, 0}},
                                  -0.2,
                                  {{{0.5, 0.65, 0.6}, vesicle, {0.3, 0.27}, {0.5, 0.15}}},
                                  0.025,
                                  0.01};
    const auto p = profiles_of(cell.instances, cell.classes, cell.tomogram(), defaults).at(0);
    EXPECT_EQ(p.pattern, RoundPattern::ring);
    EXPECT_FALSE(p.wall_resolved);
    EXPECT_GT(p.wall_thickness_um, 0.03);  // blur makes it thicker, never thinner
    EXPECT_LT(p.wall_peak, 0.5);
}

TEST(AbsorptionProfile, ProfileOfABlurredEdge) {
    // Without noise each layer's mean is the blurred edge at its distance, to about half a voxel.
    const AbsorptionTestCell cell = looks(0.03, 0);
    const auto p = profiles_of(cell.instances, cell.classes, cell.tomogram(), defaults).at(0);
    for (const ProfileLayer& l : p.layers) {
        if (l.voxels < 100) continue;
        const auto edge = [&](double d) {
            return AbsorptionTestCell::cytosol + 0.45 * 0.5 * std::erfc(d / (0.03 * std::sqrt(2.0)));
        };
        EXPECT_LT(l.mean, edge(l.distance_um - 0.01) + 0.005) << l.distance_um;
        EXPECT_GT(l.mean, edge(l.distance_um + 0.01) - 0.005) << l.distance_um;
    }
}

TEST(AbsorptionProfile, NoiseAloneMakesNoPattern) {
    const AbsorptionTestCell cell{Grid{{60, 60, 40}, {0.02, 0.02, 0.03}, {0, 0, 0}},
                                  -1,
                                  {{{0.6, 0.6, 0.6}, vesicle, {0.2}, {AbsorptionTestCell::cytosol}}},
                                  0,
                                  0.1};
    const auto p = profiles_of(cell.instances, cell.classes, cell.tomogram(), defaults).at(0);
    EXPECT_EQ(p.pattern, RoundPattern::unclear);
}

TEST(AbsorptionProfile, LargeObjectsAreThinned) {
    const AbsorptionTestCell cell{Grid{{160, 152, 144}, {0.015, 0.015, 0.015}, {0, 0, 0}},
                                  -1,
                                  {{{1.2, 1.14, 1.08}, lipid_droplet, {0.95}, {0.65}}},
                                  0.02,
                                  0.05};
    const auto p = profiles_of(cell.instances, cell.classes, cell.tomogram(), defaults).at(0);
    EXPECT_TRUE(p.thinned);
    EXPECT_EQ(p.pattern, RoundPattern::dense);
    EXPECT_NEAR(p.deepest_um, 0.95, 0.03);
    EXPECT_NEAR(p.lumen_mean, 0.65, 0.002);
}

TEST(AbsorptionProfile, SameAtAnyThreadCount) {
    const AbsorptionTestCell cell = looks(0.02, 0.05, 0.02);
    const auto measure = [&](int threads) {
        set_thread_count(threads);
        auto p = profiles_of(cell.instances, cell.classes, cell.tomogram(), defaults);
        set_thread_count(0);
        return p;
    };
    const auto one = measure(1), four = measure(4);
    ASSERT_EQ(one.size(), four.size());
    for (std::size_t i = 0; i < one.size(); ++i)
        for (std::size_t l = 0; l < one[i].layers.size(); ++l)
            if (one[i].layers[l].voxels > 0) {
                EXPECT_EQ(one[i].layers[l].mean, four[i].layers[l].mean);
            }
}

TEST(AbsorptionProfile, TablesNameTheirUnit) {
    const AbsorptionTestCell cell = looks(0.02, 0.03, 0.03);
    const auto p = profiles_of(cell.instances, cell.classes, cell.tomogram(), defaults);
    for (const bool calibrated : {true, false}) {
        const Table layers = profiles_table(p, default_legend(), calibrated),
                    walls = walls_table(p, default_legend(), calibrated);
        EXPECT_EQ(layers.columns[5].name, calibrated ? "mean_lac_per_um" : "mean_relative_grey");
        EXPECT_EQ(walls.columns[5].name,
                  calibrated ? "outer_layers_lac_per_um" : "outer_layers_relative_grey");
        // Numbers that are measured in two ways have two names.
        Absorption objects;
        objects.calibrated = calibrated;
        const Table absorption = absorption_table(objects, default_legend());
        EXPECT_TRUE(std::none_of(absorption.columns.begin(), absorption.columns.end(),
                                 [&](const auto& c) { return c.name == walls.columns[5].name; }));
        EXPECT_EQ(walls.rows.size(), p.size());
        for (const auto& row : layers.rows) EXPECT_EQ(row.size(), layers.columns.size());
        for (const auto& row : walls.rows) EXPECT_EQ(row.size(), walls.columns.size());
    }
}

TEST(AbsorptionProfile, FirstAndLastSliceCutObjectsOfThinVolumesToo) {
    // As its description says, cut_by_border is what touches_border is not in thin volumes.
    for (const std::int64_t slices : {16, 17}) {
        const Grid grid{{30, 30, slices}, {0.02, 0.02, 0.02}, {}};
        Instances all{InstanceVolume(grid), {0, vesicle, vesicle, vesicle}};
        ClassVolume classes(grid, cytoplasm);
        const auto draw = [&](std::uint32_t n, std::int64_t x, std::int64_t y, std::int64_t z) {
            for (std::int64_t i = 0; i < 125; ++i) {
                all.volume(x + i % 5, y + i / 5 % 5, z + i / 25) = n;
                classes(x + i % 5, y + i / 5 % 5, z + i / 25) = vesicle;
            }
        };
        draw(1, 5, 5, 0);
        draw(2, 15, 15, 6);
        draw(3, 0, 20, 6);
        const Tomogram grey = tomogram_from(std::make_shared<Volume<float>>(grid, 1.F));
        const auto p = profiles_of(all, classes, grey, defaults);
        const auto o = measure_objects(all, &grey);
        ASSERT_EQ(p.size(), 3U);
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_EQ(p[i].cut_by_border, i != 1) << slices << " " << i;
            EXPECT_EQ(p[i].cut_by_border, o[i].touches_border_xy || o[i].touches_border_z)
                << slices << " " << i;
        }
        EXPECT_EQ(o[0].touches_border, slices == 17);
    }
}

TEST(AbsorptionProfile, TinyBorderingEmptyAndUnequal) {
    const Grid grid{{30, 30, 30}, {0.02, 0.02, 0.03}, {}};
    const Tomogram nothing =
        tomogram_from(std::make_shared<Volume<float>>(grid, std::numeric_limits<float>::quiet_NaN()));
    Instances all{InstanceVolume(grid, 1), {0, vesicle, lipid_droplet, vesicle}};
    all.volume(3, 3, 3) = 2;  // too small; object 3 has no voxels
    ClassVolume classes(grid, vesicle);
    classes(3, 3, 3) = lipid_droplet;
    const auto p = profiles_of(all, classes, nothing, defaults);
    ASSERT_EQ(p.size(), 1U);
    EXPECT_TRUE(p[0].cut_by_border);
    EXPECT_EQ(p[0].pattern, RoundPattern::unclear);
    EXPECT_TRUE(std::isnan(p[0].lumen_mean));
    const Instances none{InstanceVolume(grid), {0}};
    EXPECT_TRUE(profiles_of(none, classes, nothing, defaults).empty());
    const ClassVolume other(Grid{{30, 30, 31}, {0.02, 0.02, 0.03}, {}});
    EXPECT_THROW(profiles_of(none, other, nothing, defaults), InputError);
    // An object that fills the volume has no surface, and so no layers inside.
    const Instances whole{InstanceVolume(grid, 1), {0, vesicle}};
    const auto q = profiles_of(whole, ClassVolume(grid, vesicle), nothing, defaults);
    ASSERT_EQ(q.size(), 1U);
    EXPECT_EQ(q[0].deepest_um, 0);
}

}  // namespace
}  // namespace cytomo
