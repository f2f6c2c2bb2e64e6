#include "cytomo/io/hdf5_dataset.h"

#include <algorithm>
#include <cstddef>

#include "cytomo/core/error.h"
#include "cytomo/io/hdf5_attributes.h"
#include "cytomo/io/lattice_reader.h"
#include "cytomo/io/scalar.h"

namespace cytomo::io {

namespace {

hid_t native_type(ScalarType type) {
    switch (type) {
        case ScalarType::int8:
            return H5T_NATIVE_INT8;
        case ScalarType::uint8:
            return H5T_NATIVE_UINT8;
        case ScalarType::int16:
            return H5T_NATIVE_INT16;
        case ScalarType::uint16:
            return H5T_NATIVE_UINT16;
        case ScalarType::int32:
            return H5T_NATIVE_INT32;
        case ScalarType::uint32:
            return H5T_NATIVE_UINT32;
        case ScalarType::int64:
            return H5T_NATIVE_INT64;
        case ScalarType::uint64:
            return H5T_NATIVE_UINT64;
        case ScalarType::float64:
            return H5T_NATIVE_DOUBLE;
        default:
            return H5T_NATIVE_FLOAT;
    }
}

/// An open dataset; all calls of the library are serialised.
class DatasetReader {
public:
    DatasetReader(std::shared_ptr<const FileBytes> bytes, Hdf5Handle file, Hdf5Handle dataset,
                  ScalarType type, const ArrayAxes& axes)
        : bytes_(std::move(bytes)),
          file_(std::move(file)),
          dataset_(std::move(dataset)),
          type_(type),
          axes_(axes),
          slice_bytes_(static_cast<std::size_t>(axes.size.x * axes.size.y * cytomo::bytes(type))) {}
    ~DatasetReader() {
        const std::lock_guard lock(hdf5_mutex());
        dataset_.reset();
        file_.reset();
    }
    DatasetReader(const DatasetReader&) = delete;
    DatasetReader& operator=(const DatasetReader&) = delete;

    void read(std::int64_t first, std::int64_t count, std::span<std::byte> out) {
        const std::lock_guard lock(hdf5_mutex());
        prepare_hdf5();
        if (axes_.in_order()) return read_as_stored(first, count, out);
        for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t z = first + i;
            if (z < block_first_ || z >= block_first_ + block_count_) load_block(z);
            const auto from = block_.begin() + static_cast<std::ptrdiff_t>(
                                                   static_cast<std::size_t>(z - block_first_) * slice_bytes_);
            std::copy_n(
                from, slice_bytes_,
                out.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(i) * slice_bytes_));
        }
    }

private:
    /// Brings the slices around z into order, as many as memory allows: each chunk is decoded for all of
    /// them.
    void load_block(std::int64_t z) {
        constexpr std::size_t most_bytes = std::size_t{128} << 20;
        const std::int64_t n =
            std::clamp<std::int64_t>(static_cast<std::int64_t>(most_bytes / slice_bytes_), 1, axes_.size.z);
        block_count_ = 0;
        const std::int64_t first = z / n * n, count = std::min(n, axes_.size.z - first);
        std::vector<std::byte> stored(static_cast<std::size_t>(count) * slice_bytes_);
        read_as_stored(first, count, stored);
        block_.resize(stored.size());
        const Size3 size{axes_.size.x, axes_.size.y, count};
        copy_in_order(stored, strides(size), size, cytomo::bytes(type_), block_);
        block_first_ = first;
        block_count_ = count;
    }

    /// Steps between neighbours along x, y, z in a block with the array's order of axes.
    Size3 strides(Size3 size) const {
        std::vector<std::int64_t> extent(axes_.fixed.size(), 1);
        const std::array<std::int64_t, 3> n{size.x, size.y, size.z};
        for (std::size_t a = 0; a < 3; ++a)
            if (axes_.position[a] >= 0) extent[static_cast<std::size_t>(axes_.position[a])] = n[a];
        const auto step = [&](int position) {
            std::int64_t product = 1;
            for (std::size_t a = static_cast<std::size_t>(position + 1); position >= 0 && a < extent.size();
                 ++a)
                product *= extent[a];
            return product;
        };
        return {step(axes_.position[0]), step(axes_.position[1]), step(axes_.position[2])};
    }

    void read_as_stored(std::int64_t first, std::int64_t count, std::span<std::byte> out) const {
        const Hdf5Handle space(H5Dget_space(dataset_.get()), H5Sclose);
        const std::size_t rank = axes_.fixed.size();
        std::vector<hsize_t> start(axes_.fixed.begin(), axes_.fixed.end()), extent(rank, 1);
        const auto put = [&](int position, std::int64_t n, std::int64_t begin) {
            if (position < 0) return;
            extent[static_cast<std::size_t>(position)] = static_cast<hsize_t>(n);
            start[static_cast<std::size_t>(position)] = static_cast<hsize_t>(begin);
        };
        put(axes_.position[0], axes_.size.x, 0);
        put(axes_.position[1], axes_.size.y, 0);
        put(axes_.position[2], count, first);
        const Hdf5Handle memory(H5Screate_simple(static_cast<int>(rank), extent.data(), nullptr), H5Sclose);
        const bool ok = space && memory &&
                        H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, extent.data(),
                                            nullptr) >= 0 &&
                        H5Dread(dataset_.get(), native_type(type_), memory.get(), space.get(), H5P_DEFAULT,
                                out.data()) >= 0;
        if (!ok)
            throw InputError(bytes_->name(), "readable values",
                             "slices " + std::to_string(first) + " to " + std::to_string(first + count - 1) +
                                 " that cannot be decoded",
                             "The file is damaged, or compressed with a filter that this HDF5 library lacks: "
                             "try h5repack -f GZIP=4 IN OUT");
    }

    std::shared_ptr<const FileBytes> bytes_;
    Hdf5Handle file_, dataset_;
    ScalarType type_;
    ArrayAxes axes_;
    std::size_t slice_bytes_;
    std::vector<std::byte> block_;  ///< slices in order, where the array's order is another
    std::int64_t block_first_ = 0, block_count_ = 0;
};

}  // namespace

std::optional<ScalarType> scalar_type_of_hdf5(hid_t type) {
    const std::size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
        case H5T_INTEGER: {
            const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
            if (size == 1) return is_signed ? ScalarType::int8 : ScalarType::uint8;
            if (size == 2) return is_signed ? ScalarType::int16 : ScalarType::uint16;
            if (size == 4) return is_signed ? ScalarType::int32 : ScalarType::uint32;
            if (size == 8) return is_signed ? ScalarType::int64 : ScalarType::uint64;
            return std::nullopt;
        }
        case H5T_FLOAT:
            // Half precision is widened by the library.
            if (size == 2 || size == 4) return ScalarType::float32;
            if (size == 8) return ScalarType::float64;
            return std::nullopt;
        case H5T_ENUM:
            return size == 1 ? std::optional(ScalarType::uint8) : std::nullopt;  // h5py's bool
        default:
            return std::nullopt;
    }
}

Hdf5Handle open_with_cache(const std::string& file, hid_t root, const std::string& path,
                           const ArrayAxes& axes, std::int64_t value_bytes) {
    std::size_t cache = 1 << 20;
    {
        const Hdf5Handle dataset(H5Dopen2(root, path.c_str(), H5P_DEFAULT), H5Dclose);
        const Hdf5Handle creation(dataset ? H5Dget_create_plist(dataset.get()) : -1, H5Pclose);
        const auto shape = shape_of(dataset.get());
        if (creation && shape.size() == axes.fixed.size() && H5Pget_layout(creation.get()) == H5D_CHUNKED) {
            std::vector<hsize_t> chunk(shape.size());
            H5Pget_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data());
            double chunk_bytes = static_cast<double>(value_bytes), layer_bytes = chunk_bytes;
            for (std::size_t a = 0; a < shape.size(); ++a) {
                const bool in_plane =
                    static_cast<int>(a) == axes.position[0] || static_cast<int>(a) == axes.position[1];
                chunk_bytes *= static_cast<double>(chunk[a]);
                layer_bytes *= static_cast<double>(chunk[a]) + (in_plane ? static_cast<double>(shape[a]) : 0);
            }
            constexpr double largest_chunk = 1e9, largest_cache = 512e6;
            if (chunk_bytes > largest_chunk)
                throw InputError(file, "chunks of at most 1 GB in " + path,
                                 short_text(chunk_bytes / 1e9) + " GB",
                                 "Write it anew in smaller chunks: h5repack -l CHUNK=16x128x128 IN OUT");
            cache = static_cast<std::size_t>(std::clamp(layer_bytes, 1e6, largest_cache));
        }
    }
    const Hdf5Handle access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
    H5Pset_chunk_cache(access.get(), 12421, cache, 1.0);
    return {H5Dopen2(root, path.c_str(), access.get()), H5Dclose};
}

StoredVolume::ReadBytes make_dataset_reader(std::shared_ptr<const FileBytes> bytes, Hdf5Handle file,
                                            Hdf5Handle dataset, ScalarType type, const ArrayAxes& axes) {
    auto reader =
        std::make_shared<DatasetReader>(std::move(bytes), std::move(file), std::move(dataset), type, axes);
    return [reader](std::int64_t first, std::int64_t count, std::span<std::byte> out) {
        reader->read(first, count, out);
    };
}

}  // namespace cytomo::io
