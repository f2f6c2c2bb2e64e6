// Tubes on one another: what lies where is known from geometry.
#include "cytomo/simulation/tube_pile.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cytomo/simulation/simulate.h"
#include "cytomo/simulation/test_cells.h"

namespace cytomo {
namespace {

std::vector<TubePoint> straight(Vec3 from, Vec3 to, double radius) {
    std::vector<TubePoint> line;
    for (int k = 0; k <= 200; ++k) {
        const Vec3 p = from + (to - from) * (k / 200.0);
        line.push_back({p, radius, length(p - from)});
    }
    return line;
}

double least_gap(const std::vector<TubePoint>& a, const std::vector<TubePoint>& b) {
    double gap = 1e9;
    for (const TubePoint& p : a)
        for (const TubePoint& q : b)
            gap = std::min(gap, length(p.position - q.position) - p.radius_um - q.radius_um);
    return gap;
}

TEST(TubePile, ACrossingTubeLiesOnTheOther) {
    TubePile pile(0.2);
    const auto first = straight({0, 1, 0.1}, {2, 1, 0.1}, 0.1);
    pile.add(first);
    auto second = straight({1, 0, 0.05}, {1, 2, 0.05}, 0.05);
    pile.lift(second, 0);
    EXPECT_NEAR(least_gap(first, second), 0, 0.003);
    EXPECT_NEAR(second[100].position.z, 0.1 + 0.1 + 0.05, 1e-6);  // right above
    EXPECT_NEAR(second[0].position.z, 0.05, 1e-6);                // far away, as before
    double length_um = 0;
    for (std::size_t k = 1; k < second.size(); ++k)
        length_um += length(second[k].position - second[k - 1].position);
    EXPECT_NEAR(second.back().along_um, length_um, 1e-9);
    EXPECT_GT(length_um, 2.02);  // up and down again
}

TEST(TubePile, OneThatRunsUnderOrBesideOthersStays) {
    TubePile pile(0.2);
    pile.add(straight({0, 1, 0.5}, {2, 1, 0.5}, 0.1));
    pile.add(straight({0.7, 0, 0.1}, {0.7, 2, 0.1}, 0.1));
    auto second = straight({1, 0, 0.1}, {1, 2, 0.1}, 0.1);
    pile.lift(second, 0);
    for (const TubePoint& p : second) EXPECT_EQ(p.position.z, 0.1);
}

TEST(TubePile, WhatIsRaisedIntoAThirdLiesOnThatToo) {
    TubePile pile(0.2);
    const auto low = straight({0, 1, 0.1}, {2, 1, 0.1}, 0.1);
    const auto high = straight({0, 1.1, 0.34}, {2, 1.1, 0.34}, 0.1);
    pile.add(low);
    pile.add(high);
    auto third = straight({1, 0, 0.1}, {1, 2, 0.1}, 0.1);
    pile.lift(third, 0);
    EXPECT_GT(least_gap(low, third), -0.005);
    EXPECT_GT(least_gap(high, third), -0.005);
}

TEST(TubePile, ABranchStaysOnItsStem) {
    TubePile pile(0.2);
    pile.add(straight({0, 1, 0.1}, {2, 1, 0.1}, 0.1));
    auto branch = straight({1, 0.95, 0.1}, {1, 3, 0.1}, 0.08);
    pile.lift(branch, 0.5);
    EXPECT_EQ(branch[0].position.z, 0.1);
}

TEST(TubePile, FilopodiaOfACellDoNotRunThroughEachOther) {
    SimulationOptions o;
    o.preset = "cell-edge";
    o.size = {128, 128, 48};
    o.voxel_um = {0.04, 0.04, 0.04};
    // Deepest place at which two overlap, as share of the sum of their radii.
    const auto deepest = [&](double lies_over) {
        o.cells = changed(o.preset, R"({"filopodium": {"lies_over_others": {"chance": )" +
                                        std::to_string(lies_over) + "}}}");
        double worst = 0;
        for (o.seed = 1; o.seed <= 4; ++o.seed) {
            const auto cell = make_cell(o);
            const auto& all = cell.truth.filopodia;
            for (std::size_t a = 0; a < all.size(); ++a)
                for (std::size_t b = 0; b < a; ++b)
                    for (std::size_t i = 0; i < all[a].radius_um.size(); ++i)
                        for (std::size_t j = 0; j < all[b].radius_um.size(); ++j) {
                            const double radii = all[a].radius_um[i] + all[b].radius_um[j];
                            const double apart = length(all[a].centre_line_um[i] - all[b].centre_line_um[j]);
                            worst = std::max(worst, 1 - apart / radii);
                        }
        }
        return worst;
    };
    EXPECT_LT(deepest(1), 0.2);
    EXPECT_GT(deepest(0), 0.8);
}

}  // namespace
}  // namespace cytomo
