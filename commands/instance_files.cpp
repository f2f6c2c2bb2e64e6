#include "instance_files.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "cytomo/core/parallel.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::commands {

namespace {

template <class T>
void write_as(const std::filesystem::path& file, const InstanceSlices& instances, ScalarType type,
              const Progress& progress) {
    const Grid& grid = instances.grid;
    VolumeWriter writer(file, grid, type, false);
    const auto slice = static_cast<std::size_t>(grid.size.x * grid.size.y);
    const std::int64_t slab = slices_per_slab(grid, sizeof(T));
    std::vector<T> values;
    for (std::int64_t z = 0; z < grid.size.z; z += slab) {
        progress(static_cast<double>(z) / static_cast<double>(grid.size.z));
        const std::int64_t count = std::min(slab, grid.size.z - z);
        values.resize(static_cast<std::size_t>(count) * slice);
        parallel_for(count, [&](std::int64_t k) {
            std::vector<std::uint32_t> numbers(slice);
            instances.read(z + k, 1, numbers);
            std::copy(numbers.begin(), numbers.end(),
                      values.begin() + k * static_cast<std::ptrdiff_t>(slice));
        });
        writer.write_slices(z, count, std::span<const T>(values));
    }
    writer.finish();
    progress(1);
}

}  // namespace

void write_instances(const std::filesystem::path& file, const InstanceSlices& instances,
                     const Progress& progress) {
    if (instances.count() <= std::numeric_limits<std::uint16_t>::max())
        write_as<std::uint16_t>(file, instances, ScalarType::uint16, progress);
    else
        write_as<std::uint32_t>(file, instances, ScalarType::uint32, progress);
}

}  // namespace cytomo::commands
