#include "cytomo/simulation/contacts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "cytomo/core/parallel.h"
#include "cytomo/simulation/canvas.h"

namespace cytomo {
namespace {

const Grid canvas_grid{{80, 70, 60}, {0.02, 0.02, 0.02}, {}};
constexpr auto paint = [](auto&&...) { return 0.3; };
constexpr auto anywhere = [](std::uint32_t) { return true; };

std::uint32_t add_ball(Canvas& canvas, Vec3 centre, double radius) {
    const std::uint32_t owner = canvas.add_object(vesicle, "ball");
    const Ellipsoid ball{centre, {radius, radius, radius}, {}};
    canvas.paint(
        ball.box(), owner, [ball](Vec3 p) { return ball.distance(p); }, paint, anywhere);
    return owner;
}

std::uint32_t add_tube(Canvas& canvas, Vec3 from, Vec3 to, double radius) {
    const std::uint32_t owner = canvas.add_object(mitochondrion, "tube");
    canvas.paint_tube(Tube{{{{from, radius, 0}, {to, radius, length(to - from)}}}}, owner, paint, anywhere);
    return owner;
}

/// Half the angle at the axis under which places on one round shape are less than `within` from the other.
double half_angle(double radius, double between, double within) {
    return std::acos((radius * radius + between * between - (radius + within) * (radius + within)) /
                     (2 * radius * between));
}

TEST(Contacts, SpheresMeetInCaps) {
    for (const double gap : {0.0, 0.012, 0.025}) {
        Canvas canvas(canvas_grid);
        const double radius = 0.25, between = 2 * radius + gap;
        const Vec3 first{0.45, 0.55, 0.5};
        add_ball(canvas, first, radius);
        add_ball(canvas, first + normalized({1, 0.4, 0.2}) * between, radius);
        canvas.run();
        const auto found = find_contacts(canvas, canvas_grid, {0, 4, 2});
        ASSERT_EQ(found.size(), 1U);
        EXPECT_EQ(found[0].a, 2U);
        EXPECT_EQ(found[0].b, 4U);
        const double cap =
            2 * std::numbers::pi * radius * radius * (1 - std::cos(half_angle(radius, between, 0.03)));
        EXPECT_NEAR(found[0].area_um2, cap, 0.06 * cap) << gap;
        EXPECT_NEAR(found[0].gap_um, gap, 0.002);
    }
}

TEST(Contacts, TubesSideBySideMeetAlongTheirLength) {
    Canvas canvas(canvas_grid);
    // Inclined to the lattice, and longer than the view, which ends them.
    const Vec3 along = normalized({0, 1, 0.25}), first{0.6, -0.5, 0.3}, aside{0.33, 0, 0};
    add_tube(canvas, first, first + along * 3, 0.15);
    add_tube(canvas, first + aside, first + aside + along * 3, 0.15);
    const double within = 0.06, seen = 70 * 0.02 / along.y;
    canvas.run();
    const auto found = find_contacts(canvas, canvas_grid, {0, 1, 2}, within);
    ASSERT_EQ(found.size(), 1U);
    const double strip = 2 * half_angle(0.15, 0.33, within) * 0.15 * seen;
    EXPECT_NEAR(found[0].area_um2, strip, 0.04 * strip);
    EXPECT_NEAR(found[0].gap_um, 0.03, 0.002);
    // A part of the view has its part of the contact.
    Grid half = canvas_grid;
    half.size.y = 35;
    EXPECT_NEAR(find_contacts(canvas, half, {0, 1, 2}, within)[0].area_um2, 0.5 * strip, 0.03 * strip);
}

TEST(Contacts, WhatOverlapsMeetsInTheSurfaceOfOneOfThem) {
    // Filopodia: the later one has the voxels of both. Its ball's cap within the earlier one is the
    // interface.
    Canvas canvas(canvas_grid);
    const double radius = 0.25, between = 0.35;
    for (const double shift : {0.0, between}) {
        const Ellipsoid ball{{0.5 + shift, 0.7, 0.6}, {radius, radius, radius}, {}};
        canvas.paint(
            ball.box(), canvas.add_object(filopodium, "ball"), [ball](Vec3 p) { return ball.distance(p); },
            paint, anywhere);
    }
    // Outside the overlap, both come near at its rim only: 1 nm leaves next to nothing of that.
    canvas.run();
    const auto found = find_contacts(canvas, canvas_grid, {0, 1, 2}, 0.001);
    ASSERT_EQ(found.size(), 1U);
    const double cap = 2 * std::numbers::pi * radius * (radius - between / 2);
    EXPECT_NEAR(found[0].area_um2, cap, 0.05 * cap);
    EXPECT_EQ(found[0].gap_um, 0);
}

TEST(Contacts, LeavesOutWhatIsFarOrHasNoNumber) {
    Canvas canvas(canvas_grid);
    add_ball(canvas, {0.3, 0.3, 0.3}, 0.2);
    add_ball(canvas, {0.3, 0.3, 0.72}, 0.2);                   // 20 nm away
    add_ball(canvas, {0.74, 0.3, 0.3}, 0.2);                   // 40 nm away
    add_tube(canvas, {0.3, 0.62, 0.3}, {0.9, 0.7, 0.3}, 0.1);  // touches the first
    canvas.run();
    EXPECT_EQ(find_contacts(canvas, canvas_grid, {0, 1, 2, 3, 4}).size(), 2U);
    EXPECT_EQ(find_contacts(canvas, canvas_grid, {0, 1, 0, 3, 4}).size(), 1U);
    EXPECT_EQ(find_contacts(canvas, canvas_grid, {0, 0, 2, 3, 4}).size(), 0U);
}

TEST(Contacts, AreTheSameAtAnyThreadCount) {
    Canvas canvas(canvas_grid);
    std::vector<std::uint32_t> number{0};
    for (std::uint32_t i = 0; i < 60; ++i) {
        const double t = i;
        add_ball(canvas,
                 {0.8 + 0.5 * std::sin(7 * t), 0.7 + 0.5 * std::cos(5 * t), 0.6 + 0.4 * std::sin(3 * t)},
                 0.12);
        number.push_back(i + 1);
    }
    canvas.run();
    set_thread_count(1);
    const auto one = find_contacts(canvas, canvas_grid, number);
    set_thread_count(3);
    const auto three = find_contacts(canvas, canvas_grid, number);
    set_thread_count(0);
    ASSERT_GT(one.size(), 10U);
    ASSERT_EQ(one.size(), three.size());
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].area_um2, three[i].area_um2);
}

}  // namespace
}  // namespace cytomo
