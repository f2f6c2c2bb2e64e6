// What of a text is UTF-8 (RFC 3629), and which characters it has.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cytomo {

/// Bytes of the character at the start of `text`, 1 to 4; 0 if there is none: an empty text, a character that
/// is cut off, longer than need be, half of a UTF-16 pair or beyond U+10FFFF.
std::size_t utf8_length(std::string_view text);

/// Where the first byte is that belongs to no character, or npos.
std::size_t find_no_utf8(std::string_view text);

/// The characters of `text`; U+FFFD for each byte that belongs to none.
std::u32string utf8_characters(std::string_view text);

/// Columns that `text` takes on a terminal, where each character takes one, whatever its bytes.
std::size_t utf8_width(std::string_view text);

}  // namespace cytomo
