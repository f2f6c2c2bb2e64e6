#include "cytomo/labels/components.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>

#include "cytomo/core/golden_file.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"

namespace cytomo {
namespace {

/// Flood fill in the order of first voxels: what the fast one must equal.
InstanceVolume flood(const ClassVolume& classes, Connectivity connectivity) {
    InstanceVolume out(classes.grid());
    std::uint32_t next = 1;
    const Size3 n = classes.grid().size;
    for (std::int64_t i = 0; i < classes.count(); ++i) {
        if (classes[i] == 0 || classes[i] == ignore_label || out[i] != 0) continue;
        std::deque<std::int64_t> open{i};
        out[i] = next;
        while (!open.empty()) {
            const std::int64_t v = open.front();
            open.pop_front();
            const std::int64_t x = v % n.x, y = v / n.x % n.y, z = v / (n.x * n.y);
            for (std::int64_t dz = -1; dz <= 1; ++dz)
                for (std::int64_t dy = -1; dy <= 1; ++dy)
                    for (std::int64_t dx = -1; dx <= 1; ++dx) {
                        if (connectivity == Connectivity::faces && dx * dx + dy * dy + dz * dz != 1) continue;
                        if (!classes.grid().contains(x + dx, y + dy, z + dz)) continue;
                        const std::int64_t o = classes.grid().index(x + dx, y + dy, z + dz);
                        if (out[o] != 0 || classes[o] != classes[i]) continue;
                        out[o] = next;
                        open.push_back(o);
                    }
        }
        ++next;
    }
    return out;
}

ClassVolume random_classes(Size3 size, double filled, int class_count, std::uint64_t seed) {
    ClassVolume classes(Grid{size, {0.01, 0.02, 0.03}, {}});
    Random random(seed);
    for (std::int64_t i = 0; i < classes.count(); ++i)
        if (random.chance(filled)) classes[i] = static_cast<std::uint8_t>(random.integer(1, class_count));
    return classes;
}

void expect_equals_flood(const ClassVolume& classes) {
    for (const Connectivity c : {Connectivity::faces, Connectivity::corners}) {
        const Components found = find_components(classes, c);
        const InstanceVolume expected = flood(classes, c);
        ASSERT_TRUE(
            std::equal(expected.values().begin(), expected.values().end(), found.volume.values().begin()));
        std::vector<std::int64_t> voxels(found.class_of.size(), 0), first(found.class_of.size(), -1);
        for (std::int64_t i = 0; i < classes.count(); ++i) {
            const std::uint32_t n = expected[i];
            if (n == 0) continue;
            ASSERT_LT(n, found.class_of.size());
            ASSERT_EQ(found.class_of[n], classes[i]);
            if (voxels[n]++ == 0) first[n] = i;
        }
        for (std::uint32_t n = 1; n <= found.count(); ++n) {
            EXPECT_EQ(found.voxels[n], voxels[n]);
            EXPECT_EQ(found.first_voxel[n], first[n]);
        }
    }
}

TEST(Components, EqualsFloodFillOnNoise) {
    std::uint64_t seed = 1;
    for (const double filled : {0.05, 0.2, 0.35, 0.6, 0.95})
        for (const int class_count : {1, 2, 5})
            expect_equals_flood(random_classes({23, 19, 37}, filled, class_count, seed++));
}

TEST(Components, EqualsFloodFillOnFlatAndThinVolumes) {
    for (const Size3 size :
         {Size3{1, 1, 1}, Size3{1, 1, 40}, Size3{40, 1, 1}, Size3{1, 40, 1}, Size3{2, 30, 20}})
        expect_equals_flood(random_classes(size, 0.6, 2, 7));
}

TEST(Components, EqualsScipy) {
    const GoldenFile golden("labels_golden.txt");
    const ClassVolume classes = golden.volume<std::uint8_t>("classes");
    for (const auto& [connectivity, name] : {std::pair{Connectivity::faces, "components_faces"},
                                             std::pair{Connectivity::corners, "components_corners"}}) {
        const InstanceVolume expected = golden.volume<std::uint32_t>(name);
        const Components found = find_components(classes, connectivity);
        EXPECT_TRUE(
            std::equal(expected.values().begin(), expected.values().end(), found.volume.values().begin()));
    }
}

TEST(Components, ClassesThatCrossOverACorner) {
    // Two classes change places between rows: each continues over the corner.
    ClassVolume classes(Grid{{5, 2, 1}, {1, 1, 1}, {}});
    const std::array<std::uint8_t, 10> values{1, 1, 1, 2, 2, 2, 2, 2, 1, 1};
    std::copy(values.begin(), values.end(), classes.data());
    EXPECT_EQ(find_components(classes, Connectivity::corners).count(), 2U);
    EXPECT_EQ(find_components(classes, Connectivity::faces).count(), 4U);
    expect_equals_flood(classes);
}

TEST(Components, IgnoreAndBackgroundAreNoObjects) {
    ClassVolume classes(Grid{{6, 4, 3}, {1, 1, 1}, {}}, ignore_label);
    EXPECT_EQ(find_components(classes, Connectivity::corners).count(), 0U);
    EXPECT_EQ(find_components(ClassVolume(Grid{{6, 4, 3}, {1, 1, 1}, {}}), Connectivity::faces).count(), 0U);
    EXPECT_EQ(find_components(ClassVolume{}, Connectivity::faces).count(), 0U);
}

TEST(Components, SameAtAnyThreadCount) {
    const ClassVolume classes = random_classes({50, 40, 60}, 0.3, 3, 11);
    set_thread_count(1);
    const Components one = find_components(classes, Connectivity::corners);
    set_thread_count(7);
    const Components many = find_components(classes, Connectivity::corners);
    set_thread_count(0);
    EXPECT_TRUE(
        std::equal(one.volume.values().begin(), one.volume.values().end(), many.volume.values().begin()));
    EXPECT_EQ(one.class_of, many.class_of);
    EXPECT_EQ(one.voxels, many.voxels);
}

}  // namespace
}  // namespace cytomo
