// Triangle surfaces in µm.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"

namespace cytomo {

/// Indexed triangles. Vertices in µm (x, y, z); triangles counter-clockwise seen from outside.
struct Mesh {
    std::vector<std::array<float, 3>> vertices;
    std::vector<std::array<std::uint32_t, 3>> triangles;

    bool empty() const { return triangles.empty(); }
};

/// Adds the triangles of `other` to `mesh`.
void append(Mesh& mesh, const Mesh& other);
/// Sum of triangle areas, µm².
double area_um2(const Mesh& mesh);
/// Enclosed volume, µm³: positive for a closed mesh oriented outwards (divergence theorem).
double volume_um3(const Mesh& mesh);

}  // namespace cytomo
