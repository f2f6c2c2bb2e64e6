#include "cytomo/measures/filopodia_edge.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <utility>

#include "cytomo/core/parallel.h"
#include "cytomo/measures/filopodium_parts.h"

namespace cytomo {

namespace {

/// Where the line is after `along` µm from the root.
Vec3 point_along(const Filopodium& f, double along) {
    for (std::size_t i = 1; i < f.centre_line_um.size(); ++i) {
        const Vec3 a = f.centre_line_um[i - 1], b = f.centre_line_um[i];
        const double step = length(b - a);
        if (step >= along && step > 0) return a + (b - a) * (along / step);
        along -= step;
    }
    return f.centre_line_um.back();
}

/// Out of the cell body, from its voxels around a place; zero if there are as many on either side. Voxels
/// count only where the opposite one is in the volume too.
Vec3 body_normal(const ClassVolume& classes, std::uint8_t class_id, Vec3 at) {
    constexpr double reach_um = 0.25;
    const Grid& grid = classes.grid();
    const Vec3 v = grid.voxel_from_world(at), e = grid.voxel_um;
    const std::int64_t cx = std::llround(v.x), cy = std::llround(v.y), cz = std::llround(v.z);
    const auto span = [&](double edge) {
        return std::max<std::int64_t>(2, static_cast<std::int64_t>(reach_um / edge));
    };
    const std::int64_t nx = span(e.x), ny = span(e.y), nz = span(e.z);
    Vec3 sum;
    for (std::int64_t z = -nz; z <= nz; ++z)
        for (std::int64_t y = -ny; y <= ny; ++y)
            for (std::int64_t x = -nx; x <= nx; ++x) {
                const Vec3 offset{static_cast<double>(x) * e.x, static_cast<double>(y) * e.y,
                                  static_cast<double>(z) * e.z};
                if (dot(offset, offset) > reach_um * reach_um) continue;
                if (!grid.contains(cx + x, cy + y, cz + z) || !grid.contains(cx - x, cy - y, cz - z))
                    continue;
                if (is_cell_body(classes, class_id, cx + x, cy + y, cz + z)) sum = sum - offset;
            }
    return normalized(sum);
}

struct OnEdge {
    std::size_t filopodium = 0, outline = 0;
    double along_um = 0;
};

/// Points of outlines by squares of the reach, and lengths along them.
class EdgeIndex {
public:
    EdgeIndex(const CellEdge& edge, double reach_um) : edge_(edge), reach_um_(std::max(reach_um, 1e-6)) {
        along_.resize(edge.outlines.size());
        for (std::size_t o = 0; o < edge.outlines.size(); ++o) {
            const auto& points = edge.outlines[o].points_um;
            double along = 0;
            for (std::size_t i = 0; i < points.size(); ++i) {
                if (i > 0) along += length(points[i] - points[i - 1]);
                along_[o].push_back(along);
                squares_[square(points[i])].emplace_back(o, i);
            }
        }
    }

    /// Outline and point nearest to a place in the plane; false if none is within reach.
    bool nearest(Vec3 p, std::size_t& outline, std::size_t& point) const {
        double best = reach_um_;
        bool found = false;
        const auto [sx, sy] = square(p);
        for (std::int64_t dy = -1; dy <= 1; ++dy)
            for (std::int64_t dx = -1; dx <= 1; ++dx) {
                const auto at = squares_.find({sx + dx, sy + dy});
                if (at == squares_.end()) continue;
                for (const auto& [o, i] : at->second) {
                    const Vec3 q = edge_.outlines[o].points_um[i];
                    const double d = std::hypot(p.x - q.x, p.y - q.y);
                    if (d > best || (found && d == best)) continue;
                    best = d;
                    outline = o;
                    point = i;
                    found = true;
                }
            }
        return found;
    }

    double along(std::size_t outline, std::size_t point) const { return along_[outline][point]; }

    /// Unit vector along the outline, over a quarter of a micron to either side.
    Vec3 tangent(std::size_t outline, std::size_t point) const {
        constexpr double reach_um = 0.25;
        const Outline& o = edge_.outlines[outline];
        const auto walk = [&](bool forwards) {
            double way = 0;
            std::size_t at = point;
            for (std::size_t steps = 0; steps < o.points_um.size() && way < reach_um; ++steps) {
                const bool last = forwards ? at + 1 == o.points_um.size() : at == 0;
                if (last && !o.closed) break;
                const std::size_t next =
                    last ? (forwards ? 0 : o.points_um.size() - 1) : (forwards ? at + 1 : at - 1);
                way += length(o.points_um[next] - o.points_um[at]);
                at = next;
            }
            return o.points_um[at];
        };
        return normalized(walk(true) - walk(false));
    }

private:
    std::pair<std::int64_t, std::int64_t> square(Vec3 p) const {
        return {static_cast<std::int64_t>(std::floor(p.x / reach_um_)),
                static_cast<std::int64_t>(std::floor(p.y / reach_um_))};
    }

    const CellEdge& edge_;
    double reach_um_;
    std::vector<std::vector<double>> along_;
    std::map<std::pair<std::int64_t, std::int64_t>, std::vector<std::pair<std::size_t, std::size_t>>>
        squares_;
};

double degrees(double radians) {
    return radians * 180 / std::numbers::pi;
}

/// To the nearest other one of the same outline.
void find_neighbours_along(std::vector<Filopodium>& filopodia, const CellEdge& edge,
                           std::vector<OnEdge> roots) {
    std::sort(roots.begin(), roots.end(), [](const OnEdge& a, const OnEdge& b) {
        if (a.outline != b.outline) return a.outline < b.outline;
        return a.along_um != b.along_um ? a.along_um < b.along_um : a.filopodium < b.filopodium;
    });
    for (std::size_t begin = 0; begin < roots.size();) {
        std::size_t end = begin + 1;
        while (end < roots.size() && roots[end].outline == roots[begin].outline) ++end;
        const Outline& o = edge.outlines[roots[begin].outline];
        for (std::size_t i = begin; i < end && end - begin > 1; ++i) {
            double nearest = std::numeric_limits<double>::infinity();
            if (i > begin) nearest = std::min(nearest, roots[i].along_um - roots[i - 1].along_um);
            if (i + 1 < end) nearest = std::min(nearest, roots[i + 1].along_um - roots[i].along_um);
            if (o.closed && (i == begin || i + 1 == end))
                nearest = std::min(nearest, o.length_um - (roots[end - 1].along_um - roots[begin].along_um));
            filopodia[roots[i].filopodium].neighbour_along_edge_um = nearest;
        }
        begin = end;
    }
}

void find_neighbours_straight(std::vector<Filopodium>& filopodia, std::vector<std::size_t> attached) {
    std::sort(attached.begin(), attached.end(), [&](std::size_t a, std::size_t b) {
        const double x = filopodia[a].root_um.x, y = filopodia[b].root_um.x;
        return x != y ? x < y : a < b;
    });
    for (std::size_t i = 0; i < attached.size(); ++i) {
        Filopodium& f = filopodia[attached[i]];
        double nearest = std::numeric_limits<double>::infinity();
        const auto look = [&](std::size_t j) {
            const Vec3 apart = filopodia[attached[j]].root_um - f.root_um;
            if (std::abs(apart.x) >= nearest) return false;
            nearest = std::min(nearest, length(apart));
            return true;
        };
        for (std::size_t j = i; j-- > 0;)
            if (!look(j)) break;
        for (std::size_t j = i + 1; j < attached.size(); ++j)
            if (!look(j)) break;
        if (std::isfinite(nearest)) f.neighbour_straight_um = nearest;
    }
}

}  // namespace

void place_on_edge(std::vector<Filopodium>& filopodia, const ClassVolume& classes, const CellEdge& edge,
                   const FilopodiaOptions& options) {
    std::vector<std::size_t> attached;
    for (std::size_t i = 0; i < filopodia.size(); ++i) {
        filopodia[i].root_angle_deg = filopodia[i].edge_angle_deg = not_defined;
        filopodia[i].neighbour_along_edge_um = filopodia[i].neighbour_straight_um = not_defined;
        if (filopodia[i].attached && filopodia[i].centre_line_um.size() > 1) attached.push_back(i);
    }
    const EdgeIndex index(edge, options.edge_reach_um);
    std::vector<OnEdge> roots;
    for (const std::size_t i : attached) {
        Filopodium& f = filopodia[i];
        OnEdge root{i, 0, 0};
        std::size_t point = 0;
        if (!index.nearest(f.root_um, root.outline, point)) continue;
        Vec3 ahead = point_along(f, options.angle_um) - f.root_um;
        ahead.z = 0;
        const Vec3 tangent = index.tangent(root.outline, point);
        if (!(length(ahead) > 0) || !(length(tangent) > 0)) continue;
        f.edge_angle_deg = degrees(std::atan2(length(cross(ahead, tangent)), std::abs(dot(ahead, tangent))));
        root.along_um = index.along(root.outline, point);
        roots.push_back(root);
    }
    find_neighbours_along(filopodia, edge, std::move(roots));
    parallel_for(static_cast<std::int64_t>(attached.size()), [&](std::int64_t i) {
        Filopodium& f = filopodia[attached[static_cast<std::size_t>(i)]];
        const Vec3 normal = body_normal(classes, options.class_id, f.root_um);
        const Vec3 ahead = point_along(f, options.angle_um) - f.root_um;
        if (length(normal) > 0 && length(ahead) > 0)
            f.root_angle_deg = degrees(std::atan2(length(cross(normal, ahead)), dot(normal, ahead)));
    });
    find_neighbours_straight(filopodia, std::move(attached));
}

EdgeSummary summarise_edge(const CellEdge& edge, const std::vector<Filopodium>& filopodia) {
    EdgeSummary summary;
    summary.edge_length_um = edge.length_um;
    std::vector<double> neighbours;
    for (const Filopodium& f : filopodia) {
        if (std::isfinite(f.edge_angle_deg)) ++summary.filopodia_at_edge;
        if (std::isfinite(f.neighbour_along_edge_um)) neighbours.push_back(f.neighbour_along_edge_um);
    }
    if (edge.length_um > 0)
        summary.filopodia_per_um = static_cast<double>(summary.filopodia_at_edge) / edge.length_um;
    if (!neighbours.empty()) {
        std::sort(neighbours.begin(), neighbours.end());
        const std::size_t n = neighbours.size();
        summary.median_neighbour_um = (neighbours[(n - 1) / 2] + neighbours[n / 2]) / 2;
    }
    return summary;
}

Table cell_edge_table(const EdgeSummary& summary) {
    Table table;
    table.name = "cell_edge";
    table.columns = {
        {"edge_length_um", "µm",
         "Length of the cell body's outline, seen along z. Holes, and stretches where the border of the "
         "tomogram cuts the cell, do not count."},
        {"filopodia_at_edge", "",
         "Number of filopodia that touch the cell body with their root within 1 µm of the outline."},
        {"filopodia_per_um", "1/µm",
         "Number of filopodia at the edge for each µm of it: filopodia_at_edge divided by edge_length_um."},
        {"median_neighbour_um", "µm",
         "Distance along the edge from a root to the nearest other root, median over the filopodia."},
    };
    table.rows.push_back({summary.edge_length_um, summary.filopodia_at_edge, summary.filopodia_per_um,
                          summary.median_neighbour_um});
    return table;
}

}  // namespace cytomo
