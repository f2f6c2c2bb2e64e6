#include "cytomo/core/mesh.h"

namespace cytomo {

namespace {
Vec3 at(const Mesh& m, std::uint32_t i) {
    return {m.vertices[i][0], m.vertices[i][1], m.vertices[i][2]};
}
}  // namespace

void append(Mesh& mesh, const Mesh& other) {
    const auto shift = static_cast<std::uint32_t>(mesh.vertices.size());
    mesh.vertices.insert(mesh.vertices.end(), other.vertices.begin(), other.vertices.end());
    for (const auto& t : other.triangles)
        mesh.triangles.push_back({t[0] + shift, t[1] + shift, t[2] + shift});
}

double area_um2(const Mesh& mesh) {
    double sum = 0;
    for (const auto& t : mesh.triangles) {
        const Vec3 a = at(mesh, t[0]);
        sum += length(cross(at(mesh, t[1]) - a, at(mesh, t[2]) - a));
    }
    return sum / 2;
}

double volume_um3(const Mesh& mesh) {
    if (mesh.vertices.empty()) return 0;
    const Vec3 o = at(mesh, 0);  // near the mesh: less cancellation than the world's origin
    double sum = 0;
    for (const auto& t : mesh.triangles)
        sum += dot(at(mesh, t[0]) - o, cross(at(mesh, t[1]) - o, at(mesh, t[2]) - o));
    return sum / 6;
}

}  // namespace cytomo
