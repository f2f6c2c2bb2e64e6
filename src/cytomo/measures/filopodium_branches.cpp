#include "cytomo/measures/filopodium_branches.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <numeric>
#include <utility>

#include "cytomo/measures/filopodium_parts.h"

namespace cytomo {

namespace {

/// The way back from a branch along its own direction, to where it is nearest to the line that it leaves:
/// length and place on that line. Where it comes near and goes on beside the line, as from one arm of a T
/// into the other, it ends.
std::pair<double, double> way_to_line(const CentreLine& line, Vec3 start, Vec3 back, double radius_um) {
    const double middle = line.length_um() / 2, whole = line.length_um() + 1;
    double best = std::numeric_limits<double>::infinity(), best_way = 0, best_at = 0;
    const double step = radius_um / 4;
    for (double way = 0; way <= 8 * radius_um; way += step) {
        const Vec3 p = start + back * way;
        const double at = line.nearest(p, middle, whole), off = length(p - line.point(at));
        if (off >= best || (best < radius_um && best - off < 0.3 * step)) {
            if (best < radius_um) break;
            continue;
        }
        best = off;
        best_way = way + off;
        best_at = at;
    }
    return {best_way, best_at};
}

/// The line of a branch: no node equals the next.
CentreLine line_of(const FilopodiumBranch& branch) {
    std::vector<Vec3> nodes{branch.line_um.front()};
    for (const Vec3 p : branch.line_um)
        if (length(p - nodes.back()) > 0) nodes.push_back(p);
    return CentreLine(std::move(nodes));
}

class BranchFinder {
public:
    BranchFinder(const VoxelSet& voxels, const Grid& grid, const Ways& ways, const FilopodiumStem& stem)
        : voxels_(voxels),
          grid_(grid),
          ways_(ways),
          stem_(stem),
          least_um_(2 * stem.radius_um + 2 * std::max({grid.voxel_um.x, grid.voxel_um.y, grid.voxel_um.z})),
          owner_(voxels.size(), free),
          lines_{stem.line} {
        for (std::size_t i = 0; i < owner_.size(); ++i)
            if (stem.trunk[i] != 0) owner_[i] = 0;
    }

    std::vector<FilopodiumBranch> find() {
        std::vector<std::size_t> all(voxels_.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        std::deque<std::vector<std::size_t>> pieces;
        find_pieces(all, pieces);
        for (; !pieces.empty(); pieces.pop_front()) {
            const std::vector<std::size_t> piece = pieces.front();
            if (!reaches_out(piece)) continue;
            follow(piece);
            for (const std::size_t i : piece)
                if (owner_[i] == waiting) owner_[i] = free;
            find_pieces(piece, pieces);
        }
        order_branches(branches_);
        return std::move(branches_);
    }

private:
    // Owners of voxels: 0 the stem, n branch n, and these.
    static constexpr std::int32_t free = -1, waiting = -2;

    Vec3 place(std::size_t i) const { return place_of(grid_, voxels_[i]); }

    /// What hangs together among free voxels that can be reached; all of these then wait.
    void find_pieces(const std::vector<std::size_t>& among, std::deque<std::vector<std::size_t>>& pieces) {
        for (const std::size_t i : among) {
            if (owner_[i] != free || !std::isfinite(ways_.length_um[i])) continue;
            std::vector<std::size_t> piece{i};
            owner_[i] = waiting;
            for (std::size_t next = 0; next < piece.size(); ++next)
                voxels_.for_neighbours(piece[next], [&](std::size_t other, int, int, int) {
                    if (owner_[other] != free) return;
                    owner_[other] = waiting;
                    piece.push_back(other);
                });
            pieces.push_back(std::move(piece));
        }
    }

    /// The stem's line goes on straight to root and tip, those of branches end where they end.
    double distance_from_line(Vec3 p, std::size_t owner) const {
        const CentreLine& line = lines_[owner];
        double at = line.nearest(p, line.length_um() / 2, line.length_um() + 1);
        if (owner > 0) at = std::clamp(at, 0.0, line.length_um());
        return length(p - line.point(at));
    }

    bool reaches_out(const std::vector<std::size_t>& piece) const {
        return std::any_of(piece.begin(), piece.end(), [&](std::size_t i) {
            for (std::size_t owner = 0; owner < lines_.size(); ++owner)
                if (distance_from_line(place(i), owner) < least_um_) return false;
            return true;
        });
    }

    /// Makes a branch of what hangs together, within its slice, with the way to the farthest voxel.
    void follow(const std::vector<std::size_t>& piece) {
        std::size_t end = piece.front();
        double first = ways_.length_um[end];
        for (const std::size_t i : piece) {
            first = std::min(first, ways_.length_um[i]);
            if (ways_.length_um[i] > ways_.length_um[end]) end = i;
        }
        const auto slice_of = [&](std::size_t i) {
            return static_cast<std::size_t>((ways_.length_um[i] - first) / stem_.slice_um);
        };
        // Where two ways round a loop meet, what is beyond belongs to the branch that was followed first.
        std::int32_t meets = free;
        voxels_.for_neighbours(end, [&](std::size_t other, int, int, int) {
            if (owner_[other] >= 0 && ways_.length_um[other] >= ways_.length_um[end]) meets = owner_[other];
        });
        const auto own = static_cast<std::int32_t>(branches_.size() + 1);
        std::vector<std::size_t> voxels;
        std::size_t before = end;
        for (; owner_[before] == waiting; before = ways_.before[before]) {
            owner_[before] = own;
            voxels.push_back(before);
        }
        for (std::size_t next = 0; next < voxels.size(); ++next)
            voxels_.for_neighbours(voxels[next], [&](std::size_t other, int, int, int) {
                if (owner_[other] != waiting || slice_of(other) != slice_of(voxels[next])) return;
                owner_[other] = own;
                voxels.push_back(other);
            });
        std::vector<Vec3> sums(slice_of(end) + 1);
        std::vector<double> counts(sums.size(), 0);
        for (const std::size_t v : voxels) {
            sums[slice_of(v)] = sums[slice_of(v)] + place(v);
            ++counts[slice_of(v)];
        }
        std::vector<Vec3> nodes;
        for (std::size_t s = 0; s < sums.size(); ++s)
            if (counts[s] > 0) nodes.push_back(sums[s] * (1 / counts[s]));
        measure(std::move(nodes), place(end), owner_[before], meets);
    }

    /// `leaves`: the owner of the line that the branch leaves; `meets`: of the one at which it ends, or free.
    void measure(std::vector<Vec3> nodes, Vec3 tip, std::int32_t leaves, std::int32_t meets) {
        // The first slice slants where it was cut off.
        if (nodes.size() > 3) nodes.erase(nodes.begin());
        if (nodes.size() > 2) nodes = smoothed(nodes, 2 * stem_.radius_um + 2 * stem_.slice_um);
        const Vec3 onward = nodes.size() > 1 ? nodes[std::min<std::size_t>(2, nodes.size() - 1)] : tip;
        const Vec3 along =
            length(onward - nodes.front()) > 0 ? normalized(onward - nodes.front()) : Vec3{1, 0, 0};
        const CentreLine& line = lines_[static_cast<std::size_t>(leaves)];
        const auto [way, at] = way_to_line(line, nodes.front(), along * -1, stem_.radius_um);
        FilopodiumBranch branch;
        branch.of_branch = static_cast<std::size_t>(leaves);
        branch.length_um = way;
        for (std::size_t s = 1; s < nodes.size(); ++s) branch.length_um += length(nodes[s] - nodes[s - 1]);
        const Vec3 ahead = nodes.size() > 1 ? normalized(nodes.back() - nodes[nodes.size() - 2]) : along;
        const double rest =
            std::max(0.0, dot(tip - nodes.back(), ahead)) + 0.25 * voxel_extent(ahead, grid_.voxel_um);
        branch.length_um += rest;
        branch.leaves_at_um =
            leaves == 0 ? std::max(0.0, at - stem_.root_at) : branches_[branch.of_branch - 1].leaves_at_um;
        branch.line_um.push_back(line.point(at));
        branch.line_um.insert(branch.line_um.end(), nodes.begin(), nodes.end());
        branch.line_um.push_back(nodes.back() + ahead * rest);
        if (meets >= 0) {
            const CentreLine& met = lines_[static_cast<std::size_t>(meets)];
            const double there = met.nearest(branch.tip_um(), met.length_um() / 2, met.length_um() + 1);
            const Vec3 place = met.point(std::clamp(there, 0.0, met.length_um()));
            branch.length_um += length(place - branch.tip_um());
            branch.line_um.push_back(place);
        }
        lines_.push_back(line_of(branch));
        branches_.push_back(std::move(branch));
    }

    const VoxelSet& voxels_;
    const Grid& grid_;
    const Ways& ways_;
    const FilopodiumStem& stem_;
    double least_um_;
    std::vector<std::int32_t> owner_;
    std::vector<CentreLine> lines_;  ///< of each owner
    std::vector<FilopodiumBranch> branches_;
};

}  // namespace

std::vector<FilopodiumBranch> find_branches(const VoxelSet& voxels, const Grid& grid, const Ways& ways,
                                            const FilopodiumStem& stem) {
    return BranchFinder(voxels, grid, ways, stem).find();
}

void order_branches(std::vector<FilopodiumBranch>& branches) {
    std::vector<std::size_t> order(branches.size()), number(branches.size() + 1, 0);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return branches[a].leaves_at_um < branches[b].leaves_at_um;
    });
    std::vector<FilopodiumBranch> ordered;
    for (const std::size_t i : order) {
        number[i + 1] = ordered.size() + 1;
        ordered.push_back(std::move(branches[i]));
    }
    for (FilopodiumBranch& b : ordered) b.of_branch = number[b.of_branch];
    branches = std::move(ordered);
}

}  // namespace cytomo
