#include "cytomo/surfaces/check.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "cytomo/surfaces/topology.h"

namespace cytomo {

namespace {

/// A triangle as seen from one of its corners: the corners before and after it.
struct Wedge {
    std::uint32_t next, before;
};

/// Number of fans that the triangles around a vertex form, when joined through shared edges.
int count_fans(const std::vector<Wedge>& wedges) {
    std::vector<bool> done(wedges.size(), false);
    std::vector<std::size_t> open;
    int fans = 0;
    for (std::size_t start = 0; start < wedges.size(); ++start) {
        if (done[start]) continue;
        ++fans;
        done[start] = true;
        open.push_back(start);
        while (!open.empty()) {
            const Wedge w = wedges[open.back()];
            open.pop_back();
            for (std::size_t i = 0; i < wedges.size(); ++i) {
                const Wedge& o = wedges[i];
                if (done[i] ||
                    (o.next != w.next && o.next != w.before && o.before != w.next && o.before != w.before))
                    continue;
                done[i] = true;
                open.push_back(i);
            }
        }
    }
    return fans;
}

}  // namespace

MeshCheck check_mesh(const Mesh& mesh) {
    MeshCheck result;
    result.triangles = static_cast<std::int64_t>(mesh.triangles.size());
    result.components = find_components(mesh).count;
    for (const auto& t : mesh.triangles) {
        const Vec3 a = position_um(mesh, t[0]);
        const Vec3 normal = cross(position_um(mesh, t[1]) - a, position_um(mesh, t[2]) - a);
        if (t[0] == t[1] || t[1] == t[2] || t[2] == t[0] || length(normal) == 0)
            ++result.degenerate_triangles;
    }
    const VertexTriangles triangles(mesh);
    std::vector<Wedge> wedges;
    std::vector<std::pair<std::uint32_t, int>> ends;  // other end of an edge, direction
    for (std::uint32_t v = 0; v < mesh.vertices.size(); ++v) {
        if (triangles.of(v).empty()) {
            ++result.unused_vertices;
            continue;
        }
        ++result.vertices;
        wedges.clear();
        ends.clear();
        for (const auto number : triangles.of(v)) {
            const auto& t = mesh.triangles[number];
            const std::size_t c = t[0] == v ? 0 : t[1] == v ? 1 : 2;
            const Wedge w{t[(c + 1) % 3], t[(c + 2) % 3]};
            wedges.push_back(w);
            if (w.next > v) ends.emplace_back(w.next, 1);  // each edge is looked at from its lower end
            if (w.before > v) ends.emplace_back(w.before, -1);
        }
        std::sort(ends.begin(), ends.end());
        for (std::size_t i = 0; i < ends.size();) {
            std::size_t end = i;
            int direction = 0;
            for (; end < ends.size() && ends[end].first == ends[i].first; ++end)
                direction += ends[end].second;
            ++result.edges;
            if (end - i == 1) ++result.open_edges;
            if (end - i > 2) ++result.branching_edges;
            if (end - i == 2 && direction != 0) ++result.inconsistent_edges;
            i = end;
        }
        if (count_fans(wedges) > 1) ++result.pinched_vertices;
    }
    return result;
}

}  // namespace cytomo
