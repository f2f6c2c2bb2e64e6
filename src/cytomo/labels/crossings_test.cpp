#include "cytomo/labels/crossings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <set>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/labels/test_tubes.h"

namespace cytomo {
namespace {

/// A round tube along a straight line, with round ends.
struct Rod {
    Vec3 from, to;
    double radius_um;
};

double distance_to(const Rod& rod, Vec3 p) {
    const Vec3 along = rod.to - rod.from;
    const double t = std::clamp(dot(p - rod.from, along) / dot(along, along), 0.0, 1.0);
    return length(p - (rod.from + along * t));
}

Vec3 place(const Grid& grid, std::int64_t i) {
    return grid.world_from_voxel({static_cast<double>(i % grid.size.x),
                                  static_cast<double>(i / grid.size.x % grid.size.y),
                                  static_cast<double>(i / (grid.size.x * grid.size.y))});
}

/// Rods as class 6 in a box of 3 × 3 × 0.6 µm around the origin; cell body below y = body_y.
ClassVolume draw(const std::vector<Rod>& rods, Vec3 edge, double body_y = -100) {
    const auto n = [](double extent, double e) { return static_cast<std::int64_t>(extent / e); };
    const Grid grid{{n(3, edge.x), n(3, edge.y), n(0.6, edge.z)}, edge, {-1.5, -1.5, -0.3}};
    ClassVolume classes(grid);
    std::int64_t i = 0;
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x, ++i) {
                const Vec3 p = grid.world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                for (const Rod& rod : rods)
                    if (distance_to(rod, p) <= rod.radius_um) classes[i] = filopodium;
                if (p.y < body_y) classes[i] = cytoplasm;
            }
    return classes;
}

struct Parted {
    std::size_t objects = 0;
    double wrong = 0;  ///< share of the voxels that lie in one rod only and are in the object of another
};

Parted part(const ClassVolume& classes, const std::vector<Rod>& rods, const CrossingOptions& options = {}) {
    Instances found = find_instances(classes, {});
    const Instances parted = split_crossing_tubes(classes, std::move(found), options);
    Parted result;
    std::vector<std::map<std::uint32_t, double>> votes(rods.size());
    std::set<std::uint32_t> numbers;
    std::int64_t appeared = 0;  // or vanished
    for (std::int64_t i = 0; i < classes.count(); ++i) {
        appeared += (parted.volume[i] != 0) != (classes[i] != 0) ? 1 : 0;
        if (classes[i] != filopodium) continue;
        EXPECT_EQ(parted.class_of.at(parted.volume[i]), filopodium);
        numbers.insert(parted.volume[i]);
        int inside = 0;
        std::size_t rod = 0;
        for (std::size_t r = 0; r < rods.size(); ++r)
            if (distance_to(rods[r], place(classes.grid(), i)) <= rods[r].radius_um) {
                ++inside;
                rod = r;
            }
        if (inside == 1) ++votes[rod][parted.volume[i]];
    }
    EXPECT_EQ(appeared, 0);
    result.objects = numbers.size();
    double all = 0, right = 0;
    std::set<std::uint32_t> winners;
    for (const auto& vote : votes) {
        double most = 0;
        std::uint32_t winner = 0;
        for (const auto& [n, count] : vote) {
            all += count;
            if (count > most) {
                most = count;
                winner = n;
            }
        }
        right += winners.insert(winner).second ? most : 0;
    }
    result.wrong = 1 - right / all;
    return result;
}

constexpr Vec3 edges[] = {{0.02, 0.02, 0.02}, {0.02, 0.02, 0.01}, {0.012, 0.02, 0.016}};

Rod rod_at(double angle_deg, Vec3 middle, double half, double radius) {
    const double a = angle_deg * std::numbers::pi / 180;
    const Vec3 along{std::cos(a) * half, std::sin(a) * half, 0};
    return {middle - along, middle + along, radius};
}

TEST(Crossings, TwoTubesThatRunThroughEachOther) {
    for (const Vec3 edge : edges)
        for (const double r : {0.04, 0.07, 0.1})
            for (const double angle : {25.0, 45.0, 90.0}) {
                const std::vector<Rod> rods{rod_at(90 + angle / 2, {0, 0, 0.01}, 1.2, r),
                                            rod_at(90 - angle / 2, {0, 0, 0}, 1.2, 0.9 * r)};
                const std::string what = "edge z " + std::to_string(edge.z) + " radius " + std::to_string(r) +
                                         " angle " + std::to_string(angle);
                for (const double body : {-100.0, -1.0}) {
                    const Parted parted = part(draw(rods, edge, body), rods);
                    EXPECT_EQ(parted.objects, 2U) << what << " body " << body;
                    EXPECT_LT(parted.wrong, 0.03) << what << " body " << body;
                }
            }
}

TEST(Crossings, TubesThatTouchAtTheirSides) {
    for (const Vec3 edge : edges)
        for (const double r : {0.05, 0.09})
            for (const double overlap : {0.0, 0.15})
                for (const double turn : {0.0, 30.0}) {
                    // Thin ones on a coarse lattice may stay together (crossings.h).
                    if (r < 4 * edge.y && (overlap > 0 || turn > 0 || edge.x != edge.y)) continue;
                    const double apart = r * (2 - overlap), a = (turn + 90) * std::numbers::pi / 180;
                    const std::vector<Rod> rods{
                        rod_at(90 + turn, {0, 0, 0}, 1.1, r),
                        rod_at(90 + turn, {-std::sin(a) * apart, std::cos(a) * apart, 0}, 1.1, r)};
                    const std::string what = "edge z " + std::to_string(edge.z) + " radius " +
                                             std::to_string(r) + " overlap " + std::to_string(overlap) +
                                             " turn " + std::to_string(turn);
                    for (const double body : {-100.0, -0.7}) {
                        const Parted parted = part(draw(rods, edge, body), rods);
                        EXPECT_EQ(parted.objects, 2U) << what << " body " << body;
                        EXPECT_LT(parted.wrong, 0.03) << what << " body " << body;
                    }
                }
}

TEST(Crossings, OneAboveTheOther) {
    for (const Vec3 edge : edges) {
        const std::vector<Rod> rods{rod_at(120, {0, 0, 0}, 1.2, 0.08), rod_at(60, {0, 0, 0.15}, 1.2, 0.08)};
        const Parted parted = part(draw(rods, edge, -0.9), rods);
        EXPECT_EQ(parted.objects, 2U);
        EXPECT_LT(parted.wrong, 0.03);
    }
}

TEST(Crossings, BranchesStayOne) {
    for (const Vec3 edge : edges)
        for (const double r : {0.05, 0.08})
            for (const double angle : {30.0, 50.0, 90.0})
                for (const double body : {-100.0, -1.0}) {
                    const Vec3 fork{0, 0, 0};
                    const double a = (90 - angle) * std::numbers::pi / 180;
                    const Rod stem{{0, -1.2, 0}, {0, 1.2, 0}, r};
                    const Rod branch{fork, fork + Vec3{std::cos(a), std::sin(a), 0} * 0.9, 0.85 * r};
                    EXPECT_EQ(part(draw({stem, branch}, edge, body), {stem}).objects, 1U)
                        << "edge z " << edge.z << " radius " << r << " angle " << angle << " body " << body;
                    // A fork with two equal arms.
                    const double b = (90 + angle / 2) * std::numbers::pi / 180;
                    const double c = (90 - angle / 2) * std::numbers::pi / 180;
                    const Rod foot{{0, -1.2, 0}, fork, r};
                    const Rod left{fork, Vec3{std::cos(b), std::sin(b), 0} * 0.9, r};
                    const Rod right{fork, Vec3{std::cos(c), std::sin(c), 0} * 0.9, r};
                    EXPECT_EQ(part(draw({foot, left, right}, edge, body), {foot}).objects, 1U)
                        << "edge z " << edge.z << " radius " << r << " fork of " << angle << " body " << body;
                }
}

TEST(Crossings, AForkUpsideDownHasTwoRoots) {
    const Rod left{{-0.5, -1.2, 0}, {0, 0, 0}, 0.06}, right{{0.5, -1.2, 0}, {0, 0, 0}, 0.06};
    const Rod tip{{0, 0, 0}, {-0.1, 1.2, 0}, 0.06};
    EXPECT_EQ(part(draw({left, right, tip}, {0.02, 0.02, 0.01}, -0.9), {left, right}).objects, 2U);
    EXPECT_EQ(part(draw({left, right, tip}, {0.02, 0.02, 0.01}), {left, right}).objects, 1U);
}

TEST(Crossings, TwoThatMeetTipToTip) {
    // An L of two tubes that both come from the cell; one of them alone is one tube with a bend.
    for (const Vec3 edge : edges) {
        const Rod first{{-0.6, -1.2, 0}, {-0.4, 0.6, 0}, 0.06},
            second{{0.7, -1.2, 0}, {-0.36, 0.63, 0}, 0.06};
        const Parted parted = part(draw({first, second}, edge, -0.9), {first, second});
        EXPECT_EQ(parted.objects, 2U) << edge.z;
        EXPECT_LT(parted.wrong, 0.06) << edge.z;
        EXPECT_EQ(part(draw({first, second}, edge), {first}).objects, 1U) << edge.z;
    }
}

TEST(Crossings, TwoThatLeaveTheCellAtOnePlace) {
    for (const Vec3 edge : edges)
        for (const double angle : {35.0, 60.0}) {
            const double a = (90 + angle / 2) * std::numbers::pi / 180,
                         b = (90 - angle / 2) * std::numbers::pi / 180;
            const Vec3 root{0, -1, 0};
            const Rod left{root, root + Vec3{std::cos(a), std::sin(a), 0} * 1.8, 0.06};
            const Rod right{root, root + Vec3{std::cos(b), std::sin(b), 0} * 1.8, 0.06};
            EXPECT_EQ(part(draw({left, right}, edge, -0.9), {left, right}).objects, 2U)
                << edge.z << " " << angle;
        }
}

TEST(Crossings, AThinOneUnderAThickOneStaysOne) {
    // They touch from above and below: the thin one is hidden in the thick one's side.
    for (const Vec3 edge : edges)
        for (const double angle : {40.0, 70.0}) {
            const Rod thick = rod_at(90, {0, 0, 0.05}, 1.2, 0.12),
                      thin = rod_at(90 - angle, {0, 0, -0.06}, 1.2, 0.05);
            const Parted parted = part(draw({thick, thin}, edge, -0.8), {thick, thin});
            EXPECT_EQ(parted.objects, 2U) << edge.z << " " << angle;
            EXPECT_LT(parted.wrong, 0.05) << edge.z << " " << angle;
        }
}

TEST(Crossings, ATipAtATubeFromElsewhere) {
    // What comes from the cell and ends at a tube that crosses the view is no branch of that.
    for (const Vec3 edge : edges) {
        const Rod across{{-1.6, 0.5, 0}, {1.6, 0.6, 0}, 0.06}, from_cell{{0.2, -1.2, 0}, {0, 0.5, 0}, 0.06};
        const Parted parted = part(draw({across, from_cell}, edge, -0.9), {across, from_cell});
        EXPECT_EQ(parted.objects, 2U) << edge.z;
        EXPECT_LT(parted.wrong, 0.03) << edge.z;
    }
}

TEST(Crossings, WithoutABody) {
    // Within cytoplasm, whose walls are no roots: two that cross are two, one with a branch is one.
    for (const Vec3 edge : edges) {
        const std::vector<Rod> rods{rod_at(60, {0, 0, 0}, 1.1, 0.09), rod_at(115, {0, 0, 0.02}, 1.1, 0.08)};
        ClassVolume classes = draw(rods, edge);
        for (std::uint8_t& c : classes.values()) c = c == filopodium ? mitochondrion : cytoplasm;
        const auto objects = [&](const ClassVolume& of) {
            Instances parted = split_crossing_tubes(of, find_instances(of, {}),
                                                    {.class_id = mitochondrion, .from_body = false});
            return std::count(parted.class_of.begin(), parted.class_of.end(), mitochondrion);
        };
        EXPECT_EQ(objects(classes), 2) << edge.z;
        ClassVolume forked =
            draw({{{0, -1.2, 0}, {0, 1.2, 0}, 0.09}, {{0, 0, 0}, {0.8, 0.5, 0}, 0.08}}, edge);
        for (std::uint8_t& c : forked.values()) c = c == filopodium ? mitochondrion : cytoplasm;
        EXPECT_EQ(objects(forked), 1) << edge.z;
    }
}

TEST(Crossings, SmoothTubesOfAnyThicknessStayWhole) {
    for (const Vec3 edge : edges)
        for (const double r : {0.02, 0.03, 0.06, 0.15}) {
            const Rod rod{{-0.3, -1.1, -0.1}, {0.4, 1.2, 0.15}, r};
            EXPECT_EQ(part(draw({rod}, edge, -0.9), {rod}).objects, 1U) << edge.z << " " << r;
            EXPECT_EQ(part(draw({rod}, edge), {rod}).objects, 1U) << edge.z << " " << r;
        }
}

TEST(Crossings, WhatNoLineIsNearStaysWithItsNeighbours) {
    // Two tubes share a wide bow, which the straight lines between its arms leave far aside. A third one,
    // which crosses an arm elsewhere, has nothing to do with it.
    const double bend = 0.45;
    for (const double side : {-1.0, 1.0}) {
        const ClassVolume classes = draw_tubes<std::uint8_t>(
            {arc_tube({0, 0, 0}, bend, 0, std::numbers::pi, 0.1),
             straight_tube({bend, 0, 0}, {bend + 0.3, -1.2, 0}, 0.06),
             straight_tube({bend, 0, 0}, {bend + 1, -0.8, 0}, 0.06),
             straight_tube({-bend, 0, 0}, {-bend - 0.3, -1.2, 0}, 0.06),
             straight_tube({-bend, 0, 0}, {-bend - 1, -0.8, 0}, 0.06),
             straight_tube({side * (bend + 0.6), -0.48, -0.9}, {side * (bend + 0.6), -0.48, 0.7}, 0.06)},
            {0.02, 0.02, 0.02}, filopodium);
        const Instances parted = split_crossing_tubes(classes, find_instances(classes, {}), {});
        const auto at = [&](Vec3 p) {
            const Vec3 v = classes.grid().voxel_from_world(p);
            return parted.volume(std::llround(v.x), std::llround(v.y), std::llround(v.z));
        };
        const std::uint32_t third = at({side * (bend + 0.6), -0.48, -0.8});
        ASSERT_NE(third, 0U);
        for (const double angle : {60.0, 90.0, 120.0}) {
            const double a = angle * std::numbers::pi / 180;
            const std::uint32_t bow = at({bend * std::cos(a), bend * std::sin(a), 0});
            ASSERT_NE(bow, 0U);
            EXPECT_NE(bow, third) << side << " " << angle;
        }
    }
}

TEST(Crossings, DegenerateVolumes) {
    const ClassVolume empty(Grid{{4, 4, 4}, {0.02, 0.02, 0.02}, {}});
    EXPECT_EQ(split_crossing_tubes(empty, find_instances(empty, {})).count(), 0U);
    const ClassVolume full(Grid{{5, 4, 3}, {0.02, 0.02, 0.02}, {}}, filopodium);
    EXPECT_EQ(split_crossing_tubes(full, find_instances(full, {})).count(), 1U);
    ClassVolume specks(Grid{{90, 90, 90}, {0.02, 0.02, 0.02}, {}});
    for (std::int64_t z = 0; z < 90; z += 2)
        for (std::int64_t y = 0; y < 90; y += 2)
            for (std::int64_t x = 0; x < 90; x += 2) specks(x, y, z) = filopodium;
    EXPECT_EQ(split_crossing_tubes(specks, find_instances(specks, {})).count(), 45U * 45 * 45);
    EXPECT_THROW(split_crossing_tubes(full, Instances{InstanceVolume(Grid{{2, 2, 2}, {}, {}}), {0}}),
                 InputError);
    EXPECT_THROW(split_crossing_tubes(full, find_instances(full, {}), {.least_neck = 0}), UsageError);
    EXPECT_THROW(split_crossing_tubes(full, find_instances(full, {}), {.largest_bend_deg = 200}), UsageError);
}

TEST(Crossings, SameAtAnyThreadCountAndInOrderOfSize) {
    const std::vector<Rod> rods{rod_at(60, {0, 0, 0}, 1.2, 0.06), rod_at(120, {0, 0, 0}, 0.9, 0.06)};
    const ClassVolume classes = draw(rods, {0.02, 0.02, 0.02}, -0.6);
    set_thread_count(1);
    const Instances one = split_crossing_tubes(classes, find_instances(classes, {}));
    set_thread_count(4);
    const Instances four = split_crossing_tubes(classes, find_instances(classes, {}));
    set_thread_count(0);
    EXPECT_TRUE(std::ranges::equal(one.volume.values(), four.volume.values()));
    EXPECT_EQ(one.class_of, (std::vector<std::uint8_t>{0, cytoplasm, filopodium, filopodium}));
    std::vector<std::int64_t> count(4, 0);
    for (const std::uint32_t n : one.volume.values()) ++count.at(n);
    EXPECT_GE(count[2], count[3]);
}

}  // namespace
}  // namespace cytomo
