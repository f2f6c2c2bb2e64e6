#include "cytomo/surfaces/topology.h"

#include <numeric>

#include "cytomo/core/disjoint_sets.h"

namespace cytomo {

VertexTriangles::VertexTriangles(const Mesh& mesh)
    : begin_(mesh.vertices.size() + 1, 0), triangles_(3 * mesh.triangles.size()) {
    for (const auto& t : mesh.triangles)
        for (const auto v : t) ++begin_[v + 1];
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    std::vector<std::size_t> next(begin_.begin(), begin_.end() - 1);
    for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
        for (const auto v : mesh.triangles[t]) triangles_[next[v]++] = static_cast<std::uint32_t>(t);
}

MeshComponents find_components(const Mesh& mesh) {
    DisjointSets parts(mesh.vertices.size());
    for (const auto& t : mesh.triangles)
        for (const auto v : {t[1], t[2]}) parts.join(t[0], v);
    MeshComponents result;
    result.of_vertex.assign(mesh.vertices.size(), MeshComponents::no_component);
    for (const auto& t : mesh.triangles) {
        std::uint32_t& number = result.of_vertex[parts.find(t[0])];
        if (number == MeshComponents::no_component) number = result.count++;
        for (const auto v : t) result.of_vertex[v] = number;
    }
    return result;
}

}  // namespace cytomo
