// Filopodia with branches, and such as cross.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "cytomo/labels/crossings.h"
#include "cytomo/measures/filopodia.h"
#include "cytomo/measures/test_stems.h"

namespace cytomo {
namespace {

constexpr Vec3 edges[] = {{0.02, 0.02, 0.02}, {0.02, 0.02, 0.01}, {0.012, 0.02, 0.016}};

Filopodium measure_only(const ClassVolume& classes) {
    const auto found = measure_filopodia(classes, find_instances(classes, {}));
    EXPECT_EQ(found.size(), 1U);
    return found.at(0);
}

/// Distance to a straight line between two places.
double off(Vec3 p, Vec3 from, Vec3 to) {
    const Vec3 along = to - from;
    return length(p - (from + along * std::clamp(dot(p - from, along) / dot(along, along), 0.0, 1.0)));
}

TEST(FilopodiaBranches, AreMeasuredBesideTheLine) {
    const double r = 0.06, l = 2.0;
    for (const Vec3 edge : edges)
        for (const double angle : {90.0, 60.0, 40.0}) {
            const double a = angle * std::numbers::pi / 180;
            const Vec3 from{0.8, 0, 0}, to = from + Vec3{std::cos(a), std::sin(a), 0} * 0.6;
            const Vec3 other{1.5, 0, 0}, other_end{1.5, -0.4, 0};
            const Filopodium f = measure_only(draw_stem(edge, r, l, [&](Vec3 p) {
                return off(p, from, to) <= 0.9 * r || off(p, other, other_end) <= 0.8 * r;
            }));
            const std::string what = "edge z " + std::to_string(edge.z) + " angle " + std::to_string(angle);
            // The line bends a little towards a branch as thick as itself.
            EXPECT_NEAR(f.length_um / (l + r), 1, 0.08) << what;
            EXPECT_NEAR(f.mean_radius_um / r, 1, 0.1) << what;
            ASSERT_EQ(f.branches.size(), 2U) << what;
            EXPECT_NEAR(f.branches[0].length_um / (0.6 + 0.9 * r), 1, 0.15) << what;
            EXPECT_NEAR(f.branches[0].leaves_at_um, 0.8, 0.15) << what;
            EXPECT_LT(length(f.branches[0].tip_um() - to), 2 * r) << what;
            EXPECT_NEAR(f.branches[1].length_um / (0.4 + 0.8 * r), 1, 0.25) << what;
            EXPECT_NEAR(f.branches[1].leaves_at_um, 1.5, 0.1) << what;
            EXPECT_LT(length(f.branches[1].tip_um() - other_end), 2 * r) << what;
        }
    // A bump is no branch.
    const Filopodium bump = measure_only(draw_stem(edges[0], r, l, [&](Vec3 p) {
        return length(p - Vec3{1, 0.08, 0}) < 0.05;
    }));
    EXPECT_TRUE(bump.branches.empty());
}

TEST(FilopodiaBranches, CrossingOnesAreMeasuredWhole) {
    const double r = 0.06;
    for (const Vec3 edge : edges)
        for (const double angle : {90.0, 60.0, 35.0}) {
            // The second one starts at the cell body too, and crosses the first at x = 1.
            const double a = angle * std::numbers::pi / 180;
            const Vec3 along{std::cos(a), std::sin(a), 0}, middle{1, 0, 0};
            const double back = std::min(0.9, 1 / std::cos(a) > 0 ? 1 / std::cos(a) : 9.0);
            const Vec3 from = middle - along * back, to = middle + along * 0.9;
            const ClassVolume classes =
                draw_stem(edge, r, 2.0, [&](Vec3 p) { return off(p, from, to) <= 0.9 * r; });
            const Instances instances = split_crossing_tubes(classes, find_instances(classes, {}));
            const auto found = measure_filopodia(classes, instances);
            const std::string what = "edge z " + std::to_string(edge.z) + " angle " + std::to_string(angle);
            ASSERT_EQ(found.size(), 2U) << what;
            const bool first = found[0].tip_um.x > found[1].tip_um.x || std::abs(found[0].tip_um.y) < 0.1;
            const Filopodium &stem = found[first ? 0 : 1], &cross = found[first ? 1 : 0];
            EXPECT_NEAR(stem.length_um / (2 + r), 1, 0.03) << what;
            EXPECT_NEAR(stem.mean_radius_um / r, 1, 0.08) << what;
            EXPECT_TRUE(stem.branches.empty()) << what;
            const double expected = back + 0.9 + (back < 0.9 + 1e-9 ? 2 : 1) * 0.9 * r;
            EXPECT_NEAR(cross.length_um / expected, 1, 0.03) << what;
            EXPECT_NEAR(cross.mean_radius_um / (0.9 * r), 1, 0.06) << what;
            EXPECT_TRUE(cross.branches.empty()) << what;
        }
}

}  // namespace
}  // namespace cytomo
