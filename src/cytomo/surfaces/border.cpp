#include "cytomo/surfaces/border.h"

#include <array>
#include <cmath>

#include "cytomo/surfaces/topology.h"

namespace cytomo {

std::vector<OuterFaces> find_outer_faces(const Mesh& mesh, const std::optional<Grid>& border) {
    std::vector<OuterFaces> faces(mesh.vertices.size(), 0);
    if (!border) return faces;
    const Grid& g = *border;
    const Vec3 low = g.world_from_voxel({-0.5, -0.5, -0.5});
    const Vec3 high =
        g.world_from_voxel({static_cast<double>(g.size.x) - 0.5, static_cast<double>(g.size.y) - 0.5,
                            static_cast<double>(g.size.z) - 0.5});
    const std::array<double, 3> lower{low.x, low.y, low.z}, upper{high.x, high.y, high.z},
        edge{g.voxel_um.x, g.voxel_um.y, g.voxel_um.z};
    for (std::size_t v = 0; v < faces.size(); ++v)
        for (std::size_t a = 0; a < 3; ++a) {
            const double p = mesh.vertices[v][a];
            if (std::fabs(p - lower[a]) < 1e-3 * edge[a]) faces[v] |= static_cast<OuterFaces>(1U << 2 * a);
            if (std::fabs(p - upper[a]) < 1e-3 * edge[a]) faces[v] |= static_cast<OuterFaces>(2U << 2 * a);
        }
    return faces;
}

std::vector<Vec3> offset_directions(const Mesh& mesh, const std::vector<OuterFaces>& faces) {
    std::vector<Vec3> direction(mesh.vertices.size());
    for (const auto& t : mesh.triangles) {
        if (in_cap(faces, t)) continue;
        const Vec3 n = area_vector(mesh, t);
        for (const auto v : t) direction[v] = direction[v] + n;
    }
    for (std::size_t v = 0; v < direction.size(); ++v) {
        Vec3& d = direction[v];
        d = normalized(d);
        if (!is_free(faces[v], 0)) d.x = 0;
        if (!is_free(faces[v], 1)) d.y = 0;
        if (!is_free(faces[v], 2)) d.z = 0;
    }
    return direction;
}

Vec3 area_vector(const Mesh& mesh, const std::array<std::uint32_t, 3>& t) {
    const Vec3 a = position_um(mesh, t[0]);
    return cross(position_um(mesh, t[1]) - a, position_um(mesh, t[2]) - a);
}

}  // namespace cytomo
