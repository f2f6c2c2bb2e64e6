#include "cytomo/measures/network.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <utility>

#include "cytomo/core/disjoint_sets.h"
#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"

namespace cytomo {

std::string name(TubeKind kind) {
    switch (kind) {
        case TubeKind::fragment:
            return "fragment";
        case TubeKind::tube:
            return "tube";
        default:
            return "network";
    }
}

void NetworkOptions::check() const {
    skeleton.check();
    if (!(tube_from >= 0) || !std::isfinite(tube_from))
        throw UsageError("length / thickness of a tube: expected 0 or more, found " +
                         std::to_string(tube_from));
}

namespace {

/// Sum of thickness times length, and length, over the measured parts; and the smallest thickness.
struct Thickness {
    double weighted = 0, length_um = 0;
    double smallest = std::numeric_limits<double>::infinity();
    double whole_um = 0;  ///< length of the lines, parts that were not measured included
};

void add_thickness(Thickness& sum, const SkeletonBranch& b) {
    const std::size_t n = b.line_um.size();
    double plain = 0, count = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (!b.measured[i]) continue;
        const std::size_t before = i > 0 && b.measured[i - 1] ? i - 1 : i,
                          after = i + 1 < n && b.measured[i + 1] ? i + 1 : i;
        const double wide =
            (length(b.line_um[i] - b.line_um[before]) + length(b.line_um[after] - b.line_um[i])) / 2;
        sum.weighted += wide * 2 * b.radius_um[i];
        sum.length_um += wide;
        plain += 2 * b.radius_um[i];
        ++count;
        sum.smallest =
            std::min(sum.smallest, (b.radius_um[before] + 2 * b.radius_um[i] + b.radius_um[after]) / 2);
    }
    // A single measured place has no length of its own, but counts.
    if (count == 1) {
        const double wide = 1e-3 * b.length_um;
        sum.weighted += wide * plain;
        sum.length_um += wide;
    }
}

/// Ways along the skeleton between its nodes and the middles of its branches.
class Paths {
public:
    explicit Paths(const Skeleton& skeleton) : nodes_(skeleton.nodes.size()) {
        for (const SkeletonNode& n : skeleton.nodes) place_.push_back(n.place_um);
        ways_.resize(nodes_ + skeleton.branches.size());
        for (std::size_t b = 0; b < skeleton.branches.size(); ++b) {
            const SkeletonBranch& branch = skeleton.branches[b];
            place_.push_back(middle(branch));
            for (const std::size_t node : {branch.from, branch.to}) {
                ways_[node].emplace_back(nodes_ + b, branch.length_um / 2);
                ways_[nodes_ + b].emplace_back(node, branch.length_um / 2);
            }
        }
    }

    /// From each piece's farthest place to the place farthest from that, until it grows no longer.
    void longest(double& path_um, double& straight_um) const {
        std::vector<bool> done(ways_.size(), false);
        path_um = straight_um = 0;
        for (std::size_t start = 0; start < ways_.size(); ++start) {
            if (done[start]) continue;
            std::size_t from = start;
            double longest_here = -1;
            constexpr int most_searches = 6;
            for (int search = 0; search < most_searches; ++search) {
                const auto [to, way] = farthest(from, done);
                if (way <= longest_here) break;
                longest_here = way;
                if (way > path_um) {
                    path_um = way;
                    straight_um = length(place_[to] - place_[from]);
                }
                from = to;
            }
        }
    }

private:
    static Vec3 middle(const SkeletonBranch& branch) {
        double at = 0;
        for (std::size_t i = 1; i < branch.line_um.size(); ++i) {
            const double step = length(branch.line_um[i] - branch.line_um[i - 1]);
            if (at + step >= branch.length_um / 2 && step > 0)
                return branch.line_um[i - 1] +
                       (branch.line_um[i] - branch.line_um[i - 1]) * ((branch.length_um / 2 - at) / step);
            at += step;
        }
        return branch.line_um.back();
    }

    std::pair<std::size_t, double> farthest(std::size_t from, std::vector<bool>& reached) const {
        std::vector<double> way(ways_.size(), std::numeric_limits<double>::infinity());
        using Entry = std::pair<double, std::size_t>;
        std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
        way[from] = 0;
        open.emplace(0, from);
        std::pair<std::size_t, double> best{from, 0};
        while (!open.empty()) {
            const auto [here, at] = open.top();
            open.pop();
            if (here > way[at]) continue;
            reached[at] = true;
            if (here > best.second) best = {at, here};
            for (const auto& [next, step] : ways_[at])
                if (here + step < way[next]) {
                    way[next] = here + step;
                    open.emplace(way[next], next);
                }
        }
        return best;
    }

    std::size_t nodes_;
    std::vector<Vec3> place_;
    std::vector<std::vector<std::pair<std::size_t, double>>> ways_;
};

/// Of each piece of the skeleton that hangs together.
std::vector<Thickness> thickness_of_pieces(const Skeleton& skeleton) {
    DisjointSets sets(skeleton.nodes.size());
    for (const SkeletonBranch& b : skeleton.branches) sets.join(b.from, b.to);
    std::vector<Thickness> of_node(skeleton.nodes.size());
    std::vector<double> lines_um(skeleton.nodes.size(), 0);
    for (const SkeletonBranch& b : skeleton.branches) {
        const std::uint32_t piece = sets.find(b.from);
        add_thickness(of_node[piece], b);
        lines_um[piece] += b.length_um;
    }
    std::vector<Thickness> pieces;
    for (std::size_t n = 0; n < of_node.size(); ++n)
        if (of_node[n].length_um > 0) {
            of_node[n].whole_um = lines_um[n];
            pieces.push_back(of_node[n]);
        }
    return pieces;
}

/// Thickness of an object: of several pieces the mean weighted by the lengths of their lines, and the
/// smallest.
void set_thickness(NetworkObject& o, const Skeleton& skeleton) {
    const std::vector<Thickness> pieces = thickness_of_pieces(skeleton);
    if (pieces.empty()) return;
    double weighted = 0, whole_um = 0;
    o.minimum_thickness_um = std::numeric_limits<double>::infinity();
    for (const Thickness& piece : pieces) {
        const double mean = piece.weighted / piece.length_um;
        weighted += mean * piece.whole_um;
        whole_um += piece.whole_um;
        o.minimum_thickness_um = std::min({o.minimum_thickness_um, piece.smallest, mean});
        o.mean_thickness_um = mean;
    }
    if (pieces.size() > 1 && whole_um > 0) o.mean_thickness_um = weighted / whole_um;
}

NetworkObject object_from(Skeleton skeleton, const NetworkOptions& options) {
    NetworkObject o;
    o.instance = skeleton.instance;
    o.volume_um3 = skeleton.volume_um3;
    o.length_um = skeleton.length_um();
    o.branch_points = skeleton.branch_points();
    o.ends = skeleton.ends();
    o.branches = static_cast<std::int64_t>(skeleton.branches.size());
    o.loops = skeleton.loops();
    if (o.branches > 0) o.mean_branch_length_um = o.length_um / static_cast<double>(o.branches);
    set_thickness(o, skeleton);
    Paths(skeleton).longest(o.longest_path_um, o.straight_um);
    if (o.branch_points > 0 || o.loops > 0)
        o.kind = TubeKind::network;
    else
        o.kind = o.length_um >= options.tube_from * o.mean_thickness_um ? TubeKind::tube : TubeKind::fragment;
    o.skeleton = std::move(skeleton);
    return o;
}

}  // namespace

std::vector<NetworkObject> measure_networks(const Instances& instances, const NetworkOptions& options,
                                            const Progress& progress) {
    options.check();
    std::vector<Skeleton> skeletons =
        find_skeletons(instances, options.class_id, options.skeleton, progress.part(0, 0.95));
    std::vector<NetworkObject> objects(skeletons.size());
    parallel_for(static_cast<std::int64_t>(objects.size()), [&](std::int64_t i) {
        const auto at = static_cast<std::size_t>(i);
        objects[at] = object_from(std::move(skeletons[at]), options);
    });
    progress(1);
    return objects;
}

NetworkSummary summarise_networks(const std::vector<NetworkObject>& objects) {
    NetworkSummary s;
    double in_networks = 0;
    Thickness thickness;
    for (const NetworkObject& o : objects) {
        ++s.objects;
        s.fragments += o.kind == TubeKind::fragment;
        s.tubes += o.kind == TubeKind::tube;
        s.networks += o.kind == TubeKind::network;
        s.branch_points += o.branch_points;
        s.ends += o.ends;
        s.branches += o.branches;
        s.loops += o.loops;
        s.volume_um3 += o.volume_um3;
        s.length_um += o.length_um;
        if (o.kind == TubeKind::network) in_networks += o.volume_um3;
        for (const SkeletonBranch& b : o.skeleton.branches) add_thickness(thickness, b);
    }
    if (s.volume_um3 > 0) {
        s.length_per_volume_per_um2 = s.length_um / s.volume_um3;
        s.volume_share_in_networks = in_networks / s.volume_um3;
    }
    if (s.branches > 0) s.mean_branch_length_um = s.length_um / static_cast<double>(s.branches);
    if (thickness.length_um > 0) s.mean_thickness_um = thickness.weighted / thickness.length_um;
    return s;
}

Table network_table(const std::vector<NetworkObject>& objects) {
    Table table;
    table.name = "network";
    table.columns = {
        object_column(),
        {"kind", "",
         "A network has a branch point or a loop. A tube has neither and is at least 3 times as long as "
         "thick, a fragment is shorter."},
        {"volume_um3", "µm³", "Volume of the object: its number of voxels times the volume of one voxel."},
        {"length_um", "µm",
         "Length of all centre lines together; their free ends lie on the surface. Gaps between the pieces "
         "of "
         "an object in several pieces do not count."},
        {"branch_points", "", "Number of places where three or more centre lines meet."},
        {"ends", "", "Number of free ends of centre lines."},
        {"branches", "", "Number of centre lines, each from a branch point or an end to the next one."},
        {"loops", "", "Number of rings that the centre lines form; rings made of other rings do not count."},
        {"mean_branch_length_um", "µm",
         "Length of all centre lines together divided by the number of branches."},
        {"mean_thickness_um", "µm",
         "Mean diameter along the centre lines: that of a circle as large as the cross-section. Rounded ends "
         "and branch points are left out."},
        {"minimum_thickness_um", "µm",
         "Diameter at the thinnest place: that of a circle as large as the cross-section."},
        {"longest_path_um", "µm",
         "How far apart along the centre lines the two farthest places are, by the shortest way between "
         "them."},
        {"straight_um", "µm", "Straight distance between the two ends of the longest path."},
    };
    for (const NetworkObject& o : objects)
        table.rows.push_back({static_cast<std::int64_t>(o.instance), name(o.kind), o.volume_um3, o.length_um,
                              o.branch_points, o.ends, o.branches, o.loops, o.mean_branch_length_um,
                              o.mean_thickness_um, o.minimum_thickness_um, o.longest_path_um, o.straight_um});
    return table;
}

Table network_summary_table(const NetworkSummary& s) {
    Table table;
    table.name = "network_summary";
    table.columns = {
        {"objects", "", "Number of objects."},
        {"fragments", "",
         "Number of objects without branch point or loop that are less than 3 times as long as thick."},
        {"tubes", "",
         "Number of objects without branch point or loop that are at least 3 times as long as thick."},
        {"networks", "", "Number of objects with a branch point or a loop."},
        {"branch_points", "", "Number of branch points in all objects together."},
        {"ends", "", "Number of free ends in all objects together."},
        {"branches", "", "Number of branches in all objects together."},
        {"loops", "", "Number of loops in all objects together."},
        {"volume_um3", "µm³", "Volume of all objects together."},
        {"length_um", "µm", "Length of the centre lines of all objects together."},
        {"length_per_volume_per_um2", "1/µm²",
         "Length divided by volume, of all objects together: the thinner they are, the larger."},
        {"volume_share_in_networks", "", "Share of the volume, from 0 to 1, that belongs to networks."},
        {"mean_branch_length_um", "µm", "Length divided by the number of branches, of all objects together."},
        {"mean_thickness_um", "µm", "Mean diameter along the centre lines of all objects."},
    };
    table.rows.push_back({s.objects, s.fragments, s.tubes, s.networks, s.branch_points, s.ends, s.branches,
                          s.loops, s.volume_um3, s.length_um, s.length_per_volume_per_um2,
                          s.volume_share_in_networks, s.mean_branch_length_um, s.mean_thickness_um});
    return table;
}

}  // namespace cytomo
