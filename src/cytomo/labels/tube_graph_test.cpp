// Balls in tubes whose middle line, radius and neighbours are known.
#include "cytomo/labels/tube_graph.h"

#include <gtest/gtest.h>

#include <cmath>
#include <queue>

#include "cytomo/core/legend.h"
#include "cytomo/labels/test_tubes.h"

namespace cytomo {
namespace {

constexpr double neck = 0.8;  // as CrossingOptions has it

/// The object 1 of class 6, everything that is 6; the rest of the volume stays as it is.
TubeGraph graph_of(const ClassVolume& classes, bool from_body = false, double least_neck = neck) {
    Instances instances{InstanceVolume(classes.grid()), {0, filopodium}};
    for (std::int64_t i = 0; i < classes.count(); ++i) instances.volume[i] = classes[i] == filopodium ? 1 : 0;
    return find_tube_graph(classes, instances, 1, find_boxes(instances.volume, 1)[1], from_body, least_neck);
}

ClassVolume draw(const std::vector<TestTube>& tubes, Vec3 voxel_um) {
    return draw_tubes<std::uint8_t>(tubes, voxel_um, filopodium);
}

std::size_t with_neighbours(const TubeGraph& graph, std::size_t count) {
    std::size_t n = 0;
    for (const TubeNode& node : graph.nodes) n += node.neighbours.size() == count ? 1 : 0;
    return n;
}

/// Nodes that can be reached from the first one.
std::size_t reached(const TubeGraph& graph) {
    std::vector<bool> seen(graph.nodes.size(), false);
    std::queue<std::uint32_t> open;
    open.push(0);
    seen[0] = true;
    std::size_t count = 0;
    for (; !open.empty(); open.pop()) {
        ++count;
        for (const std::uint32_t o : graph.nodes[open.front()].neighbours)
            if (!seen[o]) {
                seen[o] = true;
                open.push(o);
            }
    }
    return count;
}

void expect_whole(const TubeGraph& graph, const ClassVolume& classes) {
    std::size_t voxels = 0;
    for (std::int64_t i = 0; i < classes.count(); ++i) voxels += classes[i] == filopodium ? 1 : 0;
    ASSERT_EQ(graph.voxels.size(), voxels);
    ASSERT_EQ(graph.node_of.size(), voxels);
    std::vector<double> volume(graph.nodes.size(), 0);
    for (std::size_t i = 0; i < voxels; ++i) {
        const auto& v = graph.voxels[i];
        EXPECT_EQ(classes(v[0], v[1], v[2]), filopodium);
        volume.at(graph.node_of[i]) += classes.grid().voxel_volume_um3();
    }
    for (std::size_t n = 0; n < volume.size(); ++n) {
        EXPECT_NEAR(graph.nodes[n].volume_um3, volume[n], 1e-12);
        EXPECT_GT(volume[n], 0);
        for (const std::uint32_t o : graph.nodes[n].neighbours) {  // both ways
            const auto& back = graph.nodes.at(o).neighbours;
            EXPECT_TRUE(std::binary_search(back.begin(), back.end(), static_cast<std::uint32_t>(n)));
        }
    }
}

TEST(TubeGraph, ATubeIsAChainAlongItsMiddle) {
    const Vec3 from{0.1, 0.05, -0.1}, to{1.1, 0.65, 0.3};
    for (const Vec3 voxel : {Vec3{0.02, 0.02, 0.02}, Vec3{0.02, 0.025, 0.03}}) {
        const ClassVolume classes = draw({straight_tube(from, to, 0.1)}, voxel);
        const TubeGraph graph = graph_of(classes);
        expect_whole(graph, classes);
        ASSERT_GT(graph.nodes.size(), 5U);
        EXPECT_EQ(with_neighbours(graph, 1), 2U);
        EXPECT_EQ(with_neighbours(graph, 2), graph.nodes.size() - 2);
        EXPECT_EQ(reached(graph), graph.nodes.size());
        EXPECT_TRUE(graph.touching.empty());
        const Vec3 along = normalized(to - from);
        for (const TubeNode& node : graph.nodes) {
            const Vec3 p = node.place_um - from;
            EXPECT_LT(length(p - along * dot(p, along)), voxel.z) << "off the line";
            EXPECT_NEAR(node.radius_um, 0.1, voxel.z);
            EXPECT_EQ(node.contact_um2, 0);
            EXPECT_EQ(node.faces, 0);
        }
    }
}

TEST(TubeGraph, OneVoxelIsOneBall) {
    ClassVolume classes(Grid{{5, 5, 5}, {0.02, 0.03, 0.04}, {1, 2, 3}});
    classes(2, 3, 1) = filopodium;
    const TubeGraph graph = graph_of(classes);
    ASSERT_EQ(graph.nodes.size(), 1U);
    EXPECT_NEAR(length(graph.nodes[0].place_um - Vec3{1.04, 2.09, 3.04}), 0, 1e-9);
    EXPECT_NEAR(graph.nodes[0].volume_um3, 0.02 * 0.03 * 0.04, 1e-15);
    EXPECT_EQ(graph.voxels[0], (std::array<std::int32_t, 3>{2, 3, 1}));
}

TEST(TubeGraph, TubesThatTouchFromTheSideAreNotLinked) {
    // Middle lines 1.9 radii apart: the neck between them is 0.31 radii wide, half of that deep... far below
    // 0.8.
    const ClassVolume classes = draw(
        {straight_tube({0, 0, 0}, {1.5, 0, 0}, 0.12), straight_tube({0, 0.228, 0}, {1.5, 0.228, 0}, 0.12)},
        {0.02, 0.02, 0.02});
    const TubeGraph apart = graph_of(classes);
    expect_whole(apart, classes);
    EXPECT_EQ(with_neighbours(apart, 1), 4U);
    EXPECT_EQ(with_neighbours(apart, 2), apart.nodes.size() - 4);
    EXPECT_LT(reached(apart), apart.nodes.size());
    EXPECT_FALSE(apart.touching.empty());
    for (const auto& [a, b] : apart.touching)
        EXPECT_GT(std::abs(apart.nodes[a].place_um.y - apart.nodes[b].place_um.y), 0.15);
    // Where any neck will do, they hang together.
    const TubeGraph together = graph_of(classes, false, 0.05);
    EXPECT_EQ(reached(together), together.nodes.size());
}

TEST(TubeGraph, AYHasThreeEnds) {
    const ClassVolume classes =
        draw({straight_tube({0, 0, 0}, {0.9, 0, 0}, 0.1), straight_tube({0, 0, 0}, {-0.5, 0.75, 0}, 0.1),
              straight_tube({0, 0, 0}, {-0.5, -0.75, 0}, 0.1)},
             {0.02, 0.02, 0.02});
    const TubeGraph graph = graph_of(classes);
    expect_whole(graph, classes);
    EXPECT_EQ(reached(graph), graph.nodes.size());
    EXPECT_EQ(with_neighbours(graph, 1), 3U);
    // Balls with three links or more lie where the arms meet.
    std::size_t meeting = 0;
    for (const TubeNode& node : graph.nodes)
        if (node.neighbours.size() > 2) {
            ++meeting;
            EXPECT_LT(length(node.place_um), 0.25);
        }
    EXPECT_GE(meeting, 1U);
}

TEST(TubeGraph, ABumpIsNoBranch) {
    // A ball of 0.45 radii that looks out of the side by half.
    const ClassVolume classes = draw(
        {straight_tube({0, 0, 0}, {1.6, 0, 0}, 0.16), straight_tube({0.8, 0.16, 0}, {0.8, 0.161, 0}, 0.072)},
        {0.02, 0.02, 0.02});
    const TubeGraph graph = graph_of(classes);
    expect_whole(graph, classes);
    EXPECT_EQ(with_neighbours(graph, 1), 2U);
    EXPECT_EQ(with_neighbours(graph, 2), graph.nodes.size() - 2);
}

TEST(TubeGraph, ContactWithTheCellBody) {
    // A tube along x that comes out of a body at x < 0; the truth counted face by face.
    const Vec3 voxel{0.02, 0.025, 0.03};
    ClassVolume classes = draw({straight_tube({-0.3, 0, 0}, {1.2, 0, 0}, 0.12)}, voxel);
    const Grid& grid = classes.grid();
    const auto first = static_cast<std::int64_t>(std::ceil(grid.voxel_from_world({0, 0, 0}).x));
    double faces = 0;
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y) {
            if (classes(first, y, z) == filopodium) faces += voxel.y * voxel.z;
            for (std::int64_t x = 0; x < first; ++x) classes(x, y, z) = cytoplasm;
        }
    const TubeGraph graph = graph_of(classes, true);
    expect_whole(graph, classes);
    double sum = 0, nearest = 1e9, farthest_root = -1e9;
    for (const TubeNode& node : graph.nodes) {
        sum += node.contact_um2;
        nearest = std::min(nearest, node.place_um.x);
        if (node.contact_um2 > 0) {
            farthest_root = std::max(farthest_root, node.place_um.x);
            EXPECT_NEAR(node.contact_um.x, grid.world_from_voxel({static_cast<double>(first), 0, 0}).x, 1e-9);
        }
    }
    EXPECT_NEAR(sum, faces, 1e-9);
    EXPECT_LT(farthest_root - nearest, 1e-9) << "only the first ball touches the body";
    for (const TubeNode& node : graph_of(classes, false).nodes) EXPECT_EQ(node.contact_um2, 0);
}

TEST(TubeGraph, FacesOfTheVolumeThatItLiesAt) {
    // The tube runs out of the volume at the low end of y.
    const ClassVolume whole = draw({straight_tube({0, -0.6, 0}, {0, 0.6, 0}, 0.1)}, {0.02, 0.02, 0.02});
    const Grid& g = whole.grid();
    const std::int64_t cut = g.size.y / 3;
    ClassVolume classes(Grid{{g.size.x, g.size.y - cut, g.size.z}, g.voxel_um, {}});
    for (std::int64_t z = 0; z < g.size.z; ++z)
        for (std::int64_t y = cut; y < g.size.y; ++y)
            for (std::int64_t x = 0; x < g.size.x; ++x) classes(x, y - cut, z) = whole(x, y, z);
    const TubeGraph graph = graph_of(classes);
    expect_whole(graph, classes);
    double lowest = 1e9;
    for (const TubeNode& node : graph.nodes) lowest = std::min(lowest, node.place_um.y);
    std::size_t at_face = 0;
    for (const TubeNode& node : graph.nodes) {
        EXPECT_EQ(node.faces & ~(1U << 2), 0U) << "at another face than the low one of y";
        at_face += node.faces != 0 ? 1 : 0;
        EXPECT_EQ(node.faces != 0, node.place_um.y < lowest + 1e-9);
    }
    EXPECT_EQ(at_face, 1U);
}

}  // namespace
}  // namespace cytomo
