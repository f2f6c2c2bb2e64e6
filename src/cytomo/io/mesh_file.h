// Private to io: what the writers of mesh formats share.
#pragma once

#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cytomo/io/mesh_io.h"

namespace cytomo::io {

constexpr const char* mesh_unit_note = "coordinates in micrometres, order x y z";

/// A file written through a large buffer; every failure becomes an InputError.
class BufferedFile {
public:
    BufferedFile(const std::filesystem::path& path, std::string shown_name);
    void bytes(const void* data, std::size_t size);
    void text(std::string_view s) { bytes(s.data(), s.size()); }
    template <class T>
    void number(T value) {
        std::array<char, 32> digits;
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
        bytes(digits.data(), static_cast<std::size_t>(end - digits.data()));
    }
    void close();

private:
    static constexpr std::size_t capacity = 1 << 20;
    struct Closer {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    void flush();
    void put(const char* p, std::size_t size);
    [[noreturn]] void fail(const char* expected) const;
    std::string name_;
    std::unique_ptr<std::FILE, Closer> file_;
    std::vector<char> buffer_;
};

/// A part without a copy of its mesh.
struct MeshPartView {
    const Mesh* mesh;
    const MeshLook* look;

    bool coloured() const { return look->colour || !look->vertex_colours.empty(); }
    Colour colour_of(std::size_t vertex) const {
        if (!look->vertex_colours.empty()) return look->vertex_colours[vertex];
        return look->colour.value_or(Colour{200, 200, 200});
    }
    /// The values of a scalar, nullptr if this part has none of this name.
    const float* scalar(std::string_view name) const {
        for (const auto& s : look->vertex_scalars)
            if (s.name == name) return s.values.data();
        return nullptr;
    }
};

/// Names of the scalars that at least one part has, in the order in which they first come.
std::vector<std::string> scalar_names(std::span<const MeshPartView> parts);

void write_glb(BufferedFile& out, std::span<const MeshPartView> parts, const std::string& comment);
void write_vtp(BufferedFile& out, std::span<const MeshPartView> parts, const std::string& comment);

}  // namespace cytomo::io
