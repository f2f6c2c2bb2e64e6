#include "cytomo/measures/summary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace cytomo {
namespace {

TEST(Summary, AddsUpClassesAndTheCell) {
    const Grid grid{{10, 10, 10}, {0.1, 0.1, 0.2}, {}};  // voxel 0.002 µm³
    ClassVolume classes(grid);
    for (std::int64_t i = 0; i < 400; ++i) classes[i] = cytoplasm;
    for (std::int64_t i = 400; i < 500; ++i) classes[i] = mitochondrion;
    for (std::int64_t i = 900; i < 1000; ++i) classes[i] = ignore_label;
    auto grey = std::make_shared<Volume<float>>(grid);
    for (std::int64_t i = 0; i < 1000; ++i) (*grey)[i] = static_cast<float>(i);
    const Tomogram tomogram = tomogram_from(grey);
    // Two voxels of a mitochondrion that no object has: they count apart, and in the cell.
    classes[700] = classes[702] = mitochondrion;
    InstanceOptions least;
    least.min_volume_um3[mitochondrion] = 0.003;
    const Instances instances = find_instances(classes, least);
    const auto totals = measure_classes(classes, slices_of(instances), &tomogram);
    const auto objects = measure_objects(instances, &tomogram);
    std::vector<Filopodium> filopodia(2);
    filopodia[0].length_um = 1;
    filopodia[1].length_um = 3;
    filopodia[0].mean_radius_um = filopodia[1].mean_radius_um = 0.05;
    const Summary s = summarise(grid, &tomogram, totals, objects, filopodia, default_legend());
    EXPECT_NEAR(s.cell_volume_um3, 1.004, 1e-12);
    EXPECT_NEAR(s.ignored_volume_um3, 0.2, 1e-12);
    ASSERT_EQ(s.classes.size(), 6U);  // all of the legend but background
    EXPECT_EQ(s.classes[0].name, "cytoplasm");
    EXPECT_NEAR(s.classes[0].fraction_of_cell, 0.8 / 1.004, 1e-12);
    EXPECT_NEAR(s.classes[0].mean_grey, 199.5, 1e-9);
    EXPECT_EQ(s.classes[2].objects, 1);
    EXPECT_NEAR(s.classes[2].volume_um3, 0.2, 1e-12);
    EXPECT_EQ(s.classes[2].voxels, objects.at(1).voxels);
    EXPECT_EQ(s.classes[2].outside_objects, 2);
    EXPECT_NEAR(s.classes[2].outside_objects_um3, 0.004, 1e-12);
    EXPECT_EQ(s.classes[0].outside_objects, 0);
    EXPECT_NEAR(s.classes[2].mean_grey, 449.5, 1e-9);
    EXPECT_NEAR(s.classes[2].deviation_grey, std::sqrt((100.0 * 100 - 1) / 12), 1e-9);
    EXPECT_EQ(s.classes[3].objects, 0);
    EXPECT_EQ(s.classes[3].volume_um3, 0);
    EXPECT_DOUBLE_EQ(s.mean_filopodium_length_um, 2);

    const auto json = nlohmann::json::parse(summary_json(s));
    EXPECT_EQ(json["filopodia"]["count"], 2);
    EXPECT_EQ(json["classes"][2]["name"], "mitochondrion");
    EXPECT_NEAR(json["classes"][2]["outside_objects_um3"].get<double>(), 0.004, 1e-12);
    EXPECT_TRUE(json["classes"][3]["mean_grey"].is_null());
    EXPECT_EQ(json["size"], (std::vector<int>{10, 10, 10}));
    EXPECT_EQ(json["grey_unit"], "arbitrary");
    EXPECT_EQ(json["definitions"], measure_definitions);
}

TEST(Summary, HasTheDigitsOfTheTables) {
    Summary s;
    s.cell_volume_um3 = 18.314120000000003;
    ClassSummary c;
    c.volume_um3 = 0.1 + 0.2;
    s.classes = {c};
    const std::string text = summary_json(s);
    EXPECT_NE(text.find("\"cell_volume_um3\": 18.31412,"), std::string::npos) << text;
    EXPECT_NE(text.find("\"volume_um3\": 0.3,"), std::string::npos) << text;
    // Numbers of few digits that a JSON library may write with seventeen.
    for (const auto& [value, digits] : std::vector<std::pair<double, std::string>>{
             {2.180728, "2.180728"}, {2.1807280000000002, "2.180728"}, {8.8e-05, "8.8e-05"}, {3.0, "3.0"}}) {
        s.cell_volume_um3 = value;
        EXPECT_NE(summary_json(s).find("\"cell_volume_um3\": " + digits + ","), std::string::npos)
            << summary_json(s);
    }
}

TEST(Summary, IsLaidOutAsOtherJson) {
    Summary s;
    s.classes = {ClassSummary{}, ClassSummary{}};
    s.record = {{"file \"a\"", "Z\xE4hne"}};
    const std::string text = summary_json(s);
    EXPECT_EQ(nlohmann::ordered_json::parse(text).dump(2) + "\n", text);
}

TEST(Summary, NamesInLatin1DoNotCostTheResult) {
    Summary s;
    s.record = {{"tomogram", "Z\xE4hne.mrc"}};
    EXPECT_EQ(nlohmann::json::parse(summary_json(s))["record"]["tomogram"], "Z\uFFFDhne.mrc");
}

TEST(Summary, WithoutACell) {
    const Grid grid{{3, 3, 3}, {1, 1, 1}, {}};
    const Instances none{InstanceVolume(grid), {0}};
    const auto totals = measure_classes(ClassVolume(grid), slices_of(none), nullptr);
    const Summary s = summarise(grid, nullptr, totals, {}, {}, default_legend());
    EXPECT_EQ(s.cell_volume_um3, 0);
    EXPECT_TRUE(std::isnan(s.classes[0].fraction_of_cell));
    EXPECT_TRUE(nlohmann::json::parse(summary_json(s)).is_object());
}

}  // namespace
}  // namespace cytomo
