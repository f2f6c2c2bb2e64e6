// Private to io: where a VolumeWriter puts its slices.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "cytomo/core/grid.h"
#include "cytomo/core/volume.h"

namespace cytomo::io {

/// A file being written in one format. `write` gets slabs in order, in the machine's byte order;
/// `finish` completes the file. Both throw InputError.
struct SliceSink {
    std::function<void(std::int64_t first, std::int64_t count, std::span<const std::byte> values)> write;
    std::function<void()> finish;
};

/// A file opened for writing, for formats that are written byte by byte.
class OutputFile {
public:
    explicit OutputFile(const std::filesystem::path& path);
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    /// Appends. Throws InputError if the disk is full.
    void append(std::span<const std::byte> bytes);
    /// Replaces bytes that were written before.
    void replace(std::uint64_t offset, std::span<const std::byte> bytes);
    /// Throws InputError if the system could not write everything.
    void close();

private:
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes);
    std::string name_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace cytomo::io
