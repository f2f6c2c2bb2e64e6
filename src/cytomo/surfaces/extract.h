// Iso-surfaces of scalar fields.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "cytomo/core/mesh.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"

namespace cytomo {

/// Writes slice z of a scalar field, x fastest; out.size() == nx * ny. Called for the same slice more
/// than once and from several threads at a time; must give the same values each time. A field is
/// computed when it is needed, so that nothing is ever held as float as a whole.
using SliceField = std::function<void(std::int64_t z, std::span<float> out)>;

/// The field whose values lie in `values`, which must outlive it.
SliceField field_of(const Volume<float>& values);

/// The surface around all voxel centres with field > level, in µm, by marching cubes with linear
/// interpolation between voxel centres of `grid`.
///
/// The result is always a closed, oriented 2-manifold (edges and vertices), triangles
/// counter-clockwise seen from the low side; it may have several components and cavities. Beyond the
/// outermost voxel centres the field goes on unchanged for half a voxel and ends there: an object cut
/// by the border is closed by a flat cap exactly in the outer face of the border voxels.
/// NaN counts as outside. No vertex lies nearer than 1 % of a voxel edge to a voxel centre, so that
/// no triangle collapses where a value equals the level.
///
/// Vertices are numbered along z; the result does not depend on the thread count. Time is linear in
/// voxels; memory is linear in the surface (about 80 bytes a vertex) plus some slices a thread.
/// Throws InputError if the surface has more than 2^31 vertices.
Mesh extract_surface(const Grid& grid, const SliceField& field, float level, const Progress& progress = {});

}  // namespace cytomo
