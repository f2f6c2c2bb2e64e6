#include "cytomo/measures/distances.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/measures/test_cells.h"

namespace cytomo {
namespace {

const ObjectDistance* find(const Distances& d, std::uint32_t object, std::uint8_t to_class) {
    for (const ObjectDistance& pair : d.pairs)
        if (pair.object == object && pair.to_class == to_class) return &pair;
    return nullptr;
}

TEST(ObjectDistances, BallsInARoundCell) {
    const Grid grid{{150, 130, 110}, {0.02, 0.024, 0.028}, {-1, 2, 0.5}};
    const Vec3 middle = grid.world_from_voxel({74.6, 64.3, 54.8});
    TestCell cell(grid);
    cell.add_ball(middle, 1.4, cytoplasm);
    const std::uint32_t core = cell.add_ball(middle, 0.5, nucleus);
    struct Ball {
        Vec3 direction;
        double from_middle, radius;
        std::uint8_t class_id;
        std::uint32_t number;
    };
    std::vector<Ball> balls{{normalized({1, 0.3, -0.2}), 0.8, 0.2, vesicle, 0},
                            {normalized({-1, 0.5, 0.1}), 1.0, 0.25, lipid_droplet, 0},
                            {normalized({-0.2, -1, 0.4}), 0.9, 0.15, vesicle, 0},
                            {normalized({0.1, 0.2, 1}), 0.75, 0.2, mitochondrion, 0}};
    for (Ball& b : balls)
        b.number = cell.add_ball(middle + b.direction * b.from_middle, b.radius, b.class_id);
    const Distances d = measure_distances(cell.classes, cell.instances);
    ASSERT_EQ(d.positions.size(), 5U);
    const double tolerance = 0.55 * 0.028;
    for (const Ball& b : balls) {
        const ObjectPosition& p = d.positions[b.number - 1];
        EXPECT_EQ(p.object, b.number);
        EXPECT_NEAR(p.nucleus_gap_um, b.from_middle - b.radius - 0.5, tolerance);
        EXPECT_NEAR(p.membrane_gap_um, 1.4 - b.from_middle - b.radius, tolerance);
        EXPECT_NEAR(p.nucleus_from_centroid_um, b.from_middle - 0.5, tolerance);
        EXPECT_NEAR(p.membrane_from_centroid_um, 1.4 - b.from_middle, tolerance);
        EXPECT_NEAR(p.depth, (b.from_middle - 0.5) / 0.9, 0.015);
        EXPECT_FALSE(p.membrane_gap_at_least);
        EXPECT_FALSE(p.membrane_from_centroid_at_least);
        const ObjectDistance* to_nucleus = find(d, b.number, nucleus);
        ASSERT_NE(to_nucleus, nullptr);
        EXPECT_EQ(to_nucleus->nearest, core);
        EXPECT_EQ(to_nucleus->gap_um, p.nucleus_gap_um);
        for (const std::uint8_t c : {mitochondrion, lipid_droplet, vesicle}) {
            double expected = std::numeric_limits<double>::infinity();
            std::uint32_t nearest = 0;
            for (const Ball& other : balls) {
                if (other.class_id != c || other.number == b.number) continue;
                const double gap = length(b.direction * b.from_middle - other.direction * other.from_middle) -
                                   b.radius - other.radius;
                if (gap < expected) {
                    expected = gap;
                    nearest = other.number;
                }
            }
            const ObjectDistance* found = find(d, b.number, c);
            ASSERT_EQ(found != nullptr, nearest != 0);
            if (nearest == 0) continue;  // the only one of its class
            EXPECT_EQ(found->nearest, nearest);
            EXPECT_NEAR(found->gap_um, expected, tolerance);
        }
    }
    EXPECT_TRUE(std::isnan(d.positions[core - 1].nucleus_gap_um));
    EXPECT_NEAR(d.positions[core - 1].membrane_gap_um, 0.9, tolerance);
    const Table positions = positions_table(d.positions, default_legend());
    EXPECT_EQ(positions.rows.size(), 5U);
    EXPECT_EQ(positions.rows[0].size(), positions.columns.size());
    const Table distances = distances_table(d.pairs, default_legend());
    EXPECT_EQ(distances.rows[0].size(), distances.columns.size());
}

TEST(ObjectDistances, EqualEveryPairOfVoxels) {
    const Grid grid{{50, 44, 38}, {0.02, 0.03, 0.025}, {}};
    TestCell cell(grid);
    Random random(8);
    const std::uint8_t kinds[] = {nucleus, mitochondrion, lipid_droplet};
    for (int i = 0; i < 24; ++i)
        cell.add_ball({random.uniform(0, 1), random.uniform(0, 1.3), random.uniform(0, 0.95)},
                      random.uniform(0.02, 0.12), kinds[i % 3]);
    const std::uint32_t count = cell.instances.count();
    std::vector<std::vector<Vec3>> voxels(count + 1);
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x)
                voxels[cell.instances.volume(x, y, z)].push_back(grid.world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)}));
    const Distances d = measure_distances(cell.classes, cell.instances);
    int compared = 0;
    for (const ObjectDistance& pair : d.pairs) {
        double expected = std::numeric_limits<double>::infinity();
        for (std::uint32_t other = 1; other <= count; ++other) {
            if (other == pair.object || cell.instances.class_of[other] != pair.to_class) continue;
            for (const Vec3 a : voxels[pair.object])
                for (const Vec3 b : voxels[other]) expected = std::min(expected, length(a - b));
        }
        // Between centres of voxels there is half a voxel on either side more.
        EXPECT_NEAR(pair.gap_um, expected - 0.022, 0.025) << pair.object << " to " << int{pair.to_class};
        ++compared;
    }
    EXPECT_GT(compared, 50);
}

TEST(ObjectDistances, TheBorderOfTheVolumeIsNoMembrane) {
    // A cell that fills all but the planes above y = 1; nothing is known beyond x = 0.
    const Grid grid{{60, 60, 60}, {0.02, 0.025, 0.02}, {}};
    TestCell cell(grid);
    for (std::int64_t i = 0; i < grid.count(); ++i)
        if (i / grid.size.x % grid.size.y < 40) cell.classes[i] = cytoplasm;
    const double membrane = 39.5 * 0.025;
    cell.add_ball({0.603, 0.807, 0.606}, 0.1, vesicle);  // near the membrane
    cell.add_ball({0.203, 0.607, 0.606}, 0.1, vesicle);  // near the border
    cell.add_ball({0.0, 0.5, 0.6}, 0.1, vesicle);        // at the border
    const Distances d = measure_distances(cell.classes, cell.instances);
    ASSERT_EQ(d.positions.size(), 3U);
    EXPECT_FALSE(d.positions[0].membrane_gap_at_least);
    EXPECT_NEAR(d.positions[0].membrane_gap_um, membrane - 0.907, 0.01);
    EXPECT_TRUE(d.positions[1].membrane_gap_at_least);
    EXPECT_TRUE(d.positions[1].membrane_from_centroid_at_least);
    EXPECT_NEAR(d.positions[1].membrane_gap_um, 0.103 + 0.01, 0.01);
    EXPECT_NEAR(d.positions[1].membrane_from_centroid_um, 0.203 + 0.01, 0.006);
    EXPECT_TRUE(d.positions[2].membrane_gap_at_least);
    EXPECT_NEAR(d.positions[2].membrane_gap_um, 0, 0.011);
    for (const ObjectPosition& p : d.positions) {
        EXPECT_TRUE(std::isnan(p.nucleus_gap_um));
        EXPECT_TRUE(std::isnan(p.nucleus_from_centroid_um));
        EXPECT_TRUE(std::isnan(p.depth));
    }
}

TEST(ObjectDistances, EmptyVolumesAndSingleVoxels) {
    TestCell cell(Grid{{4, 3, 2}, {0.02, 0.02, 0.03}, {}});
    EXPECT_TRUE(measure_distances(cell.classes, cell.instances).positions.empty());
    cell.set_voxel(0, 0, 0, vesicle, 1);
    cell.set_voxel(3, 2, 1, lipid_droplet, 2);
    const Distances d = measure_distances(cell.classes, cell.instances);
    ASSERT_EQ(d.pairs.size(), 2U);
    EXPECT_EQ(d.pairs[0].nearest, 2U);
    EXPECT_NEAR(d.pairs[0].gap_um, 0.04, 0.03);
    EXPECT_EQ(d.positions[0].membrane_gap_um, 0);
    EXPECT_THROW(measure_distances(ClassVolume(Grid{{4, 3, 3}, {1, 1, 1}, {}}), cell.instances), InputError);
    // A volume that is one object: no surface, no membrane, the border is the only limit.
    TestCell full(Grid{{4, 3, 2}, {0.02, 0.02, 0.03}, {}});
    for (std::int64_t i = 0; i < 24; ++i) full.set_voxel(i % 4, i / 4 % 3, i / 12, vesicle, 1);
    const Distances whole = measure_distances(full.classes, full.instances);
    ASSERT_EQ(whole.positions.size(), 1U);
    EXPECT_TRUE(whole.pairs.empty());
    EXPECT_TRUE(whole.positions[0].membrane_from_centroid_at_least);
}

}  // namespace
}  // namespace cytomo
