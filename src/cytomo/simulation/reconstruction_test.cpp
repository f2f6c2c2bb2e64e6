#include "cytomo/simulation/reconstruction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"

namespace cytomo {
namespace {

/// A sum of Gaussians, whose line integrals are known: x, z, deviation in µm, height in 1/µm.
struct Hill {
    double x, z, sigma, height;
};
const std::vector<Hill> hills{
    {0, 0, 0.45, 0.2}, {0.35, 0.2, 0.12, 0.3}, {-0.4, -0.3, 0.1, 0.4}, {0.1, -0.5, 0.15, 0.25}};

double value_at(double x, double z, double scale) {
    double sum = 0;
    for (const Hill& h : hills)
        sum +=
            h.height * std::exp(-((x - h.x) * (x - h.x) + (z - h.z) * (z - h.z)) / (2 * h.sigma * h.sigma));
    return scale * sum;
}

/// Exact projections; row r holds the hills times 1 + r / 10.
TiltSeries exact_series(const std::vector<double>& angles, std::int64_t detectors, std::int64_t rows) {
    TiltSeries s;
    s.angles_deg = angles;
    s.detectors = detectors;
    s.rows = rows;
    s.pitch_um = 0.025;
    s.axis_detector = (static_cast<double>(detectors) - 1) / 2;
    for (const double a : angles)
        for (std::int64_t r = 0; r < rows; ++r)
            for (std::int64_t u = 0; u < detectors; ++u) {
                const double at = (static_cast<double>(u) - s.axis_detector) * s.pitch_um;
                double sum = 0;
                for (const Hill& h : hills) {
                    const double d = at - h.x * std::cos(a * std::numbers::pi / 180) -
                                     h.z * std::sin(a * std::numbers::pi / 180);
                    sum += h.height * h.sigma * std::sqrt(2 * std::numbers::pi) *
                           std::exp(-d * d / (2 * h.sigma * h.sigma));
                }
                s.absorption.push_back(static_cast<float>(sum * (1 + 0.1 * static_cast<double>(r))));
            }
    return s;
}

std::vector<double> angles_between(double low, double high, double step) {
    std::vector<double> angles;
    for (double a = low; a <= high + 1e-9; a += step) angles.push_back(a);
    return angles;
}

const Grid grid{{128, 3, 112}, {0.025, 0.025, 0.03}, {}};  // unequal voxels
const Vec3 axis{63.5 * 0.025, 0, 55.5 * 0.03};

double relative_rms(const Volume<float>& found) {
    double squares = 0, truth = 0;
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x) {
                const Vec3 p = grid.world_from_voxel(
                                   {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)}) -
                               axis;
                if (p.x * p.x + p.z * p.z > 1.4 * 1.4) continue;
                const double expected = value_at(p.x, p.z, 1 + 0.1 * static_cast<double>(y));
                squares += (found(x, y, z) - expected) * (found(x, y, z) - expected);
                truth += expected * expected;
            }
    return std::sqrt(squares / truth);
}

TEST(Reconstruction, FbpRecoversASmoothObjectFromHalfATurn) {
    const TiltSeries series = exact_series(angles_between(-90, 89, 1), 160, 3);
    ReconstructionOptions options;
    options.method = ReconstructionMethod::fbp;
    for (const FbpWindow window :
         {FbpWindow::ramp, FbpWindow::shepp_logan, FbpWindow::hamming, FbpWindow::hann}) {
        options.window = window;
        EXPECT_LT(relative_rms(reconstruct(series, grid, axis.x, axis.z, options)), 0.02) << name(window);
    }
}

TEST(Reconstruction, FbpTakesDetectorsOfAnyWidth) {
    // The filter works on four places at once: the rest must not be lost.
    for (const std::int64_t detectors : {157, 158, 159, 161}) {
        ReconstructionOptions options;
        options.method = ReconstructionMethod::fbp;
        options.window = FbpWindow::ramp;
        const TiltSeries series = exact_series(angles_between(-90, 89, 1), detectors, 3);
        EXPECT_LT(relative_rms(reconstruct(series, grid, axis.x, axis.z, options)), 0.02) << detectors;
    }
}

TEST(Reconstruction, OrderedSubsetsGetAsFarInFewerIterations) {
    const TiltSeries series = exact_series(angles_between(-90, 88, 3), 160, 3);
    ReconstructionOptions options;
    options.iterations = 4;
    const double four = relative_rms(reconstruct(series, grid, axis.x, axis.z, options));
    options.subsets = 10;
    std::vector<double> residuals;
    set_thread_count(2);
    const Volume<float> found = reconstruct(series, grid, axis.x, axis.z, options, {}, &residuals);
    set_thread_count(0);
    EXPECT_LT(relative_rms(found), 0.05);
    EXPECT_LT(relative_rms(found), 0.3 * four);
    EXPECT_LT(residuals.back(), 0.1 * residuals.front());
    const Volume<float> again = reconstruct(series, grid, axis.x, axis.z, options);
    for (std::int64_t i = 0; i < found.count(); ++i) ASSERT_EQ(found[i], again[i]);
    // More sets than images: one image each.
    options.subsets = 500;
    options.iterations = 1;
    EXPECT_LT(relative_rms(reconstruct(series, grid, axis.x, axis.z, options)), four);
    options.subsets = 0;
    EXPECT_THROW(options.check(), UsageError);
}

TEST(Reconstruction, SirtApproachesTheObjectAndItsResidualFalls) {
    const TiltSeries series = exact_series(angles_between(-90, 88, 3), 160, 3);
    ReconstructionOptions options;
    options.iterations = 40;
    std::vector<double> residuals;
    EXPECT_LT(relative_rms(reconstruct(series, grid, axis.x, axis.z, options, {}, &residuals)), 0.05);
    ASSERT_EQ(residuals.size(), 40U);
    for (std::size_t i = 1; i < residuals.size(); ++i)
        EXPECT_LT(residuals[i], residuals[i - 1]) << "iteration " << i;
    EXPECT_LT(residuals.back(), 0.02 * residuals.front());
}

TEST(Reconstruction, SirtEndsWhereItsResidualHardlyFalls) {
    const TiltSeries series = exact_series(angles_between(-60, 60, 4), 160, 20);
    Grid rows = grid;
    rows.size.y = 20;
    ReconstructionOptions options;
    options.iterations = 60;
    std::vector<double> all;
    reconstruct(series, rows, axis.x, axis.z, options, {}, &all);
    options.tolerance = 0.04;
    std::vector<double> some;
    reconstruct(series, rows, axis.x, axis.z, options, {}, &some);
    ASSERT_GT(some.size(), 2U);
    ASSERT_LT(some.size(), 60U);
    for (std::size_t i = 1; i < some.size(); ++i) {
        EXPECT_EQ(some[i], all[i]);
        EXPECT_LT(some[i], 0.97 * some[i - 1]) << i;  // the middle rows decide, not all
    }
    const std::size_t n = some.size();
    EXPECT_GT(all[n], 0.95 * all[n - 1]);
}

TEST(Reconstruction, AMissingWedgeBlursAlongTheBeam) {
    const TiltSeries series = exact_series(angles_between(-60, 60, 2), 160, 3);
    const Volume<float> found = reconstruct(series, grid, axis.x, axis.z, {});
    // The small hill at (-0.4, -0.3): its value half a width away in z keeps more of its height than in x.
    const auto at = [&](double x, double z) {
        const Vec3 v = grid.voxel_from_world(axis + Vec3{x, 0, z});
        return found(std::llround(v.x), 0, std::llround(v.z));
    };
    const float top = at(-0.4, -0.3);
    EXPECT_GT((at(-0.4, -0.15) + at(-0.4, -0.45)) / top, 1.15 * (at(-0.25, -0.3) + at(-0.55, -0.3)) / top);
}

TEST(Reconstruction, VoxelsBesideTheImagesTakeWhatLiesThere) {
    // A layer far wider than the detector: without room for it, it piles up at the rim.
    const double half_um = 0.5, value = 0.3;
    TiltSeries series;
    series.detectors = 64;
    series.rows = 1;
    series.pitch_um = 0.025;
    series.axis_detector = 31.5;
    series.angles_deg = angles_between(-60, 60, 3);
    for (const double a : series.angles_deg)
        series.absorption.insert(
            series.absorption.end(), 64,
            static_cast<float>(value * 2 * half_um / std::cos(a * std::numbers::pi / 180)));
    const auto error = [&](std::int64_t beside) {
        const Grid wide{
            {64 + 2 * beside, 1, 60}, {0.025, 0.025, 0.025}, {-0.025 * static_cast<double>(beside), 0, 0}};
        const Volume<float> found = reconstruct(series, wide, 31.5 * 0.025, 29.5 * 0.025, {});
        double squares = 0;
        for (std::int64_t z = 0; z < 60; ++z)
            for (std::int64_t x = 0; x < 64; ++x) {
                const double expected =
                    std::fabs((static_cast<double>(z) - 29.5) * 0.025) < half_um ? value : 0;
                squares += std::pow(found(x + beside, 0, z) - expected, 2);
            }
        return std::sqrt(squares / (60 * 64));
    };
    EXPECT_LT(error(52), 0.5 * error(0));
}

TEST(Reconstruction, IsTheSameAtAnyThreadCount) {
    const TiltSeries series = exact_series(angles_between(-60, 60, 10), 64, 35);
    const Grid small{{64, 35, 20}, {0.025, 0.025, 0.025}, {}};
    set_thread_count(1);
    const auto one = reconstruct(series, small, 0.8, 0.25, {});
    set_thread_count(3);
    const auto three = reconstruct(series, small, 0.8, 0.25, {});
    set_thread_count(0);
    EXPECT_TRUE(std::equal(one.values().begin(), one.values().end(), three.values().begin()));
}

TEST(Reconstruction, RefusesIterationsOutOfRange) {
    ReconstructionOptions options;
    options.iterations = 0;
    EXPECT_THROW(options.check(), UsageError);
    options.iterations = 10;
    options.tolerance = 0.9;
    EXPECT_THROW(options.check(), UsageError);
}

}  // namespace
}  // namespace cytomo
