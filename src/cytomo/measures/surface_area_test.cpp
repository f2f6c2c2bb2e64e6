#include "cytomo/measures/surface_area.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "cytomo/core/random.h"
#include "cytomo/measures/objects.h"

namespace cytomo {
namespace {

double measured_surface_um2(const Grid& grid, const std::function<bool(Vec3)>& inside) {
    Instances one{InstanceVolume(grid), {0, 1}};
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x)
                if (inside(grid.world_from_voxel(
                        {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)})))
                    one.volume(x, y, z) = 1;
    const auto objects = measure_objects(one, nullptr);
    return objects.at(0).surface_um2;
}

TEST(SurfaceArea, SpheresWithinFivePercent) {
    double worst = 0;
    for (const Vec3 edge : {Vec3{0.02, 0.02, 0.02}, Vec3{0.02, 0.02, 0.01}, Vec3{0.01, 0.015, 0.02}}) {
        const double longest = std::max({edge.x, edge.y, edge.z});
        for (const double radius_voxels : {5.0, 7.5, 10.0, 20.0}) {
            const double r = radius_voxels * longest;
            const Grid grid{
                {static_cast<std::int64_t>(2 * r / edge.x) + 5, static_cast<std::int64_t>(2 * r / edge.y) + 5,
                 static_cast<std::int64_t>(2 * r / edge.z) + 5},
                edge,
                {1, -2, 3}};
            const Vec3 centre = grid.world_from_voxel({0.5 * static_cast<double>(grid.size.x) + 0.2,
                                                       0.5 * static_cast<double>(grid.size.y) - 0.3,
                                                       0.5 * static_cast<double>(grid.size.z) + 0.1});
            const double found = measured_surface_um2(grid, [&](Vec3 p) { return length(p - centre) <= r; });
            const double expected = 4 * std::numbers::pi * r * r;
            EXPECT_NEAR(found / expected, 1, 0.02) << radius_voxels << " voxels of " << edge.z;
            worst = std::max(worst, std::abs(found / expected - 1));
        }
    }
    RecordProperty("worst", std::to_string(worst));
}

TEST(SurfaceArea, FlatFacesInAnyDirection) {
    // What the weights give for a plane: Σ weights × lines crossed per area, for many directions.
    const auto worst = [](Vec3 edge) {
        const auto weights = surface_weights_um2(edge);
        Random random(3);
        double result = 0;
        for (int i = 0; i < 20000; ++i) {
            const Vec3 normal = normalized({random.normal(), random.normal(), random.normal()});
            double area = 0;
            for (std::size_t k = 0; k < weights.size(); ++k) {
                const Step s = surface_steps[k];
                area += weights[k] * std::abs(dot(normal, {s.x * edge.x, s.y * edge.y, s.z * edge.z})) /
                        (edge.x * edge.y * edge.z);
            }
            result = std::max(result, std::abs(area - 1));
        }
        return result;
    };
    EXPECT_LT(worst({0.02, 0.02, 0.02}), 0.08);
    EXPECT_LT(worst({0.02, 0.02, 0.01}), 0.16);
    EXPECT_LT(worst({0.01, 0.01, 0.02}), 0.15);
}

TEST(SurfaceArea, WeightsOfEqualEdgesAreThoseOfThePaper) {
    // Lehmann and Legland (2012): shares of the sphere per direction and its opposite, ×1/2.
    const auto w = surface_weights_um2({1, 1, 1});
    EXPECT_NEAR(w[0] / 2, 2 * 0.04577789120476, 1e-3);
    EXPECT_NEAR(w[3] / 2 * std::sqrt(2), 2 * 0.03698062787608, 1e-3);
    EXPECT_NEAR(w[9] / 2 * std::sqrt(3), 2 * 0.03519563978232, 1e-3);
}

}  // namespace
}  // namespace cytomo
