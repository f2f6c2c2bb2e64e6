// Private to network: loops between those of oneDNN, on its threads, which would otherwise wait at full speed
// beside those of core/parallel.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <mutex>

#include "cytomo/core/parallel.h"

namespace cytomo {

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
