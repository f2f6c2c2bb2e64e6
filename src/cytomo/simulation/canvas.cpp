#include "cytomo/simulation/canvas.h"

#include <utility>

#include "cytomo/core/parallel.h"

namespace cytomo {

Canvas::Canvas(const Grid& grid, bool with_fractions)
    : lac(grid), owner_of(grid), objects(1), edge_um_(std::cbrt(grid.voxel_volume_um3())) {
    if (!with_fractions) return;
    for (const auto& entry : default_legend().entries)
        while (fractions.size() <= entry.id) fractions.emplace_back(grid);
    std::fill_n(fractions[background].data(), grid.size.x * grid.size.y * grid.size.z, std::uint8_t{255});
}

std::uint32_t Canvas::add_object(std::uint8_t class_id, std::string kind, double volume_um3,
                                 double area_um2) {
    objects.push_back({class_id, std::move(kind), volume_um3, area_um2});
    return static_cast<std::uint32_t>(objects.size() - 1);
}

Canvas::Limits Canvas::limits(const Box& box, std::int64_t z0, std::int64_t z1) const {
    const Vec3 low = lac.grid().voxel_from_world(box.low), high = lac.grid().voxel_from_world(box.high);
    const Size3 size = lac.grid().size;
    const auto first = [](double v, std::int64_t from, std::int64_t to) {
        return static_cast<std::int64_t>(
            std::clamp(std::ceil(v), static_cast<double>(from), static_cast<double>(to)));
    };
    return {first(low.x, 0, size.x), first(high.x + 1e-9, 0, size.x),
            first(low.y, 0, size.y), first(high.y + 1e-9, 0, size.y),
            first(low.z, z0, z1),    first(high.z + 1e-9, z0, z1)};
}

Canvas::TubeDistance::TubeDistance(const Canvas& canvas, const Tube& tube, const Limits& limits,
                                   double reach_um) {
    if (limits.empty()) return;
    const std::int64_t nx = limits.x1 - limits.x0, ny = limits.y1 - limits.y0, nz = limits.z1 - limits.z0;
    distance.assign(static_cast<std::size_t>(nx * ny * nz), far);
    along.assign(distance.size(), 0);
    const Grid& grid = canvas.lac.grid();
    const auto segment = [&](const TubePoint& a, const TubePoint& b) {
        const Tube piece{{{a, b}}};
        Limits l = canvas.limits(piece.box().grown(reach_um), limits.z0, limits.z1);
        l = {std::max(l.x0, limits.x0),
             std::min(l.x1, limits.x1),
             std::max(l.y0, limits.y0),
             std::min(l.y1, limits.y1),
             l.z0,
             l.z1};
        const Vec3 ab = b.position - a.position;
        const double squared = std::max(1e-18, dot(ab, ab));
        for (auto z = l.z0; z < l.z1; ++z)
            for (auto y = l.y0; y < l.y1; ++y) {
                const std::int64_t row = ((z - limits.z0) * ny + (y - limits.y0)) * nx - limits.x0;
                for (auto x = l.x0; x < l.x1; ++x) {
                    const Vec3 p = grid.world_from_voxel({static_cast<double>(x), static_cast<double>(y),
                                                          static_cast<double>(z)}) -
                                   a.position;
                    const double t = std::clamp(dot(p, ab) / squared, 0.0, 1.0);
                    const auto d = static_cast<float>(length(p - ab * t) - a.radius_um -
                                                      t * (b.radius_um - a.radius_um));
                    const auto i = static_cast<std::size_t>(row + x);
                    if (d < distance[i]) {
                        distance[i] = d;
                        along[i] = static_cast<float>(a.along_um + t * (b.along_um - a.along_um));
                    }
                }
            }
    };
    for (const auto& line : tube.lines)
        for (std::size_t i = 0; i < line.size(); ++i)
            segment(line[i], line[std::min(i + 1, line.size() - 1)]);
}

std::vector<float> Canvas::distances(const Shape& shape, const Limits& l, double reach_um) const {
    if (shape.tube) return TubeDistance(*this, *shape.tube, l, reach_um).distance;
    std::vector<float> result;
    result.reserve(static_cast<std::size_t>((l.x1 - l.x0) * (l.y1 - l.y0) * (l.z1 - l.z0)));
    for (auto z = l.z0; z < l.z1; ++z)
        for (auto y = l.y0; y < l.y1; ++y)
            for (auto x = l.x0; x < l.x1; ++x)
                result.push_back(static_cast<float>(shape.distance(lac.grid().world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)}))));
    return result;
}

void Canvas::run() {
    painted_ = std::vector<std::atomic<std::int64_t>>(objects.size());
    parallel_chunks(lac.grid().size.z, slab_slices, [&](std::int64_t z0, std::int64_t z1) {
        for (const Brush& brush : brushes_) brush(z0, z1);
    });
    brushes_.clear();
}

}  // namespace cytomo
