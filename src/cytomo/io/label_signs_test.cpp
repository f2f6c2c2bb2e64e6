// Labels are told from grey values, whatever exporters and filters did to these.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "cytomo/core/random.h"
#include "cytomo/io/passport.h"
#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

constexpr Grid page{{200, 180, 4}, {0.02, 0.02, 0.02}, {}};

template <class T>
Volume<T> filled(const std::function<double(std::int64_t x, std::int64_t y, std::int64_t z)>& value) {
    Volume<T> v(page);
    for (std::int64_t z = 0; z < page.size.z; ++z)
        for (std::int64_t y = 0; y < page.size.y; ++y)
            for (std::int64_t x = 0; x < page.size.x; ++x) v(x, y, z) = static_cast<T>(value(x, y, z));
    return v;
}

double in_8_bits(double v) {
    return std::clamp(std::round(v), 0.0, 255.0);
}

class LabelSignsTest : public test::InFolder {
protected:
    /// What the passport says, which must be what some slices say; what looks like labels does not look grey.
    template <class T>
    bool are_labels(const Volume<T>& v) {
        write_volume(folder / "a.tif", v, true);
        const StoredVolume stored = open_volume(folder / "a.tif");
        const bool found = measure_passport(stored).looks_like_labels;
        EXPECT_EQ(some_slices_look_like_labels(stored), found);
        EXPECT_FALSE(found && some_slices_look_grey(stored));
        return found;
    }
};

TEST_F(LabelSignsTest, GreyValuesInARimOfAnyConstant) {
    for (const double rim : {0.0, 127.0, 128.0, 255.0}) {
        SCOPED_TRACE(rim);
        Random random(1);
        EXPECT_FALSE(are_labels(filled<std::uint8_t>([&](auto x, auto y, auto) {
            const bool inside = std::hypot(x - 100, y - 90) < 50;  // 22 % of the slice
            return inside ? in_8_bits(random.normal(128, 20)) : rim;
        })));
    }
}

TEST_F(LabelSignsTest, GreyValuesClippedAtBothEnds) {
    // Broad bands of 0 and of 255, noise on the slopes between them.
    Random random(2);
    EXPECT_FALSE(are_labels(filled<std::uint8_t>([&](auto x, auto, auto) {
        return in_8_bits(128 + 900 * std::sin(static_cast<double>(x) / 10) + random.normal(0, 20));
    })));
}

TEST_F(LabelSignsTest, FlatPatchesOfGrey) {
    // What total variation leaves: patches of 5 x 4 pixels in 64 levels.
    Random random(3);
    std::array<double, 40 * 45> level{};
    for (double& l : level) l = 4 * std::clamp(std::round(random.normal(32, 8)), 0.0, 63.0);
    EXPECT_FALSE(are_labels(filled<std::uint8_t>(
        [&](auto x, auto y, auto) { return level[static_cast<std::size_t>(y / 4 * 40 + x / 5)]; })));
}

TEST_F(LabelSignsTest, SmoothGreyValues) {
    EXPECT_FALSE(are_labels(filled<std::uint8_t>([](auto x, auto y, auto) {
        return 60 * std::exp(-(std::pow(x - 90, 2) + std::pow(y - 80, 2)) / 8000);
    })));
}

TEST_F(LabelSignsTest, ClassesAndMasks) {
    const auto cell = [](auto x, auto y, auto) {
        const double r = std::hypot(x - 100, y - 90);
        return r > 70 ? 0.0 : r > 30 ? 1.0 : std::hypot(x - 95, y - 80) < 6 ? 3.0 : 2.0;
    };
    EXPECT_TRUE(are_labels(filled<std::uint8_t>(cell)));
    EXPECT_TRUE(are_labels(filled<float>(cell)));
    EXPECT_TRUE(are_labels(filled<std::uint8_t>([&](auto x, auto y, auto z) {
        return x > 60 ? 255.0 : cell(x, y, z);  // not labelled
    })));
    EXPECT_TRUE(are_labels(
        filled<std::int16_t>([&](auto x, auto y, auto z) { return x > 60 ? -1.0 : cell(x, y, z); })));
    EXPECT_TRUE(are_labels(
        filled<std::uint8_t>([&](auto x, auto y, auto z) { return cell(x, y, z) > 0 ? 255.0 : 0.0; })));
    EXPECT_FALSE(are_labels(filled<float>([&](auto x, auto y, auto z) { return 0.5 * cell(x, y, z); })));
    EXPECT_FALSE(are_labels(filled<std::uint8_t>([](auto, auto, auto) { return 7.0; })));
}

TEST_F(LabelSignsTest, ObjectsByTheirNumbers) {
    // Far apart, numbers from anywhere; and side by side without background, numbered row by row.
    EXPECT_TRUE(are_labels(filled<std::uint32_t>([](auto x, auto y, auto) {
        const auto object = 1 + y / 15 * 20 + x / 10;
        return std::hypot(x % 10 - 5, y % 15 - 7) < 4 ? static_cast<double>(object * 7919 % 100'000) : 0.0;
    })));
    EXPECT_TRUE(are_labels(filled<std::uint16_t>(
        [](auto x, auto y, auto) { return static_cast<double>(1 + y / 9 * 20 + x / 10); })));
}

TEST_F(LabelSignsTest, FewObjectsInEachOfManySlices) {
    // 18 discs in 45 slices, two in each; in every other slice they touch.
    Volume<std::uint16_t> v(Grid{{120, 100, 45}, {0.02, 0.02, 0.02}, {}});
    for (std::int64_t z = 0; z < 45; ++z)
        for (std::int64_t y = 0; y < 100; ++y)
            for (std::int64_t x = 0; x < 120; ++x) {
                const std::int64_t left = 2 * (z / 5) + 1;
                if (std::hypot(x - 40, y - 50) < 20) v(x, y, z) = static_cast<std::uint16_t>(left);
                if (std::hypot(x - (z % 2 == 0 ? 79 : 90), y - 50) < 20)
                    v(x, y, z) = static_cast<std::uint16_t>(left + 1);
            }
    EXPECT_TRUE(are_labels(v));
}

TEST_F(LabelSignsTest, NetworksAndRampsCanBeEither) {
    const auto either = [&](const auto& v) {
        write_volume(folder / "a.tif", v, true);
        const StoredVolume stored = open_volume(folder / "a.tif");
        return !some_slices_look_like_labels(stored) && !some_slices_look_grey(stored);
    };
    // 20 objects of six pieces each.
    EXPECT_TRUE(either(filled<std::uint16_t>([](auto x, auto y, auto) {
        const auto piece = y / 15 * 10 + x / 20;
        return std::hypot(x % 20 - 10, y % 15 - 7) < 6 ? static_cast<double>(1 + piece * 7 % 20) : 0.0;
    })));
    // 40 bands side by side, numbered in order.
    EXPECT_TRUE(
        either(filled<std::uint16_t>([](auto x, auto, auto) { return static_cast<double>(1 + x / 5); })));
}

TEST_F(LabelSignsTest, SomeAreSurelyGrey) {
    const auto surely_grey = [&](const auto& v) {
        write_volume(folder / "a.tif", v, true);
        return some_slices_look_grey(open_volume(folder / "a.tif"));
    };
    Random random(4);
    EXPECT_TRUE(surely_grey(
        filled<std::uint8_t>([&](auto, auto, auto) { return in_8_bits(random.normal(128, 20)); })));
    EXPECT_TRUE(surely_grey(filled<float>([](auto x, auto, auto) { return x < 9 ? 0.25 : 0.0; })));
    EXPECT_TRUE(surely_grey(
        filled<std::int16_t>([&](auto, auto, auto) { return std::round(random.normal(0, 900)); })));
    // Every second plane along x is labelled; nothing is; nobody can tell.
    EXPECT_FALSE(
        surely_grey(filled<std::uint8_t>([](auto x, auto, auto) { return x % 2 == 0 ? x / 50 : 255; })));
    EXPECT_FALSE(surely_grey(filled<std::uint8_t>([](auto, auto, auto) { return 255; })));
}

TEST_F(LabelSignsTest, ThePassportLooksWhereSomethingIs) {
    ClassVolume v(Grid{{40, 40, 60}, {0.02, 0.02, 0.02}, {}});
    for (std::int64_t y = 10; y < 20; ++y)
        for (std::int64_t x = 10; x < 20; ++x) v(x, y, 31) = 2;  // of nine slices none
    write_volume(folder / "a.tif", v, true);
    EXPECT_TRUE(measure_passport(open_volume(folder / "a.tif")).looks_like_labels);
    EXPECT_FALSE(some_slices_look_like_labels(open_volume(folder / "a.tif")));
}

}  // namespace
}  // namespace cytomo
