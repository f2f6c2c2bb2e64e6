#include "cytomo/labels/instances.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cytomo/core/error.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/test_progress.h"

namespace cytomo {
namespace {

void draw_box(ClassVolume& classes, Size3 first, Size3 size, std::uint8_t label) {
    for (std::int64_t z = 0; z < size.z; ++z)
        for (std::int64_t y = 0; y < size.y; ++y)
            for (std::int64_t x = 0; x < size.x; ++x) classes(first.x + x, first.y + y, first.z + z) = label;
}

TEST(Instances, OrderedByClassThenFallingSize) {
    ClassVolume classes(Grid{{40, 10, 10}, {0.1, 0.1, 0.2}, {}});
    draw_box(classes, {0, 0, 0}, {2, 2, 2}, mitochondrion);
    draw_box(classes, {5, 0, 0}, {3, 3, 3}, mitochondrion);
    draw_box(classes, {10, 0, 0}, {2, 2, 2}, mitochondrion);
    draw_box(classes, {15, 0, 0}, {4, 4, 4}, filopodium);
    draw_box(classes, {25, 0, 0}, {2, 2, 2}, nucleus);
    draw_box(classes, {30, 0, 0}, {2, 2, 2}, ignore_label);
    const Instances found = find_instances(classes, {});
    ASSERT_EQ(found.class_of, (std::vector<std::uint8_t>{0, nucleus, mitochondrion, mitochondrion,
                                                         mitochondrion, filopodium}));
    EXPECT_EQ(found.volume(25, 0, 0), 1U);
    EXPECT_EQ(found.volume(5, 0, 0), 2U);
    EXPECT_EQ(found.volume(0, 0, 0), 3U);  // as large as the next: the first voxel decides
    EXPECT_EQ(found.volume(10, 0, 0), 4U);
    EXPECT_EQ(found.volume(15, 0, 0), 5U);
    EXPECT_EQ(found.volume(30, 0, 0), 0U);
    EXPECT_EQ(found.volume.grid(), classes.grid());
}

TEST(Instances, DropsThoseBelowTheMinimum) {
    ClassVolume classes(Grid{{20, 10, 10}, {0.1, 0.1, 0.2}, {}});
    draw_box(classes, {0, 0, 0}, {2, 2, 2}, mitochondrion);  // 0.016 µm³
    draw_box(classes, {5, 0, 0}, {3, 2, 2}, mitochondrion);  // 0.024 µm³
    InstanceOptions options;
    options.min_volume_um3[mitochondrion] = 0.016;
    EXPECT_EQ(find_instances(classes, options).count(), 2U);
    options.min_volume_um3[mitochondrion] = 0.0161;
    const Instances found = find_instances(classes, options);
    EXPECT_EQ(found.count(), 1U);
    EXPECT_EQ(found.volume(0, 0, 0), 0U);
    EXPECT_EQ(found.volume(5, 0, 0), 1U);
}

TEST(Instances, PartsTouchingDropletsByDefault) {
    ClassVolume classes(Grid{{70, 40, 40}, {0.02, 0.02, 0.02}, {}});
    for (std::int64_t i = 0; i < classes.count(); ++i) {
        const double x = static_cast<double>(i % 70), y = static_cast<double>(i / 70 % 40),
                     z = static_cast<double>(i / 2800);
        if (std::hypot(x - 20, y - 20, z - 20) <= 15 || std::hypot(x - 46, y - 20, z - 20) <= 13)
            classes[i] = lipid_droplet;
    }
    EXPECT_EQ(find_instances(classes, {}).count(), 1U);
    const Instances found = find_instances(classes, default_instance_options());
    ASSERT_EQ(found.count(), 2U);
    EXPECT_EQ(found.volume(20, 20, 20), 1U);  // the larger one first
    EXPECT_EQ(found.volume(46, 20, 20), 2U);
}

TEST(Instances, ProgressNeverFalls) {
    ClassVolume classes(Grid{{60, 40, 20}, {0.02, 0.02, 0.02}, {}});
    draw_box(classes, {0, 0, 0}, {60, 20, 20}, cytoplasm);
    draw_box(classes, {5, 5, 5}, {40, 8, 8}, mitochondrion);
    draw_box(classes, {5, 20, 5}, {6, 18, 6}, filopodium);
    draw_box(classes, {25, 20, 5}, {6, 18, 6}, vesicle);
    InstanceOptions options = default_instance_options();
    options.split_crossings[vesicle] = true;
    test::ForwardOnly listener;
    find_instances(classes, options, listener.progress().stage("objects"));
    EXPECT_GT(listener.reports, 10);
}

TEST(Instances, SpecksAreDroppedByTheSizeOfTheirClass) {
    // Cubes of 5 voxels of 20 nm: 0.001 µm³, a fine droplet and vesicle and filopodium, but no mitochondrion.
    ClassVolume classes(Grid{{40, 10, 20}, {0.02, 0.02, 0.02}, {}});
    const auto cube = [&](std::uint8_t id, std::int64_t x0, std::int64_t z0, std::int64_t edge) {
        for (std::int64_t z = z0; z < z0 + edge; ++z)
            for (std::int64_t y = 1; y < 1 + edge; ++y)
                for (std::int64_t x = x0; x < x0 + edge; ++x) classes(x, y, z) = id;
    };
    cube(mitochondrion, 1, 1, 5);
    cube(lipid_droplet, 9, 1, 5);
    cube(vesicle, 17, 1, 5);
    cube(filopodium, 25, 1, 5);
    cube(nucleus, 32, 1, 5);
    cube(mitochondrion, 1, 10, 8);
    const Instances found = find_instances(classes, default_instance_options());
    EXPECT_EQ(found.class_of,
              (std::vector<std::uint8_t>{0, mitochondrion, lipid_droplet, vesicle, filopodium}));
    EXPECT_EQ(found.volume(3, 3, 12), 1U);
    EXPECT_EQ(found.volume(3, 3, 3), 0U);
}

TEST(Instances, GivenNumbersTakeTheClassOfMostVoxels) {
    ClassVolume classes(Grid{{10, 1, 1}, {1, 1, 1}, {}});
    InstanceVolume numbers(classes.grid());
    const std::uint8_t labels[] = {3, 3, 4, 0, 0, 0, 5, 4, 255, 2};
    const std::uint32_t given[] = {7, 7, 7, 7, 7, 7, 2, 2, 9, 0};
    std::copy(std::begin(labels), std::end(labels), classes.data());
    std::copy(std::begin(given), std::end(given), numbers.data());
    const Instances found = make_instances(numbers, classes);
    EXPECT_EQ(found.class_of, (std::vector<std::uint8_t>{0, 0, 4, 0, 0, 0, 0, 3, 0, 0}));
    EXPECT_EQ(found.volume[0], 7U);
    EXPECT_THROW(make_instances(InstanceVolume(Grid{{9, 1, 1}, {1, 1, 1}, {}}), classes), InputError);
    numbers[0] = 4'000'000'000U;
    EXPECT_THROW(make_instances(numbers, classes), InputError);
}

TEST(Instances, OptionsAreChecked) {
    InstanceOptions options;
    EXPECT_NO_THROW(options.check());
    options.min_volume_um3[3] = -1;
    EXPECT_THROW(options.check(), UsageError);
    options.min_volume_um3[3] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THROW(options.check(), UsageError);
    EXPECT_NO_THROW(default_instance_options().check());
}

}  // namespace
}  // namespace cytomo
