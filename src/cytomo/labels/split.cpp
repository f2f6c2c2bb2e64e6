// Watershed of the distance to the outside (S. Beucher, F. Meyer 1993), flooded from the summits downwards.
// When two basins meet, the height of the lower summit above the pass is its dynamic (M. Grimaud 1992): too
// small a dynamic joins the basins, which is the same as seeding by h-maxima.
#include "cytomo/labels/split.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cytomo/core/disjoint_sets.h"
#include "cytomo/core/parallel.h"
#include "cytomo/labels/boxes.h"
#include "cytomo/labels/distance.h"

namespace cytomo {

namespace {

/// One piece cut out with a margin of one voxel (none at the border of the volume).
struct Cutout {
    Grid grid;
    std::array<std::int64_t, 3> first;
    ClassVolume piece;  ///< 1 in the piece
};

Cutout cut_out(const InstanceVolume& volume, std::uint32_t number, const VoxelBox& box) {
    const Grid& whole = volume.grid();
    const std::array<std::int64_t, 3> size{whole.size.x, whole.size.y, whole.size.z};
    Cutout c;
    std::array<std::int64_t, 3> extent{};
    for (std::size_t a = 0; a < 3; ++a) {
        c.first[a] = std::max<std::int64_t>(0, box.first[a] - 1);
        extent[a] = std::min(size[a] - 1, box.last[a] + 1) - c.first[a] + 1;
    }
    c.grid = {{extent[0], extent[1], extent[2]}, whole.voxel_um, {}};
    c.piece = ClassVolume(c.grid);
    for (std::int64_t z = 0; z < extent[2]; ++z)
        for (std::int64_t y = 0; y < extent[1]; ++y) {
            const std::uint32_t* from = &volume(c.first[0], c.first[1] + y, c.first[2] + z);
            std::uint8_t* to = &c.piece(0, y, z);
            for (std::int64_t x = 0; x < extent[0]; ++x) to[x] = from[x] == number ? 1 : 0;
        }
    return c;
}

/// The piece with its closed cavities.
ClassVolume filled(const ClassVolume& piece) {
    ClassVolume around(piece.grid());
    for (std::int64_t i = 0; i < piece.count(); ++i) around[i] = piece[i] != 0 ? 0 : 1;
    const Components outside = find_components(around, Connectivity::faces);
    std::vector<bool> open(outside.count() + 1, false);
    const Size3 n = piece.grid().size;
    for (std::int64_t z = 0; z < n.z; ++z)
        for (std::int64_t y = 0; y < n.y; ++y) {
            const bool whole_row = z == 0 || z == n.z - 1 || y == 0 || y == n.y - 1;
            for (std::int64_t x = 0; x < n.x; x += whole_row ? 1 : std::max<std::int64_t>(1, n.x - 1))
                open[outside.volume(x, y, z)] = true;
        }
    ClassVolume result(piece.grid());
    for (std::int64_t i = 0; i < piece.count(); ++i) {
        const std::uint32_t hole = outside.volume[i];
        result[i] = piece[i] != 0 || (hole != 0 && !open[hole]) ? 1 : 0;
    }
    return result;
}

constexpr std::uint32_t not_flooded = std::numeric_limits<std::uint32_t>::max();

/// Number of each voxel's part, from 0, in the order of the voxels of the piece; empty if there is but one.
std::vector<std::uint32_t> find_parts(const Cutout& cutout, const SplitOptions& options) {
    const ClassVolume solid = filled(cutout.piece);
    Volume<float> depth = find_squared_distances_um2(solid, Beyond::unknown);
    const Size3 n = cutout.grid.size;
    const Vec3 e = cutout.grid.voxel_um;
    std::vector<std::uint32_t> order;
    for (std::int64_t i = 0; i < depth.count(); ++i) {
        if (solid[i] == 0) continue;
        if (!std::isfinite(depth[i])) return {};  // fills the volume
        depth[i] = std::sqrt(depth[i]);
        order.push_back(static_cast<std::uint32_t>(i));
    }
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return depth[a] != depth[b] ? depth[a] > depth[b] : a < b;
    });
    const double least_um = options.least_depth_voxels * std::max({e.x, e.y, e.z});
    Volume<std::uint32_t> basin_of(cutout.grid, not_flooded);
    DisjointSets basins;
    std::vector<float> summit_um;  // of each basin
    for (const std::uint32_t voxel : order) {
        const std::int64_t x = voxel % n.x, y = voxel / n.x % n.y, z = voxel / (n.x * n.y);
        const float here = depth[voxel];
        double steepest = -1;
        std::uint32_t chosen = not_flooded;
        for (std::int64_t dz = -1; dz <= 1; ++dz)
            for (std::int64_t dy = -1; dy <= 1; ++dy)
                for (std::int64_t dx = -1; dx <= 1; ++dx) {
                    if (!cutout.grid.contains(x + dx, y + dy, z + dz)) continue;
                    const std::int64_t other = cutout.grid.index(x + dx, y + dy, z + dz);
                    if (basin_of[other] == not_flooded) continue;
                    const auto d = [](std::int64_t steps, double edge) {
                        return static_cast<double>(steps) * edge;
                    };
                    const double slope =
                        (depth[other] - here) / std::hypot(d(dx, e.x), d(dy, e.y), d(dz, e.z));
                    const std::uint32_t basin = basins.find(basin_of[other]);
                    if (chosen != not_flooded) {
                        const std::uint32_t current = basins.find(chosen);
                        if (current != basin) {
                            const std::uint32_t lower =
                                summit_um[current] < summit_um[basin] ? current : basin;
                            const std::uint32_t higher = lower == basin ? current : basin;
                            const double summit = summit_um[lower];
                            if (summit - here < std::max(least_um, options.least_depth * summit))
                                basins.put_under(lower, higher);
                        }
                    }
                    if (slope > steepest) {
                        steepest = slope;
                        chosen = basin;
                    }
                }
        if (chosen == not_flooded) {
            chosen = basins.add();
            summit_um.push_back(here);
        }
        basin_of[voxel] = chosen;
    }
    std::vector<std::uint32_t> number(basins.size(), not_flooded), parts;
    std::uint32_t count = 0;
    parts.reserve(order.size());
    for (std::int64_t i = 0; i < depth.count(); ++i) {
        if (cutout.piece[i] == 0) continue;
        std::uint32_t& part = number[basins.find(basin_of[i])];
        if (part == not_flooded) part = count++;
        parts.push_back(part);
    }
    if (count < 2) parts.clear();
    return parts;
}

}  // namespace

void split_touching(Components& components, const SplitOptions& options, const Progress& progress) {
    const std::vector<std::uint32_t> candidates = find_splittable(components, options.classes);
    progress(0);
    if (candidates.empty()) return progress(1);
    const std::vector<VoxelBox> boxes = find_boxes(components.volume, components.count());
    std::vector<std::vector<std::uint32_t>> parts(candidates.size());
    parallel_for(static_cast<std::int64_t>(candidates.size()), [&](std::int64_t i) {
        const std::uint32_t c = candidates[static_cast<std::size_t>(i)];
        parts[static_cast<std::size_t>(i)] = find_parts(cut_out(components.volume, c, boxes[c]), options);
    });
    progress(0.9);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (parts[i].empty()) continue;
        const std::uint32_t c = candidates[i];
        PieceParts piece(components, c, parts[i]);
        const VoxelBox& box = boxes[c];
        for (std::int64_t z = box.first[2]; z <= box.last[2]; ++z)
            for (std::int64_t y = box.first[1]; y <= box.last[1]; ++y)
                for (std::int64_t x = box.first[0]; x <= box.last[0]; ++x) {
                    const std::int64_t voxel = components.volume.grid().index(x, y, z);
                    if (components.volume[voxel] == c) piece.next(voxel);
                }
    }
    progress(1);
}

}  // namespace cytomo
