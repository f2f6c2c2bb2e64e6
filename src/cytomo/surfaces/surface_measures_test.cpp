// Measures of exact meshes and of surfaces from voxels, with and without the missing wedge.
#include "cytomo/surfaces/surface_measures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/surfaces/test_meshes.h"
#include "cytomo/surfaces/test_validation.h"

namespace cytomo {
namespace {

using namespace test_shapes;

/// A grid that surrounds everything, for meshes that come from none.
Grid around_all(double voxel) {
    return {{10, 10, 10}, {voxel, voxel, voxel}, {-1000, -1000, -1000}};
}

TEST(SurfaceMeasures, OfABall) {
    const Vec3 voxel{0.01, 0.01, 0.02};
    const double r = 0.16;
    const Shape ball = sphere(r);
    const Grid grid = grid_around(ball, voxel, {0.31, 0.42, 0.13});
    SurfaceScalars scalars;
    const Mesh mesh = surface_of_object(ball, grid, Source::soft_probabilities);
    const SurfaceMeasures m = measure_surface(mesh, grid, {-60, 60, 20}, &scalars);
    EXPECT_NEAR(m.volume_um3 / ball.volume_um3, 1, 0.01);
    EXPECT_NEAR(m.area_um2 / ball.area_um2, 1, 0.01);
    EXPECT_EQ(m.cut_area_um2, 0);
    EXPECT_NEAR(m.unsupported_share, 1.0 / 3, 0.02);
    EXPECT_NEAR(m.supported_area_um2 / m.area_um2, 2.0 / 3, 0.02);
    for (const auto* c : {&m.curvature, &m.supported_curvature}) {
        EXPECT_NEAR(c->mean_per_um.mean * r, 1, 0.02);
        EXPECT_NEAR(c->mean_per_um.median * r, 1, 0.02);
        EXPECT_NEAR(c->gaussian_per_um2.mean * r * r, 1, 0.04);
        EXPECT_GT(c->mean_per_um.percentile_5 * r, 0.9);
        EXPECT_LT(c->mean_per_um.percentile_95 * r, 1.1);
        EXPECT_LE(c->first_per_um.percentile_5, c->first_per_um.median);
        EXPECT_LE(c->first_per_um.median, c->first_per_um.percentile_95);
        EXPECT_GE(c->first_per_um.mean, c->second_per_um.mean);
    }
    ASSERT_EQ(scalars.unsupported.size(), mesh.vertices.size());
    const auto marked = std::count(scalars.unsupported.begin(), scalars.unsupported.end(), 1);
    EXPECT_NEAR(static_cast<double>(marked) / static_cast<double>(mesh.vertices.size()), 1.0 / 3, 0.05);
    const auto colours = curvature_colours(scalars, 1 / r);
    for (std::size_t v = 0; v < colours.size(); ++v) {
        if (scalars.unsupported[v] != 0) {
            EXPECT_EQ(colours[v], (std::array<std::uint8_t, 3>{150, 150, 150}));
        } else {
            EXPECT_GT(colours[v][0], colours[v][2]);
        }
    }
    EXPECT_EQ(measure_surface(mesh, grid, {-90, 90, 0}).supported_area_um2, m.area_um2);
}

TEST(SurfaceMeasures, PercentilesOfATorusByArea) {
    // Around the tube (angle v) the area grows as ring + tube cos v, and the second curvature is
    // cos v / (ring + tube cos v), which grows with cos v: its percentiles follow from the area.
    const double ring = 3, tube = 1;
    const Mesh mesh = test_meshes::torus_mesh(ring, tube, 360, 120);
    const SurfaceMeasures m = measure_surface(mesh, around_all(0.04), {});
    EXPECT_NEAR(m.volume_um3, 2 * std::pow(std::numbers::pi, 2) * ring, 0.05);
    const auto at_share = [&](double share) {  // the angle v above which lies 1 - share of the area
        double low = 0, high = std::numbers::pi;
        for (int i = 0; i < 60; ++i) {
            const double v = (low + high) / 2;
            (((ring * v + tube * std::sin(v)) / (ring * std::numbers::pi) > 1 - share) ? high : low) = v;
        }
        return std::cos(low) / (ring + tube * std::cos(low));
    };
    EXPECT_NEAR(m.curvature.second_per_um.percentile_5, at_share(0.05), 0.01);
    EXPECT_NEAR(m.curvature.second_per_um.median, at_share(0.5), 0.01);
    EXPECT_NEAR(m.curvature.second_per_um.percentile_95, at_share(0.95), 0.01);
    EXPECT_NEAR(m.curvature.first_per_um.mean, 1, 0.01);
    EXPECT_NEAR(m.curvature.mean_per_um.mean, 0.5, 0.005);
    EXPECT_NEAR(m.curvature.gaussian_per_um2.mean, 0, 0.005);
}

TEST(SurfaceMeasures, TheWedgeLeavesOutTheFlatSidesOfALens) {
    // Flat across the beam: most of the area is unsupported, and what remains bends more.
    const Mesh mesh = test_meshes::ellipsoid_mesh({1, 1, 0.25}, 150);
    const SurfaceMeasures m = measure_surface(mesh, around_all(0.02), {});
    EXPECT_GT(m.unsupported_share, 0.6);
    EXPECT_GT(m.supported_curvature.mean_per_um.mean, 1.5 * m.curvature.mean_per_um.mean);
}

TEST(SurfaceMeasures, CutsAtTheBorderAreNoSurface) {
    const double r = 0.1;
    const Shape ball = sphere(r);
    Grid half = grid_around(ball, {0.01, 0.01, 0.01}, {0.3, 0.2, 0});
    half.size.z = half.size.z / 2 + 1;  // the last voxels are centred on the middle
    const SurfaceMeasures m =
        measure_surface(surface_of_object(ball, half, Source::soft_probabilities), half, {});
    const double height = 0.005, cut = std::numbers::pi * (r * r - height * height),
                 sphere_part = 2 * std::numbers::pi * r * (r + height);
    EXPECT_NEAR(m.cut_area_um2 / cut, 1, 0.02);
    EXPECT_NEAR((m.area_um2 - m.cut_area_um2) / sphere_part, 1, 0.02);
    EXPECT_NEAR(m.curvature.mean_per_um.mean * r, 1, 0.03);
    EXPECT_LT(m.supported_area_um2, m.area_um2 - m.cut_area_um2);

    // All of the surface is a cut.
    const Grid full_grid{{6, 5, 4}, {0.01, 0.02, 0.03}, {}};
    InstanceVolume full(full_grid, 1);
    const SurfaceMeasures f = measure_surface(extract_objects(full, 1)[1], full_grid, {});
    EXPECT_NEAR(f.cut_area_um2 / f.area_um2, 1, 1e-6);
    EXPECT_TRUE(std::isnan(f.unsupported_share));
    EXPECT_TRUE(std::isnan(f.curvature.mean_per_um.mean));
}

TEST(SurfaceMeasures, GapsInTheNumbersAndThreads) {
    const Grid grid = around_all(0.1);
    std::vector<Mesh> meshes(4);
    meshes[1] = test_meshes::ellipsoid_mesh({1, 1, 1}, 30);
    meshes[3] = test_meshes::ellipsoid_mesh({1, 2, 1}, 20);
    const std::array<std::uint8_t, 4> class_of{0, 3, 3, 5};
    std::vector<SurfaceScalars> scalars;
    set_thread_count(1);
    const auto one = measure_surfaces(meshes, class_of, grid, {}, &scalars);
    set_thread_count(3);
    const auto three = measure_surfaces(meshes, class_of, grid, {});
    set_thread_count(0);
    ASSERT_EQ(one.size(), 2U);
    EXPECT_EQ(one[1].object, 3U);
    EXPECT_EQ(one[1].class_id, 5);
    EXPECT_EQ(scalars.size(), 4U);
    EXPECT_EQ(scalars[1].unsupported.size(), meshes[1].vertices.size());
    EXPECT_TRUE(scalars[2].unsupported.empty());
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(one[i].supported_area_um2, three[i].supported_area_um2);
        EXPECT_EQ(one[i].curvature.mean_per_um.mean, three[i].curvature.mean_per_um.mean);
        EXPECT_EQ(one[i].curvature.first_per_um.median, three[i].curvature.first_per_um.median);
    }
    EXPECT_THROW(measure_surfaces(meshes, class_of, grid, {5, 5, 0}), UsageError);

    const Table table = surfaces_table(one, default_legend());
    EXPECT_EQ(table.name, "surfaces");
    std::set<std::string> names;
    for (const auto& c : table.columns) {
        EXPECT_TRUE(names.insert(c.name).second) << c.name;
        EXPECT_FALSE(c.description.empty());
    }
    EXPECT_TRUE(names.contains("supported_gaussian_curvature_percentile_95_per_um2"));
    // Another number than the volume_um3 of objects.csv, and another name.
    EXPECT_EQ(table.columns[3].name, "mesh_volume_um3");
    EXPECT_FALSE(names.contains("volume_um3"));
    ASSERT_EQ(table.rows.size(), 2U);
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size());
    EXPECT_EQ(std::get<std::string>(table.rows[1][2]), "vesicle");
    EXPECT_NEAR(std::get<double>(table.rows[0][8]), 1, 0.02);
}

TEST(SurfaceMeasures, NothingAndOneVoxel) {
    const SurfaceMeasures none = measure_surface({}, around_all(1), {});
    EXPECT_EQ(none.area_um2, 0);
    EXPECT_TRUE(std::isnan(none.curvature.mean_per_um.mean));
    EXPECT_TRUE(measure_surfaces({}, {}, around_all(1), {}).empty());
    EXPECT_TRUE(surfaces_table({}, default_legend()).rows.empty());

    InstanceVolume v(Grid{{5, 5, 5}, {0.01, 0.02, 0.03}, {}});
    v(2, 2, 2) = 1;
    v(0, 0, 4) = 2;
    for (const auto& mesh : extract_objects(v, 2)) {
        if (mesh.empty()) continue;
        const SurfaceMeasures m = measure_surface(mesh, v.grid(), {});
        EXPECT_GT(m.area_um2, 0);
        EXPECT_GE(m.supported_area_um2, 0);
        EXPECT_LE(m.supported_area_um2, m.area_um2);
    }
}

TEST(SurfaceMeasures, ManySmallObjects) {
    std::vector<Mesh> meshes(20'001);
    std::vector<std::uint8_t> class_of(meshes.size(), 5);
    const Mesh small = test_meshes::ellipsoid_mesh({0.02, 0.02, 0.02}, 3);
    for (std::size_t n = 1; n < meshes.size(); ++n) meshes[n] = small;
    const auto all = measure_surfaces(meshes, class_of, around_all(0.01), {});
    ASSERT_EQ(all.size(), 20'000U);
    EXPECT_EQ(all.front().area_um2, all.back().area_um2);
}

}  // namespace
}  // namespace cytomo
