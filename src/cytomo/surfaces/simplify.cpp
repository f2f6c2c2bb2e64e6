// The collapses (edge_collapse.cpp) look at one edge at a time. What needs a view of the whole comes
// afterwards: the volume is restored, the distance is measured, and triangles that run through each other are
// looked for. Where something is wrong, all is done again with a smaller bound, or with the vertices around
// the place locked.
#include "cytomo/surfaces/simplify.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/surfaces/check.h"
#include "cytomo/surfaces/edge_collapse.h"
#include "cytomo/surfaces/intersections.h"
#include "cytomo/surfaces/smooth.h"
#include "cytomo/surfaces/topology.h"
#include "cytomo/surfaces/triangle_tree.h"

namespace cytomo {

namespace {

constexpr int most_rounds = 8;

/// Old vertices that became part of a triangle that runs through another one, and those around them.
bool lock_crossings(std::vector<bool>& locked, const Mesh& mesh, const Collapsed& collapsed) {
    const auto pairs = find_self_intersections(collapsed.mesh);
    if (pairs.empty()) return false;
    std::vector<bool> crossing(collapsed.mesh.vertices.size(), false);
    for (const auto& [s, t] : pairs)
        for (const auto number : {s, t})
            for (const auto v : collapsed.mesh.triangles[number]) crossing[v] = true;
    locked.resize(mesh.vertices.size(), false);
    bool more = false;
    for (std::size_t v = 0; v < locked.size(); ++v) {
        const auto now = collapsed.became[v];
        if (locked[v] || now >= crossing.size() || !crossing[now]) continue;
        locked[v] = true;
        more = true;
    }
    return more;
}

}  // namespace

void SimplifyOptions::check() const {
    if (target_triangles < 0)
        throw UsageError("simplification: expected a number of triangles of at least 0, found " +
                         std::to_string(target_triangles));
    if (!(max_error_um >= 0))
        throw UsageError("simplification: expected an error of at least 0 µm, found " +
                         std::to_string(max_error_um));
    if (target_triangles == 0 && std::isinf(max_error_um))
        throw UsageError("simplification: expected a number of triangles or an error, found neither");
}

Mesh simplify(const Mesh& mesh, const SimplifyOptions& options, const Progress& progress) {
    options.check();
    if (mesh.empty()) return mesh;
    if (!check_mesh(mesh).watertight()) throw std::invalid_argument("simplify: the mesh is not watertight");
    const MeshComponents before = find_components(mesh);
    const auto volumes = component_volumes_um3(mesh, before);
    const bool bounded = std::isfinite(options.max_error_um);
    // A little of the bound is left for the volume.
    CollapseOptions collapse{options.target_triangles, 0.9 * options.max_error_um, options.border, {}};
    Mesh best = mesh;
    for (int round = 0; round < most_rounds; ++round) {
        Collapsed now = collapse_edges(
            mesh, collapse,
            progress.part(round == 0 ? 0 : 1 - std::pow(0.5, round), 1 - std::pow(0.5, round + 1)));
        MeshComponents after{before.count, {}};
        for (const auto v : now.original) after.of_vertex.push_back(before.of_vertex[v]);
        restore_volumes(now.mesh, after, volumes, options.border);
        if (bounded) {
            const double error =
                std::max(largest_distance_um(mesh, now.mesh), largest_distance_um(now.mesh, mesh));
            if (error > options.max_error_um) {
                collapse.max_error_um *= std::clamp(0.9 * options.max_error_um / error, 0.3, 0.8);
                continue;
            }
        }
        const bool again = options.mend_crossings && lock_crossings(collapse.locked, mesh, now);
        best = std::move(now.mesh);
        if (!again) break;
    }
    progress(1);
    return best;
}

}  // namespace cytomo
