// What marching cubes loses of curved surfaces, given back.
#pragma once

#include "cytomo/core/grid.h"
#include "cytomo/core/mesh.h"

namespace cytomo {

/// Triangles cut the curve short, and so does linear interpolation between samples: a sphere of radius
/// R voxels comes out too small by 0.6 / R² of its volume (7 % at R = 3). Moves each vertex along its
/// normal by 0.20 × mean curvature, both in voxels of `grid`, the grid of extraction; the curvature is
/// measured on the mesh itself and averaged over a few voxels around the vertex. Leaves under 1 % of
/// the volume at R = 3. Vertices in the outer faces of the grid stay in them; none moves by more than
/// a quarter of a voxel. For closed oriented meshes as extract_surface makes them, once, before
/// smoothing. Time linear; same result at any thread count.
void compensate_curvature(Mesh& mesh, const Grid& grid);

}  // namespace cytomo
