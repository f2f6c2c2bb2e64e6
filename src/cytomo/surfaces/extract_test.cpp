// Marching cubes: closed manifolds from every pattern and from noise, exact caps, known shapes.
#include "cytomo/surfaces/extract.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <set>
#include <utility>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/surfaces/cell_table.h"
#include "cytomo/surfaces/check.h"
#include "cytomo/surfaces/test_shapes.h"

namespace cytomo {
namespace {

using namespace test_shapes;

/// Everything that must hold for any field.
void expect_sound(const Mesh& mesh, const std::string& what) {
    const MeshCheck c = check_mesh(mesh);
    EXPECT_TRUE(c.watertight()) << what << ": open " << c.open_edges << ", branching " << c.branching_edges
                                << ", inconsistent " << c.inconsistent_edges << ", pinched "
                                << c.pinched_vertices;
    EXPECT_EQ(c.degenerate_triangles, 0) << what;
    EXPECT_EQ(c.unused_vertices, 0) << what;
}

Volume<float> padded(const Volume<float>& values, std::int64_t margin, float outside) {
    Grid g = values.grid();
    g.size = {g.size.x + 2 * margin, g.size.y + 2 * margin, g.size.z + 2 * margin};
    Volume<float> result(g, outside);
    for (std::int64_t z = 0; z < values.grid().size.z; ++z)
        for (std::int64_t y = 0; y < values.grid().size.y; ++y)
            for (std::int64_t x = 0; x < values.grid().size.x; ++x)
                result(x + margin, y + margin, z + margin) = values(x, y, z);
    return result;
}

/// Inside voxels connected through faces: what the rule for ambiguous faces must keep apart.
int count_face_components(const Volume<float>& values, float level) {
    const Size3 n = values.grid().size;
    std::vector<bool> done(static_cast<std::size_t>(values.count()), false);
    int components = 0;
    std::vector<std::array<std::int64_t, 3>> open;
    const auto visit = [&](std::int64_t x, std::int64_t y, std::int64_t z) {
        if (!values.grid().contains(x, y, z) || !(values(x, y, z) > level)) return;
        const auto i = static_cast<std::size_t>(values.grid().index(x, y, z));
        if (done[i]) return;
        done[i] = true;
        open.push_back({x, y, z});
    };
    for (std::int64_t z = 0; z < n.z; ++z)
        for (std::int64_t y = 0; y < n.y; ++y)
            for (std::int64_t x = 0; x < n.x; ++x) {
                visit(x, y, z);
                if (open.empty()) continue;
                ++components;
                while (!open.empty()) {
                    const auto [a, b, c] = open.back();
                    open.pop_back();
                    visit(a - 1, b, c), visit(a + 1, b, c), visit(a, b - 1, c);
                    visit(a, b + 1, c), visit(a, b, c - 1), visit(a, b, c + 1);
                }
            }
    return components;
}

/// Corner at the lower end of an edge of a cell.
int low_corner(int edge) {
    const int first = edge & 1, second = edge >> 1 & 1;
    switch (edge / 4) {
        case 0:
            return 2 * first + 4 * second;
        case 1:
            return first + 4 * second;
        default:
            return first + 2 * second;
    }
}

TEST(CellPatterns, TrianglesJoinCrossingEdgesAndNoDiagonalLiesInAFace) {
    for (int p = 0; p < 256; ++p) {
        const CellPattern& cell = cell_patterns()[static_cast<std::size_t>(p)];
        std::set<std::pair<int, int>> sides;
        for (std::uint8_t t = 0; t < cell.triangle_count; ++t)
            for (std::size_t c = 0; c < 3; ++c) {
                const int e = cell.triangles[t][c];
                EXPECT_NE(p >> low_corner(e) & 1, p >> (low_corner(e) | 1 << e / 4) & 1) << "pattern " << p;
                EXPECT_TRUE(sides.insert({e, cell.triangles[t][(c + 1) % 3]}).second) << "pattern " << p;
            }
        for (const auto& [a, b] : sides) {
            // Corners of both edges that lie in one face: all x, y or z bits are equal.
            int all = 7, any = 0;
            for (const int e : {a, b})
                for (const int corner : {low_corner(e), low_corner(e) | 1 << e / 4})
                    all &= corner, any |= corner;
            const bool in_one_face = all != 0 || any != 7;
            EXPECT_EQ(sides.count({b, a}) == 0, in_one_face) << "pattern " << p;
        }
    }
    EXPECT_EQ(cell_patterns()[0].triangle_count, 0);
    EXPECT_EQ(cell_patterns()[255].triangle_count, 0);
    EXPECT_EQ(cell_patterns()[1].triangle_count, 1);
    EXPECT_EQ(cell_patterns()[0b01101001].triangle_count, 4);  // four corners, no two on one edge
}

TEST(Extract, EveryPatternIsAClosedManifoldInsideAVolumeAndAtItsBorder) {
    for (int pattern = 1; pattern < 256; ++pattern)
        for (const bool binary : {true, false}) {
            Random random(static_cast<std::uint64_t>(pattern));
            Volume<float> cell(Grid{{2, 2, 2}, {0.01, 0.02, 0.03}, {1, 2, 3}});
            for (std::int64_t i = 0; i < 8; ++i)
                cell[i] = static_cast<float>(((pattern >> i & 1) != 0 ? 1 : -1) *
                                             (binary ? 1 : random.uniform(0.01, 1)));
            for (const std::int64_t margin : {0, 1}) {
                const auto values = padded(cell, margin, -1);
                const Mesh mesh = extract_surface(values.grid(), field_of(values), 0);
                const std::string what =
                    "pattern " + std::to_string(pattern) + " margin " + std::to_string(margin);
                expect_sound(mesh, what);
                EXPECT_GT(volume_um3(mesh), 0) << what;
                if (margin == 1) {
                    EXPECT_EQ(check_mesh(mesh).components, count_face_components(values, 0)) << what;
                }
            }
        }
}

TEST(Extract, NoiseOfAnyKindGivesClosedManifolds) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Random random(seed);
        const Size3 size{random.integer(1, 11), random.integer(1, 11), random.integer(1, 40)};
        Volume<float> noise(Grid{size, {0.01, 0.02, 0.015}, {}});
        const double share = random.uniform(0.1, 0.9);
        for (auto& v : noise.values())
            v = seed % 3 == 0   ? (random.chance(share) ? 1.0F : 0.0F)                // two values
                : seed % 3 == 1 ? static_cast<float>(random.uniform() + share - 0.5)  // grey
                                : static_cast<float>(random.integer(0, 2)) / 2;  // many equal to the level
        const Mesh mesh = extract_surface(noise.grid(), field_of(noise), 0.5F);
        expect_sound(mesh, "seed " + std::to_string(seed));
        if (size.x > 1 && size.y > 1 && size.z > 1) {
            const auto wide = padded(noise, 1, 0);
            const Mesh free = extract_surface(wide.grid(), field_of(wide), 0.5F);
            expect_sound(free, "seed " + std::to_string(seed) + " with a margin");
            // Cavities are components too; noise has some, so only a lower limit is known.
            EXPECT_GE(check_mesh(free).components, count_face_components(noise, 0.5F));
        }
    }
}

TEST(Extract, ValuesThatAreNotNumbersAreOutside) {
    Volume<float> values(Grid{{5, 5, 5}, {1, 1, 1}, {}}, std::numeric_limits<float>::quiet_NaN());
    values(2, 2, 2) = std::numeric_limits<float>::infinity();
    const Mesh mesh = extract_surface(values.grid(), field_of(values), 0);
    expect_sound(mesh, "one infinite value");
    EXPECT_EQ(mesh.vertices.size(), 6U);
    EXPECT_NEAR(volume_um3(mesh), 1.0 / 6, 1e-6);  // octahedron with corners half a voxel away
}

TEST(Extract, AFullVolumeIsABoxUpToTheOuterFaces) {
    for (const Size3 size : {Size3{1, 1, 1}, Size3{4, 3, 2}, Size3{17, 9, 33}}) {
        const Grid g{size, {0.01, 0.02, 0.03}, {5, -3, 1}};
        const Volume<float> full(g, 1);
        const Mesh mesh = extract_surface(g, field_of(full), 0);
        expect_sound(mesh, "full volume");
        const auto [nx, ny, nz] = size;
        const double x = 0.01 * static_cast<double>(nx), y = 0.02 * static_cast<double>(ny),
                     z = 0.03 * static_cast<double>(nz);
        EXPECT_NEAR(volume_um3(mesh) / (x * y * z), 1, 1e-4);
        EXPECT_NEAR(area_um2(mesh) / (2 * (x * y + y * z + z * x)), 1, 1e-4);
        EXPECT_EQ(check_mesh(mesh).euler_characteristic(), 2);
        float low = 1e9F, high = -1e9F;
        for (const auto& v : mesh.vertices) low = std::min(low, v[0]), high = std::max(high, v[0]);
        EXPECT_NEAR(low, 5 - 0.005, 1e-5);
        EXPECT_NEAR(high, 5 - 0.005 + x, 1e-5);
    }
}

TEST(Extract, ABallCutInHalfByTheBorderHasHalfTheVolume) {
    const double r = 12;
    for (int axis = 0; axis < 3; ++axis)
        for (const bool lower : {true, false}) {
            Grid whole{{33, 33, 33}, {1, 1, 1}, {-16, -16, -16}};
            Grid half = whole;
            // Centres from ±0.5 on: the outer face of the first voxels goes through the centre of the ball.
            const auto cut = [&](std::int64_t& n, double& origin) {
                n = 16;
                origin = lower ? 0.5 : -15.5;
            };
            if (axis == 0) cut(half.size.x, half.origin_um.x);
            if (axis == 1) cut(half.size.y, half.origin_um.y);
            if (axis == 2) cut(half.size.z, half.origin_um.z);
            const auto field = [&](const Grid& g) {
                Volume<float> v(g);
                for (std::int64_t z = 0; z < g.size.z; ++z)
                    for (std::int64_t y = 0; y < g.size.y; ++y)
                        for (std::int64_t x = 0; x < g.size.x; ++x)
                            v(x, y, z) = static_cast<float>(
                                r - length(g.world_from_voxel({static_cast<double>(x), static_cast<double>(y),
                                                               static_cast<double>(z)})));
                return v;
            };
            const auto whole_field = field(whole), half_field = field(half);
            const Mesh ball = extract_surface(whole, field_of(whole_field), 0);
            const Mesh cut_ball = extract_surface(half, field_of(half_field), 0);
            expect_sound(cut_ball, "half ball");
            EXPECT_EQ(check_mesh(cut_ball).euler_characteristic(), 2);
            // The field goes on unchanged over the last half voxel: 0.1 % at this radius.
            EXPECT_NEAR(volume_um3(cut_ball) / (volume_um3(ball) / 2), 1, 2e-3);
            double cap = 0;
            for (const auto& t : cut_ball.triangles) {
                const auto& [a, b, c] = t;
                const auto i = static_cast<std::size_t>(axis);
                const auto flat = [&](std::uint32_t v) { return cut_ball.vertices[v][i] == 0; };
                if (!flat(a) || !flat(b) || !flat(c)) continue;
                Mesh one{cut_ball.vertices, {t}};
                cap += area_um2(one);
            }
            EXPECT_NEAR(cap / (std::numbers::pi * r * r), 1, 0.01);
        }
}

TEST(Extract, AgreesWithAnIndependentMarchingCubes) {
    // tests/golden/surfaces_golden.py computes area and volume of the same field with scikit-image.
    std::ifstream in(std::string(CYTOMO_SOURCE_DIR) + "/tests/golden/surfaces_golden.txt");
    ASSERT_TRUE(in) << "tests/golden/surfaces_golden.txt is missing";
    double area = 0, volume = 0;
    in >> area >> volume;
    const Grid g{{40, 44, 36}, {0.02, 0.02, 0.01}, {}};
    Volume<float> v(g);
    for (std::int64_t z = 0; z < g.size.z; ++z)
        for (std::int64_t y = 0; y < g.size.y; ++y)
            for (std::int64_t x = 0; x < g.size.x; ++x) {
                const double bump =
                    std::cos(0.35 * static_cast<double>(x)) * std::sin(0.3 * static_cast<double>(y)) +
                    std::cos(0.25 * static_cast<double>(z));
                const double dx = static_cast<double>(x) - 19.3, dy = static_cast<double>(y) - 21.6,
                             dz = static_cast<double>(z) - 17.2;
                v(x, y, z) = static_cast<float>(13 - std::sqrt(dx * dx + dy * dy + dz * dz) + 1.2 * bump);
            }
    const Mesh mesh = extract_surface(g, field_of(v), 0);
    expect_sound(mesh, "bumpy ball");
    EXPECT_NEAR(area_um2(mesh) / area, 1, 0.01);
    EXPECT_NEAR(volume_um3(mesh) / volume, 1, 0.01);
}

TEST(Extract, SameMeshAtAnyThreadCount) {
    Random random(3);
    Volume<float> noise(Grid{{23, 19, 71}, {0.01, 0.01, 0.02}, {}});
    for (auto& v : noise.values()) v = static_cast<float>(random.normal());
    set_thread_count(1);
    const Mesh one = extract_surface(noise.grid(), field_of(noise), 0.3F);
    for (const int threads : {2, 5}) {
        set_thread_count(threads);
        const Mesh many = extract_surface(noise.grid(), field_of(noise), 0.3F);
        EXPECT_EQ(one.vertices, many.vertices);
        EXPECT_EQ(one.triangles, many.triangles);
    }
    set_thread_count(0);
}

TEST(Extract, EmptyFieldsAndCancellation) {
    const Volume<float> nothing(Grid{{9, 9, 9}, {1, 1, 1}, {}}, 0);
    EXPECT_TRUE(extract_surface(nothing.grid(), field_of(nothing), 0.5F).empty());
    EXPECT_TRUE(extract_surface(Grid{}, field_of(nothing), 0.5F).empty());
    const Progress stop({}, [] { return true; });
    EXPECT_THROW(extract_surface(nothing.grid(), field_of(nothing), 0.5F, stop), Cancelled);
}

}  // namespace
}  // namespace cytomo
