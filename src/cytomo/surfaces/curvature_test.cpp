// Shapes whose curvature is known at each point.
#include "cytomo/surfaces/curvature.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/surfaces/fields.h"
#include "cytomo/surfaces/smooth.h"
#include "cytomo/surfaces/test_shapes.h"

namespace cytomo {
namespace {

using namespace test_shapes;

double longest(Vec3 v) {
    return std::max({v.x, v.y, v.z});
}

struct Scatter {
    double bias = 0;  ///< mean of measured / true - 1
    double rms = 0;   ///< root mean square of the same
    std::int64_t count = 0;
    void add(double measured, double expected) {
        const double e = measured / expected - 1;
        bias += e;
        rms += e * e;
        ++count;
    }
    void finish() {
        bias /= static_cast<double>(count);
        rms = std::sqrt(rms / static_cast<double>(count));
    }
};

/// A surface as the program makes it, from 8-bit probabilities, smoothed.
Mesh surface_of(const Shape& shape, const Grid& grid) {
    Mesh mesh = extract_class(probabilities_of(shape, grid, Edge::sigmoid), 1);
    SmoothOptions smooth;
    smooth.iterations = 8;
    smooth_surface(mesh, smooth);
    return mesh;
}

const std::array<Vec3, 3> voxels{Vec3{0.01, 0.01, 0.01}, Vec3{0.01, 0.012, 0.016}, Vec3{0.02, 0.02, 0.01}};

TEST(Curvature, OfBalls) {
    for (const Vec3 voxel : voxels)
        for (const double voxels_of_radius : {6.0, 10.0, 20.0}) {
            const double r = voxels_of_radius * longest(voxel);
            const Shape ball = sphere(r);
            const Mesh mesh = surface_of(ball, grid_around(ball, voxel, {0.31, 0.42, 0.13}));
            const Curvature c = measure_curvature(mesh, 2.5 * longest(voxel));
            Scatter mean, gaussian;
            for (std::size_t v = 0; v < mesh.vertices.size(); ++v) {
                mean.add(static_cast<double>(c.mean_per_um(v)), 1 / r);
                gaussian.add(static_cast<double>(c.gaussian_per_um2(v)), 1 / (r * r));
                ASSERT_GE(c.first_per_um[v], c.second_per_um[v]);
            }
            mean.finish();
            gaussian.finish();
            std::printf("ball of %.0f voxels: mean %.3f ± %.3f, Gaussian %.3f ± %.3f\n", voxels_of_radius,
                        mean.bias, mean.rms, gaussian.bias, gaussian.rms);
            EXPECT_NEAR(mean.bias, 0, 0.01);
            EXPECT_LT(mean.rms, 0.05);
            const MeanCurvature all = mean_curvature(mesh, c);
            EXPECT_NEAR(all.mean_per_um * r, 1, 0.01);
            EXPECT_NEAR(all.gaussian_per_um2 * r * r, 1, 0.02);
            EXPECT_NEAR(all.area_um2 / ball.area_um2, 1, 0.02);
        }
}

TEST(Curvature, OfATorusAtEachPlace) {
    for (const Vec3 voxel : voxels) {
        const double tube = 6 * longest(voxel), ring = 3 * tube;
        const Shape shape = torus(ring, tube);
        const Mesh mesh = surface_of(shape, grid_around(shape, voxel, {0.11, 0.27, 0.4}));
        const Curvature c = measure_curvature(mesh, 2.5 * longest(voxel));
        Scatter across;
        double along = 0;
        for (std::size_t v = 0; v < mesh.vertices.size(); ++v) {
            const auto& p = mesh.vertices[v];
            const double out = (std::hypot(p[0], p[1]) - ring) / tube;  // cosine of the angle around the tube
            across.add(static_cast<double>(c.first_per_um[v]), 1 / tube);
            const double expected = out / (ring + tube * out);
            along += std::pow(static_cast<double>(c.second_per_um[v]) - expected, 2);
        }
        across.finish();
        along = std::sqrt(along / static_cast<double>(mesh.vertices.size())) * tube;
        std::printf("torus: across %.3f ± %.3f, along ± %.3f of 1/tube\n", across.bias, across.rms, along);
        EXPECT_NEAR(across.bias, 0, 0.02);
        EXPECT_LT(across.rms, 0.06);
        EXPECT_LT(along, 0.05);
        // Gauss and Bonnet: the integral vanishes on a torus.
        const MeanCurvature all = mean_curvature(mesh, c);
        EXPECT_NEAR(all.gaussian_per_um2 * tube * tube, 0, 0.02);
    }
}

TEST(Curvature, OfASaddle) {
    // z = -(a x² + b y²) / 2 on a lattice with a far lid below; curvatures a and b in the middle.
    const double a = 3, b = -1;
    Mesh mesh;
    const int n = 21;
    for (int j = 0; j < n; ++j)
        for (int i = 0; i < n; ++i) {
            const double x = 0.02 * (i - n / 2), y = 0.02 * (j - n / 2);
            mesh.vertices.push_back({static_cast<float>(x), static_cast<float>(y),
                                     static_cast<float>(-(a * x * x + b * y * y) / 2)});
        }
    for (std::uint32_t j = 0; j + 1 < n; ++j)
        for (std::uint32_t i = 0; i + 1 < n; ++i) {
            const std::uint32_t p = j * n + i;
            mesh.triangles.push_back({p, p + 1, p + n});
            mesh.triangles.push_back({p + 1, p + n + 1, p + n});
        }
    const Curvature c = measure_curvature(mesh, 0.045);
    const std::size_t middle = (n / 2) * n + n / 2;
    EXPECT_NEAR(c.first_per_um[middle], a, 0.06);
    EXPECT_NEAR(c.second_per_um[middle], b, 0.06);
}

TEST(Curvature, CapsHaveNoneAndChangeNothing) {
    const Vec3 voxel{0.01, 0.01, 0.01};
    const double r = 0.1;
    const Shape ball = sphere(r);
    Grid half = grid_around(ball, voxel, {0.3, 0.2, 0});
    half.size.z = half.size.z / 2 + 1;
    SmoothOptions smooth;
    smooth.border = half;
    Mesh mesh = extract_class(probabilities_of(ball, half, Edge::sigmoid), 1);
    smooth_surface(mesh, smooth);
    const Curvature c = measure_curvature(mesh, 0.025, half);
    double worst = 0;
    std::int64_t without = 0;
    for (std::size_t v = 0; v < mesh.vertices.size(); ++v)
        if (std::isfinite(c.first_per_um[v]))
            worst = std::max(worst, std::abs(static_cast<double>(c.mean_per_um(v)) * r - 1));
        else
            ++without;
    EXPECT_GT(without, 100);
    EXPECT_LT(worst, 0.25);
    EXPECT_NEAR(mean_curvature(mesh, c).mean_per_um * r, 1, 0.03);
}

TEST(Curvature, SameAtAnyThreadCountAndForOddMeshes) {
    const Shape ball = sphere(0.2);
    const Mesh mesh = surface_of(ball, grid_around(ball, {0.01, 0.01, 0.01}, {0.3, 0.2, 0.1}));
    set_thread_count(1);
    const auto one = measure_curvature(mesh, 0.025);
    set_thread_count(3);
    const auto three = measure_curvature(mesh, 0.025);
    set_thread_count(0);
    EXPECT_EQ(one.first_per_um, three.first_per_um);
    EXPECT_TRUE(measure_curvature({}, 1).first_per_um.empty());
    const Mesh triangle{{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}, {{0, 1, 2}}};
    EXPECT_TRUE(std::isnan(measure_curvature(triangle, 1).first_per_um[0]));
    EXPECT_TRUE(std::isnan(mean_curvature(triangle, measure_curvature(triangle, 1)).mean_per_um));
    EXPECT_THROW(measure_curvature(triangle, 0), UsageError);
}

}  // namespace
}  // namespace cytomo
