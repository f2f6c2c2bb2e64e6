// Classes and objects from 8-bit probabilities and from labels: known volumes and areas.
#include "cytomo/surfaces/fields.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/surfaces/check.h"
#include "cytomo/surfaces/compensate.h"
#include "cytomo/surfaces/smooth.h"
#include "cytomo/surfaces/test_shapes.h"

namespace cytomo {
namespace {

using namespace test_shapes;

const std::array<Vec3, 3> field_voxels{Vec3{0.01, 0.01, 0.01}, Vec3{0.01, 0.01, 0.02},
                                       Vec3{0.02, 0.02, 0.01}};

double longest_edge(Vec3 v) {
    return std::max({v.x, v.y, v.z});
}

std::vector<Shape> shapes_of_radius(double r) {
    return {sphere(r), capsule(r, 4 * r, {1, 2, 1.5}), torus(3 * r, r), oblate(1.5 * r, r)};
}

struct Errors {
    double volume, area, smooth_volume, smooth_area;
};

Errors measure_errors(const Shape& shape, Vec3 voxel, Vec3 shift, Edge edge) {
    const Grid g = grid_around(shape, voxel, shift);
    Mesh mesh = extract_class(probabilities_of(shape, g, edge), 1);
    const MeshCheck c = check_mesh(mesh);
    EXPECT_TRUE(c.watertight()) << shape.name;
    EXPECT_EQ(c.euler_characteristic(), shape.euler_characteristic) << shape.name;
    Errors e{};
    e.volume = volume_um3(mesh) / shape.volume_um3 - 1;
    e.area = area_um2(mesh) / shape.area_um2 - 1;
    smooth_surface(mesh);
    EXPECT_TRUE(check_mesh(mesh).watertight()) << shape.name;
    e.smooth_volume = volume_um3(mesh) / shape.volume_um3 - 1;
    e.smooth_area = area_um2(mesh) / shape.area_um2 - 1;
    return e;
}

TEST(ClassSurface, SmoothProbabilitiesGiveVolumeAndAreaOfKnownShapes) {
    for (const Vec3 voxel : field_voxels)
        for (const double radius : {3.0, 5.0, 10.0, 20.0})
            for (const Shape& shape : shapes_of_radius(radius * longest_edge(voxel))) {
                if (radius == 20 && shape.name != "sphere") continue;
                for (const Vec3 shift : {Vec3{0.31, 0.42, 0.13}, Vec3{0.05, 0.5, 0.27}}) {
                    const Errors e = measure_errors(shape, voxel, shift, Edge::sigmoid);
                    SCOPED_TRACE(shape.name + " of radius " + std::to_string(radius));
                    EXPECT_NEAR(e.volume, 0, 0.01);
                    EXPECT_NEAR(e.smooth_volume, 0, 0.01);
                    EXPECT_NEAR(e.area, 0, 0.02);
                    EXPECT_NEAR(e.smooth_area, 0, 0.02);
                }
            }
}

TEST(ClassSurface, AverageOverPlacesHasNoBiasEvenAtThreeVoxels) {
    // A ramp of one (shortest) voxel: most voxels are 0 or 255, so that one place of the lattice scatters.
    for (const Vec3 voxel : field_voxels)
        for (const Edge edge : {Edge::ramp, Edge::sigmoid})
            for (const Shape& shape : shapes_of_radius(3 * longest_edge(voxel))) {
                Random random(11);
                Errors mean{};
                constexpr int places = 12;
                for (int i = 0; i < places; ++i) {
                    const Errors e = measure_errors(
                        shape, voxel, {random.uniform(), random.uniform(), random.uniform()}, edge);
                    if (edge == Edge::sigmoid) {
                        EXPECT_NEAR(e.volume, 0, 0.01) << shape.name << " place " << i;
                        EXPECT_NEAR(e.area, 0, 0.02) << shape.name << " place " << i;
                    }
                    mean.volume += e.volume / places, mean.area += e.area / places;
                    mean.smooth_volume += e.smooth_volume / places,
                        mean.smooth_area += e.smooth_area / places;
                }
                SCOPED_TRACE(shape.name + (edge == Edge::ramp ? " ramp " : " sigmoid ") +
                             std::to_string(voxel.z));
                EXPECT_NEAR(mean.volume, 0, 0.01);
                EXPECT_NEAR(mean.smooth_volume, 0, 0.01);
                // A ramp narrower than the longest edge leaves steps, which smoothing removes.
                EXPECT_NEAR(mean.area, 0, edge == Edge::ramp && voxel.x != voxel.z ? 0.025 : 0.02);
                EXPECT_NEAR(mean.smooth_area, 0, 0.02);
            }
}

TEST(ClassSurface, CompensationLeavesPlanesAndCapsAlone) {
    Volume<float> slab(Grid{{12, 10, 8}, {0.01, 0.02, 0.03}, {}});
    for (std::int64_t z = 0; z < 8; ++z)
        for (std::int64_t y = 0; y < 10; ++y)
            for (std::int64_t x = 0; x < 12; ++x) slab(x, y, z) = static_cast<float>(z) - 3.3F;
    Mesh mesh = extract_surface(slab.grid(), field_of(slab), 0);
    const double volume = volume_um3(mesh);
    EXPECT_NEAR(volume, 0.12 * 0.2 * (7.5 - 3.3) * 0.03, 1e-6);
    compensate_curvature(mesh, slab.grid());
    EXPECT_NEAR(volume_um3(mesh), volume, 1e-6 * volume);
}

TEST(ClassMargin, IsAboveZeroExactlyWhereTheClassWins) {
    Random random(5);
    Probabilities p{Grid{{37, 5, 3}, {1, 1, 1}, {}}, 5, {}};
    const auto n = static_cast<std::size_t>(p.grid.count());
    p.values.resize(5 * n);
    for (auto& v : p.values) v = static_cast<std::uint8_t>(random.integer(0, 6) * 20);
    for (int c = 0; c < 5; ++c) {
        const SliceField field = class_margin(p, c);
        std::vector<float> slice(37 * 5);
        for (std::int64_t z = 0; z < 3; ++z) {
            field(z, slice);
            for (std::size_t i = 0; i < slice.size(); ++i) {
                const std::size_t voxel = static_cast<std::size_t>(z) * slice.size() + i;
                int best = 0, others = 0;
                for (int k = 0; k < 5; ++k) {
                    const int value = p.of_class(k)[voxel];
                    if (value > p.of_class(best)[voxel]) best = k;
                    if (k != c) others = std::max(others, value);
                }
                EXPECT_EQ(slice[i] > 0, best == c);
                EXPECT_NEAR(slice[i], 0.5 * std::log((p.of_class(c)[voxel] + 1.5) / (others + 1.5)), 0.0011);
            }
        }
    }
    EXPECT_THROW(class_margin(p, 5), UsageError);
    EXPECT_THROW(class_margin(p, -1), UsageError);
}

/// Two overlapping balls of class 1, cut apart by the plane x = 0.
struct TwoBalls {
    Probabilities probabilities;
    InstanceVolume instances;
    double cap_free_volume_um3;  // of one ball less the part beyond the plane
};

TwoBalls two_balls() {
    const double r = 0.12, half_distance = 0.1;
    const Shape both{"two balls",
                     [=](Vec3 p) {
                         return std::max(r - length(p - Vec3{half_distance, 0, 0}),
                                         r - length(p + Vec3{half_distance, 0, 0}));
                     },
                     0,
                     0,
                     2,
                     {r + half_distance, r, r},
                     0};
    const Grid g = grid_around(both, {0.01, 0.01, 0.02}, {0.5, 0.2, 0.4});
    TwoBalls result{probabilities_of(both, g, Edge::sigmoid), InstanceVolume(g), 0};
    for (std::int64_t z = 0; z < g.size.z; ++z)
        for (std::int64_t y = 0; y < g.size.y; ++y)
            for (std::int64_t x = 0; x < g.size.x; ++x) {
                const Vec3 p = g.world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                if (result.probabilities.of_class(1)[static_cast<std::size_t>(g.index(x, y, z))] > 127)
                    result.instances(x, y, z) = p.x < 0 ? 2 : 1;
            }
    const double h = r - half_distance;
    result.cap_free_volume_um3 =
        4.0 / 3 * std::numbers::pi * r * r * r - std::numbers::pi * h * h * (3 * r - h) / 3;
    return result;
}

TEST(ObjectSurfaces, TouchingObjectsAreCutApartAndKeepTheirVolumes) {
    const TwoBalls balls = two_balls();
    const std::array<std::uint8_t, 3> class_of{0, 1, 1};
    const auto meshes = extract_objects(balls.probabilities, balls.instances, class_of);
    ASSERT_EQ(meshes.size(), 3U);
    EXPECT_TRUE(meshes[0].empty());
    for (const std::size_t n : {1U, 2U}) {
        const MeshCheck c = check_mesh(meshes[n]);
        EXPECT_TRUE(c.watertight());
        EXPECT_EQ(c.components, 1);
        EXPECT_EQ(c.euler_characteristic(), 2);
        EXPECT_NEAR(volume_um3(meshes[n]) / balls.cap_free_volume_um3, 1, 0.015);
    }
    for (const auto& v : meshes[1].vertices) EXPECT_GT(v[0], -0.002F);
    for (const auto& v : meshes[2].vertices) EXPECT_LT(v[0], 0.002F);
    // Together as one object they have the volume of the class.
    InstanceVolume one = balls.instances;
    for (auto& v : one.values()) v = v != 0 ? 1 : 0;
    const auto whole = extract_objects(balls.probabilities, one, std::array<std::uint8_t, 2>{0, 1});
    EXPECT_NEAR(volume_um3(whole[1]) / volume_um3(extract_class(balls.probabilities, 1)), 1, 1e-4);
}

TEST(ObjectSurfaces, TheInstanceVolumeDecidesWhatIsInside) {
    TwoBalls balls = two_balls();
    for (auto& v : balls.instances.values()) v = v == 2 ? 0 : v;  // the second ball was dropped
    const std::array<std::uint8_t, 2> class_of{0, 1};
    const auto meshes = extract_objects(balls.probabilities, balls.instances, class_of);
    EXPECT_EQ(check_mesh(meshes[1]).components, 1);
    EXPECT_NEAR(volume_um3(meshes[1]) / balls.cap_free_volume_um3, 1, 0.015);

    Grid other = balls.instances.grid();
    other.voxel_um.z *= 2;
    EXPECT_THROW(extract_objects(balls.probabilities, InstanceVolume(other), class_of), InputError);
    EXPECT_THROW(extract_objects(balls.probabilities, balls.instances, std::array<std::uint8_t, 2>{0, 7}),
                 InputError);
}

TEST(ObjectSurfaces, SameMeshesAtAnyThreadCount) {
    const TwoBalls balls = two_balls();
    const std::array<std::uint8_t, 3> class_of{0, 1, 1};
    set_thread_count(1);
    const auto one = extract_objects(balls.probabilities, balls.instances, class_of);
    const auto one_hard = extract_objects(balls.instances, 2);
    for (const int threads : {2, 5}) {
        set_thread_count(threads);
        const auto many = extract_objects(balls.probabilities, balls.instances, class_of);
        const auto many_hard = extract_objects(balls.instances, 2);
        for (std::size_t n = 0; n < 3; ++n) {
            EXPECT_EQ(one[n].vertices, many[n].vertices);
            EXPECT_EQ(one_hard[n].vertices, many_hard[n].vertices);
            EXPECT_EQ(one_hard[n].triangles, many_hard[n].triangles);
        }
    }
    set_thread_count(0);
}

TEST(HardLabels, TheSurfaceEnclosesTheVolumeOfTheVoxels) {
    for (const Vec3 voxel : field_voxels)
        for (const double radius : {1.5, 3.0, 10.0})
            for (const Shape& shape : shapes_of_radius(radius * longest_edge(voxel))) {
                SCOPED_TRACE(shape.name + " of radius " + std::to_string(radius));
                const InstanceVolume v = instances_of(shape, grid_around(shape, voxel, {0.31, 0.42, 0.13}));
                double count = 0;
                for (const auto n : v.values()) count += n;
                Mesh mesh = extract_objects(v, 1)[1];
                EXPECT_TRUE(check_mesh(mesh).watertight());
                EXPECT_NEAR(volume_um3(mesh) / (count * v.grid().voxel_volume_um3()), 1, 1e-3);
                if (radius < 3) continue;
                EXPECT_EQ(check_mesh(mesh).euler_characteristic(), shape.euler_characteristic);
                smooth_surface(mesh, {15, v.grid()});
                // The voxels themselves are off by a few per cent at three voxels radius.
                EXPECT_NEAR(area_um2(mesh) / shape.area_um2, 1, radius == 3 ? 0.05 : 0.03);
            }
}

TEST(HardLabels, SingleVoxelsAndBordersKeepTheirVolume) {
    InstanceVolume v(Grid{{8, 7, 6}, {0.01, 0.02, 0.03}, {}});
    v(4, 3, 3) = 1;                                       // inside
    v(0, 0, 0) = 2;                                       // in the corner
    for (std::int64_t y = 0; y < 7; ++y) v(7, y, 5) = 3;  // a line along an edge of the volume
    const auto meshes = extract_objects(v, 4);
    ASSERT_EQ(meshes.size(), 5U);
    EXPECT_TRUE(meshes[4].empty());
    const std::array<double, 4> voxel_count{0, 1, 1, 7};
    for (std::size_t n = 1; n <= 3; ++n) {
        EXPECT_TRUE(check_mesh(meshes[n]).watertight()) << n;
        EXPECT_EQ(check_mesh(meshes[n]).components, 1) << n;
        EXPECT_NEAR(volume_um3(meshes[n]) / (voxel_count[n] * v.grid().voxel_volume_um3()), 1, 1e-3) << n;
    }
}

TEST(HardLabels, AWholeClassHasTheVolumeOfItsVoxels) {
    Random random(2);
    ClassVolume v(Grid{{30, 31, 20}, {0.01, 0.01, 0.02}, {}});
    for (std::int64_t z = 0; z < 20; ++z)
        for (std::int64_t y = 0; y < 31; ++y)
            for (std::int64_t x = 0; x < 30; ++x) v(x, y, z) = (x / 6 + y / 7 + z / 5) % 2 == 0 ? 3 : 1;
    double count = 0;
    for (const auto c : v.values()) count += c == 3 ? 1 : 0;
    const Mesh mesh = extract_class(v, 3);
    EXPECT_TRUE(check_mesh(mesh).watertight());
    EXPECT_NEAR(volume_um3(mesh) / (count * v.grid().voxel_volume_um3()), 1, 1e-3);
    EXPECT_TRUE(extract_class(v, 4).empty());
}

}  // namespace
}  // namespace cytomo
