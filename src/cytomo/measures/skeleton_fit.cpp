#include "cytomo/measures/skeleton_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "cytomo/measures/centre_line.h"
#include "cytomo/measures/skeleton_portions.h"

namespace cytomo {

namespace {

/// A surface lies on average this part of a voxel's extent beyond the outermost voxel centre.
constexpr double beyond_end_centre = 0.3;

/// Where a level's voxels may belong: near a place on a branch.
struct Candidate {
    std::uint32_t branch;
    double near_um;
    SkeletonLine::Stretch stretch{};  ///< where voxels of the level look
};

/// A portion of the object, given to the place on a line that is nearest to it.
struct Given {
    Vec3 place_um;
    double volume_um3;
    std::uint32_t branch;
    SkeletonLine::Place nearest;
};

class Fitter {
public:
    Fitter(const SkeletonMatter& matter, const Grid& grid, const Grid& graph_grid, const LevelGraph& graph,
           const SkeletonPlan& plan)
        : matter_(matter),
          grid_(grid),
          graph_grid_(graph_grid),
          graph_(graph),
          plan_(plan),
          voxels_(matter, grid) {
        fit_.branches.resize(plan.branches.size());
        for (const SkeletonPlan::Node& n : plan.nodes) fit_.nodes_um.push_back(n.place_um);
        near_um_.assign(graph.levels.size(), 0);
    }

    FittedSkeleton fit() {
        begin_lines();
        for (int round = 0; round < 2; ++round) {
            cut(false);
            for (std::uint32_t b = 0; b < branches(); ++b) take_centroids(b);
            meet_at_branch_points();
            make_lines(round == 1);
        }
        cut(true);
        return std::move(fit_);
    }

private:
    std::uint32_t branches() const { return static_cast<std::uint32_t>(plan_.branches.size()); }
    bool is_point(std::uint32_t node) const {
        return plan_.nodes[node].kind == SkeletonPlan::Kind::branch_point;
    }
    bool is_ring(std::uint32_t b) const {
        return plan_.nodes[plan_.branches[b].from].kind == SkeletonPlan::Kind::ring;
    }
    bool is_open(std::uint32_t node) const { return plan_.nodes[node].kind == SkeletonPlan::Kind::end; }
    double extent(Vec3 direction) const { return voxel_extent(direction, grid_.voxel_um); }

    void begin_lines() {
        points_.resize(branches());
        for (std::uint32_t b = 0; b < branches(); ++b) {
            const SkeletonPlan::Branch& from = plan_.branches[b];
            double sum = 0;
            for (const std::uint32_t l : from.levels) {
                points_[b].push_back(graph_.levels[l].centroid_um);
                sum += level_radius_um(graph_.levels[l], graph_, graph_grid_);
            }
            const auto n = static_cast<double>(from.levels.size());
            FittedBranch& branch = fit_.branches[b];
            branch.radius_um = n > 0 ? sum / n : graph_.radius_um;
            branch.stub = is_open(from.from) && is_open(from.to) &&
                          (n < 4 || n * graph_.thickness_um < 3 * branch.radius_um);
            // Slanting or rounded levels at free ends say little of the middle.
            const auto full = [&](std::size_t at, std::size_t next) {
                return 2 * graph_.levels[from.levels[at]].voxels > graph_.levels[from.levels[next]].voxels;
            };
            std::size_t begin = 0, end = from.levels.size();
            if (is_open(from.from))
                while (begin + 2 < end && !full(begin, begin + 1)) ++begin;
            if (is_open(from.to))
                while (begin + 2 < end && !full(end - 1, end - 2)) --end;
            points_[b].erase(points_[b].begin() + static_cast<std::ptrdiff_t>(end), points_[b].end());
            points_[b].erase(points_[b].begin(), points_[b].begin() + static_cast<std::ptrdiff_t>(begin));
        }
        set_node_radii();
        make_lines(false);
        for (std::uint32_t b = 0; b < branches(); ++b) {
            const auto& levels = plan_.branches[b].levels;
            for (std::size_t i = 0; i < levels.size(); ++i)
                near_um_[levels[i]] = fit_.branches[b].line.length_um() * (static_cast<double>(i) + 0.5) /
                                      static_cast<double>(levels.size());
        }
    }

    void set_node_radii() {
        fit_.node_radius_um.assign(plan_.nodes.size(), 0);
        for (std::size_t n = 0; n < plan_.nodes.size(); ++n)
            for (const std::uint32_t b : plan_.nodes[n].branches)
                fit_.node_radius_um[n] = std::max(fit_.node_radius_um[n], fit_.branches[b].radius_um);
    }

    /// Lines through points_, smoothed; in the end moved inwards in bends.
    void make_lines(bool last) {
        for (std::uint32_t b = 0; b < branches(); ++b) {
            FittedBranch& branch = fit_.branches[b];
            if (branch.stub) {
                if (!branch.line.usable()) make_stub(b);
                continue;
            }
            const SkeletonPlan::Branch& ends = plan_.branches[b];
            std::vector<Vec3> nodes = smooth_points(b);
            if (last) nodes = moved_inwards(nodes, is_ring(b), branch.radius_um);
            if (is_ring(b)) nodes.push_back(nodes.front());
            if (is_point(ends.from)) nodes.insert(nodes.begin(), fit_.nodes_um[ends.from]);
            if (is_point(ends.to)) nodes.push_back(fit_.nodes_um[ends.to]);
            SkeletonLine line(nodes, is_open(ends.from), is_open(ends.to), is_ring(b));
            if (!line.usable()) {  // two branch points side by side, or a single level
                const Vec3 a = fit_.nodes_um[ends.from], c = fit_.nodes_um[ends.to];
                line = SkeletonLine({a, length(c - a) > 0 ? c : a + Vec3{grid_.voxel_um.x, 0, 0}},
                                    is_open(ends.from), is_open(ends.to), false);
            }
            branch.line = std::move(line);
        }
    }

    std::vector<Vec3> smooth_points(std::uint32_t b) const {
        const std::vector<Vec3>& points = points_[b];
        if (points.size() < 3) return points;
        // Three points to either side, and a little.
        const double wide = 3.4 * std::max(graph_.thickness_um, fit_.branches[b].cuts.length_um);
        return is_ring(b) ? smoothed_ring(points, wide) : smoothed(points, wide);
    }

    void make_stub(std::uint32_t b) {
        const SkeletonPlan::Branch& ends = plan_.branches[b];
        FittedBranch& branch = fit_.branches[b];
        const Vec3 start = fit_.nodes_um[ends.from];
        Vec3 tip = start;
        double volume = 0;
        const std::vector<std::uint8_t> own = levels_of_branch(b);
        for (std::size_t i = 0; i < voxels_.pieces(); ++i)
            voxels_.for_piece(i, [&](Vec3 p, std::uint32_t level) {
                if (own[level] == 0) return;
                volume += grid_.voxel_volume_um3();
                if (length(p - start) > length(tip - start)) tip = p;
            });
        const Vec3 along = length(tip - start) > 0 ? normalized(tip - start) : Vec3{1, 0, 0};
        const double beyond =
            std::max(beyond_end_centre * extent(along), (extent(along) - length(tip - start)) / 2);
        branch.line = SkeletonLine({start - along * beyond, tip + along * beyond}, true, true, false);
        branch.low_um = 0;
        branch.high_um = branch.line.length_um();
        branch.radius_um = radius_of_short(volume, branch.high_um);
    }

    std::vector<std::uint8_t> levels_of_branch(std::uint32_t b) const {
        std::vector<std::uint8_t> own(graph_.levels.size(), 0);
        for (std::size_t l = 0; l < own.size(); ++l) own[l] = plan_.owner[l] == static_cast<std::int64_t>(b);
        return own;
    }

    /// Candidates of each level, for one round.
    std::vector<std::vector<Candidate>> find_candidates() {
        std::vector<std::vector<Candidate>> found(graph_.levels.size());
        const auto add_point = [&](std::vector<Candidate>& list, std::uint32_t node, std::uint32_t but) {
            for (const std::uint32_t b : plan_.nodes[node].branches) {
                if (b == but) continue;
                if (plan_.branches[b].from == node) list.push_back({b, 0});
                if (plan_.branches[b].to == node) list.push_back({b, fit_.branches[b].line.length_um()});
            }
        };
        for (std::uint32_t l = 0; l < found.size(); ++l) {
            if (plan_.host[l] != l) continue;
            if (plan_.owner[l] < 0) {
                add_point(found[l], static_cast<std::uint32_t>(-1 - plan_.owner[l]), branches());
                continue;
            }
            const auto b = static_cast<std::uint32_t>(plan_.owner[l]);
            const SkeletonLine& line = fit_.branches[b].line;
            const double before = near_um_[l];
            near_um_[l] =
                line.nearest(graph_.levels[l].centroid_um, before,
                             line.stretch(before, 4 * (fit_.branches[b].radius_um + graph_.thickness_um)))
                    .at;
            found[l].push_back({b, near_um_[l]});
            for (const std::uint32_t node : {plan_.branches[b].from, plan_.branches[b].to}) {
                if (!is_point(node)) continue;
                const double apart =
                    node == plan_.branches[b].from ? near_um_[l] : line.length_um() - near_um_[l];
                if (apart < 3 * fit_.node_radius_um[node] + graph_.thickness_um) add_point(found[l], node, b);
            }
        }
        for (std::uint32_t l = 0; l < found.size(); ++l)
            if (plan_.host[l] != l) found[l] = found[plan_.host[l]];
        return found;
    }

    /// Gives each voxel to the nearest line and adds up the cuts.
    void cut(bool last) {
        std::vector<std::vector<Candidate>> candidates = find_candidates();
        std::vector<double> nearest_axis(branches());
        for (std::uint32_t b = 0; b < branches(); ++b) {
            FittedBranch& branch = fit_.branches[b];
            if (branch.stub) continue;
            const SkeletonPlan::Branch& ends = plan_.branches[b];
            const double margin = 2 * branch.radius_um + 2 * graph_.thickness_um;
            branch.cuts = LineCuts(is_open(ends.from) ? -margin : 0,
                                   branch.line.length_um() + (is_open(ends.to) ? margin : 0),
                                   std::max(length(grid_.voxel_um), 0.75 * branch.radius_um), is_ring(b));
            branch.low_um = std::numeric_limits<double>::infinity();
            branch.high_um = -branch.low_um;
            const Vec3 e = grid_.voxel_um;
            nearest_axis[b] = std::max(0.5 * branch.radius_um, 0.75 * std::max({e.x, e.y, e.z}));
        }
        const bool coarse = !last && !matter_.coarse.empty();
        std::vector<std::vector<double>> extents(branches());  // of a portion along each segment
        for (std::uint32_t b = 0; b < branches(); ++b)
            for (std::size_t k = 0; k + 1 < fit_.branches[b].line.nodes().size(); ++k)
                extents[b].push_back(voxel_extent(fit_.branches[b].line.direction(k),
                                                  coarse ? matter_.coarse_um : grid_.voxel_um));
        for (std::size_t l = 0; l < candidates.size(); ++l) {
            const double wide =
                level_radius_um(graph_.levels[l], graph_, graph_grid_) + 1.5 * graph_.thickness_um;
            for (Candidate& c : candidates[l])
                c.stretch = fit_.branches[c.branch].line.stretch(c.near_um, wide);
        }
        const auto give = [&](Vec3 p, std::uint32_t level, double volume_um3, std::vector<Given>& given) {
            SkeletonLine::Place best{0, -1};
            std::uint32_t chosen = branches();
            for (const Candidate& c : candidates[level]) {
                const auto found = fit_.branches[c.branch].line.nearest(p, c.near_um, c.stretch);
                if (chosen != branches() && found.squared_um2 >= best.squared_um2) continue;
                best = found;
                chosen = c.branch;
            }
            if (chosen != branches() && !fit_.branches[chosen].stub)
                given.push_back({p, volume_um3, chosen, best});
        };
        const auto add = [&](const Given& given) {
            FittedBranch& branch = fit_.branches[given.branch];
            const SkeletonLine::Place& best = given.nearest;
            const double beside = extents[given.branch][best.segment];
            branch.cuts.add(given.place_um, given.volume_um3, best.at, beside);
            if (best.squared_um2 > nearest_axis[given.branch] * nearest_axis[given.branch]) return;
            branch.low_um = std::min(branch.low_um, best.at - beyond_end_centre * beside);
            branch.high_um = std::max(branch.high_um, best.at + beyond_end_centre * beside);
        };
        if (coarse) {
            constexpr std::size_t piece = 4096;
            const std::vector<SkeletonPortion>& all = matter_.coarse;
            find_and_add<Given>((all.size() + piece - 1) / piece,
                                [&](std::size_t i, std::vector<Given>& given) {
                                    for (std::size_t k = i * piece; k < std::min(all.size(), (i + 1) * piece);
                                         ++k)
                                        if (all[k].level != no_level)
                                            give(all[k].place_um, all[k].level, all[k].volume_um3, given);
                                },
                                add);
        } else {
            const double voxel_um3 = grid_.voxel_volume_um3();
            find_and_add<Given>(
                voxels_.pieces(),
                [&](std::size_t i, std::vector<Given>& given) {
                    voxels_.for_piece(i,
                                      [&](Vec3 p, std::uint32_t level) { give(p, level, voxel_um3, given); });
                },
                add);
        }
        for (std::uint32_t b = 0; b < branches(); ++b) finish_cuts(b);
        set_node_radii();
    }

    void finish_cuts(std::uint32_t b) {
        FittedBranch& branch = fit_.branches[b];
        if (branch.stub) return;
        branch.cuts.finish();
        const SkeletonPlan::Branch& ends = plan_.branches[b];
        const double whole = branch.line.length_um();
        if (!is_open(ends.from) || !(branch.low_um < whole)) branch.low_um = 0;
        if (!is_open(ends.to) || !(branch.high_um > branch.low_um)) branch.high_um = whole;
        std::vector<double> radii;
        const auto [first, last] = clean_part(b, 1);
        for (std::size_t i = 0; i < branch.cuts.volume_um3.size(); ++i)
            if (branch.cuts.middle(i) >= first && branch.cuts.middle(i) <= last)
                radii.push_back(
                    std::sqrt(branch.cuts.volume_um3[i] / (std::numbers::pi * branch.cuts.length_um)));
        if (radii.empty()) return;
        std::nth_element(radii.begin(), radii.begin() + static_cast<std::ptrdiff_t>(radii.size() / 2),
                         radii.end());
        if (radii[radii.size() / 2] > 0) branch.radius_um = radii[radii.size() / 2];
    }

    /// The part of a branch that is neither its rounded end nor a branch point; `strict` times the usual
    /// distance from these.
    std::pair<double, double> clean_part(std::uint32_t b, double strict) const {
        const FittedBranch& branch = fit_.branches[b];
        if (is_ring(b)) return {0, branch.line.length_um()};
        const SkeletonPlan::Branch& ends = plan_.branches[b];
        const double whole = branch.high_um - branch.low_um;
        const auto margin = [&](std::uint32_t node) {
            return std::min(0.35 * whole,
                            strict * (is_point(node) ? branch_point_reach * fit_.node_radius_um[node]
                                                     : branch.radius_um));
        };
        return {branch.low_um + margin(ends.from), branch.high_um - margin(ends.to)};
    }

    void take_centroids(std::uint32_t b) {
        const FittedBranch& branch = fit_.branches[b];
        if (branch.stub) return;
        const auto [first, last] = clean_part(b, 1);
        std::vector<Vec3> found;
        for (std::size_t i = 0; i < branch.cuts.volume_um3.size(); ++i)
            if (branch.cuts.volume_um3[i] > 0 && branch.cuts.middle(i) >= first &&
                branch.cuts.middle(i) <= last)
                found.push_back(branch.cuts.centroid_um[i]);
        const bool between = is_point(plan_.branches[b].from) && is_point(plan_.branches[b].to);
        const bool attached = is_point(plan_.branches[b].from) || is_point(plan_.branches[b].to);
        const std::size_t least = between ? 0 : attached ? 1 : is_ring(b) ? 4 : 2;
        if (found.size() >= least) points_[b] = std::move(found);
    }

    /// Branch points go where the straight continuations of their branches come nearest to each other.
    void meet_at_branch_points() {
        for (std::uint32_t n = 0; n < plan_.nodes.size(); ++n) {
            if (!is_point(n)) continue;
            std::array<double, 6> m{};  // xx, yy, zz, xy, xz, yz of Σ (1 - d dᵀ)
            Vec3 right;
            double lines = 0;
            const auto add = [&](const std::vector<Vec3>& points, bool from, double radius_um) {
                if (points.size() < 2) return;
                const std::size_t n_points = points.size();
                const auto at = [&](std::size_t i) { return points[from ? i : n_points - 1 - i]; };
                std::size_t far = 1;
                while (far + 1 < n_points && length(at(far) - at(0)) < 2 * radius_um) ++far;
                const Vec3 d = normalized(at(far) - at(0)), p = at(0);
                const std::array<double, 6> own{1 - d.x * d.x, 1 - d.y * d.y, 1 - d.z * d.z,
                                                -d.x * d.y,    -d.x * d.z,    -d.y * d.z};
                for (std::size_t i = 0; i < 6; ++i) m[i] += own[i];
                right = right + p - d * dot(d, p);
                ++lines;
            };
            for (const std::uint32_t b : unique_branches(n)) {
                const std::vector<Vec3> points = smooth_points(b);
                if (plan_.branches[b].from == n) add(points, true, fit_.branches[b].radius_um);
                if (plan_.branches[b].to == n) add(points, false, fit_.branches[b].radius_um);
            }
            if (lines < 2) continue;
            const double tie = 0.03 * lines;
            for (std::size_t i = 0; i < 3; ++i) m[i] += tie;
            right = right + fit_.nodes_um[n] * tie;
            const Vec3 found = solve_symmetric(m, right);
            const Vec3 off = found - plan_.nodes[n].place_um;
            const double most = 1.5 * fit_.node_radius_um[n];
            fit_.nodes_um[n] = length(off) > most ? plan_.nodes[n].place_um + normalized(off) * most : found;
        }
    }

    std::vector<std::uint32_t> unique_branches(std::uint32_t n) const {
        std::vector<std::uint32_t> found = plan_.nodes[n].branches;
        std::sort(found.begin(), found.end());
        found.erase(std::unique(found.begin(), found.end()), found.end());
        return found;
    }

    const SkeletonMatter& matter_;
    const Grid &grid_, &graph_grid_;
    const LevelGraph& graph_;
    const SkeletonPlan& plan_;
    const SkeletonVoxels voxels_;
    FittedSkeleton fit_;
    std::vector<std::vector<Vec3>> points_;  ///< of each branch: centroids of its clean cuts
    std::vector<double> near_um_;            ///< of each level: where on its branch
};

}  // namespace

FittedSkeleton fit_skeleton(const SkeletonMatter& matter, const Grid& grid, const Grid& graph_grid,
                            const LevelGraph& graph, const SkeletonPlan& plan) {
    return Fitter(matter, grid, graph_grid, graph, plan).fit();
}

}  // namespace cytomo
