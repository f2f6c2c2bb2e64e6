#include "cytomo/report/image.h"

#include <gtest/gtest.h>
#include <png.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "cytomo/core/error.h"
#include "cytomo/core/random.h"
#include "cytomo/report/drawing.h"

namespace cytomo {
namespace {

/// Decoded by libpng's own simplified reader.
std::vector<std::uint8_t> decoded(const std::vector<std::uint8_t>& png, std::uint32_t format, int& width,
                                  int& height, std::uint32_t* stored_format = nullptr) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    EXPECT_NE(png_image_begin_read_from_memory(&image, png.data(), png.size()), 0) << image.message;
    if (stored_format != nullptr) *stored_format = image.format;
    image.format = format;
    width = static_cast<int>(image.width);
    height = static_cast<int>(image.height);
    std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
    EXPECT_NE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr), 0) << image.message;
    return pixels;
}

TEST(Png, ColoursSurvive) {
    Image image(37, 11);
    Random random(4);
    for (auto& v : image.rgb) v = static_cast<std::uint8_t>(random.integer(0, 255));
    int width = 0, height = 0;
    EXPECT_EQ(decoded(png_bytes(image), PNG_FORMAT_RGB, width, height), image.rgb);
    EXPECT_EQ(width, 37);
    EXPECT_EQ(height, 11);
}

TEST(Png, GreyIsStoredAsGrey) {
    Image image(9, 5);
    for (int y = 0; y < 5; ++y)
        for (int x = 0; x < 9; ++x)
            image.set(x, y,
                      {static_cast<std::uint8_t>(20 * y + x), static_cast<std::uint8_t>(20 * y + x),
                       static_cast<std::uint8_t>(20 * y + x)});
    int width = 0, height = 0;
    std::uint32_t stored = 99;
    EXPECT_EQ(decoded(png_bytes(image), PNG_FORMAT_RGB, width, height, &stored), image.rgb);
    EXPECT_EQ(stored & PNG_FORMAT_FLAG_COLOR, 0U);
}

TEST(Png, OverlayKeepsItsOpacity) {
    OverlayImage overlay{2, 2, {255, 0, 0, 255, 0, 255, 0, 128, 0, 0, 255, 1, 9, 8, 7, 0}};
    int width = 0, height = 0;
    EXPECT_EQ(decoded(png_bytes(overlay), PNG_FORMAT_RGBA, width, height), overlay.rgba);
}

TEST(Png, FileHoldsTheSameBytes) {
    const auto path = std::filesystem::temp_directory_path() / "cytomo_image_test.png";
    const Image image(8, 8, {1, 2, 3});
    write_png(path, image);
    std::ifstream in(path, std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(in)), {});
    const auto expected = png_bytes(image);
    ASSERT_EQ(bytes.size(), expected.size());
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), expected.begin(),
                           [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }));
    std::filesystem::remove(path);
}

TEST(Png, MissingFolderIsAnInputError) {
    EXPECT_THROW(write_png("/nowhere/at/all/x.png", Image(2, 2)), InputError);
    EXPECT_THROW(png_bytes(Image()), std::invalid_argument);
}

TEST(Images, OverlayBlendsByOpacity) {
    const OverlayImage overlay{3, 1, {200, 100, 0, 255, 200, 100, 0, 51, 200, 100, 0, 0}};
    const Image out = with_overlay(Image(3, 1, {100, 100, 100}), overlay);
    EXPECT_EQ(out.at(0, 0), (Colour{200, 100, 0}));
    EXPECT_EQ(out.at(1, 0), (Colour{120, 100, 80}));  // 51 / 255 is one fifth
    EXPECT_EQ(out.at(2, 0), (Colour{100, 100, 100}));
}

TEST(Images, PasteIsClipped) {
    Image target(4, 4, {0, 0, 0});
    paste(target, Image(3, 3, {9, 9, 9}), 2, -1);
    int painted = 0;
    for (int y = 0; y < 4; ++y)
        for (int x = 0; x < 4; ++x) painted += target.at(x, y)[0] == 9;
    EXPECT_EQ(painted, 4);
    EXPECT_EQ(target.at(2, 0)[0], 9);
    EXPECT_EQ(target.at(3, 1)[0], 9);
}

TEST(ScaleBars, AreRoundAndAsLongAsAllowed) {
    struct Case {
        double um_per_pixel, longest_pixels, length_um;
        const char* label;
    };
    for (const Case c : {Case{0.01, 300, 2, "2 µm"}, Case{0.01, 500, 5, "5 µm"}, Case{0.01, 499, 2, "2 µm"},
                         Case{0.01, 100, 1, "1 µm"}, Case{0.02, 40, 0.5, "0.5 µm"},
                         Case{0.001, 70, 0.05, "0.05 µm"}, Case{1, 260, 200, "200 µm"}}) {
        const ScaleBar bar = choose_scale_bar(c.um_per_pixel, c.longest_pixels);
        EXPECT_DOUBLE_EQ(bar.length_um, c.length_um);
        EXPECT_EQ(bar.label, c.label);
        EXPECT_NEAR(bar.pixels * c.um_per_pixel, bar.length_um, 1e-12);
    }
    EXPECT_EQ(choose_scale_bar(0, 100).pixels, 0);
}

TEST(ScaleBars, DrawnLengthIsTheLengthInPixels) {
    Image image(400, 100, {0, 0, 0});
    const ScaleBar bar = choose_scale_bar(0.0123, 300);  // 2 µm, 162.6 pixels
    draw_scale_bar(image, bar, {380, 80}, 12, {255, 255, 255}, {0, 0, 0});
    double length = 0;
    for (int x = 0; x < 400; ++x) length += image.at(x, 78)[0] / 255.0;
    EXPECT_NEAR(length, 2 / 0.0123, 0.6);
}

TEST(Lines, CoverTheirArea) {
    Image image(100, 100, {0, 0, 0});
    draw_line(image, {20.3, 30.6}, {70.3, 30.6}, 6, {255, 255, 255});
    double area = 0;
    for (std::size_t i = 0; i < image.rgb.size(); i += 3) area += image.rgb[i] / 255.0;
    EXPECT_NEAR(area, 50 * 6 + 3.14159 * 9, 4);  // with two half discs at the ends
}

TEST(Text, StaysWithinItsWidth) {
    const std::string text = "mitochondrion 0.5 µm (±3²) ÿ";
    Image image(600, 60, {255, 255, 255});
    draw_text(image, {10, 40}, text, 16, {0, 0, 0});
    const double right = 10 + text_width(text, 16);
    bool inked = false;
    for (int y = 0; y < 60; ++y)
        for (int x = 0; x < 600; ++x)
            if (image.at(x, y)[0] < 128) {
                inked = true;
                EXPECT_GE(x, 8);
                EXPECT_LE(x, right + 1);
            }
    EXPECT_TRUE(inked);
    EXPECT_DOUBLE_EQ(text_width("12", 10), text_width("34", 10));
    // What the font does not have, and bytes that are no text, are boxes of one width.
    EXPECT_DOUBLE_EQ(text_width("\xff\xc3", 10), 2 * text_width("\xE6\xBC\xA2", 10));
    draw_text(image, {-5, 2}, "\xff\xc3", 300, {0, 0, 0});  // broken bytes, outside the picture: harmless
}

TEST(Text, IsWrappedAtBlanks) {
    const std::string text = "one two three four averylongwordthatfitsnowhere five";
    const auto lines = wrapped_text(text, text_width("two three", 12), 12);
    std::string all;
    for (const auto& line : lines) {
        all += (all.empty() ? "" : " ") + line;
        if (line.find(' ') != std::string::npos) {
            EXPECT_LE(text_width(line, 12), text_width("two three", 12));
        }
    }
    EXPECT_EQ(all, text);
    EXPECT_GE(lines.size(), 4U);
    EXPECT_TRUE(wrapped_text("", 100, 12).empty());
}

TEST(Legends, WrapWithinTheWidth) {
    const auto entries = default_legend().entries;
    const double one_row = draw_legend(nullptr, entries, {}, 5000, 12, {});
    const double many_rows = draw_legend(nullptr, entries, {}, 150, 12, {});
    EXPECT_GE(many_rows, 4 * one_row);
    EXPECT_EQ(draw_legend(nullptr, {}, {}, 100, 12, {}), 0);
}

}  // namespace
}  // namespace cytomo
