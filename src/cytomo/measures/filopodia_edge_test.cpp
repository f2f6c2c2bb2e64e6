#include "cytomo/measures/filopodia_edge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"

namespace cytomo {
namespace {

constexpr Vec3 flat_voxel{0.02, 0.016, 0.02};

/// Cell body where y < 1 µm, in a volume of 4 × 2.4 × 0.6 µm.
ClassVolume flat_cell() {
    ClassVolume classes(Grid{{200, 150, 30}, flat_voxel, {1, 2, 3}});
    for (std::int64_t z = 0; z < 30; ++z)
        for (std::int64_t y = 0; y < 150; ++y)
            for (std::int64_t x = 0; x < 200; ++x)
                if ((static_cast<double>(y) + 0.5) * flat_voxel.y < 1) classes(x, y, z) = cytoplasm;
    return classes;
}

/// Straight, from the edge of the flat cell; angle to the edge in the plane, and upwards.
Filopodium leaving(double x_um, double angle_deg, double up_deg = 0) {
    const double a = angle_deg * std::numbers::pi / 180, u = up_deg * std::numbers::pi / 180;
    Filopodium f;
    f.attached = true;
    f.root_um = Vec3{1 + x_um, 2 + 1 - flat_voxel.y / 2, 3.3};
    f.tip_um = f.root_um + Vec3{std::cos(a) * std::cos(u), std::sin(a) * std::cos(u), std::sin(u)};
    f.length_um = 1;
    f.centre_line_um = {f.root_um, f.tip_um};
    return f;
}

TEST(FilopodiaEdge, AnglesAndNeighboursAtAStraightEdge) {
    const ClassVolume classes = flat_cell();
    std::vector<Filopodium> filopodia{leaving(0.5, 90), leaving(1.0, 45), leaving(2.5, 150, 30),
                                      leaving(2.5, 90)};
    filopodia[3].attached = false;
    const CellEdge outline = find_cell_edge(classes);
    EXPECT_NEAR(outline.length_um, 4, 0.03);
    place_on_edge(filopodia, classes, outline);
    EXPECT_NEAR(filopodia[0].edge_angle_deg, 90, 1);
    EXPECT_NEAR(filopodia[1].edge_angle_deg, 45, 1);
    EXPECT_NEAR(filopodia[2].edge_angle_deg, 30, 1);
    EXPECT_NEAR(filopodia[0].root_angle_deg, 0, 2);
    EXPECT_NEAR(filopodia[1].root_angle_deg, 45, 2);
    // cos = y part of the direction: sin 150° cos 30°.
    EXPECT_NEAR(filopodia[2].root_angle_deg, std::acos(0.5 * std::cos(std::numbers::pi / 6)) * 57.29578, 2);
    EXPECT_NEAR(filopodia[0].neighbour_along_edge_um, 0.5, 0.03);
    EXPECT_NEAR(filopodia[1].neighbour_along_edge_um, 0.5, 0.03);
    EXPECT_NEAR(filopodia[2].neighbour_along_edge_um, 1.5, 0.03);
    EXPECT_NEAR(filopodia[2].neighbour_straight_um, 1.5, 1e-9);
    EXPECT_TRUE(std::isnan(filopodia[3].edge_angle_deg));
    EXPECT_TRUE(std::isnan(filopodia[3].neighbour_straight_um));
    const EdgeSummary summary = summarise_edge(outline, filopodia);
    EXPECT_EQ(summary.filopodia_at_edge, 3);
    EXPECT_NEAR(summary.filopodia_per_um, 0.75, 0.01);
    EXPECT_NEAR(summary.median_neighbour_um, 0.5, 0.03);
    const Table table = cell_edge_table(summary);
    EXPECT_EQ(table.rows.at(0).size(), table.columns.size());
}

TEST(FilopodiaEdge, AroundARoundCellTheEdgeCloses) {
    ClassVolume classes(Grid{{200, 200, 4}, {0.02, 0.02, 0.02}, {}});
    for (std::int64_t i = 0; i < classes.count(); ++i)
        if (std::hypot(static_cast<double>(i % 200) - 100, static_cast<double>(i / 200 % 200) - 100) < 50)
            classes[i] = cytoplasm;
    std::vector<Filopodium> filopodia;
    for (const double degrees : {10.0, 100.0, 330.0}) {
        const double a = degrees * std::numbers::pi / 180;
        Filopodium f;
        f.attached = true;
        f.root_um = {2 + std::cos(a), 2 + std::sin(a), 0.03};
        f.tip_um = f.root_um + Vec3{std::cos(a), std::sin(a), 0};
        f.centre_line_um = {f.root_um, f.tip_um};
        filopodia.push_back(f);
    }
    place_on_edge(filopodia, classes, find_cell_edge(classes));
    const double degree = std::numbers::pi / 180;
    EXPECT_NEAR(filopodia[0].neighbour_along_edge_um, 40 * degree, 0.03);
    EXPECT_NEAR(filopodia[1].neighbour_along_edge_um, 90 * degree, 0.03);
    EXPECT_NEAR(filopodia[2].neighbour_along_edge_um, 40 * degree, 0.03);
    EXPECT_NEAR(filopodia[0].neighbour_straight_um, 2 * std::sin(20 * degree), 1e-9);
    for (const Filopodium& f : filopodia) EXPECT_NEAR(f.edge_angle_deg, 90, 3);
}

TEST(FilopodiaEdge, StraightNeighboursAgreeWithAllPairs) {
    const ClassVolume classes = flat_cell();
    Random random(4);
    std::vector<Filopodium> filopodia;
    for (int i = 0; i < 300; ++i) filopodia.push_back(leaving(random.uniform(0, 4), 90));
    for (Filopodium& f : filopodia) f.root_um.z += random.uniform(-0.2, 0.2);
    place_on_edge(filopodia, classes, find_cell_edge(classes));
    for (const Filopodium& f : filopodia) {
        double nearest = 1e9;
        for (const Filopodium& o : filopodia)
            if (&o != &f) nearest = std::min(nearest, length(o.root_um - f.root_um));
        EXPECT_DOUBLE_EQ(f.neighbour_straight_um, nearest);
    }
}

TEST(FilopodiaEdge, WithoutACellNothingIsDefined) {
    const ClassVolume classes(Grid{{20, 20, 20}, flat_voxel, {}});
    std::vector<Filopodium> filopodia{leaving(0.1, 90)};
    const CellEdge outline = find_cell_edge(classes);
    place_on_edge(filopodia, classes, outline);
    EXPECT_TRUE(std::isnan(filopodia[0].edge_angle_deg));
    EXPECT_TRUE(std::isnan(filopodia[0].root_angle_deg));
    EXPECT_TRUE(std::isnan(summarise_edge(outline, filopodia).filopodia_per_um));
    std::vector<Filopodium> none;
    place_on_edge(none, classes, outline);
}

}  // namespace
}  // namespace cytomo
