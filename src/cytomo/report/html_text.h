// Text that is safe inside HTML, and numbers for people, on pages and in the terminal.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cytomo {

/// Text for element content and quoted attributes: & < > " ' become entities, control characters
/// (which HTML forbids) and broken UTF-8 become U+FFFD.
std::string escaped(std::string_view text);

/// At most `digits` significant digits, without trailing zeros; "–" for NaN. Powers of ten only
/// below 0.000001 and from ten million on.
std::string short_number(double value, int digits = 4);

std::string base64(std::span<const std::uint8_t> bytes);

/// "#rrggbb".
std::string css_colour(std::uint8_t red, std::uint8_t green, std::uint8_t blue);

}  // namespace cytomo
