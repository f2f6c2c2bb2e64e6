// Is a mesh what a measurement needs?
#pragma once

#include <cstdint>

#include "cytomo/core/mesh.h"

namespace cytomo {

/// What is known about the shape of a mesh as a set of triangles.
struct MeshCheck {
    std::int64_t vertices = 0;  ///< those that a triangle uses
    std::int64_t edges = 0;
    std::int64_t triangles = 0;
    std::int64_t components = 0;            ///< connected through shared vertices
    std::int64_t unused_vertices = 0;       ///< in no triangle
    std::int64_t open_edges = 0;            ///< with one triangle
    std::int64_t branching_edges = 0;       ///< with more than two triangles
    std::int64_t inconsistent_edges = 0;    ///< two triangles that run along it in the same direction
    std::int64_t pinched_vertices = 0;      ///< whose triangles do not form one fan
    std::int64_t degenerate_triangles = 0;  ///< a repeated corner, or no area

    bool closed() const { return open_edges == 0; }
    bool oriented() const { return inconsistent_edges == 0 && branching_edges == 0; }
    bool manifold() const { return branching_edges == 0 && pinched_vertices == 0; }
    /// Closed, oriented and manifold: it has an inside, and its volume means something.
    bool watertight() const { return closed() && oriented() && manifold(); }
    /// Vertices − edges + triangles: 2 for each sphere, 0 for each torus.
    std::int64_t euler_characteristic() const { return vertices - edges + triangles; }
    /// Number of handles of a watertight mesh, over all components.
    std::int64_t genus() const { return components - euler_characteristic() / 2; }
};

/// Time n log(valence), memory linear. Indices must be valid.
MeshCheck check_mesh(const Mesh& mesh);

}  // namespace cytomo
