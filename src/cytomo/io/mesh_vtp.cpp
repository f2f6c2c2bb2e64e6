// VTK's XML PolyData (The VTK User's Guide, file formats), numbers appended in binary: ParaView, VTK,
// PyVista, Slicer.
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "cytomo/io/mesh_file.h"

namespace cytomo::io {

namespace {

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '-':
                out += out.ends_with('-') ? " -" : "-";  // two in a row would end a comment
                break;
            default:
                out += c;
        }
    }
    return out;
}

/// Announces arrays, each after the ones before it in the appended block.
class Arrays {
public:
    std::string announce(const std::string& type, const std::string& name, int components,
                         std::uint64_t bytes) {
        const std::string text = "<DataArray type=\"" + type + "\" Name=\"" + name +
                                 "\" NumberOfComponents=\"" + std::to_string(components) +
                                 "\" format=\"appended\" offset=\"" + std::to_string(offset_) + "\"/>\n";
        offset_ += 8 + bytes;
        return text;
    }

private:
    std::uint64_t offset_ = 0;
};

}  // namespace

void write_vtp(BufferedFile& out, std::span<const MeshPartView> parts, const std::string& comment) {
    std::uint64_t points = 0, triangles = 0;
    bool coloured = false;
    std::string names;
    for (const auto& p : parts) {
        points += p.mesh->vertices.size();
        triangles += p.mesh->triangles.size();
        coloured = coloured || p.coloured();
        names += (names.empty() ? "" : ", ") + p.look->name;
    }
    Arrays arrays;
    out.text("<?xml version=\"1.0\"?>\n<!-- cytomo mesh, " + std::string(mesh_unit_note) +
             "; part: " + escaped(names) + (comment.empty() ? "" : "; " + escaped(comment)) + " -->\n");
    out.text(
        "<VTKFile type=\"PolyData\" version=\"1.0\" byte_order=\"LittleEndian\" "
        "header_type=\"UInt64\">\n<PolyData>\n");
    // In the order of the appended numbers.
    const std::string at_points = arrays.announce("Float32", "Points", 3, points * 12);
    const std::string at_corners = arrays.announce("Int32", "connectivity", 1, triangles * 12);
    const std::string at_offsets = arrays.announce("Int32", "offsets", 1, triangles * 4);
    out.text("<Piece NumberOfPoints=\"" + std::to_string(points) + "\" NumberOfPolys=\"" +
             std::to_string(triangles) + "\">\n<Points>\n" + at_points + "</Points>\n<Polys>\n" + at_corners +
             at_offsets + "</Polys>\n");
    const auto scalars = scalar_names(parts);
    if (coloured || !scalars.empty()) {
        out.text("<PointData Scalars=\"" + (coloured ? "colour" : escaped(scalars[0])) + "\">\n");
        if (coloured) out.text(arrays.announce("UInt8", "colour", 3, points * 3));
        for (const auto& name : scalars) out.text(arrays.announce("Float32", escaped(name), 1, points * 4));
        out.text("</PointData>\n");
    }
    out.text("<CellData>\n" + arrays.announce("Int32", "part", 1, triangles * 4) +
             "</CellData>\n</Piece>\n</PolyData>\n<AppendedData encoding=\"raw\">\n_");
    const auto size = [&](std::uint64_t bytes) { out.bytes(&bytes, 8); };
    const auto number = [&](std::uint64_t v) {
        const auto n = static_cast<std::int32_t>(v);
        out.bytes(&n, 4);
    };
    size(points * 12);
    for (const auto& p : parts) out.bytes(p.mesh->vertices.data(), p.mesh->vertices.size() * 12);
    size(triangles * 12);
    std::uint64_t first = 0;
    for (const auto& p : parts) {
        for (const auto& t : p.mesh->triangles)
            for (const auto v : t) number(first + v);
        first += p.mesh->vertices.size();
    }
    size(triangles * 4);
    for (std::uint64_t t = 1; t <= triangles; ++t) number(3 * t);
    if (coloured) {
        size(points * 3);
        for (const auto& p : parts)
            for (std::size_t v = 0; v < p.mesh->vertices.size(); ++v) out.bytes(p.colour_of(v).data(), 3);
    }
    for (const auto& name : scalars) {
        size(points * 4);
        for (const auto& p : parts) {
            const std::vector<float> absent(p.scalar(name) == nullptr ? p.mesh->vertices.size() : 0,
                                            std::numeric_limits<float>::quiet_NaN());
            const float* values = absent.empty() ? p.scalar(name) : absent.data();
            out.bytes(values, p.mesh->vertices.size() * 4);
        }
    }
    size(triangles * 4);
    for (std::size_t i = 0; i < parts.size(); ++i)
        for (std::size_t t = 0; t < parts[i].mesh->triangles.size(); ++t) number(i + 1);
    out.text("\n</AppendedData>\n</VTKFile>\n");
}

}  // namespace cytomo::io
