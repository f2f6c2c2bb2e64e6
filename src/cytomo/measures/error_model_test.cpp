#include "cytomo/measures/error_model.h"

#include <gtest/gtest.h>

namespace cytomo {
namespace {

TEST(ErrorModel, FollowsNamesNotNumbers) {
    const ErrorModel standard = default_error_model(default_legend());
    const Legend other{{{0, "background", {}}, {9, "Mitochondria", {}}, {3, "golgi", {}}}};
    const ErrorModel model = default_error_model(other);
    EXPECT_EQ(model.classes[9].own_um, standard.classes[mitochondrion].own_um);
    EXPECT_EQ(model.classes[9].real_offset, standard.classes[mitochondrion].real_offset);
    // A class of another name errs no less than any organelle that is known.
    for (const std::uint8_t known : {nucleus, mitochondrion, lipid_droplet, vesicle}) {
        EXPECT_GE(model.classes[3].shared_um, standard.classes[known].shared_um);
        EXPECT_GE(model.classes[3].own_um, standard.classes[known].own_um);
        EXPECT_GE(model.classes[3].blur_share, standard.classes[known].blur_share);
        EXPECT_GE(model.classes[3].volume_deviation, standard.classes[known].volume_deviation);
    }
}

TEST(ErrorModel, EveryClassHasErrors) {
    const ErrorModel model = default_error_model(default_legend());
    for (std::size_t id = 1; id < model.classes.size(); ++id) {
        const ClassErrors& e = model.classes[id];
        EXPECT_GT(e.shared_um + e.own_um + e.blur_share * e.usual_blur_um, 0) << id;
        EXPECT_GE(e.missed_share, 0) << id;
        EXPECT_GT(e.usual_probability, 0.5) << id;
    }
    EXPECT_GT(model.filopodia.length_deviation_um, 0);
    EXPECT_GT(model.filopodia.radius_deviation_um, 0);
}

}  // namespace
}  // namespace cytomo
