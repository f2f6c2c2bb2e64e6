#include "cytomo/report/html_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cytomo/core/utf8.h"

namespace cytomo {

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto length = utf8_length(text);
        const char c = text[0];
        if (length == 0)
            out += "\xEF\xBF\xBD";
        else if (length > 1)
            out += text.substr(0, length);
        else if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (c == '\'')
            out += "&#39;";
        else if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
            out += "\xEF\xBF\xBD";
        else
            out += c;
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string short_number(double value, int digits) {
    if (std::isnan(value)) return "–";
    if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
    if (value == 0) return "0";
    const double magnitude = std::abs(value);
    char text[64];
    if (magnitude >= 1e-6 && magnitude < 1e7) {
        const int before = static_cast<int>(std::floor(std::log10(magnitude))) + 1;
        std::snprintf(text, sizeof text, "%.*f", std::max(0, digits - before), value);
        std::string s = text;
        if (s.find('.') != std::string::npos) {
            s.erase(s.find_last_not_of('0') + 1);
            if (s.back() == '.') s.pop_back();
        }
        return s;
    }
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    return text;
}

std::string base64(std::span<const std::uint8_t> bytes) {
    static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = bytes.size() - i;
        const std::uint32_t word = static_cast<std::uint32_t>(bytes[i]) << 16U |
                                   (left > 1 ? static_cast<std::uint32_t>(bytes[i + 1]) << 8U : 0U) |
                                   (left > 2 ? bytes[i + 2] : 0U);
        out += letters[word >> 18U];
        out += letters[word >> 12U & 63U];
        out += left > 1 ? letters[word >> 6U & 63U] : '=';
        out += left > 2 ? letters[word & 63U] : '=';
    }
    return out;
}

std::string css_colour(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
    char text[8];
    std::snprintf(text, sizeof text, "#%02x%02x%02x", red, green, blue);
    return text;
}

}  // namespace cytomo
