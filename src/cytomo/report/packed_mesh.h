// Surfaces as few bytes, for the page's 3D view (private to the folder).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cytomo/core/mesh.h"

namespace cytomo {

/// Little-endian bytes, in this order:
///   x, y, z of each vertex as uint16: low_um + value / 65535 * size_um
///   light of each vertex as uint8, then zero bytes up to a multiple of 4
///   three uint32 a triangle
/// The error of a coordinate is at most size_um / 131070.
struct PackedMesh {
    std::array<float, 3> low_um{}, size_um{};
    std::uint32_t vertices = 0, triangles = 0;
    std::vector<std::uint8_t> bytes;
};

/// `light` has one value a vertex, or none (then 255). Throws InputError for coordinates that are not
/// finite.
PackedMesh packed(const Mesh& mesh, const std::vector<std::uint8_t>& light);

}  // namespace cytomo
