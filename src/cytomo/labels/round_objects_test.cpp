#include "cytomo/labels/round_objects.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cytomo/core/legend.h"

namespace cytomo {
namespace {

const Grid round_grid{{60, 40, 40}, {0.02, 0.02, 0.02}, {}};

std::array<bool, 256> droplets_and_vesicles() {
    std::array<bool, 256> round{};
    round[lipid_droplet] = round[vesicle] = true;
    return round;
}

Probabilities all_cytoplasm() {
    Probabilities p{round_grid, 7,
                    std::vector<std::uint8_t>(static_cast<std::size_t>(7 * round_grid.count()))};
    std::fill_n(p.values.begin() + cytoplasm * round_grid.count(), round_grid.count(), std::uint8_t{255});
    return p;
}

void set(Probabilities& p, std::int64_t voxel, std::initializer_list<std::pair<int, int>> values) {
    for (int c = 0; c < p.classes; ++c) p.values[static_cast<std::size_t>(c * p.grid.count() + voxel)] = 0;
    for (const auto& [c, v] : values)
        p.values[static_cast<std::size_t>(c * p.grid.count() + voxel)] = static_cast<std::uint8_t>(v);
}

int value(const Probabilities& p, int c, std::int64_t x, std::int64_t y, std::int64_t z) {
    return p.of_class(c)[static_cast<std::size_t>(p.grid.index(x, y, z))];
}

/// Calls act(index, distance to the centre in voxels) for the voxels of a ball.
template <typename Act>
void in_ball(double cx, double cy, double cz, double radius, const Act& act) {
    for (std::int64_t z = 0; z < round_grid.size.z; ++z)
        for (std::int64_t y = 0; y < round_grid.size.y; ++y)
            for (std::int64_t x = 0; x < round_grid.size.x; ++x) {
                const double d = std::hypot(static_cast<double>(x) - cx, static_cast<double>(y) - cy,
                                            static_cast<double>(z) - cz);
                if (d <= radius) act(round_grid.index(x, y, z), d);
            }
}

TEST(RoundObjects, AMixedBallTakesItsMajority) {
    // Core of radius 7 in a ball of radius 10: 34 % of the volume; of radius 9: 73 %.
    for (const auto& [core, expected] : {std::pair{7.0, vesicle}, std::pair{9.0, lipid_droplet}}) {
        Probabilities p = all_cytoplasm();
        in_ball(30, 20, 20, 10, [&](std::int64_t i, double d) {
            set(p, i,
                d <= core ? std::initializer_list<std::pair<int, int>>{{lipid_droplet, 200}, {vesicle, 55}}
                          : std::initializer_list<std::pair<int, int>>{{lipid_droplet, 55}, {vesicle, 200}});
        });
        settle_round_objects(p, droplets_and_vesicles());
        const int loser = expected == vesicle ? lipid_droplet : vesicle;
        in_ball(30, 20, 20, 10, [&](std::int64_t i, double) {
            ASSERT_EQ(p.of_class(expected)[static_cast<std::size_t>(i)], 255);
            ASSERT_EQ(p.of_class(loser)[static_cast<std::size_t>(i)], 0);
        });
        EXPECT_EQ(value(p, cytoplasm, 30, 20, 31), 255);
        EXPECT_EQ(value(p, expected, 30, 20, 31), 0);
    }
}

TEST(RoundObjects, TouchingBallsKeepTheirOwnClass) {
    Probabilities p = all_cytoplasm();
    in_ball(20, 20, 20, 9, [&](std::int64_t i, double) { set(p, i, {{lipid_droplet, 180}, {vesicle, 75}}); });
    in_ball(36.5, 20, 20, 8, [&](std::int64_t i, double) {
        set(p, i, {{lipid_droplet, 75}, {vesicle, 180}});
    });
    settle_round_objects(p, droplets_and_vesicles());
    EXPECT_EQ(value(p, lipid_droplet, 20, 20, 20), 255);
    EXPECT_EQ(value(p, vesicle, 36, 20, 20), 255);
    EXPECT_EQ(value(p, vesicle, 14, 20, 20), 0);
    EXPECT_EQ(value(p, lipid_droplet, 42, 20, 20), 0);
}

TEST(RoundObjects, TogetherTheyBeatCytoplasmAndTheSumStays) {
    // Neither round class wins alone (100 of 255 against 80 and 75), both together do.
    Probabilities p = all_cytoplasm();
    in_ball(30, 20, 20, 6, [&](std::int64_t i, double) {
        set(p, i, {{cytoplasm, 100}, {lipid_droplet, 80}, {vesicle, 75}});
    });
    // A mitochondrion with a little of both is none of their business.
    in_ball(10, 8, 8, 4, [&](std::int64_t i, double) {
        set(p, i, {{mitochondrion, 205}, {lipid_droplet, 20}, {vesicle, 30}});
    });
    settle_round_objects(p, droplets_and_vesicles());
    EXPECT_EQ(value(p, lipid_droplet, 30, 20, 20), 155);
    EXPECT_EQ(value(p, vesicle, 30, 20, 20), 0);
    EXPECT_EQ(value(p, cytoplasm, 30, 20, 20), 100);
    EXPECT_EQ(value(p, lipid_droplet, 10, 8, 8), 20);
    EXPECT_EQ(value(p, vesicle, 10, 8, 8), 30);
}

TEST(RoundObjects, TheRimOfAnObjectFollowsIt) {
    Probabilities p = all_cytoplasm();
    in_ball(30, 20, 20, 8, [&](std::int64_t i, double d) {
        if (d > 7)
            set(p, i, {{cytoplasm, 155}, {lipid_droplet, 40}, {vesicle, 60}});
        else
            set(p, i, {{lipid_droplet, 230}, {vesicle, 25}});
    });
    settle_round_objects(p, droplets_and_vesicles());
    EXPECT_EQ(value(p, lipid_droplet, 38, 20, 20), 100);
    EXPECT_EQ(value(p, vesicle, 38, 20, 20), 0);
    EXPECT_EQ(value(p, cytoplasm, 38, 20, 20), 155);
}

TEST(RoundObjects, OneRoundClassChangesNothing) {
    Probabilities p = all_cytoplasm();
    in_ball(30, 20, 20, 6, [&](std::int64_t i, double) {
        set(p, i, {{lipid_droplet, 120}, {vesicle, 135}});
    });
    const auto before = p.values;
    std::array<bool, 256> only_one{};
    only_one[vesicle] = true;
    settle_round_objects(p, only_one);
    EXPECT_EQ(p.values, before);
}

}  // namespace
}  // namespace cytomo
