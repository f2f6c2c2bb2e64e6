#include "cytomo/measures/absorption_scale.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"

namespace cytomo {
namespace {

/// Ice, and a block of lipid in it; grey values as an instrument would store them, with noise and outliers.
struct Scene {
    Grid grid{{40, 30, 24}, {0.02, 0.025, 0.03}, {}};
    ClassVolume classes{grid};
    std::shared_ptr<Volume<float>> grey = std::make_shared<Volume<float>>(grid);

    Scene(double scale, double offset, double noise) {
        Random random(7);
        for (std::int64_t z = 0; z < grid.size.z; ++z)
            for (std::int64_t y = 0; y < grid.size.y; ++y)
                for (std::int64_t x = 0; x < grid.size.x; ++x) {
                    const bool lipid = x >= 10 && x < 24 && y >= 8 && y < 22 && z >= 6 && z < 20;
                    // The outermost layer of lipid is half ice.
                    const bool edge = lipid && (x == 10 || x == 23 || y == 8 || y == 21 || z == 6 || z == 19);
                    const double lac = edge ? 0.38 : lipid ? 0.65 : 0.11;
                    classes(x, y, z) = lipid ? lipid_droplet : background;
                    (*grey)(x, y, z) = static_cast<float>((lac - offset) / scale + random.normal(0, noise));
                    if (random.chance(0.02)) (*grey)(x, y, z) = 1e6F;
                    if (random.chance(0.01)) (*grey)(x, y, z) = std::numeric_limits<float>::quiet_NaN();
                }
    }
    Tomogram tomogram() const { return tomogram_from(grey, "cell.mrc"); }
};

ReferenceRegion lipid(double lac = 0.65) {
    return {lipid_droplet, std::nullopt, lac, "lipid droplet"};
}

std::array<Size3, 2> box(Size3 first, Size3 last) {
    return {first, last};
}

TEST(AbsorptionScale, TwoReferencesGiveBackTheLine) {
    for (const double sign : {1.0, -1.0}) {
        const Scene scene(sign * 0.004, 0.9, 5);
        const AbsorptionScale s = scale_from_references(scene.tomogram(), scene.classes, {}, lipid());
        EXPECT_TRUE(s.calibrated);
        EXPECT_NEAR(s.scale / (sign * 0.004), 1, 0.01);
        EXPECT_NEAR(s.offset, 0.9, 0.01);
        const Tomogram lac = scaled(scene.tomogram(), s);
        EXPECT_TRUE(lac.calibrated);
        std::vector<float> slice(static_cast<std::size_t>(scene.grid.size.x * scene.grid.size.y));
        std::vector<float> stored(slice.size());
        lac.read_slices(12, 1, slice);
        scene.tomogram().read_slices(12, 1, stored);
        for (std::size_t i = 0; i < slice.size(); ++i) {
            if (std::isnan(stored[i]))
                EXPECT_TRUE(std::isnan(slice[i]));
            else
                EXPECT_NEAR(slice[i], s.scale * stored[i] + s.offset, 1e-5 * std::abs(stored[i]) + 1e-6);
        }
    }
}

TEST(AbsorptionScale, SameAtAnyThreadCount) {
    const Scene scene(0.004, 0.9, 5);
    set_thread_count(1);
    const auto one = scale_from_references(scene.tomogram(), scene.classes, {}, lipid());
    set_thread_count(3);
    const auto three = scale_from_references(scene.tomogram(), scene.classes, {}, lipid());
    set_thread_count(0);
    EXPECT_EQ(one.scale, three.scale);
    EXPECT_EQ(one.offset, three.offset);
}

TEST(AbsorptionScale, BoxesServeAsReferences) {
    const Scene scene(0.004, 0, 0.5);
    const ReferenceRegion ice{0, box({0, 0, 0}, {7, 29, 23}), 0.11, "box"};
    const ReferenceRegion inner{0, box({12, 10, 8}, {20, 18, 16}), 0.65, "box"};
    const auto s = scale_from_references(scene.tomogram(), scene.classes, ice, inner);
    EXPECT_NEAR(s.scale, 0.004, 4e-5);
    EXPECT_NEAR(s.offset, 0, 0.005);
    const ReferenceRegion outside{0, box({12, 10, 8}, {40, 18, 16}), 0.65, "box"};
    EXPECT_THROW(scale_from_references(scene.tomogram(), scene.classes, ice, outside), UsageError);
}

TEST(AbsorptionScale, RefusesReferencesThatTellNothing) {
    const Scene noisy(0.004, 0.9, 20'000);
    EXPECT_THROW(scale_from_references(noisy.tomogram(), noisy.classes, {}, lipid()), InputError);
    const Scene scene(0.004, 0.9, 5);
    // A class that does not occur, equal coefficients, polarity that contradicts.
    EXPECT_THROW(
        scale_from_references(scene.tomogram(), scene.classes, {}, {nucleus, std::nullopt, 0.3, "nucleus"}),
        InputError);
    EXPECT_THROW(scale_from_references(scene.tomogram(), scene.classes, {}, lipid(0.11)), UsageError);
    EXPECT_THROW(scale_from_references(scene.tomogram(), scene.classes, {}, lipid(NAN)), UsageError);
    EXPECT_THROW(scale_from_references(scene.tomogram(), scene.classes, {}, lipid(), Polarity::dense_is_dark),
                 InputError);
    EXPECT_NO_THROW(
        scale_from_references(scene.tomogram(), scene.classes, {}, lipid(), Polarity::dense_is_bright));
    const ClassVolume other(Grid{{4, 4, 4}, {1, 1, 1}, {}});
    EXPECT_THROW(scale_from_references(scene.tomogram(), other, {}, lipid()), InputError);
}

TEST(AbsorptionScale, UncalibratedStaysRelativeGrey) {
    const Scene scene(0.004, 0.9, 5);
    Tomogram t = scene.tomogram();
    EXPECT_FALSE(scale_of(t).calibrated);
    EXPECT_EQ(scale_of(t).how, "relative grey");
    EXPECT_FALSE(scaled(t, scale_of(t)).calibrated);
    t.calibrated = true;
    EXPECT_TRUE(scale_of(t).calibrated);
    EXPECT_EQ(scale_of(t).scale, 1);
    EXPECT_THROW(scaled(t, {0, 1, true, ""}), UsageError);
    EXPECT_THROW(scaled(t, {1, NAN, true, ""}), UsageError);
}

TEST(AbsorptionScale, OptionTexts) {
    const Legend legend = default_legend();
    const auto factor = parse_absorption_choice("-0.5", legend);
    ASSERT_TRUE(factor.given);
    EXPECT_EQ(factor.given->scale, -0.5);
    EXPECT_EQ(factor.given->offset, 0);
    EXPECT_TRUE(factor.given->calibrated);
    const auto both = parse_absorption_choice("2e-3, +0.7", legend);
    ASSERT_TRUE(both.given);
    EXPECT_EQ(both.given->scale, 0.002);
    EXPECT_EQ(both.given->offset, 0.7);
    const auto one = parse_absorption_choice("lipid droplets=0.65", legend);
    EXPECT_FALSE(one.given);
    EXPECT_EQ(one.references[0].class_id, background);
    EXPECT_EQ(one.references[0].lac_per_um, 0.11);
    EXPECT_EQ(one.references[1].class_id, lipid_droplet);
    EXPECT_EQ(one.references[1].lac_per_um, 0.65);
    const auto two = parse_absorption_choice("ice=0.12,box:1:2:3:4:5:6=0.3", legend);
    EXPECT_EQ(two.references[0].lac_per_um, 0.12);
    ASSERT_TRUE(two.references[1].box);
    EXPECT_EQ((*two.references[1].box)[1], (Size3{4, 5, 6}));
    EXPECT_EQ(parse_absorption_choice("3=0.3", legend).references[1].class_id, mitochondrion);
    for (const char* wrong :
         {"", "0", "x", "1,2,3", "1,", "nan", "inf", "ice=0.11", "ice=0.11,ice=0.2", "golgi=0.3",
          "3=", "3=-1", "3=0.11", "box:1:2:3=0.4", "box:1:2:3:4:5:x=0.4", "ice=0.1,0.3", "1 2"})
        EXPECT_THROW(parse_absorption_choice(wrong, legend), UsageError) << wrong;
}

}  // namespace
}  // namespace cytomo
