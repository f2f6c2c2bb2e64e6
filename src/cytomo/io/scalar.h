// Private to io: C++ types behind ScalarType, byte order, half precision.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "cytomo/core/volume.h"

namespace cytomo::io {

/// IEEE 754 half precision, as stored.
struct Half {
    std::uint16_t bits;
};
float to_float(Half h);

template <class T>
constexpr ScalarType scalar_type_of() {
    if constexpr (std::is_same_v<T, std::int8_t>) return ScalarType::int8;
    if constexpr (std::is_same_v<T, std::uint8_t>) return ScalarType::uint8;
    if constexpr (std::is_same_v<T, std::int16_t>) return ScalarType::int16;
    if constexpr (std::is_same_v<T, std::uint16_t>) return ScalarType::uint16;
    if constexpr (std::is_same_v<T, std::int32_t>) return ScalarType::int32;
    if constexpr (std::is_same_v<T, std::uint32_t>) return ScalarType::uint32;
    if constexpr (std::is_same_v<T, std::int64_t>) return ScalarType::int64;
    if constexpr (std::is_same_v<T, std::uint64_t>) return ScalarType::uint64;
    if constexpr (std::is_same_v<T, Half>) return ScalarType::float16;
    if constexpr (std::is_same_v<T, float>) return ScalarType::float32;
    if constexpr (std::is_same_v<T, double>) return ScalarType::float64;
}

/// Calls f(T{}) with the C++ type that `type` names.
template <class F>
auto with_type(ScalarType type, F&& f) {
    switch (type) {
        case ScalarType::int8:
            return f(std::int8_t{});
        case ScalarType::uint8:
            return f(std::uint8_t{});
        case ScalarType::int16:
            return f(std::int16_t{});
        case ScalarType::uint16:
            return f(std::uint16_t{});
        case ScalarType::int32:
            return f(std::int32_t{});
        case ScalarType::uint32:
            return f(std::uint32_t{});
        case ScalarType::int64:
            return f(std::int64_t{});
        case ScalarType::uint64:
            return f(std::uint64_t{});
        case ScalarType::float16:
            return f(Half{});
        case ScalarType::float32:
            return f(float{});
        case ScalarType::float64:
            break;
    }
    return f(double{});
}

/// A stored value as a number.
template <class T>
auto number(T v) {
    if constexpr (std::is_same_v<T, Half>)
        return to_float(v);
    else
        return v;
}

/// Types that files are written in; the others are only read.
template <class T>
inline constexpr bool is_writable =
    !std::is_same_v<T, Half> && !std::is_same_v<T, double> && !(std::is_integral_v<T> && sizeof(T) == 8);
inline bool is_writable_type(ScalarType type) {
    return with_type(type, [](auto sample) { return is_writable<decltype(sample)>; });
}

/// Whether a float holds this whole number without rounding. Cost: a few operations.
template <class T>
requires std::is_integral_v<T>
bool is_exact_float(T v) {
    constexpr int float_digits = 24;
    auto magnitude = static_cast<std::uint64_t>(v);
    if (std::cmp_less(v, 0)) magnitude = 0 - magnitude;
    return std::bit_width(magnitude) - (magnitude ? std::countr_zero(magnitude) : 0) <= float_digits;
}

/// Reverses the bytes of each value of `value_bytes` (1, 2, 4 or 8) in place.
void swap_bytes(std::span<std::byte> values, std::int64_t value_bytes);

/// nx*ny*nz*value_bytes, or -1 if it is not between 1 and 2^62 (sizes come from files that may lie).
std::int64_t checked_bytes(std::int64_t nx, std::int64_t ny, std::int64_t nz, std::int64_t value_bytes);

/// Seven significant digits: what a 32-bit float in a file can mean, without its rounding noise.
double round_to_float_digits(double v);

/// The shortest text that reads back as the same double, and back (NaN if it is no number).
std::string exact_text(double v);
double parse_number(std::string_view text);
/// "x,y,z" in exact texts, and back; false if it is no triple of finite numbers.
std::string exact_text(Vec3 v);
bool parse_triple(std::string_view text, Vec3& v);

/// Up to 6 significant digits, for messages.
std::string short_text(double v);
/// A stored value for messages: integers with all their digits.
template <class T>
std::string value_text(T v) {
    if constexpr (std::is_integral_v<T>)
        return std::to_string(v);
    else
        return short_text(static_cast<double>(number(v)));
}
/// What came of `whole` pieces of `piece_bytes` each: "7 of 10 slices (3 are missing)".
std::string missing_text(std::uint64_t data_bytes, std::uint64_t piece_bytes, std::int64_t whole,
                         const std::string& pieces);
/// "960 x 928 x 312"
std::string size_text(Size3 size);
/// Edges in µm as "20 x 20 x 12.5 nm".
std::string nanometres_text(Vec3 um);

/// Largest number of voxels along an axis that a reader accepts.
constexpr std::int64_t largest_axis = 1'000'000;

}  // namespace cytomo::io
