#include "cytomo/io/file_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "cytomo/core/error.h"
#include "cytomo/core/likely_name.h"

namespace cytomo::io {

/// State of the gzip stream: how far the file was read, and whether its end was seen.
struct FileBytes::Inflater {
    z_stream stream{};
    std::uint64_t next_input = 0;
    std::vector<std::byte> input;
    bool ended = false;
    int members = 0;                 ///< complete gzip members so far
    std::uint64_t member_start = 0;  ///< where the content of the current one begins
    ~Inflater() { inflateEnd(&stream); }
};

std::shared_ptr<FileBytes> FileBytes::open(const std::filesystem::path& path) {
    std::shared_ptr<FileBytes> file(new FileBytes);
    file->name_ = path.string();
    file->descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->descriptor_ < 0) {
        const auto [found, remedy] = file_trouble(path, errno);
        throw InputError(file->name_, "a file that can be read", found, remedy);
    }
    struct stat status {};
    if (::fstat(file->descriptor_, &status) != 0)
        throw InputError(file->name_, "a readable file", std::strerror(errno), "Check the file");
    if (S_ISDIR(status.st_mode))
        throw InputError(file->name_, "a volume file", "a folder",
                         "Name the file inside it, or save the slices as one TIFF stack, e.g. with Fiji");
    if (!S_ISREG(status.st_mode))
        throw InputError(file->name_, "a file on disk", "a device or pipe",
                         "Save the volume as a file first");
    file->size_ = static_cast<std::uint64_t>(status.st_size);
    if (file->size_ == 0)
        throw InputError(file->name_, "a volume file", "an empty file", "Copy it again from its source");

    std::array<std::byte, 3> start{};
    if (file->size_ >= start.size()) file->read_disk(0, start);
    file->gzipped_ = start[0] == std::byte{0x1f} && start[1] == std::byte{0x8b} && start[2] == std::byte{8};
    if (file->gzipped_) {
        file->inflater_ = std::make_unique<Inflater>();
        file->inflater_->input.resize(1 << 18);
        if (inflateInit2(&file->inflater_->stream, 15 + 16) != Z_OK) throw std::bad_alloc();
    }
    return file;
}

FileBytes::~FileBytes() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void FileBytes::read_disk(std::uint64_t offset, std::span<std::byte> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        const auto n =
            ::pread(descriptor_, out.data() + done, std::min<std::size_t>(out.size() - done, 1 << 30),
                    static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            throw InputError(name_, "readable data", std::strerror(errno), "Check the disk or network");
        if (n == 0)
            throw InputError(name_, std::to_string(offset + out.size()) + " bytes or more",
                             "an end at byte " + std::to_string(offset + done),
                             "The file is incomplete: copy it again from its source");
        done += static_cast<std::size_t>(n);
    }
}

std::uint64_t FileBytes::size_limit() const {
    // The best ratio of deflate is 1032:1.
    return gzipped_ ? size_ * 1032 + 1024 : size_;
}

std::uint64_t FileBytes::unpack(std::uint64_t bytes) {
    if (!gzipped_) return size_;
    if (bytes > size_limit()) return std::min<std::uint64_t>(unpacked_.size(), bytes);
    unpacked_.reserve(bytes);
    z_stream& stream = inflater_->stream;
    while (unpacked_.size() < bytes && !inflater_->ended) {
        if (stream.avail_in == 0) {
            const std::uint64_t n =
                std::min<std::uint64_t>(inflater_->input.size(), size_ - inflater_->next_input);
            if (n == 0)
                throw InputError(name_, "a complete gzip file", "an end in the middle of the compressed data",
                                 "Copy it again from its source");
            read_disk(inflater_->next_input, {inflater_->input.data(), n});
            inflater_->next_input += n;
            stream.next_in = reinterpret_cast<Bytef*>(inflater_->input.data());
            stream.avail_in = static_cast<uInt>(n);
        }
        const std::size_t before = unpacked_.size();
        const std::size_t step = std::min<std::uint64_t>(bytes - before, 4 << 20);
        unpacked_.resize(before + step);
        stream.next_out = reinterpret_cast<Bytef*>(unpacked_.data() + before);
        stream.avail_out = static_cast<uInt>(step);
        const int result = inflate(&stream, Z_NO_FLUSH);
        unpacked_.resize(before + step - stream.avail_out);
        if (result == Z_STREAM_END) {
            // gzip files may consist of several members, as pigz and bgzip write them.
            const bool more = stream.avail_in > 0 || inflater_->next_input < size_;
            inflater_->ended = !more || inflateReset(&stream) != Z_OK;
            ++inflater_->members;
            inflater_->member_start = unpacked_.size();
        } else if (inflater_->members > 0 && inflater_->member_start == unpacked_.size() &&
                   result == Z_DATA_ERROR) {
            inflater_->ended = true;  // padding after the last member, as gunzip tolerates it
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            throw InputError(name_, "a valid gzip file", "damaged compressed data",
                             "Copy it again from its source, or test it with gunzip -t");
        }
    }
    return unpacked_.size();
}

void FileBytes::read(std::uint64_t offset, std::span<std::byte> out) const {
    if (!gzipped_) return read_disk(offset, out);
    if (offset > unpacked_.size() || out.size() > unpacked_.size() - offset)
        throw InputError(name_, std::to_string(offset + out.size()) + " bytes after unpacking",
                         std::to_string(unpacked_.size()), "The file is incomplete: copy it again");
    if (out.empty()) return;  // an empty span may have no address, which memcpy does not allow
    std::memcpy(out.data(), unpacked_.data() + offset, out.size());
}

}  // namespace cytomo::io
