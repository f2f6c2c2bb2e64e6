// Two triangles cross if and only if a side of one runs through the other; a tree of boxes finds the pairs
// that are near enough.
#include "cytomo/surfaces/intersections.h"

#include <algorithm>
#include <array>

#include "cytomo/core/parallel.h"
#include "cytomo/surfaces/topology.h"
#include "cytomo/surfaces/triangle_tree.h"

namespace cytomo {

namespace {

/// Six times the signed volume of a tetrahedron.
double volume6(Vec3 a, Vec3 b, Vec3 c, Vec3 d) {
    return dot(cross(b - a, c - a), d - a);
}

/// Whether the segment p-q runs through the triangle, from one side to the other.
bool runs_through(Vec3 p, Vec3 q, Vec3 a, Vec3 b, Vec3 c) {
    const double at_p = volume6(a, b, c, p), at_q = volume6(a, b, c, q);
    if (!((at_p > 0 && at_q < 0) || (at_p < 0 && at_q > 0))) return false;
    const double u = volume6(p, q, a, b), v = volume6(p, q, b, c), w = volume6(p, q, c, a);
    return (u > 0 && v > 0 && w > 0) || (u < 0 && v < 0 && w < 0);
}

bool intersect(const Mesh& mesh, const std::array<std::uint32_t, 3>& s,
               const std::array<std::uint32_t, 3>& t) {
    int shared = 0;
    std::size_t in_s = 0, in_t = 0;
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            if (s[i] == t[j]) {
                ++shared;
                in_s = i;
                in_t = j;
            }
    if (shared > 1) return false;
    const std::array<Vec3, 3> p{position_um(mesh, s[0]), position_um(mesh, s[1]), position_um(mesh, s[2])},
        q{position_um(mesh, t[0]), position_um(mesh, t[1]), position_um(mesh, t[2])};
    if (shared == 1)
        return runs_through(p[(in_s + 1) % 3], p[(in_s + 2) % 3], q[0], q[1], q[2]) ||
               runs_through(q[(in_t + 1) % 3], q[(in_t + 2) % 3], p[0], p[1], p[2]);
    for (std::size_t i = 0; i < 3; ++i)
        if (runs_through(p[i], p[(i + 1) % 3], q[0], q[1], q[2]) ||
            runs_through(q[i], q[(i + 1) % 3], p[0], p[1], p[2]))
            return true;
    return false;
}

}  // namespace

std::vector<std::pair<std::uint32_t, std::uint32_t>> find_self_intersections(const Mesh& mesh) {
    using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
    constexpr std::int64_t chunk = 4096;
    const TriangleTree tree(mesh);
    const auto n = static_cast<std::int64_t>(mesh.triangles.size());
    std::vector<Pairs> found(static_cast<std::size_t>((n + chunk - 1) / chunk));
    parallel_chunks(n, chunk, [&](std::int64_t begin, std::int64_t end) {
        Pairs& own = found[static_cast<std::size_t>(begin / chunk)];
        for (auto s = static_cast<std::uint32_t>(begin); s < static_cast<std::uint32_t>(end); ++s)
            tree.visit(box_of(mesh, s), [&](std::uint32_t t) {
                if (t > s && intersect(mesh, mesh.triangles[s], mesh.triangles[t])) own.emplace_back(s, t);
            });
        std::sort(own.begin(), own.end());
    });
    Pairs all;
    for (const auto& own : found) all.insert(all.end(), own.begin(), own.end());
    return all;
}

}  // namespace cytomo
