// Watershed of the distance to the outside, flooded from the summits downwards (S. Beucher, F. Meyer 1993).
// Basins whose pass is nearly as wide as the smaller of them are one. What remains is a graph of basins and
// the patches where they touch: only patches that are the one way between two sides may be cut.
#include "cytomo/labels/split_constrictions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cytomo/core/disjoint_sets.h"
#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/labels/distance.h"
#include "cytomo/labels/voxel_runs.h"

namespace cytomo {

void ConstrictionOptions::check() const {
    if (!(widest_neck > 0 && widest_neck < 1))
        throw UsageError("widest neck: expected more than 0 and less than 1, found " +
                         std::to_string(widest_neck));
    if (!(longest_neck > 0) || !std::isfinite(longest_neck))
        throw UsageError("longest neck: expected more than 0, found " + std::to_string(longest_neck));
}

namespace {

constexpr std::uint32_t unset = std::numeric_limits<std::uint32_t>::max();

/// Where two basins touch.
struct Patch {
    std::uint32_t a, b;
    std::uint32_t pass;  ///< the voxel through which the widest way leads
    float depth_um;      ///< there
};

/// A voxel that touches another basin, and the depth of the way through.
struct Touch {
    std::uint32_t voxel;
    float depth_um;
};

class Parter {
public:
    Parter(const std::vector<VoxelRun>& runs, const Volume<float>& squared_um2,
           const ConstrictionOptions& options)
        : voxels_(runs), edge_um_(squared_um2.grid().voxel_um), options_(options) {
        depth_.reserve(voxels_.size());
        // The surface lies about half a voxel before the next voxel outside.
        const auto beyond = static_cast<float>((edge_um_.x + edge_um_.y + edge_um_.z) / 6);
        const auto least = static_cast<float>(std::min({edge_um_.x, edge_um_.y, edge_um_.z}) / 4);
        for (const VoxelRun& run : runs)
            for (std::int32_t x = run.x_begin; x < run.x_end; ++x)
                depth_.push_back(std::max(least, std::sqrt(squared_um2(x, run.y, run.z)) - beyond));
    }

    /// Number of each voxel's part, from 0, in the order of the voxels; empty if there is but one.
    std::vector<std::uint32_t> part() {
        // An object that fills the volume has no surface.
        for (const float d : depth_)
            if (!std::isfinite(d)) return {};
        flood();
        if (basins_.size() < 2) return {};
        join_all_but_necks(find_patches());
        std::vector<std::uint32_t> number(basins_.size(), unset), parts(voxels_.size());
        std::uint32_t count = 0;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            std::uint32_t& part = number[basins_.find(basin_of_[i])];
            if (part == unset) part = count++;
            parts[i] = part;
        }
        if (count < 2) parts.clear();
        return parts;
    }

private:
    double longest_edge() const { return std::max({edge_um_.x, edge_um_.y, edge_um_.z}); }

    /// Voxels by falling depth, in steps far below a voxel.
    std::vector<std::uint32_t> deepest_first() const {
        const double step = std::min({edge_um_.x, edge_um_.y, edge_um_.z}) / 32;
        const float deepest = *std::max_element(depth_.begin(), depth_.end());
        const auto place = [&](float d) { return static_cast<std::size_t>((deepest - d) / step); };
        std::vector<std::uint32_t> begin(place(0) + 2, 0), order(depth_.size());
        for (const float d : depth_) ++begin[place(d) + 1];
        std::partial_sum(begin.begin(), begin.end(), begin.begin());
        for (std::uint32_t i = 0; i < depth_.size(); ++i) order[begin[place(depth_[i])]++] = i;
        return order;
    }

    /// Whether a place of this depth parts two sides with these radii.
    bool is_neck(double here, double radius) const {
        return here < options_.widest_neck * radius && here < radius - longest_edge();
    }

    void flood() {
        basin_of_.assign(voxels_.size(), unset);
        std::array<double, 8> step{};
        for (int s = 1; s < 8; ++s)
            step[static_cast<std::size_t>(s)] =
                length({s & 1 ? edge_um_.x : 0, s & 2 ? edge_um_.y : 0, s & 4 ? edge_um_.z : 0});
        for (const std::uint32_t voxel : deepest_first()) {
            const double here = depth_[voxel];
            double steepest = -std::numeric_limits<double>::infinity();
            std::uint32_t chosen = unset;
            voxels_.for_neighbours(voxel, [&](std::size_t other, int kind) {
                if (basin_of_[other] == unset) return;
                const std::uint32_t basin = basins_.find(basin_of_[other]);
                if (chosen != unset) {
                    const std::uint32_t current = basins_.find(chosen);
                    if (current != basin) {
                        const bool current_lower = summit_[current] < summit_[basin] ||
                                                   (summit_[current] == summit_[basin] && current > basin);
                        const std::uint32_t lower = current_lower ? current : basin,
                                            higher = current_lower ? basin : current;
                        if (!is_neck(here, summit_[lower])) basins_.put_under(lower, higher);
                    }
                }
                const double slope = (depth_[other] - here) / step[static_cast<std::size_t>(kind)];
                if (slope > steepest) {
                    steepest = slope;
                    chosen = basin;
                }
            });
            if (chosen == unset) {
                chosen = basins_.add();
                summit_.push_back(depth_[voxel]);
            }
            basin_of_[voxel] = chosen;
        }
        for (std::uint32_t& b : basin_of_) b = basins_.find(b);
        roots_.clear();
        for (std::uint32_t b = 0; b < basins_.size(); ++b)
            if (basins_.find(b) == b) roots_.push_back(b);
    }

    /// Patches of touching voxels, each hanging together; near ones of the same two basins count as one.
    std::vector<Patch> find_patches() {
        if (roots_.size() < 2) return {};
        std::vector<std::pair<std::uint64_t, Touch>> touching;  // both basins, voxel
        for (std::uint32_t i = 0; i < voxels_.size(); ++i) {
            const std::size_t first = touching.size();
            voxels_.for_neighbours(i, [&](std::size_t other, int) {
                const std::uint32_t a = basin_of_[i], b = basin_of_[other];
                if (a == b) return;
                const std::uint64_t both = std::uint64_t{std::min(a, b)} << 32 | std::max(a, b);
                const float through = std::min(depth_[i], depth_[other]);
                std::size_t at = first;
                while (at < touching.size() && touching[at].first != both) ++at;
                if (at == touching.size())
                    touching.push_back({both, {i, through}});
                else
                    touching[at].second.depth_um = std::max(touching[at].second.depth_um, through);
            });
        }
        std::stable_sort(touching.begin(), touching.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        std::vector<Patch> patches;
        for (std::size_t begin = 0; begin < touching.size();) {
            std::size_t end = begin;
            std::vector<Touch> members;
            while (end < touching.size() && touching[end].first == touching[begin].first)
                members.push_back(touching[end++].second);
            add_patches(static_cast<std::uint32_t>(touching[begin].first >> 32),
                        static_cast<std::uint32_t>(touching[begin].first & 0xFFFFFFFFU), members, patches);
            begin = end;
        }
        return patches;
    }

    void add_patches(std::uint32_t a, std::uint32_t b, const std::vector<Touch>& members,
                     std::vector<Patch>& patches) const {
        std::unordered_map<std::uint32_t, float> waiting;  // depth of the way through, -1: done
        for (const Touch& t : members) waiting[t.voxel] = t.depth_um;
        const std::size_t first = patches.size();
        std::vector<Vec3> middles;
        const double near_um = 2 * std::min(summit_[a], summit_[b]);
        for (const Touch& start : members) {
            if (waiting[start.voxel] < 0) continue;
            waiting[start.voxel] = -1;
            Patch patch{a, b, start.voxel, start.depth_um};
            Vec3 sum;
            std::vector<std::uint32_t> open{start.voxel};
            for (std::size_t next = 0; next < open.size(); ++next) {
                sum = sum + place(open[next]);
                voxels_.for_neighbours(open[next], [&](std::size_t other, int) {
                    const auto found = waiting.find(static_cast<std::uint32_t>(other));
                    if (found == waiting.end() || found->second < 0) return;
                    if (found->second > patch.depth_um) {
                        patch.pass = found->first;
                        patch.depth_um = found->second;
                    }
                    found->second = -1;
                    open.push_back(found->first);
                });
            }
            const Vec3 middle = sum * (1 / static_cast<double>(open.size()));
            std::size_t same = 0;
            while (same < middles.size() && length(middles[same] - middle) >= near_um) ++same;
            if (same == middles.size()) {
                middles.push_back(middle);
                patches.push_back(patch);
            } else if (patch.depth_um > patches[first + same].depth_um) {
                patches[first + same] = patch;
            }
        }
    }

    Vec3 place(std::uint32_t i) const {
        const auto v = voxels_[i];
        return {v[0] * edge_um_.x, v[1] * edge_um_.y, v[2] * edge_um_.z};
    }

    /// Joins basins on common rings, and those whose neck is too long or too wide for what is near.
    void join_all_but_necks(const std::vector<Patch>& patches) {
        std::vector<std::vector<std::uint32_t>> at(basins_.size());
        for (std::uint32_t p = 0; p < patches.size(); ++p) {
            at[patches[p].a].push_back(p);
            at[patches[p].b].push_back(p);
        }
        // A tree of patches that spans all basins.
        std::vector<std::uint32_t> above(basins_.size(), unset), way(basins_.size(), unset),
            level(basins_.size(), unset), order;
        for (const std::uint32_t start : roots_) {
            if (level[start] != unset) continue;
            level[start] = 0;
            order.push_back(start);
            for (std::size_t next = order.size() - 1; next < order.size(); ++next)
                for (const std::uint32_t p : at[order[next]]) {
                    const std::uint32_t other = patches[p].a == order[next] ? patches[p].b : patches[p].a;
                    if (level[other] != unset) continue;
                    level[other] = level[order[next]] + 1;
                    above[other] = order[next];
                    way[other] = p;
                    order.push_back(other);
                }
        }
        // Each further patch closes a ring: all on it are one.
        for (std::uint32_t p = 0; p < patches.size(); ++p) {
            if (way[patches[p].a] == p || way[patches[p].b] == p) continue;
            std::uint32_t a = basins_.find(patches[p].a), b = basins_.find(patches[p].b);
            while (a != b) {
                if (level[a] < level[b]) std::swap(a, b);
                const std::uint32_t up = basins_.find(above[a]);
                basins_.put_under(a, up);
                a = up;
            }
        }
        std::vector<std::uint32_t> joined;
        for (const std::uint32_t basin : order) {
            const std::uint32_t p = way[basin];
            if (p == unset || basins_.find(basin) == basins_.find(above[basin])) continue;
            if (!parts_objects(patches[p])) joined.push_back(basin);
        }
        for (const std::uint32_t basin : joined) {
            const std::uint32_t up = basins_.find(above[basin]), low = basins_.find(basin);
            if (up != low) basins_.put_under(low, up);
        }
    }

    bool parts_objects(const Patch& patch) const {
        const double smaller = std::min(summit_[patch.a], summit_[patch.b]);
        const double reach = options_.longest_neck * smaller;
        const auto centre = voxels_[patch.pass];
        double radius_a = 0, radius_b = 0;
        const auto span = [&](double edge) { return static_cast<std::int32_t>(reach / edge); };
        for (std::int32_t dz = -span(edge_um_.z); dz <= span(edge_um_.z); ++dz)
            for (std::int32_t dy = -span(edge_um_.y); dy <= span(edge_um_.y); ++dy) {
                const double left =
                    reach * reach - dy * edge_um_.y * dy * edge_um_.y - dz * edge_um_.z * dz * edge_um_.z;
                if (left < 0) continue;
                const auto half = static_cast<std::int32_t>(std::sqrt(left) / edge_um_.x);
                voxels_.for_row(centre[1] + dy, centre[2] + dz, centre[0] - half, centre[0] + half + 1,
                                [&](std::size_t i) {
                                    if (basin_of_[i] == patch.a)
                                        radius_a = std::max<double>(radius_a, depth_[i]);
                                    else if (basin_of_[i] == patch.b)
                                        radius_b = std::max<double>(radius_b, depth_[i]);
                                });
            }
        return is_neck(patch.depth_um, std::min(radius_a, radius_b));
    }

    ObjectVoxels voxels_;
    Vec3 edge_um_;
    ConstrictionOptions options_;
    std::vector<float> depth_;
    std::vector<std::uint32_t> basin_of_;
    DisjointSets basins_;
    std::vector<float> summit_;
    std::vector<std::uint32_t> roots_;
};

}  // namespace

void split_constrictions(Components& components, const ConstrictionOptions& options,
                         const Progress& progress) {
    options.check();
    progress(0);
    const std::vector<std::uint32_t> candidates = find_splittable(components, options.classes);
    if (candidates.empty()) return progress(1);
    std::vector<bool> wanted(components.class_of.size(), false);
    for (const std::uint32_t c : candidates) wanted[c] = true;
    const Grid& grid = components.volume.grid();
    std::vector<std::vector<VoxelRun>> runs = find_runs(components.volume, wanted);
    std::vector<std::vector<std::uint32_t>> parts(candidates.size());
    {
        // Pieces of one class never touch, so their class tells them apart.
        ClassVolume pieces(grid);
        parallel_chunks(grid.count(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i)
                pieces[i] = wanted[components.volume[i]] ? components.class_of[components.volume[i]] : 0;
        });
        const Volume<float> squared_um2 = find_squared_distances_um2(pieces, Beyond::unknown);
        progress(0.4);
        parallel_for(static_cast<std::int64_t>(candidates.size()), [&](std::int64_t i) {
            const auto at = static_cast<std::size_t>(i);
            parts[at] = Parter(runs[candidates[at]], squared_um2, options).part();
        });
    }
    progress(0.9);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (parts[i].empty()) continue;
        const std::uint32_t c = candidates[i];
        PieceParts piece(components, c, parts[i]);
        for (const VoxelRun& run : runs[c])
            for (std::int32_t x = run.x_begin; x < run.x_end; ++x) piece.next(grid.index(x, run.y, run.z));
    }
    progress(1);
}

}  // namespace cytomo
