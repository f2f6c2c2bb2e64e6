// Surfaces that run through themselves, and the program's own, which must not.
#include "cytomo/surfaces/intersections.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/surfaces/test_meshes.h"
#include "cytomo/surfaces/topology.h"

namespace cytomo {
namespace {

using test_meshes::ellipsoid_mesh;

Mesh soup(std::uint64_t seed, std::uint32_t count, double size) {
    Random random(seed);
    Mesh mesh;
    for (std::uint32_t t = 0; t < count; ++t) {
        const Vec3 o{random.uniform(), random.uniform(), random.uniform()};
        for (int c = 0; c < 3; ++c)
            mesh.vertices.push_back({static_cast<float>(o.x + size * random.normal()),
                                     static_cast<float>(o.y + size * random.normal()),
                                     static_cast<float>(o.z + size * random.normal())});
        mesh.triangles.push_back({3 * t, 3 * t + 1, 3 * t + 2});
    }
    return mesh;
}

/// Convex bodies are apart exactly if an axis tells them apart: a normal, or across a side of each.
bool apart(const Mesh& mesh, std::uint32_t s, std::uint32_t t) {
    std::array<Vec3, 3> p, q;
    for (std::size_t c = 0; c < 3; ++c) {
        p[c] = position_um(mesh, mesh.triangles[s][c]);
        q[c] = position_um(mesh, mesh.triangles[t][c]);
    }
    std::vector<Vec3> axes{cross(p[1] - p[0], p[2] - p[0]), cross(q[1] - q[0], q[2] - q[0])};
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            axes.push_back(cross(p[(i + 1) % 3] - p[i], q[(j + 1) % 3] - q[j]));
    return std::any_of(axes.begin(), axes.end(), [&](Vec3 axis) {
        const auto [p_low, p_high] = std::minmax({dot(p[0], axis), dot(p[1], axis), dot(p[2], axis)});
        const auto [q_low, q_high] = std::minmax({dot(q[0], axis), dot(q[1], axis), dot(q[2], axis)});
        return p_high < q_low || q_high < p_low;
    });
}

TEST(SelfIntersections, OfLooseTrianglesAsBySeparatingAxes) {
    const Mesh mesh = soup(1, 600, 0.08);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> expected;
    for (std::uint32_t s = 0; s < mesh.triangles.size(); ++s)
        for (std::uint32_t t = s + 1; t < mesh.triangles.size(); ++t)
            if (!apart(mesh, s, t)) expected.emplace_back(s, t);
    ASSERT_GT(expected.size(), 100U);
    EXPECT_EQ(find_self_intersections(mesh), expected);
    set_thread_count(1);
    EXPECT_EQ(find_self_intersections(mesh), expected);
    set_thread_count(0);
}

TEST(SelfIntersections, OfWholeShapes) {
    EXPECT_TRUE(find_self_intersections({}).empty());
    Mesh mesh = ellipsoid_mesh({1, 2, 0.5}, 60);
    EXPECT_TRUE(find_self_intersections(mesh).empty());
    EXPECT_TRUE(find_self_intersections(test_meshes::torus_mesh(3, 1, 80, 40)).empty());
    EXPECT_FALSE(find_self_intersections(test_meshes::torus_mesh(1, 1.5, 81, 41)).empty());  // spindle
    Mesh two = mesh;
    for (auto& v : two.vertices) v[0] += 2.5F;
    append(two, mesh);
    EXPECT_TRUE(find_self_intersections(two).empty());
    Mesh crossing = mesh;
    for (auto& v : crossing.vertices) v[0] += 0.7F;
    append(crossing, mesh);
    EXPECT_GT(find_self_intersections(crossing).size(), 50U);
}

TEST(SelfIntersections, NeighboursWithASharedCorner) {
    // A flap from the corner (0, 0, 0) dips through the triangle that shares it.
    Mesh mesh{{{0, 0, 0}, {2, 0, 0}, {0, 2, 0}, {1, 0.5F, 1}, {0.5F, 1, -1}}, {{0, 1, 2}, {0, 3, 4}}};
    EXPECT_EQ(find_self_intersections(mesh).size(), 1U);
    mesh.vertices[4][2] = 1;
    EXPECT_TRUE(find_self_intersections(mesh).empty());
    mesh = Mesh{{{0, 0, 0}, {2, 0, 0}, {0, 2, 0}, {1, 1, 0.1F}}, {{0, 1, 2}, {1, 0, 3}}};  // a shared side
    EXPECT_TRUE(find_self_intersections(mesh).empty());
}

}  // namespace
}  // namespace cytomo
