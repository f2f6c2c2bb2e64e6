#include "cytomo/io/scalar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

#include "cytomo/io/volume_io.h"

namespace cytomo::io {

float to_float(Half h) {
    const int exponent = (h.bits >> 10) & 31;
    const int fraction = h.bits & 1023;
    float v;
    if (exponent == 31)
        v = fraction ? std::numeric_limits<float>::quiet_NaN() : std::numeric_limits<float>::infinity();
    else if (exponent == 0)
        v = std::ldexp(static_cast<float>(fraction), -24);
    else
        v = std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
    return h.bits & 0x8000 ? -v : v;
}

namespace {
template <std::size_t N>
void swap_each(std::span<std::byte> values) {
    for (std::size_t i = 0; i + N <= values.size(); i += N)
        std::reverse(values.data() + i, values.data() + i + N);
}
}  // namespace

void swap_bytes(std::span<std::byte> values, std::int64_t value_bytes) {
    if (value_bytes == 2) swap_each<2>(values);
    if (value_bytes == 4) swap_each<4>(values);
    if (value_bytes == 8) swap_each<8>(values);
}

std::int64_t checked_bytes(std::int64_t nx, std::int64_t ny, std::int64_t nz, std::int64_t value_bytes) {
    if (nx < 1 || ny < 1 || nz < 1 || value_bytes < 1) return -1;
    std::int64_t total = value_bytes;
    for (const std::int64_t n : {nx, ny, nz})
        if (__builtin_mul_overflow(total, n, &total)) return -1;
    return total <= (std::int64_t{1} << 62) ? total : -1;
}

double round_to_float_digits(double v) {
    if (!std::isfinite(v)) return v;
    char text[40];
    std::snprintf(text, sizeof text, "%.6e", v);
    return parse_number(text);
}

std::string exact_text(double v) {
    char text[40];
    const auto [end, ec] = std::to_chars(text, text + sizeof text, v);
    return {text, end};
}

std::string exact_text(Vec3 v) {
    return exact_text(v.x) + "," + exact_text(v.y) + "," + exact_text(v.z);
}

double parse_number(std::string_view text) {
    double v = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), v);
    const bool whole = ec == std::errc{} && end == text.data() + text.size();
    return whole ? v : std::numeric_limits<double>::quiet_NaN();
}

bool parse_triple(std::string_view text, Vec3& v) {
    const auto first = text.find(',');
    if (first == std::string_view::npos) return false;
    const auto second = text.find(',', first + 1);
    if (second == std::string_view::npos) return false;
    v = {parse_number(text.substr(0, first)), parse_number(text.substr(first + 1, second - first - 1)),
         parse_number(text.substr(second + 1))};
    return std::isfinite(v.x) && std::isfinite(v.y) && std::isfinite(v.z);
}

std::string short_text(double v) {
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", v);
    return text;
}

std::string missing_text(std::uint64_t data_bytes, std::uint64_t piece_bytes, std::int64_t whole,
                         const std::string& pieces) {
    const auto all = static_cast<std::uint64_t>(whole);
    const std::uint64_t there = piece_bytes > 0 ? std::min(data_bytes / piece_bytes, all) : 0;
    return std::to_string(there) + " of " + std::to_string(all) + " " + pieces + " (" +
           std::to_string(all - there) + " missing)";
}

std::string size_text(Size3 size) {
    return std::to_string(size.x) + " x " + std::to_string(size.y) + " x " + std::to_string(size.z);
}

std::string nanometres_text(Vec3 um) {
    return short_text(um.x * 1000) + " x " + short_text(um.y * 1000) + " x " + short_text(um.z * 1000) +
           " nm";
}

}  // namespace cytomo::io

namespace cytomo {

void convert_to_float(ScalarType type, std::span<const std::byte> in, std::span<float> out) {
    io::with_type(type, [&](auto sample) {
        using T = decltype(sample);
        for (std::size_t i = 0; i < out.size(); ++i) {
            T v;
            std::memcpy(&v, in.data() + i * sizeof(T), sizeof(T));
            out[i] = static_cast<float>(io::number(v));
        }
    });
}

}  // namespace cytomo
