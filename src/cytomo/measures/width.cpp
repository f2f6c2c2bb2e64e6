// The two voxels farthest apart are corners of the convex hull, hence corners of the outline of their
// slices (monotone chain, A. M. Andrew 1979). What remains is sorted into boxes; only pairs of boxes that may
// hold a longer line than the best one so far are looked into (branch and bound).
#include "cytomo/measures/width.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace cytomo {

namespace {

/// Keeps the chain of points (x, y), y rising, that bulges towards `side` (-1: low x, 1: high x).
void append_chain(const std::vector<RowEnds>& rows, std::int32_t z, int side,
                  std::vector<VoxelIndex>& outline) {
    const std::size_t start = outline.size();
    for (const RowEnds& row : rows) {
        const std::int64_t x = side < 0 ? row.first_x : row.last_x, y = row.y;
        while (outline.size() >= start + 2) {
            const auto& a = outline[outline.size() - 2];
            const auto& b = outline[outline.size() - 1];
            const std::int64_t turn = (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]);
            if (turn * side > 0) break;
            outline.pop_back();
        }
        outline.push_back({static_cast<std::int32_t>(x), row.y, z});
    }
}

struct Cell {
    std::size_t begin, end;  ///< points
    Vec3 low, high;
};

double farthest_apart2(const Cell& a, const Cell& b) {
    const double x = std::max(a.high.x - b.low.x, b.high.x - a.low.x);
    const double y = std::max(a.high.y - b.low.y, b.high.y - a.low.y);
    const double z = std::max(a.high.z - b.low.z, b.high.z - a.low.z);
    return x * x + y * y + z * z;
}

double distance2(Vec3 a, Vec3 b) {
    return dot(a - b, a - b);
}

constexpr int cells_a_side = 12;

std::vector<Cell> sort_into_cells(std::vector<Vec3>& points) {
    Cell all{0, points.size(), points[0], points[0]};
    const auto widen = [](Cell& c, Vec3 p) {
        c.low = {std::min(c.low.x, p.x), std::min(c.low.y, p.y), std::min(c.low.z, p.z)};
        c.high = {std::max(c.high.x, p.x), std::max(c.high.y, p.y), std::max(c.high.z, p.z)};
    };
    for (const Vec3 p : points) widen(all, p);
    const auto place = [](double v, double low, double high) {
        return high > low
                   ? std::min(cells_a_side - 1, static_cast<int>(cells_a_side * (v - low) / (high - low)))
                   : 0;
    };
    const auto cell_of = [&](Vec3 p) {
        return (place(p.z, all.low.z, all.high.z) * cells_a_side + place(p.y, all.low.y, all.high.y)) *
                   cells_a_side +
               place(p.x, all.low.x, all.high.x);
    };
    std::vector<std::pair<int, Vec3>> keyed;
    keyed.reserve(points.size());
    for (const Vec3 p : points) keyed.emplace_back(cell_of(p), p);
    std::stable_sort(keyed.begin(), keyed.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Cell> cells;
    for (std::size_t i = 0; i < keyed.size(); ++i) {
        points[i] = keyed[i].second;
        if (i == 0 || keyed[i].first != keyed[i - 1].first) cells.push_back({i, i, points[i], points[i]});
        widen(cells.back(), points[i]);
        cells.back().end = i + 1;
    }
    return cells;
}

}  // namespace

void append_outline(const std::vector<RowEnds>& rows, std::int32_t z, std::vector<VoxelIndex>& outline) {
    append_chain(rows, z, -1, outline);
    append_chain(rows, z, 1, outline);
}

double longest_distance_um(std::vector<VoxelIndex> voxels, Vec3 voxel_um) {
    if (voxels.size() < 2) return 0;
    std::vector<Vec3> points;
    points.reserve(voxels.size());
    const VoxelIndex zero = voxels.front();
    for (const auto& v : voxels)
        points.push_back(
            {(v[0] - zero[0]) * voxel_um.x, (v[1] - zero[1]) * voxel_um.y, (v[2] - zero[2]) * voxel_um.z});

    // A first long line: from any point to the farthest, and on from there.
    double best2 = 0;
    Vec3 from = points.front();
    for (int sweep = 0; sweep < 4; ++sweep) {
        Vec3 farthest = from;
        for (const Vec3 p : points)
            if (distance2(p, from) > distance2(farthest, from)) farthest = p;
        best2 = std::max(best2, distance2(farthest, from));
        from = farthest;
    }

    const std::vector<Cell> cells = sort_into_cells(points);
    for (std::size_t a = 0; a < cells.size(); ++a)
        for (std::size_t b = a; b < cells.size(); ++b) {
            if (farthest_apart2(cells[a], cells[b]) <= best2) continue;
            for (std::size_t i = cells[a].begin; i < cells[a].end; ++i)
                for (std::size_t j = cells[b].begin; j < cells[b].end; ++j)
                    best2 = std::max(best2, distance2(points[i], points[j]));
        }
    return std::sqrt(best2);
}

}  // namespace cytomo
