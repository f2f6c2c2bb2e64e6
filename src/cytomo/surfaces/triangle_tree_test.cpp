// Distances and boxes against looking at every triangle, and against shapes.
#include "cytomo/surfaces/triangle_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "cytomo/core/random.h"
#include "cytomo/surfaces/test_meshes.h"
#include "cytomo/surfaces/topology.h"

namespace cytomo {
namespace {

constexpr double far = std::numeric_limits<double>::infinity();

TEST(TriangleDistance, KnownPlaces) {
    const Vec3 a{0, 0, 0}, b{2, 0, 0}, c{0, 2, 0};
    EXPECT_DOUBLE_EQ(distance_to_triangle_um({0.5, 0.5, -3}, a, b, c), 3);
    EXPECT_DOUBLE_EQ(distance_to_triangle_um({-3, -4, 0}, a, b, c), 5);
    EXPECT_DOUBLE_EQ(distance_to_triangle_um({1, -2, 0}, a, b, c), 2);
    EXPECT_DOUBLE_EQ(distance_to_triangle_um({2, 2, 0}, a, b, c), std::sqrt(2.0));
    EXPECT_DOUBLE_EQ(distance_to_triangle_um({0, 3, 0}, a, b, b), 3);  // no area
    EXPECT_DOUBLE_EQ(distance_to_triangle_um({0, 3, 4}, a, a, a), 5);
}

TEST(TriangleTree, FindsTheNearestAndTheMeetingTriangles) {
    Random random(3);
    Mesh mesh;
    for (std::uint32_t t = 0; t < 700; ++t) {
        const Vec3 o{random.normal(), 2 * random.normal(), random.normal()};
        for (int c = 0; c < 3; ++c)
            mesh.vertices.push_back({static_cast<float>(o.x + 0.1 * random.normal()),
                                     static_cast<float>(o.y + 0.1 * random.normal()),
                                     static_cast<float>(o.z + 0.1 * random.normal())});
        mesh.triangles.push_back({3 * t, 3 * t + 1, 3 * t + 2});
    }
    const TriangleTree tree(mesh);
    for (int i = 0; i < 200; ++i) {
        const Vec3 p{2 * random.normal(), 2 * random.normal(), 2 * random.normal()};
        double nearest = far;
        for (const auto& t : mesh.triangles)
            nearest =
                std::min(nearest, distance_to_triangle_um(p, position_um(mesh, t[0]), position_um(mesh, t[1]),
                                                          position_um(mesh, t[2])));
        EXPECT_DOUBLE_EQ(tree.distance_um(p, far), nearest);
        EXPECT_DOUBLE_EQ(tree.distance_um(p, 0.1), std::min(0.1, nearest));
        const auto at = [](double x) { return static_cast<float>(x); };
        const TriangleBox box{{at(p.x), at(p.y), at(p.z)}, {at(p.x) + 0.5F, at(p.y) + 0.3F, at(p.z) + 0.4F}};
        std::set<std::uint32_t> expected, found;
        for (std::uint32_t t = 0; t < mesh.triangles.size(); ++t)
            if (box_of(mesh, t).meets(box)) expected.insert(t);
        tree.visit(box, [&](std::uint32_t t) { EXPECT_TRUE(found.insert(t).second); });
        EXPECT_EQ(found, expected);
    }
}

TEST(TriangleTree, DistancesFromABall) {
    const Mesh ball = test_meshes::ellipsoid_mesh({1, 1, 1}, 200);
    const TriangleTree tree(ball);
    EXPECT_NEAR(tree.distance_um({0, 0, 0}, far), 1, 2e-4);
    EXPECT_NEAR(tree.distance_um({3, 4, 0}, far), 4, 2e-4);
    EXPECT_NEAR(largest_distance_um(test_meshes::ellipsoid_mesh({1.2, 1.2, 1.2}, 50), ball), 0.2, 2e-4);
    EXPECT_NEAR(largest_distance_um(test_meshes::ellipsoid_mesh({1, 1, 1.5}, 50), ball), 0.5, 2e-4);
    EXPECT_EQ(largest_distance_um({}, ball), 0);
    EXPECT_EQ(largest_distance_um(ball, {}), far);
}

}  // namespace
}  // namespace cytomo
