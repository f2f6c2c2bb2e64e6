// Cells of the wide presets and the options drawn for training on them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "cytomo/core/legend.h"
#include "cytomo/core/parallel.h"
#include "cytomo/simulation/cell_group.h"
#include "cytomo/simulation/simulate.h"
#include "cytomo/simulation/test_cells.h"

namespace cytomo {
namespace {

CellShape ball(Vec3 centre, double radius) {
    CellShape s;
    s.axis = {{centre - Vec3{1e-6, 0, 0}, radius, 0}, {centre + Vec3{1e-6, 0, 0}, radius, 0}};
    s.centre = centre;
    s.reach_um = radius + 0.01;
    return s;
}

TEST(CellGroup, BodiesMeasureWhatTheyShould) {
    CellShape s = ball({1, 2, 3}, 0.8);
    EXPECT_NEAR(s.distance({1, 2, 3}), -0.8, 1e-5);
    EXPECT_NEAR(s.distance({1, 3.2, 3}), 0.4, 1e-5);
    // Flattened to half along z: its surface lies at half the radius there, at the radius elsewhere.
    s.flatness = 0.5;
    EXPECT_NEAR(s.distance({1, 2, 3.4}), 0, 1e-5);
    EXPECT_NEAR(s.distance({1, 2.8, 3}), 0, 1e-5);
    EXPECT_LT(s.distance({1, 2, 3.39}), 0);
    EXPECT_GT(s.distance({1, 2, 3.41}), 0);
    // A dent takes away what lies in it.
    s = ball({0, 0, 0}, 1);
    s.dents.push_back({{1, 0, 0}, 0.5});
    EXPECT_NEAR(s.distance({0.8, 0, 0}), 0.3, 1e-5);
    EXPECT_NEAR(s.distance({-1, 0, 0}), 0, 1e-5);
    // A cone: radius 0.2 at one end, 0.6 at the other.
    s.dents.clear();
    s.axis = {{{0, 0, 0}, 0.2, 0}, {{2, 0, 0}, 0.6, 2}};
    EXPECT_NEAR(s.distance({1, 1, 0}), 0.6, 1e-5);
}

TEST(CellGroup, CellsThatPressOnEachOtherShareAPlane) {
    CellGroup group;
    group.gap_um = 0.04;
    group.cells = {ball({0, 0, 0}, 1), ball({1.6, 0, 0}, 1)};
    // Half way between equal balls: neither's, by half the gap.
    EXPECT_NEAR(group.at({0.8, 0, 0}).depth_um, -0.02, 1e-5);
    EXPECT_EQ(group.at({0.7, 0, 0}).cell, 0);
    EXPECT_NEAR(group.at({0.7, 0, 0}).depth_um, 0.1 - 0.02, 1e-5);
    EXPECT_EQ(group.at({0.9, 0, 0}).cell, 1);
    // Far from the other one nothing but its own surface counts.
    EXPECT_NEAR(group.at({-0.7, 0, 0}).depth_um, 0.3, 1e-5);
    EXPECT_LT(group.at({0, 0, 1.2}).depth_um, 0);
    EXPECT_EQ(group.at({0, 0, 9}).cell, -1);
    group.cells[0].has_nucleus = true;
    group.cells[0].nucleus = {{0, 0, 0}, {0.5, 0.5, 0.5}, {}};
    EXPECT_NEAR(group.nucleus_distance({0.3, 0, 0}, group.at({0.3, 0, 0})), -0.2, 1e-5);
    EXPECT_GT(group.nucleus_distance({0.9, 0, 0}, group.at({0.9, 0, 0})), 1e8);
    // Glass around both.
    group.capillary = {0, 0, 0};
    group.capillary_radius_um = 1.2;
    EXPECT_NEAR(group.at({1.1, 5, 0}).depth_um, -1e9, 1);
    EXPECT_NEAR(group.at({1.1, 0, 0}).depth_um, 0.1 - 0.04, 1e-5);
    EXPECT_NEAR(group.within_capillary({0, 3, 0.5}), 0.7, 1e-9);
}

SimulationOptions small(const std::string& preset, std::uint64_t seed, double nm) {
    SimulationOptions o;
    o.seed = seed;
    o.preset = preset;
    o.size = {96, 96, 40};
    o.voxel_um = {nm / 1000, nm / 1000, nm / 1000};
    o.surroundings_um = 0.5;
    return o;
}

TEST(WideWorld, InstancesClassesAndTruthAgree) {
    for (const auto& [preset, nm] :
         {std::pair{"wide-adherent", 20}, {"wide-packed", 30}, {"wide-capillary", 40}}) {
        const SimulatedCell cell = make_cell(small(preset, 3, nm));
        std::map<std::uint32_t, std::int64_t> voxels;
        for (std::int64_t i = 0; i < cell.classes.count(); ++i) {
            const std::uint32_t n = cell.instances[i];
            ASSERT_LE(n, cell.truth.objects.size());
            ASSERT_EQ(cell.classes[i], n == 0 ? 0 : cell.truth.objects[n - 1].class_id);
            if (n > 0) ++voxels[n];
        }
        ASSERT_EQ(voxels.size(), cell.truth.objects.size());
        for (const ObjectTruth& o : cell.truth.objects) {
            if (o.volume_um3 <= 300 * cell.classes.grid().voxel_volume_um3()) continue;
            EXPECT_NEAR(o.labelled_volume_um3, o.volume_um3, 0.06 * o.volume_um3) << preset << o.kind;
        }
    }
}

TEST(WideWorld, PackedCellsHaveANucleusEach) {
    SimulationOptions o = small("wide-packed", 5, 45);
    o.cells = changed("wide-packed", R"({"group": {"has_nucleus": {"fixed": 1}, "cells": {"fixed": 30}}})");
    const SimulatedCell cell = make_cell(o);
    std::int64_t bodies = 0, nuclei = 0;
    for (const ObjectTruth& t : cell.truth.objects) {
        bodies += t.class_id == cytoplasm;
        nuclei += t.class_id == nucleus;
    }
    EXPECT_GE(bodies, 6);
    EXPECT_GE(nuclei, 4);
    EXPECT_LE(nuclei, bodies);
}

TEST(WideWorld, FlagellaLieInTheirClassFromRootToTip) {
    int seen = 0;
    for (std::uint64_t seed = 1; seed <= 6 && seen < 6; ++seed) {
        SimulationOptions o = small("wide-packed", seed, 30);
        o.cells = changed("wide-packed",
                          R"({"flagellum": {"per_cell": {"fixed": 2}, "radius_um": {"fixed": 0.1}}})");
        const SimulatedCell cell = make_cell(o);
        const Grid& grid = cell.classes.grid();
        for (const FilopodiumTruth& f : cell.truth.filopodia) {
            int within = 0, right = 0;
            for (const Vec3 p : f.centre_line_um) {
                const Vec3 v = grid.voxel_from_world(p);
                const auto x = std::llround(v.x), y = std::llround(v.y), z = std::llround(v.z);
                if (x < 0 || y < 0 || z < 0 || x >= grid.size.x || y >= grid.size.y || z >= grid.size.z)
                    continue;
                ++within;
                right += cell.classes(x, y, z) == filopodium;
            }
            if (within < 20) continue;
            ++seen;
            EXPECT_GE(right, 0.9 * within) << seed << ' ' << f.instance;
        }
    }
    EXPECT_GE(seen, 3);
}

TEST(WideWorld, ANucleusMayLookLikeTheCytoplasm) {
    // Nothing but the class tells them apart.
    SimulationOptions o = small("wide-adherent", 2, 20);
    o.contents = {1, 0, 0, 0, 0, 0, 0, 1, 1};
    o.cells = changed("wide-adherent", R"({"outline": {"has_edge": {"fixed": 0}},
        "over_cytosol": {"nucleus_per_um": {"fixed": 0}, "chromatin_per_um": {"fixed": 0}},
        "envelope": {"is_seen": {"fixed": 0}}, "nucleus": {"nucleoli": {"fixed": 0}, "texture": {"fixed": 0},
        "in_view": {"fixed": 0.6}}, "texture": {"fine": {"fixed": 0}, "medium": {"fixed": 0}, "broad": {"fixed": 0},
        "mottle": {"fixed": 0}}, "bead": {"count": {"fixed": 0}}, "granule": {"per_um3": {"fixed": 0}},
        "dense_body": {"per_um3": {"fixed": 0}}, "ice": {"cracks": {"fixed": 0}, "crystals": {"fixed": 0}},
        "vacuole_field": {"share_of_cytoplasm": {"fixed": 0}}})");
    const SimulatedCell cell = make_cell(o);
    std::map<int, std::pair<float, float>> range;
    for (std::int64_t z = 12; z < 28; ++z)
        for (std::int64_t y = 0; y < 96; ++y)
            for (std::int64_t x = 0; x < 96; ++x) {
                const int c = cell.classes(x, y, z);
                const float v = cell.lac_per_um(x, y, z);
                auto& r = range.try_emplace(c, v, v).first->second;
                r = {std::min(r.first, v), std::max(r.second, v)};
            }
    ASSERT_TRUE(range.contains(cytoplasm));
    ASSERT_TRUE(range.contains(nucleus));
    EXPECT_NEAR(range[nucleus].first, range[nucleus].second, 1e-5);
    EXPECT_NEAR(range[nucleus].first, range[cytoplasm].first, 1e-5);
}

TEST(WideWorld, VacuolesAreAsLightAsAskedFor) {
    SimulationOptions o = small("wide-adherent", 4, 20);
    o.size = {192, 192, 96};
    o.cells = changed("wide-adherent", R"({"vacuole_field": {"share_of_cytoplasm": {"fixed": 0.3},
        "radius_um": {"fixed": 0.3}, "radius_spread": {"fixed": 0.01}, "lumen_over_cytosol": {"fixed": -0.06},
        "lumen_spread": {"fixed": 0}, "wobble": {"fixed": 0}, "texture": {"fixed": 0}, "filled": {"fixed": 0},
        "mottled": {"fixed": 0}, "flattening": {"fixed": 1}}, "matter": {"cytosol_per_um": {"fixed": 0.2}}})");
    const SimulatedCell cell = make_cell(o);
    int seen = 0;
    for (const ObjectTruth& t : cell.truth.objects) {
        if (t.kind != "vacuole" || t.volume_um3 < 0) continue;
        ++seen;
        EXPECT_NEAR(t.volume_um3, 4.0 / 3 * 3.14159265 * 0.027, 0.02);
        const Vec3 v = cell.classes.grid().voxel_from_world(t.centre_um);
        EXPECT_NEAR(cell.lac_per_um(std::llround(v.x), std::llround(v.y), std::llround(v.z)), 0.14, 0.02);
    }
    EXPECT_GE(seen, 3);
}

TEST(WideWorld, HandedOutSlicesAreThoseOfTheWhole) {
    SimulationOptions o = small("wide-packed", 8, 30);
    o.size = {48, 48, 24};
    o.acquisition.tilt_step_deg = 6;
    o.acquisition.iterations = 3;
    o.output.smooth_voxels = 0;
    const SimulatedTomogram whole = simulate_tomogram(o);
    o.slices = 3;
    o.first_slice = 10;
    const SimulatedTomogram part = simulate_tomogram(o);
    ASSERT_EQ(part.tomogram.grid().size.z, 3);
    EXPECT_EQ(part.classes.grid(), part.tomogram.grid());
    std::map<std::uint32_t, std::uint32_t> number;
    for (std::int64_t z = 0; z < 3; ++z)
        for (std::int64_t y = 0; y < 48; ++y)
            for (std::int64_t x = 0; x < 48; ++x) {
                ASSERT_EQ(part.tomogram(x, y, z), whole.tomogram(x, y, z + 10));
                ASSERT_EQ(part.classes(x, y, z), whole.classes(x, y, z + 10));
                const auto [at, fresh] =
                    number.try_emplace(part.instances(x, y, z), whole.instances(x, y, z + 10));
                ASSERT_EQ(at->second, whole.instances(x, y, z + 10));
            }
    for (const ObjectTruth& t : part.truth.objects) {
        EXPECT_GE(t.centre_um.z, 9.9 * 0.03);
        EXPECT_LE(t.centre_um.z, 12.1 * 0.03);
    }
}

TEST(WideWorld, OptionsAreValidAndVary) {
    std::map<std::string, int> presets;
    int thin = 0, full = 0, bright = 0, filtered = 0;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        const SimulationOptions o = random_wide_options(seed, {96, 96, 64}, {0.02, 0.02, 0.02});
        ASSERT_NO_THROW(o.check()) << seed;
        ++presets[o.preset];
        thin += o.slices > 0;
        full += o.acquisition.tilt_max_deg > 80;
        bright += o.output.polarity == Polarity::dense_is_bright;
        filtered += o.acquisition.reconstruction == ReconstructionMethod::fbp;
    }
    for (const char* preset : {"wide-adherent", "wide-packed", "wide-capillary", "cell-edge"})
        EXPECT_GE(presets[preset], 30) << preset;
    EXPECT_NEAR(thin, 350, 60);
    EXPECT_NEAR(full, 230, 70);
    EXPECT_NEAR(bright, 400, 60);
    EXPECT_NEAR(filtered, 490, 60);
}

}  // namespace
}  // namespace cytomo
