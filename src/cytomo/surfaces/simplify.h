// Fewer triangles for the same shape.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "cytomo/core/grid.h"
#include "cytomo/core/mesh.h"
#include "cytomo/core/progress.h"

namespace cytomo {

struct SimplifyOptions {
    /// Stop when no more than this many triangles are left.
    std::int64_t target_triangles = 0;
    /// Leave out steps that would take the surface farther than this from where it was (µm): in the end no
    /// vertex of the old mesh lies farther from the new surface, and none of the new one farther from the old
    /// surface. What bends between vertices that lie on a surface is a second order smaller.
    double max_error_um = std::numeric_limits<double>::infinity();
    /// The grid the surface was extracted on: vertices in its outer faces then stay in them.
    std::optional<Grid> border;
    /// Do it again where triangles run through each other. Pictures need not.
    bool mend_crossings = true;
    /// Throws UsageError for negative values, or if neither limit is set.
    void check() const;
};

/// Collapses edges, the one that costs least first (Garland and Heckbert 1997), as long as the mesh
/// stays a closed manifold of the same genus and no triangle turns over; then moves each component along
/// its normals until it encloses its former volume to 0.01 %. Where triangles of the result run
/// through each other, all is done again (`mend_crossings`) with their part of the surface left as it was, up
/// to eight times: enough for surfaces of objects; pure noise may keep some crossings. Stops early when no
/// permitted edge is left: no component loses more than all but four triangles. Time n log n (a few seconds
/// for a million triangles, some more with an error bound), memory about 150 bytes a triangle; one thread,
/// deterministic. Throws std::invalid_argument if the mesh is not watertight (see check.h).
Mesh simplify(const Mesh& mesh, const SimplifyOptions& options, const Progress& progress = {});

}  // namespace cytomo
