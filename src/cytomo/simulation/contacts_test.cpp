#include "cytomo/simulation/contacts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "cytomo/core/parallel.h"

namespace cytomo {
namespace {

/// Labels from a function of the place in µm.
template <class Label>
InstanceVolume labelled(Size3 size, Vec3 voxel_um, const Label& label) {
    InstanceVolume v(Grid{size, voxel_um, {}});
    for (std::int64_t z = 0; z < size.z; ++z)
        for (std::int64_t y = 0; y < size.y; ++y)
            for (std::int64_t x = 0; x < size.x; ++x)
                v(x, y, z) = label(v.grid().world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)}));
    return v;
}

const std::vector<bool> all{false, true, true, true};

TEST(Contacts, LayersFaceEachOtherWithTheirWholeArea) {
    // Layers from 0 to 0.2 µm and from 0.2 µm + gap on, 30 x 24 x 40 voxels of 20 x 25 x 10 nm.
    for (const double gap : {0.0, 0.02}) {
        const auto layers = labelled({30, 24, 40}, {0.02, 0.025, 0.01}, [&](Vec3 p) {
            return p.z < 0.195 ? 1U : p.z < 0.195 + gap ? 0U : 2U;
        });
        const auto found = find_contacts(layers, all);
        ASSERT_EQ(found.size(), 1U) << gap;
        EXPECT_EQ(found[0].a, 1U);
        EXPECT_EQ(found[0].b, 2U);
        EXPECT_NEAR(found[0].area_um2, 0.6 * 0.6, 1e-9);
        EXPECT_NEAR(found[0].gap_um, gap, 1e-9);
    }
    const auto apart = labelled({30, 24, 40}, {0.02, 0.025, 0.01},
                                [](Vec3 p) { return p.z < 0.195 ? 1U : p.z < 0.225 ? 0U : 2U; });
    EXPECT_TRUE(find_contacts(apart, all).empty());
}

TEST(Contacts, InclinedLayersCountTheirTrueArea) {
    for (const Vec3 direction : {Vec3{1, 1, 0}, Vec3{1, 2, 3}, Vec3{0.3, 0.1, 1}}) {
        const Vec3 n = normalized(direction), middle{0.39, 0.39, 0.39};
        const auto layers = labelled({40, 40, 40}, {0.02, 0.02, 0.02},
                                     [&](Vec3 p) { return dot(p - middle, n) < 0 ? 1U : 2U; });
        // The plane's area within the cube, by counting: a thin layer's volume over its thickness.
        double inside = 0;
        const int steps = 200;
        for (int k = 0; k < steps; ++k)
            for (int j = 0; j < steps; ++j)
                for (int i = 0; i < steps; ++i) {
                    const Vec3 p{(i + 0.5) * 0.8 / steps - 0.4, (j + 0.5) * 0.8 / steps - 0.4,
                                 (k + 0.5) * 0.8 / steps - 0.4};
                    inside += std::fabs(dot(p, n)) < 0.01;
                }
        const double area = inside * std::pow(0.8 / steps, 3) / 0.02;
        const auto found = find_contacts(layers, all);
        ASSERT_EQ(found.size(), 1U);
        EXPECT_NEAR(found[0].area_um2, area, 0.04 * area);
    }
}

TEST(Contacts, SpheresMeetInCaps) {
    const double radius = 0.25, gap = 0.008, within = 0.03, between = 2 * radius + gap;
    const Vec3 first{0.3, 0.3, 0.3}, second = first + normalized({1, 0.4, 0.2}) * between;
    const auto spheres = labelled({180, 140, 130}, {0.005, 0.005, 0.005}, [&](Vec3 p) {
        return length(p - first) < radius ? 1U : length(p - second) < radius ? 2U : 0U;
    });
    const auto found = find_contacts(spheres, all, within);
    ASSERT_EQ(found.size(), 1U);
    // Places on one sphere less than `within` from the other.
    const double cosine = (radius * radius + between * between - (radius + within) * (radius + within)) /
                          (2 * radius * between);
    const double cap = 2 * std::numbers::pi * radius * radius * (1 - cosine);
    EXPECT_NEAR(found[0].area_um2, cap, 0.08 * cap);
    EXPECT_NEAR(found[0].gap_um, gap, 0.005);
}

TEST(Contacts, LeavesOutWhatDoesNotCountAndKeepsPairsApart) {
    const auto layers = labelled({16, 16, 30}, {0.02, 0.02, 0.02}, [](Vec3 p) {
        return p.z < 0.19 ? 1U : p.z < 0.39 ? 2U : 3U;
    });
    EXPECT_EQ(find_contacts(layers, all).size(), 2U);
    EXPECT_TRUE(find_contacts(layers, {false, true, false, true}).empty());
}

TEST(Contacts, AreTheSameAtAnyThreadCount) {
    const auto bits = labelled({40, 40, 40}, {0.02, 0.02, 0.02}, [](Vec3 p) {
        return static_cast<std::uint32_t>(std::llround(9 * std::fabs(std::sin(9 * p.x + 5 * p.y * p.y + 7 * p.z)))) % 4;
    });
    set_thread_count(1);
    const auto one = find_contacts(bits, all);
    set_thread_count(3);
    const auto three = find_contacts(bits, all);
    set_thread_count(0);
    ASSERT_EQ(one.size(), three.size());
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].area_um2, three[i].area_um2);
}

}  // namespace
}  // namespace cytomo
