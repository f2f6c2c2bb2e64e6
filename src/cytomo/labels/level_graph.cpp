// Ways by E. W. Dijkstra 1959, with R. B. Dial's buckets (1969): steps to the 26 neighbours have few lengths,
// so whole numbers and a ring of buckets make it linear.
#include "cytomo/labels/level_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <utility>

#include "cytomo/core/parallel.h"

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

/// The levels of one rank, while those of other ranks are being found.
struct RankLevels {
    struct Found {
        Level level;
        std::vector<std::uint32_t> lower, upper;  ///< neighbours, numbered within their rank
    };
    std::vector<Found> found;
    std::uint32_t first = 0;  ///< number of the first one in the graph
};

void add_once(std::vector<std::uint32_t>& list, std::uint32_t one) {
    if (std::find(list.begin(), list.end(), one) == list.end()) list.push_back(one);
}

/// Finds the levels of one rank, whose voxels are `part` of the order, and numbers them in level_of; with
/// `touching` also which levels of the ranks below and above they touch, which must be numbered already.
void find_rank(LevelGraph& graph, RankLevels& ranked, const ObjectVoxels& voxels, const Grid& grid,
               const Front& front, std::span<const std::uint32_t> part, std::uint32_t thickness,
               bool touching) {
    std::vector<std::uint32_t> open;
    const std::uint32_t rank = front.length_of(part.front()) / thickness;
    const std::uint32_t shortest = rank * thickness;
    for (const std::uint32_t start : part) {
        if (graph.level_of[start] != not_reached) continue;
        const auto number = static_cast<std::uint32_t>(ranked.found.size());
        RankLevels::Found& found = ranked.found.emplace_back();
        Level& level = found.level;
        level.rank = rank;
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
            if (rank > 0 && (way > longest || (way == longest && place < level.farthest))) {
                longest = way;
                level.farthest = place;
            }
            voxels.for_neighbours(i, [&](std::size_t other, int) {
                const std::uint32_t length = front.length_of(other);
                if (length < shortest) {
                    if (touching) add_once(found.lower, graph.level_of[other]);
                } else if (length - shortest >= thickness) {
                    if (touching) add_once(found.upper, graph.level_of[other]);
                } else if (graph.level_of[other] == not_reached) {
                    graph.level_of[other] = number;
                    open.push_back(static_cast<std::uint32_t>(other));
                }
            });
        }
        const auto n = static_cast<double>(level.voxels);
        level.centroid_um =
            grid.world_from_voxel({static_cast<double>(sum[0]) / n, static_cast<double>(sum[1]) / n,
                                   static_cast<double>(sum[2]) / n});
    }
}

/// Appends the levels of one component, its voxels given by rising length. Ranks are found side by side, even
/// ones first: odd ones then know both neighbours.
void add_levels(LevelGraph& graph, const ObjectVoxels& voxels, const Grid& grid, const Front& front,
                const std::vector<std::uint32_t>& order, std::uint32_t thickness) {
    std::vector<std::span<const std::uint32_t>> parts;
    for (std::size_t begin = 0; begin < order.size();) {
        const std::uint32_t rank = front.length_of(order[begin]) / thickness;
        const auto end =
            std::partition_point(order.begin() + static_cast<std::ptrdiff_t>(begin), order.end(),
                                 [&](std::uint32_t i) { return front.length_of(i) / thickness == rank; });
        parts.emplace_back(order.data() + begin, static_cast<std::size_t>(end - order.begin()) - begin);
        begin += parts.back().size();
    }
    std::vector<RankLevels> ranks(parts.size());
    for (const std::size_t odd : {0U, 1U})
        parallel_for(static_cast<std::int64_t>((parts.size() + 1 - odd) / 2), [&](std::int64_t i) {
            const std::size_t r = 2 * static_cast<std::size_t>(i) + odd;
            find_rank(graph, ranks[r], voxels, grid, front, parts[r], thickness, odd == 1);
        });
    auto number = static_cast<std::uint32_t>(graph.levels.size());
    for (RankLevels& r : ranks) {
        r.first = number;
        number += static_cast<std::uint32_t>(r.found.size());
    }
    for (RankLevels& r : ranks)
        for (RankLevels::Found& f : r.found) graph.levels.push_back(std::move(f.level));
    for (std::size_t r = 1; r < ranks.size(); r += 2)
        for (std::size_t f = 0; f < ranks[r].found.size(); ++f) {
            const auto own = ranks[r].first + static_cast<std::uint32_t>(f);
            const auto touch = [&](const RankLevels& beside, const std::vector<std::uint32_t>& list) {
                for (const std::uint32_t other : list) {
                    graph.levels[own].neighbours.push_back(beside.first + other);
                    graph.levels[beside.first + other].neighbours.push_back(own);
                }
            };
            touch(ranks[r - 1], ranks[r].found[f].lower);
            if (r + 1 < ranks.size()) touch(ranks[r + 1], ranks[r].found[f].upper);
        }
    parallel_for(static_cast<std::int64_t>(parts.size()), [&](std::int64_t r) {
        for (const std::uint32_t i : parts[static_cast<std::size_t>(r)])
            graph.level_of[i] += ranks[static_cast<std::size_t>(r)].first;
    });
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
