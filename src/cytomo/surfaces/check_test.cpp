// The checks find what they claim to find; components are split and counted.
#include "cytomo/surfaces/check.h"

#include <gtest/gtest.h>

#include <utility>

#include "cytomo/surfaces/split.h"
#include "cytomo/surfaces/topology.h"

namespace cytomo {
namespace {

Mesh tetrahedron(float x = 0) {
    return {{{x, 0, 0}, {x + 1, 0, 0}, {x, 1, 0}, {x, 0, 1}}, {{0, 2, 1}, {0, 1, 3}, {0, 3, 2}, {1, 2, 3}}};
}

/// A grid of quads closed in both directions.
Mesh ring(int n) {
    Mesh m;
    const auto at = [n](int i, int j) { return static_cast<std::uint32_t>(i % n * n + j % n); };
    for (int i = 0; i < n; ++i)
        for (int j = 0; j < n; ++j) {
            m.vertices.push_back(
                {static_cast<float>(i), static_cast<float>(j * j), static_cast<float>(i * j)});
            m.triangles.push_back({at(i, j), at(i + 1, j), at(i + 1, j + 1)});
            m.triangles.push_back({at(i, j), at(i + 1, j + 1), at(i, j + 1)});
        }
    return m;
}

TEST(CheckMesh, SoundMeshes) {
    const MeshCheck c = check_mesh(tetrahedron());
    EXPECT_TRUE(c.watertight());
    EXPECT_EQ(c.edges, 6);
    EXPECT_EQ(c.euler_characteristic(), 2);
    EXPECT_EQ(c.genus(), 0);
    const MeshCheck r = check_mesh(ring(5));
    EXPECT_TRUE(r.watertight());
    EXPECT_EQ(r.euler_characteristic(), 0);
    EXPECT_EQ(r.genus(), 1);
    Mesh both = tetrahedron();
    append(both, ring(4));
    EXPECT_EQ(check_mesh(both).components, 2);
    EXPECT_EQ(check_mesh(both).genus(), 1);
    EXPECT_TRUE(check_mesh(Mesh{}).watertight());
}

TEST(CheckMesh, Faults) {
    Mesh open = tetrahedron();
    open.triangles.pop_back();
    EXPECT_EQ(check_mesh(open).open_edges, 3);
    EXPECT_TRUE(check_mesh(open).manifold());
    EXPECT_FALSE(check_mesh(open).watertight());

    Mesh turned = tetrahedron();
    std::swap(turned.triangles[0][0], turned.triangles[0][1]);
    EXPECT_EQ(check_mesh(turned).inconsistent_edges, 3);
    EXPECT_FALSE(check_mesh(turned).oriented());

    Mesh branching = tetrahedron();
    branching.vertices.push_back({5, 5, 5});
    branching.triangles.push_back({0, 1, 4});
    EXPECT_EQ(check_mesh(branching).branching_edges, 1);
    EXPECT_FALSE(check_mesh(branching).manifold());

    Mesh pinched = tetrahedron();  // a second tetrahedron on the same tip
    append(pinched, tetrahedron(2));
    for (auto& t : pinched.triangles)
        for (auto& v : t) v = v == 4 ? 0 : v;
    EXPECT_EQ(check_mesh(pinched).pinched_vertices, 1);
    EXPECT_EQ(check_mesh(pinched).unused_vertices, 1);
    EXPECT_EQ(check_mesh(pinched).components, 1);
    EXPECT_FALSE(check_mesh(pinched).watertight());

    Mesh flat = tetrahedron();
    flat.vertices[3] = {0.5F, 0, 0};
    EXPECT_EQ(check_mesh(flat).degenerate_triangles, 1);
}

TEST(Split, LargestFirstAndSmallOnesDropped) {
    Mesh mesh = tetrahedron();
    append(mesh, ring(6));
    append(mesh, tetrahedron(9));
    mesh.vertices.push_back({1, 2, 3});  // unused
    const auto parts = split_components(mesh);
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_EQ(parts[0].triangles.size(), 72U);
    EXPECT_EQ(parts[0].vertices.size(), 36U);
    EXPECT_EQ(parts[1].vertices, tetrahedron().vertices);
    EXPECT_EQ(parts[1].triangles, tetrahedron().triangles);
    EXPECT_EQ(parts[2].vertices, tetrahedron(9).vertices);
    EXPECT_EQ(split_components(mesh, 5).size(), 1U);
    EXPECT_TRUE(split_components(Mesh{}).empty());
}

}  // namespace
}  // namespace cytomo
