#include "cytomo/measures/objects.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/core/golden_file.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"

namespace cytomo {
namespace {

TEST(Objects, EqualNumpyAndScipy) {
    const GoldenFile golden("measures_golden.txt");
    Instances instances{golden.volume<std::uint32_t>("objects"), {0}};
    const std::uint32_t count =
        *std::max_element(instances.volume.values().begin(), instances.volume.values().end());
    instances.class_of.resize(count + 1, 2);
    const Tomogram tomogram =
        tomogram_from(std::make_shared<const Volume<float>>(golden.volume<float>("grey")));
    const auto objects = measure_objects(instances, &tomogram);
    ASSERT_EQ(objects.size(), count);
    for (const Object& o : objects) {
        const auto& e = golden["object_" + std::to_string(o.instance)];
        const std::vector<double> found{static_cast<double>(o.voxels),
                                        o.centroid_um.x,
                                        o.centroid_um.y,
                                        o.centroid_um.z,
                                        o.longest_width_um,
                                        o.longest_axis_um,
                                        o.middle_axis_um,
                                        o.shortest_axis_um,
                                        o.mean_grey,
                                        o.deviation_grey,
                                        o.min_um.x,
                                        o.min_um.y,
                                        o.min_um.z,
                                        o.max_um.x,
                                        o.max_um.y,
                                        o.max_um.z};
        ASSERT_EQ(found.size(), e.size());
        for (std::size_t i = 0; i < e.size(); ++i)
            EXPECT_NEAR(found[i], e[i], 1e-9 * std::max(1.0, std::abs(e[i])))
                << "object " << o.instance << " value " << i;
        EXPECT_NEAR(o.volume_um3, e[0] * 0.045 * 0.03 * 0.02, 1e-15);
        EXPECT_EQ(o.class_id, 2);
    }
}

TEST(Objects, EllipsoidHasItsAxes) {
    const Grid grid{{80, 70, 90}, {0.02, 0.015, 0.01}, {-1, 5, 0}};
    const Vec3 centre{-0.2, 5.5, 0.45}, radii{0.6, 0.3, 0.2};
    Instances one{InstanceVolume(grid), {0, 3}};
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x) {
                const Vec3 d = grid.world_from_voxel(
                                   {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)}) -
                               centre;
                if (std::pow(d.x / radii.x, 2) + std::pow(d.y / radii.y, 2) + std::pow(d.z / radii.z, 2) <= 1)
                    one.volume(x, y, z) = 1;
            }
    const Object o = measure_objects(one, nullptr).at(0);
    EXPECT_NEAR(o.longest_axis_um, 1.2, 0.01);
    EXPECT_NEAR(o.middle_axis_um, 0.6, 0.01);
    EXPECT_NEAR(o.shortest_axis_um, 0.4, 0.01);
    EXPECT_NEAR(o.elongation, 2, 0.03);
    EXPECT_NEAR(o.flatness, 1.5, 0.03);
    EXPECT_NEAR(o.longest_width_um, 1.2, 0.04);
    const double volume = 4.0 / 3 * std::numbers::pi * 0.6 * 0.3 * 0.2;
    EXPECT_NEAR(o.volume_um3 / volume, 1, 0.01);
    EXPECT_NEAR(o.equivalent_diameter_um, std::cbrt(6 * volume / std::numbers::pi), 0.005);
    EXPECT_NEAR(o.centroid_um.x, centre.x, 1e-3);
    EXPECT_NEAR(o.centroid_um.y, centre.y, 1e-3);
    EXPECT_NEAR(o.centroid_um.z, centre.z, 1e-3);
    EXPECT_TRUE(std::isnan(o.mean_grey));
    EXPECT_FALSE(o.touches_border);
}

TEST(Objects, OneVoxel) {
    Instances one{InstanceVolume(Grid{{5, 5, 30}, {0.02, 0.02, 0.01}, {}}), {0, 4}};
    one.volume(2, 1, 3) = 1;
    const Object o = measure_objects(one, nullptr).at(0);
    EXPECT_EQ(o.voxels, 1);
    EXPECT_EQ(o.longest_width_um, 0);
    EXPECT_NEAR(o.volume_um3, 4e-6, 1e-18);
    EXPECT_NEAR(o.max_um.z - o.min_um.z, 0.01, 1e-12);
    EXPECT_GT(o.surface_um2, 0);
    EXPECT_TRUE(std::isfinite(o.elongation));
    EXPECT_TRUE(std::isfinite(o.sphericity));
}

TEST(Objects, BordersOfThinAndThickVolumes) {
    for (const std::int64_t slices : {16, 17}) {
        Instances four{InstanceVolume(Grid{{9, 9, slices}, {1, 1, 1}, {}}),
                       {0, vesicle, vesicle, vesicle, vesicle}};
        four.volume(4, 4, 0) = 1;
        four.volume(8, 4, 5) = 2;
        four.volume(2, 2, 5) = 3;
        four.volume(4, 0, slices - 1) = 4;
        const auto o = measure_objects(four, nullptr);
        ASSERT_EQ(o.size(), 4U);
        EXPECT_FALSE(o[0].touches_border_xy);
        EXPECT_TRUE(o[0].touches_border_z);
        EXPECT_EQ(o[0].touches_border, slices > 16);
        EXPECT_TRUE(o[1].touches_border_xy && o[1].touches_border && !o[1].touches_border_z);
        EXPECT_FALSE(o[2].touches_border || o[2].touches_border_xy || o[2].touches_border_z);
        EXPECT_TRUE(o[3].touches_border_xy && o[3].touches_border_z && o[3].touches_border);
        // Three of four lie at a border; what is told of them leads to the columns that say so.
        const std::string said = border_warning(o, default_legend(), slices);
        EXPECT_EQ(said.substr(0, 6), "3 of 4") << said;
        EXPECT_NE(said.find("may be larger than measured"), std::string::npos)
            << said;  // nobody saw the rest
        EXPECT_EQ(said.find("touches_border_z") != std::string::npos, slices <= 16) << said;
        EXPECT_EQ(said.find("here 2:") != std::string::npos, slices <= 16) << said;
        EXPECT_EQ(border_warning({o[2], o[2], o[2], o[0]}, default_legend(), slices), "");
        EXPECT_EQ(border_warning({}, default_legend(), slices), "");
    }
}

TEST(Objects, GreyValuesThatAreNotNumbersAreLeftOut) {
    const Grid grid{{4, 1, 1}, {1, 1, 1}, {}};
    Instances two{InstanceVolume(grid), {0, 1, 2}};
    two.volume[0] = two.volume[1] = two.volume[2] = 1;
    two.volume[3] = 2;
    auto grey = std::make_shared<Volume<float>>(grid);
    (*grey)[0] = 1e6F;
    (*grey)[1] = 1e6F + 2;
    (*grey)[2] = (*grey)[3] = std::numeric_limits<float>::quiet_NaN();
    const Tomogram tomogram = tomogram_from(grey);
    const auto o = measure_objects(two, &tomogram);
    EXPECT_DOUBLE_EQ(o[0].mean_grey, 1e6 + 1);
    EXPECT_DOUBLE_EQ(o[0].deviation_grey, 1);
    EXPECT_TRUE(std::isnan(o[1].mean_grey));
}

TEST(Objects, SameAtAnyThreadCountAndRefusesOtherSizes) {
    const Grid grid{{40, 30, 50}, {0.02, 0.015, 0.01}, {}};
    Random random(9);
    Instances many{InstanceVolume(grid), std::vector<std::uint8_t>(21, 1)};
    many.class_of[0] = 0;
    auto grey = std::make_shared<Volume<float>>(grid);
    for (std::int64_t i = 0; i < grid.count(); ++i) {
        many.volume[i] = static_cast<std::uint32_t>(random.integer(0, 20));
        (*grey)[i] = static_cast<float>(random.normal());
    }
    const Tomogram tomogram = tomogram_from(grey);
    set_thread_count(1);
    const auto one = measure_objects(many, &tomogram);
    set_thread_count(5);
    const auto five = measure_objects(many, &tomogram);
    set_thread_count(0);
    ASSERT_EQ(one.size(), five.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_EQ(one[i].mean_grey, five[i].mean_grey);
        EXPECT_EQ(one[i].deviation_grey, five[i].deviation_grey);
        EXPECT_EQ(one[i].surface_um2, five[i].surface_um2);
        EXPECT_EQ(one[i].longest_width_um, five[i].longest_width_um);
    }
    const Tomogram other = tomogram_from(std::make_shared<const Volume<float>>(Grid{{40, 30, 49}, {}, {}}));
    EXPECT_THROW(measure_objects(many, &other), InputError);
}

TEST(Objects, BetterSurfacesReplaceEstimates) {
    std::vector<Object> objects(2);
    objects[0].instance = 1;
    objects[1].instance = 3;
    objects[0].equivalent_diameter_um = objects[1].equivalent_diameter_um = 2;
    objects[0].surface_um2 = objects[1].surface_um2 = 1;
    set_surface_areas(objects, {not_defined, 8 * std::numbers::pi, 5, not_defined});
    EXPECT_DOUBLE_EQ(objects[0].surface_um2, 8 * std::numbers::pi);
    EXPECT_DOUBLE_EQ(objects[0].sphericity, 0.5);
    EXPECT_DOUBLE_EQ(objects[1].surface_um2, 1);
}

TEST(Objects, TableHasOneCellAColumn) {
    std::vector<Object> objects(3);
    const Table table = objects_table(objects, default_legend());
    ASSERT_EQ(table.rows.size(), 3U);
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size());
    for (const char* name : {"volume_um3", "surface_um2", "longest_width_um", "elongation", "sphericity",
                             "centroid_x_um", "mean_grey", "touches_border"})
        EXPECT_TRUE(std::any_of(table.columns.begin(), table.columns.end(), [&](const TableColumn& c) {
            return c.name == name && !c.description.empty();
        }));
}

}  // namespace
}  // namespace cytomo
