#include "cytomo/measures/radial.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/core/random.h"
#include "cytomo/measures/cell_space.h"
#include "cytomo/measures/test_cells.h"

namespace cytomo {
namespace {

constexpr double outer_radius = 1.6, nucleus_radius = 0.6;

/// A round cell with a nucleus, in which each voxel is a droplet with the chance that `density` gives it.
template <class Density>
TestCell speckled_cell(Density density) {
    const Grid grid{{90, 75, 60}, {0.04, 0.048, 0.06}, {}};
    const Vec3 middle = grid.world_from_voxel({44.6, 37.2, 29.4});
    TestCell cell(grid);
    cell.add_ball(middle, outer_radius, cytoplasm);
    cell.add_ball(middle, nucleus_radius, nucleus);
    Random random(2);
    cell.for_ball(middle, outer_radius, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
        const Vec3 p =
            grid.world_from_voxel({static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
        if (cell.classes(x, y, z) == cytoplasm && random.chance(density(length(p - middle))))
            cell.set_voxel(x, y, z, lipid_droplet, cell.instances.count() + 1);
    });
    return cell;
}

double ball_um3(double radius) {
    return 4.0 / 3 * std::numbers::pi * std::pow(radius, 3);
}

std::vector<ObjectPosition> exact_positions(const TestCell& cell) {
    const Grid& grid = cell.classes.grid();
    const Vec3 middle = grid.world_from_voxel({44.6, 37.2, 29.4});
    std::vector<ObjectPosition> positions;
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x) {
                if (cell.classes(x, y, z) != lipid_droplet) continue;
                ObjectPosition p;
                p.object = cell.instances.volume(x, y, z);
                p.class_id = lipid_droplet;
                const double r = length(grid.world_from_voxel({static_cast<double>(x), static_cast<double>(y),
                                                               static_cast<double>(z)}) -
                                        middle);
                p.nucleus_from_centroid_um = std::max(1e-6, r - nucleus_radius);
                p.membrane_from_centroid_um = std::max(1e-6, outer_radius - r);
                positions.push_back(p);
            }
    return positions;
}

TEST(RadialDistributions, UniformIsOneAndShellsHaveTheirVolume) {
    const TestCell cell = speckled_cell([](double) { return 0.1; });
    const auto bins = measure_radial_distributions(cell.classes, exact_positions(cell));
    ASSERT_GE(bins.size(), 8U);
    double available = 0;
    for (const RadialBin& b : bins) {
        EXPECT_EQ(b.class_id, lipid_droplet);
        const bool nuclear = b.reference == RadialReference::nucleus;
        const double shell = nuclear ? ball_um3(std::min(outer_radius, nucleus_radius + b.to_um)) -
                                           ball_um3(nucleus_radius + b.from_um)
                                     : ball_um3(outer_radius - b.from_um) -
                                           ball_um3(std::max(nucleus_radius, outer_radius - b.to_um));
        if (nuclear) available += b.available_um3;
        if (b.available_um3 < 0.3) continue;  // hardly anything there
        EXPECT_NEAR(b.available_um3, shell, 0.08 * shell + 0.05) << b.from_um;
        EXPECT_NEAR(b.relative_volume, 1, 0.12) << b.from_um;
        EXPECT_NEAR(b.relative_number, 1, 0.15) << b.from_um;
        EXPECT_NEAR(b.volume_fraction, 0.1, 0.012) << b.from_um;
    }
    EXPECT_NEAR(available, ball_um3(outer_radius) - ball_um3(nucleus_radius), 0.02 * available);
    const Table table = radial_table(bins, default_legend());
    EXPECT_EQ(table.rows[0].size(), table.columns.size());
}

TEST(RadialDistributions, ShowsWhatGathersAtTheMembrane) {
    const TestCell cell = speckled_cell([](double r) { return r > outer_radius - 0.25 ? 0.2 : 0.02; });
    const auto bins = measure_radial_distributions(cell.classes, exact_positions(cell));
    const double outer = ball_um3(outer_radius) - ball_um3(outer_radius - 0.25),
                 whole = ball_um3(outer_radius) - ball_um3(nucleus_radius);
    const double mean = (0.2 * outer + 0.02 * (whole - outer)) / whole;
    int seen = 0;
    for (const RadialBin& b : bins) {
        if (b.reference != RadialReference::membrane || b.from_um > 0.6) continue;
        EXPECT_NEAR(b.relative_volume, b.from_um == 0 ? 0.2 / mean : 0.02 / mean,
                    b.from_um == 0 ? 0.15 : 0.12);
        ++seen;
    }
    EXPECT_EQ(seen, 3);
}

TEST(RadialDistributions, LeaveOutWhereTheMembraneIsNotSeen) {
    // A cell that fills the volume: no membrane at all, no nucleus.
    TestCell cell(Grid{{20, 20, 20}, {0.05, 0.05, 0.05}, {}});
    for (std::int64_t i = 0; i < cell.classes.count(); ++i) cell.classes[i] = cytoplasm;
    cell.add_ball({0.5, 0.5, 0.5}, 0.2, vesicle);
    EXPECT_TRUE(measure_radial_distributions(cell.classes, {}).empty());
    // Background beyond x = 0.9: only what is nearer to it than to the border counts.
    for (std::int64_t i = 0; i < cell.classes.count(); ++i)
        if (i % 20 >= 18) cell.classes[i] = 0;
    double available = 0;
    for (const RadialBin& b : measure_radial_distributions(cell.classes, {})) {
        EXPECT_EQ(b.reference, RadialReference::membrane);
        EXPECT_LE(b.from_um, 0.5);
        available += b.available_um3;
    }
    // A pyramid with its top cut, within the box of 0.9 x 1 x 1 µm.
    EXPECT_NEAR(available, 1.0 / 6 * 0.9, 0.05);
    RadialOptions thin;
    thin.bin_um = 0;
    EXPECT_THROW(measure_radial_distributions(cell.classes, {}, thin), UsageError);
}

TEST(RadialDistributions, ThinnedVolumesKeepTheirPlace) {
    const Grid grid{{41, 40, 30}, {0.01, 0.02, 0.03}, {5, 6, 7}};
    ClassVolume classes(grid);
    classes(10, 21, 11) = 3;
    const ClassVolume coarse = thinned(classes, 12000);
    EXPECT_LE(coarse.count(), 12000);
    EXPECT_EQ(thinned(classes, 50000).grid(), grid);
    // Centres of coarse voxels are centres of fine ones, with the same class.
    for (std::int64_t z = 0; z < coarse.grid().size.z; ++z)
        for (std::int64_t y = 0; y < coarse.grid().size.y; ++y)
            for (std::int64_t x = 0; x + 1 < coarse.grid().size.x; ++x) {
                const Vec3 v = grid.voxel_from_world(coarse.grid().world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)}));
                ASSERT_NEAR(v.x, std::round(v.x), 1e-6);
                if (!grid.contains(std::llround(v.x), std::llround(v.y), std::llround(v.z))) continue;
                ASSERT_EQ(coarse(x, y, z), classes(std::llround(v.x), std::llround(v.y), std::llround(v.z)));
            }
}

}  // namespace
}  // namespace cytomo
