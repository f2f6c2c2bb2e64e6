#include "cytomo/measures/skeleton.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/labels/test_tubes.h"
#include "cytomo/measures/network.h"

namespace cytomo {
namespace {

using std::numbers::pi;

constexpr Vec3 skeleton_voxels[] = {{0.02, 0.02, 0.02}, {0.015, 0.015, 0.03}, {0.02, 0.025, 0.015}};

double longest(Vec3 e) {
    return std::max({e.x, e.y, e.z});
}

/// The one object drawn by tubes of a class.
NetworkObject measure(const InstanceVolume& volume) {
    const auto found = measure_networks({volume, {0, mitochondrion}});
    EXPECT_EQ(found.size(), 1U);
    return found.at(0);
}

NetworkObject measure(const std::vector<TestTube>& tubes, Vec3 voxel_um, std::uint64_t turn) {
    std::vector<TestTube> turned;
    for (const TestTube& t : tubes) turned.push_back(TestTurn(turn)(t));
    // Off the lattice: exactly on it, rounding decides about whole rows of voxels.
    const double shift = 0.2 + 0.13 * static_cast<double>(turn % 7);
    return measure(draw_tubes<std::uint32_t>(turned, voxel_um, 1, {shift, 2 * shift, -shift}));
}

/// Closed ways by Euler number of the object (voxels with their faces, edges and corners), which has no
/// cavities: vertices - edges + faces - cubes = 1 - loops.
std::int64_t loops_by_euler_number(const InstanceVolume& volume) {
    const Size3 n = volume.grid().size;
    std::int64_t euler = 0;
    const auto inside = [&](std::int64_t x, std::int64_t y, std::int64_t z) {
        return volume.grid().contains(x, y, z) && volume(x, y, z) != 0;
    };
    // Each element of the doubled lattice belongs to the object if any voxel around it does.
    for (std::int64_t z = 0; z <= 2 * n.z; ++z)
        for (std::int64_t y = 0; y <= 2 * n.y; ++y)
            for (std::int64_t x = 0; x <= 2 * n.x; ++x) {
                bool any = false;
                for (std::int64_t k = (z + 1) / 2 - 1; k <= z / 2; ++k)
                    for (std::int64_t j = (y + 1) / 2 - 1; j <= y / 2; ++j)
                        for (std::int64_t i = (x + 1) / 2 - 1; i <= x / 2; ++i) any = any || inside(i, j, k);
                if (any) euler += (x % 2 + y % 2 + z % 2) % 2 == 0 ? 1 : -1;
            }
    return 1 - euler;
}

TEST(Skeleton, StraightTubes) {
    for (const Vec3 e : skeleton_voxels)
        for (const double voxels : {3.0, 5.0, 8.0})
            for (const double slenderness : {10.0, 20.0})
                for (const std::uint64_t turn : {0U, 1U, 2U, 3U}) {
                    const double r = voxels * longest(e), axis = slenderness * r;
                    const NetworkObject o = measure({straight_tube({0, 0, 0}, {axis, 0, 0}, r)}, e, turn);
                    const double truth = axis + 2 * r;
                    SCOPED_TRACE(testing::Message() << "radius " << voxels << " slenderness " << slenderness
                                                    << " turn " << turn << " edge " << e.z);
                    EXPECT_EQ(o.kind, TubeKind::tube);
                    EXPECT_EQ(o.ends, 2);
                    EXPECT_EQ(o.branches, 1);
                    EXPECT_NEAR(o.length_um / truth, 1, 0.02);
                    EXPECT_NEAR(o.mean_thickness_um / (2 * r), 1, 0.03);
                    EXPECT_NEAR(o.minimum_thickness_um / (2 * r), 1, 0.05);
                    EXPECT_NEAR(o.longest_path_um, o.length_um, 1e-9);
                    EXPECT_NEAR(o.straight_um / truth, 1, 0.02);
                }
}

TEST(Skeleton, BentTubes) {
    for (const Vec3 e : skeleton_voxels)
        for (const double voxels : {3.0, 6.0})
            for (const double bend : {3.0, 5.0, 10.0})
                for (const std::uint64_t turn : {0U, 1U, 2U}) {
                    const double r = voxels * longest(e), angle = bend < 4 ? 4 : 3;
                    const NetworkObject o = measure({arc_tube({}, bend * r, 0, angle, r)}, e, turn);
                    SCOPED_TRACE(testing::Message() << "radius " << voxels << " bend " << bend << " turn "
                                                    << turn << " edge " << e.z);
                    EXPECT_EQ(o.ends, 2);
                    EXPECT_EQ(o.branches, 1);
                    EXPECT_EQ(o.kind, TubeKind::tube);
                    EXPECT_NEAR(o.length_um / (angle * bend * r + 2 * r), 1, 0.02);
                    EXPECT_NEAR(o.mean_thickness_um / (2 * r), 1, 0.03);
                }
}

TEST(Skeleton, ToriAreLoopsWithoutEnds) {
    for (const Vec3 e : skeleton_voxels)
        for (const double voxels : {3.0, 5.0})
            for (const double bend : {3.0, 6.0})
                for (const std::uint64_t turn : {0U, 1U, 2U}) {
                    const double r = voxels * longest(e);
                    const NetworkObject o = measure({arc_tube({}, bend * r, 0, 2 * pi, r)}, e, turn);
                    SCOPED_TRACE(testing::Message() << "radius " << voxels << " bend " << bend << " turn "
                                                    << turn << " edge " << e.z);
                    EXPECT_EQ(o.ends, 0);
                    EXPECT_EQ(o.branch_points, 0);
                    EXPECT_EQ(o.loops, 1);
                    EXPECT_EQ(o.kind, TubeKind::network);
                    EXPECT_NEAR(o.length_um / (2 * pi * bend * r), 1, 0.02);
                    EXPECT_NEAR(o.mean_thickness_um / (2 * r), 1, 0.03);
                    EXPECT_NEAR(o.longest_path_um, o.length_um / 2, 1e-9);
                    EXPECT_NEAR(o.straight_um / (2 * bend * r), 1, 0.03);
                }
}

TEST(Skeleton, YAndHAndXHaveTheirBranchPoints) {
    for (const Vec3 e : skeleton_voxels)
        for (const double voxels : {3.0, 5.0})
            for (const std::uint64_t turn : {0U, 1U, 2U, 3U}) {
                const double r = voxels * longest(e), arm = 10 * r;
                SCOPED_TRACE(testing::Message()
                             << "radius " << voxels << " turn " << turn << " edge " << e.z);
                const Vec3 left{-std::sqrt(0.75) * arm, -0.5 * arm, 0},
                    right{std::sqrt(0.75) * arm, -0.5 * arm, 0};
                const NetworkObject y = measure({straight_tube({}, {0, arm, 0}, r),
                                                 straight_tube({}, left, r), straight_tube({}, right, r)},
                                                e, turn);
                EXPECT_EQ(y.branch_points, 1);
                EXPECT_EQ(y.ends, 3);
                EXPECT_EQ(y.loops, 0);
                EXPECT_EQ(y.kind, TubeKind::network);
                EXPECT_NEAR(y.length_um / (3 * arm + 3 * r), 1, 0.02);
                EXPECT_NEAR(y.mean_thickness_um / (2 * r), 1, 0.03);
                EXPECT_NEAR(y.longest_path_um / (2 * arm + 2 * r), 1, 0.02);

                const NetworkObject h = measure({straight_tube({0, -8 * r, 0}, {0, 8 * r, 0}, r),
                                                 straight_tube({10 * r, -8 * r, 0}, {10 * r, 8 * r, 0}, r),
                                                 straight_tube({0, 0, 0}, {10 * r, 0, 0}, r)},
                                                e, turn);
                EXPECT_EQ(h.branch_points, 2);
                EXPECT_EQ(h.ends, 4);
                EXPECT_EQ(h.loops, 0);
                EXPECT_NEAR(h.length_um / (2 * 18 * r + 10 * r), 1, 0.02);
                EXPECT_NEAR(h.mean_thickness_um / (2 * r), 1, 0.03);

                const NetworkObject x = measure({straight_tube({-arm, 0, 0}, {arm, 0, 0}, r),
                                                 straight_tube({0, -arm, 0}, {0, arm, 0}, r)},
                                                e, turn);
                EXPECT_EQ(x.branch_points, 1);
                EXPECT_EQ(x.ends, 4);
                EXPECT_NEAR(x.length_um / (4 * arm + 4 * r), 1, 0.02);
            }
}

TEST(Skeleton, ThinBranchesAndLoopsWithTails) {
    for (const Vec3 e : skeleton_voxels)
        for (const std::uint64_t turn : {0U, 1U, 2U}) {
            SCOPED_TRACE(testing::Message() << "turn " << turn << " edge " << e.z);
            const double r = 5 * longest(e);
            const NetworkObject t = measure({straight_tube({-12 * r, 0, 0}, {12 * r, 0, 0}, r),
                                             straight_tube({0, 0, 0}, {0, 8 * r, 0}, 0.6 * r)},
                                            e, turn);
            EXPECT_EQ(t.branch_points, 1);
            EXPECT_EQ(t.ends, 3);
            EXPECT_NEAR(t.length_um / (26 * r + 8.6 * r), 1, 0.02);
            // A ring with a tail.
            const InstanceVolume p =
                draw_tubes<std::uint32_t>({TestTurn(turn)(arc_tube({}, 5 * r, 0, 2 * pi, r)),
                                           TestTurn(turn)(straight_tube({5 * r, 0, 0}, {15 * r, 0, 0}, r))},
                                          e, 1);
            const NetworkObject tail = measure(p);
            EXPECT_EQ(tail.branch_points, 1);
            EXPECT_EQ(tail.ends, 1);
            EXPECT_EQ(tail.loops, 1);
            EXPECT_EQ(tail.loops, loops_by_euler_number(p));
            EXPECT_NEAR(tail.length_um / (2 * pi * 5 * r + 11 * r), 1, 0.02);
            // A ring with a bar.
            const InstanceVolume bar =
                draw_tubes<std::uint32_t>({TestTurn(turn)(arc_tube({}, 6 * r, 0, 2 * pi, r)),
                                           TestTurn(turn)(straight_tube({-6 * r, 0, 0}, {6 * r, 0, 0}, r))},
                                          e, 1);
            const NetworkObject theta = measure(bar);
            EXPECT_EQ(theta.branch_points, 2);
            EXPECT_EQ(theta.ends, 0);
            EXPECT_EQ(theta.branches, 3);
            EXPECT_EQ(theta.loops, 2);
            EXPECT_EQ(theta.loops, loops_by_euler_number(bar));
            EXPECT_NEAR(theta.length_um / (2 * pi * 6 * r + 12 * r), 1, 0.03);
        }
}

TEST(Skeleton, BumpsAreNoBranches) {
    for (const std::uint64_t turn : {0U, 1U, 2U}) {
        const double r = 0.1;
        const NetworkObject o = measure(
            {straight_tube({-1, 0, 0}, {1, 0, 0}, r), straight_tube({0.1, 0, 0}, {0.1, 0.12, 0}, 0.06)},
            skeleton_voxels[0], turn);
        EXPECT_EQ(o.branch_points, 0);
        EXPECT_EQ(o.ends, 2);
        EXPECT_NEAR(o.length_um / 2.2, 1, 0.02);
    }
}

TEST(Skeleton, RoughSurfacesChangeLittle) {
    for (const Vec3 e : skeleton_voxels)
        for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
            SCOPED_TRACE(testing::Message() << "seed " << seed << " edge " << e.z);
            const double r = 5 * longest(e);
            InstanceVolume y =
                draw_tubes<std::uint32_t>({TestTurn(seed)(straight_tube({-12 * r, 0, 0}, {12 * r, 0, 0}, r)),
                                           TestTurn(seed)(straight_tube({0, 0, 0}, {4 * r, 8 * r, 0}, r))},
                                          e, 1);
            roughen(y, 0.25, seed);
            // The largest piece alone: noise also makes specks.
            ClassVolume classes(y.grid());
            for (std::int64_t i = 0; i < y.count(); ++i) classes[i] = y[i] != 0 ? mitochondrion : 0;
            Instances found = find_instances(classes, {});
            for (std::int64_t i = 0; i < y.count(); ++i)
                if (found.volume[i] > 1) found.volume[i] = 0;
            const auto objects = measure_networks(found);
            ASSERT_EQ(objects.size(), 1U);
            EXPECT_EQ(objects[0].branch_points, 1);
            EXPECT_EQ(objects[0].ends, 3);
            EXPECT_EQ(objects[0].loops, 0);
            EXPECT_NEAR(objects[0].length_um / (26 * r + std::sqrt(80) * r + r), 1, 0.03);
            EXPECT_NEAR(objects[0].mean_thickness_um / (2 * r), 1, 0.04);
        }
}

TEST(Skeleton, SpheresAndSingleVoxelsAreFragments) {
    for (const Vec3 e : skeleton_voxels)
        for (const double voxels : {3.0, 6.0}) {
            const double r = voxels * longest(e);
            const NetworkObject o = measure({straight_tube({0, 0, 0}, {0.001, 0, 0}, r)}, e, 0);
            EXPECT_EQ(o.kind, TubeKind::fragment);
            EXPECT_EQ(o.ends, 2);
            EXPECT_NEAR(o.length_um / (2 * r), 1, 0.08);
            EXPECT_NEAR(o.mean_thickness_um / (2 * r), 1, 0.08);
        }
    InstanceVolume one(Grid{{3, 4, 5}, {0.02, 0.015, 0.03}, {}});
    one(0, 3, 4) = 1;
    const NetworkObject o = measure(one);
    EXPECT_EQ(o.kind, TubeKind::fragment);
    EXPECT_GT(o.length_um, 0.01);
    EXPECT_LT(o.length_um, 0.04);
    EXPECT_GT(o.mean_thickness_um, 0.01);
    EXPECT_LT(o.mean_thickness_um, 0.04);
    for (const Vec3 p : o.skeleton.branches[0].line_um) EXPECT_TRUE(std::isfinite(p.x + p.y + p.z));
}

TEST(Skeleton, OddShapesAreDefined) {
    // Plate, whole volume, two pieces under one number, comb, noise.
    const Grid grid{{40, 36, 30}, {0.02, 0.015, 0.03}, {}};
    std::vector<InstanceVolume> odd(5, InstanceVolume(grid));
    Random random(3);
    for (std::int64_t z = 0; z < 30; ++z)
        for (std::int64_t y = 0; y < 36; ++y)
            for (std::int64_t x = 0; x < 40; ++x) {
                odd[0](x, y, z) = z == 3;
                odd[1](x, y, z) = 1;
                odd[2](x, y, z) = (x < 5 && y < 5) || (x > 30 && y > 30);
                odd[3](x, y, z) = z < 2 && (y == 0 || x % 2 == 0);
                odd[4](x, y, z) = random.chance(0.4);
            }
    for (std::size_t i = 0; i < odd.size(); ++i) {
        const NetworkObject o = measure(odd[i]);
        EXPECT_GT(o.length_um, 0) << i;
        EXPECT_TRUE(std::isfinite(o.length_um + o.mean_thickness_um + o.longest_path_um)) << i;
        EXPECT_EQ(o.loops,
                  o.branches - static_cast<std::int64_t>(o.skeleton.nodes.size()) + o.skeleton.pieces);
        for (const SkeletonBranch& b : o.skeleton.branches) {
            ASSERT_EQ(b.line_um.size(), b.radius_um.size());
            ASSERT_EQ(b.line_um.size(), b.measured.size());
            double sum = 0;
            for (std::size_t k = 1; k < b.line_um.size(); ++k) sum += length(b.line_um[k] - b.line_um[k - 1]);
            EXPECT_NEAR(sum, b.length_um, 1e-5 * std::max(1.0, b.length_um)) << i;
            for (const double r : b.radius_um) EXPECT_TRUE(std::isfinite(r)) << i;
        }
    }
    const NetworkObject two = measure(odd[2]);
    EXPECT_EQ(two.skeleton.pieces, 2);
    EXPECT_EQ(two.ends, 4);
    EXPECT_EQ(two.loops, 0);
}

TEST(Skeleton, SameAtAnyThreadCountAndManyObjects) {
    Instances many{InstanceVolume(Grid{{200, 200, 60}, {0.02, 0.02, 0.02}, {}}), {0}};
    for (std::int64_t z = 0; z + 1 < 60; z += 2)
        for (std::int64_t y = 0; y + 1 < 200; y += 2)
            for (std::int64_t x = 0; x + 4 < 200; x += 5) {
                many.class_of.push_back(mitochondrion);
                for (std::int64_t k = 0; k <= (x + y) % 4; ++k) many.volume(x + k, y, z) = many.count();
            }
    ASSERT_GT(many.count(), 100'000U);
    set_thread_count(1);
    const auto one = measure_networks(many);
    set_thread_count(3);
    const auto three = measure_networks(many);
    set_thread_count(0);
    ASSERT_EQ(one.size(), many.count());
    ASSERT_EQ(three.size(), many.count());
    for (std::size_t i = 0; i < one.size(); ++i) {
        ASSERT_EQ(one[i].instance, i + 1);
        ASSERT_EQ(one[i].length_um, three[i].length_um);
        ASSERT_EQ(one[i].mean_thickness_um, three[i].mean_thickness_um);
    }
}

TEST(Skeleton, RefusesBadOptions) {
    SkeletonOptions options;
    options.least_branch = 0.5;
    EXPECT_THROW(find_skeleton({}, Grid{}, options), UsageError);
    EXPECT_TRUE(find_skeleton({}, Grid{}).branches.empty());
}

}  // namespace
}  // namespace cytomo
