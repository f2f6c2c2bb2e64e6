// The bias of marching cubes. Take a smooth surface of mean curvature H (per voxel). A triangle with
// corners on it lies below it by H times a twenty-fourth of the sum of its squared sides on average;
// and linear interpolation along a lattice edge finds the crossing of a curved field too far inside.
// Both are proportional to H; averaged over positions and directions of the lattice they add up to
// 0.20 H voxels, whether the field is a distance, a ramp of one voxel, a sigmoid, or has just two
// values (measured on spheres of 3 to 10 voxels radius; spread 0.18 to 0.20). In voxel coordinates the
// lattice is the same along all axes, so unequal edges need no other constant.
//
// Mean curvature of a polyhedron sits in its edges: half the sum of length times angle between the
// normals on both sides (Steiner's formula; exact for the change of area under an offset). Each vertex
// gets half of that of its edges, and a third of the area of its triangles; both are spread over the
// neighbourhood by the same steps that keep their sums, and divided.
#include "cytomo/surfaces/compensate.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cytomo/surfaces/border.h"
#include "cytomo/surfaces/topology.h"

namespace cytomo {

namespace {

constexpr double bias = 0.20;
constexpr double largest_move = 0.25;
constexpr int spreading_steps = 12;

struct Share {
    double curvature = 0, area = 0;
};

/// What each vertex outside the border has of total mean curvature and area.
std::vector<Share> measure_shares(const Mesh& mesh, const VertexTriangles& around,
                                  const std::vector<OuterFaces>& faces) {
    std::vector<Vec3> normal(mesh.triangles.size());
    for (std::size_t t = 0; t < normal.size(); ++t) normal[t] = area_vector(mesh, mesh.triangles[t]);
    std::vector<Share> shares(mesh.vertices.size());
    for_vertices(shares.size(), [&](std::uint32_t v) {
        if (faces[v] != 0) return;
        for (const auto left : around.of(v)) {
            shares[v].area += length(normal[left]) / 6;
            const auto& t = mesh.triangles[left];
            const std::uint32_t other = t[0] == v ? t[1] : t[1] == v ? t[2] : t[0];
            if (faces[other] != 0) continue;
            for (const auto right : around.of(v)) {
                const auto& s = mesh.triangles[right];
                const std::uint32_t before = s[0] == v ? s[2] : s[1] == v ? s[0] : s[1];
                if (before != other) continue;
                const Vec3 edge = position_um(mesh, other) - position_um(mesh, v);
                const double size = length(edge);
                if (size == 0) continue;
                const double angle = std::atan2(dot(cross(normal[left], normal[right]), edge) / size,
                                                dot(normal[right], normal[left]));
                shares[v].curvature += size * angle / 4;
            }
        }
    });
    return shares;
}

}  // namespace

void compensate_curvature(Mesh& mesh, const Grid& grid) {
    Mesh unit = mesh;  // in voxel coordinates
    for (auto& p : unit.vertices) {
        const Vec3 v = grid.voxel_from_world({p[0], p[1], p[2]});
        p = {static_cast<float>(v.x), static_cast<float>(v.y), static_cast<float>(v.z)};
    }
    const auto faces = find_outer_faces(unit, Grid{grid.size, {1, 1, 1}, {}});
    const auto direction = offset_directions(unit, faces);
    const VertexTriangles around(mesh);
    std::vector<Share> shares = measure_shares(unit, around, faces), spread(shares.size());
    for (int i = 0; i < spreading_steps; ++i) {
        // Each vertex keeps half and gives the rest to its neighbours in equal parts.
        for_vertices(shares.size(), [&](std::uint32_t v) {
            Share sum{shares[v].curvature / 2, shares[v].area / 2};
            for (const auto number : around.of(v)) {
                const auto& t = mesh.triangles[number];
                const std::uint32_t n = t[0] == v ? t[1] : t[1] == v ? t[2] : t[0];
                const double part = 0.5 / static_cast<double>(around.of(n).size());
                sum.curvature += part * shares[n].curvature;
                sum.area += part * shares[n].area;
            }
            spread[v] = sum;
        });
        shares.swap(spread);
    }
    for (std::size_t v = 0; v < mesh.vertices.size(); ++v) {
        if (!(shares[v].area > 0)) continue;
        const double move =
            std::clamp(bias * shares[v].curvature / shares[v].area, -largest_move, largest_move);
        const Vec3 d = direction[v] * move;
        auto& p = mesh.vertices[v];
        p = {static_cast<float>(p[0] + d.x * grid.voxel_um.x),
             static_cast<float>(p[1] + d.y * grid.voxel_um.y),
             static_cast<float>(p[2] + d.z * grid.voxel_um.z)};
    }
}

}  // namespace cytomo
