#include "cytomo/labels/tube_stretches.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "cytomo/core/disjoint_sets.h"

namespace cytomo {

namespace {

class Finder {
public:
    explicit Finder(const TubeGraph& graph) : graph_(graph), nodes_(graph.nodes) {}

    TubeStretches find() {
        find_meetings();
        find_stretches();
        cut_at_bends();
        join_meetings();
        find_arms();
        return {std::move(stretches_), std::move(arms_), std::move(middle_um_), std::move(at_body_)};
    }

private:
    bool is_rooted(std::uint32_t n) const {
        const double r = nodes_[n].radius_um;
        return nodes_[n].contact_um2 > 0.8 * r * r;
    }

    void find_meetings() {
        meeting_of_.assign(nodes_.size(), no_meeting);
        for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
            if (nodes_[n].neighbours.size() < 3 || meeting_of_[n] != no_meeting) continue;
            std::vector<std::uint32_t> open{n};
            meeting_of_[n] = meetings_;
            while (!open.empty()) {
                const std::uint32_t at = open.back();
                open.pop_back();
                for (const std::uint32_t o : nodes_[at].neighbours)
                    if (nodes_[o].neighbours.size() >= 3 && meeting_of_[o] == no_meeting) {
                        meeting_of_[o] = meetings_;
                        open.push_back(o);
                    }
            }
            ++meetings_;
        }
        joined_ = DisjointSets(meetings_);
    }

    void find_stretches() {
        std::vector<bool> seen(nodes_.size(), false);
        const auto walk = [&](std::uint32_t at) {
            TubeStretch s;
            for (;;) {
                seen[at] = true;
                s.nodes.push_back(at);
                s.rooted = s.rooted || is_rooted(at);
                std::uint32_t next = no_meeting;
                for (const std::uint32_t o : nodes_[at].neighbours)
                    if (meeting_of_[o] == no_meeting && !seen[o]) next = o;
                if (next == no_meeting) break;
                at = next;
            }
            const auto meeting_beside = [&](std::uint32_t n, std::uint32_t but) {
                for (const std::uint32_t o : nodes_[n].neighbours)
                    if (meeting_of_[o] != no_meeting && o != but) return o;
                return no_meeting;
            };
            const std::uint32_t front = meeting_beside(s.nodes.front(), no_meeting);
            // A single node between two meetings has one at either side.
            const std::uint32_t back =
                meeting_beside(s.nodes.back(), s.nodes.size() == 1 ? front : no_meeting);
            if (front != no_meeting) s.ends[0] = meeting_of_[front];
            if (back != no_meeting && (s.nodes.size() > 1 || front != no_meeting))
                s.ends[1] = meeting_of_[back];
            stretches_.push_back(std::move(s));
        };
        for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
            if (meeting_of_[n] != no_meeting || seen[n]) continue;
            std::size_t inner = 0;
            for (const std::uint32_t o : nodes_[n].neighbours) inner += meeting_of_[o] == no_meeting ? 1 : 0;
            if (inner < 2) walk(n);
        }
        for (std::uint32_t n = 0; n < nodes_.size(); ++n)  // rings
            if (meeting_of_[n] == no_meeting && !seen[n]) walk(n);
    }

    /// Whether it runs on where the volume ends: the end lies at a face that what is before it does not
    /// reach.
    bool leaves(const TubeStretch& s) const {
        const std::size_t far = std::min<std::size_t>(3, s.nodes.size() - 1);
        const auto faces = [&](std::size_t i) { return static_cast<unsigned>(nodes_[s.nodes[i]].faces); };
        return (s.ends[0] == no_meeting && (faces(0) & ~faces(far)) != 0) ||
               (s.ends[1] == no_meeting &&
                (faces(s.nodes.size() - 1) & ~faces(s.nodes.size() - 1 - far)) != 0);
    }

    void cut_at_bends() {
        constexpr double sharp_deg = 40;
        constexpr std::size_t beside = 3;  // nodes to either side
        for (std::size_t i = 0; i < stretches_.size(); ++i) {
            for (;;) {
                const auto& nodes = stretches_[i].nodes;
                double sharpest = sharp_deg;
                std::size_t at = 0;
                for (std::size_t k = beside; k + beside < nodes.size(); ++k) {
                    const auto place = [&](std::size_t n) { return nodes_[nodes[n]].place_um; };
                    const double bend = angle_deg(place(k) - place(k - beside), place(k + beside) - place(k));
                    if (bend > sharpest) {
                        sharpest = bend;
                        at = k;
                    }
                }
                if (at == 0) break;
                TubeStretch behind;
                behind.nodes.assign(nodes.begin() + static_cast<std::ptrdiff_t>(at) + 1, nodes.end());
                behind.ends[0] = meetings_;
                behind.ends[1] = stretches_[i].ends[1];
                meeting_of_[nodes[at]] = meetings_;
                joined_.add();
                TubeStretch& before = stretches_[i];
                before.nodes.resize(at);
                before.ends[1] = meetings_++;
                for (TubeStretch* s : {&before, &behind})
                    s->rooted = std::any_of(s->nodes.begin(), s->nodes.end(),
                                            [&](std::uint32_t n) { return is_rooted(n); });
                stretches_.push_back(std::move(behind));
            }
            stretches_[i].leaves = leaves(stretches_[i]);
        }
    }

    /// Mean cross-section over at most `most` nodes from one end.
    double section_um2(const TubeStretch& s, std::size_t most, bool back) const {
        double volume = 0, along = 0;
        const std::size_t count = std::min(most, s.nodes.size());
        for (std::size_t i = 0; i < count; ++i) {
            const TubeNode& node = nodes_[back ? s.nodes[s.nodes.size() - 1 - i] : s.nodes[i]];
            volume += node.volume_um3;
            along += 1.3 * node.radius_um;
        }
        return volume / along;
    }

    void join_meetings() {
        std::vector<std::vector<std::pair<std::uint32_t, bool>>> leaving(meetings_);  // stretch, by its back
        for (std::uint32_t i = 0; i < stretches_.size(); ++i)
            for (const bool back : {false, true})
                if (stretches_[i].ends[back ? 1 : 0] != no_meeting)
                    leaving[stretches_[i].ends[back ? 1 : 0]].emplace_back(i, back);
        for (TubeStretch& s : stretches_) {
            if (s.ends[0] == no_meeting || s.ends[1] == no_meeting ||
                joined_.find(s.ends[0]) == joined_.find(s.ends[1]))
                continue;
            double radius = 0;
            for (const std::uint32_t n : s.nodes) radius = std::max(radius, nodes_[n].radius_um);
            const double along = length_um(graph_, s);
            if (along > 15 * radius) continue;
            if (along > 2.5 * radius) {
                double others = 0, count = 0;
                for (const std::uint32_t end : s.ends)
                    for (const auto& [o, back] : leaving[end])
                        if (&stretches_[o] != &s) {
                            others += section_um2(stretches_[o], 3, back);
                            ++count;
                        }
                if (count == 0 || section_um2(s, s.nodes.size(), false) < 1.35 * others / count) continue;
            }
            s.shared = true;
            joined_.join(s.ends[0], s.ends[1]);
        }
    }

    void find_arms() {
        arms_.resize(meetings_);
        std::vector<Vec3> middle(meetings_), contact(meetings_);
        std::vector<double> weight(meetings_, 0), contact_um2(meetings_, 0), radius(meetings_, 0);
        const auto add_node = [&](std::uint32_t n, std::uint32_t m) {
            const TubeNode& node = nodes_[n];
            middle[m] = middle[m] + node.place_um * node.volume_um3;
            weight[m] += node.volume_um3;
            contact[m] = contact[m] + node.contact_um * node.contact_um2;
            contact_um2[m] += node.contact_um2;
            radius[m] = std::max(radius[m], node.radius_um);
        };
        for (std::uint32_t n = 0; n < nodes_.size(); ++n)
            if (meeting_of_[n] != no_meeting) add_node(n, joined_.find(meeting_of_[n]));
        for (const TubeStretch& s : stretches_)
            if (s.shared)
                for (const std::uint32_t n : s.nodes) add_node(n, joined_.find(s.ends[0]));
        for (std::uint32_t m = 0; m < meetings_; ++m)
            if (weight[m] > 0) middle[m] = middle[m] * (1 / weight[m]);
        middle_um_ = middle;
        for (std::uint32_t i = 0; i < stretches_.size(); ++i) {
            const TubeStretch& s = stretches_[i];
            for (const int end : {0, 1})
                if (!s.shared && s.ends[end] != no_meeting) {
                    const std::uint32_t m = joined_.find(s.ends[end]);
                    arms_[m].push_back(arm_of(graph_, stretches_, i, end == 1, middle[m]));
                }
        }
        // A meeting at the cell body has the body as one more arm, with a stretch of no nodes.
        at_body_.assign(meetings_, false);
        for (std::uint32_t m = 0; m < meetings_; ++m) {
            if (joined_.find(m) != m || contact_um2[m] <= 0.8 * radius[m] * radius[m]) continue;
            at_body_[m] = true;
            TubeStretch root;
            root.rooted = true;
            root.ends[0] = m;
            const Vec3 at = contact[m] * (1 / contact_um2[m]);
            const Vec3 out = normalized(at - middle[m]);
            arms_[m].push_back(
                {static_cast<std::uint32_t>(stretches_.size()), false, at, out, radius[m], false});
            stretches_.push_back(std::move(root));
        }
    }

    const TubeGraph& graph_;
    const std::vector<TubeNode>& nodes_;
    std::uint32_t meetings_ = 0;
    std::vector<std::uint32_t> meeting_of_;
    DisjointSets joined_;  ///< meetings that shared stretches make one
    std::vector<TubeStretch> stretches_;
    std::vector<std::vector<TubeArm>> arms_;
    std::vector<Vec3> middle_um_;
    std::vector<bool> at_body_;
};

}  // namespace

double angle_deg(Vec3 a, Vec3 b) {
    return std::atan2(length(cross(a, b)), dot(a, b)) * 180 / std::numbers::pi;
}

double length_um(const TubeGraph& graph, const TubeStretch& stretch) {
    double sum = 0;
    for (std::size_t i = 1; i < stretch.nodes.size(); ++i)
        sum += length(graph.nodes[stretch.nodes[i]].place_um - graph.nodes[stretch.nodes[i - 1]].place_um);
    return sum;
}

TubeArm arm_of(const TubeGraph& graph, const std::vector<TubeStretch>& stretches, std::uint32_t stretch,
               bool back, Vec3 middle_um) {
    const auto& nodes = stretches[stretch].nodes;
    const auto node = [&](std::size_t i) -> const TubeNode& {
        return graph.nodes[back ? nodes[nodes.size() - 1 - i] : nodes[i]];
    };
    const Vec3 place = node(0).place_um;
    const std::size_t far = std::min<std::size_t>(3, nodes.size() - 1);
    const Vec3 along = far > 0 ? node(far).place_um - place : place - middle_um;
    return {stretch, back, place, normalized(along), node(0).radius_um, false};
}

TubeStretches find_tube_stretches(const TubeGraph& graph) {
    return Finder(graph).find();
}

}  // namespace cytomo
