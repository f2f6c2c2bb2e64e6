// Which levels make up which branches, for levels drawn by hand.
#include "cytomo/measures/skeleton_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace cytomo {
namespace {

using Kind = SkeletonPlan::Kind;
const Grid plan_grid{{1000, 1000, 1000}, {0.01, 0.01, 0.01}, {}};

/// Levels a radius apart, each a disc of this radius; the tests count in radii.
struct Levels {
    static constexpr double radius_um = 0.1;
    LevelGraph graph;

    Levels() { graph.thickness_um = graph.radius_um = radius_um; }

    std::uint32_t disc(Vec3 place_um, double radii = 1) {
        Level level;
        level.voxels = std::llround(std::numbers::pi * std::pow(radii * radius_um, 2) * graph.thickness_um /
                                    plan_grid.voxel_volume_um3());
        level.centroid_um = place_um;
        const Vec3 v = plan_grid.voxel_from_world(place_um);
        level.farthest = {static_cast<std::int32_t>(std::lround(v.x)),
                          static_cast<std::int32_t>(std::lround(v.y)),
                          static_cast<std::int32_t>(std::lround(v.z))};
        graph.levels.push_back(level);
        return static_cast<std::uint32_t>(graph.levels.size() - 1);
    }
    void link(std::uint32_t a, std::uint32_t b) {
        for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
            auto& around = graph.levels[from].neighbours;
            around.insert(std::lower_bound(around.begin(), around.end(), to), to);
        }
    }
    /// `count` levels in a row, the first one linked to `from`.
    std::vector<std::uint32_t> arm(std::uint32_t from, Vec3 step_radii, int count, double radii = 1) {
        std::vector<std::uint32_t> row;
        for (int i = 1; i <= count; ++i) {
            row.push_back(disc(graph.levels[from].centroid_um + step_radii * (i * radius_um), radii));
            link(i == 1 ? from : row[row.size() - 2], row.back());
        }
        return row;
    }
    SkeletonPlan plan(double least_branch = 2) const { return plan_skeleton(graph, plan_grid, least_branch); }
};

std::int64_t count(const SkeletonPlan& plan, Kind kind) {
    return std::count_if(plan.nodes.begin(), plan.nodes.end(), [&](const auto& n) { return n.kind == kind; });
}

/// What holds for every plan: nodes and branches know each other, every level has one owner.
void expect_sound(const SkeletonPlan& plan, const LevelGraph& graph) {
    ASSERT_EQ(plan.owner.size(), graph.levels.size());
    ASSERT_EQ(plan.host.size(), graph.levels.size());
    std::vector<int> listed(graph.levels.size(), 0);
    for (std::size_t b = 0; b < plan.branches.size(); ++b) {
        const auto& branch = plan.branches[b];
        ASSERT_LT(branch.from, plan.nodes.size());
        ASSERT_LT(branch.to, plan.nodes.size());
        for (const std::uint32_t l : branch.levels) {
            ++listed[l];
            EXPECT_EQ(plan.owner[l], static_cast<std::int64_t>(b));
        }
        for (std::size_t i = 1; i < branch.levels.size(); ++i) {
            const Vec3 a = graph.levels[branch.levels[i - 1]].centroid_um,
                       c = graph.levels[branch.levels[i]].centroid_um;
            EXPECT_LT(length(c - a), 4 * Levels::radius_um) << "levels of a branch lie one after the other";
        }
    }
    std::size_t ends = 0;
    for (const auto& node : plan.nodes) ends += node.branches.size();
    EXPECT_EQ(ends, 2 * plan.branches.size());
    for (std::size_t l = 0; l < listed.size(); ++l) {
        EXPECT_LE(listed[l], 1);
        EXPECT_EQ(plan.owner[l], plan.owner[plan.host[l]]);
        if (plan.owner[l] < 0) {
            EXPECT_EQ(plan.nodes.at(static_cast<std::size_t>(-1 - plan.owner[l])).kind, Kind::branch_point);
        }
    }
}

TEST(SkeletonPlan, RadiusOfALevel) {
    LevelGraph graph;
    graph.thickness_um = 0.05;
    Level level;
    level.voxels = 1000;  // 0.001 µm³ in a disc of 0.05 µm: an area of 0.02 µm²
    EXPECT_NEAR(level_radius_um(level, graph, plan_grid), std::sqrt(0.02 / std::numbers::pi), 1e-12);
    const Grid flat{{10, 10, 10}, {0.02, 0.01, 0.03}, {}};
    EXPECT_NEAR(level_radius_um(level, graph, flat), std::sqrt(0.12 / std::numbers::pi), 1e-12);
}

TEST(SkeletonPlan, ALineHasTwoEnds) {
    Levels t;
    t.arm(t.disc({1, 1, 1}), {1, 0, 0}, 9);
    const SkeletonPlan plan = t.plan();
    expect_sound(plan, t.graph);
    ASSERT_EQ(plan.branches.size(), 1U);
    EXPECT_EQ(plan.branches[0].levels, (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    ASSERT_EQ(count(plan, Kind::end), 2);
    EXPECT_EQ(plan.nodes.size(), 2U);
    // Ends lie at the farthest voxels.
    EXPECT_NEAR(length(plan.nodes[plan.branches[0].from].place_um - Vec3{1, 1, 1}), 0, 1e-9);
    EXPECT_NEAR(length(plan.nodes[plan.branches[0].to].place_um - Vec3{1.9, 1, 1}), 0, 1e-9);
}

TEST(SkeletonPlan, ASingleLevelIsALineToo) {
    Levels t;
    t.disc({1, 1, 1});
    const SkeletonPlan plan = t.plan();
    expect_sound(plan, t.graph);
    ASSERT_EQ(plan.branches.size(), 1U);
    EXPECT_EQ(count(plan, Kind::end), 2);
}

TEST(SkeletonPlan, PiecesApartAreLinesApart) {
    Levels t;
    t.arm(t.disc({1, 1, 1}), {1, 0, 0}, 5);
    t.arm(t.disc({1, 3, 1}), {0, 0, 1}, 7);
    const SkeletonPlan plan = t.plan();
    expect_sound(plan, t.graph);
    EXPECT_EQ(plan.branches.size(), 2U);
    EXPECT_EQ(count(plan, Kind::end), 4);
}

TEST(SkeletonPlan, ThreeArmsHaveOneBranchPoint) {
    Levels t;
    const std::uint32_t middle = t.disc({2, 2, 2});
    for (const Vec3 step : {Vec3{1, 0, 0}, Vec3{-0.6, 0.8, 0}, Vec3{-0.6, -0.8, 0}}) t.arm(middle, step, 6);
    const SkeletonPlan plan = t.plan();
    expect_sound(plan, t.graph);
    EXPECT_EQ(plan.branches.size(), 3U);
    EXPECT_EQ(count(plan, Kind::end), 3);
    ASSERT_EQ(count(plan, Kind::branch_point), 1);
    const std::int64_t node = -1 - plan.owner[middle];
    ASSERT_GE(node, 0);
    EXPECT_EQ(plan.nodes[static_cast<std::size_t>(node)].branches.size(), 3U);
    EXPECT_NEAR(length(plan.nodes[static_cast<std::size_t>(node)].place_um - Vec3{2, 2, 2}), 0, 1e-9);
}

TEST(SkeletonPlan, AShortArmIsABump) {
    for (const int arm : {1, 2, 4}) {  // radii; the limit is two
        Levels t;
        const std::uint32_t middle = t.disc({2, 2, 2});
        t.arm(middle, {1, 0, 0}, 8);
        t.arm(middle, {-1, 0, 0}, 8);
        const auto bump = t.arm(middle, {0, 0.9, 0}, arm);
        const SkeletonPlan plan = t.plan();
        expect_sound(plan, t.graph);
        const bool branch = arm == 4;
        EXPECT_EQ(plan.branches.size(), branch ? 3U : 1U) << arm;
        EXPECT_EQ(count(plan, Kind::branch_point), branch ? 1 : 0);
        EXPECT_EQ(count(plan, Kind::end), branch ? 3 : 2);
        for (const std::uint32_t l : bump) EXPECT_EQ(plan.host[l], branch ? l : middle);
        // A stricter user keeps none of them, a laxer one all but what is no longer than the tube is thick.
        EXPECT_EQ(t.plan(5).branches.size(), 1U);
        EXPECT_EQ(t.plan(1).branches.size(), arm > 1 ? 3U : 1U);
    }
}

TEST(SkeletonPlan, TheThickerTubeDecidesWhatIsABump) {
    // Four radii of its own, and within two radii of a tube three times as thick.
    Levels t;
    const std::uint32_t middle = t.disc({3, 3, 3}, 3);
    t.arm(middle, {1, 0, 0}, 12, 3);
    t.arm(middle, {-1, 0, 0}, 12, 3);
    t.arm(middle, {0, 1, 0}, 4);
    EXPECT_EQ(t.plan().branches.size(), 1U);
}

TEST(SkeletonPlan, NothingBelowThreeVoxelsIsABranch) {
    // An arm that ends 1.2 radii from the middle, where one radius is asked for: a branch among fine voxels,
    // and none where that is only two voxels.
    for (const double edge_um : {0.01, 0.06}) {
        const Grid lattice{{1000, 1000, 1000}, {edge_um, edge_um, edge_um}, {}};
        Levels t;
        const std::uint32_t middle = t.disc({2.04, 2.04, 2.04});
        t.arm(middle, {1, 0, 0}, 12);
        t.arm(middle, {-1, 0, 0}, 12);
        const auto arm = t.arm(middle, {0, 1, 0}, 4);
        for (Level& level : t.graph.levels)  // the same discs on this lattice
            level.voxels = std::llround(static_cast<double>(level.voxels) * plan_grid.voxel_volume_um3() /
                                        lattice.voxel_volume_um3());
        const auto end_at = [&](double y_um) {
            const auto at = [&](double p) { return static_cast<std::int32_t>(std::lround(p / edge_um)); };
            t.graph.levels[arm.back()].farthest = {at(2.04), at(y_um), at(2.04)};
        };
        end_at(2.16);
        EXPECT_EQ(plan_skeleton(t.graph, lattice, 1).branches.size(), edge_um < 0.05 ? 3U : 1U);
        end_at(2.28);
        EXPECT_EQ(plan_skeleton(t.graph, lattice, 1).branches.size(), 3U);
    }
}

/// A ring of `count` levels, and a tail on its first one if wanted.
Levels ring(int around, int tail) {
    Levels t;
    const double radius_um = around * Levels::radius_um / (2 * std::numbers::pi);
    for (int i = 0; i < around; ++i) {
        const double a = 2 * std::numbers::pi * i / around;
        t.disc({3 - radius_um + radius_um * std::cos(a), 3 + radius_um * std::sin(a), 3});
        if (i > 0) t.link(static_cast<std::uint32_t>(i - 1), static_cast<std::uint32_t>(i));
    }
    t.link(0, static_cast<std::uint32_t>(around - 1));
    if (tail > 0) t.arm(0, {1, 0, 0}, tail);
    return t;
}

TEST(SkeletonPlan, ARingIsOneBranchFromItsNodeToItself) {
    const Levels t = ring(20, 0);
    const SkeletonPlan plan = t.plan();
    expect_sound(plan, t.graph);
    ASSERT_EQ(plan.branches.size(), 1U);
    ASSERT_EQ(plan.nodes.size(), 1U);
    EXPECT_EQ(plan.nodes[0].kind, Kind::ring);
    EXPECT_EQ(plan.nodes[0].branches, (std::vector<std::uint32_t>{0, 0}));
    EXPECT_EQ(plan.branches[0].levels.size(), 20U);
}

TEST(SkeletonPlan, ALargeRingOnATailStaysAndASmallOneCloses) {
    const Levels large = ring(20, 8);
    const SkeletonPlan open = large.plan();
    expect_sound(open, large.graph);
    EXPECT_EQ(open.branches.size(), 2U);
    ASSERT_EQ(count(open, Kind::branch_point), 1);
    EXPECT_EQ(count(open, Kind::end), 1);
    for (const auto& node : open.nodes)
        if (node.kind == Kind::branch_point) {
            EXPECT_EQ(node.branches.size(), 3U);  // the ring counts twice
        }
    // Two levels beside the branch point are two radii long, less than three: noise.
    const Levels small = ring(3, 8);
    const SkeletonPlan closed = small.plan();
    expect_sound(closed, small.graph);
    EXPECT_EQ(closed.branches.size(), 1U);
    EXPECT_EQ(count(closed, Kind::branch_point), 0);
    EXPECT_EQ(count(closed, Kind::end), 2);
}

TEST(SkeletonPlan, BranchPointsNearerThanARadiusAreOne) {
    for (const bool near : {true, false}) {
        Levels t;
        const std::uint32_t left = t.disc({3, 3, 3});
        std::uint32_t right;
        if (near) {  // side by side
            right = t.disc({3.1, 3, 3});
            t.link(left, right);
        } else {
            const auto bar = t.arm(left, {1, 0, 0}, 5);
            right = bar.back();
        }
        for (const double up : {-1.0, 1.0}) {
            t.arm(left, {-0.5, up, 0}, 8);
            t.arm(right, {0.5, up, 0}, 8);
        }
        const SkeletonPlan plan = t.plan();
        expect_sound(plan, t.graph);
        EXPECT_EQ(count(plan, Kind::end), 4);
        EXPECT_EQ(count(plan, Kind::branch_point), near ? 1 : 2);
        EXPECT_EQ(plan.branches.size(), near ? 4U : 5U);
        if (near) {
            const auto node = static_cast<std::size_t>(-1 - plan.owner[left]);
            EXPECT_EQ(plan.owner[left], plan.owner[right]);
            EXPECT_EQ(plan.nodes.at(node).branches.size(), 4U);
            EXPECT_NEAR(length(plan.nodes.at(node).place_um - Vec3{3.05, 3, 3}), 0, 1e-9);
        }
    }
}

}  // namespace
}  // namespace cytomo
