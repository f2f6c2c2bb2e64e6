// Reads one dataset of an HDF5 file. Array axes are (z, y, x). Which dataset: the one asked for, else
// the only volume, else /t0/channel0 (Deep-SXT). The voxel size is taken from the attribute
// element_size_um (z, y, x), as ilastik and PlantSeg write it.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "cytomo/core/error.h"
#include "cytomo/io/hdf5.h"
#include "cytomo/io/hdf5_library.h"
#include "cytomo/io/legend_io.h"
#include "cytomo/io/scalar.h"

namespace cytomo::io {

std::mutex& hdf5_mutex() {
    static std::mutex mutex;
    return mutex;
}

void prepare_hdf5() {
    [[maybe_unused]] static const herr_t once = H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

namespace {

std::optional<ScalarType> scalar_type_of_hdf5(hid_t type) {
    const std::size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
        case H5T_INTEGER: {
            const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
            if (size == 1) return is_signed ? ScalarType::int8 : ScalarType::uint8;
            if (size == 2) return is_signed ? ScalarType::int16 : ScalarType::uint16;
            if (size == 4) return is_signed ? ScalarType::int32 : ScalarType::uint32;
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
        case ScalarType::float64:
            return H5T_NATIVE_DOUBLE;
        default:
            return H5T_NATIVE_FLOAT;
    }
}

std::vector<hsize_t> shape_of(hid_t dataset) {
    const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
    if (!space) return {};
    const int rank = H5Sget_simple_extent_ndims(space.get());
    if (rank < 1 || rank > H5S_MAX_RANK) return {};
    std::vector<hsize_t> shape(static_cast<std::size_t>(rank));
    H5Sget_simple_extent_dims(space.get(), shape.data(), nullptr);
    return shape;
}

std::string shape_text(const std::vector<hsize_t>& shape) {
    std::string text;
    for (const hsize_t n : shape) {
        if (!text.empty()) text += " x ";
        text += std::to_string(n);
    }
    return text.empty() ? "no axes" : text;
}

/// Number of axes after leading axes of length 1 are dropped, but no fewer than 3 are kept.
std::size_t rank_of_volume(const std::vector<hsize_t>& shape) {
    std::size_t rank = shape.size(), first = 0;
    while (rank > 3 && shape[first] == 1) {
        --rank;
        ++first;
    }
    return rank;
}

struct Found {
    std::string path;
    std::vector<hsize_t> shape;
};

/// Visits an object of the file and keeps its name if it is a volume.
herr_t keep_volumes(hid_t root, const char* name, const H5O_info_t* info, void* list) {
    if (info->type != H5O_TYPE_DATASET) return 0;
    const Hdf5Handle dataset(H5Dopen2(root, name, H5P_DEFAULT), H5Dclose);
    if (!dataset) return 0;
    const Hdf5Handle type(H5Dget_type(dataset.get()), H5Tclose);
    auto shape = shape_of(dataset.get());
    if (rank_of_volume(shape) != 3 || !type || !scalar_type_of_hdf5(type.get())) return 0;
    std::string path(1, '/');
    path += name;
    static_cast<std::vector<Found>*>(list)->push_back({std::move(path), std::move(shape)});
    return 0;
}

std::string list_text(const std::vector<Found>& volumes) {
    std::string text;
    constexpr std::size_t most = 20;
    for (std::size_t i = 0; i < std::min(volumes.size(), most); ++i)
        text += (i ? ", " : "") + volumes[i].path + " (" + shape_text(volumes[i].shape) + ")";
    return volumes.size() > most ? text + ", …" : text;
}

std::string choose_dataset(const std::string& file, hid_t root, const std::string& asked) {
    std::vector<Found> volumes;
    H5Ovisit2(root, H5_INDEX_NAME, H5_ITER_INC, keep_volumes, &volumes, H5O_INFO_BASIC);
    if (!asked.empty()) {
        const Hdf5Handle dataset(H5Dopen2(root, asked.c_str(), H5P_DEFAULT), H5Dclose);
        if (dataset) return asked;
        throw InputError(file, "a dataset " + asked,
                         volumes.empty() ? "no volume at all" : list_text(volumes),
                         "Choose one of the file with --dataset");
    }
    if (volumes.empty())
        throw InputError(file, "a dataset with three axes and numbers", "none",
                         "See its content with h5ls -r, and choose with --dataset");
    if (volumes.size() == 1) return volumes[0].path;
    for (const Found& v : volumes)
        if (v.path == "/t0/channel0") return v.path;
    throw InputError(file, "one volume", list_text(volumes), "Choose one with --dataset PATH");
}

/// Three numbers of an attribute, in the order z, y, x; false if there is none.
bool read_triple(hid_t object, const char* name, Vec3& v) {
    if (H5Aexists(object, name) <= 0) return false;
    const Hdf5Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
    if (!attribute) return false;
    const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
    const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
    const H5T_class_t kind = type ? H5Tget_class(type.get()) : H5T_NO_CLASS;
    if (!space || H5Sget_simple_extent_npoints(space.get()) != 3 ||
        (kind != H5T_FLOAT && kind != H5T_INTEGER))
        return false;
    std::array<double, 3> zyx{};
    if (H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, zyx.data()) < 0) return false;
    v = {zyx[2], zyx[1], zyx[0]};
    return std::isfinite(v.x) && std::isfinite(v.y) && std::isfinite(v.z);
}

/// A string attribute; empty if there is none, or one longer than any legend.
std::string read_string(hid_t object, const char* name) {
    if (H5Aexists(object, name) <= 0) return {};
    const Hdf5Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
    const Hdf5Handle space(attribute ? H5Aget_space(attribute.get()) : -1, H5Sclose);
    const Hdf5Handle type(attribute ? H5Aget_type(attribute.get()) : -1, H5Tclose);
    if (!space || !type || H5Tget_class(type.get()) != H5T_STRING ||
        H5Sget_simple_extent_npoints(space.get()) != 1)
        return {};
    constexpr std::size_t longest = 1'000'000;
    if (H5Tis_variable_str(type.get()) > 0) {
        char* value = nullptr;
        if (H5Aread(attribute.get(), type.get(), &value) < 0 || value == nullptr) return {};
        std::string text(value, strnlen(value, longest));
        H5free_memory(value);
        return text;
    }
    const std::size_t size = H5Tget_size(type.get());
    if (size == 0 || size > longest) return {};
    std::string text(size, '\0');
    if (H5Aread(attribute.get(), type.get(), text.data()) < 0) return {};
    text.resize(strnlen(text.data(), size));
    return text;
}

/// An open dataset; all calls of the library are serialised.
class Hdf5Reader {
public:
    Hdf5Reader(std::shared_ptr<const FileBytes> bytes, Hdf5Handle file, Hdf5Handle dataset, ScalarType type,
               std::size_t rank, Size3 size)
        : bytes_(std::move(bytes)),
          file_(std::move(file)),
          dataset_(std::move(dataset)),
          type_(type),
          rank_(rank),
          size_(size) {}
    ~Hdf5Reader() {
        const std::lock_guard lock(hdf5_mutex());
        dataset_.reset();
        file_.reset();
    }
    Hdf5Reader(const Hdf5Reader&) = delete;
    Hdf5Reader& operator=(const Hdf5Reader&) = delete;

    void read(std::int64_t first, std::int64_t count, std::span<std::byte> out) const {
        const std::lock_guard lock(hdf5_mutex());
        prepare_hdf5();
        const Hdf5Handle space(H5Dget_space(dataset_.get()), H5Sclose);
        std::vector<hsize_t> start(rank_, 0), extent(rank_, 1);
        const auto put = [&](std::size_t from_end, std::int64_t n, std::int64_t begin) {
            if (from_end > rank_) return;
            extent[rank_ - from_end] = static_cast<hsize_t>(n);
            start[rank_ - from_end] = static_cast<hsize_t>(begin);
        };
        put(1, size_.x, 0);
        put(2, size_.y, 0);
        put(3, count, first);
        const Hdf5Handle memory(H5Screate_simple(static_cast<int>(rank_), extent.data(), nullptr), H5Sclose);
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

private:
    std::shared_ptr<const FileBytes> bytes_;
    Hdf5Handle file_, dataset_;
    ScalarType type_;
    std::size_t rank_;
    Size3 size_;
};

/// Opens the dataset with a cache that holds one layer of its chunks, so that reading slice by slice
/// decodes each chunk once.
Hdf5Handle open_with_cache(const std::string& file, hid_t root, const std::string& path,
                           std::int64_t value_bytes) {
    std::size_t cache = 1 << 20;
    {
        const Hdf5Handle dataset(H5Dopen2(root, path.c_str(), H5P_DEFAULT), H5Dclose);
        const Hdf5Handle creation(dataset ? H5Dget_create_plist(dataset.get()) : -1, H5Pclose);
        const auto shape = shape_of(dataset.get());
        if (creation && !shape.empty() && H5Pget_layout(creation.get()) == H5D_CHUNKED) {
            std::vector<hsize_t> chunk(shape.size());
            H5Pget_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data());
            double chunk_bytes = static_cast<double>(value_bytes), layer_bytes = chunk_bytes;
            for (std::size_t a = 0; a < shape.size(); ++a) {
                chunk_bytes *= static_cast<double>(chunk[a]);
                layer_bytes *= a + 2 < shape.size() ? static_cast<double>(chunk[a])
                                                    : static_cast<double>(shape[a] + chunk[a]);
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

}  // namespace

std::int64_t count_open_hdf5_handles() {
    const std::lock_guard lock(hdf5_mutex());
    return H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL);
}

StoredVolume open_hdf5(std::shared_ptr<FileBytes> file, const ReadOptions& options) {
    const std::lock_guard lock(hdf5_mutex());
    prepare_hdf5();
    const auto damaged = [&](const std::string& what) {
        return InputError(file->name(), "a complete HDF5 file", what,
                          "It is damaged or incomplete: copy it again from its source, or test it with h5ls");
    };
    Hdf5Handle h5(H5Fopen(file->name().c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (!h5) throw damaged("one that the HDF5 library cannot open");
    const std::string path = choose_dataset(file->name(), h5.get(), options.dataset);

    StoredVolume out;
    out.format = "HDF5";
    out.dataset = path;
    Hdf5Handle dataset(H5Dopen2(h5.get(), path.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset) throw damaged("a dataset " + path + " that cannot be opened");
    {
        const Hdf5Handle type(H5Dget_type(dataset.get()), H5Tclose);
        const auto scalar = type ? scalar_type_of_hdf5(type.get()) : std::nullopt;
        if (!scalar)
            throw InputError(file->name(), "integers of up to 32 bits or real numbers in " + path,
                             "another type", "Choose another dataset, or convert it in Python with h5py");
        out.type = *scalar;
    }
    const auto shape = shape_of(dataset.get());
    const std::size_t rank = rank_of_volume(shape);
    if (rank < 2 || rank > 3)
        throw InputError(file->name(), "three axes (z, y, x) in " + path, shape_text(shape),
                         "Choose another dataset with --dataset");
    const auto axis = [&](std::size_t from_end) -> std::int64_t {
        return from_end > shape.size() ? 1
                                       : static_cast<std::int64_t>(std::min<hsize_t>(
                                             shape[shape.size() - from_end], largest_axis + 1));
    };
    out.grid.size = {axis(1), axis(2), axis(3)};
    for (const std::int64_t n : {out.grid.size.x, out.grid.size.y, out.grid.size.z})
        if (n < 1 || n > largest_axis)
            throw InputError(file->name(), "axes of 1 to " + std::to_string(largest_axis) + " in " + path,
                             shape_text(shape), "The file is damaged, or holds no values yet");
    const std::int64_t total =
        checked_bytes(out.grid.size.x, out.grid.size.y, out.grid.size.z, bytes(out.type));
    const auto stored = static_cast<double>(H5Dget_storage_size(dataset.get()));
    constexpr double best_ratio = 1 << 20;
    if (stored <= 0 || static_cast<double>(total) > best_ratio * stored)
        throw InputError(file->name(), "values for " + size_text(out.grid.size) + " voxels in " + path,
                         short_text(stored) + " bytes", "The dataset was never filled: write it again");

    Vec3 v;
    if (read_triple(dataset.get(), "element_size_um", v) && v.x > 0 && v.y > 0 && v.z > 0) {
        out.grid.voxel_um = v;
    } else {
        out.grid.voxel_um = {0.001, 0.001, 0.001};
        out.voxel_size_known = false;
        out.remarks.push_back(
            "The dataset has no attribute element_size_um; a voxel size of 1 nm is assumed.");
    }
    if (read_triple(dataset.get(), "origin_um", v)) out.grid.origin_um = v;
    if (const std::string legend = read_string(dataset.get(), "legend"); !legend.empty()) {
        out.legend = legend_from_json(legend);
        if (!out.legend) out.remarks.push_back("Its attribute legend could not be understood.");
    }
    if (options.dataset.empty()) out.remarks.push_back("Dataset " + path + " was read.");

    dataset = open_with_cache(file->name(), h5.get(), path, bytes(out.type));
    if (!dataset) throw damaged("a dataset " + path + " that cannot be opened");
    auto reader = std::make_shared<Hdf5Reader>(file, std::move(h5), std::move(dataset), out.type,
                                               shape.size(), out.grid.size);
    out.read_bytes = [reader](std::int64_t first, std::int64_t count, std::span<std::byte> to) {
        reader->read(first, count, to);
    };
    return out;
}

}  // namespace cytomo::io
