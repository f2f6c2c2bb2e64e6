#include "cytomo/measures/filopodia.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/labels/components.h"
#include "cytomo/measures/test_stems.h"

namespace cytomo {
namespace {

using Curve = std::function<Vec3(double)>;  ///< of the length along it, µm

/// A straight line, an arc or a helix from the origin along x, turned by a random rotation.
Curve turned(const Curve& curve, std::uint64_t seed) {
    Random random(seed);
    const Vec3 a = normalized({random.normal(), random.normal(), random.normal()});
    const Vec3 b = normalized(cross(a, {random.normal(), random.normal(), random.normal()}));
    const Vec3 c = cross(a, b);
    return [=](double s) {
        const Vec3 p = curve(s);
        return a * p.x + b * p.y + c * p.z;
    };
}
Vec3 straight(double s) {
    return {s, 0, 0};
}
Curve arc(double radius) {
    return [=](double s) {
        return Vec3{radius * std::sin(s / radius), radius * (1 - std::cos(s / radius)), 0};
    };
}
Curve s_shape(double radius, double half) {
    return [=](double s) {
        const Curve first = arc(radius);
        if (s <= half) return first(s);
        const double angle = half / radius, t = (s - half) / radius;
        const Vec3 along{std::cos(angle), std::sin(angle), 0}, left{-std::sin(angle), std::cos(angle), 0};
        return first(half) + along * (radius * std::sin(t)) - left * (radius * (1 - std::cos(t)));
    };
}

struct Tube {
    Curve curve;
    double length_um;
    std::function<double(double)> radius_um;
    bool attached = true;
    bool round_tip = true;
};

struct TubeScene {
    ClassVolume classes;
    Vec3 shift;  ///< where the curve begins
};

/// Draws the tube as class 6, and a slab of cell body (class 1) behind its root. Coverage, if asked for, is
/// the share of each voxel that the tube fills.
TubeScene draw(const Tube& tube, Vec3 voxel_um, Volume<float>* coverage = nullptr) {
    double thickest = 0;
    Vec3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};
    const double step = 0.15 * std::min({voxel_um.x, voxel_um.y, voxel_um.z});
    const auto steps = static_cast<int>(std::ceil(tube.length_um / step));
    std::vector<Vec3> points;
    std::vector<double> radii;
    for (int i = 0; i <= steps; ++i) {
        const double s = tube.length_um * i / steps;
        const Vec3 p = tube.curve(s);
        points.push_back(p);
        radii.push_back(tube.radius_um(s));
        thickest = std::max(thickest, radii.back());
        low = {std::min(low.x, p.x), std::min(low.y, p.y), std::min(low.z, p.z)};
        high = {std::max(high.x, p.x), std::max(high.y, p.y), std::max(high.z, p.z)};
    }
    const double margin = thickest + 5 * std::max({voxel_um.x, voxel_um.y, voxel_um.z});
    const auto cells = [&](double a, double b, double e) {
        return static_cast<std::int64_t>((b - a + 2 * margin) / e) + 1;
    };
    const Vec3 shift{10, -20, 5};
    const Grid grid{{cells(low.x, high.x, voxel_um.x), cells(low.y, high.y, voxel_um.y),
                     cells(low.z, high.z, voxel_um.z)},
                    voxel_um,
                    low - Vec3{margin, margin, margin} + shift};
    const Vec3 root_direction = normalized(points[1] - points[0]);
    const Vec3 tip_direction = normalized(points[points.size() - 1] - points[points.size() - 2]);
    const auto in_tube = [&](Vec3 p, std::size_t begin, std::size_t end) {
        p = p - shift;
        if (dot(p - points[0], root_direction) < 0 && length(p - points[0]) < 3 * thickest) return false;
        if (!tube.round_tip && dot(p - points.back(), tip_direction) > 0 &&
            length(p - points.back()) < 3 * thickest)
            return false;
        for (std::size_t i = begin; i < end; ++i)
            if (dot(p - points[i], p - points[i]) <= radii[i] * radii[i]) return true;
        return false;
    };
    TubeScene scene{ClassVolume(grid), shift};
    if (coverage != nullptr) *coverage = Volume<float>(grid);
    // Only voxels near the curve are asked, and only about the points near them.
    constexpr std::size_t batch = 32;
    for (std::size_t b = 0; b < points.size(); b += batch) {
        const std::size_t e = std::min(points.size(), b + batch);
        const double reach = thickest + step * batch + 2 * std::max({voxel_um.x, voxel_um.y, voxel_um.z});
        const Vec3 centre = grid.voxel_from_world(points[b] + shift);
        const auto span = [&](double c, double edge, std::int64_t n) {
            return std::pair{std::max<std::int64_t>(0, static_cast<std::int64_t>(c - reach / edge)),
                             std::min<std::int64_t>(n - 1, static_cast<std::int64_t>(c + reach / edge) + 1)};
        };
        const auto [x0, x1] = span(centre.x, voxel_um.x, grid.size.x);
        const auto [y0, y1] = span(centre.y, voxel_um.y, grid.size.y);
        const auto [z0, z1] = span(centre.z, voxel_um.z, grid.size.z);
        for (std::int64_t z = z0; z <= z1; ++z)
            for (std::int64_t y = y0; y <= y1; ++y)
                for (std::int64_t x = x0; x <= x1; ++x) {
                    const Vec3 v{static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
                    if (coverage == nullptr) {
                        if (scene.classes(x, y, z) == 0 && in_tube(grid.world_from_voxel(v), b, e))
                            scene.classes(x, y, z) = filopodium;
                        continue;
                    }
                    if ((*coverage)(x, y, z) == 1) continue;
                    int hits = 0;
                    for (int k = 0; k < 27; ++k)
                        hits +=
                            in_tube(grid.world_from_voxel(v + Vec3{(k % 3 - 1) / 3.0, (k / 3 % 3 - 1) / 3.0,
                                                                   (k / 9 - 1) / 3.0}),
                                    b, e);
                    (*coverage)(x, y, z) = std::max((*coverage)(x, y, z), static_cast<float>(hits) / 27);
                    if ((*coverage)(x, y, z) > 0.5F) scene.classes(x, y, z) = filopodium;
                }
    }
    if (tube.attached)
        for (std::int64_t i = 0; i < grid.count(); ++i) {
            const Vec3 p = grid.world_from_voxel({static_cast<double>(i % grid.size.x),
                                                  static_cast<double>(i / grid.size.x % grid.size.y),
                                                  static_cast<double>(i / (grid.size.x * grid.size.y))}) -
                           shift;
            if (dot(p - points[0], root_direction) < 0 && length(p - points[0]) < thickest + 4 * voxel_um.x &&
                scene.classes[i] == 0)
                scene.classes[i] = cytoplasm;
        }
    return scene;
}

Filopodium measure_only(const ClassVolume& classes, const Probabilities* probabilities = nullptr) {
    const Instances instances = find_instances(classes, {});
    const auto found = measure_filopodia(classes, instances, {}, probabilities);
    EXPECT_EQ(found.size(), 1U);
    return found.at(0);
}

constexpr Vec3 edges[] = {{0.02, 0.02, 0.02}, {0.02, 0.02, 0.01}, {0.012, 0.02, 0.016}};

TEST(Filopodia, BentTubesOfAnyDirection) {
    double worst_length = 0, worst_radius = 0;
    int tubes = 0;
    for (const Vec3 edge : edges)
        for (const double r : {0.05, 0.09})
            for (int shape = 0; shape < 4; ++shape)
                for (const std::uint64_t seed : {1, 2, 3}) {
                    const double l = shape == 0 ? 1.2 : 2.0;
                    const Curve curve = shape == 0   ? Curve(straight)
                                        : shape == 1 ? arc(1.0)
                                        : shape == 2 ? arc(6 * r)
                                                     : s_shape(0.8, 1.0);
                    const double bend = shape == 2 ? std::min(l, 2.4 * 6 * r) : l;
                    const bool round = seed != 2;
                    const Tube tube{turned(curve, seed + 10 * static_cast<std::uint64_t>(shape)), bend,
                                    [=](double) { return r; }, true, round};
                    const TubeScene scene = draw(tube, edge);
                    const Filopodium f = measure_only(scene.classes);
                    const double expected = bend + (round ? r : 0);
                    const std::string what = "shape " + std::to_string(shape) + " radius " +
                                             std::to_string(r) + " edge z " + std::to_string(edge.z) +
                                             " seed " + std::to_string(seed);
                    const bool fine = r >= 3 * std::max({edge.x, edge.y, edge.z});
                    EXPECT_NEAR(f.length_um / expected, 1, fine ? 0.02 : 0.03) << what;
                    EXPECT_NEAR(f.mean_radius_um / r, 1, fine ? 0.03 : 0.05) << what;
                    EXPECT_NEAR(f.tip_radius_um / r, 1, 0.08) << what;
                    EXPECT_NEAR(f.minimum_radius_um / r, 1, 0.1) << what;
                    EXPECT_TRUE(f.attached);
                    EXPECT_LT(length(f.root_um - scene.shift - tube.curve(0)), r) << what;
                    EXPECT_LT(length(f.tip_um - scene.shift - tube.curve(bend)), 2 * r) << what;
                    worst_length = std::max(worst_length, std::abs(f.length_um / expected - 1));
                    worst_radius = std::max(worst_radius, std::abs(f.mean_radius_um / r - 1));
                    ++tubes;
                }
    std::printf("%d tubes: worst length error %.2f %%, worst radius error %.2f %%\n", tubes,
                100 * worst_length, 100 * worst_radius);
}

TEST(Filopodia, ThickAndThinTubes) {
    double worst_length = 0, worst_radius = 0;
    for (const Vec3 edge : {Vec3{0.01, 0.01, 0.01}, Vec3{0.01, 0.008, 0.006}})
        for (const double voxels : {3.0, 6.0, 20.0})
            for (const std::uint64_t seed : {5}) {
                const double r = voxels * edge.x, l = 9 * r;
                const Tube tube{turned(arc(7 * r), seed), l, [=](double) { return r; }, true, true};
                const Filopodium f = measure_only(draw(tube, edge).classes);
                const std::string what = "radius " + std::to_string(voxels) + " voxels, edge z " +
                                         std::to_string(edge.z) + " seed " + std::to_string(seed);
                EXPECT_NEAR(f.length_um / (l + r), 1, 0.02) << what;
                EXPECT_NEAR(f.mean_radius_um / r, 1, 0.03) << what;
                worst_length = std::max(worst_length, std::abs(f.length_um / (l + r) - 1));
                worst_radius = std::max(worst_radius, std::abs(f.mean_radius_um / r - 1));
            }
    std::printf("radius 3 to 20 voxels: worst length error %.2f %%, worst radius error %.2f %%\n",
                100 * worst_length, 100 * worst_radius);
}

TEST(Filopodia, CurvatureOfArcs) {
    for (const Vec3 edge : edges)
        for (const double r : {0.05, 0.08})
            for (const std::uint64_t seed : {1, 2, 3}) {
                const auto measured = [&](const Curve& curve) {
                    const Tube tube{turned(curve, seed), 2.0, [=](double) { return r; }, true, true};
                    return measure_only(draw(tube, edge).classes);
                };
                const Filopodium one = measured(arc(1.0)), half = measured(arc(0.5)),
                                 none = measured(straight);
                const std::string what = "radius " + std::to_string(r) + " edge z " + std::to_string(edge.z) +
                                         " seed " + std::to_string(seed);
                EXPECT_NEAR(one.mean_curvature_per_um, 1, 0.1) << what;
                EXPECT_NEAR(half.mean_curvature_per_um, 2, 0.15) << what;
                EXPECT_LT(one.maximum_curvature_per_um, 1.35) << what;
                EXPECT_LT(none.mean_curvature_per_um, 0.1) << what;
                EXPECT_LT(none.maximum_curvature_per_um, 0.3) << what;
                EXPECT_EQ(one.curvature_per_um.size(), one.centre_line_um.size());
            }
}

TEST(Filopodia, TaperedTubeHasItsThinPlace) {
    const Tube tube{turned(arc(1.5), 4), 2.0, [](double s) { return 0.12 - 0.03 * s; }, true, true};
    const Filopodium f = measure_only(draw(tube, {0.016, 0.012, 0.02}).classes);
    EXPECT_NEAR(f.length_um / 2.06, 1, 0.03);
    EXPECT_NEAR(f.mean_radius_um / 0.09, 1, 0.06);
    EXPECT_NEAR(f.minimum_radius_um, 0.063, 0.006);
    EXPECT_GT(f.radius_um.at(1), 0.1);
    EXPECT_NEAR(f.tip_radius_um, 0.12 - 0.03 * 1.85, 0.006);  // middle of the last 0.3 µm before the cap
}

TEST(Filopodia, WithoutACellBodyTheThickerEndIsTheRoot) {
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
        const Tube tube{turned(arc(1.2), seed), 2.0, [](double s) { return 0.11 - 0.03 * s; }, false, true};
        const TubeScene scene = draw(tube, {0.02, 0.015, 0.01});
        const Filopodium f = measure_only(scene.classes);
        EXPECT_FALSE(f.attached);
        EXPECT_NEAR(f.length_um / 2.05, 1, 0.03) << "seed " << seed;
        EXPECT_LT(length(f.root_um - scene.shift - tube.curve(0)),
                  length(f.tip_um - scene.shift - tube.curve(0)));
        EXPECT_NEAR(f.tortuosity, f.length_um / length(f.tip_um - f.root_um), 1e-12);
        ASSERT_EQ(f.centre_line_um.size(), f.radius_um.size());
        EXPECT_EQ(f.centre_line_um.front(), f.root_um);
        EXPECT_EQ(f.centre_line_um.back(), f.tip_um);
    }
}

TEST(Filopodia, CoverageSharpensTheRadiusOfThinTubes) {
    double hard = 0, soft = 0;
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
        const double r = 0.035;
        const Tube tube{turned(arc(1.0), seed), 1.5, [=](double) { return r; }, true, true};
        Volume<float> coverage;
        const TubeScene scene = draw(tube, {0.02, 0.02, 0.015}, &coverage);
        Probabilities probabilities{scene.classes.grid(), 7, {}};
        const auto n = static_cast<std::size_t>(coverage.count());
        probabilities.values.assign(7 * n, 0);
        for (std::size_t i = 0; i < n; ++i)
            probabilities.values[6 * n + i] =
                static_cast<std::uint8_t>(std::lround(255 * coverage[static_cast<std::int64_t>(i)]));
        hard = std::max(hard, std::abs(measure_only(scene.classes).mean_radius_um / r - 1));
        soft = std::max(soft, std::abs(measure_only(scene.classes, &probabilities).mean_radius_um / r - 1));
    }
    EXPECT_LT(soft, 0.03);
    EXPECT_LE(soft, hard + 0.005);
}

TEST(Filopodia, AGapIsAsThickAsWhatItParts) {
    // Nothing of it can be seen in the middle: the classes and their probabilities say background.
    const double r = 0.06;
    Volume<float> coverage;
    TubeScene scene =
        draw({straight, 1.6, [=](double) { return r; }, true, true}, {0.02, 0.02, 0.02}, &coverage);
    Instances instances = find_instances(scene.classes, {});
    const Grid grid = scene.classes.grid();
    Probabilities probabilities{grid, 7, {}};
    const auto n = static_cast<std::size_t>(grid.count());
    probabilities.values.assign(7 * n, 0);
    for (std::size_t i = 0; i < n; ++i) {
        const auto at = static_cast<std::int64_t>(i);
        const double x = grid.origin_um.x + 0.02 * static_cast<double>(at % grid.size.x) - scene.shift.x;
        if (x > 0.7 && x < 0.95) {
            scene.classes[at] = background;
            instances.volume[at] = 0;
        } else {
            probabilities.values[6 * n + i] = static_cast<std::uint8_t>(std::lround(255 * coverage[at]));
        }
    }
    const auto found = measure_filopodia(scene.classes, instances, {}, &probabilities);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NEAR(found[0].length_um / (1.6 + r), 1, 0.03);
    EXPECT_NEAR(found[0].mean_radius_um / r, 1, 0.06);
    EXPECT_GT(found[0].minimum_radius_um / r, 0.8);
}

TEST(Filopodia, FlagsAndTables) {
    const ClassVolume classes = draw_stem(edges[0], 0.06, 5, [](Vec3) { return false; });
    const Filopodium out = measure_only(classes);
    EXPECT_TRUE(out.touches_border);
    EXPECT_FALSE(out.near_resolution);
    EXPECT_NEAR(out.edge_angle_deg, 90, 1);
    EXPECT_NEAR(out.root_angle_deg, 0, 2);
    const ClassVolume thin = draw_stem(edges[0], 0.025, 1, [](Vec3) { return false; });
    const Filopodium in = measure_only(thin);
    EXPECT_FALSE(in.touches_border);
    EXPECT_TRUE(in.near_resolution);
    for (const Table& table : {filopodia_table({in, out}), filopodium_profiles_table({in, out}),
                               filopodium_branches_table({in, out})})
        for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.name;
    EXPECT_EQ(filopodium_profiles_table({in, out}).rows.size(),
              in.centre_line_um.size() + out.centre_line_um.size());
    const Instances instances = find_instances(thin, {});
    EXPECT_THROW(measure_filopodia(thin, instances, {.tip_um = -1}), UsageError);
    EXPECT_THROW(measure_filopodia(thin, instances, {.angle_um = std::nan("")}), UsageError);
}

TEST(Filopodia, ManySpecks) {
    ClassVolume specks(Grid{{100, 100, 80}, {0.02, 0.02, 0.02}, {}});
    for (std::int64_t z = 0; z < 80; z += 2)
        for (std::int64_t y = 0; y < 100; y += 2)
            for (std::int64_t x = 0; x < 100; x += 2) specks(x, y, z) = filopodium;
    const auto found = measure_filopodia(specks, find_instances(specks, {}));
    EXPECT_EQ(found.size(), 100'000U);
    for (const Filopodium& f : found) EXPECT_TRUE(std::isfinite(f.length_um) && f.length_um > 0);
}

TEST(Filopodia, StubsAndSingleVoxels) {
    ClassVolume classes(Grid{{20, 20, 20}, {0.02, 0.02, 0.01}, {}});
    classes(10, 10, 10) = filopodium;
    const Filopodium one = measure_only(classes);
    EXPECT_GT(one.length_um, 0);
    EXPECT_TRUE(std::isfinite(one.mean_radius_um));
    for (std::int64_t z = 5; z < 12; ++z)
        for (std::int64_t y = 5; y < 12; ++y)
            for (std::int64_t x = 5; x < 12; ++x) classes(x, y, z) = filopodium;
    const Filopodium block = measure_only(classes);
    EXPECT_GT(block.length_um, 0.1);
    EXPECT_LT(block.length_um, 0.3);
    // Filling the volume from end to end, among nothing else.
    const Filopodium full = measure_only(ClassVolume(Grid{{40, 3, 3}, {0.02, 0.02, 0.02}, {}}, filopodium));
    EXPECT_NEAR(full.length_um, 0.8, 0.03);
    EXPECT_NEAR(full.mean_radius_um, std::sqrt(0.0036 / std::numbers::pi), 0.002);
}

TEST(Filopodia, SameAtAnyThreadCountAndChecksSizes) {
    const Tube tube{turned(arc(1.0), 3), 1.5, [](double) { return 0.06; }, true, true};
    const TubeScene scene = draw(tube, {0.02, 0.02, 0.02});
    set_thread_count(1);
    const Filopodium one = measure_only(scene.classes);
    set_thread_count(4);
    const Filopodium four = measure_only(scene.classes);
    set_thread_count(0);
    EXPECT_EQ(one.length_um, four.length_um);
    EXPECT_EQ(one.mean_radius_um, four.mean_radius_um);
    EXPECT_THROW(measure_filopodia(scene.classes, Instances{InstanceVolume(Grid{{2, 2, 2}, {}, {}}), {0}}),
                 InputError);
    const Table table = filopodia_table({one});
    EXPECT_EQ(table.rows.at(0).size(), table.columns.size());
}

}  // namespace
}  // namespace cytomo
