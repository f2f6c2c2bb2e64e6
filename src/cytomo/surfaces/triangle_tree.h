// Which triangles of a mesh lie near a place: a tree of boxes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/mesh.h"

namespace cytomo {

/// A box along the axes, µm.
struct TriangleBox {
    std::array<float, 3> low, high;
    bool meets(const TriangleBox& other) const {
        for (std::size_t a = 0; a < 3; ++a)
            if (low[a] > other.high[a] || other.low[a] > high[a]) return false;
        return true;
    }
};

/// The smallest box around a triangle.
TriangleBox box_of(const Mesh& mesh, std::uint32_t triangle);

/// Distance of a point from a triangle, µm (0 on it). Triangles may be degenerate.
double distance_to_triangle_um(Vec3 p, Vec3 a, Vec3 b, Vec3 c);

/// Boxes within boxes around the triangles of a mesh, which must outlive the tree and stay as it is. Building
/// takes time n log n and about 25 bytes a triangle. Safe to ask from several threads.
class TriangleTree {
public:
    explicit TriangleTree(const Mesh& mesh);

    /// Calls visit(triangle) for each triangle whose own box meets `box`.
    template <class Visit>
    void visit(const TriangleBox& box, Visit&& visit_triangle) const {
        if (nodes_.empty()) return;
        std::array<std::uint32_t, 64> stack;
        std::size_t depth = 0;
        stack[depth++] = 0;
        while (depth > 0) {
            const Node& node = nodes_[stack[--depth]];
            if (!node.box.meets(box)) continue;
            if (node.count == 0) {
                stack[depth++] = node.first;
                stack[depth++] = node.first + 1;
                continue;
            }
            for (std::uint32_t i = node.first; i < node.first + node.count; ++i)
                if (box_of(mesh_, order_[i]).meets(box)) visit_triangle(order_[i]);
        }
    }

    /// Distance of a point from the nearest triangle, µm; infinity for an empty mesh. Nothing above
    /// `limit_um` is told apart from it.
    double distance_um(Vec3 p, double limit_um) const;

private:
    struct Node {
        TriangleBox box;
        std::uint32_t first = 0;  ///< of a leaf the first place in order_, else the first of two nodes
        std::uint32_t count = 0;  ///< triangles of a leaf; 0 for others
    };
    void build(std::uint32_t node, std::uint32_t begin, std::uint32_t end,
               const std::vector<std::array<float, 3>>& centres);

    const Mesh& mesh_;
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> order_;
};

/// The largest distance of a vertex of `from` (one that a triangle uses) from the surface `to`, µm. 0 if
/// `from` is empty; infinity if only `to` is. Threaded, time n log n.
double largest_distance_um(const Mesh& from, const Mesh& to);

}  // namespace cytomo
