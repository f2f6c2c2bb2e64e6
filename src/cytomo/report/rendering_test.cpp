#include "cytomo/report/rendering.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"

namespace cytomo {
namespace {

Mesh sphere(Vec3 centre, double radius, int rings = 64, bool inwards = false) {
    Mesh m;
    const int sectors = 2 * rings;
    const auto add = [&](double x, double y, double z) {
        m.vertices.push_back({static_cast<float>(centre.x + radius * x),
                              static_cast<float>(centre.y + radius * y),
                              static_cast<float>(centre.z + radius * z)});
        return static_cast<std::uint32_t>(m.vertices.size() - 1);
    };
    for (int r = 0; r <= rings; ++r)
        for (int s = 0; s < sectors; ++s) {
            const double theta = std::numbers::pi * r / rings, phi = 2 * std::numbers::pi * s / sectors;
            add(std::sin(theta) * std::cos(phi), std::sin(theta) * std::sin(phi), std::cos(theta));
        }
    const auto at = [&](int r, int s) { return static_cast<std::uint32_t>(r * sectors + s % sectors); };
    for (int r = 0; r < rings; ++r)
        for (int s = 0; s < sectors; ++s) {
            m.triangles.push_back({at(r, s), at(r + 1, s), at(r + 1, s + 1)});
            m.triangles.push_back({at(r, s), at(r + 1, s + 1), at(r, s + 1)});
        }
    if (inwards)
        for (auto& t : m.triangles) std::swap(t[1], t[2]);
    return m;
}

RenderOptions bare(int size) {
    RenderOptions o;
    o.width = o.height = size;
    o.margin = 0;
    o.ground_shadow = o.scale_bar = false;
    o.sky_samples = 16;
    o.background = {255, 255, 255};
    return o;
}

double brightness(Colour c) {
    return (c[0] + c[1] + c[2]) / 3.0;
}

TEST(Rendering, SphereFillsTheDiscInItsSquare) {
    ASSERT_GT(volume_um3(sphere({}, 1)), 0);
    for (const View view : {View::three_quarter, View::top, View::side}) {
        auto options = bare(400);
        options.view = view;
        const std::vector<ColouredMesh> meshes{{sphere({3, -2, 7}, 1), "ball", {120, 40, 40}, Look::opaque}};
        const Image image = render_surfaces(meshes, options);
        int covered = 0;
        for (std::size_t p = 0; p < image.rgb.size(); p += 3) covered += image.rgb[p + 1] < 235;
        EXPECT_NEAR(covered / 160000.0, std::numbers::pi / 4, 0.01 * std::numbers::pi / 4);
    }
}

TEST(Rendering, IsBrighterTowardsTheLamp) {
    const std::vector<ColouredMesh> meshes{{sphere({}, 1), "ball", {150, 150, 150}, Look::opaque}};
    const Image image = render_surfaces(meshes, bare(200));
    EXPECT_GT(brightness(image.at(65, 60)), brightness(image.at(135, 140)) + 30);  // upper left, lower right
    // No speckles and no dark rings: neighbours on the lit side differ little.
    for (int x = 50; x < 90; ++x)
        EXPECT_NEAR(brightness(image.at(x, 70)), brightness(image.at(x + 1, 70)), 6);
}

TEST(Rendering, IsTheSameAtAnyThreadCount) {
    const std::vector<ColouredMesh> meshes{
        {sphere({}, 1), "cell", {150, 180, 200}, Look::glass},
        {sphere({0.2, 0, 0}, 0.4), "nucleus", {90, 90, 190}, Look::translucent},
        {sphere({-0.4, 0.2, 0.1}, 0.25), "droplet", {230, 190, 70}, Look::opaque}};
    RenderOptions options;
    options.width = 160;
    options.height = 120;
    set_thread_count(1);
    const Image one = render_surfaces(meshes, options);
    set_thread_count(3);
    const Image three = render_surfaces(meshes, options);
    set_thread_count(0);
    EXPECT_TRUE(one == three);
}

TEST(Rendering, WhatLiesInAShellIsSeen) {
    const ColouredMesh shell{sphere({}, 1), "cytoplasm", {158, 188, 205}, Look::glass};
    const ColouredMesh inside{sphere({}, 0.3), "droplet", {200, 30, 30}, Look::opaque};
    const auto centre = [](const std::vector<ColouredMesh>& meshes) {
        auto options = bare(120);
        const Image image = render_surfaces(meshes, options);
        return image.at(56, 56);
    };
    const Colour empty = centre({shell}), full = centre({shell, inside});
    EXPECT_GT(empty[1], 200);          // clear where it faces the viewer
    EXPECT_GT(full[0], full[1] + 80);  // red
    const ColouredMesh nucleus{sphere({}, 0.6), "nucleus", {108, 122, 190}, Look::translucent};
    const Colour deep = centre({shell, nucleus, inside});
    EXPECT_GT(deep[0], deep[1] + 15);  // still red behind two walls
}

TEST(Rendering, CavitiesOfAShellAreNotDrawn) {
    Mesh with_cavity = sphere({}, 1);
    append(with_cavity, sphere({0.3, 0, 0}, 0.3, 24, true));
    const std::vector<ColouredMesh> hollow{{with_cavity, "cytoplasm", {158, 188, 205}, Look::glass}};
    const std::vector<ColouredMesh> plain{{sphere({}, 1), "cytoplasm", {158, 188, 205}, Look::glass}};
    EXPECT_TRUE(render_surfaces(hollow, bare(100)) == render_surfaces(plain, bare(100)));
}

/// A box of so many squares along each edge of each face, outwards. Faces share vertices where `low` is 0.
Mesh box(Vec3 low, Vec3 high, int squares) {
    Mesh m;
    const Vec3 size = high - low;
    const auto vertex = [&](Vec3 p) {
        const std::array<float, 3> v{static_cast<float>(p.x), static_cast<float>(p.y),
                                     static_cast<float>(p.z)};
        const auto known = std::find(m.vertices.begin(), m.vertices.end(), v);
        const auto place = static_cast<std::uint32_t>(known - m.vertices.begin());
        if (known == m.vertices.end()) m.vertices.push_back(v);
        return place;
    };
    const auto face = [&](Vec3 corner, Vec3 u, Vec3 v) {  // u × v points outwards
        const auto at = [&](int i, int j) {
            return vertex(corner + u * (static_cast<double>(i) / squares) +
                          v * (static_cast<double>(j) / squares));
        };
        for (int j = 0; j < squares; ++j)
            for (int i = 0; i < squares; ++i) {
                const auto a = at(i, j), b = at(i + 1, j), c = at(i, j + 1), d = at(i + 1, j + 1);
                m.triangles.push_back({a, b, d});
                m.triangles.push_back({a, d, c});
            }
    };
    const Vec3 x{size.x, 0, 0}, y{0, size.y, 0}, z{0, 0, size.z};
    face(low, y, x), face(low + z, x, y);
    face(low, x, z), face(low + y, z, x);
    face(low, z, y), face(low + x, y, z);
    return m;
}

TEST(Rendering, CutFacesInThePlaneOfAShellHaveOneColour) {
    // The border y = 1.37 cuts off a shell and what is inside: its cut face is flat, all of the sky and the
    // lamp shine on it, and nothing is in front.
    const Vec3 high{1.37, 1.37, 1.37};
    ASSERT_NEAR(volume_um3(box({}, high, 7)), 1.37 * 1.37 * 1.37, 1e-4);
    const std::vector<ColouredMesh> meshes{
        {box({}, high, 7), "cytoplasm", {20, 20, 255}, Look::glass},
        {box({0.3, 0.3, 0.3}, {1.07, 1.37, 1.07}, 5), "mitochondrion", {200, 40, 30}, Look::opaque}};
    auto options = bare(200);
    options.lamp_samples = 64;  // little noise
    const Image image = render_surfaces(meshes, options);
    // Where the middle of the cut face is seen from (-0.42, -0.72, 0.56): the box is fitted to the picture.
    const Vec3 forward = Vec3{-0.42, -0.72, 0.56} * (1 / length({-0.42, -0.72, 0.56}));
    const Vec3 across = cross(forward, {0, 0, -1}), right = across * (1 / length(across)),
               up = cross(right, forward);
    const auto extent = [](Vec3 v) { return std::abs(v.x) + std::abs(v.y) + std::abs(v.z); };
    const double pixels = 200 / std::max(extent(right), extent(up));  // an edge of the box
    const int x = static_cast<int>(100 + pixels * 0.5 * right.y),
              y = static_cast<int>(100 - pixels * 0.5 * up.y);
    const Colour middle = image.at(x, y);
    ASSERT_GT(middle[0], middle[2] + 60);  // red
    for (int dy = -8; dy <= 8; ++dy)
        for (int dx = -8; dx <= 8; ++dx)
            for (std::size_t c = 0; c < 3; ++c)
                ASSERT_NEAR(image.at(x + dx, y + dy)[c], middle[c], 5) << dx << ", " << dy;
}

TEST(Rendering, TheLegendNamesAllSurfacesOnce) {
    const std::vector<ColouredMesh> meshes{{sphere({}, 1, 8), "vesicle", {201, 10, 20}, Look::opaque},
                                           {sphere({3, 0, 0}, 1, 8), "vesicle", {201, 10, 20}, Look::opaque},
                                           {sphere({6, 0, 0}, 1, 8), "nucleus", {10, 202, 20}, Look::opaque},
                                           {{}, "absent", {10, 20, 203}, Look::opaque}};
    const Image picture(300, 200, {255, 255, 255}), out = with_legend(picture, meshes);
    EXPECT_EQ(out.width, picture.width);
    EXPECT_GT(out.height, picture.height + 8);
    const auto patches = [&](Colour colour) {  // runs of the colour along any row, at most
        int most = 0;
        for (int y = 0; y < out.height; ++y) {
            int runs = 0;
            for (int x = 1; x < out.width; ++x) runs += out.at(x, y) == colour && out.at(x - 1, y) != colour;
            most = std::max(most, runs);
        }
        return most;
    };
    EXPECT_EQ(patches({201, 10, 20}), 1);
    EXPECT_EQ(patches({10, 202, 20}), 1);
    EXPECT_EQ(patches({10, 20, 203}), 0);
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x) ASSERT_EQ(out.at(x, y), picture.at(x, y));
    EXPECT_EQ(with_legend(picture, {}), picture);
}

TEST(Rendering, ViewsAgreeWithPicturesOfSlices) {
    // A large grey ball at the origin, a red one at +x, a green one at +y, a blue one at +z.
    const std::vector<ColouredMesh> meshes{{sphere({}, 1, 24), "o", {120, 120, 120}, Look::opaque},
                                           {sphere({2, 0, 0}, 0.5, 24), "x", {200, 0, 0}, Look::opaque},
                                           {sphere({0, 2, 0}, 0.5, 24), "y", {0, 200, 0}, Look::opaque},
                                           {sphere({0, 0, 2}, 0.5, 24), "z", {0, 0, 200}, Look::opaque}};
    struct Place {
        double x = 0, y = 0, n = 0;
    };
    const auto place_of = [](const Image& image, std::size_t channel) {
        Place p;
        for (int y = 0; y < image.height; ++y)
            for (int x = 0; x < image.width; ++x) {
                const Colour c = image.at(x, y);
                if (c[channel] < c[(channel + 1) % 3] + 40 || c[channel] < c[(channel + 2) % 3] + 40)
                    continue;
                p.x += x, p.y += y, p.n += 1;
            }
        return Place{p.x / p.n, p.y / p.n, p.n};
    };
    auto options = bare(200);
    options.view = View::top;
    const Image top = render_surfaces(meshes, options);
    EXPECT_GT(place_of(top, 0).x, 150);  // x to the right
    EXPECT_GT(place_of(top, 1).y, 150);  // y downwards
    options.view = View::side;
    const Image side = render_surfaces(meshes, options);
    EXPECT_GT(place_of(side, 0).x, 150);
    EXPECT_GT(place_of(side, 2).y, 150);  // z downwards
    options.view = View::three_quarter;
    const Image between = render_surfaces(meshes, options);
    EXPECT_GT(place_of(between, 0).x, place_of(between, 1).x);
    EXPECT_GT(place_of(between, 2).y, 100);
}

TEST(Rendering, ScaleBarMeansWhatItSays) {
    const std::vector<ColouredMesh> meshes{{sphere({}, 2.6), "ball", {200, 60, 60}, Look::opaque}};
    auto options = bare(600);
    options.scale_bar = true;  // at most 120 pixels: 1 µm of the 5.2 µm, 600 / 5.2 pixels
    options.margin = 0.0;
    const Image image = render_surfaces(meshes, options);
    int longest = 0;
    for (int y = 560; y < 600; ++y) {
        int run = 0;
        for (int x = 300; x < 600; ++x) {
            run = image.at(x, y) == Colour{60, 68, 78} ? run + 1 : 0;
            longest = std::max(longest, run);
        }
    }
    EXPECT_NEAR(longest, 600 / 5.2, 1);
}

TEST(Rendering, NothingGivesTheBackground) {
    const Image image = render_surfaces({}, bare(32));
    EXPECT_TRUE(image == Image(32, 32, {255, 255, 255}));
}

TEST(Rendering, BadInputIsTold) {
    std::vector<ColouredMesh> meshes{{sphere({}, 1, 8), "ball", {1, 2, 3}, Look::opaque}};
    meshes[0].mesh.vertices[5][1] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_THROW((void)render_surfaces(meshes, bare(32)), InputError);
    auto options = bare(32);
    options.width = 3;
    EXPECT_THROW((void)render_surfaces({}, options), UsageError);
    EXPECT_THROW((void)view_named("front"), UsageError);
    EXPECT_EQ(view_named("three-quarter"), View::three_quarter);
}

TEST(Rendering, StopsWhenAsked) {
    const std::vector<ColouredMesh> meshes{{sphere({}, 1, 8), "ball", {1, 2, 3}, Look::opaque}};
    int calls = 0;
    const Progress progress([&](std::string_view, double, std::string_view) { ++calls; },
                            [&] { return calls > 1; });
    EXPECT_THROW((void)render_surfaces(meshes, bare(200), progress), Cancelled);
}

TEST(Looks, FollowTheClass) {
    EXPECT_EQ(default_look("cytoplasm"), Look::glass);
    EXPECT_EQ(default_look("nucleus"), Look::translucent);
    EXPECT_EQ(default_look("lipid droplet"), Look::opaque);
    std::vector<ColouredMesh> lonely{{sphere({}, 1, 8), "cytoplasm", {1, 2, 3}, Look::glass}};
    make_visible(lonely);
    EXPECT_EQ(lonely[0].look, Look::opaque);
}

TEST(SkyLight, IsFullOutsideAndWeakInNarrowGaps) {
    const std::vector<ColouredMesh> alone{{sphere({}, 1, 24), "ball", {1, 2, 3}, Look::opaque}};
    const auto open = vertex_sky_light(alone);
    for (const auto v : open[0]) EXPECT_GE(v, 250);
    const std::vector<ColouredMesh> nested{{sphere({}, 1, 24), "inner", {1, 2, 3}, Look::opaque},
                                           {sphere({}, 1.1, 24, true), "outer", {1, 2, 3}, Look::opaque}};
    const auto dark = vertex_sky_light(nested);
    for (const auto v : dark[0]) EXPECT_LE(v, 5);
}

}  // namespace
}  // namespace cytomo
