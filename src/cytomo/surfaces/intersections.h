// Does a surface run through itself?
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "cytomo/core/mesh.h"

namespace cytomo {

/// Pairs of triangles (the lower number first, ascending) that run through each other elsewhere than in the
/// corners and sides that they share. Two triangles that only touch, or lie in one plane, or share a side, do
/// not count. Neighbours that share one corner count if the side opposite of it runs through the other one.
/// In double precision without tolerance. Threaded, time n log n for meshes of even triangles; the same at
/// any thread count.
std::vector<std::pair<std::uint32_t, std::uint32_t>> find_self_intersections(const Mesh& mesh);

}  // namespace cytomo
