#include "cytomo/io/mesh_io.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <cstdio>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/io/mesh_file.h"

namespace cytomo {

namespace {

static_assert(std::endian::native == std::endian::little, "PLY and STL are written as they lie in memory");

using io::BufferedFile;
using PartView = io::MeshPartView;

std::string extension_of(const std::filesystem::path& path) {
    std::string e = path.extension().string();
    std::transform(e.begin(), e.end(), e.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return e;
}

/// The lines of a text, for headers where every line needs a prefix.
void comment_lines(BufferedFile& out, const std::string& prefix, const std::string& text) {
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        out.text(prefix + text.substr(begin, end - begin) + "\n");
        begin = end + 1;
    }
}

/// A name as one word, since a line break or a blank would end it.
std::string as_word(std::string name) {
    for (auto& c : name)
        if (static_cast<unsigned char>(c) <= ' ') c = '-';
    return name;
}

void write_ply(BufferedFile& out, std::span<const PartView> parts, const std::string& comment) {
    std::size_t vertices = 0, triangles = 0;
    bool coloured = false;
    out.text(std::string("ply\nformat binary_little_endian 1.0\ncomment cytomo mesh, ") + io::mesh_unit_note +
             "\n");
    comment_lines(out, "comment ", comment);
    for (const auto& p : parts) {
        vertices += p.mesh->vertices.size();
        triangles += p.mesh->triangles.size();
        coloured = coloured || p.coloured();
        comment_lines(out, "comment object ", p.look->name);
        comment_lines(out, "comment ", p.look->comment);
    }
    out.text("element vertex " + std::to_string(vertices) +
             "\nproperty float x\nproperty float y\nproperty float z\n");
    if (coloured) out.text("property uchar red\nproperty uchar green\nproperty uchar blue\n");
    const auto names = io::scalar_names(parts);
    for (const auto& name : names) out.text("property float " + as_word(name) + "\n");
    out.text("element face " + std::to_string(triangles) +
             "\nproperty list uchar int vertex_indices\nend_header\n");
    for (const auto& p : parts) {
        std::vector<const float*> scalars;
        for (const auto& name : names) scalars.push_back(p.scalar(name));
        for (std::size_t v = 0; v < p.mesh->vertices.size(); ++v) {
            out.bytes(p.mesh->vertices[v].data(), 12);
            if (coloured) out.bytes(p.colour_of(v).data(), 3);
            for (const float* values : scalars) {
                const float value = values != nullptr ? values[v] : std::numeric_limits<float>::quiet_NaN();
                out.bytes(&value, 4);
            }
        }
    }
    std::uint32_t first = 0;
    for (const auto& p : parts) {
        for (const auto& t : p.mesh->triangles) {
            std::array<char, 13> face{3};
            const std::array<std::uint32_t, 3> index{t[0] + first, t[1] + first, t[2] + first};
            std::memcpy(face.data() + 1, index.data(), 12);
            out.bytes(face.data(), face.size());
        }
        first += static_cast<std::uint32_t>(p.mesh->vertices.size());
    }
}

void write_stl(BufferedFile& out, std::span<const PartView> parts, const std::string& comment) {
    // 80 bytes that must not begin with "solid", or readers take the file for text.
    std::string header = std::string("cytomo mesh, ") + io::mesh_unit_note;
    for (const auto& p : parts)
        if (!p.look->name.empty()) header += ", " + as_word(p.look->name);
    if (!comment.empty()) header += ", " + comment;
    header.resize(80, ' ');
    out.text(header);
    std::size_t total = 0;
    for (const auto& p : parts) total += p.mesh->triangles.size();
    const auto count = static_cast<std::uint32_t>(total);
    out.bytes(&count, 4);
    for (const auto& p : parts)
        for (const auto& t : p.mesh->triangles) {
            const auto corner = [&](std::size_t c) { return p.mesh->vertices[t[c]]; };
            const auto vec = [&](std::size_t c) { return Vec3{corner(c)[0], corner(c)[1], corner(c)[2]}; };
            const Vec3 n = normalized(cross(vec(1) - vec(0), vec(2) - vec(0)));
            std::array<float, 12> values{static_cast<float>(n.x), static_cast<float>(n.y),
                                         static_cast<float>(n.z)};
            for (std::size_t c = 0; c < 3; ++c)
                std::copy_n(corner(c).begin(), 3, values.begin() + 3 + 3 * static_cast<std::ptrdiff_t>(c));
            std::array<char, 50> facet{};  // the last two bytes, an attribute, stay 0
            std::memcpy(facet.data(), values.data(), 48);
            out.bytes(facet.data(), facet.size());
        }
}

void write_obj(BufferedFile& out, std::span<const PartView> parts, const std::string& comment) {
    out.text(std::string("# cytomo mesh, ") + io::mesh_unit_note + "\n");
    comment_lines(out, "# ", comment);
    std::uint32_t first = 1;  // OBJ counts from 1, through all objects
    for (const auto& p : parts) {
        if (!p.look->name.empty()) {
            const std::string name = as_word(p.look->name);
            out.text("o " + name + "\ng " + name + "\n");
        }
        comment_lines(out, "# ", p.look->comment);
        for (std::size_t v = 0; v < p.mesh->vertices.size(); ++v) {
            out.text("v");
            for (const float x : p.mesh->vertices[v]) {
                out.text(" ");
                out.number(x);
            }
            if (p.coloured())
                for (const auto c : p.colour_of(v)) {
                    std::array<char, 16> digits;
                    const int size = std::snprintf(digits.data(), digits.size(), " %.4f", c / 255.0);
                    out.bytes(digits.data(), static_cast<std::size_t>(size));
                }
            out.text("\n");
        }
        for (const auto& t : p.mesh->triangles) {
            out.text("f");
            for (const auto v : t) {
                out.text(" ");
                out.number(v + first);
            }
            out.text("\n");
        }
        first += static_cast<std::uint32_t>(p.mesh->vertices.size());
    }
}

void write_parts(const std::filesystem::path& path, std::span<const PartView> parts, bool overwrite,
                 const std::string& comment) {
    if (!is_mesh_format(path))
        throw InputError(path.string(), "a name that ends in .ply, .stl, .obj, .glb or .vtp",
                         "'" + path.extension().string() + "'", "Choose one of them");
    std::size_t vertices = 0, triangles = 0;
    for (const auto& p : parts) {
        const std::size_t n = p.mesh->vertices.size();
        if (!p.look->vertex_colours.empty() && p.look->vertex_colours.size() != n)
            throw std::invalid_argument("write_mesh: vertex_colours must have one entry a vertex");
        for (const auto& s : p.look->vertex_scalars)
            if (s.values.size() != n)
                throw std::invalid_argument("write_mesh: " + s.name + " must have one value a vertex");
        for (const auto& t : p.mesh->triangles)
            if (std::max({t[0], t[1], t[2]}) >= n)
                throw std::invalid_argument("write_mesh: index without a vertex");
        vertices += n;
        triangles += p.mesh->triangles.size();
    }
    if (std::max(vertices, triangles) > 0x7fffffffU)
        throw InputError(path.string(), "at most 2,147,483,647 vertices and triangles",
                         std::to_string(std::max(vertices, triangles)),
                         "Write several files or simplify the surface");
    PendingOutput output(path, overwrite);
    BufferedFile file(output.path(), path.string());
    const std::string extension = extension_of(path);
    (extension == ".ply"   ? write_ply
     : extension == ".stl" ? write_stl
     : extension == ".obj" ? write_obj
     : extension == ".glb" ? io::write_glb
                           : io::write_vtp)(file, parts, comment);
    file.close();
    output.commit();
}

}  // namespace

bool is_mesh_format(const std::filesystem::path& path) {
    const std::string e = extension_of(path);
    return e == ".ply" || e == ".stl" || e == ".obj" || e == ".glb" || e == ".vtp";
}

void write_mesh(const std::filesystem::path& path, const Mesh& mesh, bool overwrite, const MeshLook& look) {
    const PartView part{&mesh, &look};
    write_parts(path, {&part, 1}, overwrite, {});
}

void write_meshes(const std::filesystem::path& path, std::span<const MeshPart> parts, bool overwrite,
                  const std::string& comment) {
    std::vector<PartView> views;
    for (const auto& p : parts) views.push_back({&p.mesh, &p.look});
    write_parts(path, views, overwrite, comment);
}

}  // namespace cytomo
