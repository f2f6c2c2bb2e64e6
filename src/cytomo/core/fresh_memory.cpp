#include "cytomo/core/fresh_memory.h"

#include <algorithm>
#include <cstdint>

#include "cytomo/core/parallel.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace cytomo {

namespace {

#ifdef __linux__
void advise(void* data, std::size_t size, int advice) {
    constexpr std::uintptr_t page = 4096;
    const auto begin = reinterpret_cast<std::uintptr_t>(data);
    const auto first = (begin + page - 1) / page * page, last = (begin + size) / page * page;
    if (first >= last) return;
    parallel_chunks(static_cast<std::int64_t>(last - first), 4 << 20,
                    [&](std::int64_t from, std::int64_t to) {
                        (void)madvise(reinterpret_cast<void*>(first + static_cast<std::uintptr_t>(from)),
                                      static_cast<std::size_t>(to - from), advice);
                    });
}
#endif

}  // namespace

void claim_memory([[maybe_unused]] void* data, [[maybe_unused]] std::size_t size) {
#ifdef MADV_POPULATE_WRITE
    advise(data, size, MADV_POPULATE_WRITE);
#endif
}

void give_back_memory([[maybe_unused]] void* data, [[maybe_unused]] std::size_t size) {
#ifdef __linux__
    advise(data, size, MADV_DONTNEED);
#endif
}

}  // namespace cytomo
