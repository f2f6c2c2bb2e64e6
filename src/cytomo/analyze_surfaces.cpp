#include "analyze_surfaces.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <numeric>

#include "cytomo/core/parallel.h"
#include "cytomo/surfaces/simplify.h"
#include "cytomo/surfaces/topology.h"

namespace cytomo {

namespace {

/// Adds the surface of an object to a piece.
void add_object(SurfacePiece& piece, const Mesh& surface, std::uint32_t object) {
    piece.objects.insert(piece.objects.end(), find_components(surface).count, object);
    append(piece.mesh, surface);
}

/// The largest object of a class, or 0.
std::uint32_t largest_of_class(const std::vector<Object>& objects, std::uint8_t class_id) {
    const Object* largest = nullptr;
    for (const Object& o : objects)
        if (o.class_id == class_id && (largest == nullptr || o.volume_um3 > largest->volume_um3))
            largest = &o;
    return largest == nullptr ? 0 : largest->instance;
}

/// Triangles of each object, in order; nothing where components are not those that were put in.
void append_parts(std::vector<ObjectTriangles>& parts, const SurfacePiece& piece) {
    const MeshComponents components = find_components(piece.mesh);
    if (components.count != piece.objects.size()) {
        parts.push_back({0, static_cast<std::uint32_t>(piece.mesh.triangles.size())});
        return;
    }
    for (const auto& t : piece.mesh.triangles) {
        const std::uint32_t object = piece.objects[components.of_vertex[t[0]]];
        if (parts.empty() || parts.back().object != object) parts.push_back({object, 0});
        ++parts.back().triangles;
    }
}

}  // namespace

std::vector<SurfacePiece> surface_pieces(const Analysis& a) {
    constexpr std::size_t enough = 100'000;
    std::vector<SurfacePiece> out;
    if (!a.body.empty()) {
        out.push_back({a.body_class, {}, {}});
        add_object(out.back(), a.body, largest_of_class(a.measures.objects, a.body_class));
    }
    std::vector<std::size_t> order;  // by class: after corrections numbers do not ascend with it
    for (std::size_t n = 1; n < a.measures.object_surfaces.size(); ++n)
        if (!a.measures.object_surfaces[n].empty() &&
            (a.body.empty() || a.instances.class_of[n] != a.body_class))
            order.push_back(n);
    const auto class_of = [&](std::size_t n) { return a.instances.class_of[n]; };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t i, std::size_t k) { return class_of(i) < class_of(k); });
    bool open = false;
    for (const std::size_t n : order) {
        const auto c = class_of(n);
        if (!open || out.back().class_id != c || out.back().mesh.triangles.size() >= enough)
            out.push_back({c, {}, {}});
        open = true;
        add_object(out.back(), a.measures.object_surfaces[n], static_cast<std::uint32_t>(n));
    }
    return out;
}

void simplify_pieces(std::vector<SurfacePiece>& pieces, std::int64_t most, const Grid& border,
                     const Progress& progress) {
    std::map<std::uint8_t, double> of_class;
    double total = 0;
    for (const SurfacePiece& p : pieces) {
        of_class[p.class_id] += static_cast<double>(p.mesh.triangles.size());
        total += static_cast<double>(p.mesh.triangles.size());
    }
    if (total <= static_cast<double>(most)) return;
    std::vector<std::size_t> order(pieces.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t k) {
        return pieces[i].mesh.triangles.size() > pieces[k].mesh.triangles.size();
    });
    double done = 0;
    std::mutex mutex;
    parallel_for(static_cast<std::int64_t>(order.size()), [&](std::int64_t i) {
        SurfacePiece& piece = pieces[order[static_cast<std::size_t>(i)]];
        const auto triangles = static_cast<double>(piece.mesh.triangles.size());
        const double kept = std::max(static_cast<double>(most) / total, 2000 / of_class.at(piece.class_id));
        SimplifyOptions simple;
        simple.target_triangles = static_cast<std::int64_t>(kept * triangles) + 4;
        simple.border = border;
        simple.mend_crossings = false;
        if (kept < 1) piece.mesh = simplify(piece.mesh, simple);
        const std::lock_guard lock(mutex);
        done += triangles;
        progress(done / total);
    });
}

std::vector<ColouredMesh> coloured_classes(const std::vector<SurfacePiece>& pieces, const Legend& legend) {
    std::vector<ColouredMesh> out;
    for (std::size_t i = 0; i < pieces.size();) {
        const auto c = pieces[i].class_id;
        Mesh mesh;
        std::vector<ObjectTriangles> parts;
        for (; i < pieces.size() && pieces[i].class_id == c; ++i) {
            append(mesh, pieces[i].mesh);
            append_parts(parts, pieces[i]);
        }
        const LegendEntry unknown{c, legend.name_of(c), {170, 170, 170}};
        const auto* entry = legend.find(c);
        out.push_back(coloured(std::move(mesh), entry != nullptr ? *entry : unknown));
        out.back().parts = std::move(parts);
    }
    make_visible(out);
    return out;
}

}  // namespace cytomo
