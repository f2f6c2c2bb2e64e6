// Which arms belong together, on graphs drawn by hand.
#include "cytomo/labels/tube_paths.h"

#include <gtest/gtest.h>

#include <set>

#include "cytomo/labels/test_graphs.h"

namespace cytomo {
namespace {

constexpr double r = 0.1;
constexpr double most_deg = 50;

/// The tube that a ball belongs to: that of the piece which ends at its middle; `nobody` if there is none.
constexpr std::uint32_t nobody = 0xFFFFFFFF;
std::uint32_t tube_of(const TubePaths& paths, const TestGraph& t, std::uint32_t node) {
    for (const TubePiece& p : paths.pieces)
        if (length(p.to_um - t.graph.nodes[node].place_um) < 1e-9) return p.tube;
    return nobody;
}

std::vector<std::uint32_t> tubes_of_tips(const TubePaths& paths, const TestStar& t) {
    std::vector<std::uint32_t> tubes;
    for (const auto& arm : t.arms) tubes.push_back(tube_of(paths, t, arm.back()));
    return tubes;
}

TEST(TubePaths, OneTubeHasNoPieces) {
    TestGraph t;
    t.row({}, {0.13, 0, 0}, 9, r);
    const TubePaths paths = follow_tubes(t.graph, most_deg);
    EXPECT_EQ(paths.tubes, 1U);
    EXPECT_TRUE(paths.pieces.empty());
}

TEST(TubePaths, AtACrossingTheStraightOnesBelongTogether) {
    for (const double angle : {35.0, 60.0, 90.0, 140.0}) {
        const TestStar t({0, angle, 180, 180 + angle}, 8, r);
        const TubePaths paths = follow_tubes(t.graph, most_deg);
        ASSERT_EQ(paths.tubes, 2U) << angle;
        const auto tubes = tubes_of_tips(paths, t);
        EXPECT_EQ(tubes[0], tubes[2]);
        EXPECT_EQ(tubes[1], tubes[3]);
        EXPECT_NE(tubes[0], tubes[1]);
        // One of the two keeps the voxels of the crossing.
        int first = 0;
        for (const TubePiece& p : paths.pieces) first += p.first_at_crossing ? 1 : 0;
        EXPECT_EQ(first, 1);
    }
}

TEST(TubePaths, TheStraighterPairKeepsTheCrossing) {
    // 0 and 180 go straight on; 60 and 250 bend by 10 degrees.
    const TestStar t({0, 60, 180, 250}, 8, r);
    const TubePaths paths = follow_tubes(t.graph, most_deg);
    ASSERT_EQ(paths.tubes, 2U);
    const auto tubes = tubes_of_tips(paths, t);
    EXPECT_EQ(tubes[0], tubes[2]);
    EXPECT_EQ(tubes[1], tubes[3]);
    for (const TubePiece& p : paths.pieces)
        if (p.first_at_crossing) {
            EXPECT_EQ(p.tube, tubes[0]);
        }
}

TEST(TubePaths, PiecesFollowTheBalls) {
    const TestStar t({0, 90, 180, 270}, 8, r);
    const TubePaths paths = follow_tubes(t.graph, most_deg);
    std::set<std::uint32_t> seen;
    for (const auto& arm : t.arms)
        for (const std::uint32_t n : arm) {
            EXPECT_NE(tube_of(paths, t, n), nobody) << n;
            seen.insert(tube_of(paths, t, n));
        }
    EXPECT_EQ(seen, (std::set<std::uint32_t>{0, 1}));
    for (const TubePiece& p : paths.pieces) {
        EXPECT_EQ(p.from_radius_um, r);
        EXPECT_EQ(p.to_radius_um, r);
        EXPECT_LT(p.tube, paths.tubes);
    }
}

TEST(TubePaths, ABranchStaysWithItsStem) {
    EXPECT_EQ(follow_tubes(TestStar({0, 180, 270}, 8, r).graph, most_deg).tubes, 1U);
}

TEST(TubePaths, TwoThatReachTheBodyAreTwo) {
    // Two roots far from where they meet, and a common end: the straighter one goes on in it.
    TestStar t({90, 265, 310}, 12, r);
    for (const std::size_t a : {1U, 2U})
        t.root(t.arms[a].back(), t.graph.nodes[t.arms[a].back()].place_um, 2 * r * r);
    const TubePaths paths = follow_tubes(t.graph, most_deg);
    ASSERT_EQ(paths.tubes, 2U);
    const auto tubes = tubes_of_tips(paths, t);
    EXPECT_EQ(tubes[0], tubes[1]);
    EXPECT_NE(tubes[0], tubes[2]);
}

TEST(TubePaths, ThoseThatPartCloseToTheBodyAreTwo) {
    // A root of three balls (2.6 radii, less than five); twenty balls, and it is a branch.
    for (const int stem : {3, 20}) {
        TestStar t({60, 120}, 12, r);
        const Vec3 step{0, -1.3 * r, 0};
        const auto root = t.row(step, step, stem, r);
        t.link(0, root.front());
        t.root(root.back(), t.graph.nodes[root.back()].place_um, 2 * r * r);
        EXPECT_EQ(follow_tubes(t.graph, most_deg).tubes, stem == 3 ? 2U : 1U) << stem;
    }
}

TEST(TubePaths, ATipFromTheBodyAtATubeThatLeavesTheVolumeIsItsOwn) {
    for (const bool leaves : {false, true}) {
        TestStar t({0, 180, 270}, 12, r);
        t.root(t.arms[2].back(), t.graph.nodes[t.arms[2].back()].place_um, 2 * r * r);
        if (leaves) t.graph.nodes[t.arms[0].back()].faces = 2;
        EXPECT_EQ(follow_tubes(t.graph, most_deg).tubes, leaves ? 2U : 1U);
    }
}

TEST(TubePaths, ATubeGoesOnBehindAThickerOne) {
    // Two halves of a tube along x, 0.5 µm apart. A tube along y lies between them, or does not.
    for (const bool hidden : {false, true}) {
        TestGraph t;
        const auto left = t.row({-1.29, 0, 0}, {0.13, 0, 0}, 9, r);
        const auto right = t.row({0.25, 0, 0}, {0.13, 0, 0}, 9, r);
        const auto other = t.row({hidden ? 0 : 3.0, -1.3, 0}, {0, 0.26, 0}, 11, 2 * r);
        const TubePaths paths = follow_tubes(t.graph, most_deg);
        EXPECT_EQ(paths.tubes, hidden ? 2U : 3U);
        EXPECT_EQ(tube_of(paths, t, left[4]) == tube_of(paths, t, right[4]), hidden);
        EXPECT_NE(tube_of(paths, t, left[4]), tube_of(paths, t, other[4]));
    }
}

TEST(TubePaths, TouchingSidesStayApartAndEndsThatGoStraightOnDoNot) {
    TestGraph side;
    const auto a = side.row({}, {0.13, 0, 0}, 9, r), b = side.row({0, 0.2, 0}, {0.13, 0, 0}, 9, r);
    for (std::size_t i = 0; i < 9; ++i) side.graph.touching.emplace_back(a[i], b[i]);
    EXPECT_EQ(follow_tubes(side.graph, most_deg).tubes, 2U);

    TestGraph behind;
    const auto c = behind.row({}, {0.13, 0, 0}, 9, r), d = behind.row({1.3, 0.02, 0}, {0.13, 0, 0}, 9, r);
    behind.graph.touching.emplace_back(c.back(), d.front());
    EXPECT_EQ(follow_tubes(behind.graph, most_deg).tubes, 1U);
    // Both have a root: they only meet.
    behind.root(c.front(), {}, 2 * r * r);
    behind.root(d.back(), {}, 2 * r * r);
    EXPECT_EQ(follow_tubes(behind.graph, most_deg).tubes, 2U);
}

TEST(TubePaths, ASpeckGoesWithTheTubeThatItLiesInLineWith) {
    TestGraph t;
    const auto along = t.row({}, {0.13, 0, 0}, 9, r);                // ends at x = 1.04
    const auto across = t.row({1.4, -0.6, 0}, {0, 0.13, 0}, 10, r);  // passes at x = 1.4
    const std::uint32_t speck = t.ball({1.2, 0, 0}, 0.6 * r);
    t.graph.touching.emplace_back(along.back(), speck);
    t.graph.touching.emplace_back(across[4], speck);
    const TubePaths paths = follow_tubes(t.graph, most_deg);
    ASSERT_EQ(paths.tubes, 2U);
    EXPECT_EQ(tube_of(paths, t, speck), tube_of(paths, t, along[3]));
    EXPECT_NE(tube_of(paths, t, speck), tube_of(paths, t, across[3]));
}

TEST(TubePaths, ALimitOfTheBend) {
    // Four arms of which one pair goes straight on and the other turns by 60 degrees: what may not turn so
    // far hangs on as a branch.
    const TestStar t({0, 60, 180, 300}, 8, r);
    EXPECT_EQ(follow_tubes(t.graph, 70).tubes, 2U);
    EXPECT_EQ(follow_tubes(t.graph, 40).tubes, 1U);
}

}  // namespace
}  // namespace cytomo
