#include "cytomo/core/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace cytomo {
namespace {

// Bytes from table 3-7 of the Unicode standard (well-formed UTF-8) and from RFC 3629.

TEST(Utf8, TheFirstAndLastCharacterOfEachLength) {
    EXPECT_EQ(utf8_length(std::string_view("\0", 1)), 1U);  // U+0000
    EXPECT_EQ(utf8_length("\x7F"), 1U);                     // U+007F
    EXPECT_EQ(utf8_length("\xC2\x80"), 2U);                 // U+0080
    EXPECT_EQ(utf8_length("\xDF\xBF"), 2U);                 // U+07FF
    EXPECT_EQ(utf8_length("\xE0\xA0\x80"), 3U);             // U+0800
    EXPECT_EQ(utf8_length("\xED\x9F\xBF"), 3U);             // U+D7FF
    EXPECT_EQ(utf8_length("\xEE\x80\x80"), 3U);             // U+E000
    EXPECT_EQ(utf8_length("\xEF\xBF\xBF"), 3U);             // U+FFFF
    EXPECT_EQ(utf8_length("\xF0\x90\x80\x80"), 4U);         // U+10000
    EXPECT_EQ(utf8_length("\xF4\x8F\xBF\xBF"), 4U);         // U+10FFFF
    EXPECT_EQ(utf8_length("\xC3\xA4hne"), 2U);              // only the first one counts
}

TEST(Utf8, WhatIsNoCharacter) {
    EXPECT_EQ(utf8_length(""), 0U);
    for (const char* none : {"\x80", "\xBF", "\xC0\xBC", "\xC1\xBF",       // no lead bytes
                             "\xC2", "\xE2\x82", "\xF0\x9F\x98", "\xC3(",  // cut off
                             "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF",           // longer than need be
                             "\xED\xA0\x80", "\xED\xBF\xBF",               // U+D800, U+DFFF
                             "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
        EXPECT_EQ(utf8_length(none), 0U) << testing::PrintToString(std::string(none));
        EXPECT_EQ(find_no_utf8("ab" + std::string(none)), 2U) << testing::PrintToString(std::string(none));
    }
}

TEST(Utf8, TheFirstByteThatBelongsToNone) {
    EXPECT_EQ(find_no_utf8(""), std::string_view::npos);
    EXPECT_EQ(find_no_utf8("\xC2\xB5m\xC2\xB3 \xE6\xBC\xA2 \xF0\x9F\x98\x80"), std::string_view::npos);
    EXPECT_EQ(find_no_utf8("Z\xE4hne"), 1U);               // Latin-1
    EXPECT_EQ(find_no_utf8("\xC2\xB5m\xE2\x82"), 3U);      // the lead of what is cut off
    EXPECT_EQ(find_no_utf8("\xC3\xA4\xC3\xA4\xA4x"), 4U);  // one too many
}

TEST(Utf8, Characters) {
    // Code points from the Unicode charts.
    EXPECT_EQ(utf8_characters("A\xC2\xB5\xE2\x82\xAC\xF0\x9F\x94\xAC"), U"A\u00B5\u20AC\U0001F52C");
    EXPECT_EQ(utf8_characters("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"),
              (std::u32string{0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF}));
    EXPECT_EQ(utf8_characters(""), U"");
    EXPECT_EQ(utf8_characters("a\xE2\x82z\xFF"), U"a\uFFFD\uFFFDz\uFFFD");
}

TEST(Utf8, EachCharacterIsOneColumnWide) {
    EXPECT_EQ(utf8_width(""), 0U);
    EXPECT_EQ(utf8_width("z 0.35 \xC2\xB5m"), 9U);
    EXPECT_EQ(utf8_width("\xC3\xA4\xFF"), 2U);
}

/// All texts of two bytes, against the rule as a person would write it.
TEST(Utf8, EveryPairOfBytes) {
    for (unsigned a = 0; a < 256; ++a)
        for (unsigned b = 0; b < 256; ++b) {
            const std::string text{static_cast<char>(a), static_cast<char>(b)};
            const std::size_t wanted = a <= 0x7F                                          ? 1
                                       : a >= 0xC2 && a <= 0xDF && b >= 0x80 && b <= 0xBF ? 2
                                                                                          : 0;
            ASSERT_EQ(utf8_length(text), wanted) << a << " " << b;
        }
}

}  // namespace
}  // namespace cytomo
