#include "cytomo/simulation/simulate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <set>

#include "cytomo/core/error.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/parallel.h"
#include "cytomo/simulation/shapes.h"

namespace cytomo {
namespace {

SimulationOptions small_options(std::uint64_t seed, const std::string& preset) {
    SimulationOptions o;
    o.seed = seed;
    o.preset = preset;
    o.size = {56, 48, 36};
    o.voxel_um = {0.04, 0.04, 0.04};
    o.acquisition.tilt_step_deg = 5;
    o.acquisition.iterations = 8;
    return o;
}

/// A crop as used for training, before the microscope; made once.
const SimulatedCell& training_cell() {
    static const SimulatedCell cell = [] {
        SimulationOptions o;
        o.seed = 2;
        o.size = {192, 192, 96};
        return make_cell(o);
    }();
    return cell;
}

template <class T>
bool same(const Volume<T>& a, const Volume<T>& b) {
    return a.grid() == b.grid() && std::equal(a.values().begin(), a.values().end(), b.values().begin());
}

TEST(Simulation, SameSeedSameResultAtAnyThreadCount) {
    for (const std::string& preset : simulation_presets()) {
        set_thread_count(1);
        const auto one = simulate_tomogram(small_options(7, preset));
        set_thread_count(3);
        const auto three = simulate_tomogram(small_options(7, preset));
        set_thread_count(0);
        EXPECT_TRUE(same(one.tomogram, three.tomogram)) << preset;
        EXPECT_TRUE(same(one.classes, three.classes)) << preset;
        EXPECT_TRUE(same(one.instances, three.instances)) << preset;
        EXPECT_EQ(one.truth.objects.size(), three.truth.objects.size());
        EXPECT_FALSE(same(one.tomogram, simulate_tomogram(small_options(8, preset)).tomogram)) << preset;
    }
}

TEST(Simulation, EveryClassIsPresent) {
    std::set<int> found;
    for (const auto c : training_cell().classes.values()) found.insert(c);
    EXPECT_EQ(found, (std::set<int>{0, 1, 2, 3, 4, 5, 6}));
}

TEST(Simulation, InstancesClassesAndTruthAgree) {
    const SimulatedCell& cell = training_cell();
    std::map<std::uint32_t, std::int64_t> voxels;
    for (std::int64_t i = 0; i < cell.classes.count(); ++i) {
        const std::uint32_t n = cell.instances[i];
        ASSERT_LE(n, cell.truth.objects.size());
        ASSERT_EQ(cell.classes[i], n == 0 ? 0 : cell.truth.objects[n - 1].class_id);
        if (n > 0) ++voxels[n];
    }
    ASSERT_EQ(voxels.size(), cell.truth.objects.size());
    int exact = 0;
    for (const ObjectTruth& o : cell.truth.objects) {
        EXPECT_DOUBLE_EQ(o.labelled_volume_um3,
                         static_cast<double>(voxels[o.instance]) * cell.classes.grid().voxel_volume_um3());
        if (o.volume_um3 < 0.004) continue;
        ++exact;
        EXPECT_NEAR(o.labelled_volume_um3, o.volume_um3, 0.03 * o.volume_um3) << o.kind << " " << o.instance;
    }
    EXPECT_GE(exact, 3);
}

TEST(Simulation, AbsorptionLiesInTheDocumentedRanges) {
    const std::map<int, std::pair<double, double>> ranges{
        {cytoplasm, {0.17, 0.25}},    {nucleus, {0.21, 0.34}}, {mitochondrion, {0.27, 0.39}},
        {lipid_droplet, {0.5, 0.75}}, {vesicle, {0.13, 0.45}}, {filopodium, {0.16, 0.28}}};
    for (const ObjectTruth& o : training_cell().truth.objects) {
        if (o.labelled_volume_um3 < 0.01) continue;  // mostly edge
        const auto [low, high] = ranges.at(o.class_id);
        EXPECT_GT(o.mean_lac_per_um, low) << o.kind << " " << o.instance;
        EXPECT_LT(o.mean_lac_per_um, high) << o.kind << " " << o.instance;
    }
}

TEST(Simulation, FilopodiaHaveTheVolumeOfTheirCentreLine) {
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

/// A cell model in which everything named is fixed.
std::shared_ptr<const CellModel> changed(const std::string& preset, const std::string& json) {
    auto model = std::make_shared<CellModel>(preset);
    model->change(json, "test");
    return model;
}

TEST(Simulation, ARoundedCellHasItsSizeWallAndVacuole) {
    SimulationOptions o;
    o.preset = "yeast";
    o.size = {100, 100, 100};
    o.voxel_um = {0.03, 0.03, 0.03};
    o.cells = changed("yeast", R"({
        "outline": {"bumps_um": {"fixed": 0}},
        "texture": {"fine": {"fixed": 0}, "medium": {"fixed": 0}, "broad": {"fixed": 0}},
        "rounded": {"length_um": {"fixed": 1.2}, "roundness": {"fixed": 0.9}, "offset": {"fixed": 0},
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

TEST(Simulation, EveryPresetHasItsOrganelles) {
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
        EXPECT_EQ(found.contains(filopodium), preset == "cell-edge") << preset;
    }
}

TEST(Simulation, DisturbancesChangeWhatTheyShould) {
    SimulationOptions o;
    o.seed = 3;
    o.size = {120, 120, 48};
    o.voxel_um = {0.03, 0.03, 0.03};
    const SimulatedCell plain = make_cell(o);
    const auto with = [&](const std::string& json) {
        SimulationOptions other = o;
        other.cells = changed(o.preset, json);
        return make_cell(other);
    };
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
    const SimulatedCell branched = with(R"({"filopodium": {"branches": {"fixed": 2}}})");
    for (const FilopodiumTruth& f : branched.truth.filopodia) EXPECT_EQ(f.branches, 2);
    for (const FilopodiumTruth& f : plain.truth.filopodia) EXPECT_EQ(f.branches, 0);
    const auto voxels = [](const SimulatedCell& c) {
        return std::count(c.classes.values().begin(), c.classes.values().end(), filopodium);
    };
    EXPECT_GT(voxels(branched), voxels(plain) * 12 / 10);
}

TEST(Simulation, SurfacesOfEllipsoidsAreExact) {
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

TEST(Simulation, MitochondriaHaveTheVolumeOfTheirLines) {
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
            EXPECT_LT(m.branch_points, static_cast<int>(m.lines_um.size()));
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
}

TEST(Simulation, MicroscopeKeepsAbsorptionAndPolarity) {
    // A slab of constant absorption inside nothing, full rotation, no noise.
    const Grid grid{{60, 20, 40}, {0.02, 0.02, 0.02}, {}};
    Volume<float> lac(grid);
    for (std::int64_t z = 10; z < 30; ++z)
        for (std::int64_t y = 0; y < 20; ++y)
            for (std::int64_t x = 15; x < 45; ++x) lac(x, y, z) = 0.5F;
    SimulationOptions o;
    o.voxel_um = grid.voxel_um;
    o.acquisition = {};
    o.acquisition.tilt_min_deg = -90;
    o.acquisition.tilt_max_deg = 87;
    o.acquisition.tilt_step_deg = 3;
    o.acquisition.photons = 0;
    o.acquisition.misalignment = o.acquisition.flicker = o.acquisition.flat_field_error = 0;
    o.acquisition.iterations = 60;
    o.output.smooth_voxels = 0;
    o.output.polarity = Polarity::dense_is_bright;
    const Volume<float> bright = acquire_and_reconstruct(lac, o);
    EXPECT_NEAR(bright(30, 10, 20), 0.5, 0.02);
    EXPECT_NEAR(bright(5, 10, 20), 0.0, 0.02);
    o.output.polarity = Polarity::dense_is_dark;
    EXPECT_FLOAT_EQ(acquire_and_reconstruct(lac, o)(30, 10, 20), -bright(30, 10, 20));
    o.output.eight_bit = true;
    const Volume<float> bytes = acquire_and_reconstruct(lac, o);
    for (const float v : bytes.values()) {
        ASSERT_EQ(v, std::round(v));
        ASSERT_TRUE(v >= 0 && v <= 255);
    }
}

TEST(Simulation, TrainingOptionsAreValidAndVary) {
    std::set<std::string> kinds;
    std::set<double> tilts;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        const SimulationOptions o = random_training_options(seed, {96, 96, 64}, {0.02, 0.02, 0.02});
        EXPECT_NO_THROW(o.check());
        kinds.insert(o.preset + name(o.acquisition.reconstruction) + (o.output.eight_bit ? "8" : "f"));
        tilts.insert(o.acquisition.tilt_max_deg);
    }
    EXPECT_EQ(kinds.size(), 8U);
    EXPECT_GT(tilts.size(), 10U);
}

TEST(Simulation, RefusesWhatItCannotDo) {
    const auto refused = [](auto change) {
        SimulationOptions o;
        change(o);
        EXPECT_THROW(o.check(), UsageError);
    };
    refused([](auto& o) { o.preset = "brick"; });
    refused([](auto& o) { o.size.z = 4; });
    refused([](auto& o) { o.voxel_um.y = 0; });
    refused([](auto& o) { o.contents.mitochondria = -1; });
    refused([](auto& o) { o.acquisition.tilt_min_deg = 70; });
    refused([](auto& o) { o.acquisition.photons = std::nan(""); });
    refused([](auto& o) { o.output.clip_low = 0.9; });
    refused([](auto& o) { o.acquisition.dose_loss = 1; });
    refused([](auto& o) { o.acquisition.bad_images = -0.1; });
}

}  // namespace
}  // namespace cytomo
