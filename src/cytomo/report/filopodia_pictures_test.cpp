#include "cytomo/report/filopodia_pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <span>
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/report/colour_scale.h"
#include "cytomo/report/drawing.h"
#include "cytomo/report/filopodia_numbers.h"
#include "cytomo/report/filopodia_tubes.h"

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

/// The picture of filopodia in that cell, 200 pixels a micron, and its pixels by their places in µm.
struct Pictured {
    FilopodiaPictureOptions options{.longer_side = 800, .numbers = false};
    FilopodiaMap map = map_of_filopodia(cell().grid(), true, options);
    Image image;

    explicit Pictured(const std::vector<Filopodium>& filopodia)
        : image(filopodia_picture(cell(), filopodia, options)) {}
    Colour at(double x, double y) const {
        return image.at(static_cast<int>(map.left + (x - 5 + 0.01) * 200),
                        static_cast<int>(map.top + (y - 6 + 0.01) * 200));
    }
};

constexpr Colour white{255, 255, 255};

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

TEST(FilopodiaNumbers, StandApartFromEachOtherAndFromLines) {
    std::vector<Filopodium> filopodia;
    for (std::uint32_t n = 0; n < 30; ++n)  // roots 16 pixels apart, numbers wider than that
        filopodia.push_back(
            line(100 + n, {6 + 0.08 * n, 7.4, 7.1}, {6 + 0.08 * n, 6.8 - 0.01 * n, 7.1}, 0.02, 0.02));
    const FilopodiaMap map = map_of_filopodia(cell().grid(), true, {.longer_side = 800});
    const auto tubes = tube_parts(filopodia, map, find_radius_range(filopodia));
    const auto places = place_numbers(filopodia, map, tubes, 9);
    ASSERT_GE(places.size(), 20U);
    EXPECT_EQ(places.front().number, 129U);
    EXPECT_FALSE(places.front().leader);
    EXPECT_TRUE(std::any_of(places.begin(), places.end(), [](const NumberPlace& p) { return p.leader; }));
    for (const NumberPlace& a : places) {
        EXPECT_GE(a.box.left, map.left);
        EXPECT_GE(a.box.top, map.top);
        EXPECT_LE(a.box.right, map.left + map.width);
        EXPECT_LE(a.box.bottom, map.top + map.height);
        EXPECT_GE(a.box.right - a.box.left, text_width(std::to_string(a.number), 9));
        for (const NumberPlace& b : places) {
            if (a.number == b.number) continue;
            EXPECT_TRUE(a.box.right <= b.box.left || b.box.right <= a.box.left || a.box.bottom <= b.box.top ||
                        b.box.bottom <= a.box.top)
                << a.number << " and " << b.number;
            if (!a.leader) continue;
            const PictureBox inner{b.box.left + 2, b.box.top + 2, b.box.right - 2, b.box.bottom - 2};
            const PicturePoint from{std::clamp(a.root.x, a.box.left, a.box.right),
                                    std::clamp(a.root.y, a.box.top, a.box.bottom)};
            for (int i = 0; i <= 200; ++i)
                ASSERT_FALSE(inner.holds(
                    {from.x + (a.root.x - from.x) * i / 200, from.y + (a.root.y - from.y) * i / 200}))
                    << "the line of " << a.number << " crosses " << b.number;
        }
    }
}

TEST(FilopodiaPicture, BranchesFollowTheirLines) {
    Filopodium f = line(3, {6, 8, 7.1}, {6, 6.4, 7.1}, 0.05, 0.05);
    FilopodiumBranch bent;
    bent.line_um = {{6, 7, 7.1}, {7, 7, 7.1}, {7, 6.2, 7.1}};  // right, then up
    f.branches.push_back(bent);
    const Pictured picture({f});
    EXPECT_NE(picture.at(6.5, 7), white);
    EXPECT_NE(picture.at(7, 6.5), white);
    EXPECT_EQ(picture.at(6.5, 6.6), white);  // the straight way from end to end
}

TEST(FilopodiaPicture, BodyAndFilopodiaLieWhereTheyAre) {
    const std::vector<Filopodium> filopodia{line(3, {6, 8, 7.1}, {6.2, 6.4, 7.1}, 0.05, 0.05),
                                            line(12, {8, 8, 7.1}, {8, 6.5, 7.1}, 0.11, 0.11)};
    const Pictured picture(filopodia);
    EXPECT_EQ(picture.map.pixels_per_um, 200);
    EXPECT_EQ(picture.map.left, 10);
    EXPECT_EQ(picture.at(5.3, 8.6), (Colour{223, 226, 230}));
    EXPECT_EQ(picture.at(5.3, 6.5), white);
    const Colour thin = picture.at(6.1, 7.2), thick = picture.at(8, 7.2);
    EXPECT_LT(lightness(thin), 40);
    EXPECT_GT(lightness(thick), 60);
    EXPECT_LT(lightness(picture.at(8.1, 7.2)), lightness(thick) - 10);  // round: darker towards its rim
    EXPECT_GT(lightness(picture.at(7.95, 7.2)), lightness(picture.at(8.05, 7.2)));  // light from the left
    EXPECT_NE(picture.at(8.1, 7.2), white);                                         // as thick as it is
    EXPECT_EQ(picture.at(8.13, 7.2), white);
    EXPECT_GT(picture.image.width, 800 + 2 * 10);
    // Above it stands what is seen, beside it what the colours mean.
    const auto inked = [&](int left, int top, int right, int bottom) {
        for (int y = top; y < bottom; ++y)
            for (int x = left; x < right; ++x)
                if (lightness(picture.image.at(x, y)) < 40) return true;
        return false;
    };
    EXPECT_TRUE(inked(0, 0, picture.image.width, static_cast<int>(picture.map.top)));
    EXPECT_TRUE(inked(820, static_cast<int>(picture.map.top), picture.image.width, picture.image.height));
    // Numbers change the map near the roots only.
    const Image numbered = filopodia_picture(cell(), filopodia, {.longer_side = 800});
    EXPECT_NE(numbered, picture.image);
    for (int y = 0; y < 200; ++y)
        for (int x = 0; x < 800; ++x) ASSERT_EQ(numbered.at(x, y), picture.image.at(x, y));
    EXPECT_EQ(numbered, filopodia_picture(cell(), filopodia, {.longer_side = 800}));
    if (const char* folder = std::getenv("CYTOMO_PICTURES"))
        write_png(std::string(folder) + "/filopodia.png", numbered);
}

TEST(FilopodiaPicture, TheNearerHidesTheFartherBehindARim) {
    const auto crossing = [](double z_upright, double z_across) {
        return Pictured({line(1, {6.5, 7.8, z_upright}, {6.5, 6.2, z_upright}, 0.05, 0.05),
                         line(2, {5.5, 7, z_across}, {7.5, 7, z_across}, 0.11, 0.11)});
    };
    const Pictured upright = crossing(7, 7.5), across = crossing(7.5, 7);
    const auto alike = [](Colour a, Colour b) {
        return std::abs(a[0] - b[0]) <= 1 && std::abs(a[1] - b[1]) <= 1 && std::abs(a[2] - b[2]) <= 1;
    };
    EXPECT_TRUE(alike(upright.at(6.5, 7), upright.at(6.5, 6.6)));
    EXPECT_TRUE(alike(across.at(6.5, 7), across.at(6.1, 7)));
    EXPECT_FALSE(alike(upright.at(6.5, 7), across.at(6.5, 7)));
    EXPECT_EQ(upright.at(6.551, 7), white);  // beside the one in front, over the other
    EXPECT_NE(upright.at(6.6, 7), white);
}

TEST(FilopodiaPicture, SteepTubesAreEvenAndHaveTheirColour) {
    // Down by 45 degrees in 20 stretches: none of them shows, and the middle has the colour of a level tube.
    const Pictured steep(
        {line(1, {6, 7, 6}, {6.8, 7, 6.8}, 0.08, 0.08), line(2, {7, 8, 7}, {8, 8, 7}, 0.08, 0.08)});
    for (double x = 6.2; x < 6.6; x += 0.005)
        for (std::size_t c = 0; c < 3; ++c) {
            EXPECT_NEAR(steep.at(x, 7)[c], steep.at(x + 0.005, 7)[c], 2) << "x = " << x;
            EXPECT_NEAR(steep.at(x, 7)[c], steep.at(7.5, 8)[c], 20) << "x = " << x;
        }
}

TEST(FilopodiaPicture, IsTheSameAtAnyThreadCount) {
    const std::vector<Filopodium> filopodia{line(1, {5, 7.8, 7}, {8, 6.2, 7.2}, 0.05, 0.12)};
    set_thread_count(1);
    const Image one = filopodia_picture(cell(), filopodia, {.longer_side = 800});
    set_thread_count(3);
    const Image three = filopodia_picture(cell(), filopodia, {.longer_side = 800});
    set_thread_count(0);
    EXPECT_EQ(one, three);
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

TEST(FilopodiumProfiles, MedianAndQuartilesOfAllAndTheLongest) {
    std::vector<Filopodium> filopodia;
    for (std::uint32_t i = 1; i <= 12; ++i)
        filopodia.push_back(line(i, {0, 0, 0}, {0.5 * i, 0, 0}, 0.05 + 0.001 * i, 0.05 + 0.001 * i));
    const Figure f = filopodium_profiles_figure(filopodia);
    EXPECT_THAT(f.svg, HasSubstr(">no. 12<"));
    EXPECT_THAT(f.svg, HasSubstr(">no. 10<"));
    EXPECT_THAT(f.svg, testing::Not(HasSubstr(">no. 9<")));
    EXPECT_THAT(f.svg, HasSubstr(">median<"));
    EXPECT_THAT(f.svg, HasSubstr("<polygon"));
    EXPECT_THAT(f.caption, HasSubstr("the 3 longest of 12"));
    EXPECT_THAT(f.caption, HasSubstr("quartile"));
    const Figure two = filopodium_profiles_figure(std::span(filopodia).first(2));
    EXPECT_THAT(two.caption, HasSubstr("All 2 filopodia."));
    EXPECT_THAT(two.svg, testing::Not(HasSubstr("<polygon")));
    EXPECT_THAT(filopodium_profiles_figure({}).caption, HasSubstr("No values"));
}

}  // namespace
}  // namespace cytomo
