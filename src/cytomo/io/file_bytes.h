// Private to io: bytes of a file at any position, from the disk or unpacked from gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace cytomo::io {

/// A file opened for reading. Files on disk are read with pread, so that a file which shrinks while it
/// is read gives an InputError and no signal. A gzip file is unpacked into memory, no further than
/// asked for: the header of the volume inside tells how much that is.
/// read() is safe from several threads once unpack() is done.
class FileBytes {
public:
    /// Throws InputError if the file is missing, a folder, unreadable or empty.
    static std::shared_ptr<FileBytes> open(const std::filesystem::path& path);
    ~FileBytes();
    FileBytes(const FileBytes&) = delete;
    FileBytes& operator=(const FileBytes&) = delete;

    const std::string& name() const { return name_; }
    bool gzipped() const { return gzipped_; }
    /// Size of the file on disk.
    std::uint64_t size_on_disk() const { return size_; }
    /// Makes the first `bytes` bytes available if the content has as many, and returns how many there
    /// are (for gzip at most `bytes`, for a plain file its size). Throws InputError for damaged gzip.
    std::uint64_t unpack(std::uint64_t bytes);
    /// The most that the content can have: for gzip what its best compression allows.
    std::uint64_t size_limit() const;
    /// The bytes at `offset`. Throws InputError if they are not there.
    void read(std::uint64_t offset, std::span<std::byte> out) const;
    /// File descriptor for libraries that read on their own; stays owned here.
    int descriptor() const { return descriptor_; }

private:
    FileBytes() = default;
    void read_disk(std::uint64_t offset, std::span<std::byte> out) const;

    std::string name_;
    int descriptor_ = -1;
    bool gzipped_ = false;
    std::uint64_t size_ = 0;
    std::vector<std::byte> unpacked_;
    struct Inflater;
    std::unique_ptr<Inflater> inflater_;
};

}  // namespace cytomo::io
