#include "cytomo/measures/cell_edge.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "cytomo/core/parallel.h"

namespace cytomo {
namespace {

/// A flat cell in a volume around (10, 20, 5) µm: class 1 where `inside` says so, in the lower half.
ClassVolume draw(double x_um, double y_um, Vec3 edge, const std::function<bool(double, double)>& inside) {
    const Grid grid{{static_cast<std::int64_t>(x_um / edge.x), static_cast<std::int64_t>(y_um / edge.y), 6},
                    edge,
                    {10, 20, 5}};
    ClassVolume classes(grid);
    for (std::int64_t z = 0; z < 3; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x)
                if (inside(static_cast<double>(x) * edge.x, static_cast<double>(y) * edge.y))
                    classes(x, y, z) = x % 2 == 0 ? cytoplasm : nucleus;
    return classes;
}

constexpr Vec3 edge{0.012, 0.02, 0.016};

TEST(CellEdge, CircleAndItsParts) {
    const auto circle = [](double x, double y) { return std::hypot(x - 1.6, y - 1.6) < 1; };
    const CellEdge whole = find_cell_edge(draw(3.2, 3.2, edge, circle));
    ASSERT_EQ(whole.outlines.size(), 1U);
    EXPECT_TRUE(whole.outlines[0].closed);
    EXPECT_NEAR(whole.length_um / (2 * std::numbers::pi), 1, 0.01);
    for (const Vec3 p : whole.outlines[0].points_um) EXPECT_NEAR(std::hypot(p.x - 11.6, p.y - 21.6), 1, 0.01);
    // The body lies on the left: counter-clockwise around it.
    const Vec3 a = whole.outlines[0].points_um[0], b = whole.outlines[0].points_um[5];
    EXPECT_GT(cross(a - Vec3{11.6, 21.6, 0}, b - Vec3{11.6, 21.6, 0}).z, 0);
    // Cut in half by the border: the border is no edge.
    const CellEdge half = find_cell_edge(
        draw(1.6, 3.2, edge, [](double x, double y) { return std::hypot(x - 1.6, y - 1.6) < 1; }));
    ASSERT_EQ(half.outlines.size(), 1U);
    EXPECT_FALSE(half.outlines[0].closed);
    EXPECT_NEAR(half.length_um / std::numbers::pi, 1, 0.02);
}

TEST(CellEdge, HolesSpecksAndFilopodiaDoNotCount) {
    ClassVolume classes = draw(3.2, 3.2, edge, [](double x, double y) {
        const double r = std::hypot(x - 1.6, y - 1.6);
        return (r < 1 && r > 0.3) || std::hypot(x - 0.3, y - 0.3) < 0.2;
    });
    for (std::int64_t x = 0; x < classes.grid().size.x; ++x)
        if (classes(x, 80, 1) == 0) classes(x, 80, 1) = filopodium;
    const CellEdge found = find_cell_edge(classes);
    ASSERT_EQ(found.outlines.size(), 1U);
    EXPECT_NEAR(found.length_um / (2 * std::numbers::pi), 1, 0.01);
    EXPECT_EQ(find_cell_edge(classes, {.least_area_um2 = 0, .least_part = 0}).outlines.size(), 2U);
}

TEST(CellEdge, WhatIsUnknownIsNoEdge) {
    ClassVolume classes = draw(3.2, 3.2, edge, [](double, double y) { return y < 1.6; });
    EXPECT_NEAR(find_cell_edge(classes).length_um, 3.2, 0.03);
    for (std::int64_t z = 0; z < 6; ++z)
        for (std::int64_t y = 0; y < classes.grid().size.y; ++y)
            for (std::int64_t x = 0; x * 2 < classes.grid().size.x; ++x) classes(x, y, z) = ignore_label;
    EXPECT_NEAR(find_cell_edge(classes).length_um, 1.6, 0.05);
    for (auto& v : classes.values()) v = ignore_label;
    EXPECT_EQ(find_cell_edge(classes).length_um, 0);
}

TEST(CellEdge, DegenerateVolumesAndThreads) {
    EXPECT_TRUE(find_cell_edge(ClassVolume()).outlines.empty());
    EXPECT_TRUE(find_cell_edge(ClassVolume(Grid{{1, 1, 1}, edge, {}}, cytoplasm)).outlines.empty());
    EXPECT_TRUE(find_cell_edge(ClassVolume(Grid{{200, 200, 2}, edge, {}}, cytoplasm)).outlines.empty());
    const ClassVolume classes =
        draw(3.2, 3.2, edge, [](double x, double y) { return y < 1.5 + 0.3 * std::sin(5 * x); });
    set_thread_count(1);
    const double one = find_cell_edge(classes).length_um;
    set_thread_count(4);
    EXPECT_EQ(find_cell_edge(classes).length_um, one);
    set_thread_count(0);
    // ∫ sqrt(1 + (1.5 cos 5x)²) dx from 0 to 3.2, by the trapezoidal rule.
    double expected = 0;
    for (int i = 0; i < 3200; ++i) expected += 0.001 * std::hypot(1, 1.5 * std::cos(5 * 0.001 * (i + 0.5)));
    EXPECT_NEAR(one / expected, 1, 0.03);  // bends of 0.13 µm lose a little to the smoothing
}

}  // namespace
}  // namespace cytomo
