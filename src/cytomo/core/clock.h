// Time that passed, and time that processors worked.
#pragma once

#include <chrono>
#include <ctime>

namespace cytomo {

using Clock = std::chrono::steady_clock;

inline double seconds_between(Clock::time_point start, Clock::time_point end) {
    return std::chrono::duration<double>(end - start).count();
}
inline double seconds_since(Clock::time_point start) {
    return seconds_between(start, Clock::now());
}
inline double minutes_since(Clock::time_point start) {
    return seconds_since(start) / 60;
}

/// What a processor has worked so far for `clock`, CLOCK_THREAD_CPUTIME_ID (the calling thread) or
/// CLOCK_PROCESS_CPUTIME_ID (all threads of the program). Other programs on the machine do not count, as they
/// do in the time that passes.
inline double processor_seconds(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

}  // namespace cytomo
