// Choosing the reader by content, with gzip.
#include "fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    cytomo::fuzz::try_reader(data, size,
                             [](const auto&, const auto& path) { return cytomo::open_volume(path); });
    return 0;
}
