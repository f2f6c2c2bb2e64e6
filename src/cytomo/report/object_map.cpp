#include "cytomo/report/object_map.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"

namespace cytomo {

namespace {

/// Indices of the voxels nearest to the middles of `pixels` pixels over `voxels` voxels.
std::vector<std::int64_t> nearest_voxels(std::int64_t voxels, int pixels) {
    std::vector<std::int64_t> out;
    for (std::int64_t p = 0; p < pixels; ++p) out.push_back((2 * p + 1) * voxels / (2 * pixels));
    return out;
}

/// What one map takes from the volume: voxels along the two axes of its plane.
struct MapPlan {
    SlicePosition position;
    std::vector<std::int64_t> across, down;
    bool needs(std::int64_t z) const {
        return position.plane == Plane::xy ? position.index == z
                                           : std::binary_search(down.begin(), down.end(), z);
    }
};

MapPlan plan_map(const Grid& grid, SlicePosition p, int longer_side) {
    if (p.index < 0 || p.index >= slice_count(grid, p.plane))
        throw UsageError("object numbers: there is no slice " + std::to_string(p.index) + " of plane " +
                         name(p.plane));
    const std::int64_t wide = p.plane == Plane::yz ? grid.size.y : grid.size.x;
    const std::int64_t high = p.plane == Plane::xy ? grid.size.y : grid.size.z;
    const double edge_across = p.plane == Plane::yz ? grid.voxel_um.y : grid.voxel_um.x;
    const double edge_down = p.plane == Plane::xy ? grid.voxel_um.y : grid.voxel_um.z;
    const PictureSize size = picture_size(wide, high, edge_across, edge_down, longer_side);
    return {p, nearest_voxels(wide, static_cast<int>(std::min<std::int64_t>(size.width, wide))),
            nearest_voxels(high, static_cast<int>(std::min<std::int64_t>(size.height, high)))};
}

void append_leb128(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
    for (; value >= 128; value >>= 7U) bytes.push_back(static_cast<std::uint8_t>(value | 128U));
    bytes.push_back(static_cast<std::uint8_t>(value));
}

}  // namespace

std::vector<SliceObjects> read_object_maps(const Grid& grid, const ReadObjects& read,
                                           std::span<const SlicePosition> positions, int longer_side,
                                           const Progress& progress) {
    std::vector<MapPlan> plans;
    std::vector<SliceObjects> maps;
    std::set<std::int64_t> wanted;
    for (const auto p : positions) {
        plans.push_back(plan_map(grid, p, longer_side));
        const MapPlan& plan = plans.back();
        maps.push_back({static_cast<int>(plan.across.size()), static_cast<int>(plan.down.size()),
                        std::vector<std::uint32_t>(plan.across.size() * plan.down.size())});
        if (p.plane == Plane::xy)
            wanted.insert(p.index);
        else
            wanted.insert(plan.down.begin(), plan.down.end());
    }
    const std::vector<std::int64_t> slices(wanted.begin(), wanted.end());
    const auto plane = static_cast<std::size_t>(grid.size.x * grid.size.y);
    const auto count = static_cast<std::int64_t>(slices.size()), batch = std::int64_t{4} * thread_count();
    for (std::int64_t first = 0; first < count; first += batch) {
        progress(static_cast<double>(first) / static_cast<double>(count));
        // Each slice fills rows, or maps, of its own.
        parallel_for(std::min(batch, count - first), [&](std::int64_t i) {
            const std::int64_t z = slices[static_cast<std::size_t>(first + i)];
            std::vector<std::uint32_t> numbers(plane);
            read(z, 1, numbers);
            const auto at = [&](std::int64_t x, std::int64_t y) {
                return numbers[static_cast<std::size_t>(y * grid.size.x + x)];
            };
            for (std::size_t m = 0; m < plans.size(); ++m) {
                const MapPlan& plan = plans[m];
                if (!plan.needs(z)) continue;
                const auto index = plan.position.index;
                auto* out = maps[m].numbers.data();
                if (plan.position.plane == Plane::xy) {
                    for (const auto y : plan.down)
                        for (const auto x : plan.across) *out++ = at(x, y);
                    continue;
                }
                const auto row = std::lower_bound(plan.down.begin(), plan.down.end(), z) - plan.down.begin();
                out += row * static_cast<std::ptrdiff_t>(plan.across.size());
                for (const auto a : plan.across)
                    *out++ = plan.position.plane == Plane::xz ? at(a, index) : at(index, a);
            }
        });
    }
    progress(1);
    return maps;
}

std::vector<std::uint8_t> packed(const SliceObjects& map) {
    std::vector<std::uint8_t> bytes;
    for_stretches(map.numbers.data(), static_cast<std::int64_t>(map.numbers.size()),
                  [&](std::uint32_t number, std::int64_t begin, std::int64_t end) {
                      append_leb128(bytes, static_cast<std::uint32_t>(end - begin));
                      append_leb128(bytes, number);
                  });
    return bytes;
}

}  // namespace cytomo
