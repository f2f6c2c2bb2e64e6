// The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include "cytomo/io/npy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>

#include "cytomo/core/error.h"
#include "cytomo/io/axis_order.h"
#include "cytomo/io/lattice_reader.h"
#include "cytomo/io/scalar.h"
#include "cytomo/io/sidecar.h"

namespace cytomo::io {

namespace {

[[noreturn]] void refuse(const std::string& file, const std::string& expected, const std::string& found) {
    throw InputError(
        file, expected, found,
        "Save it in Python with numpy.save(name, array) as (z, y, x), e.g. as array.astype('uint16')");
}

/// The text that follows 'key': in the header's dictionary, e.g. "'<f4'" or "(3, 4, 5)".
std::string_view value_of(std::string_view header, std::string_view key) {
    for (const char quote : {'\'', '"'}) {
        const std::string quoted = quote + std::string(key) + quote;
        auto at = header.find(quoted);
        if (at == std::string_view::npos) continue;
        at = header.find(':', at + quoted.size());
        if (at == std::string_view::npos) return {};
        at = header.find_first_not_of(" \t", at + 1);
        if (at == std::string_view::npos) return {};
        const auto end = header[at] == '(' ? header.find(')', at) : header.find_first_of(",}", at);
        if (end == std::string_view::npos) return {};
        return header.substr(at, end - at + (header[at] == '(' ? 1 : 0));
    }
    return {};
}

struct TypeDescription {
    ScalarType type = ScalarType::float32;
    bool swap = false;
};

TypeDescription parse_type(const std::string& file, std::string_view text) {
    const auto is_edge = [](char c) { return c == '\'' || c == '"' || c == ' '; };
    while (!text.empty() && is_edge(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_edge(text.back())) text.remove_suffix(1);
    const bool has_order = !text.empty() && std::string_view("<>|=").find(text[0]) != std::string_view::npos;
    const std::string_view kind = has_order ? text.substr(1) : text;
    constexpr std::pair<std::string_view, ScalarType> kinds[] = {
        {"b1", ScalarType::uint8},   {"u1", ScalarType::uint8},   {"i1", ScalarType::int8},
        {"u2", ScalarType::uint16},  {"i2", ScalarType::int16},   {"u4", ScalarType::uint32},
        {"i4", ScalarType::int32},   {"u8", ScalarType::uint64},  {"i8", ScalarType::int64},
        {"f2", ScalarType::float16}, {"f4", ScalarType::float32}, {"f8", ScalarType::float64}};
    for (const auto& [name, type] : kinds)
        if (kind == name) return {type, has_order && text[0] == '>' && bytes(type) > 1};
    refuse(file, "bool, 8- to 64-bit integers or 16- to 64-bit real numbers",
           "type " + std::string(text.substr(0, 40)));
}

std::vector<std::int64_t> parse_shape(const std::string& file, std::string_view text) {
    std::vector<std::int64_t> shape;
    const std::string found = "shape " + std::string(text.substr(0, 80));
    const std::string expected = "the shape of a volume, (z, y, x)";
    if (text.size() < 2 || text.front() != '(') refuse(file, expected, found);
    text = text.substr(1, text.size() - 2);
    while (true) {
        const auto begin = text.find_first_not_of(" ,L");
        if (begin == std::string_view::npos) break;
        text.remove_prefix(begin);
        std::int64_t n = 0;
        const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
        if (ec != std::errc{} || n < 1 || n > largest_axis) refuse(file, expected, found);
        shape.push_back(n);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
    if (shape.size() < 2 || shape.size() > 32) refuse(file, expected, found);
    return shape;
}

}  // namespace

StoredVolume open_npy(std::shared_ptr<FileBytes> file, const std::filesystem::path& path) {
    std::array<unsigned char, 12> start{};
    const std::uint64_t size = file->unpack(start.size());
    if (size < start.size())
        refuse(file->name(), "a header of .npy", "only " + std::to_string(size) + " bytes");
    file->read(0, std::as_writable_bytes(std::span(start)));
    const int version = start[6];
    if (version < 1 || version > 3)
        refuse(file->name(), ".npy version 1, 2 or 3", "version " + std::to_string(version));
    const std::uint32_t header_size = version == 1 ? start[8] | start[9] << 8
                                                   : start[8] | start[9] << 8 | start[10] << 16 |
                                                         static_cast<std::uint32_t>(start[11]) << 24;
    const std::uint64_t header_start = version == 1 ? 10 : 12;
    if (header_size > 1'000'000 || file->unpack(header_start + header_size) < header_start + header_size)
        refuse(file->name(), "a header of .npy", "one that claims " + std::to_string(header_size) + " bytes");
    std::string header(header_size, '\0');
    file->read(header_start, std::as_writable_bytes(std::span(header)));

    const TypeDescription description = parse_type(file->name(), value_of(header, "descr"));
    StoredVolume out;
    NamedArray array;
    array.shape = parse_shape(file->name(), value_of(header, "shape"));
    const auto sidecar = read_sidecar(path);
    array.is_zyx = sidecar && sidecar->voxel_um;
    if (!is_plain_volume(array))
        refuse(file->name(), "the shape of a volume, (z, y, x)", "shape " + shape_text(array.shape));
    const ArrayAxes axes = find_axes(file->name(), array, {}, "", out.remarks);
    const auto [nx, ny, nz] = axes.size;
    const bool fortran = value_of(header, "fortran_order").starts_with("True");

    out.format = "NumPy";
    out.type = description.type;
    out.grid.size = axes.size;
    Lattice lattice;
    lattice.type = out.type;
    lattice.swap = description.swap;
    lattice.size = out.grid.size;
    lattice.stride = fortran ? Size3{nz * ny, nz, 1} : straight_strides(out.grid.size);
    lattice.data_offset = header_start + header_size;
    const std::int64_t data_bytes = checked_bytes(nx, ny, nz, bytes(out.type));
    const std::uint64_t needed =
        data_bytes < 0 ? ~std::uint64_t{0} : lattice.data_offset + static_cast<std::uint64_t>(data_bytes);
    const std::uint64_t available = needed > file->size_limit() ? file->size_limit() : file->unpack(needed);
    if (available < needed) {
        const std::int64_t planes = fortran ? nx : nz;  // along the slowest axis
        const auto plane_bytes = data_bytes < 0 ? 0 : static_cast<std::uint64_t>(data_bytes / planes);
        throw InputError(file->name(),
                         std::to_string(needed) + " bytes for " + size_text(out.grid.size) + " voxels of " +
                             name(out.type),
                         std::to_string(available) + ": " +
                             missing_text(available - std::min(available, lattice.data_offset), plane_bytes,
                                          planes, "planes"),
                         "The file is incomplete: copy it again from its source");
    }
    if (fortran)
        out.remarks.push_back("The array is stored in Fortran order; it was brought into the order x, y, z.");
    if (sidecar) out.legend = sidecar->legend;
    if (sidecar && sidecar->voxel_um) {
        out.grid.voxel_um = *sidecar->voxel_um;
        out.grid.origin_um = sidecar->origin_um;
    } else {
        out.voxel_size_known = false;
        out.grid.voxel_um = {0.001, 0.001, 0.001};
        out.remarks.push_back("An .npy file has no place for a voxel size.");
    }
    out.read_bytes = make_lattice_reader(std::move(file), lattice);
    return out;
}

SliceSink make_npy_sink(const std::filesystem::path& path, const Grid& grid, ScalarType type) {
    const char* descr = "<f4";
    switch (type) {
        case ScalarType::int8:
            descr = "|i1";
            break;
        case ScalarType::uint8:
            descr = "|u1";
            break;
        case ScalarType::int16:
            descr = "<i2";
            break;
        case ScalarType::uint16:
            descr = "<u2";
            break;
        case ScalarType::int32:
            descr = "<i4";
            break;
        case ScalarType::uint32:
            descr = "<u4";
            break;
        default:
            break;
    }
    std::string header = "{'descr': '" + std::string(descr) + "', 'fortran_order': False, 'shape': (" +
                         std::to_string(grid.size.z) + ", " + std::to_string(grid.size.y) + ", " +
                         std::to_string(grid.size.x) + "), }";
    // Values begin at a multiple of 64 bytes, so that they can be mapped.
    header.append(63 - (10 + header.size()) % 64, ' ');
    header += '\n';
    std::string start("\x93NUMPY\x01\x00", 8);
    start += static_cast<char>(header.size() & 255);
    start += static_cast<char>(header.size() >> 8);
    auto file = std::make_shared<OutputFile>(path);
    start += header;
    file->append(std::as_bytes(std::span(start)));
    return {[file](std::int64_t, std::int64_t, std::span<const std::byte> values) { file->append(values); },
            [file] { file->close(); }};
}

}  // namespace cytomo::io
