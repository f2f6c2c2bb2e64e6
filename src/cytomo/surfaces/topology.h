// Which triangles meet where: what smoothing, checking, splitting and simplifying build on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/mesh.h"
#include "cytomo/core/parallel.h"

namespace cytomo {

/// Position of a vertex, µm.
inline Vec3 position_um(const Mesh& mesh, std::uint32_t vertex) {
    const auto& p = mesh.vertices[vertex];
    return {p[0], p[1], p[2]};
}

/// Calls body(v) for the vertices 0 to count - 1 (std::uint32_t), thousands of them a task.
template <class Body>
void for_vertices(std::size_t count, const Body& body) {
    constexpr std::int64_t vertices_a_task = 8192;
    parallel_chunks(static_cast<std::int64_t>(count), vertices_a_task,
                    [&](std::int64_t begin, std::int64_t end) {
                        for (auto v = begin; v < end; ++v) body(static_cast<std::uint32_t>(v));
                    });
}

/// For each vertex the triangles that have it as a corner, ascending. Time and memory linear.
class VertexTriangles {
public:
    explicit VertexTriangles(const Mesh& mesh);
    std::span<const std::uint32_t> of(std::uint32_t vertex) const {
        return {triangles_.data() + begin_[vertex], begin_[vertex + 1] - begin_[vertex]};
    }

private:
    std::vector<std::size_t> begin_;
    std::vector<std::uint32_t> triangles_;
};

/// Connected components: triangles are connected when they share a vertex.
struct MeshComponents {
    std::uint32_t count = 0;
    /// Number of each vertex's component, from 0 in the order of their first triangles;
    /// `no_component` for vertices without a triangle.
    std::vector<std::uint32_t> of_vertex;
    static constexpr std::uint32_t no_component = 0xffffffffU;
};

/// Practically linear (core/disjoint_sets).
MeshComponents find_components(const Mesh& mesh);

}  // namespace cytomo
