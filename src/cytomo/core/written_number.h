// The digits that measured numbers are written with.
#pragma once

#include <array>
#include <charconv>
#include <cmath>

namespace cytomo {

/// How many significant digits a measured number has in files: far more than it is known to, and fewer than
/// arithmetic gets wrong.
inline constexpr int written_digits = 10;

/// The number as files have it, so that all of them say the same: rounded to `written_digits` significant
/// digits, within 5e-10 of it, relatively (18.314120000000003 → 18.31412). Rounded once more it stays. What
/// is not finite stays as it is.
inline double as_written(double value) {
    if (!std::isfinite(value)) return value;
    std::array<char, 40> text{};
    char* const end = std::to_chars(text.data(), text.data() + text.size(), value,
                                    std::chars_format::scientific, written_digits - 1)
                          .ptr;
    double rounded = value;  // stays where the largest numbers round to more than there is
    std::from_chars(text.data(), end, rounded);
    return rounded;
}

}  // namespace cytomo
