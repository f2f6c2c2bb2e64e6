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
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

constexpr float lambda = 0.5F;
constexpr float mu = -0.5263F;  // 1/lambda + 1/mu = 0.1: longer waves than this pass unchanged
constexpr std::int64_t chunk = 8192;

/// Bit 2a is set for vertices in the lower outer face across axis a, bit 2a + 1 for the upper one.
using Faces = std::uint8_t;

std::vector<Faces> find_faces(const Mesh& mesh, const std::optional<Grid>& border) {
    std::vector<Faces> faces(mesh.vertices.size(), 0);
    if (!border) return faces;
    const Grid& g = *border;
    const Vec3 low = g.world_from_voxel({-0.5, -0.5, -0.5});
    const Vec3 high = g.world_from_voxel({static_cast<double>(g.size.x) - 0.5, static_cast<double>(g.size.y) - 0.5,
                                          static_cast<double>(g.size.z) - 0.5});
    const std::array<double, 3> lower{low.x, low.y, low.z}, upper{high.x, high.y, high.z},
        edge{g.voxel_um.x, g.voxel_um.y, g.voxel_um.z};
    for (std::size_t v = 0; v < faces.size(); ++v)
        for (std::size_t a = 0; a < 3; ++a) {
            const double p = mesh.vertices[v][a];
            if (std::fabs(p - lower[a]) < 1e-3 * edge[a]) faces[v] |= static_cast<Faces>(1U << 2 * a);
            if (std::fabs(p - upper[a]) < 1e-3 * edge[a]) faces[v] |= static_cast<Faces>(2U << 2 * a);
        }
    return faces;
}

bool is_free(Faces faces, std::size_t axis) { return (faces >> 2 * axis & 3) == 0; }

/// For each vertex the vertices that a smoothing step averages. In a closed oriented mesh each
/// neighbour follows the vertex in exactly one triangle.
struct Neighbours {
    std::vector<std::size_t> begin;
    std::vector<std::uint32_t> vertex;

    Neighbours(const Mesh& mesh, const std::vector<Faces>& faces) : begin(mesh.vertices.size() + 1, 0) {
        const auto each_edge = [&](auto&& use) {
            for (const auto& t : mesh.triangles)
                for (std::size_t c = 0; c < 3; ++c) use(t[c], t[(c + 1) % 3]);
        };
        std::vector<Faces> within = faces;  // faces of which the vertex and all its neighbours are part
        each_edge([&](std::uint32_t v, std::uint32_t n) { within[v] &= faces[n]; });
        const auto counts = [&](std::uint32_t v, std::uint32_t n) {
            const Faces rim_of = faces[v] & static_cast<Faces>(~within[v]);
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
          const Neighbours& neighbours, const std::vector<Faces>& faces, float weight) {
    parallel_chunks(static_cast<std::int64_t>(from.size()), chunk, [&](std::int64_t b, std::int64_t e) {
        for (auto v = static_cast<std::size_t>(b); v < static_cast<std::size_t>(e); ++v) {
            const std::size_t first = neighbours.begin[v], end = neighbours.begin[v + 1];
            const auto& p = from[v];
            to[v] = p;
            if (first == end) continue;
            std::array<float, 3> sum{};  // of differences: exact far from the origin
            for (std::size_t i = first; i < end; ++i) {
                const auto& q = from[neighbours.vertex[i]];
                for (std::size_t a = 0; a < 3; ++a) sum[a] += q[a] - p[a];
            }
            const float w = weight / static_cast<float>(end - first);
            for (std::size_t a = 0; a < 3; ++a)
                if (is_free(faces[v], a)) to[v][a] = p[a] + w * sum[a];
        }
    });
}

/// Twice the area of a triangle times its normal.
Vec3 area_vector(const Mesh& mesh, const std::array<std::uint32_t, 3>& t) {
    const Vec3 a = position_um(mesh, t[0]);
    return cross(position_um(mesh, t[1]) - a, position_um(mesh, t[2]) - a);
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
    const std::vector<Faces> faces = find_faces(mesh, border);
    std::vector<Vec3> direction(mesh.vertices.size()), gradient(mesh.vertices.size());
    constexpr int newton_steps = 8;
    for (int i = 0; i < newton_steps; ++i) {
        const auto volume = component_volumes_um3(mesh, components);
        bool done = true;
        for (std::uint32_t c = 0; c < components.count; ++c)
            done = done && std::fabs(target_um3[c] - volume[c]) <= 2e-5 * std::fabs(target_um3[c]);
        if (done) return;

        std::fill(direction.begin(), direction.end(), Vec3{});
        std::fill(gradient.begin(), gradient.end(), Vec3{});
        std::vector<double> area(components.count, 0), slope(components.count, 0);
        for (const auto& t : mesh.triangles) {
            const Vec3 n = area_vector(mesh, t);
            area[components.of_vertex[t[0]]] += length(n) / 2;
            const bool in_cap = (faces[t[0]] & faces[t[1]] & faces[t[2]]) != 0;
            for (const auto v : t) {
                gradient[v] = gradient[v] + n * (1.0 / 6);
                if (!in_cap) direction[v] = direction[v] + n;
            }
        }
        for (std::uint32_t v = 0; v < mesh.vertices.size(); ++v) {
            const auto c = components.of_vertex[v];
            if (c == MeshComponents::no_component) continue;
            Vec3& d = direction[v];
            d = normalized(d);
            if (!is_free(faces[v], 0)) d.x = 0;
            if (!is_free(faces[v], 1)) d.y = 0;
            if (!is_free(faces[v], 2)) d.z = 0;
            slope[c] += dot(d, gradient[v]);
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
    const std::vector<Faces> faces = find_faces(mesh, options.border);
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
