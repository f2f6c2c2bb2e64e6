#include "cytomo/labels/object_classes.h"

#include <gtest/gtest.h>

#include <array>

#include "cytomo/core/error.h"
#include "cytomo/core/legend.h"

namespace cytomo {
namespace {

TEST(ObjectClasses, WhatBelongsToNoObjectHasNoClass) {
    const Grid grid{{3, 1, 2}, {0.02, 0.03, 0.05}, {}};
    ClassVolume classes(grid);
    Instances objects{InstanceVolume(grid), {0, 3, 4}};
    const std::array<std::uint8_t, 6> labels{3, 3, 5, 0, 255, 4};
    const std::array<std::uint32_t, 6> numbers{1, 0, 2, 0, 0, 2};
    for (std::int64_t i = 0; i < 6; ++i) {
        classes[i] = labels[static_cast<std::size_t>(i)];
        objects.volume[i] = numbers[static_cast<std::size_t>(i)];
    }
    const ClassVolume out = classes_of_objects(classes, slices_of(objects));
    const std::array<std::uint8_t, 6> expected{3, 255, 4, 0, 255, 4};
    for (std::int64_t i = 0; i < 6; ++i) EXPECT_EQ(out[i], expected[static_cast<std::size_t>(i)]) << i;
    EXPECT_THROW(classes_of_objects(ClassVolume(Grid{{2, 1, 2}, {1, 1, 1}, {}}), slices_of(objects)),
                 InputError);
}

TEST(ObjectClasses, AbsentObjectsLoseTheirClass) {
    Instances objects{InstanceVolume(Grid{{3, 1, 1}, {1, 1, 1}, {}}), {0, 3, 4, 4}};
    Instances elsewhere{InstanceVolume(Grid{{2, 1, 1}, {1, 1, 1}, {}}), {0, 3, 4, 4}};
    elsewhere.volume[0] = 3;
    elsewhere.volume[1] = 1;
    InstanceSlices slices = slices_of(elsewhere);
    leave_out_absent(objects, slices);
    EXPECT_EQ(objects.class_of, (std::vector<std::uint8_t>{0, 3, 0, 4}));
    EXPECT_EQ(slices.class_of, objects.class_of);
}

}  // namespace
}  // namespace cytomo
