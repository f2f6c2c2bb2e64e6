// Smoothing that keeps volumes.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/mesh.h"
#include "cytomo/core/progress.h"
#include "cytomo/surfaces/topology.h"

namespace cytomo {

/// Iterations on surfaces that are measured, drawn or written, unless others are asked for.
inline constexpr int default_smoothing = 8;

struct SmoothOptions {
    /// Each iteration is a pair of steps, shrinking and swelling. Waviness shorter than about
    /// 2 * sqrt(iterations) mesh edges disappears; 5 to 15 remove the steps of the voxels.
    int iterations = default_smoothing;
    /// The grid the surface was extracted on. Vertices in its outer faces, where an object is cut by
    /// the border of the volume, then stay in these faces: caps remain flat and exact, and their rims
    /// follow the walls. Without it, rims are rounded.
    std::optional<Grid> border;
    /// Throws UsageError unless iterations is in 0 … 1000.
    void check() const;
};

/// Smooths a closed mesh in place (Taubin 1995), then moves each connected component along its normals
/// until it encloses its former volume to 0.01 %. Triangles stay as they are, so the mesh stays a manifold.
/// Time linear in vertices * iterations; same result at any thread count.
void smooth_surface(Mesh& mesh, const SmoothOptions& options = {}, const Progress& progress = {});

/// Enclosed volume of each connected component, µm³; negative for cavities.
std::vector<double> component_volumes_um3(const Mesh& mesh, const MeshComponents& components);

/// Moves each component of a closed mesh along its vertex normals until it encloses `target_um3` of
/// the component (a few Newton steps; to 0.01 % unless the shape would have to vanish). Vertices in the outer
/// faces of `border` stay in them.
void restore_volumes(Mesh& mesh, const MeshComponents& components, std::span<const double> target_um3,
                     const std::optional<Grid>& border = {});

}  // namespace cytomo
