// Organelles and filopodia against the shapes that they were drawn from.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>

#include "cytomo/core/legend.h"
#include "cytomo/simulation/shapes.h"
#include "cytomo/simulation/simulate.h"
#include "cytomo/simulation/test_cells.h"

namespace cytomo {
namespace {

TEST(Organelles, DropletsTouchMitochondriaWhereAsked) {
    SimulationOptions o;
    o.preset = "perinuclear";
    o.size = {80, 80, 50};
    o.voxel_um = {0.03, 0.03, 0.03};
    o.contents.lipid_droplets = 4;
    const auto touching = [&](const std::string& share) {
        int at = 0, droplets = 0;
        for (o.seed = 1; o.seed <= 3; ++o.seed) {
            o.cells = changed(
                o.preset, R"({"lipid_droplet": {"clustering": {"fixed": 0}, "at_mitochondria": {"fixed": )" +
                              share + "}}}");
            const SimulatedCell cell = make_cell(o);
            const auto class_of = [&](std::uint32_t n) { return cell.truth.objects[n - 1].class_id; };
            std::set<std::uint32_t> found;
            for (const Contact& c : cell.truth.contacts) {
                EXPECT_LT(c.a, c.b);
                EXPECT_GT(c.area_um2, 0);
                EXPECT_LT(c.gap_um, 0.03);
                if (class_of(c.a) == mitochondrion && class_of(c.b) == lipid_droplet) found.insert(c.b);
            }
            at += static_cast<int>(found.size());
            for (const ObjectTruth& object : cell.truth.objects) droplets += object.class_id == lipid_droplet;
        }
        return std::pair{at, droplets};
    };
    const auto [with, of] = touching("1");
    const auto [without, among] = touching("0");
    EXPECT_GT(of, 8);
    EXPECT_GT(2 * with, of) << of;
    EXPECT_LT(2 * without, among) << among;
}

TEST(Organelles, SurfacesOfEllipsoidsAreExact) {
    constexpr double pi = std::numbers::pi;
    const auto area = [](double a, double b, double c) { return Ellipsoid{{}, {a, b, c}, {}}.area_um2(); };
    EXPECT_NEAR(area(2, 2, 2), 16 * pi, 1e-9);
    const double e = std::sqrt(1 - 0.25);
    const double prolate = 2 * pi * 0.25 * (1 + 1 / (0.5 * e) * std::asin(e));
    EXPECT_NEAR(area(1, 0.5, 0.5), prolate, 1e-9);
    EXPECT_NEAR(area(0.5, 1, 0.5), prolate, 1e-9);
    EXPECT_NEAR(area(1, 1, 0.5), 2 * pi * (1 + 0.25 / e * std::atanh(e)), 1e-9);
    EXPECT_NEAR(area(1, 2, 3), 48.8821, 1e-4);  // tables
}

TEST(Organelles, MitochondriaHaveTheVolumeOfTheirLines) {
    SimulationOptions o;
    o.preset = "perinuclear";
    o.size = {160, 160, 100};
    o.voxel_um = {0.03, 0.03, 0.03};
    o.contents.nucleus = 0;
    int compared = 0, branched = 0;
    for (o.seed = 1; o.seed <= 4; ++o.seed) {
        const SimulatedCell cell = make_cell(o);
        for (const MitochondrionTruth& m : cell.truth.mitochondria) {
            ASSERT_EQ(m.lines_um.size(), m.radius_um.size());
            double along = 0, volume = 0;
            for (std::size_t l = 0; l < m.lines_um.size(); ++l)
                for (std::size_t i = 1; i < m.lines_um[l].size(); ++i) {
                    const double step = length(m.lines_um[l][i] - m.lines_um[l][i - 1]);
                    along += step;
                    volume += step * std::numbers::pi * m.radius_um[l][i] * m.radius_um[l][i];
                }
            EXPECT_NEAR(m.length_um, along, 1e-9);
            branched += m.branch_points > 0;
            const ObjectTruth& object = cell.truth.objects[m.instance - 1];
            EXPECT_EQ(object.class_id, mitochondrion);
            if (!m.complete || m.lines_um.size() > 1 || object.touches_border || along < 0.5) continue;
            // Round ends: a ball of the ends' radius more. Sharp bends cover themselves.
            const double ends = 4.0 / 3 * std::numbers::pi * std::pow(m.radius_um[0].front(), 3);
            EXPECT_NEAR(object.labelled_volume_um3, volume + ends, 0.12 * volume) << o.seed;
            ++compared;
        }
    }
    EXPECT_GE(compared, 3);
    EXPECT_GE(branched, 1);
    // Stubs are no branches.
    o.seed = 1;
    o.cells = changed(
        o.preset, R"({"mitochondrion": {"branching": {"fixed": 1}, "branch_length_um": {"fixed": 0.08}}})");
    int stubs = 0;
    for (const MitochondrionTruth& m : make_cell(o).truth.mitochondria) {
        EXPECT_EQ(m.branch_points, 0);
        stubs += static_cast<int>(m.lines_um.size()) - 1;
    }
    EXPECT_GE(stubs, 1);
}

TEST(Organelles, FilopodiaHaveTheVolumeOfTheirCentreLine) {
    // Well apart and thick enough to count voxels.
    SimulationOptions o;
    o.preset = "cell-edge";
    o.size = {160, 160, 48};
    o.voxel_um = {0.03, 0.03, 0.03};
    int compared = 0;
    for (o.seed = 1; o.seed <= 6; ++o.seed) {
        const SimulatedCell cell = make_cell(o);
        for (const FilopodiumTruth& f : cell.truth.filopodia) {
            double length = 0, volume = 0;
            for (std::size_t i = 1; i < f.centre_line_um.size(); ++i) {
                const double step = cytomo::length(f.centre_line_um[i] - f.centre_line_um[i - 1]);
                length += step;
                volume += step * std::numbers::pi * f.radius_um[i] * f.radius_um[i];
            }
            EXPECT_NEAR(f.length_um, length + f.radius_um.back(), 0.02 * length + 0.02);
            const double labelled = cell.truth.objects[f.instance - 1].labelled_volume_um3;
            if (!f.complete || f.radius_um.front() < 0.06) continue;
            // Crossing ones share voxels, so that one of them has less.
            EXPECT_LT(labelled, 1.2 * volume + 0.003);
            compared += labelled > 0.8 * volume;
        }
    }
    EXPECT_GE(compared, 3);
}

}  // namespace
}  // namespace cytomo
