// Nodes with three or more links, taken together where they touch, are meetings; the chains of nodes between
// them are stretches. Two meetings with a short or a thick stretch between them are one: tubes that cross at
// a small angle share their middle for a while.
#include "cytomo/labels/tube_paths.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace cytomo {

namespace {

constexpr std::uint32_t none = 0xFFFFFFFF;

struct Stretch {
    std::vector<std::uint32_t> nodes;
    std::uint32_t ends[2] = {none, none};  ///< meeting at the front and at the back
    bool rooted = false;
    bool shared = false;  ///< became part of a meeting
};

/// Where a stretch leaves a meeting.
struct Arm {
    std::uint32_t stretch = 0;
    bool back = false;
    Vec3 place_um, direction;  ///< of its first node; away from the meeting
    double radius_um = 0;
    bool used = false;
};

struct Candidate {
    std::uint32_t meeting, a, b;
    double bend_deg;
};

double angle_deg(Vec3 a, Vec3 b) {
    return std::atan2(length(cross(a, b)), dot(a, b)) * 180 / std::numbers::pi;
}

class Follower {
public:
    Follower(const TubeGraph& graph, double largest_bend_deg)
        : graph_(graph), nodes_(graph.nodes), largest_bend_deg_(largest_bend_deg) {}

    TubePaths follow() {
        find_meetings();
        find_stretches();
        join_meetings();
        find_arms();
        join_stretches();
        join_touching();
        return paths();
    }

private:
    bool is_rooted(std::uint32_t n) const {
        const double r = nodes_[n].radius_um;
        return nodes_[n].contact_um2 > 0.8 * r * r;
    }

    void find_meetings() {
        meeting_of_.assign(nodes_.size(), none);
        for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
            if (nodes_[n].neighbours.size() < 3 || meeting_of_[n] != none) continue;
            std::vector<std::uint32_t> open{n};
            meeting_of_[n] = meetings_;
            while (!open.empty()) {
                const std::uint32_t at = open.back();
                open.pop_back();
                for (const std::uint32_t o : nodes_[at].neighbours)
                    if (nodes_[o].neighbours.size() >= 3 && meeting_of_[o] == none) {
                        meeting_of_[o] = meetings_;
                        open.push_back(o);
                    }
            }
            ++meetings_;
        }
        meeting_parent_.resize(meetings_);
        std::iota(meeting_parent_.begin(), meeting_parent_.end(), 0U);
    }

    void find_stretches() {
        std::vector<bool> seen(nodes_.size(), false);
        const auto walk = [&](std::uint32_t at) {
            Stretch s;
            for (;;) {
                seen[at] = true;
                s.nodes.push_back(at);
                s.rooted = s.rooted || is_rooted(at);
                std::uint32_t next = none;
                for (const std::uint32_t o : nodes_[at].neighbours)
                    if (meeting_of_[o] == none && !seen[o]) next = o;
                if (next == none) break;
                at = next;
            }
            const auto meeting_beside = [&](std::uint32_t n, std::uint32_t but) {
                for (const std::uint32_t o : nodes_[n].neighbours)
                    if (meeting_of_[o] != none && o != but) return o;
                return none;
            };
            const std::uint32_t front = meeting_beside(s.nodes.front(), none);
            // A single node between two meetings has one at either side.
            const std::uint32_t back = meeting_beside(s.nodes.back(), s.nodes.size() == 1 ? front : none);
            if (front != none) s.ends[0] = meeting_of_[front];
            if (back != none && (s.nodes.size() > 1 || front != none)) s.ends[1] = meeting_of_[back];
            stretches_.push_back(std::move(s));
        };
        for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
            if (meeting_of_[n] != none || seen[n]) continue;
            std::size_t inner = 0;
            for (const std::uint32_t o : nodes_[n].neighbours) inner += meeting_of_[o] == none ? 1 : 0;
            if (inner < 2) walk(n);
        }
        for (std::uint32_t n = 0; n < nodes_.size(); ++n)  // rings
            if (meeting_of_[n] == none && !seen[n]) walk(n);
    }

    std::uint32_t meeting(std::uint32_t m) {
        while (meeting_parent_[m] != m) m = meeting_parent_[m] = meeting_parent_[meeting_parent_[m]];
        return m;
    }

    double length_of(const Stretch& s) const {
        double sum = 0;
        for (std::size_t i = 1; i < s.nodes.size(); ++i)
            sum += length(nodes_[s.nodes[i]].place_um - nodes_[s.nodes[i - 1]].place_um);
        return sum;
    }

    /// Mean cross-section over at most `most` nodes from one end.
    double section_um2(const Stretch& s, std::size_t most, bool back) const {
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
                if (stretches_[i].ends[back ? 1 : 0] != none)
                    leaving[stretches_[i].ends[back ? 1 : 0]].emplace_back(i, back);
        for (Stretch& s : stretches_) {
            if (s.ends[0] == none || s.ends[1] == none || meeting(s.ends[0]) == meeting(s.ends[1])) continue;
            double radius = 0;
            for (const std::uint32_t n : s.nodes) radius = std::max(radius, nodes_[n].radius_um);
            const double along = length_of(s);
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
            const std::uint32_t a = meeting(s.ends[0]), b = meeting(s.ends[1]);
            meeting_parent_[std::max(a, b)] = std::min(a, b);
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
            if (meeting_of_[n] != none) add_node(n, meeting(meeting_of_[n]));
        for (const Stretch& s : stretches_)
            if (s.shared)
                for (const std::uint32_t n : s.nodes) add_node(n, meeting(s.ends[0]));
        for (std::uint32_t m = 0; m < meetings_; ++m)
            if (weight[m] > 0) middle[m] = middle[m] * (1 / weight[m]);
        middle_um_ = middle;
        for (std::uint32_t i = 0; i < stretches_.size(); ++i) {
            const Stretch& s = stretches_[i];
            for (const int end : {0, 1})
                if (!s.shared && s.ends[end] != none) {
                    const std::uint32_t m = meeting(s.ends[end]);
                    arms_[m].push_back(arm_of(i, end == 1, middle[m]));
                }
        }
        // A meeting at the cell body has the body as one more arm, with a stretch of no nodes.
        for (std::uint32_t m = 0; m < meetings_; ++m) {
            if (meeting(m) != m || contact_um2[m] <= 0.8 * radius[m] * radius[m]) continue;
            Stretch root;
            root.rooted = true;
            root.ends[0] = m;
            const Vec3 at = contact[m] * (1 / contact_um2[m]);
            const Vec3 out = normalized(at - middle[m]);
            arms_[m].push_back(
                {static_cast<std::uint32_t>(stretches_.size()), false, at, out, radius[m], false});
            stretches_.push_back(std::move(root));
        }
    }

    Arm arm_of(std::uint32_t stretch, bool back, Vec3 middle) const {
        const auto& nodes = stretches_[stretch].nodes;
        const auto node = [&](std::size_t i) -> const TubeNode& {
            return nodes_[back ? nodes[nodes.size() - 1 - i] : nodes[i]];
        };
        const Vec3 place = node(0).place_um;
        const std::size_t far = std::min<std::size_t>(3, nodes.size() - 1);
        const Vec3 along = far > 0 ? node(far).place_um - place : place - middle;
        return {stretch, back, place, normalized(along), node(0).radius_um, false};
    }

    /// How much a tube turns that comes in by one arm and leaves by the other.
    static double bend_deg(const Arm& a, const Arm& b) {
        const Vec3 chord = b.place_um - a.place_um;
        const double straight = angle_deg(a.direction * -1, b.direction);
        if (length(chord) < std::max(a.radius_um, b.radius_um)) return straight;
        // A step to the side is a bend and one back.
        return 0.5 * (straight + angle_deg(a.direction * -1, chord) + angle_deg(chord, b.direction));
    }

    std::uint32_t tube(std::uint32_t s) {
        while (tube_parent_[s] != s) s = tube_parent_[s] = tube_parent_[tube_parent_[s]];
        return s;
    }

    /// False if both reach the cell body, each by itself.
    bool join(std::uint32_t s, std::uint32_t o) {
        const std::uint32_t a = tube(s), b = tube(o);
        if (a == b) return true;
        if (rooted_[a] && rooted_[b]) return false;
        const std::uint32_t low = std::min(a, b);
        rooted_[low] = rooted_[a] || rooted_[b];
        tube_parent_[std::max(a, b)] = low;
        return true;
    }

    void join_stretches() {
        tube_parent_.resize(stretches_.size());
        std::iota(tube_parent_.begin(), tube_parent_.end(), 0U);
        rooted_.resize(stretches_.size());
        for (std::size_t i = 0; i < stretches_.size(); ++i) rooted_[i] = stretches_[i].rooted;
        settle_stubs();
        std::vector<Candidate> candidates;
        for (std::uint32_t m = 0; m < meetings_; ++m)
            for (std::uint32_t a = 0; a < arms_[m].size(); ++a)
                for (std::uint32_t b = a + 1; b < arms_[m].size(); ++b)
                    candidates.push_back({m, a, b, bend_deg(arms_[m][a], arms_[m][b])});
        std::stable_sort(candidates.begin(), candidates.end(),
                         [](const Candidate& a, const Candidate& b) { return a.bend_deg < b.bend_deg; });
        for (const Candidate& c : candidates) {
            auto& arms = arms_[c.meeting];
            Arm &a = arms[c.a], &b = arms[c.b];
            if (a.used || b.used || (c.bend_deg > largest_bend_deg_ && arms.size() > 2)) continue;
            if (!join(a.stretch, b.stretch)) continue;
            a.used = b.used = true;
            joints_.push_back(c);
        }
        pairs_ = joints_.size();
        for (const Candidate& c : candidates) {
            Arm &a = arms_[c.meeting][c.a], &b = arms_[c.meeting][c.b];
            if ((a.used && b.used) || !join(a.stretch, b.stretch)) continue;
            a.used = b.used = true;
            joints_.push_back(c);
        }
    }

    /// Tubes that touch at their sides stay apart. One that touches another with its end, and straight on, is
    /// its continuation behind a narrow place, or a branch with a narrow foot.
    void join_touching() {
        constexpr double straight_on_deg = 30;
        std::vector<std::uint32_t> stretch_of(nodes_.size(), none);
        for (std::uint32_t i = 0; i < stretches_.size(); ++i)
            for (const std::uint32_t n : stretches_[i].nodes) stretch_of[n] = i;
        const auto leads_to = [&](std::uint32_t n, std::uint32_t other) {
            const Stretch& s = stretches_[stretch_of[n]];
            if (s.nodes.size() < 2) return false;
            for (const bool back : {false, true}) {
                if (n != (back ? s.nodes.back() : s.nodes.front()) || s.ends[back ? 1 : 0] != none) continue;
                const std::size_t far = std::min<std::size_t>(3, s.nodes.size() - 1);
                const Vec3 before = nodes_[back ? s.nodes[s.nodes.size() - 1 - far] : s.nodes[far]].place_um;
                const Vec3 chord = nodes_[other].place_um - nodes_[n].place_um;
                if (angle_deg(nodes_[n].place_um - before, chord) <= straight_on_deg) return true;
            }
            return false;
        };
        for (const auto& [a, b] : graph_.touching) {
            if (stretch_of[a] == none || stretch_of[b] == none) continue;
            if (leads_to(a, b) || leads_to(b, a)) join(stretch_of[a], stretch_of[b]);
        }
        join_specks(stretch_of);
    }

    /// One or two balls by themselves go with the one tube that they lie most nearly in line with: with two
    /// they would join these.
    void join_specks(const std::vector<std::uint32_t>& stretch_of) {
        std::vector<std::pair<double, std::uint32_t>> best(stretches_.size(), {1e9, none});
        const auto consider = [&](std::uint32_t n, std::uint32_t other) {
            const std::uint32_t speck = stretch_of[n];
            const Stretch& s = stretches_[speck];
            if (s.nodes.size() > 2 || s.ends[0] != none || s.ends[1] != none) return;
            const auto& partner = stretches_[stretch_of[other]].nodes;
            const Vec3 along = nodes_[partner.back()].place_um - nodes_[partner.front()].place_um;
            const double angle = angle_deg(along, nodes_[other].place_um - nodes_[n].place_um);
            const double off = std::min(angle, 180 - angle);
            if (off < best[speck].first) best[speck] = {off, stretch_of[other]};
        };
        for (const auto& [a, b] : graph_.touching) {
            if (stretch_of[a] == none || stretch_of[b] == none) continue;
            consider(a, b);
            consider(b, a);
        }
        for (std::uint32_t s = 0; s < best.size(); ++s)
            if (best[s].second != none && tube(s) == s) join(s, best[s].second);
    }

    /// What touches the body with a side bump, and is not longer than thick, is no tube of its own.
    void settle_stubs() {
        for (std::uint32_t i = 0; i < stretches_.size(); ++i) {
            const Stretch& s = stretches_[i];
            if (!s.rooted || s.nodes.empty() || (s.ends[0] != none && s.ends[1] != none)) continue;
            const std::uint32_t m = s.ends[0] != none ? s.ends[0] : s.ends[1];
            if (m == none) continue;
            const std::uint32_t inner = s.ends[0] != none ? s.nodes.front() : s.nodes.back();
            double radius = nodes_[inner].radius_um;
            for (const std::uint32_t o : nodes_[inner].neighbours)
                radius = std::max(radius, nodes_[o].radius_um);
            if (s.nodes.size() < 2 && length_of(s) + nodes_[inner].radius_um < radius) rooted_[i] = false;
        }
    }

    TubePaths paths() {
        std::vector<std::uint32_t> number(stretches_.size(), none);
        TubePaths result;
        for (std::uint32_t i = 0; i < stretches_.size(); ++i) {
            if (stretches_[i].shared) continue;
            std::uint32_t& n = number[tube(i)];
            if (n == none) n = result.tubes++;
        }
        if (result.tubes < 2) return {1, {}};
        const auto number_of = [&](std::uint32_t s) { return number[tube(s)]; };
        for (std::uint32_t i = 0; i < stretches_.size(); ++i) {
            const Stretch& s = stretches_[i];
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
            const Arm &a = arms_[c.meeting][c.a], &b = arms_[c.meeting][c.b];
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
    std::uint32_t meetings_ = 0;
    std::vector<std::uint32_t> meeting_of_, meeting_parent_;
    std::vector<Stretch> stretches_;
    std::vector<std::vector<Arm>> arms_;  ///< of each meeting that was not joined to an earlier one
    std::vector<Vec3> middle_um_;
    std::vector<std::uint32_t> tube_parent_;
    std::vector<bool> rooted_;
    std::vector<Candidate> joints_;  ///< pairs, then branches
    std::size_t pairs_ = 0;
};

}  // namespace

TubePaths follow_tubes(const TubeGraph& graph, double largest_bend_deg) {
    return Follower(graph, largest_bend_deg).follow();
}

}  // namespace cytomo
