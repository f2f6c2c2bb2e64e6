#include "cytomo/measures/contacts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/measures/test_cells.h"

namespace cytomo {
namespace {

/// Area of the part of a ball's surface that lies within `within` of another ball.
double cap_um2(double radius, double other_radius, double between, double within) {
    const double reach = other_radius + within;
    const double cosine = (radius * radius + between * between - reach * reach) / (2 * radius * between);
    return 2 * std::numbers::pi * radius * radius * (1 - cosine);
}

Vec3 random_direction(Random& random) {
    return normalized({random.normal(), random.normal(), random.normal()});
}

TEST(ObjectContacts, BallsHaveTheirGapAndCaps) {
    for (const Vec3 edges : {Vec3{0.02, 0.02, 0.02}, Vec3{0.016, 0.02, 0.024}}) {
        const double longest = std::max(edges.x, edges.z);
        Random random(5);
        double gap_sum = 0, squares = 0, area_sum = 0, expected_sum = 0;
        int count = 0;
        for (int i = 0; i < 40; ++i) {
            const double a = random.uniform(0.12, 0.35), b = random.uniform(0.12, 0.35);
            const double gap = random.uniform(0, 0.045), between = a + b + gap;
            const Vec3 direction = random_direction(random);
            const Vec3 first{0.8 + random.uniform(-0.02, 0.02), 0.8 + random.uniform(-0.02, 0.02),
                             0.8 + random.uniform(-0.02, 0.02)};
            const auto size = [](double edge) { return static_cast<std::int64_t>(1.6 / edge); };
            TestCell cell(Grid{{size(edges.x), size(edges.y), size(edges.z)}, edges, {0, 0, 0}});
            cell.add_ball(first - direction * (0.5 * between), a, lipid_droplet);
            cell.add_ball(first + direction * (0.5 * between), b, mitochondrion);
            ContactOptions options;
            options.within_um = 0.06;
            const auto found = measure_contacts(cell.instances, options);
            ASSERT_EQ(found.size(), 1U);
            EXPECT_EQ(found[0].a, 1U);
            EXPECT_EQ(found[0].b, 2U);
            EXPECT_EQ(found[0].class_a, lipid_droplet);
            EXPECT_EQ(found[0].class_b, mitochondrion);
            EXPECT_NEAR(found[0].gap_um, gap, 0.6 * longest) << "radii " << a << ' ' << b;
            const double area = 0.5 * (cap_um2(a, b, between, 0.06) + cap_um2(b, a, between, 0.06));
            EXPECT_NEAR(found[0].area_um2, area, 0.2 * area + 0.002) << "gap " << gap;
            gap_sum += found[0].gap_um - gap;
            squares += std::pow(found[0].gap_um - gap, 2);
            area_sum += found[0].area_um2;
            expected_sum += area;
            ++count;
        }
        EXPECT_NEAR(gap_sum / count, 0, 0.1 * longest);
        EXPECT_LT(std::sqrt(squares / count), 0.2 * longest);
        EXPECT_NEAR(area_sum / expected_sum, 1, 0.04);
    }
}

TEST(ObjectContacts, FlatNeighboursMeetInTheirInterface) {
    // The two halves of a volume: what lies at the border of the volume is no surface.
    TestCell cell(Grid{{30, 25, 20}, {0.01, 0.02, 0.03}, {}});
    for (std::int64_t z = 0; z < 20; ++z)
        for (std::int64_t y = 0; y < 25; ++y)
            for (std::int64_t x = 0; x < 30; ++x)
                cell.set_voxel(x, y, z, y < 11 ? nucleus : mitochondrion, y < 11 ? 1 : 2);
    const auto found = measure_contacts(cell.instances);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NEAR(found[0].area_um2, 30 * 0.01 * 20 * 0.03, 1e-3 * 0.18);
    EXPECT_NEAR(found[0].gap_um, 0, 1e-6);
}

TEST(ObjectContacts, LeaveOutWhatIsFarOrNoOrganelle) {
    TestCell cell(Grid{{60, 60, 60}, {0.02, 0.02, 0.02}, {}});
    cell.add_ball({0.6, 0.6, 0.6}, 0.55, cytoplasm);
    cell.add_ball({0.4, 0.6, 0.6}, 0.15, vesicle);
    cell.add_ball({0.715, 0.6, 0.6}, 0.15, filopodium);  // 15 nm away
    cell.add_ball({0.4, 0.92, 0.6}, 0.15, nucleus);      // 20 nm away
    cell.add_ball({0.4, 0.24, 0.6}, 0.15, nucleus);      // 60 nm away
    cell.instances.class_of.push_back(vesicle);          // a number without voxels
    const auto found = measure_contacts(cell.instances);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].a, 1U);
    EXPECT_EQ(found[0].b, 3U);
    ContactOptions with_filopodia;
    with_filopodia.classes.organelle[filopodium] = true;
    EXPECT_EQ(measure_contacts(cell.instances, with_filopodia).size(), 2U);
    ContactOptions wide;
    wide.within_um = 0.08;
    EXPECT_EQ(measure_contacts(cell.instances, wide).size(), 2U);
    const Table table = contacts_table(found, default_legend());
    ASSERT_EQ(table.rows.size(), 1U);
    EXPECT_EQ(table.rows[0].size(), table.columns.size());
    EXPECT_EQ(std::get<std::string>(table.rows[0][5]), "nucleus");
}

TEST(ObjectContacts, TouchingVoxelsAtTheBorderAndEmptyVolumes) {
    TestCell cell(Grid{{3, 2, 1}, {0.02, 0.03, 0.04}, {}});
    EXPECT_TRUE(measure_contacts(cell.instances).empty());
    cell.set_voxel(0, 0, 0, vesicle, 1);
    EXPECT_TRUE(measure_contacts(cell.instances).empty());
    cell.set_voxel(1, 0, 0, lipid_droplet, 2);
    const auto found = measure_contacts(cell.instances);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_GE(found[0].gap_um, 0);
    EXPECT_LT(found[0].gap_um, 0.03);
    EXPECT_GT(found[0].area_um2, 0);
    ContactOptions none;
    none.within_um = 0;
    EXPECT_THROW(measure_contacts(cell.instances, none), UsageError);
}

TEST(ObjectContacts, AreTheSameAtAnyThreadCount) {
    TestCell cell(Grid{{90, 80, 70}, {0.02, 0.025, 0.02}, {}});
    Random random(3);
    for (int i = 0; i < 120; ++i)
        cell.add_ball({random.uniform(0, 1.8), random.uniform(0, 2), random.uniform(0, 1.4)}, 0.12,
                      i % 2 == 0 ? vesicle : lipid_droplet);
    set_thread_count(1);
    const auto one = measure_contacts(cell.instances);
    set_thread_count(3);
    const auto three = measure_contacts(cell.instances);
    set_thread_count(0);
    ASSERT_GT(one.size(), 20U);
    ASSERT_EQ(one.size(), three.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_EQ(one[i].a, three[i].a);
        EXPECT_EQ(one[i].area_um2, three[i].area_um2);
        EXPECT_EQ(one[i].gap_um, three[i].gap_um);
    }
}

TEST(ObjectContacts, KnowOrganellesByTheirNames) {
    Legend legend;
    legend.entries = {{0, "background", {}},   {1, "cytosol", {}}, {3, "Nuclei", {}},
                      {4, "mitochondria", {}}, {7, "granule", {}}, {8, "filopodia", {}}};
    const OrganelleClasses classes = organelle_classes(legend);
    EXPECT_EQ(classes.nucleus, standard_class_name("Nuclei") == "nucleus" ? 3 : 0);
    EXPECT_TRUE(classes.organelle[4]);
    EXPECT_TRUE(classes.organelle[7]);
    EXPECT_FALSE(classes.organelle[0]);
    EXPECT_FALSE(classes.organelle[8] && classes.filopodium == 8);
}

}  // namespace
}  // namespace cytomo
