#include "cytomo/io/volume_io.h"

#include <algorithm>
#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/io/hdf5.h"
#include "cytomo/io/mrc.h"
#include "cytomo/io/npy.h"
#include "cytomo/io/recognise.h"
#include "cytomo/io/scalar.h"
#include "cytomo/io/tiff.h"

namespace cytomo {

void ReadOptions::check() const {
    if (!voxel_um) return;
    for (const double e : {voxel_um->x, voxel_um->y, voxel_um->z})
        if (!(e > 0 && std::isfinite(e)))
            throw UsageError("voxel size: expected positive numbers, found " + io::short_text(e));
}

namespace {

StoredVolume open_format(io::Format format, std::shared_ptr<io::FileBytes> file,
                         const std::filesystem::path& path, const ReadOptions& options) {
    const auto one_volume_only = [&] {
        if (!options.dataset.empty())
            throw InputError(path.string(), "no --dataset, as this format holds one volume",
                             "--dataset " + options.dataset, "Leave it out");
    };
    switch (format) {
        case io::Format::tiff:
            return io::open_tiff(std::move(file), options);
        case io::Format::hdf5:
            return io::open_hdf5(std::move(file), options);
        case io::Format::npy:
            one_volume_only();
            return io::open_npy(std::move(file), path);
        case io::Format::mrc:
            break;
    }
    one_volume_only();
    return io::open_mrc(std::move(file), options);
}

/// Says how many whole numbers a float cannot hold, if any. Cost: one pass over the volume.
void remark_rounding(const StoredVolume& volume, std::vector<std::string>& remarks) {
    const Grid& g = volume.grid;
    const std::int64_t slice = g.size.x * g.size.y, slab = slices_per_slab(g, bytes(volume.type));
    io::with_type(volume.type, [&](auto sample) {
        using T = decltype(sample);
        if constexpr (std::is_integral_v<T> && sizeof(T) >= 4) {
            std::vector<T> values(static_cast<std::size_t>(slab * slice));
            std::int64_t rounded = 0;
            T example{};
            for (std::int64_t z = 0; z < g.size.z; z += slab) {
                const std::int64_t n = std::min(slab, g.size.z - z);
                const auto part = std::span(values).first(static_cast<std::size_t>(n * slice));
                volume.read_bytes(z, n, std::as_writable_bytes(part));
                for (const T v : part)
                    if (!io::is_exact_float(v) && rounded++ == 0) example = v;
            }
            if (rounded > 0)
                remarks.push_back("Grey values are computed in float32, which rounds " +
                                  std::to_string(rounded) + " of these " + name(volume.type) +
                                  " values, e.g. " + io::value_text(example) + ".");
        }
    });
}

bool nearly_equal(Vec3 a, Vec3 b) {
    const auto close = [](double u, double v) { return std::fabs(u - v) <= 1e-4 * std::fabs(v); };
    return close(a.x, b.x) && close(a.y, b.y) && close(a.z, b.z);
}

}  // namespace

StoredVolume open_volume(const std::filesystem::path& path, const ReadOptions& options) {
    options.check();
    io::refuse_folder(path);
    auto file = io::FileBytes::open(path);
    const std::uint64_t file_bytes = file->size_on_disk();
    const io::Format format = io::recognise(*file, path);
    StoredVolume volume = open_format(format, std::move(file), path, options);
    volume.source = path.string();
    volume.file_bytes = file_bytes;
    if (options.voxel_um) {
        if (volume.voxel_size_known && !nearly_equal(volume.grid.voxel_um, *options.voxel_um))
            volume.remarks.push_back("The file gives voxels of " + io::nanometres_text(volume.grid.voxel_um) +
                                     "; " + io::nanometres_text(*options.voxel_um) +
                                     " are used as you asked.");
        volume.grid.voxel_um = *options.voxel_um;
        volume.voxel_size_known = true;
    } else if (!volume.voxel_size_known) {
        volume.remarks.push_back("Voxels of " + io::nanometres_text(volume.grid.voxel_um) + " are assumed.");
    }
    return volume;
}

Tomogram open_tomogram(const std::filesystem::path& path, const ReadOptions& options,
                       std::vector<std::string>* remarks) {
    StoredVolume volume = open_volume(path, options);
    if (remarks) {
        remarks->insert(remarks->end(), volume.remarks.begin(), volume.remarks.end());
        remark_rounding(volume, *remarks);
    }
    Tomogram t;
    t.grid = volume.grid;
    t.voxel_size_known = volume.voxel_size_known;
    t.type = volume.type;
    t.source = volume.source;
    t.read_slices = [grid = volume.grid, type = volume.type, read = volume.read_bytes](
                        std::int64_t first, std::int64_t count, std::span<float> out) {
        const auto slice = static_cast<std::size_t>(grid.size.x * grid.size.y);
        if (type == ScalarType::float32) return read(first, count, std::as_writable_bytes(out));
        const std::int64_t slab = std::min(count, slices_per_slab(grid, bytes(type)));
        std::vector<std::byte> stored(slice * static_cast<std::size_t>(slab * bytes(type)));
        for (std::int64_t z = 0; z < count; z += slab) {
            const std::int64_t n = std::min(slab, count - z);
            const auto part = std::span(stored).first(slice * static_cast<std::size_t>(n * bytes(type)));
            read(first + z, n, part);
            convert_to_float(
                type, part,
                out.subspan(static_cast<std::size_t>(z) * slice, static_cast<std::size_t>(n) * slice));
        }
    };
    return t;
}

std::int64_t slices_per_slab(const Grid& grid, std::int64_t bytes_per_voxel) {
    constexpr std::int64_t slab_bytes = 16 << 20;
    return std::clamp<std::int64_t>(slab_bytes / (grid.size.x * grid.size.y * bytes_per_voxel), 1,
                                    grid.size.z);
}

}  // namespace cytomo
