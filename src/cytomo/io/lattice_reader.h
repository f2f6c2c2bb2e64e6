// Private to io: uncompressed values in a file, in whatever order of axes.
#pragma once

#include <memory>

#include "cytomo/io/file_bytes.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::io {

/// Where the values of a volume lie in a file: value (x, y, z) at
/// data_offset + (x * stride.x + y * stride.y + z * stride.z) * bytes(type).
/// The strides are those of some order of the axes without gaps.
struct Lattice {
    std::uint64_t data_offset = 0;
    Size3 size;
    Size3 stride;
    ScalarType type = ScalarType::float32;
    bool swap = false;  ///< the file has the other byte order

    bool z_is_slowest() const { return stride.z == size.x * size.y; }
};

/// Strides of x fastest, then y, then z.
Size3 straight_strides(Size3 size);

/// Copies values from a block with strides `stride` (in values) into `out`, x fastest, then y, then z.
/// out.size() == size.count() * value_bytes (1, 2, 4 or 8).
void copy_in_order(std::span<const std::byte> from, Size3 stride, Size3 size, std::int64_t value_bytes,
                   std::span<std::byte> out);

/// Reads slabs of the lattice. If z is not the slowest axis of the file, its content is brought into
/// order in memory when first needed: size.count() * bytes(type).
StoredVolume::ReadBytes make_lattice_reader(std::shared_ptr<const FileBytes> file, const Lattice& lattice);

}  // namespace cytomo::io
