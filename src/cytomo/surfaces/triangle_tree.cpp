// A binary tree of boxes, halved at the median centre along the longest side.
#include "cytomo/surfaces/triangle_tree.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <utility>

#include "cytomo/core/parallel.h"
#include "cytomo/surfaces/topology.h"

namespace cytomo {

namespace {

constexpr std::uint32_t leaf_triangles = 4;

double distance_to_segment_um(Vec3 p, Vec3 a, Vec3 b) {
    const Vec3 side = b - a;
    const double size2 = dot(side, side);
    const double t = size2 > 0 ? std::clamp(dot(p - a, side) / size2, 0.0, 1.0) : 0;
    return length(p - (a + side * t));
}

double distance2_to_box(Vec3 p, const TriangleBox& box) {
    const std::array<double, 3> at{p.x, p.y, p.z};
    double sum = 0;
    for (std::size_t a = 0; a < 3; ++a) {
        const double d = std::max(
            {0.0, static_cast<double>(box.low[a]) - at[a], at[a] - static_cast<double>(box.high[a])});
        sum += d * d;
    }
    return sum;
}

}  // namespace

TriangleBox box_of(const Mesh& mesh, std::uint32_t triangle) {
    const auto& t = mesh.triangles[triangle];
    TriangleBox box{mesh.vertices[t[0]], mesh.vertices[t[0]]};
    for (const auto v : {t[1], t[2]})
        for (std::size_t a = 0; a < 3; ++a) {
            box.low[a] = std::min(box.low[a], mesh.vertices[v][a]);
            box.high[a] = std::max(box.high[a], mesh.vertices[v][a]);
        }
    return box;
}

double distance_to_triangle_um(Vec3 p, Vec3 a, Vec3 b, Vec3 c) {
    const Vec3 n = cross(b - a, c - a);
    const double size2 = dot(n, n);
    if (size2 > 0 && dot(cross(b - a, p - a), n) >= 0 && dot(cross(c - b, p - b), n) >= 0 &&
        dot(cross(a - c, p - c), n) >= 0)
        return std::fabs(dot(p - a, n)) / std::sqrt(size2);
    return std::min(
        {distance_to_segment_um(p, a, b), distance_to_segment_um(p, b, c), distance_to_segment_um(p, c, a)});
}

TriangleTree::TriangleTree(const Mesh& mesh) : mesh_(mesh), order_(mesh.triangles.size()) {
    if (mesh.triangles.empty()) return;
    std::vector<std::array<float, 3>> centres(mesh.triangles.size());
    for (std::uint32_t t = 0; t < centres.size(); ++t) {
        const TriangleBox box = box_of(mesh, t);
        for (std::size_t a = 0; a < 3; ++a) centres[t][a] = (box.low[a] + box.high[a]) / 2;
    }
    std::iota(order_.begin(), order_.end(), 0U);
    nodes_.reserve(mesh.triangles.size());
    nodes_.emplace_back();
    build(0, 0, static_cast<std::uint32_t>(order_.size()), centres);
}

void TriangleTree::build(std::uint32_t node, std::uint32_t begin, std::uint32_t end,
                         const std::vector<std::array<float, 3>>& centres) {
    TriangleBox box = box_of(mesh_, order_[begin]);
    TriangleBox middle{centres[order_[begin]], centres[order_[begin]]};
    for (auto i = begin; i < end; ++i) {
        const TriangleBox own = box_of(mesh_, order_[i]);
        for (std::size_t a = 0; a < 3; ++a) {
            box.low[a] = std::min(box.low[a], own.low[a]);
            box.high[a] = std::max(box.high[a], own.high[a]);
            middle.low[a] = std::min(middle.low[a], centres[order_[i]][a]);
            middle.high[a] = std::max(middle.high[a], centres[order_[i]][a]);
        }
    }
    nodes_[node].box = box;
    if (end - begin <= leaf_triangles) {
        nodes_[node].first = begin;
        nodes_[node].count = end - begin;
        return;
    }
    std::size_t axis = 0;
    for (std::size_t a = 1; a < 3; ++a)
        if (middle.high[a] - middle.low[a] > middle.high[axis] - middle.low[axis]) axis = a;
    const auto half = begin + (end - begin) / 2;
    std::nth_element(order_.begin() + begin, order_.begin() + half, order_.begin() + end,
                     [&](std::uint32_t s, std::uint32_t t) {
                         const float at_s = centres[s][axis], at_t = centres[t][axis];
                         return at_s != at_t ? at_s < at_t : s < t;
                     });
    const auto children = static_cast<std::uint32_t>(nodes_.size());
    nodes_.resize(nodes_.size() + 2);
    nodes_[node].first = children;
    build(children, begin, half, centres);
    build(children + 1, half, end, centres);
}

double TriangleTree::distance_um(Vec3 p, double limit_um) const {
    double best2 = limit_um * limit_um;
    if (nodes_.empty()) return limit_um;
    struct Waiting {
        std::uint32_t node;
        double distance2;
    };
    std::array<Waiting, 64> stack;
    std::size_t depth = 0;
    stack[depth++] = {0, distance2_to_box(p, nodes_[0].box)};
    while (depth > 0) {
        const Waiting w = stack[--depth];
        if (w.distance2 >= best2) continue;
        const Node& node = nodes_[w.node];
        if (node.count == 0) {
            Waiting near{node.first, distance2_to_box(p, nodes_[node.first].box)};
            Waiting far{node.first + 1, distance2_to_box(p, nodes_[node.first + 1].box)};
            if (far.distance2 < near.distance2) std::swap(near, far);
            stack[depth++] = far;
            stack[depth++] = near;
            continue;
        }
        for (std::uint32_t i = node.first; i < node.first + node.count; ++i) {
            const auto& t = mesh_.triangles[order_[i]];
            const double d = distance_to_triangle_um(p, position_um(mesh_, t[0]), position_um(mesh_, t[1]),
                                                     position_um(mesh_, t[2]));
            best2 = std::min(best2, d * d);
        }
    }
    return std::sqrt(best2);
}

double largest_distance_um(const Mesh& from, const Mesh& to) {
    std::vector<bool> used(from.vertices.size(), false);
    for (const auto& t : from.triangles)
        for (const auto v : t) used[v] = true;
    const TriangleTree tree(to);
    double largest = 0;
    std::mutex mutex;
    parallel_chunks(static_cast<std::int64_t>(used.size()), 4096, [&](std::int64_t begin, std::int64_t end) {
        double own = 0;
        for (auto v = static_cast<std::uint32_t>(begin); v < static_cast<std::uint32_t>(end); ++v)
            if (used[v])
                own = std::max(
                    own, tree.distance_um(position_um(from, v), std::numeric_limits<double>::infinity()));
        const std::lock_guard lock(mutex);  // the largest: the order does not matter
        largest = std::max(largest, own);
    });
    return largest;
}

}  // namespace cytomo
