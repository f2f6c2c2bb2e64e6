// Ways by E. W. Dijkstra 1959, with R. B. Dial's buckets (1969): steps to the 26 neighbours have few lengths,
// so whole numbers and a ring of buckets make it linear.
#include "cytomo/labels/level_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace cytomo {

namespace {

constexpr std::uint32_t not_reached = std::numeric_limits<std::uint32_t>::max();

/// Lengths of the ways from a start, in whole units.
class Front {
public:
    Front(const ObjectVoxels& voxels, Vec3 voxel_um) : voxels_(voxels), length_(voxels.size(), not_reached) {
        const double shortest = std::min({voxel_um.x, voxel_um.y, voxel_um.z});
        const double longest = length(voxel_um);
        // 64 units for the shortest edge; fewer where very unequal edges would need a long ring.
        unit_um_ = std::max(shortest / 64, longest / 4096);
        for (int step = 1; step < 8; ++step) {
            const Vec3 d{step & 1 ? voxel_um.x : 0, step & 2 ? voxel_um.y : 0, step & 4 ? voxel_um.z : 0};
            step_[static_cast<std::size_t>(step)] =
                static_cast<std::uint32_t>(std::max(1.0, std::round(cytomo::length(d) / unit_um_)));
        }
        ring_.resize(step_[7] + 1ULL);
    }

    double unit_um() const { return unit_um_; }
    bool reached(std::size_t i) const { return length_[i] != not_reached; }
    std::uint32_t length_of(std::size_t i) const { return length_[i]; }
    void forget(const std::vector<std::uint32_t>& reached) {
        for (const std::uint32_t i : reached) length_[i] = not_reached;
    }

    /// All voxels that can be reached, by rising length.
    std::vector<std::uint32_t> spread(std::uint32_t start) {
        std::vector<std::uint32_t> order;
        length_[start] = 0;
        ring_[0].push_back(start);
        std::size_t waiting = 1;
        for (std::uint32_t now = 0; waiting > 0; ++now) {
            auto& bucket = ring_[now % ring_.size()];
            waiting -= bucket.size();
            for (const std::uint32_t i : bucket) {
                if (length_[i] != now) continue;  // a shorter way was found since
                order.push_back(i);
                voxels_.for_neighbours(i, [&](std::size_t other, int step) {
                    const std::uint32_t next = now + step_[static_cast<std::size_t>(step)];
                    if (next >= length_[other]) return;
                    length_[other] = next;
                    ring_[next % ring_.size()].push_back(static_cast<std::uint32_t>(other));
                    ++waiting;
                });
            }
            bucket.clear();
        }
        return order;
    }

private:
    const ObjectVoxels& voxels_;
    std::vector<std::uint32_t> length_;
    double unit_um_;
    std::array<std::uint32_t, 8> step_{};
    std::vector<std::vector<std::uint32_t>> ring_;
};

/// Appends the levels of one component, its voxels given by rising length.
void add_levels(LevelGraph& graph, const ObjectVoxels& voxels, const Grid& grid, const Front& front,
                const std::vector<std::uint32_t>& order, std::uint32_t thickness) {
    std::vector<std::uint32_t> open;
    for (const std::uint32_t start : order) {
        if (graph.level_of[start] != not_reached) continue;
        const auto number = static_cast<std::uint32_t>(graph.levels.size());
        Level level;
        level.rank = front.length_of(start) / thickness;
        std::int64_t sum[3] = {0, 0, 0};
        std::uint32_t longest = 0;
        level.farthest = voxels[start];
        graph.level_of[start] = number;
        open.assign(1, start);
        while (!open.empty()) {
            const std::uint32_t i = open.back();
            open.pop_back();
            ++level.voxels;
            const auto place = voxels[i];
            for (std::size_t a = 0; a < 3; ++a) sum[a] += place[a];
            const std::uint32_t way = front.length_of(i);
            if (level.rank > 0 && (way > longest || (way == longest && place < level.farthest))) {
                longest = way;
                level.farthest = place;
            }
            voxels.for_neighbours(i, [&](std::size_t other, int) {
                const std::uint32_t rank = front.length_of(other) / thickness;
                if (rank == level.rank) {
                    if (graph.level_of[other] != not_reached) return;
                    graph.level_of[other] = number;
                    open.push_back(static_cast<std::uint32_t>(other));
                } else if (rank < level.rank) {  // numbered before, as it comes first in the order
                    const std::uint32_t lower = graph.level_of[other];
                    if (std::find(level.neighbours.begin(), level.neighbours.end(), lower) ==
                        level.neighbours.end())
                        level.neighbours.push_back(lower);
                }
            });
        }
        const auto n = static_cast<double>(level.voxels);
        level.centroid_um =
            grid.world_from_voxel({static_cast<double>(sum[0]) / n, static_cast<double>(sum[1]) / n,
                                   static_cast<double>(sum[2]) / n});
        for (const std::uint32_t lower : level.neighbours) graph.levels[lower].neighbours.push_back(number);
        graph.levels.push_back(std::move(level));
    }
}

/// Radius of the level to which the middle one of all voxels belongs.
double typical_radius_um(const LevelGraph& graph, const Grid& grid) {
    std::vector<std::int64_t> sizes;
    std::int64_t all = 0;
    for (const Level& level : graph.levels) {
        sizes.push_back(level.voxels);
        all += level.voxels;
    }
    std::sort(sizes.begin(), sizes.end());
    std::int64_t below = 0;
    std::size_t at = 0;
    while (at + 1 < sizes.size() && 2 * (below + sizes[at]) < all) below += sizes[at++];
    return std::sqrt(static_cast<double>(sizes[at]) * grid.voxel_volume_um3() /
                     (std::numbers::pi * graph.thickness_um));
}

}  // namespace

LevelGraph find_level_graph(const ObjectVoxels& voxels, const Grid& grid, double thickness) {
    LevelGraph graph;
    if (voxels.size() == 0) return graph;
    const double volume_um3 = static_cast<double>(voxels.size()) * grid.voxel_volume_um3();
    // Faces of voxels have on average 1.5 times the area of the surface that they stand for.
    graph.radius_um = 3 * volume_um3 / voxels.face_area_um2(grid.voxel_um);
    Front front(voxels, grid.voxel_um);
    const double least_um = 1.01 * length(grid.voxel_um) + 2 * front.unit_um();
    const auto units = static_cast<std::uint32_t>(
        std::ceil(std::max(least_um, thickness * graph.radius_um) / front.unit_um()));
    graph.thickness_um = units * front.unit_um();
    graph.level_of.assign(voxels.size(), not_reached);
    std::vector<std::vector<std::uint32_t>> orders;  // of each component
    for (std::uint32_t i = 0; i < voxels.size(); ++i) {
        if (front.reached(i)) continue;
        std::vector<std::uint32_t> order = front.spread(i);
        // From a tip: the farthest voxel from any other.
        const std::uint32_t tip = order.back();
        front.forget(order);
        orders.push_back(front.spread(tip));
    }
    for (const auto& order : orders) add_levels(graph, voxels, grid, front, order, units);
    // A rough surface is large, which makes the first guess of the radius small: the levels know better.
    const double radius_um = typical_radius_um(graph, grid);
    if (thickness * radius_um > 1.2 * graph.thickness_um) {
        const auto thicker = static_cast<std::uint32_t>(std::ceil(thickness * radius_um / front.unit_um()));
        graph.levels.clear();
        graph.level_of.assign(voxels.size(), not_reached);
        graph.thickness_um = thicker * front.unit_um();
        graph.radius_um = radius_um;
        for (const auto& order : orders) add_levels(graph, voxels, grid, front, order, thicker);
    }
    for (Level& level : graph.levels) std::sort(level.neighbours.begin(), level.neighbours.end());
    return graph;
}

}  // namespace cytomo
