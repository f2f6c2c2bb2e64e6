#include "cytomo/labels/split_depth.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/random.h"
#include "cytomo/labels/depth.h"

namespace cytomo {
namespace {

struct RodScene {
    ClassVolume classes;
    InstanceVolume truth;
};

struct Cylinder {
    Vec3 from, to;
    double radius;
};

/// Rods of one class (µm); what two share belongs to the nearer middle line.
RodScene draw(const std::vector<Cylinder>& rods, const Grid& grid) {
    RodScene scene{ClassVolume(grid), InstanceVolume(grid)};
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x) {
                const Vec3 p{static_cast<double>(x) * grid.voxel_um.x,
                             static_cast<double>(y) * grid.voxel_um.y,
                             static_cast<double>(z) * grid.voxel_um.z};
                double best = 1;
                for (std::size_t r = 0; r < rods.size(); ++r) {
                    const Vec3 along = rods[r].to - rods[r].from;
                    const double t =
                        std::clamp(dot(p - rods[r].from, along) / std::max(1e-12, dot(along, along)), 0., 1.);
                    const double share = length(p - rods[r].from - along * t) / rods[r].radius;
                    if (share >= best) continue;
                    best = share;
                    scene.classes(x, y, z) = 3;
                    scene.truth(x, y, z) = static_cast<std::uint32_t>(r + 1);
                }
            }
    return scene;
}

/// Splits by the true depth, with noise; gives the number of parts and the share of voxels in the right one.
std::pair<std::uint32_t, double> split(const RodScene& scene, double noise) {
    Volume<std::uint8_t> depth = find_depth(scene.truth);
    Random random(4);
    for (auto& d : depth.values())
        d = static_cast<std::uint8_t>(std::clamp(d + 255 * random.normal(0, noise), 0., 255.));
    auto pieces = find_components(scene.classes, Connectivity::corners);
    SplitDepthOptions options;
    options.classes[3] = true;
    split_by_depth(pieces, depth.values(), {}, options);
    std::map<std::uint32_t, std::map<std::uint32_t, int>> votes;
    std::int64_t all = 0, right = 0;
    for (std::int64_t i = 0; i < scene.truth.count(); ++i)
        if (scene.truth[i] != 0) ++votes[pieces.volume[i]][scene.truth[i]];
    for (const auto& [part, of] : votes) {
        int most = 0;
        for (const auto& [number, count] : of) {
            most = std::max(most, count);
            all += count;
        }
        right += most;
    }
    std::int64_t counted = 0;
    for (std::uint32_t p = 1; p <= pieces.count(); ++p) {
        EXPECT_EQ(pieces.class_of[p], 3);
        EXPECT_EQ(pieces.volume[pieces.first_voxel[p]], p);
        counted += pieces.voxels[p];
    }
    EXPECT_EQ(counted, all);
    return {pieces.count(), static_cast<double>(right) / static_cast<double>(all)};
}

const Grid grid{{80, 60, 40}, {0.02, 0.024, 0.02}};

TEST(SplitDepth, TubesSideBySideAreTwoAndBentOnesOne) {
    for (const double noise : {0.0, 0.05}) {
        const auto two =
            split(draw({{{0.2, 0.5, 0.4}, {1.4, 0.5, 0.4}, 0.14}, {{0.2, 0.78, 0.4}, {1.4, 0.74, 0.4}, 0.14}},
                       grid),
                  noise);
        EXPECT_EQ(two.first, 2U) << noise;
        EXPECT_GT(two.second, 0.97) << noise;
    }
    // A bend of one object: both rods have one number.
    RodScene bent =
        draw({{{0.2, 0.4, 0.4}, {0.8, 0.4, 0.4}, 0.14}, {{0.8, 0.4, 0.4}, {1.2, 1.0, 0.4}, 0.14}}, grid);
    for (auto& n : bent.truth.values()) n = n > 0 ? 1 : 0;
    EXPECT_EQ(split(bent, 0).first, 1U);
    EXPECT_EQ(split(bent, 0.05).first, 1U);
}

TEST(SplitDepth, TouchingBallsOfVeryDifferentSizesAreSplit) {
    const Vec3 big{0.6, 0.7, 0.4}, small{1.04, 0.7, 0.4};
    const auto parts = split(draw({{big, big, 0.36}, {small, small, 0.09}}, grid), 0);
    EXPECT_EQ(parts.first, 2U);
    EXPECT_GT(parts.second, 0.99);
}

TEST(SplitDepth, CrossingTubesThatTouchAreTwo) {
    const auto parts = split(
        draw({{{0.2, 0.7, 0.26}, {1.4, 0.7, 0.26}, 0.1}, {{0.8, 0.2, 0.46}, {0.8, 1.2, 0.46}, 0.1}}, grid),
        0);
    EXPECT_EQ(parts.first, 2U);
    EXPECT_GT(parts.second, 0.97);
}

TEST(SplitDepth, OtherClassesStayAndAFlatDepthSplitsNothing) {
    const RodScene scene =
        draw({{{0.2, 0.5, 0.4}, {1.4, 0.5, 0.4}, 0.14}, {{0.2, 0.78, 0.4}, {1.4, 0.78, 0.4}, 0.14}}, grid);
    auto pieces = find_components(scene.classes, Connectivity::corners);
    const std::vector<std::uint32_t> before(pieces.volume.values().begin(), pieces.volume.values().end());
    const std::vector<std::uint8_t> flat(before.size(), 100);
    SplitDepthOptions options;
    split_by_depth(pieces, find_depth(scene.truth).values(), {}, options);
    EXPECT_TRUE(std::equal(before.begin(), before.end(), pieces.volume.values().begin()))
        << "no class asked for";
    options.classes[3] = true;
    split_by_depth(pieces, flat, {}, options);
    EXPECT_EQ(pieces.count(), 1U);
    // What separates lies in another map: the same valley from the separation alone.
    std::vector<std::uint8_t> separation(before.size());
    for (std::int64_t i = 0; i < scene.truth.count(); ++i) {
        const auto y = i / 80 % 60;
        separation[static_cast<std::size_t>(i)] = y == 26 || y == 27 ? 255 : 0;
    }
    split_by_depth(pieces, flat, separation, options);
    EXPECT_EQ(pieces.count(), 2U);
}

TEST(SplitDepth, RefusesWhatCannotBe) {
    const Grid small{{4, 3, 2}, {0.02, 0.02, 0.02}};
    auto pieces = find_components(ClassVolume(small, 3), Connectivity::corners);
    const std::vector<std::uint8_t> depth(24, 100);
    SplitDepthOptions options;
    options.classes[3] = true;
    for (const double valley : {-0.1, 1.1, std::nan("")}) {
        options.least_valley = valley;
        EXPECT_THROW(split_by_depth(pieces, depth, {}, options), UsageError) << valley;
    }
    for (const double valley : {0.0, 1.0}) {
        options.least_valley = valley;
        EXPECT_NO_THROW(split_by_depth(pieces, depth, {}, options)) << valley;
    }
    EXPECT_EQ(pieces.count(), 1U);
    // More voxels than there are numbers, as the pieces say: no test has the memory for them.
    pieces.voxels[1] = 4'294'967'295;
    EXPECT_THROW(split_by_depth(pieces, depth, {}, options), InputError);
    options.classes[3] = false;  // of other classes there may be as many as memory holds
    EXPECT_NO_THROW(split_by_depth(pieces, depth, {}, options));
}

}  // namespace
}  // namespace cytomo
