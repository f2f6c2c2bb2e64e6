// Writes one dataset /data, axes (z, y, x), in gzip chunks; voxel size and origin are attributes.
#include <algorithm>
#include <array>

#include "cytomo/core/error.h"
#include "cytomo/io/hdf5.h"
#include "cytomo/io/hdf5_library.h"
#include "cytomo/io/legend_io.h"
#include "cytomo/io/scalar.h"

namespace cytomo::io {

namespace {

hid_t file_type(ScalarType type) {
    switch (type) {
        case ScalarType::int8:
            return H5T_STD_I8LE;
        case ScalarType::uint8:
            return H5T_STD_U8LE;
        case ScalarType::int16:
            return H5T_STD_I16LE;
        case ScalarType::uint16:
            return H5T_STD_U16LE;
        case ScalarType::int32:
            return H5T_STD_I32LE;
        case ScalarType::uint32:
            return H5T_STD_U32LE;
        default:
            return H5T_IEEE_F32LE;
    }
}

class Hdf5File {
public:
    Hdf5File(const std::filesystem::path& path, const Grid& grid, ScalarType type, bool voxel_size_known,
             const std::optional<Legend>& legend)
        : name_(path.string()), grid_(grid), type_(type) {
        const std::lock_guard lock(hdf5_mutex());
        prepare_hdf5();
        file_ = {H5Fcreate(name_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose};
        if (!file_) fail();
        const std::array<hsize_t, 3> shape{static_cast<hsize_t>(grid.size.z),
                                           static_cast<hsize_t>(grid.size.y),
                                           static_cast<hsize_t>(grid.size.x)};
        const std::array<hsize_t, 3> chunk{std::min<hsize_t>(shape[0], 8), std::min<hsize_t>(shape[1], 128),
                                           std::min<hsize_t>(shape[2], 128)};
        const Hdf5Handle space(H5Screate_simple(3, shape.data(), nullptr), H5Sclose);
        const Hdf5Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
        H5Pset_chunk(creation.get(), 3, chunk.data());
        if (bytes(type) > 1) H5Pset_shuffle(creation.get());
        H5Pset_deflate(creation.get(), 2);
        H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER);
        // One layer of chunks stays in memory while its slices arrive.
        const Hdf5Handle access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
        const double layer = static_cast<double>(chunk[0]) * static_cast<double>(shape[1] + chunk[1]) *
                             static_cast<double>(shape[2] + chunk[2]) * static_cast<double>(bytes(type));
        H5Pset_chunk_cache(access.get(), 12421, static_cast<std::size_t>(std::clamp(layer, 1e6, 512e6)), 1.0);
        dataset_ = {H5Dcreate2(file_.get(), "/data", file_type(type), space.get(), H5P_DEFAULT,
                               creation.get(), access.get()),
                    H5Dclose};
        if (!dataset_) fail();
        if (voxel_size_known) {
            write_triple("element_size_um", grid.voxel_um);
            write_triple("origin_um", grid.origin_um);
        }
        if (legend) write_string("legend", legend_json(*legend));
    }
    ~Hdf5File() {
        const std::lock_guard lock(hdf5_mutex());
        dataset_.reset();
        file_.reset();
    }
    Hdf5File(const Hdf5File&) = delete;
    Hdf5File& operator=(const Hdf5File&) = delete;

    void write(std::int64_t first, std::int64_t count, std::span<const std::byte> values) {
        const std::lock_guard lock(hdf5_mutex());
        prepare_hdf5();
        const std::array<hsize_t, 3> start{static_cast<hsize_t>(first), 0, 0};
        const std::array<hsize_t, 3> extent{static_cast<hsize_t>(count), static_cast<hsize_t>(grid_.size.y),
                                            static_cast<hsize_t>(grid_.size.x)};
        const Hdf5Handle space(H5Dget_space(dataset_.get()), H5Sclose);
        const Hdf5Handle memory(H5Screate_simple(3, extent.data(), nullptr), H5Sclose);
        H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr);
        // The machine is little-endian, so the type in the file is the type in memory.
        if (H5Dwrite(dataset_.get(), file_type(type_), memory.get(), space.get(), H5P_DEFAULT,
                     values.data()) < 0)
            fail();
    }

    void finish() {
        const std::lock_guard lock(hdf5_mutex());
        prepare_hdf5();
        dataset_.reset();
        const bool flushed = H5Fflush(file_.get(), H5F_SCOPE_GLOBAL) >= 0;
        file_.reset();
        if (!flushed) fail();
    }

private:
    [[noreturn]] void fail() const {
        throw InputError(name_, "to write an HDF5 file", "an error of the HDF5 library",
                         "Check the free space of the disk and the rights");
    }
    void write_triple(const char* name, Vec3 v) {
        const std::array<double, 3> zyx{v.z, v.y, v.x};
        const hsize_t three = 3;
        const Hdf5Handle space(H5Screate_simple(1, &three, nullptr), H5Sclose);
        const Hdf5Handle attribute(
            H5Acreate2(dataset_.get(), name, H5T_IEEE_F64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT),
            H5Aclose);
        if (!attribute || H5Awrite(attribute.get(), H5T_NATIVE_DOUBLE, zyx.data()) < 0) fail();
    }
    /// Of variable length, which h5py reads as str.
    void write_string(const char* name, const std::string& text) {
        const Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
        H5Tset_size(type.get(), H5T_VARIABLE);
        H5Tset_cset(type.get(), H5T_CSET_UTF8);
        const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
        const Hdf5Handle attribute(
            H5Acreate2(dataset_.get(), name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
        const char* value = text.c_str();
        if (!attribute || H5Awrite(attribute.get(), type.get(), &value) < 0) fail();
    }

    std::string name_;
    Grid grid_;
    ScalarType type_;
    Hdf5Handle file_, dataset_;
};

}  // namespace

SliceSink make_hdf5_sink(const std::filesystem::path& path, const Grid& grid, ScalarType type,
                         bool voxel_size_known, const std::optional<Legend>& legend) {
    auto file = std::make_shared<Hdf5File>(path, grid, type, voxel_size_known, legend);
    return {[file](std::int64_t first, std::int64_t count, std::span<const std::byte> values) {
                file->write(first, count, values);
            },
            [file] { file->finish(); }};
}

}  // namespace cytomo::io
