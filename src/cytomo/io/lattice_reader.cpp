#include "cytomo/io/lattice_reader.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <vector>

#include "cytomo/io/scalar.h"

namespace cytomo::io {

Size3 straight_strides(Size3 size) {
    return {1, size.x, size.x * size.y};
}

namespace {

/// Reads one plane of the file's slowest axis and puts its values where they belong.
template <std::size_t N>
void scatter_plane(const std::byte* plane, const Lattice& l, Size3 first, Size3 size,
                   std::int64_t plane_start, std::byte* out, Size3 out_stride) {
    for (std::int64_t z = first.z; z < first.z + size.z; ++z)
        for (std::int64_t y = first.y; y < first.y + size.y; ++y)
            for (std::int64_t x = first.x; x < first.x + size.x; ++x) {
                const std::int64_t from = x * l.stride.x + y * l.stride.y + z * l.stride.z - plane_start;
                const std::int64_t to = x * out_stride.x + y * out_stride.y + z * out_stride.z;
                std::memcpy(out + to * static_cast<std::int64_t>(N),
                            plane + from * static_cast<std::int64_t>(N), N);
            }
}

void scatter(const std::byte* plane, const Lattice& l, std::int64_t value_bytes, Size3 first, Size3 size,
             std::int64_t plane_start, std::byte* out, Size3 out_stride) {
    switch (value_bytes) {
        case 1:
            return scatter_plane<1>(plane, l, first, size, plane_start, out, out_stride);
        case 2:
            return scatter_plane<2>(plane, l, first, size, plane_start, out, out_stride);
        case 4:
            return scatter_plane<4>(plane, l, first, size, plane_start, out, out_stride);
        default:
            return scatter_plane<8>(plane, l, first, size, plane_start, out, out_stride);
    }
}

class LatticeReader {
public:
    LatticeReader(std::shared_ptr<const FileBytes> file, const Lattice& lattice)
        : file_(std::move(file)), lattice_(lattice) {}

    void read(std::int64_t first, std::int64_t count, std::span<std::byte> out) {
        const Lattice& l = lattice_;
        const auto slice = static_cast<std::size_t>(l.size.x * l.size.y * bytes(l.type));
        if (!l.z_is_slowest()) {
            std::call_once(ordered_once_, [this] { bring_into_order(); });
            std::memcpy(out.data(), ordered_.data() + static_cast<std::size_t>(first) * slice, out.size());
            return;
        }
        if (l.stride.x == 1) {
            file_->read(l.data_offset + static_cast<std::uint64_t>(first) * slice, out);
        } else {  // x and y exchanged within each slice
            std::vector<std::byte> plane(slice);
            for (std::int64_t i = 0; i < count; ++i) {
                file_->read(l.data_offset + static_cast<std::uint64_t>(first + i) * slice, plane);
                scatter(plane.data(), l, bytes(l.type), {0, 0, 0}, {l.size.x, l.size.y, 1}, 0,
                        out.data() + static_cast<std::size_t>(i) * slice, straight_strides(l.size));
            }
        }
        if (l.swap) swap_bytes(out, bytes(l.type));
    }

private:
    void bring_into_order() {
        const Lattice& l = lattice_;
        const bool x_slowest = l.stride.x > l.stride.y;
        const std::int64_t planes = x_slowest ? l.size.x : l.size.y;
        const std::int64_t plane_count = l.size.count() / planes;
        std::vector<std::byte> ordered(static_cast<std::size_t>(l.size.count() * bytes(l.type)));
        std::vector<std::byte> plane(static_cast<std::size_t>(plane_count * bytes(l.type)));
        for (std::int64_t p = 0; p < planes; ++p) {
            file_->read(l.data_offset + static_cast<std::uint64_t>(p) * plane.size(), plane);
            const Size3 first = x_slowest ? Size3{p, 0, 0} : Size3{0, p, 0};
            const Size3 size = x_slowest ? Size3{1, l.size.y, l.size.z} : Size3{l.size.x, 1, l.size.z};
            scatter(plane.data(), l, bytes(l.type), first, size, p * plane_count, ordered.data(),
                    straight_strides(l.size));
        }
        if (l.swap) swap_bytes(ordered, bytes(l.type));
        ordered_ = std::move(ordered);
    }

    std::shared_ptr<const FileBytes> file_;
    Lattice lattice_;
    std::once_flag ordered_once_;
    std::vector<std::byte> ordered_;
};

}  // namespace

void copy_in_order(std::span<const std::byte> from, Size3 stride, Size3 size, std::int64_t value_bytes,
                   std::span<std::byte> out) {
    Lattice block;
    block.size = size;
    block.stride = stride;
    scatter(from.data(), block, value_bytes, {0, 0, 0}, size, 0, out.data(), straight_strides(size));
}

StoredVolume::ReadBytes make_lattice_reader(std::shared_ptr<const FileBytes> file, const Lattice& lattice) {
    auto reader = std::make_shared<LatticeReader>(std::move(file), lattice);
    return [reader](std::int64_t first, std::int64_t count, std::span<std::byte> out) {
        reader->read(first, count, out);
    };
}

}  // namespace cytomo::io
