// Marching squares (W. E. Lorensen, H. E. Cline 1987, in the plane) on the smoothed projection; crossings of
// the lattice's edges are linked from one square to the next.
#include "cytomo/measures/cell_edge.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "cytomo/core/parallel.h"
#include "cytomo/labels/components.h"

namespace cytomo {

namespace {

constexpr std::uint8_t unknown = 2;

/// 1 where a column holds cell body, 2 where nothing of it is known.
ClassVolume project(const ClassVolume& classes, std::uint8_t class_id) {
    const Grid& grid = classes.grid();
    ClassVolume result(Grid{{grid.size.x, grid.size.y, 1}, grid.voxel_um, grid.origin_um}, unknown);
    parallel_chunks(grid.size.y, 8, [&](std::int64_t y_begin, std::int64_t y_end) {
        for (std::int64_t z = 0; z < grid.size.z; ++z)
            for (std::int64_t y = y_begin; y < y_end; ++y) {
                const std::uint8_t* from = &classes(0, y, z);
                std::uint8_t* to = &result(0, y, 0);
                for (std::int64_t x = 0; x < grid.size.x; ++x) {
                    const bool known = from[x] != ignore_label;
                    const bool body = known && from[x] != background && from[x] != class_id;
                    to[x] = body ? 1 : known && to[x] == unknown ? 0 : to[x];
                }
            }
    });
    return result;
}

/// Leaves out small pieces and fills holes.
void settle(ClassVolume& projection, double least_area_um2, double least_part) {
    const Grid& grid = projection.grid();
    const double pixel_um2 = grid.voxel_um.x * grid.voxel_um.y;
    ClassVolume body(grid), around(grid);
    for (std::int64_t i = 0; i < body.count(); ++i) body[i] = projection[i] == 1 ? 1 : 0;
    const Components pieces = find_components(body, Connectivity::faces);
    const double largest =
        static_cast<double>(*std::max_element(pieces.voxels.begin(), pieces.voxels.end())) * pixel_um2;
    const double least = std::max(least_area_um2, least_part * largest);
    for (std::int64_t i = 0; i < body.count(); ++i) {
        const std::uint32_t piece = pieces.volume[i];
        if (piece != 0 && static_cast<double>(pieces.voxels[piece]) * pixel_um2 < least) projection[i] = 0;
    }
    for (std::int64_t i = 0; i < body.count(); ++i) around[i] = projection[i] == 1 ? 0 : 1;
    const Components outside = find_components(around, Connectivity::faces);
    std::vector<bool> open(outside.count() + 1ULL, false);
    for (std::int64_t y = 0; y < grid.size.y; ++y)
        for (std::int64_t x = 0; x < grid.size.x; ++x)
            if (x == 0 || y == 0 || x == grid.size.x - 1 || y == grid.size.y - 1 ||
                projection(x, y, 0) == unknown)
                open[outside.volume(x, y, 0)] = true;
    for (std::int64_t i = 0; i < body.count(); ++i)
        if (outside.volume[i] != 0 && !open[outside.volume[i]]) projection[i] = 1;
}

/// Gaussian along x and y, mirrored at the border.
std::vector<float> blurred(const ClassVolume& projection, double sigma_um) {
    const Size3 n = projection.grid().size;
    std::vector<float> values(static_cast<std::size_t>(projection.count()));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = projection[static_cast<std::int64_t>(i)] == 1 ? 1.F : 0.F;
    const auto pass = [&](std::int64_t lines, std::int64_t line_step, std::int64_t count, std::int64_t step,
                          double sigma) {
        const auto reach = static_cast<std::int64_t>(std::ceil(3.5 * sigma));
        std::vector<double> weights;
        for (std::int64_t d = -reach; d <= reach; ++d)
            weights.push_back(std::exp(-0.5 * static_cast<double>(d * d) / (sigma * sigma)));
        const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
        parallel_chunks(lines, 64, [&](std::int64_t begin, std::int64_t end) {
            std::vector<float> line(static_cast<std::size_t>(count));
            for (std::int64_t l = begin; l < end; ++l) {
                float* at = values.data() + l * line_step;
                for (std::int64_t i = 0; i < count; ++i) line[static_cast<std::size_t>(i)] = at[i * step];
                for (std::int64_t i = 0; i < count; ++i) {
                    double total = 0;
                    for (std::int64_t d = -reach; d <= reach; ++d) {
                        std::int64_t j = i + d;
                        if (j < 0) j = -1 - j;
                        if (j >= count) j = 2 * count - 1 - j;
                        j = std::clamp<std::int64_t>(j, 0, count - 1);
                        total += weights[static_cast<std::size_t>(d + reach)] *
                                 static_cast<double>(line[static_cast<std::size_t>(j)]);
                    }
                    at[i * step] = static_cast<float>(total / sum);
                }
            }
        });
    };
    if (!(sigma_um > 0)) return values;
    pass(n.y, n.x, n.x, 1, sigma_um / projection.grid().voxel_um.x);
    pass(n.x, 1, n.y, n.x, sigma_um / projection.grid().voxel_um.y);
    return values;
}

/// Lines of level one half, the higher side on the left.
class Tracer {
public:
    Tracer(const ClassVolume& projection, std::vector<float> field)
        : projection_(projection), grid_(projection.grid()), field_(std::move(field)) {
        next_.assign(2 * field_.size(), -1);
        entered_.assign(next_.size(), false);
        for (std::int64_t y = 0; y + 1 < grid_.size.y; ++y)
            for (std::int64_t x = 0; x + 1 < grid_.size.x; ++x) square(x, y);
    }

    std::vector<Outline> trace() {
        std::vector<Outline> outlines;
        for (const bool closed : {false, true})
            for (std::size_t start = 0; start < next_.size(); ++start) {
                if (next_[start] < 0 || (!closed && entered_[start])) continue;
                Outline o;
                o.closed = closed;
                for (auto at = static_cast<std::int64_t>(start); at >= 0;) {
                    o.points_um.push_back(crossing(at));
                    at = std::exchange(next_[static_cast<std::size_t>(at)], -1);
                }
                if (closed) o.points_um.pop_back();  // the first one again
                for (std::size_t i = 1; i < o.points_um.size(); ++i)
                    o.length_um += length(o.points_um[i] - o.points_um[i - 1]);
                if (closed) o.length_um += length(o.points_um.front() - o.points_um.back());
                outlines.push_back(std::move(o));
            }
        std::stable_sort(outlines.begin(), outlines.end(),
                         [](const Outline& a, const Outline& b) { return a.length_um > b.length_um; });
        return outlines;
    }

private:
    std::int64_t index(std::int64_t x, std::int64_t y) const { return y * grid_.size.x + x; }
    float value(std::int64_t x, std::int64_t y) const {
        return field_[static_cast<std::size_t>(index(x, y))];
    }

    void square(std::int64_t x, std::int64_t y) {
        // Corners and the edges behind them, counter-clockwise.
        const float corner[] = {value(x, y), value(x + 1, y), value(x + 1, y + 1), value(x, y + 1)};
        int inside = 0;
        for (const float c : corner) inside += c >= 0.5F ? 1 : 0;
        if (inside == 0 || inside == 4) return;
        for (const std::int64_t i : {index(x, y), index(x + 1, y), index(x, y + 1), index(x + 1, y + 1)})
            if (projection_[i] == unknown) return;
        const std::int64_t edge[] = {2 * index(x, y), 2 * index(x + 1, y) + 1, 2 * index(x, y + 1),
                                     2 * index(x, y) + 1};
        const bool joined = (corner[0] + corner[1] + corner[2] + corner[3]) / 4 >= 0.5F;
        for (int k = 0; k < 4; ++k) {
            if (corner[k] < 0.5F || corner[(k + 1) % 4] >= 0.5F) continue;  // the line leaves the edge here
            int end = 0;
            // Around the low corner if the high ones are joined, else around the high corner.
            for (int step = 1; step < 4; ++step) {
                const int e = joined ? (k + step) % 4 : (k + 4 - step) % 4;
                if (corner[e] < 0.5F && corner[(e + 1) % 4] >= 0.5F) {
                    end = e;
                    break;
                }
            }
            next_[static_cast<std::size_t>(edge[k])] = edge[end];
            entered_[static_cast<std::size_t>(edge[end])] = true;
        }
    }

    Vec3 crossing(std::int64_t edge) const {
        const std::int64_t x = edge / 2 % grid_.size.x, y = edge / 2 / grid_.size.x;
        const bool up = edge % 2 != 0;
        const double a = value(x, y), b = up ? value(x, y + 1) : value(x + 1, y);
        const double t = (0.5 - a) / (b - a);
        Vec3 p = grid_.world_from_voxel(
            {static_cast<double>(x) + (up ? 0 : t), static_cast<double>(y) + (up ? t : 0), 0});
        p.z = 0;
        return p;
    }

    const ClassVolume& projection_;
    const Grid& grid_;
    std::vector<float> field_;
    std::vector<std::int64_t> next_;  ///< crossing that follows; −1: none
    std::vector<bool> entered_;
};

}  // namespace

CellEdge find_cell_edge(const ClassVolume& classes, const CellEdgeOptions& options) {
    CellEdge edge;
    if (classes.empty()) return edge;
    ClassVolume projection = project(classes, options.class_id);
    settle(projection, options.least_area_um2, options.least_part);
    const Vec3 e = classes.grid().voxel_um;
    std::vector<float> field = blurred(projection, options.smoothing_voxels * std::max(e.x, e.y));
    edge.outlines = Tracer(projection, std::move(field)).trace();
    for (const Outline& o : edge.outlines) edge.length_um += o.length_um;
    return edge;
}

}  // namespace cytomo
