// Where a position beyond the border lies when the border mirrors.
#pragma once

#include <cstdint>

namespace cytomo {

/// Index in [0, n) that `i` (any, n >= 1) stands for when n values are continued by mirroring: … 1 0 | 0 1 …
/// n-1 | n-1 n-2 …
inline std::int64_t mirrored(std::int64_t i, std::int64_t n) {
    const std::int64_t period = 2 * n;
    i %= period;
    if (i < 0) i += period;
    return i < n ? i : period - 1 - i;
}

}  // namespace cytomo
