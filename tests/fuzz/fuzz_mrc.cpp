#include "cytomo/io/mrc.h"
#include "fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    cytomo::fuzz::try_reader(
        data, size, [](auto file, const auto&) { return cytomo::io::open_mrc(std::move(file), {}); });
    return 0;
}
