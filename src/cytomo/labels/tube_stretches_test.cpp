// Graphs drawn by hand, whose stretches and meetings can be counted on paper.
#include "cytomo/labels/tube_stretches.h"

#include <gtest/gtest.h>

#include <numeric>

#include "cytomo/labels/test_graphs.h"

namespace cytomo {
namespace {

constexpr double thin = 0.1;

std::size_t shared_of(const TubeStretches& found) {
    return static_cast<std::size_t>(std::count_if(found.stretches.begin(), found.stretches.end(),
                                                  [](const TubeStretch& s) { return s.shared; }));
}

/// Numbers of arms at the meetings that were not joined to another one.
std::vector<std::size_t> arms_of(const TubeStretches& found) {
    std::vector<std::size_t> sizes;
    for (const auto& arms : found.arms)
        if (!arms.empty()) sizes.push_back(arms.size());
    return sizes;
}

TEST(TubeStretches, AngleBetweenDirections) {
    EXPECT_NEAR(angle_deg({1, 0, 0}, {5, 0, 0}), 0, 1e-12);
    EXPECT_NEAR(angle_deg({1, 0, 0}, {0, 0, 2}), 90, 1e-12);
    EXPECT_NEAR(angle_deg({1, 0, 0}, {1, 1, 0}), 45, 1e-12);
    EXPECT_NEAR(angle_deg({0, 3, 0}, {0, -1, 0}), 180, 1e-12);
}

TEST(TubeStretches, AChainIsOneStretchInItsOrder) {
    TestGraph t;
    t.row({1, 2, 3}, {0.1, 0.2, -0.2}, 7, thin);  // steps of 0.3
    const TubeStretches found = find_tube_stretches(t.graph);
    ASSERT_EQ(found.stretches.size(), 1U);
    EXPECT_TRUE(found.arms.empty());
    const TubeStretch& s = found.stretches[0];
    EXPECT_EQ(s.nodes, (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(s.ends[0], no_meeting);
    EXPECT_EQ(s.ends[1], no_meeting);
    EXPECT_NEAR(length_um(t.graph, s), 6 * 0.3, 1e-12);
    EXPECT_FALSE(s.rooted);
    EXPECT_FALSE(s.leaves);
    EXPECT_FALSE(s.shared);
}

TEST(TubeStretches, ARingIsOneStretchOfAllItsNodes) {
    TestGraph t;
    const int n = 40;  // each bend 9 degrees, 27 over three nodes: not sharp
    for (int i = 0; i < n; ++i) {
        const double a = 2 * std::numbers::pi * i / n;
        t.ball({std::cos(a), std::sin(a), 0}, thin);
        if (i > 0) t.link(static_cast<std::uint32_t>(i - 1), static_cast<std::uint32_t>(i));
    }
    t.link(0, n - 1);
    const TubeStretches found = find_tube_stretches(t.graph);
    ASSERT_EQ(found.stretches.size(), 1U);
    EXPECT_EQ(found.stretches[0].nodes.size(), static_cast<std::size_t>(n));
    EXPECT_NEAR(length_um(t.graph, found.stretches[0]), (n - 1) * 2 * std::sin(std::numbers::pi / n), 1e-9);
}

TEST(TubeStretches, ThreeArmsMeetAtTheirMiddle) {
    const TestStar t({0, 90, 225}, 6, thin);
    const TubeStretches found = find_tube_stretches(t.graph);
    ASSERT_EQ(found.stretches.size(), 3U);
    ASSERT_EQ(found.arms.size(), 1U);
    ASSERT_EQ(found.arms[0].size(), 3U);
    EXPECT_NEAR(length(found.middle_um[0]), 0, 1e-12);
    EXPECT_FALSE(found.at_body[0]);
    for (const TubeArm& arm : found.arms[0]) {
        const TubeStretch& s = found.stretches[arm.stretch];
        EXPECT_EQ(s.nodes.size(), 6U);
        EXPECT_EQ(s.ends[arm.back ? 1 : 0], 0U);
        EXPECT_EQ(s.ends[arm.back ? 0 : 1], no_meeting);
        // From the ball beside the middle outwards, along the line from the middle.
        EXPECT_NEAR(length(arm.place_um), 1.3 * thin, 1e-12);
        EXPECT_NEAR(angle_deg(arm.direction, arm.place_um), 0, 1e-5);
        EXPECT_NEAR(length(arm.direction), 1, 1e-12);
        EXPECT_EQ(arm.radius_um, thin);
    }
}

TEST(TubeStretches, WhatTouchesTheBodyIsRooted) {
    for (const double faces : {0.7, 0.9}) {  // of the square of the radius; 0.8 decides
        TestGraph t;
        const auto row = t.row({}, {0.13, 0, 0}, 8, thin);
        t.root(row.back(), {1, 0, 0}, faces * thin * thin);
        const TubeStretches found = find_tube_stretches(t.graph);
        ASSERT_EQ(found.stretches.size(), 1U);
        EXPECT_EQ(found.stretches[0].rooted, faces > 0.8);
    }
}

TEST(TubeStretches, TheBodyAtAMeetingIsAnArmWithoutNodes) {
    TestStar t({45, 90, 135}, 6, thin);
    t.root(0, {0, -thin, 0}, 2 * thin * thin);
    const TubeStretches found = find_tube_stretches(t.graph);
    ASSERT_EQ(found.arms.size(), 1U);
    EXPECT_TRUE(found.at_body[0]);
    ASSERT_EQ(found.arms[0].size(), 4U);
    ASSERT_EQ(found.stretches.size(), 4U);
    const TubeArm& body = found.arms[0].back();
    EXPECT_TRUE(found.stretches[body.stretch].nodes.empty());
    EXPECT_TRUE(found.stretches[body.stretch].rooted);
    EXPECT_NEAR(angle_deg(body.direction, {0, -1, 0}), 0, 1e-6);
}

TEST(TubeStretches, OnlyWhatRunsIntoAFaceOfTheVolumeLeavesIt) {
    for (const bool along : {false, true}) {  // along: the whole tube lies at the face
        TestGraph t;
        const auto row = t.row({}, {0.13, 0, 0}, 8, thin);
        for (const std::uint32_t n : row)
            if (along || n == row.back()) t.graph.nodes[n].faces = 2;  // the high one of x
        const TubeStretches found = find_tube_stretches(t.graph);
        ASSERT_EQ(found.stretches.size(), 1U);
        EXPECT_EQ(found.stretches[0].leaves, !along);
    }
}

TEST(TubeStretches, ASharpBendIsAMeetingAndASoftOneIsNot) {
    for (const double bend : {20.0, 90.0}) {
        const TestStar t({180, bend}, 8, thin);
        const TubeStretches found = find_tube_stretches(t.graph);
        if (bend < 40) {
            ASSERT_EQ(found.stretches.size(), 1U);
            EXPECT_EQ(found.stretches[0].nodes.size(), 17U);
            EXPECT_TRUE(found.arms.empty());
        } else {
            ASSERT_EQ(found.stretches.size(), 2U);
            EXPECT_EQ(found.stretches[0].nodes.size(), 8U);
            EXPECT_EQ(found.stretches[1].nodes.size(), 8U);
            ASSERT_EQ(arms_of(found), std::vector<std::size_t>{2});
            EXPECT_NEAR(length(found.middle_um[0]), 0, 1e-12);  // the ball at the corner
        }
    }
}

/// Two places where three tubes meet, `apart` balls of radius `bar` between them.
TestGraph bridge(int apart, double bar) {
    TestGraph t;
    const Vec3 end{1.3 * thin * (apart + 1), 0, 0};
    const std::uint32_t left = t.ball({}, thin), right = t.ball(end, thin);
    const auto middle = t.row({1.3 * thin, 0, 0}, {1.3 * thin, 0, 0}, apart, bar);
    t.link(left, middle.front());
    t.link(right, middle.back());
    for (const double up : {-1.0, 1.0}) {
        const Vec3 step{0, 1.3 * thin * up, 0};
        t.link(left, t.row(step, step, 6, thin).front());
        t.link(right, t.row(end + step, step, 6, thin).front());
    }
    return t;
}

TEST(TubeStretches, MeetingsWithAShortStretchBetweenThemAreOne) {
    // Two balls: 1.3 radii from the first to the last, less than 2.5.
    const TubeStretches near = find_tube_stretches(bridge(2, thin).graph);
    EXPECT_EQ(shared_of(near), 1U);
    EXPECT_EQ(arms_of(near), std::vector<std::size_t>{4});
    // Eight: 9.1 radii, and no thicker than the others.
    const TubeStretches far = find_tube_stretches(bridge(8, thin).graph);
    EXPECT_EQ(shared_of(far), 0U);
    EXPECT_EQ(arms_of(far), (std::vector<std::size_t>{3, 3}));
}

TEST(TubeStretches, MeetingsWithAThickStretchBetweenThemAreOneUnlessItIsLong) {
    // A section of 1.4² = 1.96 times that of the others holds two tubes side by side; 1.1² = 1.21 does not.
    EXPECT_EQ(arms_of(find_tube_stretches(bridge(8, 1.4 * thin).graph)), std::vector<std::size_t>{4});
    EXPECT_EQ(arms_of(find_tube_stretches(bridge(8, 1.1 * thin).graph)), (std::vector<std::size_t>{3, 3}));
    // 29 steps of 1.3 / 1.4 radii are more than 15 of them.
    EXPECT_EQ(arms_of(find_tube_stretches(bridge(30, 1.4 * thin).graph)), (std::vector<std::size_t>{3, 3}));
}

}  // namespace
}  // namespace cytomo
