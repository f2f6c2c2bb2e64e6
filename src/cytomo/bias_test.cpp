#include "cytomo/bias.h"

#include <gtest/gtest.h>

#include <cmath>

#include "bias_truth.h"
#include "cytomo/core/error.h"
#include "cytomo/core/test_tables.h"
#include "cytomo/network/model.h"

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

/// Of all classes, and no error in them.
ErrorModel errors_of_all() {
    ErrorModel errors;
    for (auto& e : errors.classes) e.emplace();
    return errors;
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
    const Legend legend = default_legend();
    const ErrorModel all = errors_of_all(), none;
    const auto samples =
        compare_with_truth({slices_of(found), objects, {}, totals, {expected}, legend, all}, made, 2);
    // Without errors of the model nothing is expected; all else is as it was.
    const auto without =
        compare_with_truth({slices_of(found), objects, {}, totals, {expected}, legend, none}, made, 2);
    EXPECT_EQ(without.size(), samples.size() - 4);
    for (const BiasSample& s : without) EXPECT_EQ(s.measure.find("expected"), std::string::npos) << s.measure;
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
    const Legend legend = default_legend();
    const ErrorModel all = errors_of_all();
    const auto samples = compare_with_truth({slices_of(nothing), {}, {}, totals, {}, legend, all}, made, 0);
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

TEST(Bias, TruthInTheClassesOfAModel) {
    // A model that calls droplets 1 and knows two kinds of vesicles, which the simulation does not tell
    // apart.
    const Legend legend{
        {{0, "background", {}}, {1, "droplets", {}}, {2, "endosome", {}}, {3, "lysosome", {}}}};
    const SimulatedClasses classes = simulated_classes(legend);
    EXPECT_EQ(classes.id_of[lipid_droplet], 1);
    EXPECT_EQ(classes.id_of[vesicle], 0);
    EXPECT_TRUE(classes.known[1]);
    EXPECT_FALSE(classes.known[2] || classes.known[3] || classes.known[0]);
    SimulatedTomogram made = three_boxes();
    for (std::int64_t i = 0; i < made.classes.count(); ++i)
        made.classes[i] = made.instances[i] == 0   ? cytoplasm
                          : made.instances[i] == 3 ? vesicle
                                                   : lipid_droplet;
    translate_truth(made, legend);
    EXPECT_EQ(made.truth.objects.size(), 2U);
    EXPECT_EQ(made.truth.objects[0].class_id, 1);
    EXPECT_EQ(made.classes(6, 6, 6), 1);
    EXPECT_EQ(made.classes(21, 6, 6), 0);  // a vesicle, of neither kind
    EXPECT_EQ(made.instances(21, 6, 6), 0U);
    EXPECT_EQ(made.classes(39, 19, 19), 0);  // cytoplasm
    // Default ids stay as they are.
    SimulatedTomogram standard = three_boxes();
    for (std::uint8_t& c : standard.classes.values()) c = vesicle;
    translate_truth(standard, default_legend());
    EXPECT_EQ(standard.truth.objects.size(), 3U);
    EXPECT_EQ(standard.classes(39, 19, 19), vesicle);

    // Endosomes found are no mistakes: nothing is known of them. And a found droplet beside its truth.
    Instances found;
    found.volume = InstanceVolume(made.classes.grid());
    found.class_of = {0, 1, 2};
    paint(found.volume, 1, {5, 5, 5}, {5, 4, 4});
    paint(found.volume, 2, {20, 5, 5}, {4, 4, 4});
    const auto objects = measure_objects(found, nullptr);
    const ErrorModel all = errors_of_all();
    const InstanceSlices slices = slices_of(found);
    const MeasuredCell measured{slices, objects, {}, {{1, 80}, {2, 64}}, {}, legend, all};
    for (const BiasSample& s : compare_with_truth(measured, made, 0)) EXPECT_EQ(s.class_id, 1);
}

TEST(Bias, WhatErrorsAreLearntFrom) {
    SimulatedTomogram made = three_boxes();
    made.truth.objects[0].volume_um3 = 0.07;  // exact, where voxels say 0.064
    made.truth.objects[0].surface_um2 = 0.9;
    made.truth.objects[1].volume_um3 = 0.09;  // cut at the border: its voxels count
    made.truth.objects[1].surface_um2 = 0.9;
    Instances found;
    found.volume = InstanceVolume(made.classes.grid());
    found.class_of = {0, lipid_droplet, lipid_droplet, lipid_droplet, vesicle};
    paint(found.volume, 1, {5, 5, 5}, {5, 4, 4});     // 64 of 80 voxels shared
    paint(found.volume, 2, {1, 5, 5}, {4, 4, 4});     // 48 of 80
    paint(found.volume, 3, {30, 12, 12}, {4, 4, 4});  // nothing there
    paint(found.volume, 4, {22, 5, 5}, {3, 4, 4});    // 32 of 80: real, and too far off to compare
    const auto objects = measure_objects(found, nullptr);
    std::vector<ObjectIntervals> certainties(objects.size());
    certainties[0].certainty = {0.75, 0.02};
    const ErrorModel none;
    const Legend legend = default_legend();
    const InstanceSlices slices = slices_of(found);
    const FitCell cell = fit_cell({slices, objects, {}, {}, {}, legend, none}, certainties, made);
    ASSERT_EQ(cell.objects.size(), 4U);
    EXPECT_EQ(cell.objects[0].mean_probability, 0.75);
    EXPECT_EQ(cell.objects[0].edge_blur_um, 0.02);
    EXPECT_EQ(cell.objects[0].true_volume_um3, 0.07);
    EXPECT_EQ(cell.objects[0].true_surface_um2, 0.9);
    EXPECT_EQ(cell.objects[1].true_volume_um3, 0.064);
    EXPECT_TRUE(std::isnan(cell.objects[1].true_surface_um2));
    EXPECT_FALSE(cell.objects[2].real);
    EXPECT_TRUE(cell.objects[3].real);
    EXPECT_TRUE(std::isnan(cell.objects[3].true_volume_um3));
    EXPECT_EQ(cell.truth.at(lipid_droplet).missed, 0);
    EXPECT_NEAR(cell.truth.at(lipid_droplet).volume_um3, 0.128, 1e-12);
    EXPECT_EQ(cell.truth.at(nucleus).missed, 0);
    EXPECT_TRUE(cell.truth.contains(filopodium));  // simulated, if not here
    // One that lies elsewhere is missed; smaller than what is kept, it is not asked for.
    made.truth.objects[2].instance = 77;
    EXPECT_EQ(fit_cell({slices, objects, {}, {}, {}, legend, none}, {}, made).truth.at(vesicle).missed, 1);
    made.truth.objects[2].labelled_volume_um3 = 0.0001;
    EXPECT_EQ(fit_cell({slices, objects, {}, {}, {}, legend, none}, {}, made).truth.at(vesicle).missed, 0);
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

TEST(Bias, TablesSayWhatTheirColumnsMean) {
    expect_whole_sentences(bias_table({}, default_legend()).columns);
    expect_whole_sentences(bias_samples_table({}, default_legend()).columns);
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

TEST(Bias, NoClassOfTheSimulationIsRefused) {
    Model model = make_model({{16}, 2}, 1);
    model.legend.entries[1].name = "golgi";
    try {
        measure_bias(model, {});
        ADD_FAILURE() << "accepted";
    } catch (const InputError& e) {
        EXPECT_NE(std::string(e.what()).find("mitochondrion"), std::string::npos) << e.what();
    }
}

TEST(Bias, ChecksItsOptions) {
    BiasOptions options;
    options.cells = 0;
    EXPECT_THROW(options.check(), UsageError);
    options.cells = 7;  // too few to learn from
    EXPECT_NO_THROW(options.check());
    options.learn = true;
    EXPECT_THROW(options.check(), UsageError);
    options.cells = 8;
    EXPECT_NO_THROW(options.check());
}

}  // namespace
}  // namespace cytomo
