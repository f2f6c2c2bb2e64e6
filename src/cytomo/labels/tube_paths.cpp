// Stretches that meet are joined to tubes in the order of how straight they go on.
#include "cytomo/labels/tube_paths.h"

#include <algorithm>

#include "cytomo/core/disjoint_sets.h"
#include "cytomo/labels/tube_stretches.h"

namespace cytomo {

namespace {

/// Tubes that part within so many radii of the cell body begin there.
constexpr double root_radii = 5;

struct Candidate {
    std::uint32_t meeting, a,
        b;  ///< meeting no_meeting: a and b are ends that face each other across other tubes
    double bend_deg;
};

class Follower {
public:
    Follower(const TubeGraph& graph, double largest_bend_deg)
        : Follower(graph, largest_bend_deg, find_tube_stretches(graph)) {}

    TubePaths follow() {
        join_stretches();
        join_touching();
        return paths();
    }

private:
    Follower(const TubeGraph& graph, double largest_bend_deg, TubeStretches found)
        : graph_(graph),
          nodes_(graph.nodes),
          largest_bend_deg_(largest_bend_deg),
          meetings_(static_cast<std::uint32_t>(found.arms.size())),
          stretches_(std::move(found.stretches)),
          arms_(std::move(found.arms)),
          middle_um_(std::move(found.middle_um)),
          at_body_(std::move(found.at_body)) {}

    /// How much a tube turns that comes in by one arm and leaves by the other.
    static double bend_deg(const TubeArm& a, const TubeArm& b) {
        const Vec3 chord = b.place_um - a.place_um;
        const double straight = angle_deg(a.direction * -1, b.direction);
        if (length(chord) < std::max(a.radius_um, b.radius_um)) return straight;
        // A step to the side is a bend and one back.
        return 0.5 * (straight + angle_deg(a.direction * -1, chord) + angle_deg(chord, b.direction));
    }

    std::uint32_t tube(std::uint32_t s) { return tubes_.find(s); }

    /// False if both reach the cell body, each by itself.
    bool join(std::uint32_t s, std::uint32_t o) {
        const std::uint32_t a = tube(s), b = tube(o);
        if (a == b) return true;
        if (rooted_[a] && rooted_[b]) return false;
        tubes_.join(a, b);
        const std::uint32_t low = tube(a);
        rooted_[low] = rooted_[a] || rooted_[b];
        leaves_[low] = leaves_[a] || leaves_[b];
        return true;
    }

    void join_stretches() {
        tubes_ = DisjointSets(stretches_.size());
        rooted_.resize(stretches_.size());
        leaves_.resize(stretches_.size());
        stretch_of_.assign(nodes_.size(), no_meeting);
        for (std::uint32_t i = 0; i < stretches_.size(); ++i)
            for (const std::uint32_t n : stretches_[i].nodes) stretch_of_[n] = i;
        for (std::size_t i = 0; i < stretches_.size(); ++i) {
            rooted_[i] = stretches_[i].rooted;
            leaves_[i] = stretches_[i].leaves;
        }
        stub_.assign(stretches_.size(), false);
        settle_stubs();
        std::vector<Candidate> candidates;
        for (std::uint32_t m = 0; m < meetings_; ++m)
            for (std::uint32_t a = 0; a < arms_[m].size(); ++a)
                for (std::uint32_t b = a + 1; b < arms_[m].size(); ++b)
                    candidates.push_back({m, a, b, bend_deg(arms_[m][a], arms_[m][b])});
        const std::vector<TubeArm*> ends = open_ends();
        find_facing(ends, candidates);
        std::stable_sort(candidates.begin(), candidates.end(),
                         [](const Candidate& a, const Candidate& b) { return a.bend_deg < b.bend_deg; });
        for (const Candidate& c : candidates) {
            const bool faces = c.meeting == no_meeting;
            TubeArm &a = faces ? *ends[c.a] : arms_[c.meeting][c.a],
                    &b = faces ? *ends[c.b] : arms_[c.meeting][c.b];
            if (a.used || b.used) continue;
            if (!faces && c.bend_deg > largest_bend_deg_ && arms_[c.meeting].size() > 2) continue;
            if (!join(a.stretch, b.stretch)) continue;
            a.used = b.used = true;
            // Straight on, it is a root.
            if (stub_[a.stretch] || stub_[b.stretch]) rooted_[tube(a.stretch)] = true;
            if (!faces) joints_.push_back(c);
        }
        pairs_ = joints_.size();
        for (const Candidate& c : candidates) {
            if (c.meeting == no_meeting) continue;
            TubeArm &a = arms_[c.meeting][c.a], &b = arms_[c.meeting][c.b];
            if (a.used && b.used) continue;
            if (a.used != b.used && is_tube_of_its_own(c.meeting, a.used ? b : a, a.used ? a : b)) continue;
            if (!join(a.stretch, b.stretch)) continue;
            a.used = b.used = true;
            joints_.push_back(c);
        }
    }

    /// Arms of meetings, and ends of stretches that meet nothing.
    std::vector<TubeArm*> open_ends() {
        for (std::uint32_t i = 0; i < stretches_.size(); ++i)
            for (const bool back : {false, true}) {
                const TubeStretch& s = stretches_[i];
                if (s.nodes.size() > 1 && !s.shared && s.ends[back ? 1 : 0] == no_meeting)
                    free_ends_.push_back(arm_of(graph_, stretches_, i, back, {}));
            }
        std::vector<TubeArm*> ends;
        for (auto& arms : arms_)
            for (TubeArm& arm : arms)
                if (stretches_[arm.stretch].nodes.size() > 1) ends.push_back(&arm);
        for (TubeArm& end : free_ends_) ends.push_back(&end);
        return ends;
    }

    /// Ends that face each other with another tube in between: a tube that runs under or over it.
    void find_facing(const std::vector<TubeArm*>& ends, std::vector<Candidate>& candidates) const {
        constexpr double most_deg = 30, less_likely_deg = 5;
        for (std::uint32_t i = 0; i < ends.size(); ++i)
            for (std::uint32_t j = i + 1; j < ends.size(); ++j) {
                const TubeArm &a = *ends[i], &b = *ends[j];
                const double thin = std::min(a.radius_um, b.radius_um),
                             thick = std::max(a.radius_um, b.radius_um);
                const Vec3 chord = b.place_um - a.place_um;
                if (a.stretch == b.stretch || thick > 2 * thin) continue;
                const double bend = bend_deg(a, b);
                if (bend > most_deg || angle_deg(a.direction * -1, chord) > 2 * most_deg) continue;
                if (is_crossed(a, b)) candidates.push_back({no_meeting, i, j, bend + less_likely_deg});
            }
    }

    /// Whether another tube lies halfway between, thick enough to hide what is between them.
    bool is_crossed(const TubeArm& a, const TubeArm& b) const {
        const Vec3 middle = (a.place_um + b.place_um) * 0.5;
        const double apart = length(a.place_um - b.place_um), thin = std::min(a.radius_um, b.radius_um);
        for (std::uint32_t n = 0; n < nodes_.size(); ++n)
            if (stretch_of_[n] != a.stretch && stretch_of_[n] != b.stretch &&
                length(nodes_[n].place_um - middle) < nodes_[n].radius_um + thin &&
                apart < 6 * thin + 4 * nodes_[n].radius_um)
                return true;
        return false;
    }

    /// Whether what is left over at a meeting is no branch of the tube that runs through it: it begins at the
    /// cell body close by, or is the tip of a tube from the cell body that touches one from elsewhere.
    bool is_tube_of_its_own(std::uint32_t m, const TubeArm& left, const TubeArm& stem) {
        const auto long_um = [&](const TubeArm& arm) { return length_um(graph_, stretches_[arm.stretch]); };
        if (stretches_[left.stretch].nodes.empty()) return false;
        bool at_body = at_body_[m];
        for (const TubeArm& arm : arms_[m]) {
            const TubeStretch& s = stretches_[arm.stretch];
            at_body = at_body || (s.rooted && (s.ends[0] == no_meeting) != (s.ends[1] == no_meeting) &&
                                  long_um(arm) < root_radii * arm.radius_um);
        }
        if (at_body && long_um(left) > root_radii * left.radius_um) return true;
        return rooted_[tube(left.stretch)] && leaves_[tube(stem.stretch)];
    }

    /// Tubes that touch at their sides stay apart. One that touches another with its end, and straight on, is
    /// its continuation behind a narrow place, or a branch with a narrow foot.
    void join_touching() {
        constexpr double straight_on_deg = 30;
        const auto leads_to = [&](std::uint32_t n, std::uint32_t other) {
            const TubeStretch& s = stretches_[stretch_of_[n]];
            if (s.nodes.size() < 2) return false;
            for (const bool back : {false, true}) {
                if (n != (back ? s.nodes.back() : s.nodes.front()) || s.ends[back ? 1 : 0] != no_meeting)
                    continue;
                const std::size_t far = std::min<std::size_t>(3, s.nodes.size() - 1);
                const Vec3 before = nodes_[back ? s.nodes[s.nodes.size() - 1 - far] : s.nodes[far]].place_um;
                const Vec3 chord = nodes_[other].place_um - nodes_[n].place_um;
                if (angle_deg(nodes_[n].place_um - before, chord) <= straight_on_deg) return true;
            }
            return false;
        };
        for (const auto& [a, b] : graph_.touching) {
            if (stretch_of_[a] == no_meeting || stretch_of_[b] == no_meeting) continue;
            for (const auto& [end, side] : {std::pair{a, b}, std::pair{b, a}})
                if (leads_to(end, side) &&
                    !(rooted_[tube(stretch_of_[end])] && leaves_[tube(stretch_of_[side])]))
                    join(stretch_of_[a], stretch_of_[b]);
        }
        join_specks();
    }

    /// One or two balls by themselves go with the one tube that they lie most nearly in line with: with two
    /// they would join these.
    void join_specks() {
        std::vector<std::pair<double, std::uint32_t>> best(stretches_.size(), {1e9, no_meeting});
        const auto consider = [&](std::uint32_t n, std::uint32_t other) {
            const std::uint32_t speck = stretch_of_[n];
            const TubeStretch& s = stretches_[speck];
            if (s.nodes.size() > 2 || s.ends[0] != no_meeting || s.ends[1] != no_meeting) return;
            const auto& partner = stretches_[stretch_of_[other]].nodes;
            const Vec3 along = nodes_[partner.back()].place_um - nodes_[partner.front()].place_um;
            const double angle = angle_deg(along, nodes_[other].place_um - nodes_[n].place_um);
            const double off = std::min(angle, 180 - angle);
            if (off < best[speck].first) best[speck] = {off, stretch_of_[other]};
        };
        for (const auto& [a, b] : graph_.touching) {
            if (stretch_of_[a] == no_meeting || stretch_of_[b] == no_meeting) continue;
            consider(a, b);
            consider(b, a);
        }
        for (std::uint32_t s = 0; s < best.size(); ++s)
            if (best[s].second != no_meeting && tube(s) == s) join(s, best[s].second);
    }

    /// What touches the body with a side bump, and is not longer than thick, is no tube of its own.
    void settle_stubs() {
        for (std::uint32_t i = 0; i < stretches_.size(); ++i) {
            const TubeStretch& s = stretches_[i];
            if (!s.rooted || s.nodes.empty() || (s.ends[0] != no_meeting && s.ends[1] != no_meeting))
                continue;
            const std::uint32_t m = s.ends[0] != no_meeting ? s.ends[0] : s.ends[1];
            if (m == no_meeting) continue;
            const std::uint32_t inner = s.ends[0] != no_meeting ? s.nodes.front() : s.nodes.back();
            double radius = nodes_[inner].radius_um;
            for (const std::uint32_t o : nodes_[inner].neighbours)
                radius = std::max(radius, nodes_[o].radius_um);
            if (s.nodes.size() < 2 && length_um(graph_, s) + nodes_[inner].radius_um < radius)
                stub_[i] = true;
            if (stub_[i]) rooted_[i] = false;
        }
    }

    TubePaths paths() {
        std::vector<std::uint32_t> number(stretches_.size(), no_meeting);
        TubePaths result;
        for (std::uint32_t i = 0; i < stretches_.size(); ++i) {
            if (stretches_[i].shared) continue;
            std::uint32_t& n = number[tube(i)];
            if (n == no_meeting) n = result.tubes++;
        }
        if (result.tubes < 2) return {1, {}};
        const auto number_of = [&](std::uint32_t s) { return number[tube(s)]; };
        for (std::uint32_t i = 0; i < stretches_.size(); ++i) {
            const TubeStretch& s = stretches_[i];
            if (s.shared || s.nodes.empty()) continue;
            for (std::size_t k = 0; k < s.nodes.size(); ++k) {
                const TubeNode& here = nodes_[s.nodes[k]];
                const TubeNode& before = nodes_[s.nodes[k > 0 ? k - 1 : 0]];
                result.pieces.push_back(
                    {number_of(i), before.place_um, here.place_um, before.radius_um, here.radius_um, false});
            }
        }
        std::vector<bool> taken(meetings_, false);
        for (std::size_t j = 0; j < joints_.size(); ++j) {
            const Candidate& c = joints_[j];
            const TubeArm &a = arms_[c.meeting][c.a], &b = arms_[c.meeting][c.b];
            const bool first = j < pairs_ && !taken[c.meeting];
            taken[c.meeting] = true;
            // A branch begins in the middle of the meeting.
            const Vec3 to = j < pairs_ ? b.place_um : middle_um_[c.meeting];
            if (j >= pairs_)
                result.pieces.push_back(
                    {number_of(b.stretch), b.place_um, to, b.radius_um, b.radius_um, false});
            result.pieces.push_back({number_of(a.stretch), a.place_um, to, a.radius_um, b.radius_um, first});
        }
        return result;
    }

    const TubeGraph& graph_;
    const std::vector<TubeNode>& nodes_;
    double largest_bend_deg_;
    std::uint32_t meetings_;
    std::vector<TubeStretch> stretches_;
    std::vector<std::vector<TubeArm>> arms_;  ///< of each meeting that was not joined to an earlier one
    std::vector<TubeArm> free_ends_;
    std::vector<std::uint32_t> stretch_of_;  ///< of each node; no_meeting for those of meetings
    std::vector<Vec3> middle_um_;
    DisjointSets tubes_;
    std::vector<bool> at_body_;          ///< of each meeting
    std::vector<bool> stub_;             ///< of each stretch: touches the body, but is no tube by itself
    std::vector<bool> rooted_, leaves_;  ///< of each tube, by its first stretch
    std::vector<Candidate> joints_;      ///< pairs, then branches
    std::size_t pairs_ = 0;
};

}  // namespace

TubePaths follow_tubes(const TubeGraph& graph, double largest_bend_deg) {
    return Follower(graph, largest_bend_deg).follow();
}

}  // namespace cytomo
