// Garland and Heckbert, "Surface simplification using quadric error metrics" (SIGGRAPH 1997). Every
// vertex carries the sum of squared distances, weighted by area, to the planes of the triangles it
// stands for, as a quadratic function of position. Collapsing an edge adds the functions of its ends
// and puts the new vertex where the sum is least. Cheapest edge first, from a heap.
//
// The heap holds the cheapest edge of each vertex. When a vertex changes, so do the costs of its edges;
// it is entered anew with the cheapest of them, so that every edge is covered by the end that changed
// last. Entries of vertices that changed are dropped, those whose other end changed are found anew when
// they come up: the order is exactly that of a heap of all edges, at a sixth of the entries.
//
// The link condition (Dey, Edelsbrunner, Guha and Nekhayev 1999) keeps the surface a manifold: the two
// ends of the edge may have just two common neighbours, the tips of its two triangles; and the edge
// may not belong to a tetrahedron.
//
// The error bound. Every vertex of the original is kept as a witness at the triangle that lies nearest to it.
// When an edge collapses, the witnesses of the triangles around it must find one of the new triangles within
// the bound, else the edge stays (after Klein, Liebich and Strasser, "Mesh reduction with error control",
// IEEE Visualization 1996).
#include "cytomo/surfaces/edge_collapse.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <queue>
#include <utility>

#include "cytomo/core/disjoint_sets.h"
#include "cytomo/surfaces/border.h"
#include "cytomo/surfaces/quadric.h"
#include "cytomo/surfaces/topology.h"
#include "cytomo/surfaces/triangle_tree.h"

namespace cytomo {

namespace {

constexpr std::uint32_t none = 0xffffffffU;
/// Weight of the squared distances from the edge's ends, relative to the planes: where the surface is
/// flat these decide, so that short edges go first and triangles become even.
constexpr double evenness = 1e-3;

/// The cheapest edge at a vertex.
struct Candidate {
    float cost;
    std::uint32_t vertex, other;
    std::uint32_t version, other_version;  // what the ends were when the cost was found

    friend bool operator<(const Candidate& l, const Candidate& r) {  // the heap's top is the largest
        return l.cost != r.cost ? l.cost > r.cost : l.vertex > r.vertex;
    }
};

class Simplifier {
public:
    Simplifier(const Mesh& mesh, const CollapseOptions& options)
        : options_(options),
          triangles_(mesh.triangles),
          faces_(find_outer_faces(mesh, options.border)),
          position_(mesh.vertices.size()),
          quadric_(mesh.vertices.size()),
          version_(mesh.vertices.size(), 0),
          seen_(mesh.vertices.size(), 0),
          head_(mesh.vertices.size(), none),
          tail_(mesh.vertices.size(), none),
          next_(3 * mesh.triangles.size(), none),
          merged_(mesh.vertices.size()),
          bounded_(std::isfinite(options.max_error_um)),
          live_(static_cast<std::int64_t>(mesh.triangles.size())) {
        origin_ = position_um(mesh, mesh.triangles[0][0]);
        for (std::uint32_t v = 0; v < position_.size(); ++v) position_[v] = position_um(mesh, v) - origin_;
        for (std::uint32_t t = 0; t < triangles_.size(); ++t) {
            const Vec3 p = position_[triangles_[t][0]];
            const Vec3 vector = cross(position_[triangles_[t][1]] - p, position_[triangles_[t][2]] - p);
            const Vec3 n = normalized(vector);
            for (std::uint32_t c = 0; c < 3; ++c) {
                const std::uint32_t v = triangles_[t][c], corner = 3 * t + c;
                quadric_[v].add_plane(n, -dot(n, p), length(vector) / 6);
                if (head_[v] == none)
                    head_[v] = corner;
                else
                    next_[tail_[v]] = corner;
                tail_[v] = corner;
            }
        }
        if (bounded_) {
            witness_position_ = position_;
            witness_next_.assign(position_.size(), none);
            witness_head_.assign(triangles_.size(), none);
            for (std::uint32_t v = 0; v < position_.size(); ++v)
                if (head_[v] != none) add_witness(v, head_[v] / 3);
        }
        std::vector<Candidate> all;
        all.reserve(position_.size());
        for (std::uint32_t v = 0; v < position_.size(); ++v)
            if (const auto best = find_cheapest(v, {-1, 0}); best.other != none) all.push_back(best);
        heap_ = std::priority_queue<Candidate>({}, std::move(all));
    }

    void run(const Progress& progress) {
        const auto total = static_cast<double>(std::max<std::int64_t>(1, live_ - options_.target_triangles));
        const std::int64_t start = live_;
        for (std::int64_t step = 0; live_ > options_.target_triangles && !heap_.empty(); ++step) {
            const Candidate top = heap_.top();
            heap_.pop();
            if (version_[top.vertex] == top.version) {
                if (version_[top.other] != top.other_version)
                    push_cheapest(top.vertex, {-1, 0});
                else if (!collapse(top.vertex, top.other))
                    push_cheapest(top.vertex, {top.cost, top.other});
            }
            if (step % 8192 == 0) progress(std::min(1.0, static_cast<double>(start - live_) / total));
        }
    }

    Collapsed result() {
        Collapsed out;
        std::vector<std::uint32_t> number(position_.size(), none);
        for (const auto& t : triangles_) {
            if (is_dead(t)) continue;
            for (const auto v : t) number[v] = 0;
        }
        for (std::uint32_t v = 0; v < number.size(); ++v) {
            if (number[v] == none) continue;
            number[v] = static_cast<std::uint32_t>(out.mesh.vertices.size());
            const Vec3 p = position_[v] + origin_;
            out.mesh.vertices.push_back(
                {static_cast<float>(p.x), static_cast<float>(p.y), static_cast<float>(p.z)});
            out.original.push_back(v);
        }
        for (const auto& t : triangles_)
            if (!is_dead(t)) out.mesh.triangles.push_back({number[t[0]], number[t[1]], number[t[2]]});
        for (std::uint32_t v = 0; v < number.size(); ++v) out.became.push_back(number[merged_.find(v)]);
        return out;
    }

private:
    using Triangle = std::array<std::uint32_t, 3>;
    static bool is_dead(const Triangle& t) { return t[0] == none; }

    struct Place {
        Vec3 position;
        double cost;
    };

    /// Where the edge a-b would shrink to and what that costs.
    Place best_place(std::uint32_t a, std::uint32_t b) const {
        Quadric q = quadric_[a];
        q += quadric_[b];
        const Vec3 middle = (position_[a] + position_[b]) * 0.5;
        for (const auto v : {a, b}) q.add_point(position_[v], evenness / 2 * q.weight);
        Vec3 p = q.lowest(middle);
        // A vertex in an outer face of the border stays there, and takes the other one along.
        for (const auto v : {a, b}) {
            if (!is_free(faces_[v], 0)) p.x = position_[v].x;
            if (!is_free(faces_[v], 1)) p.y = position_[v].y;
            if (!is_free(faces_[v], 2)) p.z = position_[v].z;
        }
        return {p, std::max(0.0, q.at(p))};
    }

    /// The cheapest edge at v among those that come after the given (cost, other end).
    Candidate find_cheapest(std::uint32_t v, std::pair<float, std::uint32_t> after) {
        Candidate best{0, v, none, version_[v], 0};
        around(v, [&](std::uint32_t number, std::uint32_t c) {
            const std::uint32_t n = triangles_[number][(c + 1) % 3];
            const auto cost = static_cast<float>(best_place(std::min(v, n), std::max(v, n)).cost);
            if (std::pair{cost, n} <= after) return;
            if (best.other == none || cost < best.cost || (cost == best.cost && n < best.other)) {
                best.cost = cost;
                best.other = n;
            }
        });
        if (best.other != none) best.other_version = version_[best.other];
        return best;
    }

    void push_cheapest(std::uint32_t v, std::pair<float, std::uint32_t> after) {
        if (const auto best = find_cheapest(v, after); best.other != none) heap_.push(best);
    }

    /// Calls use(triangle number, corner of v) for the live triangles around v; forgets dead ones.
    template <class Use>
    void around(std::uint32_t v, Use&& use) {
        std::uint32_t before = none;
        for (std::uint32_t corner = head_[v]; corner != none; corner = next_[corner]) {
            if (is_dead(triangles_[corner / 3])) {
                (before == none ? head_[v] : next_[before]) = next_[corner];
                continue;
            }
            before = corner;
            use(corner / 3, corner % 3);
        }
        tail_[v] = before;
    }

    /// Whether the surface stays a manifold without the edge.
    bool is_permitted(std::uint32_t a, std::uint32_t b) {
        ++epoch_;
        int valence_a = 0, valence_b = 0, common = 0;
        around(a, [&](std::uint32_t t, std::uint32_t c) {
            seen_[triangles_[t][(c + 1) % 3]] = epoch_;
            ++valence_a;
        });
        around(b, [&](std::uint32_t t, std::uint32_t c) {
            common += seen_[triangles_[t][(c + 1) % 3]] == epoch_ ? 1 : 0;
            ++valence_b;
        });
        return common == 2 && !(valence_a == 3 && valence_b == 3);
    }

    /// Whether a triangle around v, other than those with `gone`, would turn over or collapse when v moves.
    bool turns_over(std::uint32_t v, std::uint32_t gone, Vec3 to) {
        bool result = false;
        around(v, [&](std::uint32_t number, std::uint32_t c) {
            const Triangle& t = triangles_[number];
            const std::uint32_t p = t[(c + 1) % 3], q = t[(c + 2) % 3];
            if (result || p == gone || q == gone) return;
            const Vec3 side = position_[q] - position_[p];
            const Vec3 before = cross(side, position_[v] - position_[p]),
                       after = cross(side, to - position_[p]);
            result = !(dot(before, after) > 0.2 * length(before) * length(after)) ||
                     length(after) < 1e-3 * dot(side, side);
        });
        return result;
    }

    void add_witness(std::uint32_t witness, std::uint32_t triangle) {
        witness_next_[witness] = witness_head_[triangle];
        witness_head_[triangle] = witness;
    }

    /// Gives each witness of the triangles around a and b to the nearest of those that are left when both
    /// ends are at `to`; changes nothing and returns false if one would be too far from all of them.
    bool move_witnesses(std::uint32_t a, std::uint32_t b, Vec3 to) {
        fan_.clear();
        gone_.clear();
        witnesses_.clear();
        for (const auto v : {a, b})
            around(v, [&](std::uint32_t number, std::uint32_t c) {
                const Triangle& t = triangles_[number];
                const std::uint32_t p = t[(c + 1) % 3], q = t[(c + 2) % 3], other = v == a ? b : a;
                const bool dies = p == other || q == other;
                if (dies && v == b) return;  // met already
                for (auto w = witness_head_[number]; w != none; w = witness_next_[w]) witnesses_.push_back(w);
                if (dies)
                    gone_.push_back(number);
                else
                    fan_.push_back({number, p, q});
            });
        nearest_.resize(witnesses_.size());
        for (std::size_t i = 0; i < witnesses_.size(); ++i) {
            double best = std::numeric_limits<double>::infinity();
            for (const auto& f : fan_) {
                const double d = distance_to_triangle_um(witness_position_[witnesses_[i]], to,
                                                         position_[f[1]], position_[f[2]]);
                if (d < best) {
                    best = d;
                    nearest_[i] = f[0];
                }
            }
            if (!(best <= options_.max_error_um)) return false;
        }
        for (const auto number : gone_) witness_head_[number] = none;
        for (const auto& f : fan_) witness_head_[f[0]] = none;
        for (std::size_t i = 0; i < witnesses_.size(); ++i) add_witness(witnesses_[i], nearest_[i]);
        return true;
    }

    /// Whether the edge could go.
    bool collapse(std::uint32_t a, std::uint32_t b) {
        for (std::size_t axis = 0; axis < 3; ++axis)  // from one side of the volume to the other
            if (((faces_[a] | faces_[b]) >> 2 * axis & 3) == 3) return false;
        if (!options_.locked.empty() && (options_.locked[a] || options_.locked[b])) return false;
        if (!is_permitted(a, b)) return false;
        const Place place = best_place(std::min(a, b), std::max(a, b));
        const double distance =
            std::sqrt(std::max(0.0, quadric_[a].at(place.position) + quadric_[b].at(place.position)) /
                      (quadric_[a].weight + quadric_[b].weight));
        if (distance > options_.max_error_um) return false;
        if (turns_over(a, b, place.position) || turns_over(b, a, place.position)) return false;
        if (bounded_ && !move_witnesses(a, b, place.position)) return false;

        around(b, [&](std::uint32_t number, std::uint32_t c) {
            Triangle& t = triangles_[number];
            if (t[(c + 1) % 3] == a || t[(c + 2) % 3] == a) {
                t[0] = none;
                --live_;
            } else {
                t[c] = a;
            }
        });
        next_[tail_[a]] = head_[b];
        tail_[a] = tail_[b];
        head_[b] = tail_[b] = none;
        position_[a] = place.position;
        quadric_[a] += quadric_[b];
        merged_.put_under(b, a);
        faces_[a] |= faces_[b];
        ++version_[a];
        ++version_[b];
        push_cheapest(a, {-1, 0});
        return true;
    }

    const CollapseOptions& options_;
    std::vector<Triangle> triangles_;  // dead ones have `none` as their first corner
    std::vector<OuterFaces> faces_;
    Vec3 origin_;  // positions are relative to it
    std::vector<Vec3> position_;
    std::vector<Quadric> quadric_;
    std::vector<std::uint32_t> version_, seen_;
    std::uint32_t epoch_ = 0;
    // The corners (3 * triangle + place) at each vertex are a list, so that two of them join at once.
    std::vector<std::uint32_t> head_, tail_, next_;
    DisjointSets merged_;  // vertices that became one; that which is left stands for them
    std::priority_queue<Candidate> heap_;
    // Of each triangle the witnesses, as a list.
    bool bounded_;
    std::vector<Vec3> witness_position_;
    std::vector<std::uint32_t> witness_head_, witness_next_;
    std::vector<std::uint32_t> witnesses_, nearest_, gone_;  // of one collapse
    std::vector<std::array<std::uint32_t, 3>> fan_;          // triangle, its corners but the one that moves
    std::int64_t live_;
};

}  // namespace

Collapsed collapse_edges(const Mesh& mesh, const CollapseOptions& options, const Progress& progress) {
    Simplifier simplifier(mesh, options);
    simplifier.run(progress);
    return simplifier.result();
}

}  // namespace cytomo
