#include "cytomo/labels/split_constrictions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/labels/test_tubes.h"

namespace cytomo {
namespace {

using std::numbers::pi;

/// Number of objects after parting; the pieces must hang together before.
std::uint32_t count_parts(const ClassVolume& classes, Components* result = nullptr) {
    Components pieces = find_components(classes, Connectivity::corners);
    EXPECT_EQ(pieces.count(), 1U);
    ConstrictionOptions options;
    options.classes[1] = true;
    split_constrictions(pieces, options);
    if (result != nullptr) *result = pieces;
    return pieces.count();
}

std::uint32_t count_parts(const std::vector<TestTube>& tubes, Vec3 voxel_um, std::uint64_t turn = 0) {
    std::vector<TestTube> turned;
    for (const TestTube& t : tubes) turned.push_back(TestTurn(turn)(t));
    return count_parts(draw_tubes<std::uint8_t>(turned, voxel_um, 1));
}

constexpr Vec3 constricted_voxels[] = {{0.02, 0.02, 0.02}, {0.02, 0.015, 0.03}};

TEST(SplitConstrictions, TubesThatAreOneStayWhole) {
    for (const Vec3 e : constricted_voxels)
        for (const double r : {0.05, 0.08, 0.12})
            for (const std::uint64_t turn : {0U, 3U, 4U}) {
                EXPECT_EQ(count_parts({straight_tube({0, 0, 0}, {1, 0, 0}, r)}, e, turn), 1U) << r;
                EXPECT_EQ(count_parts({arc_tube({}, 4 * r, 0, 4, r)}, e, turn), 1U) << r;
                EXPECT_EQ(count_parts({arc_tube({}, 3 * r, 0, 2 * pi, r)}, e, turn), 1U) << r;
                EXPECT_EQ(count_parts({straight_tube({-0.6, 0, 0}, {0.6, 0, 0}, r),
                                       straight_tube({0, 0, 0}, {0.2, 0.6, 0}, 0.8 * r)},
                                      e, turn),
                          1U)
                    << r;
                // Thick and thin parts of one tube.
                EXPECT_EQ(count_parts({straight_tube({0, 0, 0}, {0.6, 0, 0}, r),
                                       straight_tube({0.6, 0, 0}, {1.2, 0, 0}, 0.7 * r)},
                                      e, turn),
                          1U)
                    << r;
            }
}

TEST(SplitConstrictions, TubesThatTouchArePartedWhereTheyTouch) {
    for (const Vec3 e : constricted_voxels)
        for (const double r : {0.11, 0.15})
            for (const std::uint64_t turn : {0U, 3U, 4U}) {
                const TestTube one = straight_tube({-1, 0, 0}, {0, 0, 0}, r);
                // End to end: the half spheres overlap a little.
                EXPECT_EQ(count_parts({one, straight_tube({1.9 * r, 0, 0}, {1 + 1.9 * r, 0, 0}, r)}, e, turn),
                          2U)
                    << r << ' ' << turn;
                // End to side.
                EXPECT_EQ(
                    count_parts({one, straight_tube({1.9 * r, -0.5, 0}, {1.9 * r, 0.6, 0}, r)}, e, turn), 2U)
                    << r << ' ' << turn;
                // Crosswise.
                EXPECT_EQ(count_parts({one, straight_tube({-0.5, -0.5, 1.9 * r}, {-0.5, 0.6, 1.9 * r}, r)}, e,
                                      turn),
                          2U)
                    << r << ' ' << turn;
                // Side by side, along half their length.
                EXPECT_EQ(
                    count_parts({one, straight_tube({-0.5, 1.9 * r, 0}, {0.5, 1.9 * r, 0}, r)}, e, turn), 2U)
                    << r << ' ' << turn;
            }
}

TEST(SplitConstrictions, CutLiesWhereTheyTouch) {
    const double r = 0.1;
    const ClassVolume classes = draw_tubes<std::uint8_t>(
        {straight_tube({-0.8, 0, 0}, {0, 0, 0}, r), straight_tube({1.8 * r, 0, 0}, {1, 0, 0}, r)},
        constricted_voxels[1], 1);
    Components parts;
    ASSERT_EQ(count_parts(classes, &parts), 2U);
    std::int64_t wrong = 0, all = 0;
    for (std::int64_t i = 0; i < classes.count(); ++i) {
        if (classes[i] == 0) continue;
        ++all;
        const Vec3 p =
            classes.grid().world_from_voxel({static_cast<double>(i % classes.grid().size.x), 0, 0});
        wrong += (p.x > 0.9 * r) != (parts.volume[i] != parts.volume[parts.first_voxel[1]]);
    }
    EXPECT_LT(static_cast<double>(wrong) / static_cast<double>(all), 0.005);
    EXPECT_EQ(parts.voxels[1] + parts.voxels[2], all);
}

TEST(SplitConstrictions, LongThinPartsAndRingsWithThinPlacesStayWhole) {
    const Vec3 e = constricted_voxels[0];
    // Two thick parts on a thin thread, as beads.
    EXPECT_EQ(count_parts(
                  {straight_tube({-0.6, 0, 0}, {0, 0, 0}, 0.12), straight_tube({0, 0, 0}, {0.7, 0, 0}, 0.045),
                   straight_tube({0.7, 0, 0}, {1.2, 0, 0}, 0.12)},
                  e),
              1U);
    // Two half rings that touch at both ends.
    EXPECT_EQ(
        count_parts(
            {arc_tube({}, 0.5, 0.22, pi - 0.22, 0.12), arc_tube({}, 0.5, pi + 0.22, 2 * pi - 0.22, 0.12)}, e),
        1U);
    // The same with one end apart: two tubes.
    EXPECT_EQ(
        count_parts(
            {arc_tube({}, 0.5, 0.22, pi - 0.22, 0.12), arc_tube({}, 0.5, pi + 0.22, 2 * pi - 0.6, 0.12)}, e),
        2U);
}

TEST(SplitConstrictions, RoughSurfacesDoNotPart) {
    for (const double r : {0.07, 0.12}) {
        ClassVolume classes = draw_tubes<std::uint8_t>(
            {TestTurn(5)(straight_tube({0, 0, 0}, {1.5, 0, 0}, r))}, {0.02, 0.02, 0.02}, 1);
        roughen(classes, 0.2, 7);
        Components pieces = find_components(classes, Connectivity::corners);
        const auto large = [&] {
            std::int64_t n = 0;
            for (std::uint32_t c = 1; c <= pieces.count(); ++c) n += pieces.voxels[c] > 50;
            return n;
        };
        ASSERT_EQ(large(), 1);
        ConstrictionOptions options;
        options.classes[1] = true;
        split_constrictions(pieces, options);
        EXPECT_EQ(large(), 1) << r;
    }
}

TEST(SplitConstrictions, SameAtAnyThreadCountAndOtherClassesStay) {
    ClassVolume classes(Grid{{60, 50, 40}, {0.02, 0.02, 0.03}, {}});
    Random random(11);
    for (std::int64_t i = 0; i < classes.count(); ++i)
        classes[i] = static_cast<std::uint8_t>(random.chance(0.5) ? random.integer(1, 3) : 0);
    ConstrictionOptions options;
    options.classes[1] = options.classes[2] = true;
    const Components before = find_components(classes, Connectivity::corners);
    Components one = before, four = before;
    set_thread_count(1);
    split_constrictions(one, options);
    set_thread_count(4);
    split_constrictions(four, options);
    set_thread_count(0);
    ASSERT_EQ(one.count(), four.count());
    EXPECT_TRUE(
        std::equal(one.volume.values().begin(), one.volume.values().end(), four.volume.values().begin()));
    std::vector<std::int64_t> voxels(one.count() + 1ULL, 0);
    for (std::int64_t i = 0; i < classes.count(); ++i) {
        if (one.volume[i] == 0) continue;
        ++voxels[one.volume[i]];
        EXPECT_EQ(one.class_of[one.volume[i]], classes[i]);
        if (classes[i] == 3) {
            EXPECT_EQ(one.volume[i], before.volume[i]);
        }
    }
    for (std::uint32_t c = 1; c <= one.count(); ++c) EXPECT_EQ(one.voxels[c], voxels[c]);
}

TEST(SplitConstrictions, DegenerateInputs) {
    ConstrictionOptions options;
    options.classes[1] = true;
    Components none = find_components(ClassVolume(Grid{{5, 4, 3}, {1, 1, 1}, {}}), Connectivity::corners);
    split_constrictions(none, options);
    EXPECT_EQ(none.count(), 0U);
    Components full = find_components(ClassVolume(Grid{{5, 4, 3}, {1, 1, 1}, {}}, 1), Connectivity::corners);
    split_constrictions(full, options);
    EXPECT_EQ(full.count(), 1U);
    options.widest_neck = 1;
    EXPECT_THROW(split_constrictions(full, options), UsageError);
    options.widest_neck = 0.5;
    options.longest_neck = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THROW(split_constrictions(full, options), UsageError);
}

}  // namespace
}  // namespace cytomo
