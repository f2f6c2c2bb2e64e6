// A cover by the largest balls, greedily: each next ball sits at the deepest voxel that no ball covers yet.
// In a tube they sit on its middle line, one behind the other; two tubes that touch have a row of balls each.
#include "cytomo/labels/tube_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "cytomo/labels/distance.h"

namespace cytomo {

namespace {

/// A ball covers what lies within this many radii. Enough for the wall of a tube halfway between two balls,
/// and less than the middle of another tube that touches from the side.
constexpr double cover = 1.3;

class GraphFinder {
public:
    GraphFinder(const ClassVolume& classes, const Instances& instances, std::uint32_t number,
                const VoxelBox& box, bool from_body)
        : classes_(classes),
          grid_(classes.grid()),
          class_id_(instances.class_of[number]),
          from_body_(from_body) {
        const Size3 n = grid_.size;
        const std::array<std::int64_t, 3> size{n.x, n.y, n.z};
        std::array<std::int64_t, 3> extent{};
        for (std::size_t a = 0; a < 3; ++a) {
            first_[a] = std::max<std::int64_t>(0, box.first[a] - 1);
            extent[a] = std::min(size[a] - 1, box.last[a] + 1) - first_[a] + 1;
        }
        box_ = {{extent[0], extent[1], extent[2]}, grid_.voxel_um, {}};
        place_ = Volume<std::int32_t>(box_, -1);
        ClassVolume mask(box_);
        for (std::int64_t z = 0; z < extent[2]; ++z)
            for (std::int64_t y = 0; y < extent[1]; ++y)
                for (std::int64_t x = 0; x < extent[0]; ++x) {
                    // The cell body does not end a tube: at its root it is as thick as before.
                    if (is_body(x + first_[0], y + first_[1], z + first_[2])) mask(x, y, z) = 1;
                    if (instances.volume(x + first_[0], y + first_[1], z + first_[2]) != number) continue;
                    mask(x, y, z) = 1;
                    place_(x, y, z) = static_cast<std::int32_t>(graph_.voxels.size());
                    graph_.voxels.push_back({static_cast<std::int32_t>(x), static_cast<std::int32_t>(y),
                                             static_cast<std::int32_t>(z)});
                }
        depth_ = find_squared_distances_um2(mask, Beyond::unknown);
        const double endless =
            length({static_cast<double>(n.x) * grid_.voxel_um.x, static_cast<double>(n.y) * grid_.voxel_um.y,
                    static_cast<double>(n.z) * grid_.voxel_um.z});
        for (float& d : depth_.values()) d = std::isfinite(d) ? std::sqrt(d) : static_cast<float>(endless);
    }

    TubeGraph find(double least_neck) {
        cover_with_balls();
        link(least_neck);
        prune_bumps();
        place_nodes();
        for (auto& v : graph_.voxels)
            for (std::size_t a = 0; a < 3; ++a) v[a] += static_cast<std::int32_t>(first_[a]);
        return std::move(graph_);
    }

private:
    float depth(std::size_t i) const {
        const auto& v = graph_.voxels[i];
        return depth_(v[0], v[1], v[2]);
    }

    void cover_with_balls() {
        const std::size_t count = graph_.voxels.size();
        std::vector<std::uint32_t> order(count);
        for (std::size_t i = 0; i < count; ++i) order[i] = static_cast<std::uint32_t>(i);
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return depth(a) != depth(b) ? depth(a) > depth(b) : a < b;
        });
        constexpr float uncovered = std::numeric_limits<float>::infinity();
        std::vector<float> nearest(count, uncovered);  // in radii of the ball
        // Radius of the largest ball near by: what is much thinner there is the neck between two tubes.
        // Farther out, what is thinner still is a notch between their ends, or the foot of a branch.
        std::vector<float> beside(count, 0.F), behind(count, 0.F);
        graph_.node_of.assign(count, 0);
        const Vec3 e = grid_.voxel_um;
        const double thinnest = 2 * std::max({e.x, e.y, e.z});
        for (const std::uint32_t i : order) {
            if (nearest[i] != uncovered || depth(i) < 0.75F * beside[i] || depth(i) < 0.5F * behind[i] ||
                !is_middle(i))
                continue;
            const double radius = depth(i), reach = cover * std::max(radius, thinnest),
                         around = 1.45 / cover * reach, far = 2.2 / cover * reach;
            const auto node = static_cast<std::uint32_t>(graph_.nodes.size());
            graph_.nodes.push_back({});
            graph_.nodes.back().radius_um = radius;
            const auto& c = graph_.voxels[i];
            const auto span = [&](std::int64_t at, double edge, std::int64_t n) {
                const auto voxels = static_cast<std::int64_t>(std::min(far / edge, 1e9));
                return std::pair{std::max<std::int64_t>(0, at - voxels), std::min(n - 1, at + voxels)};
            };
            const auto [x0, x1] = span(c[0], e.x, box_.size.x);
            const auto [y0, y1] = span(c[1], e.y, box_.size.y);
            const auto [z0, z1] = span(c[2], e.z, box_.size.z);
            for (std::int64_t z = z0; z <= z1; ++z)
                for (std::int64_t y = y0; y <= y1; ++y)
                    for (std::int64_t x = x0; x <= x1; ++x) {
                        const std::int32_t other = place_(x, y, z);
                        if (other < 0) continue;
                        const double distance = std::hypot(static_cast<double>(x - c[0]) * e.x,
                                                           static_cast<double>(y - c[1]) * e.y,
                                                           static_cast<double>(z - c[2]) * e.z);
                        const auto radii = static_cast<float>(distance / radius);
                        const auto o = static_cast<std::size_t>(other);
                        if (distance <= far) behind[o] = std::max(behind[o], static_cast<float>(radius));
                        if (distance <= around) beside[o] = std::max(beside[o], static_cast<float>(radius));
                        if (distance > reach || radii >= nearest[o]) continue;
                        nearest[o] = radii;
                        graph_.node_of[o] = node;
                    }
        }
        // What is left at the wall goes with what it touches.
        std::vector<std::uint32_t> open;
        for (std::size_t i = 0; i < count; ++i)
            if (nearest[i] != uncovered) open.push_back(static_cast<std::uint32_t>(i));
        for (std::size_t next = 0; next < open.size(); ++next)
            for_neighbours(open[next], [&](std::size_t other, Vec3) {
                if (nearest[other] != uncovered) return;
                nearest[other] = nearest[open[next]];
                graph_.node_of[other] = graph_.node_of[open[next]];
                open.push_back(static_cast<std::uint32_t>(other));
            });
    }

    /// Whether the depth rises in no direction as steeply as it does from a wall.
    bool is_middle(std::size_t i) const {
        bool middle = true;
        for_neighbours(i, [&](std::size_t other, Vec3 step) {
            if (depth(other) - depth(i) > 0.55 * length(step)) middle = false;
        });
        return middle;
    }

    template <class Found>
    void for_neighbours(std::size_t i, Found found) const {
        const auto& v = graph_.voxels[i];
        const Vec3 e = grid_.voxel_um;
        for (int d = 0; d < 27; ++d) {
            const int dx = d % 3 - 1, dy = d / 3 % 3 - 1, dz = d / 9 - 1;
            if (d == 13 || !box_.contains(v[0] + dx, v[1] + dy, v[2] + dz)) continue;
            const std::int32_t other = place_(v[0] + dx, v[1] + dy, v[2] + dz);
            if (other >= 0) found(static_cast<std::size_t>(other), Vec3{dx * e.x, dy * e.y, dz * e.z});
        }
    }

    template <class Found>
    void for_later_neighbours(std::size_t i, Found found) const {
        const auto& v = graph_.voxels[i];
        for (int d = 14; d < 27; ++d) {
            const std::int64_t x = v[0] + d % 3 - 1, y = v[1] + d / 3 % 3 - 1, z = v[2] + d / 9 - 1;
            if (!box_.contains(x, y, z)) continue;
            const std::int32_t other = place_(x, y, z);
            if (other >= 0) found(static_cast<std::size_t>(other));
        }
    }

    /// Links balls by the width of the pass between them.
    void link(double least_neck) {
        std::map<std::pair<std::uint32_t, std::uint32_t>, float> passes;
        for (std::size_t i = 0; i < graph_.voxels.size(); ++i)
            for_later_neighbours(i, [&](std::size_t other) {
                const std::uint32_t a = graph_.node_of[i], b = graph_.node_of[other];
                if (a == b) return;
                float& pass = passes[std::minmax(a, b)];
                pass = std::max(pass, std::min(depth(i), depth(other)));
            });
        // The depth of a thin tube jumps by parts of a voxel along it.
        const double jump = 0.25 * std::max({grid_.voxel_um.x, grid_.voxel_um.y, grid_.voxel_um.z});
        for (const auto& [pair, pass] : passes) {
            TubeNode &a = graph_.nodes[pair.first], &b = graph_.nodes[pair.second];
            if (pass + jump < least_neck * std::min(a.radius_um, b.radius_um)) {
                graph_.touching.push_back(pair);
                continue;
            }
            a.neighbours.push_back(pair.second);
            b.neighbours.push_back(pair.first);
        }
        // What hangs on nothing else hangs on what it touches.
        std::vector<std::pair<std::uint32_t, std::uint32_t>> touching;
        for (const auto& pair : graph_.touching) {
            TubeNode &a = graph_.nodes[pair.first], &b = graph_.nodes[pair.second];
            if (!a.neighbours.empty() && !b.neighbours.empty()) {
                touching.push_back(pair);
                continue;
            }
            a.neighbours.push_back(pair.second);
            b.neighbours.push_back(pair.first);
        }
        graph_.touching = std::move(touching);
        for (TubeNode& n : graph_.nodes) std::sort(n.neighbours.begin(), n.neighbours.end());
    }

    /// A small ball at the side of a larger one is a bump, no branch: the larger one takes it over.
    void prune_bumps() {
        std::vector<std::uint32_t> goes_to(graph_.nodes.size());
        std::vector<bool> gone(graph_.nodes.size(), false);
        for (std::uint32_t n = 0; n < goes_to.size(); ++n) goes_to[n] = n;
        // Small ones come last.
        for (std::uint32_t n = static_cast<std::uint32_t>(graph_.nodes.size()); n-- > 1;) {
            TubeNode& node = graph_.nodes[n];
            std::uint32_t largest = n;
            for (const std::uint32_t o : node.neighbours)
                if (!gone[o] && o < largest) largest = o;
            if (largest == n || node.radius_um > 0.6 * graph_.nodes[largest].radius_um) continue;
            std::size_t alive = 0;
            bool speck = true;  // in the notch between the ends of two tubes, say: it links nothing
            for (const std::uint32_t o : node.neighbours) {
                if (gone[o]) continue;
                ++alive;
                if (node.radius_um > 0.5 * graph_.nodes[o].radius_um) speck = false;
            }
            bool inside = alive == 1 || speck;
            if (!inside) {  // between balls that are linked without it
                inside = true;
                const auto& around = graph_.nodes[largest].neighbours;
                for (const std::uint32_t o : node.neighbours)
                    if (!gone[o] && o != largest && !std::binary_search(around.begin(), around.end(), o))
                        inside = false;
            }
            if (!inside) continue;
            gone[n] = true;
            goes_to[n] = largest;
        }
        std::vector<std::uint32_t> number(graph_.nodes.size(), 0);
        std::vector<TubeNode> kept;
        for (std::uint32_t n = 0; n < goes_to.size(); ++n) {
            if (gone[n]) continue;
            number[n] = static_cast<std::uint32_t>(kept.size());
            kept.push_back(std::move(graph_.nodes[n]));
        }
        for (std::uint32_t n = 0; n < goes_to.size(); ++n)  // goes_to[n] < n, so it is settled
            if (gone[n]) number[n] = number[goes_to[n]];
        for (TubeNode& node : kept) {
            std::vector<std::uint32_t> around;
            for (const std::uint32_t o : node.neighbours)
                if (!gone[o]) around.push_back(number[o]);
            node.neighbours = std::move(around);
        }
        graph_.nodes = std::move(kept);
        for (auto& [a, b] : graph_.touching) {
            a = number[a];
            b = number[b];
        }
        for (std::uint32_t& n : graph_.node_of) n = number[n];
    }

    bool is_body(std::int64_t x, std::int64_t y, std::int64_t z) const {
        if (!from_body_ || !grid_.contains(x, y, z)) return false;
        const std::uint8_t label = classes_(x, y, z);
        return label != 0 && label != ignore_label && label != class_id_;
    }

    void place_nodes() {
        const Vec3 e = grid_.voxel_um;
        const std::array<double, 3> face_um2{e.y * e.z, e.x * e.z, e.x * e.y};
        const std::array<std::int64_t, 3> extent{grid_.size.x, grid_.size.y, grid_.size.z};
        std::vector<double> weights(graph_.nodes.size(), 0);
        for (std::size_t i = 0; i < graph_.voxels.size(); ++i) {
            const auto& v = graph_.voxels[i];
            TubeNode& node = graph_.nodes[graph_.node_of[i]];
            const std::array<std::int64_t, 3> at{v[0] + first_[0], v[1] + first_[1], v[2] + first_[2]};
            const Vec3 place = grid_.world_from_voxel(
                {static_cast<double>(at[0]), static_cast<double>(at[1]), static_cast<double>(at[2])});
            // Deep voxels know best where the middle is.
            const double weight = static_cast<double>(depth(i)) * depth(i);
            node.place_um = node.place_um + place * weight;
            weights[graph_.node_of[i]] += weight;
            node.volume_um3 += grid_.voxel_volume_um3();
            for (std::size_t a = 0; a < 3; ++a)
                for (const int side : {-1, 1}) {
                    auto beside = at;
                    beside[a] += side;
                    if (beside[a] < 0 || beside[a] >= extent[a])
                        node.faces |= static_cast<std::uint8_t>(1U << (2 * a + (side > 0 ? 1 : 0)));
                    if (!is_body(beside[0], beside[1], beside[2])) continue;
                    node.contact_um2 += face_um2[a];
                    node.contact_um = node.contact_um + place * face_um2[a];
                }
        }
        for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
            TubeNode& node = graph_.nodes[n];
            node.place_um = node.place_um * (1 / weights[n]);
            if (node.contact_um2 > 0) node.contact_um = node.contact_um * (1 / node.contact_um2);
        }
    }

    const ClassVolume& classes_;
    const Grid& grid_;
    std::uint8_t class_id_;
    bool from_body_;
    std::array<std::int64_t, 3> first_{};
    Grid box_;
    Volume<std::int32_t> place_;
    Volume<float> depth_;
    TubeGraph graph_;
};

}  // namespace

TubeGraph find_tube_graph(const ClassVolume& classes, const Instances& instances, std::uint32_t number,
                          const VoxelBox& box, bool from_body, double least_neck) {
    return GraphFinder(classes, instances, number, box, from_body).find(least_neck);
}

}  // namespace cytomo
