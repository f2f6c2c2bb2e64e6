// Filopodia with branches, and such as cross.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "cytomo/labels/crossings.h"
#include "cytomo/measures/filopodia.h"
#include "cytomo/measures/test_stems.h"

namespace cytomo {
namespace {

constexpr Vec3 branch_voxels[] = {{0.02, 0.02, 0.02}, {0.02, 0.02, 0.01}, {0.012, 0.02, 0.016}};

Filopodium measure_whole(const ClassVolume& classes) {
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
    for (const Vec3 edge : branch_voxels)
        for (const double angle : {90.0, 60.0, 40.0}) {
            const double a = angle * std::numbers::pi / 180;
            const Vec3 from{0.8, 0, 0}, to = from + Vec3{std::cos(a), std::sin(a), 0} * 0.6;
            const Vec3 other{1.5, 0, 0}, other_end{1.5, -0.4, 0};
            const Filopodium f = measure_whole(draw_stem(edge, r, l, [&](Vec3 p) {
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
    const Filopodium bump = measure_whole(draw_stem(branch_voxels[0], r, l, [&](Vec3 p) {
        return length(p - Vec3{1, 0.08, 0}) < 0.05;
    }));
    EXPECT_TRUE(bump.branches.empty());
}

using Axes = std::vector<std::pair<Vec3, Vec3>>;

/// How far the lines of all branches lie off these axes, at most.
double farthest_off(const Filopodium& f, const Axes& axes) {
    double most = 0;
    for (const FilopodiumBranch& b : f.branches)
        for (std::size_t i = 1; i < b.line_um.size(); ++i)
            for (const double t : {0.0, 0.25, 0.5, 0.75, 1.0}) {
                const Vec3 p = b.line_um[i - 1] + (b.line_um[i] - b.line_um[i - 1]) * t;
                double nearest = 1e9;
                for (const auto& [from, to] : axes) nearest = std::min(nearest, off(p, from, to));
                most = std::max(most, nearest);
            }
    return most;
}

/// A surface lies up to half a voxel beyond the tube.
double within_tube(Vec3 edge, double r) {
    return r + length(edge) / 2;
}

/// Stem and forks as axes of tubes that are all equally thick.
Filopodium measure_tubes(Vec3 edge, double r, const Axes& axes) {
    return measure_whole(draw_stem(edge, r, axes.front().second.x, [&](Vec3 p) {
        return std::any_of(axes.begin() + 1, axes.end(),
                           [&](const auto& axis) { return off(p, axis.first, axis.second) <= r; });
    }));
}

Vec3 ahead(double degrees_from_x, double um) {
    const double a = degrees_from_x * std::numbers::pi / 180;
    return Vec3{std::cos(a), std::sin(a), 0} * um;
}

TEST(FilopodiaBranches, AForkHasALineAlongEachArmAndNoneBetweenThem) {
    const double r = 0.06;
    for (const Vec3 edge : branch_voxels)
        for (const double half : {30.0, 45.0, 90.0}) {
            const Vec3 foot{0.8, 0, 0}, fork{0.8, 0.35, 0};
            const Vec3 long_end = fork + ahead(90 - half, 0.5), short_end = fork + ahead(90 + half, 0.4);
            const Axes axes{{{0, 0, 0}, {2, 0, 0}}, {foot, fork}, {fork, long_end}, {fork, short_end}};
            const Filopodium f = measure_tubes(edge, r, axes);
            const std::string what = "edge z " + std::to_string(edge.z) + " angle " + std::to_string(half);
            ASSERT_EQ(f.branches.size(), 2U) << what;
            EXPECT_EQ(f.branches[0].of_branch, 0U) << what;
            EXPECT_EQ(f.branches[1].of_branch, 1U) << what;
            EXPECT_NEAR(f.branches[0].length_um, 0.35 + 0.5 + r, 0.06) << what;
            EXPECT_NEAR(f.branches[1].length_um, 0.4 + r, 0.06) << what;
            // The stem's line bends towards the branch, and so is longer up to there.
            EXPECT_NEAR(f.branches[0].leaves_at_um, 0.8, 0.18) << what;
            EXPECT_EQ(f.branches[1].leaves_at_um, f.branches[0].leaves_at_um) << what;
            EXPECT_LT(length(f.branches[0].tip_um() - long_end), 2 * r) << what;
            EXPECT_LT(length(f.branches[1].tip_um() - short_end), 2 * r) << what;
            EXPECT_LT(farthest_off(f, axes), within_tube(edge, r)) << what;
        }
}

TEST(FilopodiaBranches, TheForkOfAForkAndThreeArmsAreFound) {
    const double r = 0.05;
    const Vec3 foot{0.6, 0, 0}, fork{0.6, 0.3, 0}, left = fork + ahead(135, 0.4);
    const Vec3 right = fork + ahead(45, 0.3), up = right + ahead(90, 0.3), on = right + ahead(0, 0.55);
    const Axes axes{{{0, 0, 0}, {2, 0, 0}}, {foot, fork}, {fork, left},
                    {fork, right},          {right, up},  {right, on}};
    const Filopodium f = measure_tubes(branch_voxels[0], r, axes);
    ASSERT_EQ(f.branches.size(), 3U);
    double all = 0;
    for (const FilopodiumBranch& b : f.branches) all += b.length_um;
    EXPECT_NEAR(all, 0.3 + 0.4 + 0.3 + 0.3 + 0.55 + 3 * r, 0.15);
    EXPECT_NEAR(f.branches[0].length_um, 0.3 + 0.3 + 0.55 + r, 0.06);
    for (const Vec3 end : {left, up, on})
        EXPECT_TRUE(std::any_of(f.branches.begin(), f.branches.end(),
                                [&](const FilopodiumBranch& b) { return length(b.tip_um() - end) < 2 * r; }));
    EXPECT_EQ(f.branches[0].of_branch, 0U);
    EXPECT_EQ(f.branches[1].of_branch, 1U);
    EXPECT_EQ(f.branches[2].of_branch, 1U);
    EXPECT_LT(farthest_off(f, axes), within_tube(branch_voxels[0], r));
}

TEST(FilopodiaBranches, AnArmThatComesBackIsFollowedFromBothSides) {
    const double r = 0.05;
    const Vec3 foot{0.8, 0, 0}, left{0.8, 0.7, 0}, right{1.2, 0.7, 0}, other_foot{1.2, 0, 0};
    const Axes axes{{{0, 0, 0}, {2, 0, 0}}, {foot, left}, {left, right}, {right, other_foot}};
    const Filopodium f = measure_tubes(branch_voxels[0], r, axes);
    ASSERT_EQ(f.branches.size(), 2U);
    EXPECT_NEAR(f.branches[0].length_um + f.branches[1].length_um, 0.7 + 0.4 + 0.7, 0.12);
    EXPECT_NEAR(f.branches[0].leaves_at_um, 0.8, 0.1);
    EXPECT_NEAR(f.branches[1].leaves_at_um, 1.2, 0.1);
    EXPECT_EQ(f.branches[1].of_branch, 0U);
    EXPECT_LT(length(f.branches[0].tip_um() - f.branches[1].tip_um()), 3 * r);
    EXPECT_LT(farthest_off(f, axes), within_tube(branch_voxels[0], r));
}

TEST(FilopodiaBranches, AreInOrderFromWhicheverEndIsTheRoot) {
    // Not attached, and thicker at the end that the ways do not start from: root and tip change places.
    const double r = 0.05;
    for (const bool thick_first : {true, false}) {
        const Grid grid{{150, 100, 30}, {0.02, 0.02, 0.02}, {-0.5, -1, -0.3}};
        ClassVolume classes(grid);
        for (std::int64_t i = 0; i < grid.count(); ++i) {
            const Vec3 p =
                grid.world_from_voxel({static_cast<double>(i % 150), static_cast<double>(i / 150 % 100),
                                       static_cast<double>(i / 15000)});
            const bool thick = thick_first ? p.x < 0.4 : p.x > 1.6;
            if (off(p, {0, 0, 0}, {2, 0, 0}) <= (thick ? 1.6 : 1) * r ||
                off(p, {0.7, 0, 0}, {0.7, 0.3, 0}) <= r || off(p, {0.7, 0.3, 0}, {1, 0.6, 0}) <= r ||
                off(p, {0.7, 0.3, 0}, {0.45, 0.55, 0}) <= r || off(p, {1.3, 0, 0}, {1.3, -0.5, 0}) <= r)
                classes[i] = filopodium;
        }
        const Filopodium f = measure_whole(classes);
        ASSERT_EQ(f.branches.size(), 3U) << thick_first;
        for (std::size_t b = 0; b < 3; ++b) {
            const FilopodiumBranch& branch = f.branches[b];
            const bool below = branch.tip_um().y < 0;
            EXPECT_NEAR(branch.leaves_at_um, thick_first == below ? 1.3 : 0.7, 0.15)
                << thick_first << " " << b;
            ASSERT_LE(branch.of_branch, b);
            if (b > 0) {
                EXPECT_GE(branch.leaves_at_um, f.branches[b - 1].leaves_at_um);
            }
            const bool short_arm = length(branch.tip_um() - Vec3{0.45, 0.55, 0}) < 2 * r;
            EXPECT_EQ(branch.of_branch != 0, short_arm) << thick_first << " " << b;
            if (short_arm) {
                EXPECT_LT(length(f.branches[branch.of_branch - 1].tip_um() - Vec3{1, 0.6, 0}), 2 * r);
            }
        }
    }
}

TEST(FilopodiaBranches, AreAsThickWhenWhatTouchesThemIsCorrected) {
    // Two filopodia side by side, the network sure of both; one is deleted, by classes and by numbers.
    const double r = 0.06;
    ClassVolume classes = draw_stem(branch_voxels[0], r, 2, [&](Vec3 p) {
        return off(p, {0, 2 * r, 0}, {2, 2 * r, 0}) <= r;
    });
    const ClassVolume seen = classes;
    const Grid& grid = classes.grid();
    Instances instances{InstanceVolume(grid), {0, filopodium, filopodium}};
    const auto n = static_cast<std::size_t>(grid.count());
    Probabilities probabilities{grid, 7, std::vector<std::uint8_t>(7 * n, 0)};
    for (std::size_t i = 0; i < n; ++i) {
        const auto at = static_cast<std::int64_t>(i);
        probabilities.values[classes[at] * n + i] = 255;
        const double y =
            grid.origin_um.y + grid.voxel_um.y * static_cast<double>(at / grid.size.x % grid.size.y);
        if (classes[at] == filopodium) instances.volume[at] = y < r ? 1 : 2;
    }
    const Filopodium before = measure_filopodia(classes, instances, {}, &probabilities, &seen).at(0);
    EXPECT_NEAR(before.mean_radius_um / r, 1, 0.1);
    for (std::int64_t i = 0; i < grid.count(); ++i)
        if (instances.volume[i] == 2) {
            instances.volume[i] = 0;
            classes[i] = background;
        }
    const Filopodium after = measure_filopodia(classes, instances, {}, &probabilities, &seen).at(0);
    EXPECT_EQ(after.mean_radius_um, before.mean_radius_um);
    EXPECT_EQ(after.length_um, before.length_um);
    EXPECT_EQ(after.radius_um, before.radius_um);
}

TEST(FilopodiaBranches, CrossingOnesAreMeasuredWhole) {
    const double r = 0.06;
    for (const Vec3 edge : branch_voxels)
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
