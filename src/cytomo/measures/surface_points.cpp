#include "cytomo/measures/surface_points.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

/// Blocks are as wide as a cache line of object numbers.
constexpr std::int64_t block_x = 16, block_y = 8, block_z = 8;

struct Found {
    std::uint32_t object;
    SurfacePoint point;
};

/// Calls add(object, x, y, z, face) for all faces in one block. own(label): object to which a voxel belongs,
/// 0 for none; ends(own label, neighbour's label): whether that is a surface; border: object of the faces at
/// the border of the volume, 0 for none.
template <class Label, class Own, class Ends, class Add>
void scan_block(const Volume<Label>& volume, std::array<std::int64_t, 3> begin, Own own, Ends ends,
                std::uint32_t border, Add add) {
    const Size3 n = volume.grid().size;
    const std::int64_t x_end = std::min(n.x, begin[0] + block_x), y_end = std::min(n.y, begin[1] + block_y),
                       z_end = std::min(n.z, begin[2] + block_z);
    for (std::int64_t z = begin[2]; z < z_end; ++z)
        for (std::int64_t y = begin[1]; y < y_end; ++y) {
            const Label* row = &volume(0, y, z);
            const Label* beside[4] = {y > 0 ? row - n.x : nullptr, y + 1 < n.y ? row + n.x : nullptr,
                                      z > 0 ? row - n.x * n.y : nullptr,
                                      z + 1 < n.z ? row + n.x * n.y : nullptr};
            for (std::int64_t x = begin[0]; x < x_end; ++x) {
                const Label label = row[x];
                const std::uint32_t object = own(label);
                if (object == 0) continue;
                const auto check = [&](const Label* neighbour, std::uint8_t face) {
                    if (neighbour == nullptr) {
                        if (border != 0) add(border, x, y, z, face);
                    } else if (*neighbour != label && ends(label, *neighbour)) {
                        add(object, x, y, z, face);
                    }
                };
                check(x > 0 ? row + x - 1 : nullptr, 0);
                check(x + 1 < n.x ? row + x + 1 : nullptr, 1);
                for (std::uint8_t s = 0; s < 4; ++s)
                    check(beside[s] != nullptr ? beside[s] + x : nullptr, static_cast<std::uint8_t>(s + 2));
            }
        }
}

template <class Label, class Own, class Ends>
SurfacePoints find_points(const Volume<Label>& volume, std::uint32_t objects, Own own, Ends ends,
                          std::uint32_t border) {
    const Size3 n = volume.grid().size;
    if (std::max({n.x, n.y, n.z}) > 65535)
        throw InputError("Contacts and distances are measured in volumes of at most 65,535 voxels an axis.");
    SurfacePoints result;
    result.grid = volume.grid();
    struct Layer {
        std::vector<SurfacePoint> points;
        std::vector<SurfaceCluster> clusters;
    };
    std::vector<Layer> layers(static_cast<std::size_t>((n.z + block_z - 1) / block_z));
    parallel_for(static_cast<std::int64_t>(layers.size()), [&](std::int64_t number) {
        Layer& layer = layers[static_cast<std::size_t>(number)];
        std::vector<Found> found;
        for (std::int64_t y = 0; y < n.y; y += block_y)
            for (std::int64_t x = 0; x < n.x; x += block_x) {
                found.clear();
                bool several = false;
                scan_block(
                    volume, {x, y, number * block_z}, own, ends, border,
                    [&](std::uint32_t object, std::int64_t px, std::int64_t py, std::int64_t pz,
                        std::uint8_t face) {
                        several = several || (!found.empty() && found.back().object != object);
                        found.push_back({object,
                                         {static_cast<std::uint16_t>(px), static_cast<std::uint16_t>(py),
                                          static_cast<std::uint16_t>(pz), face}});
                    });
                if (several)
                    std::stable_sort(found.begin(), found.end(),
                                     [](const Found& a, const Found& b) { return a.object < b.object; });
                for (std::size_t i = 0; i < found.size();) {
                    SurfaceCluster cluster;
                    cluster.object = found[i].object;
                    cluster.first = static_cast<std::int64_t>(layer.points.size());
                    cluster.low = {1e30F, 1e30F, 1e30F};
                    cluster.high = {-1e30F, -1e30F, -1e30F};
                    for (; i < found.size() && found[i].object == cluster.object; ++i) {
                        layer.points.push_back(found[i].point);
                        const Vec3 p = result.position_um(found[i].point);
                        const float at[3] = {static_cast<float>(p.x), static_cast<float>(p.y),
                                             static_cast<float>(p.z)};
                        for (std::size_t a = 0; a < 3; ++a) {
                            cluster.low[a] = std::min(cluster.low[a], at[a]);
                            cluster.high[a] = std::max(cluster.high[a], at[a]);
                        }
                        ++cluster.count;
                    }
                    layer.clusters.push_back(cluster);
                }
            }
    });
    std::size_t points = 0, clusters = 0;
    for (const Layer& layer : layers) {
        points += layer.points.size();
        clusters += layer.clusters.size();
    }
    result.points.reserve(points);
    result.cluster_begin.assign(objects + 2ULL, 0);
    for (Layer& layer : layers) {
        for (SurfaceCluster& c : layer.clusters) {
            c.first += static_cast<std::int64_t>(result.points.size());
            ++result.cluster_begin[c.object + 1ULL];
        }
        result.points.insert(result.points.end(), layer.points.begin(), layer.points.end());
        std::vector<SurfacePoint>().swap(layer.points);
    }
    for (std::size_t i = 1; i < result.cluster_begin.size(); ++i)
        result.cluster_begin[i] += result.cluster_begin[i - 1];
    result.clusters.resize(clusters);
    std::vector<std::uint32_t> next(result.cluster_begin);
    for (const Layer& layer : layers)
        for (const SurfaceCluster& c : layer.clusters) result.clusters[next[c.object]++] = c;
    return result;
}

}  // namespace

SurfacePoints find_surface_points(const InstanceVolume& objects, const std::vector<char>& wanted) {
    const auto own = [&](std::uint32_t number) {
        return number < wanted.size() && wanted[number] != 0 ? number : 0U;
    };
    const auto count = static_cast<std::uint32_t>(wanted.empty() ? 0 : wanted.size() - 1);
    return find_points(
        objects, count, own, [](std::uint32_t, std::uint32_t) { return true; }, 0);
}

SurfacePoints find_cell_surface_points(const ClassVolume& classes) {
    const auto own = [](std::uint8_t label) {
        return label != 0 && label != ignore_label ? membrane_surface : 0U;
    };
    return find_points(
        classes, 2, own, [](std::uint8_t, std::uint8_t other) { return other == 0; }, cut_surface);
}

namespace {

double squared_gap(const std::array<float, 3>& low, const std::array<float, 3>& high,
                   const std::array<float, 3>& other_low, const std::array<float, 3>& other_high) {
    double sum = 0;
    for (std::size_t a = 0; a < 3; ++a) {
        const double d = std::max({0.0F, other_low[a] - high[a], low[a] - other_high[a]});
        sum += d * d;
    }
    return sum;
}

/// Places nearer by less than 0.5 % are not looked for.
constexpr double good_enough = 0.995 * 0.995;

/// Positions of the points of a cluster, side by side.
struct Positions {
    std::vector<float> x, y, z;
    void fill(const SurfacePoints& surfaces, const SurfaceCluster& cluster) {
        x.clear();
        y.clear();
        z.clear();
        for (const SurfacePoint& p : surfaces.points_of(cluster)) {
            const Vec3 at = surfaces.position_um(p);
            x.push_back(static_cast<float>(at.x));
            y.push_back(static_cast<float>(at.y));
            z.push_back(static_cast<float>(at.z));
        }
    }
};

double squared_gap(const std::array<float, 3>& at, const SurfaceCluster& cluster) {
    return squared_gap(at, at, cluster.low, cluster.high);
}

float squared_distance(const Positions& p, std::size_t i, float x, float y, float z) {
    const float dx = p.x[i] - x, dy = p.y[i] - y, dz = p.z[i] - z;
    return dx * dx + dy * dy + dz * dz;
}

float smallest_squared_distance(const Positions& p, float x, float y, float z) {
    float best = std::numeric_limits<float>::infinity();
    for (std::size_t i = 0; i < p.x.size(); ++i) best = std::min(best, squared_distance(p, i, x, y, z));
    return best;
}

/// The first place with the smallest distance.
std::size_t nearest_place(const Positions& p, float x, float y, float z) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < p.x.size(); ++i)
        if (squared_distance(p, i, x, y, z) < squared_distance(p, best, x, y, z)) best = i;
    return best;
}

}  // namespace

SurfaceTree::SurfaceTree(const SurfacePoints& surfaces, std::vector<std::uint32_t> clusters)
    : surfaces_(surfaces), order_(std::move(clusters)) {
    if (!order_.empty()) build(0, static_cast<std::uint32_t>(order_.size()));
}

void SurfaceTree::build(std::uint32_t first, std::uint32_t count) {
    Node node{{1e30F, 1e30F, 1e30F}, {-1e30F, -1e30F, -1e30F}, first, count, 0};
    for (std::uint32_t i = first; i < first + count; ++i) {
        const SurfaceCluster& c = surfaces_.clusters[order_[i]];
        for (std::size_t a = 0; a < 3; ++a) {
            node.low[a] = std::min(node.low[a], c.low[a]);
            node.high[a] = std::max(node.high[a], c.high[a]);
        }
    }
    const std::size_t at = nodes_.size();
    nodes_.push_back(node);
    if (count <= 2) return;
    std::size_t axis = 0;
    for (std::size_t a = 1; a < 3; ++a)
        if (node.high[a] - node.low[a] > node.high[axis] - node.low[axis]) axis = a;
    const std::uint32_t half = count / 2;
    const auto middle = [&](std::uint32_t i) {
        return surfaces_.clusters[i].low[axis] + surfaces_.clusters[i].high[axis];
    };
    std::nth_element(order_.begin() + first, order_.begin() + first + half, order_.begin() + first + count,
                     [&](std::uint32_t a, std::uint32_t b) {
                         return middle(a) != middle(b) ? middle(a) < middle(b) : a < b;
                     });
    nodes_[at].count = 0;
    build(first, half);
    nodes_[at].right = static_cast<std::uint32_t>(nodes_.size());
    build(first + half, count - half);
}

/// Calls leaf(cluster, lower limit of the squared distance) for clusters that may be nearer than the limit,
/// which may shrink meanwhile, nearer children first.
template <class Visit>
void SurfaceTree::visit(const std::array<float, 3>& low, const std::array<float, 3>& high,
                        const double& limit2, Visit leaf) const {
    if (nodes_.empty()) return;
    struct Open {
        std::uint32_t node;
        double gap2;
    };
    const auto gap2 = [&](std::uint32_t node) {
        return squared_gap(low, high, nodes_[node].low, nodes_[node].high);
    };
    std::array<Open, 128> open;
    std::size_t count = 0;
    open[count++] = {0, gap2(0)};
    while (count > 0) {
        const Open next = open[--count];
        if (next.gap2 >= limit2) continue;
        const Node& node = nodes_[next.node];
        if (node.count > 0) {
            for (std::uint32_t i = node.first; i < node.first + node.count; ++i) {
                const SurfaceCluster& c = surfaces_.clusters[order_[i]];
                const double g = squared_gap(low, high, c.low, c.high);
                if (g < limit2) leaf(order_[i], g);
            }
            continue;
        }
        Open a{next.node + 1, gap2(next.node + 1)}, b{node.right, gap2(node.right)};
        if (a.gap2 < b.gap2) std::swap(a, b);
        open[count++] = a;
        open[count++] = b;
    }
}

SurfaceTree::Nearest SurfaceTree::nearest(const SurfacePoints& own, std::uint32_t object,
                                          std::uint32_t excluded) const {
    // First how near each cluster could come at best, then the points of the most promising ones.
    struct Candidate {
        double gap2;
        std::uint32_t cluster;
    };
    std::vector<Candidate> candidates;
    const auto clusters = own.clusters_of(object);
    for (std::uint32_t i = 0; i < clusters.size(); ++i) {
        double best = std::numeric_limits<double>::infinity();
        visit(clusters[i].low, clusters[i].high, best, [&](std::uint32_t other, double gap2) {
            if (surfaces_.clusters[other].object != excluded || excluded == 0) best = std::min(best, gap2);
        });
        if (best < std::numeric_limits<double>::infinity()) candidates.push_back({best, i});
    }
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return a.gap2 != b.gap2 ? a.gap2 < b.gap2 : a.cluster < b.cluster;
    });
    Nearest result;
    // Where surfaces run side by side, many places are as near as the nearest.
    double limit2 = result.squared_um2;
    Positions a, b;
    for (const Candidate& candidate : candidates) {
        if (candidate.gap2 >= limit2) break;
        const SurfaceCluster& cluster = clusters[candidate.cluster];
        a.fill(own, cluster);
        visit(cluster.low, cluster.high, limit2, [&](std::uint32_t other, double) {
            const SurfaceCluster& c = surfaces_.clusters[other];
            if (c.object == excluded && excluded != 0) return;
            b.fill(surfaces_, c);
            for (std::size_t i = 0; i < a.x.size(); ++i) {
                if (squared_gap({a.x[i], a.y[i], a.z[i]}, c) >= limit2) continue;
                const float squared = smallest_squared_distance(b, a.x[i], a.y[i], a.z[i]);
                if (squared >= result.squared_um2) continue;
                const std::size_t place = nearest_place(b, a.x[i], a.y[i], a.z[i]);
                result = {squared, c.object, own.points_of(cluster)[i], surfaces_.points_of(c)[place]};
                limit2 = squared * good_enough;
            }
        });
    }
    return result;
}

SurfaceTree::Nearest SurfaceTree::nearest(Vec3 position_um) const {
    const std::array<float, 3> at{static_cast<float>(position_um.x), static_cast<float>(position_um.y),
                                  static_cast<float>(position_um.z)};
    Nearest result;
    Positions b;
    visit(at, at, result.squared_um2, [&](std::uint32_t other, double) {
        const SurfaceCluster& c = surfaces_.clusters[other];
        b.fill(surfaces_, c);
        const float squared = smallest_squared_distance(b, at[0], at[1], at[2]);
        if (squared < result.squared_um2)
            result = {squared, c.object, {}, surfaces_.points_of(c)[nearest_place(b, at[0], at[1], at[2])]};
    });
    return result;
}

void SurfaceTree::for_near(const SurfaceCluster& cluster, double reach_um,
                           const std::function<void(std::uint32_t)>& found) const {
    visit(cluster.low, cluster.high, reach_um * reach_um, [&](std::uint32_t other, double) { found(other); });
}

}  // namespace cytomo
