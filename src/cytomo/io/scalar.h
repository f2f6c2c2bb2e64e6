// Private to io: C++ types behind ScalarType, byte order, half precision.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

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
/// "960 x 928 x 312"
std::string size_text(Size3 size);

/// Largest number of voxels along an axis that a reader accepts.
constexpr std::int64_t largest_axis = 1'000'000;

}  // namespace cytomo::io
