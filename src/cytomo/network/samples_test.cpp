// What teaches and what tests, of volumes whose labels are made up.
#include "samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "plane_samples.h"

namespace cytomo {
namespace {

constexpr int classes = 4;

/// Noise, and labels that `label` gives for each voxel.
template <class Label>
LabelledTomogram volume(Size3 size, std::uint64_t seed, Label label) {
    const Grid grid{size, {0.02, 0.02, 0.02}};
    auto values = std::make_shared<Volume<float>>(grid);
    Random random(seed);
    for (auto& v : values->values()) v = static_cast<float>(random.normal());
    ClassVolume labels(grid, ignore_label);
    for (std::int64_t z = 0, i = 0; z < size.z; ++z)
        for (std::int64_t y = 0; y < size.y; ++y)
            for (std::int64_t x = 0; x < size.x; ++x, ++i) labels[i] = label(x, y, z);
    return {tomogram_from(values), labels, Polarity::dense_is_bright, "made up", false};
}

/// Slices that are labelled, with some rectangles of random classes in them; often at the border.
LabelledTomogram random_rectangles(std::uint64_t seed) {
    Random random(seed);
    const Size3 size{random.integer(24, 90), random.integer(24, 90),
                     random.chance(0.3) ? 1 : random.integer(2, 24)};
    struct Rectangle {
        std::int64_t x, y, nx, ny;
        std::uint8_t label;
    };
    std::vector<Rectangle> rectangles;
    for (auto n = random.integer(0, 5); n > 0; --n)
        rectangles.push_back({std::max<std::int64_t>(0, random.integer(-10, size.x - 1)),
                              std::max<std::int64_t>(0, random.integer(-10, size.y - 1)),
                              random.integer(1, 30), random.integer(1, 30),
                              static_cast<std::uint8_t>(random.integer(1, classes - 1))});
    const auto slice = random.chance(0.5) ? 0 : random.integer(0, size.z - 1);
    const auto left = random.integer(0, size.x / 2);  // what lies left of it is not labelled
    return volume(size, seed, [&](auto x, auto y, auto z) -> std::uint8_t {
        if (z != slice || x < left) return ignore_label;
        for (const auto& r : rectangles)
            if (x >= r.x && y >= r.y && x < r.x + r.nx && y < r.y + r.ny) return r.label;
        return 0;
    });
}

template <class Labels>
void add_classes(const Labels& labels, std::set<int>& found) {
    for (const std::uint8_t label : labels)
        if (label != ignore_label) found.insert(label);
}

TrainOptions small_patches() {
    TrainOptions o;
    o.patch = {32, 32, 16};
    return o;
}

TEST(Samples, EveryClassHeldOutIsValidatedOn) {
    int with_objects = 0, with_nothing = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        std::vector<LabelledTomogram> data;
        for (std::uint64_t k = 0; k < 1 + seed % 3; ++k) data.push_back(random_rectangles(10 * seed + k));
        const Model model = make_model({{16, 16}, classes}, 1);
        const SampleSet samples(data, {}, model, small_patches(), {});
        std::set<int> teach, held_out, validated;
        for (const Sample& s : samples.training) add_classes(s.labels.values(), teach);
        for (const Sample& s : samples.validation) add_classes(s.labels.values(), held_out);
        for (const Patch& p : samples.validation_patches(small_patches())) add_classes(p.labels, validated);
        EXPECT_EQ(validated, held_out) << seed;
        // By background alone nothing could be chosen.
        if (teach.size() > 1) {
            EXPECT_NE(held_out, std::set<int>{0}) << seed;
        }
        (held_out.empty() ? with_nothing : with_objects) += 1;
    }
    EXPECT_GT(with_objects, 40);
    EXPECT_LT(with_nothing, 10);
}

TEST(Samples, ValidationPatchesLieOnVoxels) {
    // Labels in the first slice only: between voxels, it lies outside.
    const auto item = volume({40, 36, 20}, 3, [](auto x, auto y, auto z) {
        return z == 0 ? std::uint8_t(x / 8 % 2 + y / 9 % 2) : ignore_label;
    });
    const SampleSet samples({item}, {}, make_model({{16, 16}, classes}, 1), small_patches(), {});
    const auto held = samples.validation[0].labels.values();
    ASSERT_TRUE(std::any_of(held.begin(), held.end(), [](auto label) { return label != ignore_label; }));
    std::set<int> validated;
    for (const Patch& p : samples.validation_patches(small_patches())) add_classes(p.labels, validated);
    EXPECT_EQ(validated, (std::set<int>{0, 1, 2}));
}

TEST(Samples, TheSeedDrawsAll) {
    const auto item = random_rectangles(4);
    const Model model = make_model({{16, 16}, classes}, 1);
    const auto drawn = [&](std::uint64_t seed) {
        auto options = small_patches();
        // The same parts held out, so that only the draw of patches differs.
        const SampleSet samples({item}, {}, model, options, {});
        options.seed = seed;
        std::vector<float> values;
        for (const Patch& p : samples.validation_patches(options))
            values.insert(values.end(), p.values.begin(), p.values.end());
        return values;
    };
    ASSERT_FALSE(drawn(1).empty());
    EXPECT_EQ(drawn(1), drawn(1));
    EXPECT_NE(drawn(1), drawn(2));
}

TEST(Samples, ThinVolumesAreDrawnInTheirMiddle) {
    const auto item = volume({40, 36, 2}, 3, [](auto x, auto, auto) { return std::uint8_t(x / 8 % 2); });
    const SampleSet samples({item}, {}, make_model({{16, 16}, classes}, 1), small_patches(), {});
    Random random(1);
    for (int k = 0; k < 20; ++k) {
        const auto pair = samples.draw(small_patches(), small_patches().patch, false, random);
        EXPECT_TRUE(std::any_of(pair.patch.labels.begin(), pair.patch.labels.end(),
                                [](auto label) { return label != ignore_label; }));
    }
}

TEST(Samples, VolumesOfBackgroundAloneAreNotHeldOutWhole) {
    std::vector<LabelledTomogram> data;
    for (std::uint64_t k = 0; k < 5; ++k)
        data.push_back(volume({40, 36, 4}, k, [&](auto x, auto, auto) {
            return std::uint8_t(k < 3 && x / 8 % 2 == 1 ? 1 : 0);
        }));
    const SampleSet samples(data, {}, make_model({{16, 16}, classes}, 1), small_patches(), {});
    ASSERT_TRUE(samples.whole_held_out);
    ASSERT_EQ(samples.validation.size(), 1U);
    EXPECT_EQ(samples.validation[0].source, 2U);
}

TEST(Samples, EveryClassHeldOutOfPlanesIsValidatedOn) {
    // Two classes in the held-out rows, wide apart in a slice wider than what is looked at, and each in one
    // slice of twenty only.
    const auto item = volume({1400, 64, 20}, 5, [](auto x, auto y, auto z) -> std::uint8_t {
        if (y >= 60 && z == 3 && x < 20) return 2;
        if (y >= 60 && z == 17 && x >= 1380) return 3;
        if (y < 20) return std::uint8_t(x / 30 % 2);
        return x < 2 || x >= 1398 ? 0 : ignore_label;
    });
    TrainOptions options;
    const std::vector<LabelledTomogram> data{item};
    const Model model = make_model({{16, 16}, classes}, 1);
    const PlaneSamples samples(data, {}, model, options);
    std::set<int> held_out, validated;
    for (const HeldOut& part : samples.held_out()) add_classes(part.labels.values(), held_out);
    for (const PlaneCrop& part : samples.validation_parts()) add_classes(part.labels, validated);
    EXPECT_EQ(held_out, (std::set<int>{0, 2, 3}));
    EXPECT_EQ(validated, held_out);
}

}  // namespace
}  // namespace cytomo
