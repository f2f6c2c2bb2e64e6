// Smoothing removes ripples and keeps volumes, topology and borders.
#include "cytomo/surfaces/smooth.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/surfaces/check.h"
#include "cytomo/surfaces/test_shapes.h"

namespace cytomo {
namespace {

using namespace test_shapes;

TEST(Smooth, RemovesRoughnessAndKeepsVolume) {
    const Shape ball = sphere(10);
    Mesh mesh = exact_surface_of(ball, grid_around(ball, {1, 1, 2}, {0.3, 0.4, 0.1}));
    const double volume = volume_um3(mesh), area = area_um2(mesh);
    Random random(4);
    for (auto& v : mesh.vertices)
        for (auto& x : v) x += static_cast<float>(random.uniform(-0.25, 0.25));
    const double rough_volume = volume_um3(mesh), rough_area = area_um2(mesh);
    EXPECT_GT(rough_area, 1.04 * area);
    smooth_surface(mesh, {15, {}});
    EXPECT_NEAR(volume_um3(mesh) / rough_volume, 1, 1e-4);
    EXPECT_NEAR(volume_um3(mesh) / volume, 1, 0.01);
    EXPECT_NEAR(area_um2(mesh) / area, 1, 0.01);
    EXPECT_TRUE(check_mesh(mesh).watertight());
}

TEST(Smooth, EachComponentKeepsItsOwnVolume) {
    Mesh mesh;
    std::vector<double> volumes;
    for (const double r : {1.6, 3.0, 9.0}) {
        const Shape ball = sphere(r);
        const Mesh part = exact_surface_of(ball, grid_around(ball, {1, 1, 1}, {0.3, 0.4, 0.1}));
        volumes.push_back(volume_um3(part));
        append(mesh, part);
    }
    // A hollow ball: the cavity's volume is negative and stays as well.
    Shape hollow = sphere(9);
    hollow.distance_um = [](Vec3 p) { return 2 - std::fabs(length(p) - 7); };
    const Mesh shell = exact_surface_of(hollow, grid_around(hollow, {1, 1, 1}, {0.3, 0.4, 0.1}));
    append(mesh, shell);
    smooth_surface(mesh, {20, {}});
    const MeshComponents components = find_components(mesh);
    ASSERT_EQ(components.count, 5U);
    const auto after = component_volumes_um3(mesh, components);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(after[i] / volumes[i], 1, 1e-4);
    EXPECT_LT(std::min(after[3], after[4]), 0);
    EXPECT_NEAR((after[3] + after[4]) / volume_um3(shell), 1, 3e-4);
}

TEST(Smooth, CapsStayFlatAndRimsFollowTheWalls) {
    // A tube along an oblique direction that leaves the volume on two sides.
    const double r = 6;
    const Shape tube = capsule(r, 200, {0.3, 0.2, 1});
    const Grid g{{45, 41, 30}, {1, 1, 1}, {-22, -20, -14.5}};
    Mesh mesh = exact_surface_of(tube, g);
    const double volume = volume_um3(mesh), area = area_um2(mesh);
    const double slant = std::sqrt(0.3 * 0.3 + 0.2 * 0.2 + 1);
    EXPECT_NEAR(volume / (std::numbers::pi * r * r * slant * 30), 1, 0.015);
    smooth_surface(mesh, {10, g});
    EXPECT_NEAR(volume_um3(mesh) / volume, 1, 1e-4);
    EXPECT_NEAR(area_um2(mesh) / area, 1, 0.01);
    EXPECT_TRUE(check_mesh(mesh).watertight());
    double cap_area = 0, worst = 0;
    std::size_t in_caps = 0;
    for (const auto& v : mesh.vertices) {
        EXPECT_LE(std::fabs(v[2]), 15.0001F);
        if (std::fabs(v[2]) > 14.9999F) ++in_caps;
        if (std::fabs(v[2]) < 14.9F) worst = std::max(worst, std::fabs(tube.distance_um({v[0], v[1], v[2]})));
    }
    EXPECT_GT(in_caps, 200U);
    EXPECT_LT(worst, 0.3);
    for (const auto& t : mesh.triangles)
        if (std::fabs(mesh.vertices[t[0]][2]) > 14.9999F && std::fabs(mesh.vertices[t[1]][2]) > 14.9999F &&
            std::fabs(mesh.vertices[t[2]][2]) > 14.9999F)
            cap_area += area_um2(Mesh{mesh.vertices, {t}});
    EXPECT_NEAR(cap_area / (2 * std::numbers::pi * r * r * slant), 1, 0.02);
}

TEST(Smooth, SameMeshAtAnyThreadCountAndOptionsAreChecked) {
    const Shape ring = torus(30, 12);
    const Mesh start = exact_surface_of(ring, grid_around(ring, {1, 1, 2}, {0.3, 0.4, 0.1}));
    set_thread_count(1);
    Mesh one = start;
    smooth_surface(one);
    for (const int threads : {2, 5}) {
        set_thread_count(threads);
        Mesh many = start;
        smooth_surface(many);
        EXPECT_EQ(one.vertices, many.vertices);
    }
    set_thread_count(0);
    Mesh untouched = start;
    smooth_surface(untouched, {0, {}});
    EXPECT_EQ(untouched.vertices, start.vertices);
    EXPECT_THROW(smooth_surface(one, {-1, {}}), UsageError);
    Mesh empty;
    EXPECT_NO_THROW(smooth_surface(empty));
}

}  // namespace
}  // namespace cytomo
