#include "cytomo/measures/certainty.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"

namespace cytomo {
namespace {

struct Blurred {
    Instances instances;
    Probabilities probabilities;
};

/// The classes that the numbers of objects stand for.
ClassVolume classes_of(const Instances& instances) {
    ClassVolume classes(instances.volume.grid());
    for (std::int64_t i = 0; i < classes.count(); ++i) classes[i] = instances.class_of[instances.volume[i]];
    return classes;
}

std::vector<Certainty> measure(const Blurred& b) {
    return measure_certainty(b.instances, classes_of(b.instances), b.probabilities);
}

/// A ball of class 1 whose probability falls like the integral of a Gaussian across its surface, in class 0.
Blurred ball(const Grid& grid, Vec3 centre, double radius_um, double blur_um, double highest = 1) {
    Blurred b;
    b.instances.volume = InstanceVolume(grid);
    b.instances.class_of = {0, 1};
    b.probabilities.grid = grid;
    b.probabilities.classes = 2;
    const auto n = static_cast<std::size_t>(grid.count());
    b.probabilities.values.resize(2 * n);
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x) {
                const double beyond =
                    length(grid.world_from_voxel(
                               {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)}) -
                           centre) -
                    radius_um;
                const double p = highest * 0.5 * std::erfc(beyond / blur_um / std::numbers::sqrt2);
                const auto i = static_cast<std::size_t>(grid.index(x, y, z));
                const auto p8 = static_cast<std::uint8_t>(std::lround(255 * p));
                b.probabilities.values[n + i] = p8;
                b.probabilities.values[i] = static_cast<std::uint8_t>(255 - p8);
                b.instances.volume[grid.index(x, y, z)] = beyond <= 0 ? 1 : 0;
            }
    return b;
}

TEST(Certainty, FindsTheBlurOfABall) {
    const Grid grid{{70, 50, 60}, {0.02, 0.028, 0.024}, {3, -1, 0}};
    const Vec3 centre = grid.world_from_voxel({34.3, 24.8, 29.6});
    for (const double blur : {0.03, 0.05, 0.08}) {
        const Blurred b = ball(grid, centre, 0.5, blur);
        const auto c = measure(b);
        ASSERT_EQ(c.size(), 2U);
        // Between voxel centres the fall is a little less steep than at the surface itself.
        EXPECT_NEAR(c[1].edge_blur_um, blur, 0.12 * blur);
        // Mean of the probability over a ball: an integral over shells.
        double sum = 0, volume = 0;
        for (double r = 0.0005; r < 0.5; r += 0.001) {
            sum += 0.5 * std::erfc((r - 0.5) / blur / std::numbers::sqrt2) * r * r;
            volume += r * r;
        }
        EXPECT_NEAR(c[1].mean_probability, sum / volume, 0.01);
    }
}

TEST(Certainty, SharpEdgesAndDoubtedObjects) {
    const Grid grid{{40, 40, 40}, {0.02, 0.02, 0.02}, {}};
    const Vec3 centre{0.4, 0.4, 0.4};
    const Blurred sharp = ball(grid, centre, 0.25, 1e-6);
    const auto c = measure(sharp);
    EXPECT_NEAR(c[1].mean_probability, 1, 1e-9);
    EXPECT_NEAR(c[1].edge_blur_um, 0.02 / std::sqrt(2 * std::numbers::pi) / 1.5, 0.0003);
    const Blurred doubted = ball(grid, centre, 0.25, 1e-6, 0.5);
    EXPECT_NEAR(measure(doubted)[1].edge_blur_um, 2 * c[1].edge_blur_um, 0.001);
}

TEST(Certainty, BordersEmptyNumbersAndOneVoxel) {
    const Grid grid{{6, 5, 4}, {0.02, 0.03, 0.04}, {}};
    Blurred b;
    b.instances.volume = InstanceVolume(grid, 1);  // fills the volume
    b.instances.class_of = {0, 1, 1, 0};           // number 2 has no voxels, 3 is gone
    b.probabilities = {grid, 2, std::vector<std::uint8_t>(2 * 120, 255)};
    auto c = measure(b);
    EXPECT_EQ(c[1].mean_probability, 1);
    EXPECT_TRUE(std::isnan(c[1].edge_blur_um));
    EXPECT_TRUE(std::isnan(c[2].mean_probability));
    EXPECT_TRUE(std::isnan(c[3].edge_blur_um));

    b.instances.volume = InstanceVolume(grid, 0);
    b.instances.volume(5, 4, 3) = 2;  // one voxel in a corner
    c = measure(b);
    EXPECT_EQ(c[2].mean_probability, 1);
    EXPECT_GT(c[2].edge_blur_um, 100);  // its probability does not fall at all
    EXPECT_TRUE(std::isfinite(c[2].edge_blur_um));

    b.instances.class_of[2] = 2;
    EXPECT_THROW(measure(b),
                 InputError);  // a class without probabilities
    b.instances.class_of[2] = 1;
    b.probabilities.grid.size.x = 5;
    EXPECT_THROW(measure(b), InputError);
    b.probabilities.grid.size.x = 6;
    EXPECT_THROW(
        measure_certainty(b.instances, ClassVolume(Grid{{6, 5, 3}, grid.voxel_um, {}}), b.probabilities),
        InputError);
}

TEST(Certainty, StaysWhenATouchingObjectIsCorrected) {
    // One ball as two objects, its halves: the cut between them is no edge, whatever becomes of one half.
    const Grid grid{{50, 40, 40}, {0.02, 0.02, 0.02}, {}};
    Blurred b = ball(grid, {0.5, 0.4, 0.4}, 0.3, 0.05);
    const double whole = measure(b)[1].edge_blur_um;
    const ClassVolume seen = classes_of(b.instances);
    b.instances.class_of = {0, 1, 1};
    for (std::int64_t i = 0; i < grid.count(); ++i)
        if (b.instances.volume[i] != 0 && i % 50 >= 25) b.instances.volume[i] = 2;
    const Certainty half = measure_certainty(b.instances, seen, b.probabilities)[1];
    EXPECT_NEAR(half.edge_blur_um, whole, 0.05 * whole);
    for (std::int64_t i = 0; i < grid.count(); ++i)
        if (b.instances.volume[i] == 2) b.instances.volume[i] = 0;  // deleted
    const Certainty alone = measure_certainty(b.instances, seen, b.probabilities)[1];
    EXPECT_EQ(alone.edge_blur_um, half.edge_blur_um);
    EXPECT_EQ(alone.mean_probability, half.mean_probability);
}

TEST(Certainty, SameAtAnyThreadCount) {
    const Grid grid{{40, 30, 80}, {0.02, 0.03, 0.025}, {}};
    const Blurred b = ball(grid, {0.4, 0.4, 1.0}, 0.3, 0.05);
    set_thread_count(1);
    const auto one = measure(b);
    set_thread_count(3);
    const auto three = measure(b);
    set_thread_count(0);
    EXPECT_EQ(one[1].edge_blur_um, three[1].edge_blur_um);
    EXPECT_EQ(one[1].mean_probability, three[1].mean_probability);
}

}  // namespace
}  // namespace cytomo
