// Shortest ways: E. W. Dijkstra 1959.
#include "cytomo/measures/voxel_set.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <queue>
#include <utility>

namespace cytomo {

VoxelSet::VoxelSet(const InstanceVolume& volume, std::uint32_t number, const VoxelBox& box) : box_(box) {
    row_begin_.push_back(0);
    for (std::int64_t z = box.first[2]; z <= box.last[2]; ++z)
        for (std::int64_t y = box.first[1]; y <= box.last[1]; ++y) {
            for (std::int64_t x = box.first[0]; x <= box.last[0]; ++x)
                if (volume(x, y, z) == number)
                    voxels_.push_back({static_cast<std::int32_t>(x), static_cast<std::int32_t>(y),
                                       static_cast<std::int32_t>(z)});
            row_begin_.push_back(static_cast<std::uint32_t>(voxels_.size()));
        }
}

VoxelSet::VoxelSet(std::vector<VoxelIndex> voxels) : voxels_(std::move(voxels)) {
    std::sort(voxels_.begin(), voxels_.end(), [](const VoxelIndex& a, const VoxelIndex& b) {
        return std::array{a[2], a[1], a[0]} < std::array{b[2], b[1], b[0]};
    });
    voxels_.erase(std::unique(voxels_.begin(), voxels_.end()), voxels_.end());
    for (std::size_t a = 0; a < 3; ++a) box_.first[a] = box_.last[a] = voxels_.front()[a];
    for (const VoxelIndex& v : voxels_)
        for (std::size_t a = 0; a < 3; ++a) {
            box_.first[a] = std::min<std::int64_t>(box_.first[a], v[a]);
            box_.last[a] = std::max<std::int64_t>(box_.last[a], v[a]);
        }
    row_begin_.push_back(0);
    std::size_t next = 0;
    for (std::int64_t z = box_.first[2]; z <= box_.last[2]; ++z)
        for (std::int64_t y = box_.first[1]; y <= box_.last[1]; ++y) {
            while (next < voxels_.size() && voxels_[next][2] == z && voxels_[next][1] == y) ++next;
            row_begin_.push_back(static_cast<std::uint32_t>(next));
        }
}

std::int64_t VoxelSet::find(std::int64_t x, std::int64_t y, std::int64_t z) const {
    if (y < box_.first[1] || y > box_.last[1] || z < box_.first[2] || z > box_.last[2]) return -1;
    const auto row = static_cast<std::size_t>((z - box_.first[2]) * (box_.last[1] - box_.first[1] + 1) + y -
                                              box_.first[1]);
    const auto begin = voxels_.begin() + row_begin_[row], end = voxels_.begin() + row_begin_[row + 1];
    const auto at =
        std::lower_bound(begin, end, x, [](const VoxelIndex& v, std::int64_t value) { return v[0] < value; });
    return at != end && (*at)[0] == x ? at - voxels_.begin() : -1;
}

std::size_t Ways::farthest() const {
    std::size_t best = 0;
    for (std::size_t i = 0; i < length_um.size(); ++i)
        if (std::isfinite(length_um[i]) && length_um[i] > length_um[best]) best = i;
    return best;
}

Ways find_ways(const VoxelSet& voxels, Vec3 voxel_um, const std::vector<std::size_t>& sources) {
    Ways ways{std::vector<double>(voxels.size(), std::numeric_limits<double>::infinity()),
              std::vector<std::uint32_t>(voxels.size(), 0)};
    std::array<double, 27> steps{};
    for (int d = 0; d < 27; ++d)
        steps[static_cast<std::size_t>(d)] =
            std::hypot((d % 3 - 1) * voxel_um.x, (d / 3 % 3 - 1) * voxel_um.y, (d / 9 - 1) * voxel_um.z);
    using Entry = std::pair<double, std::uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
    for (const std::size_t s : sources) {
        ways.length_um[s] = 0;
        ways.before[s] = static_cast<std::uint32_t>(s);
        open.emplace(0.0, static_cast<std::uint32_t>(s));
    }
    while (!open.empty()) {
        const auto [length, at] = open.top();
        open.pop();
        if (length > ways.length_um[at]) continue;
        voxels.for_neighbours(at, [&, here = length, from = at](std::size_t other, int dx, int dy, int dz) {
            const double next = here + steps[static_cast<std::size_t>(dx + 1 + 3 * (dy + 1) + 9 * (dz + 1))];
            if (next >= ways.length_um[other]) return;
            ways.length_um[other] = next;
            ways.before[other] = from;
            open.emplace(next, static_cast<std::uint32_t>(other));
        });
    }
    return ways;
}

}  // namespace cytomo
