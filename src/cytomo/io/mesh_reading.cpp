// Readers of PLY, STL and OBJ. Every count and index that a file promises is checked against what it
// holds before memory is taken for it.
#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <string_view>
#include <unordered_map>

#include "cytomo/core/error.h"
#include "cytomo/io/mesh_io.h"

namespace cytomo {

namespace {

[[noreturn]] void damaged(const std::string& file, const std::string& expected, const std::string& found) {
    throw InputError(file, expected, found, "The file may be damaged; write it again");
}

std::string read_whole(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    if (!in)
        throw InputError(path.string(), "a file", "none that can be opened", "Check the name and the rights");
    const auto size = in.tellg();
    if (size < 0 || std::filesystem::is_directory(path)) damaged(path.string(), "a mesh", "no file");
    std::string content(static_cast<std::size_t>(size), '\0');
    in.seekg(0);
    in.read(content.data(), size);
    if (!in) damaged(path.string(), std::to_string(size) + " bytes", "fewer");
    return content;
}

std::string_view next_word(std::string_view& rest) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!rest.empty() && blank(rest.front())) rest.remove_prefix(1);
    std::size_t n = 0;
    while (n < rest.size() && !blank(rest[n])) ++n;
    const auto word = rest.substr(0, n);
    rest.remove_prefix(n);
    return word;
}

std::string_view next_line(std::string_view& rest) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

template <class T>
bool parse(std::string_view word, T& value) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    return error == std::errc{} && end == word.data() + word.size();
}

void add_polygon(Mesh& mesh, const std::vector<std::uint32_t>& corners) {
    for (std::size_t i = 2; i < corners.size(); ++i)
        mesh.triangles.push_back({corners[0], corners[i - 1], corners[i]});
}

void check_finite(const std::string& file, const Mesh& mesh) {
    for (const auto& v : mesh.vertices)
        for (const float x : v)
            if (!std::isfinite(x)) damaged(file, "coordinates that are numbers", "one that is not");
}

// ------------------------------------------------------------------------------------------------ PLY

struct PlyProperty {
    std::string name;
    std::size_t size = 0;  // of a value, bytes
    char kind = 'u';       // i, u or f
    bool list = false;
    std::size_t count_size = 0;  // of a list's count
};

struct PlyElement {
    std::string name;
    std::uint64_t count = 0;
    std::vector<PlyProperty> properties;
};

void set_type(const std::string& file, std::string_view type, std::size_t& size, char& kind) {
    struct Type {
        std::string_view name;
        std::size_t size;
        char kind;
    };
    static constexpr std::array<Type, 16> types{{{"char", 1, 'i'},
                                                 {"int8", 1, 'i'},
                                                 {"uchar", 1, 'u'},
                                                 {"uint8", 1, 'u'},
                                                 {"short", 2, 'i'},
                                                 {"int16", 2, 'i'},
                                                 {"ushort", 2, 'u'},
                                                 {"uint16", 2, 'u'},
                                                 {"int", 4, 'i'},
                                                 {"int32", 4, 'i'},
                                                 {"uint", 4, 'u'},
                                                 {"uint32", 4, 'u'},
                                                 {"float", 4, 'f'},
                                                 {"float32", 4, 'f'},
                                                 {"double", 8, 'f'},
                                                 {"float64", 8, 'f'}}};
    for (const auto& t : types)
        if (t.name == type) {
            size = t.size;
            kind = t.kind;
            return;
        }
    damaged(file, "a PLY type", "'" + std::string(type) + "'");
}

/// Values of a PLY body, one after the other.
class PlyValues {
public:
    PlyValues(const std::string& file, std::string_view body, bool text)
        : file_(file), rest_(body), text_(text) {}

    double next(std::size_t size, char kind) {
        if (text_) {
            while (!rest_.empty() && (rest_.front() == '\n' || rest_.front() == ' ' ||
                                      rest_.front() == '\r' || rest_.front() == '\t'))
                rest_.remove_prefix(1);
            const std::size_t end = std::min(rest_.find_first_of(" \t\r\n"), rest_.size());
            double value = 0;
            if (!parse(rest_.substr(0, end), value))
                damaged(file_, "a number",
                        "'" + std::string(rest_.substr(0, std::min<std::size_t>(end, 20))) + "'");
            rest_.remove_prefix(end);
            return value;
        }
        if (rest_.size() < size) damaged(file_, "as many values as the header says", "the end of the file");
        std::uint64_t bits = 0;
        std::memcpy(&bits, rest_.data(), size);
        rest_.remove_prefix(size);
        if (kind == 'f') {
            if (size == 8) return std::bit_cast<double>(bits);
            return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        }
        if (kind == 'i' && size < 8 && (bits >> (8 * size - 1)) != 0) bits |= ~std::uint64_t{0} << 8 * size;
        return kind == 'i' ? static_cast<double>(static_cast<std::int64_t>(bits)) : static_cast<double>(bits);
    }
    std::size_t bytes_left() const { return rest_.size(); }

private:
    const std::string& file_;
    std::string_view rest_;
    bool text_;
};

MeshPart read_ply(const std::string& file, std::string_view rest) {
    MeshPart part;
    next_line(rest);
    bool text = false;
    std::vector<PlyElement> elements;
    for (bool header = true; header;) {
        if (rest.empty()) damaged(file, "a PLY header", "no end_header");
        std::string_view line = next_line(rest);
        const auto word = next_word(line);
        if (word == "format") {
            const auto format = next_word(line);
            text = format == "ascii";
            if (!text && format != "binary_little_endian")
                throw InputError(file, "PLY as text or little-endian binary", std::string(format),
                                 "Save it as binary little-endian");
        } else if (word == "element") {
            PlyElement e;
            e.name = next_word(line);
            if (!parse(next_word(line), e.count)) damaged(file, "a number of elements", "none");
            elements.push_back(e);
        } else if (word == "property") {
            if (elements.empty()) damaged(file, "an element before its properties", "none");
            PlyProperty p;
            auto type = next_word(line);
            if (type == "list") {
                p.list = true;
                char kind = 'u';
                set_type(file, next_word(line), p.count_size, kind);
                type = next_word(line);
            }
            set_type(file, type, p.size, p.kind);
            p.name = next_word(line);
            elements.back().properties.push_back(p);
        } else if (word == "comment") {
            const auto first = next_word(line);
            if (first == "object" && part.look.name.empty()) part.look.name = next_word(line);
        } else if (word == "end_header") {
            header = false;
        }
    }
    PlyValues values(file, rest, text);
    std::vector<std::uint32_t> corners;
    for (const auto& e : elements) {
        if (e.count > 0 && e.properties.empty()) damaged(file, "properties of " + e.name, "none");
        if (e.count > values.bytes_left())
            damaged(file, std::to_string(e.count) + " of " + e.name, "a shorter file");
        const bool vertex = e.name == "vertex", face = e.name == "face";
        for (std::uint64_t i = 0; i < e.count; ++i) {
            std::array<float, 3> position{};
            Colour colour{};
            bool coloured = false;
            for (const auto& p : e.properties) {
                if (p.list) {
                    const double count = values.next(p.count_size, 'u');
                    if (!(count >= 0 && count <= static_cast<double>(values.bytes_left())))
                        damaged(file, "a polygon", "too many corners");
                    corners.clear();
                    for (double c = 0; c < count; ++c) {
                        const double index = values.next(p.size, p.kind);
                        if (!face || (p.name != "vertex_indices" && p.name != "vertex_index")) continue;
                        if (!(index >= 0 && index < static_cast<double>(part.mesh.vertices.size())))
                            damaged(
                                file,
                                "indices of its " + std::to_string(part.mesh.vertices.size()) + " vertices",
                                "another");
                        corners.push_back(static_cast<std::uint32_t>(index));
                    }
                    add_polygon(part.mesh, corners);
                    continue;
                }
                const double value = values.next(p.size, p.kind);
                if (!vertex) continue;
                if (p.name.size() == 1 && p.name[0] >= 'x' && p.name[0] <= 'z')
                    position[static_cast<std::size_t>(p.name[0] - 'x')] = static_cast<float>(value);
                const auto channel = p.name == "red"     ? 0U
                                     : p.name == "green" ? 1U
                                     : p.name == "blue"  ? 2U
                                                         : 3U;
                if (channel < 3 && p.size == 1) {
                    colour[channel] = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
                    coloured = true;
                }
            }
            if (!vertex) continue;
            part.mesh.vertices.push_back(position);
            if (coloured) part.look.vertex_colours.push_back(colour);
        }
    }
    return part;
}

// ------------------------------------------------------------------------------------------------ STL

struct PlaceHash {
    std::size_t operator()(const std::array<std::uint32_t, 3>& p) const {
        std::uint64_t h = 0x9E3779B97F4A7C15ULL;
        for (const auto x : p) h = (h ^ x) * 0xD1B54A32D192ED03ULL, h ^= h >> 29;
        return static_cast<std::size_t>(h);
    }
};

MeshPart read_stl(const std::string& file, std::string_view content) {
    if (content.size() < 84) damaged(file, "a binary STL file", std::to_string(content.size()) + " bytes");
    std::uint32_t count = 0;
    std::memcpy(&count, content.data() + 80, 4);
    if (content.size() != 84 + std::size_t{50} * count) {
        if (content.starts_with("solid"))
            throw InputError(file, "a binary STL file", "an STL file as text",
                             "Save it as binary STL, PLY or OBJ");
        damaged(file, std::to_string(84 + std::size_t{50} * count) + " bytes",
                std::to_string(content.size()));
    }
    MeshPart part;
    std::unordered_map<std::array<std::uint32_t, 3>, std::uint32_t, PlaceHash> number;
    number.reserve(count);
    for (std::size_t t = 0; t < count; ++t) {
        std::array<std::uint32_t, 3> triangle{};
        for (std::size_t c = 0; c < 3; ++c) {
            std::array<float, 3> p;
            std::memcpy(p.data(), content.data() + 84 + 50 * t + 12 + 12 * c, 12);
            for (auto& x : p) x += 0.0F;  // -0 and 0 are one place
            const auto [place, is_new] =
                number.try_emplace(std::bit_cast<std::array<std::uint32_t, 3>>(p),
                                   static_cast<std::uint32_t>(part.mesh.vertices.size()));
            if (is_new) part.mesh.vertices.push_back(p);
            triangle[c] = place->second;
        }
        part.mesh.triangles.push_back(triangle);
    }
    return part;
}

// ------------------------------------------------------------------------------------------------ OBJ

std::vector<MeshPart> read_obj(const std::string& file, std::string_view rest) {
    Mesh all;
    std::vector<Colour> colours;
    std::vector<std::pair<std::string, std::size_t>> names{{"", 0}};  // object, its first triangle
    std::vector<std::uint32_t> corners;
    while (!rest.empty()) {
        std::string_view line = next_line(rest);
        const std::string shown(line.substr(0, 60));
        const auto word = next_word(line);
        if (word == "v") {
            std::array<float, 3> p{};
            for (auto& x : p)
                if (!parse(next_word(line), x)) damaged(file, "three coordinates", "'" + shown + "'");
            all.vertices.push_back(p);
            std::array<float, 3> rgb{};
            std::size_t given = 0;
            while (given < 3 && parse(next_word(line), rgb[given])) ++given;
            if (given == 3 && colours.size() + 1 == all.vertices.size()) {
                Colour c{};
                for (std::size_t i = 0; i < 3; ++i)
                    c[i] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(rgb[i], 0.0F, 1.0F)));
                colours.push_back(c);
            }
        } else if (word == "f") {
            corners.clear();
            for (auto corner = next_word(line); !corner.empty(); corner = next_word(line)) {
                std::int64_t index = 0;
                const auto n = static_cast<std::int64_t>(all.vertices.size());
                if (!parse(corner.substr(0, corner.find('/')), index) || index == 0 || index > n ||
                    index < -n)
                    damaged(file, "numbers of its " + std::to_string(n) + " vertices", "'" + shown + "'");
                corners.push_back(static_cast<std::uint32_t>(index > 0 ? index - 1 : n + index));
            }
            if (corners.size() < 3) damaged(file, "a face of three corners", "'" + shown + "'");
            add_polygon(all, corners);
        } else if (word == "o" || word == "g") {
            if (names.back().second < all.triangles.size()) names.emplace_back("", all.triangles.size());
            const auto name = next_word(line);
            if (!name.empty()) names.back().first = name;
        }
    }
    if (colours.size() != all.vertices.size()) colours.clear();
    std::vector<MeshPart> parts(names.size());
    if (names.size() == 1) {
        parts[0].mesh = std::move(all);
        parts[0].look.name = names[0].first;
        parts[0].look.vertex_colours = std::move(colours);
        return parts;
    }
    constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> number(all.vertices.size(), none), used;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t end = i + 1 < names.size() ? names[i + 1].second : all.triangles.size();
        MeshPart& part = parts[i];
        part.look.name = names[i].first;
        used.clear();
        for (std::size_t t = names[i].second; t < end; ++t)
            for (const auto v : all.triangles[t])
                if (number[v] == none) {
                    number[v] = 0;
                    used.push_back(v);
                }
        std::sort(used.begin(), used.end());
        for (const auto v : used) {
            number[v] = static_cast<std::uint32_t>(part.mesh.vertices.size());
            part.mesh.vertices.push_back(all.vertices[v]);
            if (!colours.empty()) part.look.vertex_colours.push_back(colours[v]);
        }
        for (std::size_t t = names[i].second; t < end; ++t) {
            const auto& c = all.triangles[t];
            part.mesh.triangles.push_back({number[c[0]], number[c[1]], number[c[2]]});
        }
        for (const auto v : used) number[v] = none;
    }
    if (parts.back().mesh.empty()) parts.pop_back();
    return parts;
}

}  // namespace

std::vector<MeshPart> read_mesh_parts(const std::filesystem::path& path) {
    const std::string file = path.string();
    const std::string content = read_whole(path);
    std::vector<MeshPart> parts;
    if (content.starts_with("ply\n") || content.starts_with("ply\r"))
        parts.push_back(read_ply(file, content));
    else if (!is_mesh_format(path))
        throw InputError(file, "a PLY, STL or OBJ file", "'" + path.extension().string() + "'",
                         "Convert it to one of them");
    else if (path.extension().string().ends_with("l") || path.extension().string().ends_with("L"))
        parts.push_back(read_stl(file, content));
    else if (path.extension().string().ends_with("j") || path.extension().string().ends_with("J"))
        parts = read_obj(file, content);
    else
        damaged(file, "a PLY header", "another beginning");
    for (const auto& p : parts) check_finite(file, p.mesh);
    return parts;
}

Mesh read_mesh(const std::filesystem::path& path) {
    auto parts = read_mesh_parts(path);
    if (parts.size() == 1) return std::move(parts[0].mesh);
    Mesh all;
    for (const auto& p : parts) append(all, p.mesh);
    return all;
}

}  // namespace cytomo
