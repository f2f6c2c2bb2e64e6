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
#include "cytomo/simulation/reconstruction.h"

namespace cytomo {
namespace {

SimulationOptions small_options(std::uint64_t seed, const std::string& preset) {
    SimulationOptions o;
    o.seed = seed;
    o.preset = preset;
    o.size = {56, 48, 36};
    o.voxel_um = {0.04, 0.04, 0.04};
    o.acquisition.tilt_step_deg = 10;
    o.acquisition.iterations = 3;
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
bool same_volume(const Volume<T>& a, const Volume<T>& b) {
    return a.grid() == b.grid() && std::equal(a.values().begin(), a.values().end(), b.values().begin());
}

TEST(Simulation, SameSeedSameResultAtAnyThreadCount) {
    for (const std::string& preset : simulation_presets()) {
        SimulationOptions options = small_options(7, preset);
        set_thread_count(1);
        const auto one = simulate_tomogram(options);
        set_thread_count(3);
        const auto three = simulate_tomogram(options);
        set_thread_count(0);
        EXPECT_TRUE(same_volume(one.tomogram, three.tomogram)) << preset;
        EXPECT_TRUE(same_volume(one.classes, three.classes)) << preset;
        EXPECT_TRUE(same_volume(one.instances, three.instances)) << preset;
        EXPECT_EQ(one.truth.objects.size(), three.truth.objects.size());
        options.seed = 8;
        EXPECT_FALSE(same_volume(one.tomogram, simulate_tomogram(options).tomogram)) << preset;
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
    o.acquisition.fringes = o.acquisition.image_smoothing = 0;
    o.acquisition.iterations = 60;
    o.output.smooth_voxels = 0;
    o.output.polarity = Polarity::dense_is_bright;
    const Volume<float> bright = acquire_and_reconstruct(lac, o);
    EXPECT_NEAR(bright(30, 10, 20), 0.5, 0.02);
    EXPECT_NEAR(bright(5, 10, 20), 0.0, 0.02);
    o.output.polarity = Polarity::dense_is_dark;
    EXPECT_FLOAT_EQ(acquire_and_reconstruct(lac, o)(30, 10, 20), -bright(30, 10, 20));
    for (const int bits : {8, 16}) {
        o.output.bits = bits;
        const Volume<float> rounded = acquire_and_reconstruct(lac, o);
        const float most = static_cast<float>(1 << bits) - 1;
        for (const float v : rounded.values()) ASSERT_TRUE(v == std::round(v) && v >= 0 && v <= most);
        EXPECT_EQ(*std::max_element(rounded.values().begin(), rounded.values().end()), most);
        EXPECT_EQ(*std::min_element(rounded.values().begin(), rounded.values().end()), 0);
    }
}

TEST(Simulation, TiltImagesReconstructToTheTomogram) {
    SimulationOptions o;
    o.seed = 9;
    o.size = {64, 48, 40};
    o.voxel_um = {0.04, 0.04, 0.04};
    o.output.smooth_voxels = 0;
    o.output.polarity = Polarity::dense_is_bright;
    const SimulatedCell cell = make_cell(o);
    TiltSeries seen;
    const Volume<float> tomogram = acquire_and_reconstruct(cell.surroundings, cell.lac_per_um.grid(), o, {},
                                                           [&](const TiltSeries& series) { seen = series; });
    // On a grid of the user's choice: as thick as the sample, the axis in its middle.
    const std::int64_t nz = cell.surroundings.grid().size.z;
    const Grid grid{{seen.detectors, seen.rows, nz}, o.voxel_um, {}};
    const Volume<float> again =
        reconstruct(seen, grid, 0.04 * seen.axis_detector, 0.04 * 0.5 * static_cast<double>(nz - 1), {});
    const std::int64_t x0 = (seen.detectors - 64) / 2, z0 = (nz - 40) / 2;
    for (std::int64_t z = 0; z < 40; ++z)
        for (std::int64_t y = 0; y < 48; ++y)
            for (std::int64_t x = 0; x < 64; ++x)
                ASSERT_NEAR(again(x + x0, y, z + z0), tomogram(x, y, z), 1e-4);
    // And that is the cell, right side up: more alike than its mirror images.
    const auto likeness = [&](bool flip_x, bool flip_y, bool flip_z) {
        double sum = 0;
        for (std::int64_t z = 0; z < 40; ++z)
            for (std::int64_t y = 0; y < 48; ++y)
                for (std::int64_t x = 0; x < 64; ++x)
                    sum += static_cast<double>(tomogram(x, y, z)) *
                           cell.lac_per_um(flip_x ? 63 - x : x, flip_y ? 47 - y : y, flip_z ? 39 - z : z);
        return sum;
    };
    const double right = likeness(false, false, false);
    EXPECT_GT(right, 1.02 * likeness(true, false, false));
    EXPECT_GT(right, 1.02 * likeness(false, true, false));
    EXPECT_GT(right, 1.02 * likeness(false, false, true));
}

TEST(Simulation, ATurnedAxisSeesATurnedSample) {
    // Turned by a right angle, place (x, y) of the sample is what (-y, x) is with the axis along y.
    const Grid grid{{48, 36, 30}, {0.03, 0.03, 0.03}, {}}, turned_grid{{36, 48, 30}, {0.03, 0.03, 0.03}, {}};
    Volume<float> lac(grid), turned(turned_grid);
    Random random(5);
    for (int i = 0; i < 12; ++i) {
        const std::int64_t x0 = random.integer(4, 38), y0 = random.integer(4, 26), z0 = random.integer(4, 20);
        for (std::int64_t z = z0; z < z0 + 5; ++z)
            for (std::int64_t y = y0; y < y0 + 4; ++y)
                for (std::int64_t x = x0; x < x0 + 6; ++x) lac(x, y, z) = 0.5F;
    }
    for (std::int64_t z = 0; z < 30; ++z)
        for (std::int64_t y = 0; y < 48; ++y)
            for (std::int64_t x = 0; x < 36; ++x) turned(x, y, z) = lac(y, 35 - x, z);
    SimulationOptions o;
    o.size = grid.size;
    o.voxel_um = grid.voxel_um;
    o.acquisition.photons = 0;
    o.acquisition.misalignment = o.acquisition.flicker = o.acquisition.flat_field_error = 0;
    o.acquisition.tilt_step_deg = 5;
    const Volume<float> along_y = acquire_and_reconstruct(turned, o);
    o.acquisition.axis_deg = 90;
    const Volume<float> along_x = acquire_and_reconstruct(lac, o);
    // The field of view around nothing is wider in one of them, so that its rim differs.
    double squares = 0, difference = 0;
    for (std::int64_t z = 0; z < 30; ++z)
        for (std::int64_t y = 4; y < 32; ++y)
            for (std::int64_t x = 4; x < 44; ++x) {
                const double a = along_x(x, y, z), b = along_y(35 - y, x, z);
                squares += b * b;
                difference += (a - b) * (a - b);
            }
    EXPECT_LT(std::sqrt(difference / squares), 0.05);
}

TEST(Simulation, TheSampleStaysInPlaceWhicheverWayTheAxisRuns) {
    const Grid grid{{56, 56, 40}, {0.03, 0.03, 0.03}, {}};
    Volume<float> lac(grid);
    for (std::int64_t z = 0; z < 40; ++z)
        for (std::int64_t y = 0; y < 56; ++y)
            for (std::int64_t x = 0; x < 56; ++x)
                lac(x, y, z) = std::hypot(x - 34.0, y - 20.0, z - 19.5) < 8 ? 0.6F : 0.0F;
    SimulationOptions o;
    o.size = grid.size;
    o.voxel_um = grid.voxel_um;
    o.acquisition.photons = 0;
    o.acquisition.misalignment = o.acquisition.flicker = o.acquisition.flat_field_error = 0;
    o.acquisition.fringes = 0;
    o.acquisition.tilt_step_deg = 4;
    o.output.polarity = Polarity::dense_is_bright;
    for (const double axis : {-60.0, 0.0, 37.0, 90.0}) {
        o.acquisition.axis_deg = axis;
        const Volume<float> seen = acquire_and_reconstruct(lac, o);
        double sum = 0, x_sum = 0, y_sum = 0, along = 0, across = 0;
        const double c = std::cos(axis * std::numbers::pi / 180), s = std::sin(axis * std::numbers::pi / 180);
        for (std::int64_t z = 8; z < 32; ++z)
            for (std::int64_t y = 0; y < 56; ++y)
                for (std::int64_t x = 0; x < 56; ++x) {
                    const double v = std::max(0.0F, seen(x, y, z) - 0.15F);
                    const double dx = static_cast<double>(x) - 34, dy = static_cast<double>(y) - 20;
                    sum += v;
                    x_sum += v * dx;
                    y_sum += v * dy;
                    if (std::fabs(static_cast<double>(z) - 19.5) < 1) {
                        // Just outside the ball: streaks of the missing wedge run across the axis.
                        const double u = c * dx - s * dy, w = s * dx + c * dy;
                        if (std::fabs(std::hypot(u, w) - 10.5) < 1) {
                            if (std::fabs(u) > 9) across += seen(x, y, z);
                            if (std::fabs(w) > 9) along += seen(x, y, z);
                        }
                    }
                }
        EXPECT_NEAR(x_sum / sum, 0, 0.3) << axis;
        EXPECT_NEAR(y_sum / sum, 0, 0.3) << axis;
        EXPECT_LT(across, along) << axis;
    }
}

TEST(Simulation, TrainingOptionsAreValidAndVary) {
    std::set<std::string> kinds;
    std::set<double> tilts;
    for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
        const SimulationOptions o = random_training_options(seed, {96, 96, 64}, {0.02, 0.02, 0.02});
        EXPECT_NO_THROW(o.check());
        kinds.insert(o.preset + name(o.acquisition.reconstruction) + std::to_string(o.output.bits));
        tilts.insert(o.acquisition.tilt_max_deg);
    }
    EXPECT_EQ(kinds.size(), 4U * 4U);
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
    refused([](auto& o) { o.acquisition.axis_deg = 120; });
    refused([](auto& o) { o.output.bits = 12; });
    refused([](auto& o) { o.output.diffusion = -1; });
    refused([](auto& o) { o.acquisition.bad_images = -0.1; });
}

}  // namespace
}  // namespace cytomo
