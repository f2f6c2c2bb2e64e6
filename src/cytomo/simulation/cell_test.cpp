// What cells are made of, before the microscope.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "cytomo/core/legend.h"
#include "cytomo/simulation/shapes.h"
#include "cytomo/simulation/simulate.h"
#include "cytomo/simulation/test_cells.h"

namespace cytomo {
namespace {

template <class T>
bool same(const Volume<T>& a, const Volume<T>& b) {
    return a.grid() == b.grid() && std::equal(a.values().begin(), a.values().end(), b.values().begin());
}

TEST(Cell, ARoundedCellHasItsSizeWallAndVacuole) {
    SimulationOptions o;
    o.preset = "yeast";
    o.size = {100, 100, 100};
    o.voxel_um = {0.03, 0.03, 0.03};
    o.cells = changed("yeast", R"({
        "outline": {"bumps_um": {"fixed": 0}},
        "texture": {"fine": {"fixed": 0}, "medium": {"fixed": 0}, "broad": {"fixed": 0}},
        "rounded": {"length_um": {"fixed": 1.2}, "neighbours": {"fixed": 0}, "roundness": {"fixed": 0.9}, "offset": {"fixed": 0},
                    "wall_um": {"fixed": 0.15}, "wall_per_um": {"fixed": 0.34}},
        "vacuole": {"count": {"fixed": 1}, "radius_um": {"fixed": 0.4}, "lumen_per_um": {"fixed": 0.17}}})");
    o.contents.mitochondria = o.contents.lipid_droplets = o.contents.vesicles = o.contents.reticulum = 0;
    o.contents.nucleus = o.contents.gold = o.contents.granularity = 0;
    const SimulatedCell cell = make_cell(o);
    double inside = 0;
    for (const auto c : cell.classes.values()) inside += c != background;
    const double expected = 4.0 / 3 * std::numbers::pi * 1.2 * 1.2 * 0.9 * 1.2 * 0.9;
    EXPECT_NEAR(inside * 0.03 * 0.03 * 0.03, expected, 0.01 * expected);
    const auto vacuole = std::find_if(cell.truth.objects.begin(), cell.truth.objects.end(),
                                      [](const auto& object) { return object.kind == "vacuole"; });
    ASSERT_NE(vacuole, cell.truth.objects.end());
    EXPECT_EQ(vacuole->class_id, vesicle);
    EXPECT_NEAR(vacuole->labelled_volume_um3, vacuole->volume_um3, 0.02 * vacuole->volume_um3);
    EXPECT_NEAR(vacuole->mean_lac_per_um, 0.17, 0.02);
    // Half way through the wall, seen from any side, its absorption; ice outside.
    int walls = 0;
    for (std::int64_t x = 0; x < 50; ++x) {
        const float v = cell.lac_per_um(x, 50, 50);
        if (cell.classes(x, 50, 50) == background)
            EXPECT_LT(v, 0.25);
        else if (std::fabs(v - 0.34) < 0.005)
            ++walls;
    }
    EXPECT_GE(walls, 3);  // 0.15 µm are 5 voxels, the outermost ones mixed
    EXPECT_NEAR(cell.lac_per_um(1, 1, 1), 0.11, 0.006);
}

TEST(Cell, EveryPresetHasItsOrganelles) {
    for (const std::string& preset : simulation_presets()) {
        SimulationOptions o;
        o.preset = preset;
        o.seed = 5;
        o.size = {128, 128, 96};
        o.voxel_um = {0.05, 0.05, 0.05};
        const SimulatedCell cell = make_cell(o);
        std::set<int> found(cell.classes.values().begin(), cell.classes.values().end());
        for (const int c : {cytoplasm, nucleus, mitochondrion, lipid_droplet, vesicle})
            EXPECT_TRUE(found.contains(c)) << preset << " without class " << c;
        if (preset.starts_with("wide-")) continue;  // what lies outside of these cells is drawn
        EXPECT_EQ(found.contains(filopodium), preset == "cell-edge") << preset;
    }
}

TEST(Cell, FractionsAddUpToVolumes) {
    SimulationOptions o;
    o.preset = "perinuclear";
    o.seed = 4;
    o.size = {100, 90, 80};
    o.voxel_um = {0.03, 0.03, 0.03};
    o.fractions = true;
    o.contents.mitochondria = o.contents.reticulum = o.contents.nucleus = 0;
    o.contents.vesicles = 0;
    o.contents.lipid_droplets = 6;
    o.cells = changed(o.preset, R"({"lipid_droplet": {"clustering": {"fixed": 0},
        "radius_um": {"fixed": 0.15}, "radius_spread": {"fixed": 1}}})");
    const SimulatedCell cell = make_cell(o);
    ASSERT_EQ(cell.fractions.size(), 7U);
    for (std::int64_t i = 0; i < cell.classes.count(); ++i) {
        int sum = 0;
        for (const auto& f : cell.fractions) sum += f[i];
        ASSERT_NEAR(sum, 255, 6);
    }
    // Around each whole droplet that stands alone, the fractions add up to its volume.
    const Grid& grid = cell.classes.grid();
    int compared = 0;
    double worst = 0;
    for (const ObjectTruth& object : cell.truth.objects) {
        if (object.class_id != lipid_droplet || object.volume_um3 < 0) continue;
        const bool alone =
            std::none_of(cell.truth.objects.begin(), cell.truth.objects.end(), [&](const ObjectTruth& other) {
                return other.instance != object.instance && other.class_id == lipid_droplet &&
                       length(other.centre_um - object.centre_um) < 0.45;
            });
        if (!alone) continue;
        double volume = 0;
        for (std::int64_t z = 0; z < grid.size.z; ++z)
            for (std::int64_t y = 0; y < grid.size.y; ++y)
                for (std::int64_t x = 0; x < grid.size.x; ++x)
                    if (length(grid.world_from_voxel(
                                   {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)}) -
                               object.centre_um) < 0.22)
                        volume += cell.fractions[lipid_droplet](x, y, z) / 255.0 * grid.voxel_volume_um3();
        worst = std::max(worst, std::fabs(volume / object.volume_um3 - 1));
        EXPECT_NEAR(object.surface_um2, 4 * std::numbers::pi * 0.15 * 0.15, 1e-9);
        ++compared;
    }
    EXPECT_GE(compared, 3);
    EXPECT_LT(worst, 0.015);  // a linear edge one voxel wide adds (voxel / radius)² / 4: 1 % here
    // Without being asked: none.
    o.fractions = false;
    EXPECT_TRUE(make_cell(o).fractions.empty());
}

TEST(Cell, RoundedCellsHaveRoomAroundTheirNucleus) {
    for (const char* preset : {"suspension-cell", "yeast"}) {
        SimulationOptions o;
        o.preset = preset;
        o.size = {90, 90, 90};
        o.voxel_um = {0.1, 0.1, 0.1};
        if (o.preset == "yeast") o.voxel_um = {0.05, 0.05, 0.05};
        for (o.seed = 1; o.seed <= 4; ++o.seed) {
            const SimulatedCell cell = make_cell(o);
            double whole = 0, inner = 0, dense = 0;
            for (std::int64_t i = 0; i < cell.classes.count(); ++i) {
                whole += cell.classes[i] != background;
                inner += cell.classes[i] == nucleus;
                dense += cell.classes[i] == nucleus && cell.lac_per_um[i] > 0.31;
            }
            EXPECT_LT(inner, 0.5 * whole) << preset << " " << o.seed;
            EXPECT_GT(dense, 0.002 * inner) << preset << " " << o.seed << ": no nucleolus";
        }
    }
}

/// Voxels of the cell's own cytoplasm, nucleus and organelles, and of the neighbour's cytoplasm, nearest to
/// each other, µm.
double gap_between_cells(const SimulatedCell& cell) {
    std::uint32_t neighbour = 0;
    std::set<std::uint32_t> own;
    for (const ObjectTruth& o : cell.truth.objects) {
        if (o.kind == "neighbour") neighbour = o.instance;
        if (o.kind == "cytoplasm") own.insert(o.instance);
    }
    if (neighbour == 0) return -1;
    const Grid& grid = cell.instances.grid();
    std::vector<Vec3> a, b;
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x) {
                const std::uint32_t here = cell.instances(x, y, z);
                const bool edge = x == 0 || y == 0 || x + 1 == grid.size.x || y + 1 == grid.size.y ||
                                  cell.instances(x - 1, y, z) == 0 || cell.instances(x + 1, y, z) == 0 ||
                                  cell.instances(x, y - 1, z) == 0 || cell.instances(x, y + 1, z) == 0;
                const Vec3 p = grid.world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                if (edge && here == neighbour) b.push_back(p);
                if (edge && own.contains(here)) a.push_back(p);
            }
    const auto by_x = [](Vec3 p, Vec3 q) { return p.x < q.x; };
    std::sort(b.begin(), b.end(), by_x);
    double nearest = 1e9;
    for (const Vec3 p : a)  // nothing farther along x alone can be nearer
        for (auto q = std::lower_bound(b.begin(), b.end(), p - Vec3{nearest, 0, 0}, by_x);
             q != b.end() && q->x <= p.x + nearest; ++q)
            nearest = std::min(nearest, length(p - *q));
    return nearest;
}

TEST(Cell, NeighboursAreTheirGapAway) {
    SimulationOptions o;
    o.preset = "suspension-cell";
    o.size = {110, 110, 60};
    o.voxel_um = {0.1, 0.1, 0.1};
    int seen = 0;
    for (o.seed = 1; o.seed <= 6; ++o.seed) {
        o.cells =
            changed(o.preset, R"({"rounded": {"neighbours": {"fixed": 1}, "neighbour_gap_um": {"fixed": 0.6},
            "length_um": {"fixed": 2.5}, "roundness": {"fixed": 1}, "neighbour_size": {"fixed": 1}},
            "outline": {"bumps_um": {"fixed": 0}}})");
        const double gap = gap_between_cells(make_cell(o));
        if (gap < 0) continue;  // above or below the view
        ++seen;
        EXPECT_GT(gap, 0.6 - 0.1) << o.seed;
        EXPECT_LT(gap, 0.6 + 0.35) << o.seed;  // between voxel centres
    }
    EXPECT_GE(seen, 3);
    o.preset = "cell-edge";
    o.size = {160, 160, 40};
    o.voxel_um = {0.04, 0.04, 0.04};
    o.contents.filopodia = 0;
    seen = 0;
    for (o.seed = 1; o.seed <= 4; ++o.seed) {
        o.cells = changed(o.preset,
                          R"({"outline": {"has_neighbour": {"fixed": 1}, "neighbour_gap_um": {"fixed": 0.8},
            "undulation": {"fixed": 0}, "neighbour_turn": {"fixed": 0}, "edge_is_far": {"fixed": 0}}})");
        const double gap = gap_between_cells(make_cell(o));
        if (gap < 0) continue;
        ++seen;
        EXPECT_NEAR(gap, 0.8, 0.09) << o.seed;
    }
    EXPECT_GE(seen, 3);
}

TEST(Cell, RufflesStandOnTheCell) {
    SimulationOptions o;
    o.seed = 3;
    o.size = {160, 160, 64};
    o.voxel_um = {0.03, 0.03, 0.03};
    const auto with = [&](const std::string& chance) {
        SimulationOptions other = o;
        other.cells =
            changed(o.preset, R"({"outline": {"has_ruffles": {"fixed": )" + chance +
                                  R"(}, "ruffle_um": {"fixed": 0.3}, "inner_thickness": {"fixed": 0.4}}})");
        return make_cell(other);
    };
    const SimulatedCell flat = with("0"), ruffled = with("1");
    double highest = 0;
    std::int64_t raised = 0, columns = 0;
    for (std::int64_t y = 0; y < 160; ++y)
        for (std::int64_t x = 0; x < 160; ++x) {
            const auto height = [&](const SimulatedCell& cell) {
                std::int64_t top = 0;
                for (std::int64_t z = 0; z < 64; ++z)
                    if (cell.classes(x, y, z) != background && cell.classes(x, y, z) != filopodium) top = z;
                return 0.03 * static_cast<double>(top);
            };
            const double before = height(flat), more = height(ruffled) - before;
            if (before == 0) continue;
            ++columns;
            EXPECT_GT(more, -0.04);
            highest = std::max(highest, more);
            raised += more > 0.1;
        }
    EXPECT_GT(highest, 0.15);
    EXPECT_LT(highest, 0.35);
    EXPECT_GT(raised, columns / 200);
    EXPECT_LT(raised, columns / 3);
}

TEST(Cell, DisturbancesChangeWhatTheyShould) {
    SimulationOptions o;
    o.seed = 3;
    o.size = {120, 120, 48};
    o.voxel_um = {0.03, 0.03, 0.03};
    const auto with = [&](const std::string& json) {
        auto model = std::make_shared<CellModel>(o.preset);
        model->change(R"({"golgi": {"stacks_per_um3": {"fixed": 0}}, "ice": {"cracks": {"fixed": 0},
            "crystals": {"fixed": 0}}, "filopodium": {"companions": {"fixed": 0}, "branches": {"fixed": 0}}})",
                      "test");
        model->change(json, "test");
        SimulationOptions other = o;
        other.cells = model;
        return make_cell(other);
    };
    const SimulatedCell plain = with("{}");
    // Golgi stacks: absorption of cytoplasm rises, classes stay.
    const SimulatedCell golgi = with(R"({"golgi": {"stacks_per_um3": {"fixed": 1}}})");
    EXPECT_TRUE(same(golgi.classes, plain.classes));
    // Cracks take ice away, outside the cell only; crystals add it.
    const SimulatedCell cracks =
        with(R"({"ice": {"cracks": {"fixed": 6}, "crack_width_um": {"fixed": 0.3}}})");
    EXPECT_TRUE(same(cracks.classes, plain.classes));
    const SimulatedCell crystals = with(R"({"ice": {"crystals": {"fixed": 100}}})");
    EXPECT_TRUE(same(crystals.classes, plain.classes));
    std::int64_t stacked = 0, cracked = 0, iced = 0;
    for (std::int64_t i = 0; i < plain.lac_per_um.count(); ++i) {
        const float before = plain.lac_per_um[i];
        if (plain.classes[i] != cytoplasm) {
            ASSERT_NEAR(golgi.lac_per_um[i], before, 0.06);  // edges are half of what they border on
        }
        stacked += golgi.lac_per_um[i] > before + 0.01;
        if (plain.classes[i] != background) continue;
        ASSERT_LE(cracks.lac_per_um[i], before + 1e-6);
        ASSERT_GE(crystals.lac_per_um[i], before - 1e-6);
        cracked += cracks.lac_per_um[i] < 0.5 * before;
        iced += crystals.lac_per_um[i] > before + 0.05;
    }
    EXPECT_GT(stacked, 500);
    EXPECT_GT(cracked, 500);
    EXPECT_GT(iced, 500);
    // Bundles and branches: more of filopodia, and the truth knows.
    const SimulatedCell bundles = with(R"({"filopodium": {"companions": {"fixed": 2}}})");
    EXPECT_GT(bundles.truth.filopodia.size(), 2 * plain.truth.filopodia.size());
    for (const FilopodiumTruth& f : bundles.truth.filopodia) {
        // Where a filopodium leaves the cell there is a cell.
        const Vec3 v = plain.classes.grid().voxel_from_world(f.root_um);
        bool near = false, in_view = true;
        for (std::int64_t dz = -6; dz <= 6; ++dz)
            for (std::int64_t dy = -6; dy <= 6; ++dy)
                for (std::int64_t dx = -6; dx <= 6; ++dx) {
                    const auto x = std::llround(v.x) + dx, y = std::llround(v.y) + dy,
                               z = std::llround(v.z) + dz;
                    if (!plain.classes.grid().contains(x, y, z))
                        in_view = in_view && dz != 0;
                    else
                        near = near || bundles.classes(x, y, z) == cytoplasm;
                }
        EXPECT_TRUE(near || !in_view) << f.root_um.x << " " << f.root_um.y << " " << f.root_um.z;
    }
    const SimulatedCell branched = with(
        R"({"filopodium": {"branches": {"fixed": 2}, "branch_length": {"fixed": 0.6}, "branch_angle": {"fixed": 1}}})");
    for (const FilopodiumTruth& f : branched.truth.filopodia) EXPECT_EQ(f.branches, 2);
    for (const FilopodiumTruth& f : plain.truth.filopodia) EXPECT_EQ(f.branches, 0);
    const auto voxels = [](const SimulatedCell& c) {
        return std::count(c.classes.values().begin(), c.classes.values().end(), filopodium);
    };
    EXPECT_GT(voxels(branched), voxels(plain) * 12 / 10);
}

}  // namespace
}  // namespace cytomo
