#include "cytomo/labels/split.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cytomo {
namespace {

/// Sets voxels within the ellipsoid to 1. Lengths in µm.
void draw_ellipsoid(ClassVolume& classes, Vec3 centre, Vec3 radii, std::uint8_t label = 1) {
    const Grid& g = classes.grid();
    for (std::int64_t z = 0; z < g.size.z; ++z)
        for (std::int64_t y = 0; y < g.size.y; ++y)
            for (std::int64_t x = 0; x < g.size.x; ++x) {
                const Vec3 p = g.world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                const Vec3 d = p - centre;
                if (std::pow(d.x / radii.x, 2) + std::pow(d.y / radii.y, 2) + std::pow(d.z / radii.z, 2) <= 1)
                    classes(x, y, z) = label;
            }
}

SplitOptions split_class_one() {
    SplitOptions options;
    options.classes[1] = true;
    return options;
}

std::uint32_t count_after_split(const ClassVolume& classes) {
    Components pieces = find_components(classes, Connectivity::corners);
    EXPECT_EQ(pieces.count(), 1U);
    split_touching(pieces, split_class_one());
    return pieces.count();
}

TEST(Split, TwoOverlappingSpheresBecomeTwo) {
    const Grid grid{{90, 60, 70}, {0.02, 0.02, 0.015}, {}};
    const Vec3 middle{0.9, 0.6, 0.5};
    for (const double radius : {0.15, 0.25, 0.4})
        for (const Vec3 direction : {Vec3{1, 0, 0}, Vec3{0, 0, 1}, normalized({1, 1, 1})})
            for (const double apart : {1.3, 1.6, 1.9}) {
                if (direction.z == 1 && radius > 0.3) continue;  // would not fit
                ClassVolume classes(grid);
                draw_ellipsoid(classes, middle - direction * (radius * apart / 2), {radius, radius, radius});
                draw_ellipsoid(classes, middle + direction * (radius * apart / 2), {radius, radius, radius});
                Components pieces = find_components(classes, Connectivity::corners);
                if (pieces.count() != 1) continue;
                const std::int64_t all = pieces.voxels[1];
                split_touching(pieces, split_class_one());
                ASSERT_EQ(pieces.count(), 2U) << "radius " << radius << " apart " << apart;
                EXPECT_EQ(pieces.voxels[1] + pieces.voxels[2], all);
                // The cut lies halfway.
                EXPECT_NEAR(static_cast<double>(pieces.voxels[1]) / static_cast<double>(all), 0.5, 0.06);
            }
}

TEST(Split, SpheresOfDifferentSize) {
    ClassVolume classes(Grid{{80, 60, 60}, {0.02, 0.02, 0.02}, {}});
    draw_ellipsoid(classes, {0.5, 0.6, 0.6}, {0.4, 0.4, 0.4});
    draw_ellipsoid(classes, {1.03, 0.6, 0.6}, {0.2, 0.2, 0.2});
    EXPECT_EQ(count_after_split(classes), 2U);
}

TEST(Split, RoundAndDrawnOutObjectsStayWhole) {
    const Grid grid{{60, 60, 76}, {0.02, 0.02, 0.015}, {}};
    for (const double radius : {0.06, 0.1, 0.17, 0.3})
        for (const double elongation : {1.0, 1.25, 1.6})
            for (const int axis : {0, 1, 2})
                for (const double shift : {0.0, 0.37}) {
                    Vec3 radii{radius, radius, radius};
                    (axis == 0 ? radii.x : axis == 1 ? radii.y : radii.z) *= elongation;
                    ClassVolume classes(grid);
                    draw_ellipsoid(classes, Vec3{0.6, 0.6, 0.57} + Vec3{0.02, 0.01, 0.005} * shift, radii);
                    EXPECT_EQ(count_after_split(classes), 1U) << radius << ' ' << elongation << ' ' << axis;
                }
}

TEST(Split, HollowSphereStaysWhole) {
    ClassVolume classes(Grid{{60, 60, 60}, {0.02, 0.02, 0.02}, {}});
    draw_ellipsoid(classes, {0.6, 0.6, 0.6}, {0.4, 0.4, 0.4});
    draw_ellipsoid(classes, {0.6, 0.6, 0.6}, {0.33, 0.32, 0.34}, 0);
    EXPECT_EQ(count_after_split(classes), 1U);
}

TEST(Split, AtTheBorderAndInOtherClasses) {
    ClassVolume classes(Grid{{60, 40, 8}, {0.02, 0.02, 0.02}, {}});
    draw_ellipsoid(classes, {0.2, 0.4, 0.0}, {0.35, 0.35, 0.35});  // cut by x = 0 and z = 0
    EXPECT_EQ(count_after_split(classes), 1U);

    ClassVolume full(Grid{{6, 6, 6}, {0.02, 0.02, 0.02}, {}}, 1);  // no end in sight
    EXPECT_EQ(count_after_split(full), 1U);

    ClassVolume other(Grid{{80, 60, 60}, {0.02, 0.02, 0.02}, {}});
    draw_ellipsoid(other, {0.5, 0.6, 0.6}, {0.3, 0.3, 0.3}, 2);
    draw_ellipsoid(other, {0.95, 0.6, 0.6}, {0.3, 0.3, 0.3}, 2);
    EXPECT_EQ(count_after_split(other), 1U);  // class 2 is not to be parted
}

}  // namespace
}  // namespace cytomo
