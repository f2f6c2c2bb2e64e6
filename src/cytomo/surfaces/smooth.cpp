// Taubin, "A signal processing approach to fair surface design" (SIGGRAPH 1995): a step towards the
// mean of the neighbours (lambda > 0) shrinks and smooths, a slightly longer step away from it
// (mu < 0) swells back all but the ripples. What remains of shrinkage is undone by an offset along
// the vertex normals, component by component.
//
// At the border of the volume a surface has a flat cap and a sharp rim. Vertices on the border stay in
// its faces; a rim vertex follows its neighbours on the wall and on the rim, not those inside the cap,
// which would pull it inwards.
#include "cytomo/surfaces/smooth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/surfaces/border.h"

namespace cytomo {

namespace {

constexpr float lambda = 0.5F;
constexpr float mu = -0.5263F;  // 1/lambda + 1/mu = 0.1: longer waves than this pass unchanged

/// For each vertex the vertices that a smoothing step averages. In a closed oriented mesh each
/// neighbour follows the vertex in exactly one triangle.
struct Neighbours {
    std::vector<std::size_t> begin;
    std::vector<std::uint32_t> vertex;

    Neighbours(const Mesh& mesh, const std::vector<OuterFaces>& faces) : begin(mesh.vertices.size() + 1, 0) {
        const auto each_edge = [&](auto&& use) {
            for (const auto& t : mesh.triangles)
                for (std::size_t c = 0; c < 3; ++c) use(t[c], t[(c + 1) % 3]);
        };
        std::vector<OuterFaces> within = faces;  // faces of which the vertex and all its neighbours are part
        each_edge([&](std::uint32_t v, std::uint32_t n) { within[v] &= faces[n]; });
        const auto counts = [&](std::uint32_t v, std::uint32_t n) {
            const OuterFaces rim_of = faces[v] & static_cast<OuterFaces>(~within[v]);
            return (within[n] & rim_of) == 0;
        };
        each_edge([&](std::uint32_t v, std::uint32_t n) { begin[v + 1] += counts(v, n) ? 1 : 0; });
        for (std::size_t v = 0; v < mesh.vertices.size(); ++v) begin[v + 1] += begin[v];
        vertex.resize(begin.back());
        std::vector<std::size_t> next(begin.begin(), begin.end() - 1);
        each_edge([&](std::uint32_t v, std::uint32_t n) {
            if (counts(v, n)) vertex[next[v]++] = n;
        });
    }
};

void step(const std::vector<std::array<float, 3>>& from, std::vector<std::array<float, 3>>& to,
          const Neighbours& neighbours, const std::vector<OuterFaces>& faces, float weight) {
    for_vertices(from.size(), [&](std::uint32_t v) {
        const std::size_t first = neighbours.begin[v], end = neighbours.begin[v + 1ULL];
        const auto& p = from[v];
        to[v] = p;
        if (first == end) return;
        std::array<float, 3> sum{};  // of differences: exact far from the origin
        for (std::size_t i = first; i < end; ++i) {
            const auto& q = from[neighbours.vertex[i]];
            for (std::size_t a = 0; a < 3; ++a) sum[a] += q[a] - p[a];
        }
        const float w = weight / static_cast<float>(end - first);
        for (std::size_t a = 0; a < 3; ++a)
            if (is_free(faces[v], a)) to[v][a] = p[a] + w * sum[a];
    });
}

}  // namespace

void SmoothOptions::check() const {
    if (iterations < 0 || iterations > 1000)
        throw UsageError("smoothing: expected 0 to 1000 iterations, found " + std::to_string(iterations));
}

std::vector<double> component_volumes_um3(const Mesh& mesh, const MeshComponents& components) {
    // Seen from a vertex of the component: from the world's origin the terms would be large and cancel.
    std::vector<std::uint32_t> reference(components.count, MeshComponents::no_component);
    std::vector<double> volume(components.count, 0);
    for (const auto& t : mesh.triangles) {
        const auto c = components.of_vertex[t[0]];
        if (reference[c] == MeshComponents::no_component) reference[c] = t[0];
        const Vec3 o = position_um(mesh, reference[c]);
        volume[c] += dot(position_um(mesh, t[0]) - o,
                         cross(position_um(mesh, t[1]) - o, position_um(mesh, t[2]) - o)) /
                     6;
    }
    return volume;
}

void restore_volumes(Mesh& mesh, const MeshComponents& components, std::span<const double> target_um3,
                     const std::optional<Grid>& border) {
    const std::vector<OuterFaces> faces = find_outer_faces(mesh, border);
    std::vector<Vec3> gradient(mesh.vertices.size());  // of the volume, by vertex
    constexpr int newton_steps = 8;
    for (int i = 0; i < newton_steps; ++i) {
        const auto volume = component_volumes_um3(mesh, components);
        bool done = true;
        for (std::uint32_t c = 0; c < components.count; ++c)
            done = done && std::fabs(target_um3[c] - volume[c]) <= 2e-5 * std::fabs(target_um3[c]);
        if (done) return;

        std::fill(gradient.begin(), gradient.end(), Vec3{});
        std::vector<double> area(components.count, 0), slope(components.count, 0);
        for (const auto& t : mesh.triangles) {
            const Vec3 n = area_vector(mesh, t);
            area[components.of_vertex[t[0]]] += length(n) / 2;
            for (const auto v : t) gradient[v] = gradient[v] + n * (1.0 / 6);
        }
        const std::vector<Vec3> direction = offset_directions(mesh, faces);
        for (std::uint32_t v = 0; v < mesh.vertices.size(); ++v) {
            const auto c = components.of_vertex[v];
            if (c != MeshComponents::no_component) slope[c] += dot(direction[v], gradient[v]);
        }
        std::vector<double> offset(components.count, 0);
        for (std::uint32_t c = 0; c < components.count; ++c) {
            if (!(slope[c] > 0)) continue;
            // At most a third of the mean radius at once, so that no small shape turns inside out.
            const double limit = area[c] > 0 ? std::fabs(volume[c]) / area[c] : 0;
            offset[c] = std::clamp((target_um3[c] - volume[c]) / slope[c], -limit, limit);
        }
        for (std::uint32_t v = 0; v < mesh.vertices.size(); ++v) {
            const auto c = components.of_vertex[v];
            if (c == MeshComponents::no_component) continue;
            const Vec3 p = position_um(mesh, v) + direction[v] * offset[c];
            mesh.vertices[v] = {static_cast<float>(p.x), static_cast<float>(p.y), static_cast<float>(p.z)};
        }
    }
}

void smooth_surface(Mesh& mesh, const SmoothOptions& options, const Progress& progress) {
    options.check();
    if (options.iterations == 0 || mesh.empty()) return;
    const MeshComponents components = find_components(mesh);
    const auto volumes = component_volumes_um3(mesh, components);
    const std::vector<OuterFaces> faces = find_outer_faces(mesh, options.border);
    const Neighbours neighbours(mesh, faces);
    std::vector<std::array<float, 3>> other(mesh.vertices.size());
    for (int i = 0; i < options.iterations; ++i) {
        step(mesh.vertices, other, neighbours, faces, lambda);
        step(other, mesh.vertices, neighbours, faces, mu);
        progress(static_cast<double>(i + 1) / options.iterations);
    }
    restore_volumes(mesh, components, volumes, options.border);
}

}  // namespace cytomo
