#include "cytomo/labels/instance_options.h"

#include <gtest/gtest.h>

#include <numbers>

namespace cytomo {
namespace {

TEST(InstanceOptions, FollowTheNamesOfClasses) {
    const InstanceOptions standard = default_instance_options();
    const InstanceOptions same = instance_options_for(default_legend());
    for (std::size_t id = 0; id < default_class_count; ++id) {
        EXPECT_EQ(same.min_volume_um3[id], standard.min_volume_um3[id]);
        EXPECT_EQ(same.split_touching[id], standard.split_touching[id]);
        EXPECT_EQ(same.split_constrictions[id], standard.split_constrictions[id]);
        EXPECT_EQ(same.split_crossings[id], standard.split_crossings[id]);
        EXPECT_EQ(same.split_crossings_of_body[id], standard.split_crossings_of_body[id]);
    }
    const InstanceOptions own = instance_options_for(
        {{{0, "background", {}}, {1, "Mitochondria", {}}, {2, "droplet", {}}, {4, "golgi", {}}}});
    EXPECT_EQ(own.min_volume_um3[1], standard.min_volume_um3[mitochondrion]);
    EXPECT_TRUE(own.split_constrictions[1] && own.split_crossings[1]);
    EXPECT_FALSE(own.split_touching[1]);
    EXPECT_EQ(own.min_volume_um3[2], standard.min_volume_um3[lipid_droplet]);
    EXPECT_TRUE(own.split_touching[2]);
    EXPECT_NEAR(own.min_volume_um3[4], std::numbers::pi / 6 * 0.06 * 0.06 * 0.06, 1e-12);
    EXPECT_FALSE(own.split_touching[4] || own.split_constrictions[4]);
}

}  // namespace
}  // namespace cytomo
