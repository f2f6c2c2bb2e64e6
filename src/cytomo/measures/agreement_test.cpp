#include "cytomo/measures/agreement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cytomo/core/error.h"
#include "cytomo/core/golden_file.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/test_tables.h"
#include "cytomo/labels/components.h"

namespace cytomo {
namespace {

void draw_box(ClassVolume& classes, Size3 first, Size3 size, std::uint8_t label) {
    for (std::int64_t z = 0; z < size.z; ++z)
        for (std::int64_t y = 0; y < size.y; ++y)
            for (std::int64_t x = 0; x < size.x; ++x) classes(first.x + x, first.y + y, first.z + z) = label;
}

std::vector<double> values_of(const ClassAgreement& c) {
    const auto d = [](std::int64_t v) { return static_cast<double>(v); };
    return {d(c.true_voxels),
            d(c.predicted_voxels),
            d(c.common_voxels),
            c.dice,
            c.iou,
            c.precision,
            c.recall,
            c.mean_surface_distance_um,
            c.surface_distance_95_um,
            d(c.objects_true),
            d(c.objects_predicted),
            d(c.detected),
            c.detection_f1,
            c.panoptic_quality,
            c.recognised,
            d(c.objects_true_100nm),
            c.recognised_100nm};
}

void expect_golden(const GoldenFile& golden, const std::string& prefix, const std::string& truth_name,
                   const std::string& prediction_name) {
    const ClassVolume truth = golden.volume<std::uint8_t>(truth_name);
    const ClassVolume prediction = golden.volume<std::uint8_t>(prediction_name);
    AgreementOptions options;
    options.classes = {1, 2, 3, 4, 5, 6};
    const Agreement found = compare_labels(prediction, truth, options, default_legend());
    ASSERT_EQ(found.classes.size(), 6U);
    for (const ClassAgreement& c : found.classes) {
        const auto& expected = golden[prefix + std::to_string(c.class_id)];
        const auto values = values_of(c);
        ASSERT_EQ(values.size(), expected.size());
        for (std::size_t i = 0; i < values.size(); ++i)
            if (std::isnan(expected[i]))
                EXPECT_TRUE(std::isnan(values[i])) << "class " << int{c.class_id} << " value " << i;
            else
                EXPECT_NEAR(values[i], expected[i], 1e-6) << "class " << int{c.class_id} << " value " << i;
    }
}

TEST(Agreement, EqualsScipyAndScikitImage) {
    const GoldenFile golden("measures_golden.txt");
    expect_golden(golden, "agreement_", "truth", "prediction");
}

TEST(Agreement, EqualsScipyAndScikitImageWithIgnoredVoxels) {
    const GoldenFile golden("measures_golden.txt");
    expect_golden(golden, "partial_agreement_", "partial_truth", "partial_prediction");
}

TEST(Agreement, PerfectPrediction) {
    const GoldenFile golden("measures_golden.txt");
    const ClassVolume truth = golden.volume<std::uint8_t>("partial_truth");
    const Agreement found = compare_labels(truth, truth, {}, default_legend());
    expect_whole_sentences(agreement_table(found).columns);
    EXPECT_DOUBLE_EQ(found.mean_dice, 1);
    EXPECT_DOUBLE_EQ(found.recognised, 1);
    for (const ClassAgreement& c : found.classes) {
        EXPECT_DOUBLE_EQ(c.panoptic_quality, 1);
        EXPECT_DOUBLE_EQ(c.mean_surface_distance_um, 0);
        EXPECT_EQ(c.detected, c.objects_true);
    }
}

TEST(Agreement, FloodingEarnsNothing) {
    const Grid grid{{60, 60, 20}, {0.02, 0.02, 0.02}, {}};
    ClassVolume truth(grid);
    for (std::int64_t k = 0; k < 4; ++k) draw_box(truth, {5 + 14 * k, 10, 5}, {8, 8, 8}, mitochondrion);
    ClassVolume flood(grid, mitochondrion);
    const Agreement found = compare_labels(flood, truth, {}, default_legend());
    EXPECT_DOUBLE_EQ(found.classes.at(0).recall, 1);
    EXPECT_DOUBLE_EQ(found.recognised, 0);
    EXPECT_DOUBLE_EQ(found.recognised_100nm, 0);
    EXPECT_EQ(found.classes.at(0).detected, 0);
    // Fragments that lie on the object recognise it together.
    ClassVolume parts(grid);
    draw_box(parts, {5, 10, 5}, {3, 8, 8}, mitochondrion);
    draw_box(parts, {9, 10, 5}, {4, 8, 8}, mitochondrion);
    const Agreement pieces = compare_labels(parts, truth, {}, default_legend());
    EXPECT_DOUBLE_EQ(pieces.recognised, 0.25);
    EXPECT_EQ(pieces.classes.at(0).objects_predicted, 2);
}

TEST(Agreement, TheCellBodyIsKnownByItsName) {
    const Grid grid{{60, 30, 30}, {0.02, 0.02, 0.02}, {}};
    ClassVolume truth(grid), prediction(grid);
    draw_box(truth, {0, 0, 0}, {10, 10, 10}, 1);
    draw_box(prediction, {0, 0, 0}, {5, 10, 10}, 1);  // Dice 2/3
    draw_box(truth, {20, 0, 0}, {10, 10, 10}, 2);
    draw_box(prediction, {20, 0, 0}, {10, 10, 10}, 2);  // Dice 1
    const auto mean_dice = [&](const Legend& legend) {
        return compare_labels(prediction, truth, {}, legend).mean_dice;
    };
    EXPECT_DOUBLE_EQ(mean_dice(default_legend()), 1);
    EXPECT_DOUBLE_EQ(mean_dice({}), 1);
    // Both are organelles of the user's.
    EXPECT_DOUBLE_EQ(mean_dice({{{0, "background", {}}, {1, "mitochondrion", {}}, {2, "droplet", {}}}}),
                     (2.0 / 3 + 1) / 2);
    EXPECT_DOUBLE_EQ(mean_dice({{{0, "background", {}}, {1, "mitochondrion", {}}, {2, "cytosol", {}}}}),
                     2.0 / 3);
}

TEST(Agreement, BackgroundNeverCountsInTheMean) {
    const Grid grid{{40, 20, 20}, {0.02, 0.02, 0.02}, {}};
    ClassVolume truth(grid), prediction(grid);
    draw_box(truth, {4, 4, 4}, {8, 8, 8}, mitochondrion);
    draw_box(prediction, {4, 4, 4}, {8, 8, 4}, mitochondrion);
    AgreementOptions options;
    options.classes = {background, mitochondrion};
    for (const Legend& legend : {default_legend(), Legend{}}) {
        const Agreement both = compare_labels(prediction, truth, options, legend);
        ASSERT_EQ(both.classes.size(), 2U);
        EXPECT_GT(both.classes[0].dice, 0.9);  // told, as asked for
        EXPECT_DOUBLE_EQ(both.mean_dice, both.classes[1].dice);
        EXPECT_EQ(both.objects_true, 1);
    }
    options.classes = {background};
    EXPECT_TRUE(std::isnan(compare_labels(prediction, truth, options, default_legend()).mean_dice));
}

TEST(Agreement, ThicknessOf100NanometresCounts) {
    const Grid grid{{60, 30, 30}, {0.02, 0.02, 0.02}, {}};
    ClassVolume truth(grid);
    draw_box(truth, {5, 5, 5}, {12, 12, 5}, mitochondrion);   // deepest voxel 3 edges deep: 120 nm
    draw_box(truth, {30, 5, 5}, {12, 12, 4}, mitochondrion);  // 2 edges: 80 nm
    const Agreement found = compare_labels(truth, truth, {}, default_legend());
    EXPECT_EQ(found.objects_true, 2);
    EXPECT_EQ(found.objects_true_100nm, 1);
}

TEST(Agreement, ShiftedPlateHasItsDistance) {
    const Grid grid{{40, 40, 40}, {0.01, 0.02, 0.03}, {}};
    ClassVolume truth(grid), prediction(grid);
    draw_box(truth, {0, 0, 0}, {40, 40, 20}, nucleus);  // borders of the volume are no surface
    draw_box(prediction, {0, 0, 0}, {40, 40, 23}, nucleus);
    const Agreement found = compare_labels(prediction, truth, {}, default_legend());
    EXPECT_NEAR(found.classes.at(0).mean_surface_distance_um, 0.09, 1e-7);
    EXPECT_NEAR(found.classes.at(0).surface_distance_95_um, 0.09, 1e-7);
}

TEST(Agreement, WithoutVoxelSizeLengthsAreUndefined) {
    const GoldenFile golden("measures_golden.txt");
    AgreementOptions options;
    options.voxel_size_known = false;
    const Agreement found = compare_labels(golden.volume<std::uint8_t>("prediction"),
                                           golden.volume<std::uint8_t>("truth"), options, default_legend());
    EXPECT_TRUE(std::isnan(found.classes.at(0).mean_surface_distance_um));
    EXPECT_TRUE(std::isnan(found.recognised_100nm));
    EXPECT_FALSE(std::isnan(found.mean_dice));
}

TEST(Agreement, PlainMasksAndAbsentClasses) {
    const Grid grid{{20, 10, 10}, {1, 1, 1}, {}};
    ClassVolume truth(grid), prediction(grid);
    draw_box(truth, {2, 2, 2}, {4, 4, 4}, 1);
    draw_box(prediction, {2, 2, 2}, {4, 4, 2}, 1);
    const Agreement masks = compare_labels(prediction, truth, {}, {});
    ASSERT_EQ(masks.classes.size(), 1U);
    EXPECT_EQ(masks.classes[0].name, "class 1");
    EXPECT_NEAR(masks.mean_dice, 2.0 * 32 / 96, 1e-12);
    EXPECT_EQ(masks.objects_true, 1);

    const Agreement nothing = compare_labels(ClassVolume(grid), ClassVolume(grid), {}, {});
    EXPECT_TRUE(nothing.classes.empty());
    EXPECT_TRUE(std::isnan(nothing.mean_dice));
    const auto json = nlohmann::json::parse(agreement_json(nothing));
    EXPECT_TRUE(json["mean_dice"].is_null());

    const Agreement missed = compare_labels(ClassVolume(grid), truth, {}, {});
    EXPECT_EQ(missed.classes.at(0).dice, 0);
    EXPECT_TRUE(std::isnan(missed.classes.at(0).precision));
    EXPECT_TRUE(std::isnan(missed.classes.at(0).mean_surface_distance_um));
}

TEST(Agreement, NumbersTellTouchingObjectsApart) {
    const Grid grid{{40, 12, 12}, {0.02, 0.02, 0.02}, {}};
    ClassVolume truth(grid);
    InstanceVolume numbers(grid);
    draw_box(truth, {2, 2, 2}, {16, 8, 8}, vesicle);
    for (std::int64_t i = 0; i < truth.count(); ++i)
        if (truth[i] == vesicle) numbers[i] = i % 40 < 10 ? 70000 : 12;
    AgreementOptions options;
    options.true_instances = &numbers;
    const Agreement merged = compare_labels(truth, truth, options, default_legend());
    EXPECT_EQ(merged.classes.at(0).objects_true, 2);
    EXPECT_EQ(merged.classes.at(0).detected, 0);  // IoU is exactly one half
    EXPECT_DOUBLE_EQ(merged.recognised, 1);
    options.predicted_instances = &numbers;
    EXPECT_EQ(compare_labels(truth, truth, options, default_legend()).classes.at(0).detected, 2);
}

TEST(Agreement, SameAtAnyThreadCountAndRefusesOtherSizes) {
    const GoldenFile golden("measures_golden.txt");
    const ClassVolume truth = golden.volume<std::uint8_t>("truth"),
                      prediction = golden.volume<std::uint8_t>("prediction");
    set_thread_count(1);
    const std::string one = agreement_json(compare_labels(prediction, truth, {}, default_legend()));
    set_thread_count(6);
    const std::string six = agreement_json(compare_labels(prediction, truth, {}, default_legend()));
    set_thread_count(0);
    EXPECT_EQ(one, six);
    EXPECT_THROW(compare_labels(ClassVolume(Grid{{3, 3, 3}, {}, {}}), truth, {}, {}), InputError);
}

TEST(Agreement, NamesInLatin1DoNotCostTheResult) {
    const Grid grid{{20, 10, 10}, {1, 1, 1}, {}};
    ClassVolume truth(grid);
    draw_box(truth, {2, 2, 2}, {4, 4, 4}, 1);
    const Legend legend{{{0, "background", {}}, {1, "K\xF6rper", {}}}};
    const auto json = nlohmann::json::parse(agreement_json(compare_labels(truth, truth, {}, legend)));
    EXPECT_EQ(json["classes"][0]["name"], "K\uFFFDrper");
}

TEST(Agreement, JsonKeysAreStable) {
    const GoldenFile golden("measures_golden.txt");
    const auto json = nlohmann::json::parse(
        agreement_json(compare_labels(golden.volume<std::uint8_t>("prediction"),
                                      golden.volume<std::uint8_t>("truth"), {}, default_legend())));
    for (const char* key : {"classes", "mean_dice", "recognised", "recognised_100nm"})
        EXPECT_TRUE(json.contains(key));
    for (const char* key :
         {"id", "name", "dice", "iou", "precision", "recall", "f1", "true_voxels", "predicted_voxels",
          "mean_surface_distance_um", "surface_distance_95_um", "objects_true", "objects_predicted",
          "detected", "detection_f1", "panoptic_quality", "recognised", "recognised_100nm"})
        EXPECT_TRUE(json["classes"][0].contains(key)) << key;
    double sum = 0;
    for (const auto& c : json["classes"])
        if (c["id"] >= 2 && c["true_voxels"] > 0) sum += c["dice"].get<double>();
    EXPECT_NEAR(json["mean_dice"].get<double>(), sum / 3, 1e-9);  // classes 2, 3 and 4, of ten digits
}

}  // namespace
}  // namespace cytomo
