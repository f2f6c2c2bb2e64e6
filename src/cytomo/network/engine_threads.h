// Private to network: the threads of oneDNN, and loops between its own on them, which would otherwise wait at
// full speed beside those of core/parallel.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <mutex>

#include "cytomo/core/parallel.h"

namespace cytomo {

/// thread_count() threads for what comes next. oneDNN's gradients of weights wait for all of them, so OpenMP
/// may not give fewer, whatever the environment says (OMP_DYNAMIC, OMP_MAX_ACTIVE_LEVELS).
inline void promise_threads() {
    omp_set_dynamic(0);
    omp_set_max_active_levels(std::max(1, omp_get_max_active_levels()));
    omp_set_num_threads(thread_count());
}

/// Like parallel_chunks.
template <class Body>
void engine_chunks(std::int64_t count, std::int64_t chunk, const Body& body) {
    const std::int64_t chunks = (count + chunk - 1) / chunk;
    std::exception_ptr error;
    std::mutex error_mutex;
#pragma omp parallel for schedule(dynamic) num_threads(thread_count())
    for (std::int64_t c = 0; c < chunks; ++c) try {
            body(c * chunk, std::min(count, (c + 1) * chunk));
        } catch (...) {
            const std::lock_guard lock(error_mutex);
            if (!error) error = std::current_exception();
        }
    if (error) std::rethrow_exception(error);
}

}  // namespace cytomo
