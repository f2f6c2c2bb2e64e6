#include "cytomo/report/filopodia_pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "cytomo/core/error.h"
#include "cytomo/report/colour_scale.h"

namespace cytomo {
namespace {

using testing::HasSubstr;

/// CIE L* of an sRGB colour (IEC 61966-2-1, CIE 15).
double lightness(Colour c) {
    const auto linear = [](double v) {
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    const double y =
        0.2126 * linear(c[0] / 255.0) + 0.7152 * linear(c[1] / 255.0) + 0.0722 * linear(c[2] / 255.0);
    return y > 0.008856 ? 116 * std::cbrt(y) - 16 : 903.3 * y;
}

Filopodium line(std::uint32_t number, Vec3 from, Vec3 to, double radius_from, double radius_to) {
    Filopodium f;
    f.instance = number;
    f.attached = true;
    f.root_um = from;
    f.tip_um = to;
    f.length_um = length(to - from);
    f.mean_radius_um = (radius_from + radius_to) / 2;
    for (int i = 0; i <= 20; ++i) {
        f.centre_line_um.push_back(from + (to - from) * (i / 20.0));
        f.radius_um.push_back(radius_from + (radius_to - radius_from) * i / 20.0);
    }
    return f;
}

/// 4 × 3 µm, cell body in the lower third.
ClassVolume cell() {
    ClassVolume classes(Grid{{200, 150, 10}, {0.02, 0.02, 0.02}, {5, 6, 7}});
    for (std::int64_t y = 100; y < 150; ++y)
        for (std::int64_t x = 0; x < 200; ++x)
            classes(x,
                    static_cast<std::int64_t>(static_cast<double>(y) +
                                              5 * std::sin(0.05 * static_cast<double>(x))) %
                        150,
                    4) = cytoplasm;
    return classes;
}

TEST(ColourScale, LightnessRisesEvenlyAndStaysVisibleOnWhite) {
    EXPECT_LT(lightness(scale_colour(0)), 30);
    EXPECT_LT(lightness(scale_colour(1)), 78);
    for (int i = 0; i < 20; ++i) {
        const double step = lightness(scale_colour((i + 1) / 20.0)) - lightness(scale_colour(i / 20.0));
        EXPECT_GT(step, 1.2) << i;
        EXPECT_LT(step, 3.8) << i;
    }
    EXPECT_EQ(scale_colour(-1), scale_colour(0));
    EXPECT_EQ(scale_colour(2), scale_colour(1));
    const Colour unknown = scale_colour(std::nan(""));
    EXPECT_EQ(unknown[0], unknown[1]);
}

TEST(FilopodiaPicture, NumbersAreNotCutOffWhereThereIsNoRoom) {
    // More filopodia in one corner than there are places around it; their roots look outwards.
    std::vector<Filopodium> filopodia;
    for (std::uint32_t n = 100; n < 160; ++n)
        filopodia.push_back(line(n, {5.02, 6.02, 7.1}, {6.5, 7.5, 7.1}, 0.02, 0.02));
    const Image with = filopodia_picture(cell(), filopodia, {.longer_side = 800});
    const Image without = filopodia_picture(cell(), filopodia, {.longer_side = 800, .numbers = false});
    int changed = 0;
    for (int y = 0; y < with.height; ++y)
        for (int x = 0; x < with.width; ++x) {
            if (with.at(x, y) == without.at(x, y)) continue;
            ++changed;
            // 10 pixels of margin; a number's rim reaches 2 pixels beyond its box.
            EXPECT_GE(x, 8);
            EXPECT_GE(y, 8);
        }
    EXPECT_GT(changed, 100);
}

TEST(FilopodiaPicture, BranchesFollowTheirLines) {
    Filopodium f = line(3, {6, 8, 7.1}, {6, 6.4, 7.1}, 0.05, 0.05);
    FilopodiumBranch bent;
    bent.line_um = {{6, 7, 7.1}, {7, 7, 7.1}, {7, 6.2, 7.1}};  // right, then up
    f.branches.push_back(bent);
    const Image image = filopodia_picture(cell(), std::vector{f}, {.longer_side = 800, .numbers = false});
    const auto at = [&](double x, double y) {
        return image.at(static_cast<int>(10 + (x - 5 + 0.01) * 200),
                        static_cast<int>(10 + (y - 6 + 0.01) * 200));
    };
    EXPECT_NE(at(6.5, 7), (Colour{255, 255, 255}));
    EXPECT_NE(at(7, 6.5), (Colour{255, 255, 255}));
    EXPECT_EQ(at(6.5, 6.6), (Colour{255, 255, 255}));  // the straight way from end to end
}

TEST(FilopodiaPicture, BodyAndFilopodiaLieWhereTheyAre) {
    const std::vector<Filopodium> filopodia{line(3, {6, 8, 7.1}, {6.2, 6.4, 7.1}, 0.05, 0.05),
                                            line(12, {8, 8, 7.1}, {8, 6.5, 7.1}, 0.11, 0.11)};
    const Image image = filopodia_picture(cell(), filopodia, {.longer_side = 800, .numbers = false});
    // 200 pixels a micron, 10 pixels of margin.
    const auto at = [&](double x, double y) {
        return image.at(static_cast<int>(10 + (x - 5 + 0.01) * 200),
                        static_cast<int>(10 + (y - 6 + 0.01) * 200));
    };
    EXPECT_EQ(at(5.3, 8.6), (Colour{223, 226, 230}));
    EXPECT_EQ(at(5.3, 6.5), (Colour{255, 255, 255}));
    const Colour thin = at(6.1, 7.2), thick = at(8, 7.2);
    EXPECT_LT(lightness(thin), 40);
    EXPECT_GT(lightness(thick), 60);
    EXPECT_EQ(at(8.09, 7.2), thick);  // as thick as it is
    EXPECT_EQ(at(8.13, 7.2), (Colour{255, 255, 255}));
    EXPECT_GT(image.width, 800 + 2 * 10);
    // Numbers change the picture near the roots only.
    const Image numbered = filopodia_picture(cell(), filopodia, {.longer_side = 800});
    EXPECT_NE(numbered, image);
    for (int y = 0; y < 200; ++y)
        for (int x = 0; x < 800; ++x) ASSERT_EQ(numbered.at(x, y), image.at(x, y));
    EXPECT_EQ(numbered, filopodia_picture(cell(), filopodia, {.longer_side = 800}));
    if (const char* folder = std::getenv("CYTOMO_PICTURES"))
        write_png(std::string(folder) + "/filopodia.png", numbered);
}

TEST(FilopodiaPicture, WithoutFilopodiaOrInABadSize) {
    const Image image = filopodia_picture(cell(), {}, {.longer_side = 400});
    EXPECT_EQ(image.width, 420);
    Filopodium empty;
    empty.instance = 1;
    EXPECT_FALSE(filopodia_picture(cell(), std::vector<Filopodium>{empty}).empty());
    EXPECT_THROW(filopodia_picture(cell(), {}, {.longer_side = 5}), UsageError);
    EXPECT_THROW(filopodia_picture(ClassVolume(), {}), UsageError);
    const Image flat = filopodia_picture(ClassVolume(Grid{{300, 1, 1}, {0.02, 0.02, 0.02}, {}}, filopodium),
                                         std::vector<Filopodium>{line(1, {0, 0, 0}, {3, 0, 0}, 0.03, 0.03)});
    EXPECT_GT(flat.height, 50);
}

TEST(FilopodiumProfiles, LongestAndMedian) {
    std::vector<Filopodium> filopodia;
    for (std::uint32_t i = 1; i <= 12; ++i)
        filopodia.push_back(line(i, {0, 0, 0}, {0.5 * i, 0, 0}, 0.05 + 0.001 * i, 0.05 + 0.001 * i));
    const Figure f = filopodium_profiles_figure(filopodia, 3);
    EXPECT_THAT(f.svg, HasSubstr(">no. 12<"));
    EXPECT_THAT(f.svg, HasSubstr(">no. 10<"));
    EXPECT_THAT(f.svg, testing::Not(HasSubstr(">no. 9<")));
    EXPECT_THAT(f.svg, HasSubstr(">median of all<"));
    EXPECT_THAT(f.caption, HasSubstr("The 3 longest of 12"));
    EXPECT_THAT(filopodium_profiles_figure({}).caption, HasSubstr("No values"));
}

}  // namespace
}  // namespace cytomo
