#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/io/hdf5.h"
#include "cytomo/io/mrc.h"
#include "cytomo/io/mrc_labels.h"
#include "cytomo/io/npy.h"
#include "cytomo/io/scalar.h"
#include "cytomo/io/sidecar.h"
#include "cytomo/io/tiff.h"
#include "cytomo/io/volume_io.h"

namespace cytomo {

namespace io {

OutputFile::OutputFile(const std::filesystem::path& path) : name_(path.string()) {
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ < 0)
        throw InputError(name_, "to create a file", std::strerror(errno), "Check the rights and the space");
}

OutputFile::~OutputFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void OutputFile::append(std::span<const std::byte> bytes) {
    write_at(size_, bytes);
    size_ += bytes.size();
}

void OutputFile::replace(std::uint64_t offset, std::span<const std::byte> bytes) {
    write_at(offset, bytes);
}

void OutputFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto n =
            ::pwrite(descriptor_, bytes.data() + done, std::min<std::size_t>(bytes.size() - done, 1 << 30),
                     static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0)
            throw InputError(name_, "to write " + std::to_string(bytes.size()) + " bytes",
                             std::strerror(errno), "Check the free space of the disk");
        done += static_cast<std::size_t>(n);
    }
}

void OutputFile::close() {
    const int descriptor = std::exchange(descriptor_, -1);
    if (::close(descriptor) != 0)
        throw InputError(name_, "to write the file", std::strerror(errno),
                         "Check the free space of the disk");
}

namespace {

enum class WritableFormat { mrc, tiff, npy, hdf5 };

std::optional<WritableFormat> format_of(const std::filesystem::path& path) {
    std::string e = path.extension().string();
    std::transform(e.begin(), e.end(), e.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (e == ".mrc" || e == ".rec" || e == ".map" || e == ".st") return WritableFormat::mrc;
    if (e == ".tif" || e == ".tiff") return WritableFormat::tiff;
    if (e == ".npy") return WritableFormat::npy;
    if (e == ".h5" || e == ".hdf5" || e == ".hdf") return WritableFormat::hdf5;
    return std::nullopt;
}

SliceSink make_sink(WritableFormat format, const std::filesystem::path& path, const Grid& grid,
                    ScalarType type, bool voxel_size_known, const std::optional<Legend>& legend) {
    switch (format) {
        case WritableFormat::mrc:
            return make_mrc_sink(path, grid, type, voxel_size_known, legend);
        case WritableFormat::tiff:
            return make_tiff_sink(path, grid, type, voxel_size_known, legend);
        case WritableFormat::npy:
            return make_npy_sink(path, grid, type);
        case WritableFormat::hdf5:
            break;
    }
    return make_hdf5_sink(path, grid, type, voxel_size_known, legend);
}

/// Whether something of the volume has room in the file beside it only.
bool needs_sidecar(WritableFormat format, bool voxel_size_known, const std::optional<Legend>& legend) {
    if (format == WritableFormat::npy) return voxel_size_known || legend;
    return format == WritableFormat::mrc && legend && !mrc_legend_labels(*legend);
}

WritableFormat required_format_of(const std::filesystem::path& path) {
    if (const auto format = format_of(path)) return *format;
    throw InputError(path.string(),
                     "a name that ends in .mrc, .rec, .map, .st, .tif, .tiff, .npy, .h5 or .hdf5",
                     path.has_extension() ? path.extension().string() : "no ending", "Choose one of these");
}

}  // namespace
}  // namespace io

/// The sink is declared last: it lets go of the file before the file is renamed or removed.
struct VolumeWriter::State {
    std::filesystem::path name;
    Grid grid;
    ScalarType type;
    std::int64_t next_slice = 0;
    PendingOutput output;
    std::optional<PendingOutput> sidecar;
    std::filesystem::path old_sidecar;  ///< to be removed, if it is there
    std::optional<io::SliceSink> sink;
};

VolumeWriter::VolumeWriter(const std::filesystem::path& path, const Grid& grid, ScalarType type,
                           bool overwrite, bool voxel_size_known, const std::optional<Legend>& legend) {
    const io::WritableFormat format = io::required_format_of(path);
    if (!io::is_writable_type(type))
        throw InputError(path.string(), "integers of up to 32 bits or float32", cytomo::name(type),
                         "Convert the values first");
    if (io::checked_bytes(grid.size.x, grid.size.y, grid.size.z, bytes(type)) < 0)
        throw InputError(path.string(), "a volume with at least one voxel", io::size_text(grid.size),
                         "Check the size");
    for (const double e : {grid.voxel_um.x, grid.voxel_um.y, grid.voxel_um.z})
        if (voxel_size_known && !(e > 0 && std::isfinite(e)))
            throw InputError(path.string(), "positive voxel edges", io::short_text(e) + " µm",
                             "Give the voxel size");
    state_.reset(new State{path, grid, type, 0, PendingOutput(path, overwrite), {}, {}, {}});
    if (io::needs_sidecar(format, voxel_size_known, legend)) {
        state_->sidecar.emplace(io::sidecar_of(path), overwrite);
        io::write_sidecar(state_->sidecar->path(), voxel_size_known ? &grid : nullptr, legend);
    } else if (format == io::WritableFormat::npy) {
        // One that lies there already would speak of the new values.
        const PendingOutput free_name(io::sidecar_of(path), overwrite);
        if (overwrite) state_->old_sidecar = io::sidecar_of(path);
    }
    state_->sink = io::make_sink(format, state_->output.path(), grid, type, voxel_size_known, legend);
}

VolumeWriter::~VolumeWriter() = default;
VolumeWriter::VolumeWriter(VolumeWriter&&) noexcept = default;
VolumeWriter& VolumeWriter::operator=(VolumeWriter&&) noexcept = default;

void VolumeWriter::write_bytes(std::int64_t first, std::int64_t count, std::span<const std::byte> values) {
    State& s = *state_;
    const std::int64_t expected = count * s.grid.size.x * s.grid.size.y * bytes(s.type);
    if (first != s.next_slice || count < 0 || count > s.grid.size.z - first ||
        static_cast<std::int64_t>(values.size()) != expected)
        throw std::logic_error("VolumeWriter: slices out of order or of the wrong size");
    if (count == 0) return;
    s.sink->write(first, count, values);
    s.next_slice += count;
}

template <class T>
void VolumeWriter::write_slices(std::int64_t first, std::int64_t count, std::span<const T> values) {
    if (io::scalar_type_of<T>() != state_->type)
        throw std::logic_error("VolumeWriter: values of another type");
    write_bytes(first, count, std::as_bytes(values));
}

void VolumeWriter::finish() {
    State& s = *state_;
    if (s.next_slice != s.grid.size.z) throw std::logic_error("VolumeWriter: slices are missing");
    s.sink->finish();
    s.sink.reset();
    s.output.commit();
    if (s.sidecar) s.sidecar->commit();
    std::error_code ignored;
    if (!s.old_sidecar.empty()) std::filesystem::remove(s.old_sidecar, ignored);
}

template <class T>
void write_volume(const std::filesystem::path& path, const Volume<T>& volume, bool overwrite,
                  const std::optional<Legend>& legend) {
    const Grid& grid = volume.grid();
    VolumeWriter writer(path, grid, io::scalar_type_of<T>(), overwrite, true, legend);
    const std::int64_t slab = slices_per_slab(grid, sizeof(T)), slice = grid.size.x * grid.size.y;
    for (std::int64_t z = 0; z < grid.size.z; z += slab) {
        const std::int64_t n = std::min(slab, grid.size.z - z);
        writer.write_slices(z, n,
                            volume.values().subspan(static_cast<std::size_t>(z * slice),
                                                    static_cast<std::size_t>(n * slice)));
    }
    writer.finish();
}

void write_classes(const std::filesystem::path& path, const ClassVolume& classes, const Legend& legend,
                   bool overwrite) {
    write_volume(path, classes, overwrite, legend);
}

void check_volume_name(const std::filesystem::path& path, bool overwrite,
                       const std::optional<Legend>& legend) {
    const io::WritableFormat format = io::required_format_of(path);
    const PendingOutput free_name(path, overwrite);
    if (io::needs_sidecar(format, true, legend))
        const PendingOutput free_too(io::sidecar_of(path), overwrite);
}

bool is_writable_format(const std::filesystem::path& path) {
    return io::format_of(path).has_value();
}

#define CYTOMO_WRITABLE(T)                                                                       \
    template void VolumeWriter::write_slices<T>(std::int64_t, std::int64_t, std::span<const T>); \
    template void write_volume<T>(const std::filesystem::path&, const Volume<T>&, bool,          \
                                  const std::optional<Legend>&);
CYTOMO_WRITABLE(std::int8_t)
CYTOMO_WRITABLE(std::uint8_t)
CYTOMO_WRITABLE(std::int16_t)
CYTOMO_WRITABLE(std::uint16_t)
CYTOMO_WRITABLE(std::int32_t)
CYTOMO_WRITABLE(std::uint32_t)
CYTOMO_WRITABLE(float)
#undef CYTOMO_WRITABLE

}  // namespace cytomo
