// Surfaces that the border of the volume cuts: which vertices lie in its outer faces, and where a
// surface may move without leaving them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/mesh.h"

namespace cytomo {

/// The outer faces of a volume in which a vertex lies: bit 2a for the lower face across axis a (0, 1,
/// 2 for x, y, z), bit 2a + 1 for the upper one.
using OuterFaces = std::uint8_t;

/// For each vertex; none without a border. Within 0.1 % of a voxel edge.
std::vector<OuterFaces> find_outer_faces(const Mesh& mesh, const std::optional<Grid>& border);

/// Whether a vertex may move along an axis.
inline bool is_free(OuterFaces faces, std::size_t axis) {
    return (faces >> 2 * axis & 3) == 0;
}

/// Whether a triangle is part of the flat cap in an outer face.
inline bool in_cap(const std::vector<OuterFaces>& faces, const std::array<std::uint32_t, 3>& t) {
    return (faces[t[0]] & faces[t[1]] & faces[t[2]]) != 0;
}

/// For each vertex the direction of an offset: the area-weighted unit normal of its triangles without
/// those in caps, less its components across outer faces. Zero inside caps.
std::vector<Vec3> offset_directions(const Mesh& mesh, const std::vector<OuterFaces>& faces);

/// Twice the area of a triangle times its unit normal.
Vec3 area_vector(const Mesh& mesh, const std::array<std::uint32_t, 3>& t);

}  // namespace cytomo
