// Time that passed.
#pragma once

#include <chrono>

namespace cytomo {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}
inline double minutes_since(Clock::time_point start) {
    return seconds_since(start) / 60;
}

}  // namespace cytomo
