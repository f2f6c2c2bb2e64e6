#include "cytomo/measures/surface_distance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <vector>

#include "cytomo/core/parallel.h"
#include "cytomo/labels/boxes.h"
#include "cytomo/labels/distance.h"

namespace cytomo {

namespace {

/// Calls found(x) for each surface voxel in one row.
template <class Found>
void for_surface(const ClassVolume& classes, std::uint8_t class_id, std::int64_t y, std::int64_t z,
                 Found found) {
    const Size3 n = classes.grid().size;
    const std::uint8_t* row = &classes(0, y, z);
    const std::int64_t slice = n.x * n.y;
    const auto other = [&](const std::uint8_t label) { return label != class_id && label != ignore_label; };
    for (std::int64_t x = 0; x < n.x; ++x) {
        if (row[x] != class_id) continue;
        if ((x > 0 && other(row[x - 1])) || (x + 1 < n.x && other(row[x + 1])) ||
            (y > 0 && other(row[x - n.x])) || (y + 1 < n.y && other(row[x + n.x])) ||
            (z > 0 && other(row[x - slice])) || (z + 1 < n.z && other(row[x + slice])))
            found(x);
    }
}

/// Distances from the voxels that carry `from` to the nearest that carry `to`, in the order of the voxels.
void append_distances(const ClassVolume& surfaces, std::uint8_t from, std::uint8_t to,
                      std::vector<float>& distances) {
    ClassVolume away(surfaces.grid());
    for (std::int64_t i = 0; i < surfaces.count(); ++i) away[i] = (surfaces[i] & to) != 0 ? 0 : 1;
    const Volume<float> squared = find_squared_distances_um2(away, Beyond::unknown);
    for (std::int64_t i = 0; i < surfaces.count(); ++i)
        if ((surfaces[i] & from) != 0) distances.push_back(std::sqrt(squared[i]));
}

/// The value below which the share `part` of the values lies, between ranks interpolated (as numpy does).
double percentile(std::vector<float>& values, double part) {
    const double rank = part * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::ptrdiff_t>(rank);
    std::nth_element(values.begin(), values.begin() + low, values.end());
    const double below = values[static_cast<std::size_t>(low)];
    if (low + 1 == static_cast<std::ptrdiff_t>(values.size())) return below;
    const double above = *std::min_element(values.begin() + low + 1, values.end());
    return below + (rank - static_cast<double>(low)) * (above - below);
}

}  // namespace

SurfaceDistance measure_surface_distance(const ClassVolume& a, const ClassVolume& b, std::uint8_t class_id) {
    constexpr std::uint8_t in_a = 1, in_b = 2;
    const Grid& grid = a.grid();
    const ClassVolume* volumes[] = {&a, &b};
    VoxelBox box{{grid.size.x, grid.size.y, grid.size.z}, {-1, -1, -1}};
    bool present[] = {false, false};
    std::mutex merging;
    parallel_chunks(grid.size.z, slab_slices, [&](std::int64_t z_begin, std::int64_t z_end) {
        VoxelBox part{box.first, {-1, -1, -1}};
        bool part_present[] = {false, false};
        part.first = {grid.size.x, grid.size.y, grid.size.z};
        for (std::int64_t z = z_begin; z < z_end; ++z)
            for (std::int64_t y = 0; y < grid.size.y; ++y)
                for (const int v : {0, 1})
                    for_surface(*volumes[v], class_id, y, z, [&](std::int64_t x) {
                        part_present[v] = true;
                        part.first = {std::min(part.first[0], x), std::min(part.first[1], y),
                                      std::min(part.first[2], z)};
                        part.last = {std::max(part.last[0], x), std::max(part.last[1], y),
                                     std::max(part.last[2], z)};
                    });
        const std::lock_guard lock(merging);
        for (std::size_t i = 0; i < 3; ++i) {
            box.first[i] = std::min(box.first[i], part.first[i]);
            box.last[i] = std::max(box.last[i], part.last[i]);
        }
        present[0] = present[0] || part_present[0];
        present[1] = present[1] || part_present[1];
    });
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    if (!present[0] || !present[1]) return {nan, nan};

    ClassVolume surfaces(
        Grid{{box.last[0] - box.first[0] + 1, box.last[1] - box.first[1] + 1, box.last[2] - box.first[2] + 1},
             grid.voxel_um,
             {}});
    parallel_for(surfaces.grid().size.z, [&](std::int64_t z) {
        for (std::int64_t y = 0; y < surfaces.grid().size.y; ++y)
            for (const int v : {0, 1})
                for_surface(*volumes[v], class_id, y + box.first[1], z + box.first[2], [&](std::int64_t x) {
                    surfaces(x - box.first[0], y, z) |= v == 0 ? in_a : in_b;
                });
    });
    std::vector<float> distances;
    append_distances(surfaces, in_a, in_b, distances);
    append_distances(surfaces, in_b, in_a, distances);
    const double sum = std::accumulate(distances.begin(), distances.end(), 0.0);
    return {sum / static_cast<double>(distances.size()), percentile(distances, 0.95)};
}

}  // namespace cytomo
