// One mesh into its separate pieces.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/mesh.h"

namespace cytomo {

/// The connected components of a mesh (connected through shared vertices) that have at least
/// `min_triangles` triangles, the largest first, ties in the order of their first triangles. A cavity
/// is a component of its own. Vertices and triangles keep their order; unused vertices are dropped.
/// Time and memory linear.
std::vector<Mesh> split_components(const Mesh& mesh, std::int64_t min_triangles = 1);

}  // namespace cytomo
