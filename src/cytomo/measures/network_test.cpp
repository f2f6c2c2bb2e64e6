#include "cytomo/measures/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/labels/test_tubes.h"

namespace cytomo {
namespace {

/// A tube, a ball, a Y and an object of another class, side by side.
Instances scene() {
    const Vec3 e{0.02, 0.02, 0.03};
    const double r = 0.12;
    const std::vector<std::vector<TestTube>> objects{
        {straight_tube({0, 0, 0}, {1.5, 0, 0}, r)},
        {straight_tube({0, 1, 0}, {0.05, 1, 0}, r)},
        {straight_tube({0, 2, 0}, {2, 2, 0}, r), straight_tube({1, 2, 0}, {1, 3, 0}, r)},
        {straight_tube({2, 0.5, 0}, {2, 1, 0}, r)}};
    std::vector<TestTube> all;
    for (const auto& o : objects) all.insert(all.end(), o.begin(), o.end());
    Instances found{draw_tubes<std::uint32_t>(all, e, 0), {0, 3, 3, 3, 5}};
    // Drawn again one by one onto the same grid.
    for (std::uint32_t n = 0; n < objects.size(); ++n) {
        const InstanceVolume one = draw_tubes<std::uint32_t>(objects[n], e, n + 1);
        const Vec3 first = found.volume.grid().voxel_from_world(one.grid().origin_um);
        for (std::int64_t z = 0; z < one.grid().size.z; ++z)
            for (std::int64_t y = 0; y < one.grid().size.y; ++y)
                for (std::int64_t x = 0; x < one.grid().size.x; ++x) {
                    if (one(x, y, z) == 0) continue;
                    found.volume(x + std::lround(first.x), y + std::lround(first.y),
                                 z + std::lround(first.z)) = n + 1;
                }
    }
    return found;
}

TEST(Network, KindsAndSummary) {
    const Instances instances = scene();
    const auto objects = measure_networks(instances);
    ASSERT_EQ(objects.size(), 3U);
    EXPECT_EQ(objects[0].kind, TubeKind::tube);
    EXPECT_EQ(objects[1].kind, TubeKind::fragment);
    EXPECT_EQ(objects[2].kind, TubeKind::network);
    const NetworkSummary s = summarise_networks(objects);
    EXPECT_EQ(s.objects, 3);
    EXPECT_EQ(s.fragments, 1);
    EXPECT_EQ(s.tubes, 1);
    EXPECT_EQ(s.networks, 1);
    EXPECT_EQ(s.branch_points, 1);
    EXPECT_EQ(s.ends, 2 + 2 + 3);
    EXPECT_EQ(s.branches, 1 + 1 + 3);
    EXPECT_EQ(s.loops, 0);
    EXPECT_NEAR(s.length_um / (1.74 + 0.29 + 2.24 + 1.12), 1, 0.02);
    EXPECT_NEAR(s.mean_thickness_um, 0.24, 0.01);
    std::int64_t voxels[4] = {0, 0, 0, 0};
    for (const std::uint32_t n : instances.volume.values())
        if (n > 0 && n < 4) ++voxels[n];
    const double total = static_cast<double>(voxels[1] + voxels[2] + voxels[3]);
    EXPECT_NEAR(s.volume_um3, total * 1.2e-5, 1e-9);
    EXPECT_NEAR(s.volume_share_in_networks, static_cast<double>(voxels[3]) / total, 1e-12);
    EXPECT_NEAR(s.length_per_volume_per_um2, s.length_um / s.volume_um3, 1e-9);
    EXPECT_NEAR(s.mean_branch_length_um, s.length_um / 5, 1e-12);

    NetworkOptions five;
    five.class_id = 5;
    const auto other = measure_networks(instances, five);
    ASSERT_EQ(other.size(), 1U);
    EXPECT_EQ(other[0].instance, 4U);
    EXPECT_NEAR(other[0].length_um, 0.74, 0.015);
}

TEST(Network, PiecesThatDoNotTouchAddUp) {
    // Two short thick tubes a few voxels apart, the gap narrower than the blocks that lines are found in:
    // once as two objects, once merged into one.
    const Vec3 e{0.01, 0.01, 0.01};
    const double r = 0.103, second_r = 0.083;  // off the lattice
    for (const double gap : {0.02, 0.03, 0.05}) {
        SCOPED_TRACE(gap);
        const Grid grid{{90, 60, 30}, e, {-0.15, -0.15, -0.15}};
        Instances two{InstanceVolume(grid), {0, mitochondrion, mitochondrion}};
        const auto inside = [&](Vec3 p, double y, double from, double to, double radius) {
            return length(p - Vec3{std::clamp(p.x, from, to), y, 0}) <= radius;
        };
        const double second_y = 0.18 + gap;
        for (std::int64_t i = 0; i < grid.count(); ++i) {
            const Vec3 p =
                grid.world_from_voxel({static_cast<double>(i % 90), static_cast<double>(i / 90 % 60),
                                       static_cast<double>(i / (90 * 60))});
            two.volume[i] = inside(p, 0, 0, 0.5, r) ? 1U : inside(p, second_y, 0.1, 0.55, second_r) ? 2U : 0U;
        }
        const auto apart = measure_networks(two);
        ASSERT_EQ(apart.size(), 2U);
        Instances merged = two;
        for (std::int64_t i = 0; i < grid.count(); ++i) merged.volume[i] = two.volume[i] != 0 ? 1U : 0U;
        const auto found = measure_networks(merged);
        ASSERT_EQ(found.size(), 1U);
        const NetworkObject &a = apart[0], &b = apart[1], &both = found[0];
        EXPECT_EQ(both.skeleton.pieces, 2);
        EXPECT_EQ(both.branch_points, 0);
        EXPECT_EQ(both.ends, 4);
        EXPECT_EQ(both.branches, 2);
        EXPECT_EQ(both.loops, 0);
        EXPECT_NE(both.kind, TubeKind::network);
        EXPECT_NEAR(both.length_um, 0.706 + 0.616, 0.04);  // drawn from tip to tip
        EXPECT_NEAR(both.length_um, a.length_um + b.length_um, 1e-9);
        EXPECT_NEAR(both.minimum_thickness_um, std::min(a.minimum_thickness_um, b.minimum_thickness_um),
                    1e-9);
        EXPECT_NEAR(both.mean_thickness_um,
                    (a.length_um * a.mean_thickness_um + b.length_um * b.mean_thickness_um) /
                        (a.length_um + b.length_um),
                    1e-9);
        EXPECT_NEAR(both.longest_path_um, std::max(a.length_um, b.length_um), 1e-9);
        EXPECT_NEAR(both.volume_um3, a.volume_um3 + b.volume_um3, 1e-12);
    }
}

TEST(Network, TablesHaveOneCellAColumn) {
    const auto objects = measure_networks(scene());
    const Table table = network_table(objects);
    ASSERT_EQ(table.rows.size(), 3U);
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size());
    const Table summary = network_summary_table(summarise_networks(objects));
    ASSERT_EQ(summary.rows.size(), 1U);
    EXPECT_EQ(summary.rows[0].size(), summary.columns.size());
}

TEST(Network, NothingOfTheClass) {
    const Instances none{InstanceVolume(Grid{{4, 4, 4}, {1, 1, 1}, {}}), {0}};
    EXPECT_TRUE(measure_networks(none).empty());
    const NetworkSummary s = summarise_networks({});
    EXPECT_EQ(s.objects, 0);
    EXPECT_EQ(s.length_um, 0);
    EXPECT_TRUE(std::isnan(s.mean_thickness_um));
    EXPECT_TRUE(std::isnan(s.volume_share_in_networks));
    EXPECT_EQ(network_table({}).rows.size(), 0U);
    NetworkOptions options;
    options.tube_from = -1;
    EXPECT_THROW(measure_networks(none, options), UsageError);
}

}  // namespace
}  // namespace cytomo
