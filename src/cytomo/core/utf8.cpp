#include "cytomo/core/utf8.h"

#include <algorithm>

namespace cytomo {

std::size_t utf8_length(std::string_view text) {
    if (text.empty()) return 0;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;  // longer than need be
    if (lead == 0xED && byte(1) > 0x9F) return 0;  // halves of UTF-16 pairs
    if (lead == 0xF0 && byte(1) < 0x90) return 0;
    if (lead == 0xF4 && byte(1) > 0x8F) return 0;  // beyond the last character
    return length;
}

std::size_t find_no_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text.substr(at));
        if (length == 0) return at;
        at += length;
    }
    return std::string_view::npos;
}

std::u32string utf8_characters(std::string_view text) {
    constexpr char32_t replacement = 0xFFFD;
    std::u32string out;
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const auto lead = static_cast<unsigned char>(text[0]);
        char32_t character = length == 0 ? replacement : length == 1 ? lead : lead & (0x7FU >> length);
        for (std::size_t i = 1; i < length; ++i)
            character = character << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
        out.push_back(character);
        text.remove_prefix(std::max<std::size_t>(1, length));
    }
    return out;
}

std::size_t utf8_width(std::string_view text) {
    return utf8_characters(text).size();
}

}  // namespace cytomo
