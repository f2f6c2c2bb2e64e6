#include "cytomo/measures/skeleton_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "cytomo/core/disjoint_sets.h"

namespace cytomo {

double level_radius_um(const Level& level, const LevelGraph& graph, const Grid& grid) {
    return std::sqrt(static_cast<double>(level.voxels) * grid.voxel_volume_um3() /
                     (std::numbers::pi * graph.thickness_um));
}

namespace {

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
constexpr double least_ring = 3;  // length of a ring next to a branch point, in radii

class Planner {
public:
    Planner(const LevelGraph& graph, const Grid& grid, double least_branch)
        : graph_(graph), grid_(grid), least_branch_(least_branch) {
        const auto n = static_cast<std::uint32_t>(graph.levels.size());
        alive_.assign(n, true);
        done_.assign(n, false);
        host_.resize(n);
        node_of_.assign(n, none);
        for (std::uint32_t l = 0; l < n; ++l) {
            host_[l] = l;
            degree_.push_back(graph.levels[l].neighbours.size());
        }
    }

    SkeletonPlan plan() {
        while (prune()) {
        }
        for (std::uint32_t l = 0; l < alive_.size(); ++l)
            if (alive_[l] && degree_[l] > 2)
                node_of_[l] = add_node(SkeletonPlan::Kind::branch_point, place(l));
        for (std::uint32_t l = 0; l < alive_.size(); ++l)
            if (node_of_[l] != none)
                for (const std::uint32_t next : graph_.levels[l].neighbours)
                    if (alive_[next]) follow(l, next);
        add_lines_without_branch_points();
        join_near_branch_points();
        close_small_rings();
        list_branches();
        dissolve_false_branch_points();
        leave_out_dissolved();
        number_owners();
        return std::move(plan_);
    }

private:
    const Level& level(std::uint32_t l) const { return graph_.levels[l]; }
    double radius(std::uint32_t l) const { return level_radius_um(level(l), graph_, grid_); }
    Vec3 place_of(const std::array<std::int32_t, 3>& v) const {
        return grid_.world_from_voxel(
            {static_cast<double>(v[0]), static_cast<double>(v[1]), static_cast<double>(v[2])});
    }

    /// A leaf and what follows up to a branch point; `junction` is none where there is none.
    struct Leaf {
        std::vector<std::uint32_t> levels;
        std::uint32_t junction = none;
    };
    Leaf walk(std::uint32_t start) const {
        Leaf leaf;
        std::uint32_t before = none, at = start;
        while (true) {
            leaf.levels.push_back(at);
            std::uint32_t next = none;
            for (const std::uint32_t o : level(at).neighbours)
                if (alive_[o] && o != before) next = o;
            if (next == none) return leaf;
            before = at;
            at = next;
            if (degree_[at] > 2) {
                leaf.junction = at;
                return leaf;
            }
        }
    }

    /// Radius of the thickest other tube at a branch point, a few steps on, where the branch no longer widens
    /// it.
    double host_radius(std::uint32_t junction, const Leaf& leaf) const {
        double thickest = 0;
        for (const std::uint32_t first : level(junction).neighbours) {
            if (!alive_[first] || first == leaf.levels.back()) continue;
            std::vector<double> radii;
            std::uint32_t before = junction, at = first;
            for (int steps = 0; steps < 3 && degree_[at] <= 2; ++steps) {
                radii.push_back(radius(at));
                std::uint32_t next = none;
                for (const std::uint32_t o : level(at).neighbours)
                    if (alive_[o] && o != before) next = o;
                if (next == none) break;
                before = at;
                at = next;
            }
            if (radii.empty()) continue;
            std::sort(radii.begin(), radii.end());
            thickest = std::max(thickest, radii[radii.size() / 2]);
        }
        return thickest > 0 ? thickest : radius(junction);
    }

    bool is_bump(const Leaf& leaf) const {
        const double radius_um = host_radius(leaf.junction, leaf);
        // The middle of the other tubes: between the levels next to the branch point.
        Vec3 middle;
        double count = 0;
        for (const std::uint32_t o : level(leaf.junction).neighbours)
            if (alive_[o] && o != leaf.levels.back()) {
                middle = middle + level(o).centroid_um;
                ++count;
            }
        middle = count >= 2 ? middle * (1 / count) : level(leaf.junction).centroid_um;
        const double way_um = static_cast<double>(leaf.levels.size()) * graph_.thickness_um;
        const Vec3 e = grid_.voxel_um;
        const double least_um = std::max(least_branch_ * radius_um, 3 * std::max({e.x, e.y, e.z}));
        if (way_um > 3 * least_um) return false;
        return length(place_of(level(leaf.levels.front()).farthest) - middle) < least_um;
    }

    /// Takes bumps away, short ones first; false if there were none.
    bool prune() {
        std::vector<std::pair<std::size_t, std::uint32_t>> leaves;
        for (std::uint32_t l = 0; l < alive_.size(); ++l) {
            if (!alive_[l] || degree_[l] != 1) continue;
            const Leaf leaf = walk(l);
            if (leaf.junction != none && is_bump(leaf)) leaves.emplace_back(leaf.levels.size(), l);
        }
        std::sort(leaves.begin(), leaves.end());
        bool any = false;
        for (const auto& [size, start] : leaves) {
            const Leaf leaf = walk(start);
            // Another one may have been taken from the same branch point: then it is one no more.
            if (leaf.junction == none || leaf.levels.size() != size || !is_bump(leaf)) continue;
            for (const std::uint32_t l : leaf.levels) {
                alive_[l] = false;
                host_[l] = leaf.junction;
            }
            --degree_[leaf.junction];
            any = true;
        }
        return any;
    }

    std::uint32_t add_node(SkeletonPlan::Kind kind, Vec3 place_um) {
        plan_.nodes.push_back({kind, place_um, {}});
        return static_cast<std::uint32_t>(plan_.nodes.size() - 1);
    }

    /// Where a branch point's lines meet, roughly.
    Vec3 place(std::uint32_t l) const { return level(l).centroid_um; }

    void add_branch(SkeletonPlan::Branch branch) {
        for (const std::uint32_t l : branch.levels) done_[l] = true;
        plan_.branches.push_back(std::move(branch));
    }

    /// The branch that leaves the branch point's level `start` through `next`, unless it is there already.
    void follow(std::uint32_t start, std::uint32_t next) {
        if (done_[next]) return;
        SkeletonPlan::Branch branch;
        branch.from = node_of_[start];
        std::uint32_t before = start, at = next;
        while (node_of_[at] == none) {
            branch.levels.push_back(at);
            std::uint32_t on = none;
            for (const std::uint32_t o : level(at).neighbours)
                if (alive_[o] && o != before) on = o;
            if (on == none) {
                branch.to = add_node(SkeletonPlan::Kind::end, place_of(level(at).farthest));
                return add_branch(std::move(branch));
            }
            before = at;
            at = on;
        }
        // Two branch points side by side: once is enough.
        if (branch.levels.empty() && start > at) return;
        branch.to = node_of_[at];
        add_branch(std::move(branch));
    }

    void add_lines_without_branch_points() {
        for (const bool rings : {false, true})
            for (std::uint32_t l = 0; l < alive_.size(); ++l) {
                if (!alive_[l] || done_[l] || node_of_[l] != none || (!rings && degree_[l] > 1)) continue;
                SkeletonPlan::Branch branch;
                std::uint32_t before = none, at = l;
                while (at != none) {
                    branch.levels.push_back(at);
                    std::uint32_t on = none;
                    for (const std::uint32_t o : level(at).neighbours)
                        if (alive_[o] && o != before && (before != none || on == none)) on = o;
                    before = at;
                    at = on == l ? none : on;
                }
                if (rings) {
                    branch.from = branch.to =
                        add_node(SkeletonPlan::Kind::ring, level(branch.levels.front()).centroid_um);
                } else {
                    branch.from = add_node(SkeletonPlan::Kind::end, place_of(level(l).farthest));
                    branch.to = add_node(SkeletonPlan::Kind::end, place_of(level(before).farthest));
                }
                add_branch(std::move(branch));
            }
    }

    void join_near_branch_points() {
        DisjointSets joined(plan_.nodes.size());
        std::vector<SkeletonPlan::Branch> kept;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> given;  // level, node
        for (SkeletonPlan::Branch& b : plan_.branches) {
            const auto is_point = [&](std::uint32_t n) {
                return plan_.nodes[n].kind == SkeletonPlan::Kind::branch_point;
            };
            const auto [first, second] = std::minmax({joined.find(b.from), joined.find(b.to)});
            if (!is_point(b.from) || !is_point(b.to) || first == second || slenderness(b) >= 1) {
                kept.push_back(std::move(b));
                continue;
            }
            joined.put_under(second, first);
            plan_.nodes[first].place_um = (plan_.nodes[first].place_um + plan_.nodes[second].place_um) * 0.5;
            for (const std::uint32_t l : b.levels) given.emplace_back(l, first);
        }
        for (const auto& [l, node] : given) node_of_[l] = node;
        std::vector<SkeletonPlan::Node> nodes;
        std::vector<std::uint32_t> number(joined.size(), none);
        for (std::uint32_t i = 0; i < joined.size(); ++i)
            if (joined.stands_for_set(i)) {
                number[i] = static_cast<std::uint32_t>(nodes.size());
                nodes.push_back(plan_.nodes[i]);
            }
        for (std::uint32_t& n : node_of_)
            if (n != none) n = number[joined.find(n)];
        for (SkeletonPlan::Branch& b : kept) {
            b.from = number[joined.find(b.from)];
            b.to = number[joined.find(b.to)];
        }
        plan_.nodes = std::move(nodes);
        plan_.branches = std::move(kept);
    }

    /// How long the branch is, in mean radii.
    double slenderness(const SkeletonPlan::Branch& b) const {
        double sum = 0;
        for (const std::uint32_t l : b.levels) sum += radius(l);
        const auto n = static_cast<double>(b.levels.size());
        return n > 0 ? n * n * graph_.thickness_um / sum : 0;
    }

    void close_small_rings() {
        std::erase_if(plan_.branches, [&](const SkeletonPlan::Branch& b) {
            if (b.from != b.to || plan_.nodes[b.from].kind != SkeletonPlan::Kind::branch_point ||
                slenderness(b) >= least_ring)
                return false;
            for (const std::uint32_t l : b.levels) node_of_[l] = b.from;
            return true;
        });
    }

    void list_branches() {
        for (std::uint32_t b = 0; b < plan_.branches.size(); ++b) {
            plan_.nodes[plan_.branches[b].from].branches.push_back(b);
            plan_.nodes[plan_.branches[b].to].branches.push_back(b);
        }
    }

    /// Branch points that joining and closing left with fewer than three branches are none.
    void dissolve_false_branch_points() {
        std::vector<std::vector<std::uint32_t>> own(plan_.nodes.size());
        for (std::uint32_t l = 0; l < node_of_.size(); ++l)
            if (node_of_[l] != none) own[node_of_[l]].push_back(l);
        for (std::uint32_t n = 0; n < own.size(); ++n) {
            if (plan_.nodes[n].kind != SkeletonPlan::Kind::branch_point || plan_.nodes[n].branches.size() > 2)
                continue;
            const std::uint32_t host = dissolve(n, own[n].front());
            for (const std::uint32_t l : own[n]) {
                node_of_[l] = none;
                if (l != host) host_[l] = host;
            }
        }
    }

    /// Returns the level of a branch that takes over the node's levels.
    std::uint32_t dissolve(std::uint32_t n, std::uint32_t own_level) {
        const std::vector<std::uint32_t> at = plan_.nodes[n].branches;
        plan_.nodes[n].kind = SkeletonPlan::Kind::end;
        if (at.empty()) {
            const std::uint32_t other = add_node(SkeletonPlan::Kind::end, plan_.nodes[n].place_um);
            const auto branch = static_cast<std::uint32_t>(plan_.branches.size());
            plan_.branches.push_back({n, other, {own_level}});
            plan_.nodes[n].branches = plan_.nodes[other].branches = {branch};
            return own_level;
        }
        SkeletonPlan::Branch& a = plan_.branches[at[0]];
        if (at.size() == 1) {
            if (a.levels.empty()) a.levels.push_back(own_level);
            return a.from == n ? a.levels.front() : a.levels.back();
        }
        if (at[0] == at[1]) {
            plan_.nodes[n].kind = SkeletonPlan::Kind::ring;
            return a.levels.front();
        }
        SkeletonPlan::Branch& b = plan_.branches[at[1]];
        turn(a, a.to != n);
        turn(b, b.from != n);
        if (a.levels.empty()) a.levels.push_back(own_level);
        const std::uint32_t host = a.levels.back();
        a.levels.insert(a.levels.end(), b.levels.begin(), b.levels.end());
        a.to = b.to;
        std::replace(plan_.nodes[b.to].branches.begin(), plan_.nodes[b.to].branches.end(), at[1], at[0]);
        b.from = b.to = none;
        plan_.nodes[n].branches.clear();
        return host;
    }

    static void turn(SkeletonPlan::Branch& b, bool needed) {
        if (!needed) return;
        std::swap(b.from, b.to);
        std::reverse(b.levels.begin(), b.levels.end());
    }

    void leave_out_dissolved() {
        std::vector<std::uint32_t> branch(plan_.branches.size(), none), node(plan_.nodes.size(), none);
        std::vector<SkeletonPlan::Branch> branches;
        std::vector<SkeletonPlan::Node> nodes;
        for (std::uint32_t i = 0; i < node.size(); ++i) {
            if (plan_.nodes[i].branches.empty()) continue;
            node[i] = static_cast<std::uint32_t>(nodes.size());
            nodes.push_back(std::move(plan_.nodes[i]));
        }
        for (std::uint32_t i = 0; i < branch.size(); ++i) {
            SkeletonPlan::Branch& b = plan_.branches[i];
            if (b.from == none) continue;
            branch[i] = static_cast<std::uint32_t>(branches.size());
            b.from = node[b.from];
            b.to = node[b.to];
            branches.push_back(std::move(b));
        }
        for (SkeletonPlan::Node& n : nodes)
            for (std::uint32_t& b : n.branches) b = branch[b];
        for (std::uint32_t& n : node_of_)
            if (n != none) n = node[n];
        plan_.nodes = std::move(nodes);
        plan_.branches = std::move(branches);
    }

    void number_owners() {
        plan_.owner.assign(alive_.size(), 0);
        for (std::uint32_t b = 0; b < plan_.branches.size(); ++b)
            for (const std::uint32_t l : plan_.branches[b].levels) plan_.owner[l] = b;
        for (std::uint32_t l = 0; l < node_of_.size(); ++l)
            if (node_of_[l] != none) plan_.owner[l] = -1 - static_cast<std::int64_t>(node_of_[l]);
        for (std::uint32_t l = 0; l < host_.size(); ++l) {
            std::uint32_t h = l;
            while (host_[h] != h) h = host_[h] = host_[host_[h]];
            plan_.owner[l] = plan_.owner[h];
        }
        plan_.host = host_;
        for (std::uint32_t& h : plan_.host)
            while (host_[h] != h) h = host_[h];
    }

    const LevelGraph& graph_;
    const Grid& grid_;
    double least_branch_;
    std::vector<bool> alive_, done_;
    std::vector<std::size_t> degree_;
    std::vector<std::uint32_t> host_;     ///< of levels taken away: where they were attached
    std::vector<std::uint32_t> node_of_;  ///< of levels that are branch points
    SkeletonPlan plan_;
};

}  // namespace

SkeletonPlan plan_skeleton(const LevelGraph& graph, const Grid& grid, double least_branch) {
    return Planner(graph, grid, least_branch).plan();
}

}  // namespace cytomo
