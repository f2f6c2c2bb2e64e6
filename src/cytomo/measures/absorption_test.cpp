#include "cytomo/measures/absorption.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/core/golden_file.h"
#include "cytomo/core/parallel.h"
#include "cytomo/measures/absorption_test_cell.h"

namespace cytomo {
namespace {

const AbsorptionOptions absorption_defaults = absorption_options(default_legend());

void expect_near_or_nan(double found, double expected, double tolerance, const std::string& what) {
    if (std::isnan(expected))
        EXPECT_TRUE(std::isnan(found)) << what << ": " << found;
    else
        EXPECT_NEAR(found, expected, tolerance * std::max(1.0, std::abs(expected))) << what;
}

TEST(Absorption, EqualsNumpyAndScipy) {
    const GoldenFile golden("absorption_golden.txt");
    Instances instances{golden.volume<std::uint32_t>("labels"), {}};
    for (const double c : golden["class_of"]) instances.class_of.push_back(static_cast<std::uint8_t>(c));
    const auto classes = golden.volume<std::uint8_t>("classes");
    const Tomogram tomogram =
        tomogram_from(std::make_shared<const Volume<float>>(golden.volume<float>("grey")));
    const Absorption a = measure_absorption(slices_of(instances), classes, tomogram, absorption_defaults);
    ASSERT_EQ(a.objects.size(), 6U);
    EXPECT_FALSE(a.calibrated);
    expect_near_or_nan(a.ice_mean, golden["ice"][0], 1e-7, "ice");
    expect_near_or_nan(a.cell_mean, golden["cell"][0], 1e-7, "cell");
    for (const ObjectAbsorption& o : a.objects) {
        const auto& e = golden["object_" + std::to_string(o.instance)];
        const std::vector<double> found{static_cast<double>(o.voxels),
                                        o.mean,
                                        o.deviation,
                                        static_cast<double>(o.core_voxels),
                                        o.core_mean,
                                        static_cast<double>(o.surroundings_cells),
                                        o.surroundings_mean};
        for (std::size_t i = 0; i < e.size(); ++i)
            expect_near_or_nan(found[i], e[i], 1e-7,
                               "object " + std::to_string(o.instance) + " value " + std::to_string(i));
    }
}

/// A droplet, a vesicle with a wall and a small droplet.
AbsorptionTestCell droplets(double blur_um, double noise) {
    return {Grid{{90, 64, 52}, {0.02, 0.025, 0.03}, {-0.3, 1, 2}},
            0,
            {{{0.45, 1.5, 2.8}, lipid_droplet, {0.3}, {0.65}},
             {{1.0, 2.1, 2.6}, vesicle, {0.3, 0.2}, {0.33, 0.15}},
             {{1.1, 1.6, 3.2}, lipid_droplet, {0.09}, {0.65}}},
            blur_um,
            noise};
}

TEST(Absorption, BlurredBallHasItsCoreAndSurroundings) {
    const AbsorptionTestCell cell = droplets(0.025, 0.02);
    const Absorption a =
        measure_absorption(slices_of(cell.instances), cell.classes, cell.tomogram(), absorption_defaults);
    ASSERT_EQ(a.objects.size(), 3U);
    EXPECT_TRUE(a.calibrated);
    EXPECT_FALSE(a.dense_is_dark);
    EXPECT_NEAR(a.ice_mean, AbsorptionTestCell::ice, 0.001);
    EXPECT_NEAR(a.cell_mean, AbsorptionTestCell::cytosol, 0.002);
    const ObjectAbsorption& large = a.objects[0];
    EXPECT_NEAR(large.core_mean, 0.65, 0.005);
    EXPECT_LT(large.mean, 0.63);  // the outside is mixed in
    EXPECT_GT(large.mean, 0.55);
    EXPECT_NEAR(large.surroundings_mean, AbsorptionTestCell::cytosol, 0.002);
    EXPECT_NEAR(large.contrast, 0.45, 0.006);
    EXPECT_NEAR(large.relative_contrast, 0.45 / 0.09, 0.15);
    const double volume = 4.0 / 3 * std::numbers::pi * 0.3 * 0.3 * 0.3;
    EXPECT_NEAR(large.integrated_um2 / (large.mean * volume), 1, 0.01);
    EXPECT_EQ(a.objects[2].class_id, lipid_droplet);
    EXPECT_NEAR(a.objects[1].surroundings_mean, AbsorptionTestCell::cytosol, 0.002);
}

TEST(Absorption, NegativeRelativeGreyTellsTheSameContrast) {
    const AbsorptionTestCell cell = droplets(0.02, 0.01);
    const Absorption lac =
        measure_absorption(slices_of(cell.instances), cell.classes, cell.tomogram(), absorption_defaults);
    const Absorption grey = measure_absorption(slices_of(cell.instances), cell.classes,
                                               cell.tomogram(false, -300, 200), absorption_defaults);
    EXPECT_FALSE(grey.calibrated);
    EXPECT_TRUE(grey.dense_is_dark);
    for (std::size_t i = 0; i < lac.objects.size(); ++i) {
        EXPECT_NEAR(grey.objects[i].mean, 200 - 300 * lac.objects[i].mean, 1e-3);
        EXPECT_NEAR(grey.objects[i].relative_contrast, lac.objects[i].relative_contrast, 1e-3);
        EXPECT_TRUE(std::isnan(grey.objects[i].integrated_um2));
        EXPECT_TRUE(std::isfinite(lac.objects[i].integrated_um2));
    }
    const auto has = [](const Table& t, const std::string& name) {
        for (const TableColumn& c : t.columns)
            if (c.name == name) return true;
        return false;
    };
    const Table with_lac = absorption_table(lac, default_legend()),
                with_grey = absorption_table(grey, default_legend());
    EXPECT_TRUE(has(with_lac, "mean_lac_per_um") && !has(with_lac, "mean_relative_grey"));
    EXPECT_TRUE(has(with_grey, "mean_relative_grey") && !has(with_grey, "mean_lac_per_um"));
    for (const Table& t : {with_lac, with_grey})
        for (const auto& row : t.rows) EXPECT_EQ(row.size(), t.columns.size());
}

TEST(Absorption, SameAtAnyThreadCount) {
    const AbsorptionTestCell cell = droplets(0.02, 0.05);
    const auto measure = [&](int threads) {
        set_thread_count(threads);
        const Absorption a =
            measure_absorption(slices_of(cell.instances), cell.classes, cell.tomogram(), absorption_defaults);
        set_thread_count(0);
        return a;
    };
    const Absorption one = measure(1), four = measure(4);
    EXPECT_EQ(one.ice_mean, four.ice_mean);
    for (std::size_t i = 0; i < one.objects.size(); ++i) {
        EXPECT_EQ(one.objects[i].mean, four.objects[i].mean);
        EXPECT_EQ(one.objects[i].deviation, four.objects[i].deviation);
        EXPECT_EQ(one.objects[i].core_mean, four.objects[i].core_mean);
        EXPECT_EQ(one.objects[i].surroundings_mean, four.objects[i].surroundings_mean);
    }
}

/// Objects with given means, as if measured.
Absorption made_up(bool dark) {
    Absorption a;
    a.calibrated = !dark;
    a.dense_is_dark = dark;
    const auto grey = [&](double lac) { return dark ? 100 - 200 * lac : lac; };
    a.ice_mean = grey(0.11);
    a.cell_mean = grey(0.2);
    const auto add = [&](std::uint8_t id, double lac) {
        ObjectAbsorption o;
        o.instance = static_cast<std::uint32_t>(a.objects.size() + 1);
        o.class_id = id;
        o.voxels = o.core_voxels = 100;
        o.mean = o.core_mean = grey(lac);
        o.surroundings_mean = grey(0.2);
        o.contrast = o.core_mean - o.surroundings_mean;
        a.objects.push_back(o);
    };
    for (int i = 0; i < 20; ++i) {
        add(mitochondrion, 0.29 + 0.004 * i);
        add(lipid_droplet, 0.62 + 0.004 * i);
        add(vesicle, 0.22 + 0.004 * i);
    }
    add(lipid_droplet, 0.19);  // 61: thinner than what is around it
    add(lipid_droplet, 0.33);  // 62: like a mitochondrion
    add(vesicle, 0.68);        // 63: like a droplet
    add(mitochondrion, 0.9);   // 64: like nothing
    return a;
}

TEST(Absorption, DoubtsAreFoundWhateverThePolarity) {
    for (const bool dark : {false, true}) {
        Absorption a = made_up(dark);
        find_absorption_doubts(a, default_legend());
        const auto doubts = [&](std::size_t number) { return a.objects[number - 1].doubts; };
        constexpr int surroundings = 1, mitochondria = 2, droplets = 4, outlier = 8;
        for (std::size_t i = 1; i <= 60; ++i) EXPECT_EQ(doubts(i), 0) << i;
        EXPECT_EQ(doubts(61), surroundings | mitochondria | outlier);
        EXPECT_EQ(doubts(62), mitochondria | outlier);
        EXPECT_EQ(doubts(63), droplets | outlier);
        EXPECT_EQ(doubts(64), outlier);
        EXPECT_EQ(a.objects[63].class_score > 0, !dark);
        const auto warnings = absorption_warnings(a, default_legend());
        ASSERT_EQ(warnings.size(), 4U);
        EXPECT_EQ(warnings[0].instance, 61U);
        EXPECT_NE(warnings[0].text.find("lipid droplet 61"), std::string::npos);
        EXPECT_NE(warnings[0].text.find(dark ? "not darker than its surroundings"
                                             : "not denser than its surroundings"),
                  std::string::npos)
            << warnings[0].text;
        // The column and the rule, so that the sentence can be checked in absorption.csv. Of 21 mitochondria
        // 95 % lie at or below the twentieth: 0.29 + 0.004 × 19 = 0.366, dark 100 - 200 × 0.366 = 26.8.
        EXPECT_NE(warnings[1].text.find(dark ? "lipid droplet 62 (core_mean_relative_grey 34)"
                                             : "lipid droplet 62 (core_mean_lac_per_um 0.33 1/µm)"),
                  std::string::npos)
            << warnings[1].text;
        EXPECT_NE(warnings[1].text.find(dark ? "not darker than 95 % of the mitochondria (26.8)"
                                             : "not denser than 95 % of the mitochondria (0.366)"),
                  std::string::npos)
            << warnings[1].text;
        EXPECT_NE(warnings[2].text.find(dark ? "darker than 10 % of the lipid droplets ("
                                             : "denser than 10 % of the lipid droplets ("),
                  std::string::npos)
            << warnings[2].text;
    }
}

TEST(Absorption, WarnsOfCalibrationsThatCannotBe) {
    Absorption a = made_up(false);
    a.cell_mean = 0.0002;  // in 1/nm
    a.ice_mean = 0.00011;
    auto warnings = absorption_warnings(a, default_legend());
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings[0].text.find("Check the calibration"), std::string::npos);
    a.cell_mean = 0.2;
    a.ice_mean = 0.3;
    warnings = absorption_warnings(a, default_legend());
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings[0].text.find("sign"), std::string::npos);
    a = made_up(false);
    for (ObjectAbsorption& o : a.objects)
        o.class_id = o.class_id == lipid_droplet ? mitochondrion : lipid_droplet;
    warnings = absorption_warnings(a, default_legend());
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings[0].text.find("exchanged"), std::string::npos);
}

TEST(Absorption, OneVoxelObjectsNoValuesNoSurroundings) {
    const Grid grid{{6, 5, 4}, {0.02, 0.02, 0.03}, {}};
    ClassVolume classes(grid, lipid_droplet);
    Instances instances{InstanceVolume(grid, 1), {0, lipid_droplet, vesicle, vesicle, mitochondrion}};
    instances.volume(5, 4, 3) = 2;  // in a corner
    instances.volume(0, 0, 0) = 3;  // without a value; object 4 has no voxels
    classes(5, 4, 3) = classes(0, 0, 0) = vesicle;
    auto grey = std::make_shared<Volume<float>>(grid, 0.5F);
    (*grey)(0, 0, 0) = std::numeric_limits<float>::quiet_NaN();
    (*grey)(2, 2, 2) = std::numeric_limits<float>::infinity();
    Tomogram tomogram = tomogram_from(grey);
    tomogram.calibrated = true;
    Absorption a = measure_absorption(slices_of(instances), classes, tomogram, absorption_defaults);
    find_absorption_doubts(a, default_legend());
    ASSERT_EQ(a.objects.size(), 3U);
    EXPECT_EQ(a.objects[0].voxels, 6 * 5 * 4 - 3);
    EXPECT_NEAR(a.objects[0].mean, 0.5, 1e-9);
    EXPECT_NEAR(a.objects[0].integrated_um2, 0.5 * 118 * 0.02 * 0.02 * 0.03, 1e-9);
    EXPECT_TRUE(std::isnan(a.objects[0].contrast));
    EXPECT_EQ(a.objects[1].voxels, 1);
    EXPECT_EQ(a.objects[1].core_voxels, 0);
    EXPECT_TRUE(std::isnan(a.objects[1].core_mean));
    EXPECT_EQ(a.objects[2].voxels, 0);
    EXPECT_TRUE(std::isnan(a.objects[2].mean) && std::isnan(a.objects[2].integrated_um2));
    EXPECT_TRUE(std::isnan(a.ice_mean) && std::isnan(a.cell_mean));
    EXPECT_TRUE(absorption_warnings(a, default_legend()).empty());
}

TEST(Absorption, ObjectThatFillsTheVolumeIsAllCore) {
    const Grid grid{{20, 5, 40}, {0.02, 0.02, 0.01}, {}};
    const Instances instances{InstanceVolume(grid, 1), {0, nucleus}};
    const ClassVolume classes(grid, nucleus);
    const Tomogram tomogram = tomogram_from(std::make_shared<Volume<float>>(grid, 3.0F));
    const Absorption a = measure_absorption(slices_of(instances), classes, tomogram, absorption_defaults);
    ASSERT_EQ(a.objects.size(), 1U);
    EXPECT_EQ(a.objects[0].core_voxels, grid.count());
    EXPECT_EQ(a.objects[0].surroundings_cells, 0);
}

TEST(Absorption, ManyObjects) {
    const Grid grid{{200, 200, 80}, {0.02, 0.02, 0.02}, {}};
    ClassVolume classes(grid, cytoplasm);
    Instances instances{InstanceVolume(grid), {0}};
    for (std::int64_t z = 0; z < 80; z += 3)
        for (std::int64_t y = 0; y < 200; y += 3)
            for (std::int64_t x = 0; x < 200; x += 3) {
                classes(x, y, z) = vesicle;
                instances.volume(x, y, z) = static_cast<std::uint32_t>(instances.class_of.size());
                instances.class_of.push_back(vesicle);
            }
    ASSERT_GT(instances.count(), 100'000U);
    const Tomogram tomogram = tomogram_from(std::make_shared<Volume<float>>(grid, 0.25F));
    Absorption a = measure_absorption(slices_of(instances), classes, tomogram, absorption_defaults);
    find_absorption_doubts(a, default_legend());
    EXPECT_EQ(a.objects.size(), instances.count());
    EXPECT_EQ(a.objects.back().mean, 0.25);
}

TEST(Absorption, EmptyAndUnequalVolumes) {
    const Grid grid{{4, 4, 4}, {0.02, 0.02, 0.02}, {}};
    const Instances none{InstanceVolume(grid), {0}};
    const ClassVolume classes(grid);
    const Tomogram tomogram = tomogram_from(std::make_shared<Volume<float>>(grid, 1.0F));
    EXPECT_TRUE(measure_absorption(slices_of(none), classes, tomogram, absorption_defaults).objects.empty());
    const Grid other{{4, 4, 5}, {0.02, 0.02, 0.02}, {}};
    EXPECT_THROW(measure_absorption(slices_of(none), ClassVolume(other), tomogram, absorption_defaults),
                 InputError);
    EXPECT_THROW(
        measure_absorption(slices_of(none), classes,
                           tomogram_from(std::make_shared<Volume<float>>(other, 1.0F)), absorption_defaults),
        InputError);
    AbsorptionOptions wrong = absorption_defaults;
    wrong.shell_from_um = 0.4;
    EXPECT_THROW(measure_absorption(slices_of(none), classes, tomogram, wrong), UsageError);
}

TEST(Absorption, OtherLegends) {
    const AbsorptionOptions o = absorption_options({{{0, "exterior", {}}, {4, "Mito", {}}}});
    EXPECT_TRUE(o.stands_in_ice[4]);
    const AbsorptionOptions p =
        absorption_options({{{0, "exterior", {}}, {1, "Cell", {}}, {7, "Nuclei", {}}, {5, "mito", {}}}});
    EXPECT_TRUE(p.cell_matrix[1] && p.cell_matrix[7] && p.matrix_object[7] && !p.matrix_object[1]);
    EXPECT_FALSE(p.stands_in_ice[5] || p.cell_matrix[5]);
}

}  // namespace
}  // namespace cytomo
