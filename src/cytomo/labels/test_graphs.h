// For tests: centre-line graphs drawn by hand.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "cytomo/labels/tube_graph.h"

namespace cytomo {

/// Balls of one tube after the other; numbers of nodes are returned, so that links can be drawn.
struct TestGraph {
    TubeGraph graph;

    std::uint32_t ball(Vec3 place_um, double radius_um) {
        TubeNode node;
        node.place_um = place_um;
        node.radius_um = radius_um;
        node.volume_um3 = std::numbers::pi * radius_um * radius_um * 1.3 * radius_um;
        graph.nodes.push_back(node);
        return static_cast<std::uint32_t>(graph.nodes.size() - 1);
    }
    void link(std::uint32_t a, std::uint32_t b) {
        for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
            auto& around = graph.nodes[from].neighbours;
            around.push_back(to);
            std::sort(around.begin(), around.end());
        }
    }
    /// A straight row of linked balls, `count` of them, each `step` further on from `from`.
    std::vector<std::uint32_t> row(Vec3 from, Vec3 step, int count, double radius_um) {
        std::vector<std::uint32_t> nodes;
        for (int i = 0; i < count; ++i) {
            nodes.push_back(ball(from + step * i, radius_um));
            if (i > 0) link(nodes[nodes.size() - 2], nodes.back());
        }
        return nodes;
    }
    /// As if its voxels had `area` of faces with the cell body, all at `place_um`.
    void root(std::uint32_t n, Vec3 place_um, double area_um2) {
        graph.nodes[n].contact_um2 = area_um2;
        graph.nodes[n].contact_um = place_um;
    }
};

/// Straight arms of `count` balls around a ball at the origin, which is node 0; in the xy plane, by angle.
struct TestStar : TestGraph {
    std::vector<std::vector<std::uint32_t>> arms;

    TestStar(const std::vector<double>& angles_deg, int count, double radius_um) {
        ball({}, radius_um);
        for (const double deg : angles_deg) {
            const double angle = deg * std::numbers::pi / 180;
            const Vec3 step{1.3 * radius_um * std::cos(angle), 1.3 * radius_um * std::sin(angle), 0};
            arms.push_back(row(step, step, count, radius_um));
            link(0, arms.back().front());
        }
    }
};

}  // namespace cytomo
