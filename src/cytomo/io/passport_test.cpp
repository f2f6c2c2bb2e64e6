#include "cytomo/io/passport.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class PassportTest : public test::InFolder {
protected:
    template <class T>
    Passport passport_of(const Volume<T>& v, const char* name = "a.tif") {
        write_volume(folder / name, v, true);
        return measure_passport(open_volume(folder / name));
    }
};

/// Noise around 100 with a few blobs of another value: organelles in ice.
Volume<float> blobs(double blob_value) {
    Volume<float> v(Grid{{96, 96, 8}, {0.02, 0.02, 0.02}, {}});
    Random random(3);
    for (float& f : v.values()) f = static_cast<float>(random.normal(100, 10));
    for (std::int64_t z = 0; z < 8; ++z)
        for (std::int64_t y = 20; y < 40; ++y)
            for (std::int64_t x = 30; x < 50; ++x) v(x, y, z) += static_cast<float>(blob_value - 100);
    return v;
}

TEST_F(PassportTest, StatisticsOfKnownValues) {
    Volume<std::uint16_t> v(Grid{{100, 50, 20}, {0.02, 0.02, 0.01}, {}});  // 0 … 9999, ten times
    for (std::int64_t i = 0; i < v.count(); ++i) v[i] = static_cast<std::uint16_t>(i * 7 % 10000);
    for (const char* name : {"a.tif", "a.mrc"}) {
        const Passport p = passport_of(v, name);
        EXPECT_EQ(p.minimum, 0);
        EXPECT_EQ(p.maximum, 9999);
        EXPECT_NEAR(p.mean, 4999.5, 1e-9);
        EXPECT_NEAR(p.deviation, std::sqrt((1e8 - 1) / 12), 1e-6);
        EXPECT_EQ(p.distinct_values, 10000);
        EXPECT_EQ(p.percentiles.at(3).percent, 50);
        EXPECT_EQ(p.percentiles.at(3).value, 4999);  // the 50,000th of 100,000 in order
        EXPECT_EQ(p.percentiles.at(1).value, 99);
        EXPECT_NEAR(p.fraction_at_maximum, 1e-4, 1e-12);
        EXPECT_FALSE(p.looks_like_labels);
    }
}

TEST_F(PassportTest, MeanIsExactFarFromZero) {
    Volume<float> v(Grid{{64, 64, 10}, {1, 1, 1}, {}});
    for (std::int64_t i = 0; i < v.count(); ++i) v[i] = 16000000.0F + static_cast<float>(i % 2);
    const Passport p = passport_of(v);
    EXPECT_DOUBLE_EQ(p.mean, 16000000.5);
    EXPECT_NEAR(p.deviation, 0.5, 1e-9);
}

TEST_F(PassportTest, PolarityIsGuessedFromTheTail) {
    EXPECT_EQ(passport_of(blobs(180)).polarity, Polarity::dense_is_bright);
    EXPECT_EQ(passport_of(blobs(20)).polarity, Polarity::dense_is_dark);
    EXPECT_EQ(passport_of(Volume<float>(test::unequal, 3)).polarity, Polarity::unknown);
}

TEST_F(PassportTest, OdditiesAreNamed) {
    auto v = blobs(180);
    EXPECT_THAT(passport_of(v).oddities, testing::IsEmpty());
    v(3, 3, 3) = std::nanf("");
    v(4, 3, 3) = INFINITY;
    for (std::int64_t y = 0; y < 96; ++y)
        for (std::int64_t x = 0; x < 96; ++x) v(x, y, 5) = 100;
    const Passport p = passport_of(v);
    EXPECT_EQ(p.nan_count, 1);
    EXPECT_EQ(p.infinite_count, 1);
    EXPECT_EQ(p.constant_slices, std::vector<std::int64_t>{5});
    EXPECT_THAT(p.oddities, Contains(HasSubstr("NaN")));
    EXPECT_THAT(p.oddities, Contains(HasSubstr("slice 6 of 8 (index 5, z = 0.1 µm)")));

    Volume<float> quantised(Grid{{96, 96, 16}, {0.02, 0.02, 0.02}, {}}),
        flat(Grid{{96, 32, 96}, {0.02, 0.02, 0.02}, {}});
    Random random(5);
    for (float& f : quantised.values())
        f = static_cast<float>(std::clamp(std::round(random.normal(128, 60)), 0.0, 200.0));
    for (float& f : flat.values()) f = static_cast<float>(random.normal());
    EXPECT_THAT(passport_of(quantised).oddities, Contains(HasSubstr("stored in 8 bits before")));
    EXPECT_THAT(passport_of(quantised).oddities, Contains(HasSubstr("largest value")));
    EXPECT_THAT(passport_of(flat).oddities, Contains(HasSubstr("y and z are exchanged")));
    EXPECT_THAT(passport_of(Volume<std::uint8_t>(test::unequal, 9)).oddities,
                Contains(HasSubstr("same value")));
}

TEST_F(PassportTest, LabelsAreToldFromGreyValues) {
    ClassVolume v(Grid{{64, 64, 8}, {0.02, 0.02, 0.02}, {}});
    for (std::int64_t z = 0; z < 8; ++z)
        for (std::int64_t y = 10; y < 40; ++y)
            for (std::int64_t x = 10; x < 40; ++x) v(x, y, z) = x < 20 ? 1 : 3;
    const Passport labels = passport_of(v);
    EXPECT_TRUE(labels.looks_like_labels);
    std::map<std::int64_t, std::int64_t> counts;
    for (const auto value : v.values()) ++counts[value];
    EXPECT_EQ((std::map(labels.label_counts.begin(), labels.label_counts.end())), counts);
    EXPECT_NE(passport_text(labels).find(std::to_string(counts.rbegin()->first) + " (" +
                                         std::to_string(counts.rbegin()->second) + " voxels)"),
              std::string::npos);
    EXPECT_THAT(passport_of(v).oddities, Contains(HasSubstr("labels")));
    Volume<std::uint8_t> grey(v.grid());
    Random random(1);
    for (auto& g : grey.values()) g = static_cast<std::uint8_t>(random.normal(128, 20));
    EXPECT_FALSE(passport_of(grey).looks_like_labels);
    write_volume(folder / "labels.tif", v, true);
    write_volume(folder / "grey.tif", grey, true);
    EXPECT_TRUE(some_slices_look_like_labels(open_volume(folder / "labels.tif")));
    EXPECT_FALSE(some_slices_look_like_labels(open_volume(folder / "grey.tif")));
    write_volume(folder / "empty.tif", ClassVolume(v.grid()), true);
    EXPECT_FALSE(some_slices_look_like_labels(open_volume(folder / "empty.tif")));
}

TEST_F(PassportTest, TextAndJsonSayTheSameAtAnyThreadCount) {
    const auto v = blobs(180);
    set_thread_count(1);
    const std::string json = passport_json(passport_of(v));
    set_thread_count(3);
    EXPECT_EQ(passport_json(passport_of(v)), json);
    set_thread_count(0);
    const auto parsed = nlohmann::json::parse(json);
    EXPECT_EQ(parsed["size"], (std::vector<int>{96, 96, 8}));
    EXPECT_EQ(parsed["voxel_nm"], (std::vector<double>{20, 20, 20}));
    EXPECT_EQ(parsed["polarity_guess"], "dense_is_bright");
    EXPECT_EQ(parsed["type"], "float32");
    EXPECT_TRUE(parsed["percentiles"]["99.9"].is_number());
    const std::string text = passport_text(passport_of(v));
    EXPECT_THAT(text, HasSubstr("96 x 96 x 8"));
    EXPECT_THAT(text, HasSubstr("20 x 20 x 20 nm"));
    EXPECT_THAT(text, HasSubstr("guess"));
}

}  // namespace
}  // namespace cytomo
