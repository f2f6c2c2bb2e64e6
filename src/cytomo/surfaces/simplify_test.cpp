// Simplification keeps shape, volume and topology.
#include "cytomo/surfaces/simplify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "cytomo/core/error.h"
#include "cytomo/core/random.h"
#include "cytomo/surfaces/check.h"
#include "cytomo/surfaces/extract.h"
#include "cytomo/surfaces/intersections.h"
#include "cytomo/surfaces/smooth.h"
#include "cytomo/surfaces/test_shapes.h"
#include "cytomo/surfaces/topology.h"
#include "cytomo/surfaces/triangle_tree.h"

namespace cytomo {
namespace {

using namespace test_shapes;

TEST(Simplify, ATenthOfTheTrianglesIsNearlyTheSameShape) {
    for (const Shape& shape : {sphere(0.2), torus(0.3, 0.1), capsule(0.1, 0.6, {1, 2, 1.5})}) {
        SCOPED_TRACE(shape.name);
        const Mesh mesh = exact_surface_of(shape, grid_around(shape, {0.01, 0.01, 0.02}, {0.3, 0.4, 0.1}));
        SimplifyOptions options;
        options.target_triangles = static_cast<std::int64_t>(mesh.triangles.size()) / 10;
        const Mesh small = simplify(mesh, options);
        EXPECT_LE(static_cast<std::int64_t>(small.triangles.size()), options.target_triangles);
        EXPECT_GE(static_cast<std::int64_t>(small.triangles.size()), options.target_triangles - 2);
        const MeshCheck c = check_mesh(small);
        EXPECT_TRUE(c.watertight());
        EXPECT_EQ(c.euler_characteristic(), shape.euler_characteristic);
        EXPECT_EQ(c.degenerate_triangles, 0);
        EXPECT_NEAR(volume_um3(small) / volume_um3(mesh), 1, 1e-4);
        EXPECT_NEAR(area_um2(small) / area_um2(mesh), 1, 0.01);
        for (const auto& v : small.vertices) EXPECT_NEAR(shape.distance_um({v[0], v[1], v[2]}), 0, 0.004);
    }
}

/// The largest distance of the triangles of `mesh`, at many places in each, from the surface of a shape.
double largest_distance_from(const Shape& shape, const Mesh& mesh) {
    double largest = 0;
    constexpr int steps = 4;
    for (const auto& t : mesh.triangles)
        for (int i = 0; i <= steps; ++i)
            for (int j = 0; i + j <= steps; ++j) {
                const Vec3 p = position_um(mesh, t[0]) * (static_cast<double>(i) / steps) +
                               position_um(mesh, t[1]) * (static_cast<double>(j) / steps) +
                               position_um(mesh, t[2]) * (static_cast<double>(steps - i - j) / steps);
                largest = std::max(largest, std::fabs(shape.distance_um(p)));
            }
    return largest;
}

TEST(Simplify, TheErrorBoundHolds) {
    for (const Shape& shape : {sphere(0.2), torus(0.3, 0.1), capsule(0.1, 0.6, {1, 2, 1.5})}) {
        const Mesh mesh = exact_surface_of(shape, grid_around(shape, {0.01, 0.01, 0.02}, {0.3, 0.4, 0.1}));
        const double error_before = largest_distance_from(shape, mesh);
        SimplifyOptions options;
        std::size_t before = mesh.triangles.size();
        for (const double bound : {0.0005, 0.002, 0.01}) {
            SCOPED_TRACE(shape.name + " to " + std::to_string(bound));
            options.max_error_um = bound;
            const Mesh small = simplify(mesh, options);
            EXPECT_LT(small.triangles.size(), before);
            before = small.triangles.size();
            EXPECT_TRUE(check_mesh(small).watertight());
            EXPECT_TRUE(find_self_intersections(small).empty());
            EXPECT_LE(largest_distance_um(mesh, small), bound);
            EXPECT_LE(largest_distance_um(small, mesh), bound);
            const double error = largest_distance_from(shape, small);
            std::printf("%s, %zu triangles, bound %.4f µm: %zu left, farthest %.5f µm (before %.5f)\n",
                        shape.name.c_str(), mesh.triangles.size(), bound, small.triangles.size(), error,
                        error_before);
            EXPECT_LE(error, bound + error_before);
            EXPECT_NEAR(volume_um3(small) / volume_um3(mesh), 1, 1e-4);
        }
    }
}

TEST(Simplify, WithoutRoomForErrorNearlyAllStays) {
    const Shape ball = sphere(0.1);
    const Mesh mesh = exact_surface_of(ball, grid_around(ball, {0.01, 0.01, 0.01}, {0.3, 0.4, 0.1}));
    SimplifyOptions options;
    options.max_error_um = 0;
    EXPECT_EQ(simplify(mesh, options).triangles.size(), mesh.triangles.size());
}

TEST(Simplify, NoiseStaysAManifoldOfTheSameGenus) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        Random random(seed);
        Volume<float> noise(Grid{{14, 13, 12}, {1, 1, 2}, {}});
        for (auto& v : noise.values()) v = static_cast<float>(random.normal());
        const Mesh mesh = extract_surface(noise.grid(), field_of(noise), 0.4F);
        const MeshCheck before = check_mesh(mesh);
        ASSERT_TRUE(before.watertight());
        SimplifyOptions options;
        options.target_triangles = seed % 2 == 0 ? 4 : static_cast<std::int64_t>(mesh.triangles.size()) / 3;
        options.border = noise.grid();
        const Mesh small = simplify(mesh, options);
        const MeshCheck after = check_mesh(small);
        EXPECT_LT(find_self_intersections(small).size(), small.triangles.size() / 20);
        EXPECT_TRUE(after.watertight());
        EXPECT_EQ(after.genus(), before.genus());
        EXPECT_EQ(after.components, before.components);
        // Much of noise stays as it is, since it would run through itself with fewer triangles.
        EXPECT_LT(after.triangles, before.triangles * 9 / 10);
    }
}

TEST(Simplify, AFullVolumeKeepsItsCornersAndFaces) {
    const Grid g{{20, 15, 10}, {0.01, 0.02, 0.03}, {1, 2, 3}};
    const Volume<float> full(g, 1);
    const Mesh mesh = extract_surface(g, field_of(full), 0);
    SimplifyOptions options;
    options.target_triangles = 12;
    options.border = g;
    const Mesh box = simplify(mesh, options);
    EXPECT_LE(box.triangles.size(), 60U);
    EXPECT_NEAR(volume_um3(box) / (0.2 * 0.3 * 0.3), 1, 1e-3);
    EXPECT_NEAR(area_um2(box) / (2 * (0.2 * 0.3 + 0.3 * 0.3 + 0.2 * 0.3)), 1, 1e-3);
}

TEST(Simplify, SmallestMeshesAndBadInput) {
    const Mesh tetrahedron{{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
                           {{0, 2, 1}, {0, 1, 3}, {0, 3, 2}, {1, 2, 3}}};
    SimplifyOptions options;
    EXPECT_THROW(simplify(tetrahedron, options), UsageError);
    options.target_triangles = 1;
    EXPECT_EQ(simplify(tetrahedron, options).triangles.size(), 4U);
    EXPECT_TRUE(simplify(Mesh{}, options).empty());
    Mesh open = tetrahedron;
    open.triangles.pop_back();
    EXPECT_THROW(simplify(open, options), std::invalid_argument);
    options.target_triangles = -1;
    EXPECT_THROW(options.check(), UsageError);
}

}  // namespace
}  // namespace cytomo
