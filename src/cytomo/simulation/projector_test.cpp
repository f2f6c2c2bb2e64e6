#include "cytomo/simulation/projector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "cytomo/core/golden_file.h"
#include "cytomo/core/random.h"
#include "cytomo/simulation/reconstruction.h"

namespace cytomo {
namespace {

constexpr double degree = std::numbers::pi / 180;

std::vector<float> empty_slice(const SliceGeometry& g) {
    return std::vector<float>(static_cast<std::size_t>(g.slice_values()), 0.0F);
}

/// A disc of value 1, by 6 x 6 samples a voxel; centre and radius in µm from the axis.
std::vector<float> disc(const SliceGeometry& g, double cx, double cz, double radius) {
    auto slice = empty_slice(g);
    constexpr int samples = 6;
    for (std::int64_t z = 0; z < g.nz; ++z)
        for (std::int64_t x = 0; x < g.nx; ++x) {
            int inside = 0;
            for (int b = 0; b < samples; ++b)
                for (int a = 0; a < samples; ++a) {
                    const double px =
                        (static_cast<double>(x) - g.axis_x + (a + 0.5) / samples - 0.5) * g.voxel_x_um - cx;
                    const double pz =
                        (static_cast<double>(z) - g.axis_z + (b + 0.5) / samples - 0.5) * g.voxel_z_um - cz;
                    inside += px * px + pz * pz < radius * radius;
                }
            for (std::int64_t j = 0; j < lanes; ++j)
                slice[static_cast<std::size_t>(g.at(x, z) + j)] =
                    static_cast<float>(inside * (j + 1)) / (samples * samples);
        }
    return slice;
}

TEST(Projector, InterpolatedLinesAreWhatOneWouldReadOff) {
    const SliceGeometry g{37, 29, 0.02, 0.027, 15.2, 17.7, 31, 0.018, 14.6};
    Random random(4);
    const std::vector<double> angles{-120 * degree, -50 * degree, 0, 20 * degree, 90 * degree};
    const std::vector<double> weights{0.3, 1.1, 0.7, 2, 0.4};
    std::vector<float> lines(angles.size() * static_cast<std::size_t>(g.row_values()));
    for (float& v : lines) v = static_cast<float>(random.normal());
    auto slice = empty_slice(g);
    add_interpolated(g, angles, weights, lines.data(), slice.data());
    for (std::int64_t z = 0; z < g.nz; ++z)
        for (std::int64_t x = 0; x < g.nx; ++x) {
            double expected = 0;
            for (std::size_t t = 0; t < angles.size(); ++t) {
                const double u = g.axis_detector +
                                 ((static_cast<double>(x) - g.axis_x) * g.voxel_x_um * std::cos(angles[t]) +
                                  (static_cast<double>(z) - g.axis_z) * g.voxel_z_um * std::sin(angles[t])) /
                                     g.pitch_um;
                const double at = std::min(std::max(u, 0.0), 30.0), low = std::min(std::floor(at), 29.0);
                const auto value = [&](double pixel) {
                    return static_cast<double>(lines[t * static_cast<std::size_t>(g.row_values()) +
                                                     static_cast<std::size_t>(pixel) * lanes + 5]);
                };
                expected += weights[t] * (value(low) + (at - low) * (value(low + 1) - value(low)));
            }
            ASSERT_NEAR(slice[static_cast<std::size_t>(g.at(x, z) + 5)], expected, 1e-5) << x << " " << z;
        }
}

TEST(Projector, LineIntegralsOfADiscAreItsChords) {
    // Unequal voxels, a detector of its own pitch, the axis off the middle.
    const SliceGeometry g{160, 128, 0.02, 0.025, 75.3, 66.1, 220, 0.018, 108.4};
    const double cx = 0.11, cz = -0.08, radius = 1.0;
    const auto slice = disc(g, cx, cz, radius);
    for (const double angle : {-75.0, -60.0, -45.0, -20.0, 0.0, 1.0, 33.0, 45.0, 52.0, 65.0, 90.0}) {
        std::vector<float> row(static_cast<std::size_t>(g.row_values()), 0.0F);
        const double shift = 0.013;
        const double angles[] = {angle * degree};
        project(g, angles, shift, slice.data(), row.data());
        const double centre = cx * std::cos(angle * degree) + cz * std::sin(angle * degree) + shift;
        for (std::int64_t u = 0; u < g.detectors; ++u) {
            const double offset = (static_cast<double>(u) - g.axis_detector) * g.pitch_um - centre;
            const float lane0 = row[static_cast<std::size_t>(u * lanes)];
            if (std::fabs(offset) < 0.7 * radius) {
                const double chord = 2 * std::sqrt(radius * radius - offset * offset);
                EXPECT_NEAR(lane0, chord, 0.005 * chord) << "angle " << angle << ", detector " << u;
                EXPECT_NEAR(row[static_cast<std::size_t>(u * lanes + 6)], 7 * chord, 0.035 * chord);
            } else if (std::fabs(offset) > radius + 0.06) {
                EXPECT_EQ(lane0, 0) << "angle " << angle << ", detector " << u;
            }
        }
    }
}

TEST(Projector, BackProjectionIsTheExactTranspose) {
    Random random(4);
    // Also voxels that are long along the beam: a voxel then reaches several detector pixels.
    for (const SliceGeometry& g : {SliceGeometry{41, 23, 0.02, 0.02, 20, 11, 50, 0.02, 24.5},
                                   SliceGeometry{30, 17, 0.02, 0.05, 13.2, 9.1, 27, 0.013, 10.4},
                                   SliceGeometry{17, 40, 0.05, 0.02, 8, 20, 61, 0.02, 30}}) {
        for (const double angle : {-90.0, -71.0, -45.0, -3.0, 0.0, 12.0, 45.0, 63.0, 88.0}) {
            auto x = empty_slice(g), transposed = empty_slice(g);
            std::vector<float> y(static_cast<std::size_t>(g.row_values())), projected(y.size(), 0.0F);
            for (std::int64_t k = 0; k < g.nz; ++k)
                for (std::int64_t i = 0; i < g.nx * lanes; ++i)
                    x[static_cast<std::size_t>(g.at(0, k) + i)] = static_cast<float>(random.uniform(0, 1));
            for (float& v : y) v = static_cast<float>(random.uniform(0, 1));
            const double angles[] = {angle * degree};
            project(g, angles, 0.007, x.data(), projected.data());
            back_project(g, angles, 0.007, y.data(), transposed.data());
            double left = 0, right = 0;
            for (std::size_t i = 0; i < y.size(); ++i) left += static_cast<double>(projected[i]) * y[i];
            for (std::size_t i = 0; i < x.size(); ++i) right += static_cast<double>(transposed[i]) * x[i];
            EXPECT_NEAR(left, right, 1e-5 * std::fabs(left)) << "angle " << angle << ", nx " << g.nx;
        }
    }
}

/// The case of tests/golden/simulation_golden.py.
struct Golden {
    GoldenFile file{"simulation_golden.txt"};
    const std::vector<double>& geometry = file["geometry"];
    SliceGeometry g{static_cast<std::int64_t>(geometry[0]),
                    static_cast<std::int64_t>(geometry[1]),
                    geometry[2],
                    geometry[3],
                    geometry[4],
                    geometry[5],
                    static_cast<std::int64_t>(geometry[6]),
                    geometry[7],
                    geometry[8]};
    std::vector<double> angles_rad() const {
        std::vector<double> a = file["angles_deg"];
        for (double& v : a) v *= degree;
        return a;
    }
};

TEST(Projector, AgreesWithAPlainImplementation) {
    const Golden golden;
    const SliceGeometry& g = golden.g;
    auto slice = empty_slice(g);
    const auto& values = golden.file["slice"];
    for (std::int64_t z = 0; z < g.nz; ++z)
        for (std::int64_t x = 0; x < g.nx; ++x)
            slice[static_cast<std::size_t>(g.at(x, z) + 3)] =
                static_cast<float>(values[static_cast<std::size_t>(z * g.nx + x)]);
    const auto angles = golden.angles_rad();
    std::vector<float> lines(angles.size() * static_cast<std::size_t>(g.row_values()), 0.0F);
    project(g, angles, golden.geometry[9], slice.data(), lines.data());
    const auto& expected = golden.file["lines"];
    ASSERT_EQ(expected.size(), lines.size() / lanes);
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_NEAR(lines[i * lanes + 3], expected[i], 2e-5) << "ray " << i;

    const auto& from = golden.file["back_from"];
    std::fill(lines.begin(), lines.end(), 0.0F);
    for (std::size_t i = 0; i < from.size(); ++i) lines[i * lanes + 5] = static_cast<float>(from[i]);
    auto back = empty_slice(g);
    back_project(g, angles, golden.geometry[9], lines.data(), back.data());
    const auto& expected_back = golden.file["back"];
    for (std::int64_t z = 0; z < g.nz; ++z)
        for (std::int64_t x = 0; x < g.nx; ++x)
            EXPECT_NEAR(back[static_cast<std::size_t>(g.at(x, z) + 5)],
                        expected_back[static_cast<std::size_t>(z * g.nx + x)], 2e-4)
                << x << " " << z;
}

TEST(Projector, SirtAgreesWithAPlainImplementation) {
    const Golden golden;
    const SliceGeometry& g = golden.g;
    TiltSeries series;
    series.angles_deg = golden.file["angles_deg"];
    series.detectors = g.detectors;
    series.rows = 1;
    series.pitch_um = g.pitch_um;
    series.axis_detector = g.axis_detector;
    for (const double v : golden.file["sirt_images"]) series.absorption.push_back(static_cast<float>(v));
    const Grid grid{{g.nx, 1, g.nz}, {g.voxel_x_um, 0.01, g.voxel_z_um}, {}};
    ReconstructionOptions options;
    options.iterations = 5;
    std::vector<double> residuals;
    const Volume<float> found =
        reconstruct(series, grid, g.axis_x * g.voxel_x_um, g.axis_z * g.voxel_z_um, options, {}, &residuals);
    const auto& expected = golden.file["sirt_5"];
    for (std::int64_t i = 0; i < found.count(); ++i)
        EXPECT_NEAR(found[i], expected[static_cast<std::size_t>(i)], 1e-3) << i;
    const auto& falling = golden.file["sirt_residuals"];
    ASSERT_EQ(residuals.size(), falling.size());
    for (std::size_t i = 0; i < falling.size(); ++i) EXPECT_NEAR(residuals[i], falling[i], 1e-4 * falling[0]);
}

TEST(Projector, ManyAnglesTogetherAreTheSameAsOneByOne) {
    const SliceGeometry g{40, 30, 0.02, 0.02, 19, 14, 52, 0.02, 25};
    const auto slice = disc(g, 0.1, 0.05, 0.2);
    std::vector<double> angles;
    for (int i = 0; i < 29; ++i) angles.push_back((i * 6 - 84) * degree);
    const auto line = static_cast<std::size_t>(g.row_values());
    std::vector<float> together(angles.size() * line, 0.0F), alone(together.size(), 0.0F);
    project(g, angles, 0, slice.data(), together.data());
    for (std::size_t t = 0; t < angles.size(); ++t)
        project(g, std::span(angles).subspan(t, 1), 0, slice.data(), alone.data() + t * line);
    EXPECT_EQ(together, alone);
}

TEST(Projector, DepthSlabsAddUpToTheProjectionAndSeparateDepths) {
    const SliceGeometry g{64, 64, 0.02, 0.02, 31.5, 31.5, 90, 0.02, 44.5};
    const auto slice = disc(g, 0.0, 0.35, 0.15);  // well above the axis
    constexpr int slabs = 4;
    std::vector<float> whole(static_cast<std::size_t>(g.row_values()), 0.0F);
    std::vector<float> parts(whole.size() * slabs, 0.0F);
    const double straight[] = {0.0};
    project(g, straight, 0, slice.data(), whole.data());
    project_by_depth(g, 0, 0, 0.64, slabs, slice.data(), parts.data());
    for (std::size_t i = 0; i < whole.size(); ++i) {
        float sum = 0;
        for (std::size_t s = 0; s < slabs; ++s) sum += parts[s * whole.size() + i];
        EXPECT_NEAR(sum, whole[i], 1e-5);
        EXPECT_EQ(parts[i], 0) << "nothing lies upstream of the axis";
        EXPECT_EQ(parts[whole.size() + i], 0);
    }
}

}  // namespace
}  // namespace cytomo
