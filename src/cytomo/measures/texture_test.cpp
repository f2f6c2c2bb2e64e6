#include "cytomo/measures/texture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/core/golden_file.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"

namespace cytomo {
namespace {

const TextureOptions texture_defaults = texture_options(default_legend());

/// Ice, cytoplasm and nucleus side by side; in the nucleus waves of known amplitude, everywhere noise.
struct TextureScene {
    Grid grid{{120, 90, 60}, {0.02, 0.02, 0.025}, {}};
    ClassVolume classes{grid};
    Volume<float> lac{grid};
    static constexpr double amplitude = 0.04, nucleus_lac = 0.26;

    /// blur: number of times that noise is averaged with its neighbours along x and y (binomial, 1 2 1).
    /// In the cell it is `stronger` than in the ice.
    TextureScene(double noise, int blur, double stronger = 1) {
        Random random(3);
        Volume<float> grain(grid);
        for (float& v : grain.values()) v = static_cast<float>(random.normal());
        for (int b = 0; b < blur; ++b) smooth(grain);
        double squares = 0;
        for (const float v : grain.values()) squares += static_cast<double>(v) * v;
        const double scale = noise / std::sqrt(squares / static_cast<double>(grid.count()));
        for (std::int64_t z = 0; z < grid.size.z; ++z)
            for (std::int64_t y = 0; y < grid.size.y; ++y)
                for (std::int64_t x = 0; x < grid.size.x; ++x) {
                    classes(x, y, z) = x < 30 ? background : x < 50 ? cytoplasm : nucleus;
                    double value = x < 30 ? 0.11 : 0.2;
                    if (x >= 50) {
                        // Waves of 0.36 µm, 18 voxels: variance amplitude² / 4.
                        const double k = 2 * std::numbers::pi / 0.36;
                        value = nucleus_lac + amplitude * std::sin(k * 0.02 * static_cast<double>(x)) *
                                                  std::sin(k * 0.02 * static_cast<double>(y));
                    }
                    lac(x, y, z) =
                        static_cast<float>(value + (x < 30 ? 1 : stronger) * scale * grain(x, y, z));
                }
    }
    static void smooth(Volume<float>& v) {
        const Size3 n = v.grid().size;
        for (const bool along_x : {true, false}) {
            const Volume<float> before = v;
            for (std::int64_t z = 0; z < n.z; ++z)
                for (std::int64_t y = 0; y < n.y; ++y)
                    for (std::int64_t x = 0; x < n.x; ++x) {
                        const std::int64_t a = along_x ? (x + n.x - 1) % n.x : x,
                                           b = along_x ? (x + 1) % n.x : x;
                        const std::int64_t c = along_x ? y : (y + n.y - 1) % n.y,
                                           d = along_x ? y : (y + 1) % n.y;
                        v(x, y, z) = (before(a, c, z) + 2 * before(x, y, z) + before(b, d, z)) / 4;
                    }
        }
    }
    Tomogram tomogram(bool calibrated = true, double factor = 1, double offset = 0) const {
        auto grey = std::make_shared<Volume<float>>(grid);
        for (std::int64_t i = 0; i < grid.count(); ++i)
            (*grey)[i] = static_cast<float>(factor * lac[i] + offset);
        Tomogram t = tomogram_from(grey);
        t.calibrated = calibrated;
        return t;
    }
};

TEST(Texture, NoiseOfSingleVoxelsIsRemoved) {
    for (const double noise : {0.0, 0.02, 0.05}) {
        const TextureScene scene(noise, 0);
        const auto t = measure_texture(scene.classes, scene.tomogram(), texture_defaults);
        ASSERT_EQ(t.size(), 2U);
        EXPECT_EQ(t[0].class_id, cytoplasm);
        EXPECT_EQ(t[1].class_id, nucleus);
        EXPECT_NEAR(t[1].mean, TextureScene::nucleus_lac, 0.001);
        EXPECT_NEAR(t[1].noise, noise, 0.05 * noise + 0.002);
        EXPECT_NEAR(t[1].structure, TextureScene::amplitude / 2, 0.001);
        EXPECT_NEAR(t[1].coefficient_of_variation, TextureScene::amplitude / 2 / TextureScene::nucleus_lac,
                    0.005);
        EXPECT_NEAR(t[1].relative_structure, TextureScene::amplitude / 2 / 0.15, 0.008);
        EXPECT_LT(t[0].structure, 0.25 * noise + 1e-6);
        EXPECT_NEAR(t[0].noise, noise, 0.04 * noise + 1e-6);
        EXPECT_EQ(t[0].noise_from_ice, noise > 0);
    }
}

TEST(Texture, GrainOfNoiseIsLearnedFromTheIce) {
    // Averaged twice along x and y, noise of neighbours goes together; and it is half as strong again in the
    // cell.
    const TextureScene scene(0.03, 2, 1.5);
    const auto t = measure_texture(scene.classes, scene.tomogram(), texture_defaults);
    ASSERT_EQ(t.size(), 2U);
    EXPECT_TRUE(t[1].noise_from_ice);
    EXPECT_NEAR(t[1].noise, 0.045, 0.003);
    EXPECT_NEAR(t[1].structure, TextureScene::amplitude / 2, 0.004);
    EXPECT_NEAR(t[0].noise, 0.045, 0.003);
}

TEST(Texture, RelativeGreyOfEitherPolarityTellsTheSame) {
    const TextureScene scene(0.02, 0);
    const auto lac = measure_texture(scene.classes, scene.tomogram(), texture_defaults).at(1);
    const auto grey =
        measure_texture(scene.classes, scene.tomogram(false, -400, 1000), texture_defaults).at(1);
    EXPECT_TRUE(std::isnan(grey.coefficient_of_variation));
    EXPECT_NEAR(grey.relative_structure, lac.relative_structure, 1e-3);
    EXPECT_NEAR(grey.dense_share, lac.dense_share, 0.002);
    EXPECT_NEAR(grey.dense_threshold, 1000 - 400 * lac.dense_threshold, 0.2);
    EXPECT_NEAR(grey.percentile_95, 1000 - 400 * lac.percentile_95, 0.02);
    EXPECT_LT(grey.percentile_95, grey.percentile_5);  // dense counts as high
    const Table a = texture_table({lac}, default_legend(), true),
                b = texture_table({grey}, default_legend(), false);
    EXPECT_EQ(a.columns[4].name, "mean_lac_per_um");
    EXPECT_EQ(b.columns[4].name, "mean_relative_grey");
    EXPECT_EQ(a.rows.at(0).size(), a.columns.size());
}

TEST(Texture, DenseShareOfTwoKindsOfMatter) {
    // Dense plates of 0.2 µm every 0.6 µm.
    const Grid grid{{150, 60, 60}, {0.02, 0.025, 0.03}, {}};
    const ClassVolume classes(grid, nucleus);
    auto grey = std::make_shared<Volume<float>>(grid);
    Random random(5);
    for (std::int64_t i = 0; i < grid.count(); ++i)
        (*grey)[i] = static_cast<float>((i % 150 % 30 < 10 ? 0.31 : 0.24) + random.normal(0, 0.02));
    Tomogram tomogram = tomogram_from(grey);
    tomogram.calibrated = true;
    const auto t = measure_texture(classes, tomogram, texture_defaults).at(0);
    EXPECT_NEAR(t.dense_share, 1.0 / 3, 0.005);
    EXPECT_NEAR(t.dense_threshold, 0.275, 0.01);
    EXPECT_GT(t.separability, 0.85);
    EXPECT_NEAR(t.median, 0.245, 0.006);
    EXPECT_NEAR(t.percentile_95, 0.32, 0.01);
    EXPECT_FALSE(t.noise_from_ice);
    EXPECT_TRUE(std::isnan(t.relative_structure));
}

TEST(Texture, OtsuEqualsScikitImage) {
    const GoldenFile golden("absorption_golden.txt");
    std::vector<float> values;
    for (const double v : golden["sample"]) values.push_back(static_cast<float>(v));
    const OtsuThreshold otsu = find_otsu_threshold(values);
    EXPECT_NEAR(otsu.threshold, golden["otsu"][0], 0.001);
    EXPECT_GT(otsu.separability, 0.75);
    // One bell: 2 / π.
    Random random(1);
    values.assign(200'000, 0);
    for (float& v : values) v = static_cast<float>(random.normal());
    const OtsuThreshold bell = find_otsu_threshold(values);
    EXPECT_NEAR(bell.separability, 2 / std::numbers::pi, 0.01);
    EXPECT_NEAR(bell.share_above, 0.5, 0.02);
    values.assign(5, 1.0F);
    EXPECT_TRUE(std::isnan(find_otsu_threshold(values).threshold));
    values.clear();
    EXPECT_TRUE(std::isnan(find_otsu_threshold(values).threshold));
}

TEST(Texture, SurfacesAreLeftOut) {
    // A bright skin of 3 voxels around the nucleus does not count.
    const Grid grid{{60, 60, 60}, {0.02, 0.02, 0.02}, {}};
    ClassVolume classes(grid, cytoplasm);
    auto grey = std::make_shared<Volume<float>>(grid, 0.2F);
    for (std::int64_t z = 8; z < 52; ++z)
        for (std::int64_t y = 8; y < 52; ++y)
            for (std::int64_t x = 8; x < 52; ++x) {
                classes(x, y, z) = nucleus;
                const bool skin = std::min({x, y, z}) < 11 || std::max({x, y, z}) > 48;
                (*grey)(x, y, z) = skin ? 1.0F : 0.25F;
            }
    const auto t = measure_texture(classes, tomogram_from(grey), texture_defaults).at(1);
    EXPECT_NEAR(t.mean, 0.25, 1e-6);
    EXPECT_NEAR(t.structure, 0, 1e-6);
    EXPECT_GT(t.volume_um3, 0.2);
    EXPECT_LT(t.volume_um3, std::pow(44 * 0.02 - 0.16, 3) + 1e-9);  // centres of cells are 0.1 µm deep
}

TEST(Texture, SameAtAnyThreadCount) {
    const TextureScene scene(0.03, 1);
    set_thread_count(1);
    const auto one = measure_texture(scene.classes, scene.tomogram(), texture_defaults);
    set_thread_count(3);
    const auto three = measure_texture(scene.classes, scene.tomogram(), texture_defaults);
    set_thread_count(0);
    for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_EQ(one[i].deviation, three[i].deviation);
        EXPECT_EQ(one[i].noise, three[i].noise);
        EXPECT_EQ(one[i].dense_threshold, three[i].dense_threshold);
    }
}

TEST(Texture, ThinEmptyNotFiniteAndUnequal) {
    const Grid grid{{30, 20, 10}, {0.02, 0.02, 0.02}, {}};
    ClassVolume classes(grid);
    auto grey = std::make_shared<Volume<float>>(grid, std::numeric_limits<float>::quiet_NaN());
    EXPECT_TRUE(measure_texture(classes, tomogram_from(grey), texture_defaults).empty());
    classes(4, 4, 4) = nucleus;  // nothing of it is deep
    const auto t = measure_texture(classes, tomogram_from(grey), texture_defaults);
    ASSERT_EQ(t.size(), 1U);
    EXPECT_EQ(t[0].voxels, 0);
    EXPECT_TRUE(std::isnan(t[0].mean) && std::isnan(t[0].structure) && std::isnan(t[0].dense_share));
    const auto u = measure_texture(ClassVolume(grid, nucleus), tomogram_from(grey), texture_defaults);
    EXPECT_EQ(u.at(0).voxels, 0);
    const ClassVolume other(Grid{{30, 20, 11}, {0.02, 0.02, 0.02}, {}});
    EXPECT_THROW(measure_texture(other, tomogram_from(grey), texture_defaults), InputError);
    TextureOptions wrong = texture_defaults;
    wrong.depth_um = -1;
    EXPECT_THROW(measure_texture(classes, tomogram_from(grey), wrong), UsageError);
}

}  // namespace
}  // namespace cytomo
