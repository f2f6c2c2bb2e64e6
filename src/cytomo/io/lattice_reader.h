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

/// Reads slabs of the lattice. If z is not the slowest axis of the file, its content is brought into
/// order in memory when first needed: size.count() * bytes(type).
StoredVolume::ReadBytes make_lattice_reader(std::shared_ptr<const FileBytes> file, const Lattice& lattice);

}  // namespace cytomo::io
