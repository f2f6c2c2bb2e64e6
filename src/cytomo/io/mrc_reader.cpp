// The MRC format: a header of 1024 bytes, an extended header, and values without compression.
// Format: Cheng et al. 2015, J Struct Biol 192:146 (MRC2014), and IMOD's mrc_format.txt.
// Files in the wild break it in many ways; each way that is understood is read and remarked.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "cytomo/core/error.h"
#include "cytomo/io/lattice_reader.h"
#include "cytomo/io/mrc.h"
#include "cytomo/io/mrc_labels.h"
#include "cytomo/io/scalar.h"
#include "cytomo/io/sidecar.h"

namespace cytomo::io {

namespace {

constexpr std::size_t header_bytes = 1024;
constexpr std::int32_t imod_stamp = 1146047817;

/// Numbers of a header at their byte offsets.
class Header {
public:
    Header(std::span<const std::byte> bytes, ByteOrder order)
        : bytes_(bytes), swap_((order == ByteOrder::big) == (std::endian::native == std::endian::little)) {}

    bool swap() const { return swap_; }
    std::int32_t integer(std::size_t offset) const { return std::bit_cast<std::int32_t>(word(offset)); }
    float real(std::size_t offset) const { return std::bit_cast<float>(word(offset)); }
    std::array<std::int32_t, 3> integers(std::size_t offset) const {
        return {integer(offset), integer(offset + 4), integer(offset + 8)};
    }
    std::array<double, 3> reals(std::size_t offset) const {
        return {real(offset), real(offset + 4), real(offset + 8)};
    }

private:
    std::uint32_t word(std::size_t offset) const {
        std::uint32_t v;
        std::memcpy(&v, bytes_.data() + offset, 4);
        return swap_ ? __builtin_bswap32(v) : v;
    }
    std::span<const std::byte> bytes_;
    bool swap_;
};

constexpr std::size_t at_size = 0, at_mode = 12, at_start = 16, at_m = 28, at_cell = 40, at_axes = 64,
                      at_minimum = 76, at_maximum = 80, at_extended = 92, at_imod_stamp = 152,
                      at_imod_flags = 156, at_origin = 196, at_map = 208, at_stamp = 212;

bool is_permutation(const std::array<std::int32_t, 3>& axes) {
    std::array<std::int32_t, 3> sorted = axes;
    std::sort(sorted.begin(), sorted.end());
    return sorted == std::array<std::int32_t, 3>{1, 2, 3};
}

bool is_mode(std::int32_t mode) {
    constexpr std::int32_t modes[] = {0, 1, 2, 3, 4, 6, 7, 12, 16, 101};
    return std::find(std::begin(modes), std::end(modes), mode) != std::end(modes);
}

bool makes_sense(const Header& h) {
    for (const std::int32_t n : h.integers(at_size))
        if (n < 1 || n > largest_axis) return false;
    const auto axes = h.integers(at_axes);
    return is_mode(h.integer(at_mode)) && (is_permutation(axes) || axes == std::array<std::int32_t, 3>{});
}

/// Everything open_mrc learns step by step.
struct Reading {
    const Header& h;
    const std::string& file;
    StoredVolume& out;

    void remark(const std::string& text) const { out.remarks.push_back(text); }
};

ScalarType find_type(const Reading& r) {
    const std::int32_t mode = r.h.integer(at_mode);
    const bool imod = r.h.integer(at_imod_stamp) == imod_stamp;
    const std::int32_t flags = imod ? r.h.integer(at_imod_flags) : 0;
    const auto refuse = [&](const std::string& what, const std::string& advice) -> ScalarType {
        throw InputError(r.file, "MRC mode 0, 1, 2, 6 or 12",
                         "mode " + std::to_string(mode) + " (" + what + ")", advice);
    };
    const std::string newstack = "Convert it with IMOD: newstack -mode 1 IN OUT";
    switch (mode) {
        case 0:
            if (imod && (flags & 16)) return refuse("4-bit values", newstack);
            if (imod) return flags & 1 ? ScalarType::int8 : ScalarType::uint8;
            // The standard says signed. A header that gives a maximum above 127 says otherwise.
            if (r.h.real(at_minimum) >= 0 && r.h.real(at_maximum) > 127 && r.h.real(at_maximum) <= 255) {
                r.remark("Bytes are read as unsigned, because the header gives a maximum above 127.");
                return ScalarType::uint8;
            }
            return ScalarType::int8;
        case 1:
            return ScalarType::int16;
        case 2:
            return ScalarType::float32;
        case 6:
            return ScalarType::uint16;
        case 12:
            return ScalarType::float16;
        case 3:
        case 4:
            return refuse("complex numbers: a Fourier transform", "Give the tomogram itself");
        case 16:
            return refuse("colour", "Convert it to grey values with IMOD: colornewst or clip");
        case 101:
            return refuse("4-bit values", newstack);
        default:
            return refuse("unknown", "Convert it with IMOD: newstack -mode 2 IN OUT");
    }
}

/// Edge in Å along one axis from the header; 0 if it gives none.
double edge_from_cell(double cell, std::int32_t m, std::int64_t n) {
    const double length = std::fabs(cell);
    if (!std::isfinite(length) || length == 0) return 0;
    return length / static_cast<double>(m >= 1 ? m : n);
}

void find_voxel_size(const Reading& r) {
    const auto cell = r.h.reals(at_cell);
    const auto m = r.h.integers(at_m);
    const Size3 size = r.out.grid.size;
    const std::array<std::int64_t, 3> n{size.x, size.y, size.z};
    std::array<double, 3> edge{};
    for (std::size_t a = 0; a < 3; ++a) edge[a] = edge_from_cell(cell[a], m[a], n[a]);
    if (std::any_of(cell.begin(), cell.end(), [](double c) { return c < 0; }))
        r.remark("The header has negative cell sizes; their absolute values are used.");

    // A stack of sections has mz = 1. Cell z is then the distance of sections, or their whole extent:
    // the reading that lies nearer to the edge along x is taken.
    if (m[2] == 1 && size.z > 1 && edge[2] > 0 && edge[0] > 0) {
        const double whole = std::fabs(cell[2]) / static_cast<double>(size.z);
        if (std::fabs(std::log(whole / edge[0])) < std::fabs(std::log(edge[2] / edge[0]))) {
            edge[2] = whole;
            r.remark(
                "The header counts one section (mz = 1); the voxel edge along z is taken as cell z / nz = " +
                short_text(whole / 10) + " nm.");
        }
    }
    const bool in_plane = edge[0] > 0 && edge[1] > 0;
    if (in_plane && edge[2] == 0) {
        edge[2] = edge[0];
        if (size.z > 1) {
            r.out.voxel_size_known = false;
            r.remark("The header gives no voxel edge along z; the edge along x is taken in its place.");
        }
    } else if (!in_plane) {
        r.out.voxel_size_known = false;
        edge = {10, 10, 10};
        r.remark("The header gives no voxel size.");
    }
    if (std::all_of(edge.begin(), edge.end(), [](double e) { return e == 1; }) && r.out.voxel_size_known) {
        r.out.voxel_size_known = false;
        r.remark("The header gives a voxel size of 1 Å, which programs write when they know none.");
    }
    constexpr double um_per_angstrom = 1e-4;
    const auto um = [](double angstrom) { return round_to_float_digits(angstrom * um_per_angstrom); };
    r.out.grid.voxel_um = {um(edge[0]), um(edge[1]), um(edge[2])};
    for (const double e : edge)
        if (!(e * um_per_angstrom > 1e-7 && e * um_per_angstrom < 1e4)) {
            r.out.voxel_size_known = false;
            r.out.grid.voxel_um = {0.001, 0.001, 0.001};
            r.remark("The header gives a voxel edge of " + short_text(e) + " Å, which cannot be.");
            break;
        }
}

void find_origin(const Reading& r, const std::array<std::size_t, 3>& axis_of, Vec3 voxel_um) {
    auto origin = r.h.reals(at_origin);
    const bool valid = std::all_of(origin.begin(), origin.end(),
                                   [](double o) { return std::isfinite(o) && std::fabs(o) < 1e9; });
    const bool has_map = r.h.integer(at_map) != 0;  // before MRC2000 other things lay here
    if (!valid || !has_map) origin = {};
    if (origin != std::array<double, 3>{}) {
        // IMOD stores where the coordinate origin lies seen from the first voxel, unless flag 4 is set.
        const bool inverted = r.h.integer(at_imod_stamp) == imod_stamp && !(r.h.integer(at_imod_flags) & 4);
        const double sign = inverted ? -1 : 1;
        const auto um = [&](double angstrom) { return round_to_float_digits(sign * angstrom * 1e-4) + 0.0; };
        r.out.grid.origin_um = {um(origin[0]), um(origin[1]), um(origin[2])};
        if (inverted) r.remark("The origin follows IMOD's older convention; its sign was turned.");
        return;
    }
    const auto start = r.h.integers(at_start);
    std::array<double, 3> first{};
    for (std::size_t i = 0; i < 3; ++i)
        if (std::abs(static_cast<std::int64_t>(start[i])) <= largest_axis) first[axis_of[i]] = start[i];
    r.out.grid.origin_um = {first[0] * voxel_um.x, first[1] * voxel_um.y, first[2] * voxel_um.z};
}

/// Sets where the values begin, and throws if the file is shorter than its header tells. Some programs
/// announce an extended header that they do not write: then the file ends just where values that follow the
/// header at once do.
void check_length(const Reading& r, FileBytes& file, Lattice& lattice, const std::array<std::int32_t, 3>& n) {
    const auto extended = static_cast<std::uint64_t>(r.h.integer(at_extended));
    const std::int64_t data_bytes = checked_bytes(n[0], n[1], n[2], bytes(lattice.type));
    const auto values = static_cast<std::uint64_t>(std::max<std::int64_t>(data_bytes, 0));
    lattice.data_offset = header_bytes + extended;
    const std::uint64_t needed = data_bytes < 0 ? ~std::uint64_t{0} : lattice.data_offset + values;
    const bool possible = needed <= file.size_limit();
    const std::uint64_t available = possible ? file.unpack(needed) : file.size_limit();
    if (available >= needed) {
        if (!file.gzipped() && available > needed)
            r.remark("The file has " + std::to_string(available - needed) +
                     " bytes more than its header tells.");
        return;
    }
    const std::uint64_t without = header_bytes + values;
    if (extended > 0 && data_bytes > 0 && without <= file.size_limit() &&
        file.unpack(without + 1) == without) {
        lattice.data_offset = header_bytes;
        r.remark("The header announces an extended header of " + std::to_string(extended) +
                 " bytes that the file does not have, by its size; the values are read from byte 1024 on.");
        return;
    }
    const std::uint64_t section_bytes = values / static_cast<std::uint64_t>(n[2]);
    const std::uint64_t data = available - std::min(available, lattice.data_offset);
    throw InputError(
        r.file,
        std::to_string(needed) + " bytes for " + size_text(r.out.grid.size) + " voxels of " +
            name(lattice.type),
        (file.gzipped() ? "at most " : "") + std::to_string(available) +
            (section_bytes > 0 ? ": " + missing_text(data, section_bytes, n[2], "sections") : ""),
        "The file is incomplete or its header is wrong: copy it again from its source");
}

void find_legend(const Reading& r, std::span<const std::byte> header) {
    std::vector<std::string> labels;
    for (std::size_t i = 0; i < most_mrc_labels; ++i) {
        const auto* text = reinterpret_cast<const char*>(header.data()) + mrc_labels_at + i * mrc_label_bytes;
        std::string label(text, strnlen(text, mrc_label_bytes));
        label.erase(label.find_last_not_of(' ') + 1);
        labels.push_back(std::move(label));
    }
    MrcLegend found = parse_mrc_labels(labels);
    if (found.damaged) r.remark("What its header says of its classes could not be understood.");
    r.out.legend = std::move(found.legend);
    if (r.out.legend || !found.beside) return;
    if (const auto sidecar = read_sidecar(r.file)) r.out.legend = sidecar->legend;
    if (!r.out.legend)
        r.remark("What its classes are should stand in " + sidecar_of(r.file).filename().string() +
                 " beside it, which is not there.");
}

}  // namespace

std::optional<ByteOrder> find_mrc_byte_order(std::span<const std::byte> header) {
    if (header.size() < header_bytes) return std::nullopt;
    const bool little = makes_sense({header, ByteOrder::little});
    const bool big = makes_sense({header, ByteOrder::big});
    if (little && big)  // only possible for mode 0: the machine stamp decides
        return header[at_stamp] == std::byte{0x11} ? ByteOrder::big : ByteOrder::little;
    if (little) return ByteOrder::little;
    if (big) return ByteOrder::big;
    return std::nullopt;
}

StoredVolume open_mrc(std::shared_ptr<FileBytes> file, const ReadOptions& options) {
    std::array<std::byte, header_bytes> bytes_of_header{};
    if (file->unpack(header_bytes) < header_bytes)
        throw InputError(file->name(), "an MRC header of 1024 bytes",
                         std::to_string(file->unpack(header_bytes)) + " bytes",
                         "Copy it again from its source");
    file->read(0, bytes_of_header);
    // If nothing makes sense, the little-endian reading tells what is wrong.
    const ByteOrder order =
        find_mrc_byte_order(bytes_of_header)
            .value_or(bytes_of_header[at_stamp] == std::byte{0x11} ? ByteOrder::big : ByteOrder::little);
    const Header h(bytes_of_header, order);

    StoredVolume out;
    out.format = "MRC";
    const Reading r{h, file->name(), out};

    const auto n = h.integers(at_size);
    for (const std::int32_t count : n)
        if (count < 1 || count > largest_axis)
            throw InputError(
                file->name(), "an MRC header with sizes from 1 to " + std::to_string(largest_axis),
                std::to_string(n[0]) + " x " + std::to_string(n[1]) + " x " + std::to_string(n[2]),
                "It is no MRC file, or damaged: open it in IMOD (header FILE) to see");
    auto axes = h.integers(at_axes);
    if (axes == std::array<std::int32_t, 3>{}) axes = {1, 2, 3};
    if (!is_permutation(axes))
        throw InputError(
            file->name(), "the axes 1, 2, 3 in some order in the MRC header",
            std::to_string(axes[0]) + ", " + std::to_string(axes[1]) + ", " + std::to_string(axes[2]),
            "Mend the header with IMOD: alterheader -map 1,2,3 FILE");
    const std::int32_t extended = h.integer(at_extended);
    if (extended < 0)
        throw InputError(file->name(), "an extended header of 0 bytes or more", std::to_string(extended),
                         "The header is damaged: copy the file again from its source");

    Lattice lattice;
    lattice.type = out.type = find_type(r);
    lattice.swap = h.swap();
    std::array<std::size_t, 3> axis_of{};  // file axis (column, row, section) → x, y, z
    std::array<std::int64_t, 3> size{}, stride{};
    std::int64_t step = 1;
    for (std::size_t i = 0; i < 3; ++i) {
        axis_of[i] = static_cast<std::size_t>(axes[i] - 1);
        size[axis_of[i]] = n[i];
        stride[axis_of[i]] = step;
        step *= n[i];
    }
    out.grid.size = lattice.size = {size[0], size[1], size[2]};
    lattice.stride = {stride[0], stride[1], stride[2]};

    check_length(r, *file, lattice, n);
    if (h.integer(at_map) == 0) r.remark("The header is of the old kind, without the MAP stamp.");
    if (axes != std::array<std::int32_t, 3>{1, 2, 3})
        r.remark("The file stores its axes in another order; they were brought into the order x, y, z.");

    find_voxel_size(r);
    find_origin(r, axis_of, options.voxel_um.value_or(out.grid.voxel_um));
    find_legend(r, bytes_of_header);
    out.read_bytes = make_lattice_reader(std::move(file), lattice);
    return out;
}

}  // namespace cytomo::io
