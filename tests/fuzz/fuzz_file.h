// For the fuzz targets: the bytes at hand as a file, and reading a bounded part of a volume.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/io/file_bytes.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::fuzz {

/// A file in memory that has a path.
class MemoryFile {
public:
    MemoryFile(const std::uint8_t* data, std::size_t size) : descriptor_(::memfd_create("fuzz", 0)) {
        if (descriptor_ < 0 || ::write(descriptor_, data, size) != static_cast<ssize_t>(size)) std::abort();
    }
    ~MemoryFile() { ::close(descriptor_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

private:
    int descriptor_;
};

/// Reads the first slices and the last one, if they are small.
inline void read_some(const StoredVolume& volume) {
    constexpr std::int64_t most_bytes = 4 << 20;
    const Size3 size = volume.grid.size;
    if (size.x < 1 || size.y < 1 || size.z < 1) std::abort();  // a reader let it pass
    const std::int64_t slice = size.x * size.y * bytes(volume.type);
    if (slice > most_bytes) return;
    std::vector<std::byte> values(static_cast<std::size_t>(slice));
    std::vector<float> numbers(static_cast<std::size_t>(size.x * size.y));
    for (std::int64_t z = 0; z < size.z && z < 3; ++z) {
        volume.read_bytes(z, 1, values);
        convert_to_float(volume.type, values, numbers);
    }
    volume.read_bytes(size.z - 1, 1, values);
}

/// Opens the bytes with `open(file, path)` and reads some of them; only InputError may come.
template <class Open>
void try_reader(const std::uint8_t* data, std::size_t size, Open&& open) {
    set_thread_count(1);
    const MemoryFile file(data, size);
    try {
        read_some(open(io::FileBytes::open(file.path()), file.path()));
    } catch (const InputError&) {
    }
}

}  // namespace cytomo::fuzz
