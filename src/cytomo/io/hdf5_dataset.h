// Private to io: the values of one HDF5 dataset, slice by slice in the order x, y, z.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cytomo/io/axis_order.h"
#include "cytomo/io/file_bytes.h"
#include "cytomo/io/hdf5_library.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::io {

/// The type in which values are handed out; none for types that hold no single numbers. The caller holds
/// hdf5_mutex().
std::optional<ScalarType> scalar_type_of_hdf5(hid_t type);

/// Opens the dataset at `path` with a cache that holds one layer of its chunks along z, so that reading slice
/// by slice decodes each chunk once. The caller holds hdf5_mutex(). Throws InputError for chunks beyond 1 GB.
Hdf5Handle open_with_cache(const std::string& file, hid_t root, const std::string& path,
                           const ArrayAxes& axes, std::int64_t value_bytes);

/// Reads the dataset; file and dataset are closed with the last copy. Where the array's own order is another
/// than z, y, x, some slices are brought into order at once: up to 256 MB of memory.
StoredVolume::ReadBytes make_dataset_reader(std::shared_ptr<const FileBytes> bytes, Hdf5Handle file,
                                            Hdf5Handle dataset, ScalarType type, const ArrayAxes& axes);

}  // namespace cytomo::io
