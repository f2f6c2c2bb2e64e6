#include <cstdlib>
#include <new>

#include "cytomo/io/hdf5.h"
#include "fuzz_file.h"

// The library itself (1.10.8) forgets a few hundred bytes when it gives up on some damaged files. What this
// program allocates is still watched, and so are the handles that it opens.
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libhdf5";
}

// Nor does it compare what a damaged header asks for with the size of the file before it asks the system for
// memory: it must get along with a refusal. What is really used stays limited (-rss_limit_mb), and so does
// each request of our own, which goes through operator new.
extern "C" const char* __asan_default_options() {
    return "allocator_may_return_null=1";
}

void* operator new(std::size_t bytes) {
    if (bytes > std::size_t{2} << 30) std::abort();
    void* p = std::malloc(bytes > 0 ? bytes : 1);
    if (p == nullptr) throw std::bad_alloc();
    return p;
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    return std::malloc(bytes > 0 ? bytes : 1);
}
void operator delete(void* p) noexcept {
    std::free(p);
}
void operator delete(void* p, std::size_t) noexcept {
    std::free(p);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    cytomo::fuzz::try_reader(
        data, size, [](auto file, const auto&) { return cytomo::io::open_hdf5(std::move(file), {}); });
    if (cytomo::io::count_open_hdf5_handles() > 0) std::abort();
    return 0;
}
