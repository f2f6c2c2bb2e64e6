#include "cytomo/core/parallel.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace cytomo {

namespace {
std::atomic<int> chosen_threads{0};
thread_local bool inside_parallel = false;

/// What OpenMP takes OMP_THREAD_LIMIT for: anything but a positive number is none.
int thread_limit() {
    const char* text = std::getenv("OMP_THREAD_LIMIT");
    const long limit = text == nullptr ? 0 : std::strtol(text, nullptr, 10);
    return limit > 0 && limit < std::numeric_limits<int>::max() ? static_cast<int>(limit)
                                                                : std::numeric_limits<int>::max();
}
}  // namespace

int thread_count() {
    const int n = chosen_threads.load();
    return std::min(thread_limit(),
                    n > 0 ? n : static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
}

void set_thread_count(int threads) {
    chosen_threads.store(std::max(0, threads));
}

void parallel_chunks(std::int64_t count, std::int64_t chunk,
                     const std::function<void(std::int64_t, std::int64_t)>& body) {
    if (count <= 0) return;
    chunk = std::max<std::int64_t>(1, chunk);
    const std::int64_t chunks = (count + chunk - 1) / chunk;
    const auto workers = static_cast<int>(std::min<std::int64_t>(thread_count(), chunks));
    if (workers <= 1 || inside_parallel) {
        for (std::int64_t b = 0; b < count; b += chunk) body(b, std::min(count, b + chunk));
        return;
    }
    std::atomic<std::int64_t> next{0};
    std::exception_ptr error;
    std::mutex error_mutex;
    const auto work = [&] {
        inside_parallel = true;
        try {
            for (std::int64_t c = next++; c < chunks; c = next++)
                body(c * chunk, std::min(count, (c + 1) * chunk));
        } catch (...) {
            const std::lock_guard lock(error_mutex);
            if (!error) error = std::current_exception();
            next = chunks;
        }
        inside_parallel = false;
    };
    {
        std::vector<std::jthread> threads;
        threads.reserve(static_cast<std::size_t>(workers));
        try {
            for (int t = 1; t < workers; ++t) threads.emplace_back(work);
        } catch (const std::system_error&) {
            // A limit of the system: those that run, this one at least, do the work.
        }
        work();
    }
    if (error) std::rethrow_exception(error);
}

void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& body) {
    parallel_chunks(count, 1, [&](std::int64_t b, std::int64_t e) {
        for (std::int64_t i = b; i < e; ++i) body(i);
    });
}

}  // namespace cytomo
