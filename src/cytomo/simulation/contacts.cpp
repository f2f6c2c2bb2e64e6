#include "cytomo/simulation/contacts.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "cytomo/core/parallel.h"
#include "cytomo/simulation/canvas.h"

namespace cytomo {

namespace {

struct Found {
    double area_um2 = 0, gap_um = 1e300;
};

/// The distances to one shape within limits, and which voxels near its surface it has got.
struct Surface {
    Surface(const Canvas& on, const Shape& shape, const Canvas::Limits& within, double reach_um)
        : canvas(on), owner(shape.owner), l(within), distance(on.distances(shape, within, reach_um)) {}

    std::size_t at(std::int64_t x, std::int64_t y, std::int64_t z) const {
        return static_cast<std::size_t>(((z - l.z0) * (l.y1 - l.y0) + y - l.y0) * (l.x1 - l.x0) + x - l.x0);
    }
    /// How fast the distance grows, 1 but for folded shapes and sharp edges.
    Vec3 gradient(std::int64_t x, std::int64_t y, std::int64_t z) const {
        const Vec3 edge = canvas.lac.grid().voxel_um;
        const auto slope = [&](std::int64_t low, std::int64_t high, std::int64_t here, auto value,
                               double step) {
            std::int64_t before = std::max(low, here - 1), after = std::min(high - 1, here + 1);
            if (value(before) >= Canvas::far) before = here;
            if (value(after) >= Canvas::far) after = here;
            if (after == before) return 0.0;
            return (double{value(after)} - value(before)) / (static_cast<double>(after - before) * step);
        };
        return {slope(
                    l.x0, l.x1, x, [&](auto i) { return distance[at(i, y, z)]; }, edge.x),
                slope(
                    l.y0, l.y1, y, [&](auto i) { return distance[at(x, i, z)]; }, edge.y),
                slope(
                    l.z0, l.z1, z, [&](auto i) { return distance[at(x, y, i)]; }, edge.z)};
    }
    /// Who owns the voxel that lies `um` within (negative: outside) the surface, on the normal through a
    /// voxel.
    std::uint32_t owner_below(std::int64_t x, std::int64_t y, std::int64_t z, Vec3 normal, double um) const {
        const Grid& grid = canvas.lac.grid();
        const double down = distance[at(x, y, z)] + um;
        const auto voxel = [&](std::int64_t v, double n, double edge, std::int64_t size) {
            return std::clamp<std::int64_t>(v - std::llround(down * n / edge), 0, size - 1);
        };
        return canvas.owner_of(voxel(x, normal.x, grid.voxel_um.x, grid.size.x),
                               voxel(y, normal.y, grid.voxel_um.y, grid.size.y),
                               voxel(z, normal.z, grid.voxel_um.z, grid.size.z));
    }

    const Canvas& canvas;
    std::uint32_t owner;
    Canvas::Limits l;
    std::vector<float> distance;
};

/// What two shapes have in common within a box.
Found compare(const Canvas& canvas, const Shape& first, const Shape& second, const Box& view,
              double within_um) {
    const Grid& grid = canvas.lac.grid();
    const double layer = std::max({grid.voxel_um.x, grid.voxel_um.y, grid.voxel_um.z});
    const double reach = within_um + layer;
    const Canvas::Limits l =
        canvas.limits(first.box.grown(reach).common(second.box.grown(reach)).common(view), 0, grid.size.z);
    Found found;
    if (l.empty()) return found;
    const Surface a(canvas, first, l, reach + layer), b(canvas, second, l, reach + layer);
    double sum = 0;
    const auto add = [&](const Surface& own, const Surface& other, std::int64_t x, std::int64_t y,
                         std::int64_t z, std::size_t i) {
        const double d = own.distance[i];
        if (std::fabs(d) >= layer) return;
        const Vec3 gradient = own.gradient(x, y, z), normal = normalized(gradient);
        // Only where the object has the voxels below its surface: others may have been painted over it.
        if (own.owner_below(x, y, z, normal, 0.7 * layer) != own.owner) return;
        const double share = (1 - std::fabs(d) / layer) / layer * std::min(length(gradient), 2.0);
        // Where they overlap, the surface of the one is that of the other too.
        const bool both = d + other.distance[i] < -0.1 * layer &&
                          own.owner_below(x, y, z, normal, -0.7 * layer) == other.owner;
        sum += both ? 2 * share : share;
        // Between two surfaces that face each other the distances to them add up to the gap.
        found.gap_um = std::min(found.gap_um, std::max(0.0, d + other.distance[i]));
    };
    for (auto z = l.z0; z < l.z1; ++z)
        for (auto y = l.y0; y < l.y1; ++y)
            for (auto x = l.x0; x < l.x1; ++x) {
                const std::size_t i = a.at(x, y, z);
                if (a.distance[i] + b.distance[i] >= within_um) continue;
                add(a, b, x, y, z, i);
                add(b, a, x, y, z, i);
            }
    found.area_um2 = 0.5 * sum * grid.voxel_volume_um3();
    return found;
}

}  // namespace

std::vector<Contact> find_contacts(const Canvas& canvas, const Grid& view,
                                   const std::vector<std::uint32_t>& number, double within_um) {
    const Vec3 last{static_cast<double>(view.size.x - 1), static_cast<double>(view.size.y - 1),
                    static_cast<double>(view.size.z - 1)};
    // A little more, so that rounding loses no voxel on the border.
    const Box box = Box{view.world_from_voxel({0, 0, 0}), view.world_from_voxel(last)}.grown(
        0.1 * std::min({view.voxel_um.x, view.voxel_um.y, view.voxel_um.z}));
    std::vector<const Shape*> shapes;
    for (const Shape& s : canvas.shapes)
        if (number[s.owner] != 0) shapes.push_back(&s);
    std::vector<std::pair<const Shape*, const Shape*>> pairs;
    for (std::size_t i = 0; i < shapes.size(); ++i)
        for (std::size_t j = i + 1; j < shapes.size(); ++j) {
            if (shapes[i]->owner == shapes[j]->owner) continue;
            const Box both = shapes[i]->box.grown(within_um).common(shapes[j]->box);
            if (both.low.x >= both.high.x || both.low.y >= both.high.y || both.low.z >= both.high.z) continue;
            pairs.emplace_back(shapes[i], shapes[j]);
        }
    std::vector<Found> found(pairs.size());
    parallel_for(static_cast<std::int64_t>(pairs.size()), [&](std::int64_t i) {
        const auto n = static_cast<std::size_t>(i);
        found[n] = compare(canvas, *pairs[n].first, *pairs[n].second, box, within_um);
    });
    std::map<std::pair<std::uint32_t, std::uint32_t>, Found> all;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (found[i].area_um2 <= 0 || found[i].gap_um >= within_um) continue;
        const std::uint32_t a = number[pairs[i].first->owner], b = number[pairs[i].second->owner];
        Found& sum = all[{std::min(a, b), std::max(a, b)}];
        sum.area_um2 += found[i].area_um2;
        sum.gap_um = std::min(sum.gap_um, found[i].gap_um);
    }
    std::vector<Contact> result;
    for (const auto& [pair, what] : all)
        result.push_back({pair.first, pair.second, what.area_um2, what.gap_um});
    return result;
}

}  // namespace cytomo
