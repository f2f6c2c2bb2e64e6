// glTF 2.0, binary (Khronos Group 2021, ISO/IEC 12113:2022): a JSON description and one block of numbers.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

#include "cytomo/core/error.h"
#include "cytomo/core/json_text.h"
#include "cytomo/io/mesh_file.h"

namespace cytomo::io {

namespace {

using Json = nlohmann::ordered_json;

constexpr int type_uint8 = 5121, type_uint32 = 5125, type_float = 5126;
constexpr int vertex_target = 34962, index_target = 34963;

std::uint64_t padded(std::uint64_t n) {
    return (n + 3) / 4 * 4;
}

/// glTF wants light, not what screens are sent.
double linear_from_srgb(std::uint8_t v) {
    const double c = v / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

/// Attributes of one's own begin with '_' and are written in capital letters.
std::string attribute_name(const std::string& name) {
    std::string out = "_";
    for (const char c : name) {
        const bool small = c >= 'a' && c <= 'z', plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        out += small ? static_cast<char>(c - 'a' + 'A') : plain ? c : '_';
    }
    return out;
}

class Description {
public:
    explicit Description(const std::string& comment) {
        json_["asset"] = {
            {"version", "2.0"}, {"generator", "cytomo"}, {"extras", {{"unit", mesh_unit_note}}}};
        if (!comment.empty()) json_["asset"]["extras"]["comment"] = comment;
        json_["scene"] = 0;
        json_["scenes"] = Json::array({{{"nodes", Json::array()}}});
    }

    void add(const MeshPartView& part) {
        if (part.mesh->empty()) return;  // glTF knows no empty meshes
        const auto number = json_["meshes"].size();
        const std::size_t n = part.mesh->vertices.size();
        Json attributes{{"POSITION", add_positions(*part.mesh)}};
        if (!part.look->vertex_colours.empty())
            attributes["COLOR_0"] = add_accessor(n * 4, vertex_target, type_uint8, "VEC4", n);
        if (attributes.contains("COLOR_0")) json_["accessors"].back()["normalized"] = true;
        for (const auto& s : part.look->vertex_scalars)
            attributes[attribute_name(s.name)] = add_accessor(n * 4, vertex_target, type_float, "SCALAR", n);
        const auto indices = add_accessor(part.mesh->triangles.size() * 12, index_target, type_uint32,
                                          "SCALAR", 3 * part.mesh->triangles.size());
        const std::string name =
            part.look->name.empty() ? "surface-" + std::to_string(number + 1) : part.look->name;
        json_["meshes"].push_back(
            {{"name", name},
             {"primitives",
              Json::array({{{"attributes", attributes}, {"indices", indices}, {"material", number}}})}});
        Json colour = Json::array({1, 1, 1, 1});  // vertex colours are multiplied by it
        if (part.look->vertex_colours.empty())
            for (std::size_t i = 0; i < 3; ++i) colour[i] = linear_from_srgb(part.colour_of(0)[i]);
        json_["materials"].push_back(
            {{"name", name},
             {"pbrMetallicRoughness",
              {{"baseColorFactor", colour}, {"metallicFactor", 0}, {"roughnessFactor", 0.6}}},
             {"doubleSided", true}});
        json_["nodes"].push_back({{"name", name}, {"mesh", number}});
        json_["scenes"][0]["nodes"].push_back(number);
    }

    std::uint64_t bytes() const { return bytes_; }
    std::string text() {
        if (bytes_ > 0) json_["buffers"] = Json::array({{{"byteLength", bytes_}}});
        std::string t = json_text(json_);
        t.resize(padded(t.size()), ' ');
        return t;
    }

private:
    std::size_t add_accessor(std::uint64_t size, int target, int component, const char* type,
                             std::size_t count) {
        json_["bufferViews"].push_back(
            {{"buffer", 0}, {"byteOffset", bytes_}, {"byteLength", size}, {"target", target}});
        bytes_ += padded(size);
        json_["accessors"].push_back({{"bufferView", json_["bufferViews"].size() - 1},
                                      {"componentType", component},
                                      {"count", count},
                                      {"type", type}});
        return json_["accessors"].size() - 1;
    }

    std::size_t add_positions(const Mesh& mesh) {
        std::array<float, 3> low = mesh.vertices[0], high = low;
        for (const auto& v : mesh.vertices)
            for (std::size_t i = 0; i < 3; ++i) {
                low[i] = std::min(low[i], v[i]);
                high[i] = std::max(high[i], v[i]);
            }
        const auto at =
            add_accessor(mesh.vertices.size() * 12, vertex_target, type_float, "VEC3", mesh.vertices.size());
        json_["accessors"].back()["min"] = low;
        json_["accessors"].back()["max"] = high;
        return at;
    }

    Json json_;
    std::uint64_t bytes_ = 0;
};

}  // namespace

void write_glb(BufferedFile& out, std::span<const MeshPartView> parts, const std::string& comment) {
    Description description(comment);
    for (const auto& p : parts) description.add(p);
    const std::string text = description.text();
    const std::uint64_t total =
        12 + 8 + text.size() + (description.bytes() > 0 ? 8 + description.bytes() : 0);
    if (total > std::numeric_limits<std::uint32_t>::max())
        throw InputError("surfaces: expected at most 4 GB, which is all that glTF can hold, found " +
                         std::to_string(total >> 30) + " GB. Simplify them or write .ply");
    const auto word = [&](std::uint64_t v) {
        const auto w = static_cast<std::uint32_t>(v);
        out.bytes(&w, 4);
    };
    out.text("glTF");
    word(2);
    word(total);
    word(text.size());
    out.text("JSON");
    out.text(text);
    if (description.bytes() == 0) return;
    word(description.bytes());
    out.bytes("BIN", 4);
    for (const auto& p : parts) {
        if (p.mesh->empty()) continue;
        out.bytes(p.mesh->vertices.data(), p.mesh->vertices.size() * 12);
        if (!p.look->vertex_colours.empty())
            for (std::size_t v = 0; v < p.mesh->vertices.size(); ++v) {
                std::array<std::uint8_t, 4> light{0, 0, 0, 255};
                for (std::size_t i = 0; i < 3; ++i)
                    light[i] =
                        static_cast<std::uint8_t>(std::lround(255 * linear_from_srgb(p.colour_of(v)[i])));
                out.bytes(light.data(), 4);
            }
        for (const auto& s : p.look->vertex_scalars)
            for (const float v : s.values) {
                const float finite = std::isfinite(v) ? v : 0.0F;  // glTF forbids others
                out.bytes(&finite, 4);
            }
        out.bytes(p.mesh->triangles.data(), p.mesh->triangles.size() * 12);
    }
}

}  // namespace cytomo::io
