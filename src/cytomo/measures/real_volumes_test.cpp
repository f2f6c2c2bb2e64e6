// Label volumes of others with known measurements. They are not part of the repository.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cytomo/io/volume_io.h"
#include "cytomo/measures/objects.h"

namespace cytomo {
namespace {

std::filesystem::path data_file(const std::string& name) {
    const char* folder = std::getenv("CYTOMO_DATA");
    return std::filesystem::path(folder != nullptr ? folder : CYTOMO_SOURCE_DIR "/../shared/data") / name;
}

/// Rows of numbers below the heading; fields that are no numbers become NaN.
std::vector<std::vector<double>> read_rows(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::vector<std::vector<double>> rows;
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::istringstream fields(line);
        auto& row = rows.emplace_back();
        for (std::string field; std::getline(fields, field, ',');) {
            char* end = nullptr;
            const double value = std::strtod(field.c_str(), &end);
            row.push_back(end != field.c_str() ? value : std::nan(""));
        }
    }
    return rows;
}

std::vector<Object> measure_mask(const std::string& name) {
    ReadOptions one_um;
    one_um.voxel_um = Vec3{1, 1, 1};
    return measure_objects(find_instances(read_classes(data_file(name), one_um), {}), nullptr);
}

TEST(RealVolumes, SolidsOfKnownVolume) {
    if (!std::filesystem::exists(data_file("known_volumes.tif")))
        GTEST_SKIP() << "no known_volumes.tif in CYTOMO_DATA";
    const auto objects = measure_mask("known_volumes.tif");
    auto expected = read_rows(data_file("known_volumes.csv")).back();
    expected.erase(expected.begin());  // the first field is text
    ASSERT_EQ(objects.size(), expected.size());
    for (std::size_t i = 0; i < objects.size(); ++i)  // objects fall in size, elements rise
        EXPECT_EQ(static_cast<double>(objects[i].voxels), expected[expected.size() - 1 - i]);
}

TEST(RealVolumes, SolidsOfKnownWidth) {
    if (!std::filesystem::exists(data_file("known_widths.tif")))
        GTEST_SKIP() << "no known_widths.tif in CYTOMO_DATA";
    const auto objects = measure_mask("known_widths.tif");
    const auto expected = read_rows(data_file("known_widths.csv"));
    ASSERT_EQ(objects.size(), expected.size());
    std::vector<double> widths;
    for (const Object& o : objects) widths.push_back(o.longest_width_um);
    std::sort(widths.begin(), widths.end());
    for (std::size_t i = 0; i < widths.size(); ++i) EXPECT_NEAR(widths[i], expected[i].back(), 1e-7);
}

TEST(RealVolumes, PublishedOrganellesOfACell) {
    const auto path = data_file("contour_fig3B_labels.tif");
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no contour_fig3B_labels.tif in CYTOMO_DATA";
    ReadOptions one_um;
    one_um.voxel_um = Vec3{1, 1, 1};
    Instances instances{read_instances(path, one_um), std::vector<std::uint8_t>(89, 5)};
    const auto objects = measure_objects(instances, nullptr);
    ASSERT_EQ(objects.size(), 88U);
    for (const auto& row : read_rows(data_file("contour_fig3B_elements.csv"))) {
        const Object& o = objects.at(static_cast<std::size_t>(row.at(0)) - 1);
        EXPECT_EQ(2 * static_cast<double>(o.voxels), row[1]);
        if (o.instance == 83) continue;  // published as one piece with object 84
        EXPECT_NEAR(2 * o.longest_width_um, row[2], 1e-9 * row[2]);
    }
    EXPECT_TRUE(objects[0].touches_border_z);
    EXPECT_EQ(objects[0].min_um.z, -0.5);
    EXPECT_EQ(objects[0].max_um.z, 183.5);
}

}  // namespace
}  // namespace cytomo
