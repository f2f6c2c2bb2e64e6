#include "cytomo/surfaces/split.h"

#include <algorithm>

#include "cytomo/surfaces/topology.h"

namespace cytomo {

std::vector<Mesh> split_components(const Mesh& mesh, std::int64_t min_triangles) {
    const MeshComponents components = find_components(mesh);
    std::vector<std::int64_t> size(components.count, 0);
    for (const auto& t : mesh.triangles) ++size[components.of_vertex[t[0]]];

    std::vector<std::uint32_t> order;
    for (std::uint32_t c = 0; c < components.count; ++c)
        if (size[c] >= min_triangles) order.push_back(c);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return size[a] > size[b]; });

    std::vector<std::uint32_t> place(components.count, MeshComponents::no_component);
    std::vector<Mesh> parts(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        place[order[i]] = static_cast<std::uint32_t>(i);
        parts[i].triangles.reserve(static_cast<std::size_t>(size[order[i]]));
    }
    std::vector<std::uint32_t> new_number(mesh.vertices.size());
    for (std::size_t v = 0; v < mesh.vertices.size(); ++v) {
        const auto c = components.of_vertex[v];
        if (c == MeshComponents::no_component || place[c] == MeshComponents::no_component) continue;
        Mesh& part = parts[place[c]];
        new_number[v] = static_cast<std::uint32_t>(part.vertices.size());
        part.vertices.push_back(mesh.vertices[v]);
    }
    for (const auto& t : mesh.triangles) {
        const auto p = place[components.of_vertex[t[0]]];
        if (p != MeshComponents::no_component)
            parts[p].triangles.push_back({new_number[t[0]], new_number[t[1]], new_number[t[2]]});
    }
    return parts;
}

}  // namespace cytomo
