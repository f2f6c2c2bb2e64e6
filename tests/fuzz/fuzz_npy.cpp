#include "cytomo/io/npy.h"
#include "fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    cytomo::fuzz::try_reader(
        data, size, [](auto file, const auto& path) { return cytomo::io::open_npy(std::move(file), path); });
    return 0;
}
