#include "cytomo/measures/skeleton.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <utility>

#include "cytomo/core/disjoint_sets.h"
#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/labels/level_graph.h"
#include "cytomo/measures/skeleton_blocks.h"
#include "cytomo/measures/skeleton_fit.h"
#include "cytomo/measures/skeleton_plan.h"

namespace cytomo {

double Skeleton::length_um() const {
    double sum = 0;
    for (const SkeletonBranch& b : branches) sum += b.length_um;
    return sum;
}

std::int64_t Skeleton::ends() const {
    return std::count_if(nodes.begin(), nodes.end(), [](const SkeletonNode& n) { return n.branches == 1; });
}

std::int64_t Skeleton::branch_points() const {
    return std::count_if(nodes.begin(), nodes.end(), [](const SkeletonNode& n) { return n.branches > 2; });
}

std::int64_t Skeleton::loops() const {
    return static_cast<std::int64_t>(branches.size()) - static_cast<std::int64_t>(nodes.size()) + pieces;
}

void SkeletonOptions::check() const {
    if (!(least_branch >= 1) || !std::isfinite(least_branch))
        throw UsageError("least length of a branch: expected 1 radius or more, found " +
                         std::to_string(least_branch));
}

namespace {

std::int64_t voxels_of(const std::vector<VoxelRun>& runs) {
    std::int64_t voxels = 0;
    for (const VoxelRun& run : runs) voxels += run.x_end - run.x_begin;
    return voxels;
}

/// Radius at any place along a branch, from its clean cuts.
class RadiusProfile {
public:
    RadiusProfile(const FittedBranch& branch, double first, double last) : fallback_(branch.radius_um) {
        for (std::size_t i = 0; i < branch.cuts.volume_um3.size(); ++i) {
            const double middle = branch.cuts.middle(i);
            if (middle < first || middle > last) continue;
            at_.push_back(middle);
            radius_.push_back(
                std::sqrt(branch.cuts.volume_um3[i] / (std::numbers::pi * branch.cuts.length_um)));
        }
    }
    bool empty() const { return at_.empty(); }
    bool covers(double at) const { return !at_.empty() && at >= at_.front() && at <= at_.back(); }
    double operator()(double at) const {
        if (at_.empty()) return fallback_;
        if (at <= at_.front()) return radius_.front();
        if (at >= at_.back()) return radius_.back();
        const auto next =
            static_cast<std::size_t>(std::upper_bound(at_.begin(), at_.end(), at) - at_.begin());
        const double t = (at - at_[next - 1]) / (at_[next] - at_[next - 1]);
        return radius_[next - 1] * (1 - t) + radius_[next] * t;
    }
    const std::vector<double>& places() const { return at_; }

private:
    double fallback_;
    std::vector<double> at_, radius_;
};

SkeletonBranch branch_from(const FittedBranch& fitted, const SkeletonPlan& plan,
                           const SkeletonPlan::Branch& planned, const FittedSkeleton& fit) {
    SkeletonBranch branch;
    branch.from = planned.from;
    branch.to = planned.to;
    const SkeletonLine& line = fitted.line;
    const double low = fitted.low_um, high = std::max(fitted.high_um, fitted.low_um);
    const auto margin = [&](std::uint32_t node) {
        switch (plan.nodes[node].kind) {
            case SkeletonPlan::Kind::ring:
                return 0.0;
            case SkeletonPlan::Kind::end:
                return fitted.radius_um + fitted.cuts.length_um / 2;
            default:
                return branch_point_reach * fit.node_radius_um[node] + fitted.cuts.length_um / 2;
        }
    };
    const RadiusProfile radius(fitted, low + margin(planned.from), high - margin(planned.to));
    std::vector<double> places{low, high};
    places.insert(places.end(), radius.places().begin(), radius.places().end());
    for (std::size_t i = 0; i < line.nodes().size(); ++i)
        if (line.at_node(i) > low && line.at_node(i) < high) places.push_back(line.at_node(i));
    if (fitted.stub) places.push_back((low + high) / 2);
    std::sort(places.begin(), places.end());
    const double least_step = 1e-6 * std::max(high - low, fitted.radius_um);
    for (const double at : places) {
        const bool last = at >= high - least_step;
        if (!branch.line_um.empty() && !last && at - branch.length_um - low < least_step) continue;
        if (last && branch.line_um.size() > 1 && at - low - branch.length_um < least_step) break;
        // A closed line's end is its beginning.
        branch.line_um.push_back(last && line.closed() ? branch.line_um.front() : line.point(at));
        branch.length_um = at - low;
        branch.radius_um.push_back(radius(at));
        branch.measured.push_back(fitted.stub || radius.covers(at) || line.closed());
    }
    // Too short for a clean cut: the typical radius everywhere.
    if (radius.empty() &&
        std::none_of(branch.measured.begin(), branch.measured.end(), [](bool m) { return m; }))
        branch.measured[branch.measured.size() / 2] = true;
    return branch;
}

struct LevelledObject {
    LevelGraph graph;
    Grid graph_grid;
    SkeletonMatter matter;
};

/// Levels of the object: in blocks of 2 or 3 voxels where it is thick enough, which is faster; voxels
/// otherwise.
LevelledObject find_matter(const std::vector<VoxelRun>& runs, const Grid& grid) {
    LevelledObject o;
    o.matter.runs = &runs;
    const Vec3 e = grid.voxel_um;
    const auto voxels = static_cast<double>(voxels_of(runs));
    // Mean length of the runs along x: that of a ball of this radius, and no longer than in a tube across.
    const double radius_um = 0.75 * voxels / static_cast<double>(runs.size()) * e.x;
    constexpr double blocks_a_radius = 2.5;
    constexpr double widest = 3;
    const auto width = [&](double edge) {
        return static_cast<int>(std::clamp(radius_um / (blocks_a_radius * edge), 1.0, widest));
    };
    const std::array<int, 3> block{width(e.x), width(e.y), width(e.z)};
    if (block[0] * block[1] * block[2] > 1) {
        BlockObject blocks = make_blocks(runs, grid, block);
        o.graph = find_level_graph(ObjectVoxels(blocks.solid), blocks.grid);
        const bool one = std::count_if(o.graph.levels.begin(), o.graph.levels.end(),
                                       [](const Level& l) { return l.rank == 0; }) == 1;
        if (one && o.graph.radius_um >= 2 * std::max({blocks.grid.voxel_um.x, blocks.grid.voxel_um.y,
                                                      blocks.grid.voxel_um.z})) {
            o.graph_grid = blocks.grid;
            o.matter.level_of = levels_of_blocks(blocks, o.graph);
            for (std::size_t i = 0; i < blocks.count.size(); ++i)
                o.matter.coarse.push_back(
                    {blocks.centroid_um[i], blocks.count[i] * grid.voxel_volume_um3(), o.matter.level_of[i]});
            o.matter.coarse_um = blocks.grid.voxel_um;
            o.matter.block_of_run = std::move(blocks.block_of_run);
            o.matter.block_x = block[0];
            return o;
        }
    }
    o.graph_grid = grid;
    o.graph = find_level_graph(ObjectVoxels(runs), grid);
    o.matter.level_of = o.graph.level_of;
    return o;
}

/// The runs of each piece whose voxels hang together (26 neighbours), in the order of the volume.
std::vector<std::vector<VoxelRun>> connected_runs(const std::vector<VoxelRun>& runs) {
    struct Row {
        std::int32_t y, z;
        std::size_t begin, end;
    };
    std::vector<Row> rows;
    DisjointSets sets(runs.size());
    for (std::size_t r = 0; r < runs.size(); ++r) {
        if (rows.empty() || rows.back().y != runs[r].y || rows.back().z != runs[r].z)
            rows.push_back({runs[r].y, runs[r].z, r, r});
        else if (runs[r].x_begin <= runs[r - 1].x_end)
            sets.join(r - 1, r);
        ++rows.back().end;
    }
    const auto join_rows = [&](const Row& a, std::int32_t y, std::int32_t z) {
        const auto b =
            std::lower_bound(rows.begin(), rows.end(), Row{y, z, 0, 0},
                             [](const Row& p, const Row& q) { return p.z != q.z ? p.z < q.z : p.y < q.y; });
        if (b == rows.end() || b->y != y || b->z != z) return;
        for (std::size_t i = a.begin, j = b->begin; i < a.end && j < b->end;) {
            if (runs[i].x_begin <= runs[j].x_end && runs[j].x_begin <= runs[i].x_end) sets.join(i, j);
            ++(runs[i].x_end < runs[j].x_end ? i : j);
        }
    };
    for (const Row& row : rows) {
        join_rows(row, row.y - 1, row.z);
        for (std::int32_t dy = -1; dy <= 1; ++dy) join_rows(row, row.y + dy, row.z - 1);
    }
    std::vector<std::size_t> piece_of(runs.size());
    std::vector<std::vector<VoxelRun>> pieces;
    for (std::size_t r = 0; r < runs.size(); ++r) {
        const std::size_t first = sets.find(r);  // the smallest number of the set: seen before the others
        if (first == r) {
            piece_of[r] = pieces.size();
            pieces.emplace_back();
        }
        pieces[piece_of[first]].push_back(runs[r]);
    }
    return pieces;
}

Skeleton skeleton_of_piece(const std::vector<VoxelRun>& runs, const Grid& grid,
                           const SkeletonOptions& options) {
    Skeleton skeleton;
    const auto [graph, graph_grid, matter] = find_matter(runs, grid);
    const SkeletonPlan plan = plan_skeleton(graph, graph_grid, options.least_branch);
    const FittedSkeleton fit = fit_skeleton(matter, grid, graph_grid, graph, plan);
    for (const Level& level : graph.levels)
        if (level.rank == 0) ++skeleton.pieces;
    for (std::size_t n = 0; n < plan.nodes.size(); ++n)
        skeleton.nodes.push_back({fit.nodes_um[n], static_cast<std::int64_t>(plan.nodes[n].branches.size())});
    for (std::size_t b = 0; b < plan.branches.size(); ++b) {
        skeleton.branches.push_back(branch_from(fit.branches[b], plan, plan.branches[b], fit));
        const SkeletonBranch& branch = skeleton.branches.back();
        if (skeleton.nodes[branch.from].branches < 3)
            skeleton.nodes[branch.from].place_um = branch.line_um.front();
        if (skeleton.nodes[branch.to].branches < 3)
            skeleton.nodes[branch.to].place_um = branch.line_um.back();
    }
    return skeleton;
}

}  // namespace

Skeleton find_skeleton(const std::vector<VoxelRun>& runs, const Grid& grid, const SkeletonOptions& options) {
    options.check();
    // Each piece by itself: blocks of voxels could bridge a gap, and one thickness does not suit all.
    Skeleton all;
    for (const std::vector<VoxelRun>& piece : connected_runs(runs)) {
        Skeleton one = skeleton_of_piece(piece, grid, options);
        const auto nodes = static_cast<std::uint32_t>(all.nodes.size());
        for (SkeletonBranch& branch : one.branches) {
            branch.from += nodes;
            branch.to += nodes;
            all.branches.push_back(std::move(branch));
        }
        all.nodes.insert(all.nodes.end(), one.nodes.begin(), one.nodes.end());
        all.pieces += one.pieces;
    }
    // Not the sum of the pieces, which rounding would make another number than other tables have.
    all.volume_um3 = static_cast<double>(voxels_of(runs)) * grid.voxel_volume_um3();
    return all;
}

std::vector<Skeleton> find_skeletons(const Instances& instances, std::uint8_t class_id,
                                     const SkeletonOptions& options, const Progress& progress) {
    options.check();
    progress(0);
    std::vector<bool> wanted(instances.class_of.size(), false);
    bool any = false;
    for (std::uint32_t n = 1; n <= instances.count(); ++n)
        any |= wanted[n] = instances.class_of[n] == class_id;
    std::vector<Skeleton> found;
    if (any) {
        std::vector<std::vector<VoxelRun>> runs = find_runs(instances.volume, wanted);
        progress(0.1);
        std::vector<std::uint32_t> numbers;
        for (std::uint32_t n = 0; n < runs.size(); ++n)
            if (!runs[n].empty()) numbers.push_back(n);
        found.resize(numbers.size());
        const auto find = [&](std::size_t i) {
            const std::uint32_t n = numbers[i];
            found[i] = find_skeleton(runs[n], instances.volume.grid(), options);
            found[i].instance = n;
            runs[n] = {};
        };
        // Side by side, large ones first, but for those that would hold up all threads: these use them.
        std::vector<std::int64_t> voxels;
        for (const std::uint32_t n : numbers) voxels.push_back(voxels_of(runs[n]));
        const std::int64_t share =
            std::accumulate(voxels.begin(), voxels.end(), std::int64_t{0}) / thread_count();
        std::vector<std::size_t> order(numbers.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return voxels[a] > voxels[b]; });
        std::size_t alone = 0;
        while (alone < order.size() && voxels[order[alone]] > share) find(order[alone++]);
        progress(0.5);
        parallel_for(static_cast<std::int64_t>(order.size() - alone),
                     [&](std::int64_t i) { find(order[alone + static_cast<std::size_t>(i)]); });
    }
    progress(1);
    return found;
}

}  // namespace cytomo
