// Loops over independent pieces of work on all cores.
#pragma once

#include <cstdint>
#include <functional>

namespace cytomo {

/// Number of threads that parallel loops use: the value last set, else the machine's cores, but no more than
/// the environment's OMP_THREAD_LIMIT: oneDNN waits for ever for threads that OpenMP then does not give it.
int thread_count();
/// Set once, by a program's main; 0 returns to the machine's cores. The only process-wide setting:
/// results never depend on it.
void set_thread_count(int threads);

/// Calls body(begin, end) for consecutive chunks of [0, count) of at most `chunk` items, on thread_count()
/// threads, or as many of them as can be started. Chunk limits depend on `count` and `chunk` alone. The first
/// exception thrown is thrown again here after all threads stopped. Nested calls run in the calling thread.
void parallel_chunks(std::int64_t count, std::int64_t chunk,
                     const std::function<void(std::int64_t begin, std::int64_t end)>& body);

/// Slices of a volume that passes over it take at a time: few enough that all threads have some and that
/// little waits in memory. Sums of floats, added slab by slab, depend on it.
inline constexpr std::int64_t slab_slices = 8;

/// Calls body(i) for each i in [0, count).
void parallel_for(std::int64_t count, const std::function<void(std::int64_t i)>& body);

}  // namespace cytomo
