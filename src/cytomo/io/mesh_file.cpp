#include "cytomo/io/mesh_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cytomo/core/error.h"

namespace cytomo::io {

BufferedFile::BufferedFile(const std::filesystem::path& path, std::string shown_name)
    : name_(std::move(shown_name)), file_(std::fopen(path.c_str(), "wb")) {
    if (!file_) fail("to create the file");
    buffer_.reserve(capacity);
}

void BufferedFile::bytes(const void* data, std::size_t size) {
    if (buffer_.size() + size > capacity) flush();
    const auto* p = static_cast<const char*>(data);
    if (size > capacity)
        put(p, size);
    else
        buffer_.insert(buffer_.end(), p, p + size);
}

void BufferedFile::close() {
    flush();
    if (std::fclose(file_.release()) != 0) fail("to finish the file");
}

void BufferedFile::flush() {
    put(buffer_.data(), buffer_.size());
    buffer_.clear();
}

void BufferedFile::put(const char* p, std::size_t size) {
    if (std::fwrite(p, 1, size, file_.get()) != size) fail("space for the mesh");
}

void BufferedFile::fail(const char* expected) const {
    throw InputError(name_, expected, std::strerror(errno), "Check space and rights");
}

std::vector<std::string> scalar_names(std::span<const MeshPartView> parts) {
    std::vector<std::string> names;
    for (const auto& p : parts)
        for (const auto& s : p.look->vertex_scalars)
            if (std::find(names.begin(), names.end(), s.name) == names.end()) names.push_back(s.name);
    return names;
}

}  // namespace cytomo::io
