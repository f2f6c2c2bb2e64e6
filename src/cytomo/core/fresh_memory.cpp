#include "cytomo/core/fresh_memory.h"

#include <algorithm>
#include <cstdint>

#include "cytomo/core/parallel.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace cytomo {

void claim_memory(void* data, std::size_t size) {
#ifdef MADV_POPULATE_WRITE
    constexpr std::uintptr_t page = 4096;
    const auto begin = reinterpret_cast<std::uintptr_t>(data);
    const auto first = (begin + page - 1) / page * page, last = (begin + size) / page * page;
    if (first >= last) return;
    parallel_chunks(static_cast<std::int64_t>(last - first), 4 << 20,
                    [&](std::int64_t from, std::int64_t to) {
                        (void)madvise(reinterpret_cast<void*>(first + static_cast<std::uintptr_t>(from)),
                                      static_cast<std::size_t>(to - from), MADV_POPULATE_WRITE);
                    });
#else
    (void)data;
    (void)size;
#endif
}

}  // namespace cytomo
