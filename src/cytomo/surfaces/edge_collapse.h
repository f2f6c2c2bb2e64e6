// Private to surfaces: the collapses that simplify() is made of.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/mesh.h"
#include "cytomo/core/progress.h"

namespace cytomo {

struct CollapseOptions {
    std::int64_t target_triangles = 0;
    /// No vertex of the old mesh may lie farther from the new surface, before volumes are restored.
    double max_error_um = std::numeric_limits<double>::infinity();
    std::optional<Grid> border;  ///< see simplify.h
    std::vector<bool> locked;    ///< one a vertex, or empty: vertices that stay as they are
};

struct Collapsed {
    Mesh mesh;
    std::vector<std::uint32_t> original;  ///< for each new vertex an old one of the same component
    std::vector<std::uint32_t> became;    ///< for each old vertex the new one that stands for it
};

/// Collapses edges of a watertight mesh, cheapest first, as described in simplify.h; volumes change a little.
Collapsed collapse_edges(const Mesh& mesh, const CollapseOptions& options, const Progress& progress);

}  // namespace cytomo
