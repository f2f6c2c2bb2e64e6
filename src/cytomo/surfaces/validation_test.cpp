// Volume, area and curvature of known shapes after the whole path from voxels, and no surface runs through
// itself.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "cytomo/core/random.h"
#include "cytomo/surfaces/check.h"
#include "cytomo/surfaces/intersections.h"
#include "cytomo/surfaces/simplify.h"
#include "cytomo/surfaces/test_validation.h"

namespace cytomo {
namespace {

using namespace test_shapes;

const std::array<Vec3, 2> validation_voxels{Vec3{0.01, 0.01, 0.01}, Vec3{0.01, 0.01, 0.02}};

TEST(Validation, ProbabilitiesGiveVolumeAreaAndCurvature) {
    for (const Source source : {Source::soft_probabilities, Source::sharp_probabilities})
        for (const Vec3 voxel : validation_voxels)
            for (const double radius : {3.0, 6.0, 10.0})
                for (const Shape& shape : validation_shapes(radius * longest_edge(voxel))) {
                    SCOPED_TRACE(shape.name + " of radius " + std::to_string(radius) + ", edge along z " +
                                 std::to_string(voxel.z) +
                                 (source == Source::sharp_probabilities ? ", sharp" : ""));
                    const Grid grid = grid_around(shape, voxel, {0.31, 0.42, 0.13});
                    const Mesh mesh = surface_of_object(shape, grid, source);
                    const ShapeErrors e = errors_of(mesh, shape, grid);
                    EXPECT_NEAR(e.volume, 0, 0.01);
                    EXPECT_NEAR(e.area, 0, 0.02);
                    if (radius >= 6) {
                        EXPECT_NEAR(e.mean_curvature, 0, 0.05);
                    }
                    EXPECT_TRUE(check_mesh(mesh).watertight());
                    EXPECT_TRUE(find_self_intersections(mesh).empty());
                }
}

TEST(Validation, BallsOfTwentyVoxels) {
    for (const Source source : {Source::soft_probabilities, Source::sharp_probabilities, Source::labels})
        for (const Vec3 voxel : validation_voxels) {
            const Shape shape = sphere(20 * longest_edge(voxel));
            const Grid grid = grid_around(shape, voxel, {0.31, 0.42, 0.13});
            const ShapeErrors e = errors_of(surface_of_object(shape, grid, source), shape, grid);
            EXPECT_NEAR(e.volume, 0, 0.01);
            EXPECT_NEAR(e.area, 0, 0.02);
            EXPECT_NEAR(e.mean_curvature, 0, 0.05);
        }
}

TEST(Validation, LabelsGiveThemOnAverageOverPlaces) {
    // Voxels by their centres: at three voxels radius their number alone scatters by more than 1 %.
    for (const Vec3 voxel : validation_voxels)
        for (const double radius : {3.0, 6.0, 10.0})
            for (const Shape& shape : validation_shapes(radius * longest_edge(voxel))) {
                SCOPED_TRACE(shape.name + " of radius " + std::to_string(radius) + ", edge along z " +
                             std::to_string(voxel.z));
                Random random(7);
                const int places = radius < 6 ? 8 : radius < 10 ? 4 : 2;
                ShapeErrors mean;
                for (int i = 0; i < places; ++i) {
                    const Grid grid =
                        grid_around(shape, voxel, {random.uniform(), random.uniform(), random.uniform()});
                    const Mesh mesh = surface_of_object(shape, grid, Source::labels);
                    const ShapeErrors e = errors_of(mesh, shape, grid);
                    mean.volume += e.volume / places;
                    mean.area += e.area / places;
                    mean.mean_curvature += e.mean_curvature / places;
                    EXPECT_TRUE(check_mesh(mesh).watertight());
                    EXPECT_TRUE(find_self_intersections(mesh).empty());
                }
                EXPECT_NEAR(mean.volume, 0, 0.01);
                EXPECT_NEAR(mean.area, 0, 0.02);
                if (radius >= 6) {
                    EXPECT_NEAR(mean.mean_curvature, 0, 0.05);
                }
            }
}

TEST(Validation, SimplifiedSurfacesDoNotRunThroughThemselves) {
    for (const Vec3 voxel : validation_voxels)
        for (const double radius : {3.0, 6.0})
            for (const Shape& shape : validation_shapes(radius * longest_edge(voxel))) {
                const Grid grid = grid_around(shape, voxel, {0.31, 0.42, 0.13});
                const Mesh mesh = surface_of_object(shape, grid, Source::labels);
                for (const std::int64_t part : {4, 20}) {
                    SimplifyOptions options;
                    options.target_triangles = static_cast<std::int64_t>(mesh.triangles.size()) / part;
                    options.border = grid;
                    const Mesh small = simplify(mesh, options);
                    EXPECT_TRUE(find_self_intersections(small).empty())
                        << shape.name << " " << radius << " " << part;
                }
            }
}

/// Tubes and blobs of random places that touch, meet and leave the volume, as objects of noisy labels do.
TEST(Validation, TangledObjectsDoNotRunThroughThemselves) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        Random random(seed);
        const Grid grid{{48, 44, 30}, {0.01, 0.01, 0.015}, {}};
        std::vector<Shape> tubes;
        std::vector<Vec3> places;
        for (int i = 0; i < 7; ++i) {
            tubes.push_back(capsule(random.uniform(0.02, 0.05), random.uniform(0.05, 0.4),
                                    {random.normal(), random.normal(), random.normal()}));
            places.push_back({0.48 * random.uniform(), 0.44 * random.uniform(), 0.45 * random.uniform()});
        }
        const Shape tangle{"tangle",
                           [&](Vec3 p) {
                               double d = -1;
                               for (std::size_t i = 0; i < tubes.size(); ++i)
                                   d = std::max(d, tubes[i].distance_um(p - places[i]));
                               return d;
                           },
                           0,
                           0,
                           0,
                           {},
                           0};
        for (const Source source : {Source::soft_probabilities, Source::labels}) {
            const Mesh mesh = surface_of_object(tangle, grid, source);
            ASSERT_TRUE(check_mesh(mesh).watertight());
            const auto pairs = find_self_intersections(mesh);
            SimplifyOptions options;
            options.target_triangles = static_cast<std::int64_t>(mesh.triangles.size()) / 8;
            options.border = grid;
            const auto after = find_self_intersections(simplify(mesh, options));
            std::printf("tangle %d: %zu triangles, %zu pairs cross, %zu after simplification\n",
                        static_cast<int>(seed), mesh.triangles.size(), pairs.size(), after.size());
            EXPECT_TRUE(pairs.empty());
            EXPECT_TRUE(after.empty());
        }
    }
}

}  // namespace
}  // namespace cytomo
