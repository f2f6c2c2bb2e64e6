#include "cytomo/measures/coarse_cells.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"

namespace cytomo {

namespace {
constexpr double longest_cell_um = 0.05;
constexpr float infinite = std::numeric_limits<float>::infinity();

/// Along x: the nearest owner to the left or, if nearer, to the right.
void sweep_row(std::uint32_t* number, float* squared_um2, std::int64_t width, double edge) {
    const auto square = [&](std::int64_t steps) {
        const double d = edge * static_cast<double>(steps);
        return static_cast<float>(d * d);
    };
    std::uint32_t owner = 0;
    for (std::int64_t x = 0, at = 0; x < width; ++x) {
        const bool own = number[x] != 0;
        if (own) {
            owner = number[x];
            at = x;
        }
        squared_um2[x] = owner != 0 ? square(x - at) : infinite;
        number[x] = owner;
    }
    owner = 0;
    for (std::int64_t x = width - 1, at = 0; x >= 0; --x) {
        if (squared_um2[x] == 0) {
            owner = number[x];
            at = x;
        } else if (owner != 0 && square(at - x) < squared_um2[x]) {
            squared_um2[x] = square(at - x);
            number[x] = owner;
        }
    }
}

}  // namespace

CoarseCells coarse_cells_for(const Grid& grid) {
    CoarseCells cells;
    const auto stride = [](double edge, std::int64_t count) {
        const double steps = std::floor(longest_cell_um / edge * (1 + 1e-9));
        return std::clamp<std::int64_t>(steps < 1e6 ? static_cast<std::int64_t>(steps) : 1, 1,
                                        std::max<std::int64_t>(1, count));
    };
    const Size3 n = grid.size;
    const Vec3 e = grid.voxel_um;
    cells.stride = {stride(e.x, n.x), stride(e.y, n.y), stride(e.z, n.z)};
    const auto& s = cells.stride;
    cells.grid.size = {(n.x + s[0] - 1) / s[0], (n.y + s[1] - 1) / s[1], (n.z + s[2] - 1) / s[2]};
    const Vec3 steps{static_cast<double>(s[0]), static_cast<double>(s[1]), static_cast<double>(s[2])};
    cells.grid.voxel_um = {e.x * steps.x, e.y * steps.y, e.z * steps.z};
    cells.grid.origin_um = grid.world_from_voxel((steps - Vec3{1, 1, 1}) * 0.5);
    const auto count = static_cast<std::size_t>(cells.grid.count());
    cells.class_of.assign(count, ignore_label);
    cells.mean.assign(count, NAN);
    return cells;
}

void fill_classes(CoarseCells& cells, const ClassVolume& classes, std::int64_t layer) {
    const Size3 n = classes.grid().size, m = cells.grid.size;
    const auto& s = cells.stride;
    std::uint8_t* out = cells.class_of.data() + layer * m.x * m.y;
    const std::int64_t z_begin = layer * s[2], z_end = std::min(n.z, z_begin + s[2]);
    for (std::int64_t z = z_begin; z < z_end; ++z)
        for (std::int64_t y = 0; y < n.y; ++y) {
            const std::uint8_t* row = &classes(0, y, z);
            std::uint8_t* cell = out + y / s[1] * m.x;
            const bool first = z == z_begin && y % s[1] == 0;
            for (std::int64_t x = 0, c = 0; c < m.x; ++c) {
                std::uint8_t id = first ? row[x] : cell[c];
                for (const std::int64_t end = std::min(n.x, x + s[0]); x < end; ++x)
                    if (row[x] != id) id = ignore_label;
                cell[c] = id;
            }
        }
}

CoarseLayer::CoarseLayer(CoarseCells& cells, std::int64_t layer)
    : cells_(cells),
      layer_(layer),
      sum_(static_cast<std::size_t>(cells.grid.size.x * cells.grid.size.y), 0),
      count_(sum_.size(), 0) {}

void CoarseLayer::add(std::span<const float> grey, Size3 n, std::span<const std::uint32_t> labels,
                      const std::vector<std::uint8_t>& owns) {
    const std::int64_t width = cells_.grid.size.x;
    const auto& s = cells_.stride;
    std::uint32_t* owner =
        labels.empty() ? nullptr : cells_.owner.data() + layer_ * width * cells_.grid.size.y;
    for (std::int64_t y = 0; y < n.y; ++y) {
        const float* row = grey.data() + y * n.x;
        double* sum = sum_.data() + y / s[1] * width;
        std::int32_t* count = count_.data() + y / s[1] * width;
        for (std::int64_t x = 0, c = 0; x < n.x; ++c) {
            const std::int64_t end = std::min(n.x, x + s[0]);
            count[c] += static_cast<std::int32_t>(end - x);
            double more = 0;
            for (; x < end; ++x) more += row[x];
            sum[c] += more;
        }
        if (owner == nullptr) continue;
        std::uint32_t* owners = owner + y / s[1] * width;
        for_stretches(labels.data() + y * n.x, n.x,
                      [&](std::uint32_t label, std::int64_t begin, std::int64_t end) {
                          if (owns[label] == 0) return;
                          for (std::int64_t c = begin / s[0]; c <= (end - 1) / s[0]; ++c)
                              owners[c] = std::max(owners[c], label);
                      });
    }
}

void CoarseLayer::finish() {
    const std::int64_t first = layer_ * static_cast<std::int64_t>(sum_.size());
    for (std::size_t c = 0; c < sum_.size(); ++c) {
        const auto at = static_cast<std::size_t>(first) + c;
        const double mean = sum_[c] / count_[c];
        // A sum with a value that is not finite is not finite either.
        if (cells_.class_of[at] != ignore_label && std::isfinite(mean))
            cells_.mean[at] = static_cast<float>(mean);
    }
}

NearestOwners find_nearest_owners(const CoarseCells& cells, double reach_um) {
    const Size3 n = cells.grid.size;
    const Vec3 e = cells.grid.voxel_um;
    NearestOwners nearest;
    nearest.number = cells.owner;
    nearest.squared_um2.resize(nearest.number.size());
    const auto slice = n.x * n.y;
    const auto limit = static_cast<float>(reach_um * reach_um * (1 + 1e-6));
    // Along each axis in turn, the best of a few neighbours: with a reach of 6 to 12 cells that is as fast as
    // parabolas' envelopes, and simple. Lines along x lie together and are taken at once.
    const auto spread = [&](std::int64_t length, std::int64_t step, double edge, std::int64_t width,
                            std::int64_t base) {
        const auto reach = static_cast<std::int64_t>(std::floor(reach_um / edge * (1 + 1e-9)));
        std::vector<float> before(static_cast<std::size_t>(length * width));
        std::vector<std::uint32_t> number(before.size());
        bool any = false;
        for (std::int64_t i = 0; i < length; ++i)
            for (std::int64_t x = 0; x < width; ++x) {
                const auto from = static_cast<std::size_t>(base + i * step + x);
                const auto to = static_cast<std::size_t>(i * width + x);
                before[to] = nearest.squared_um2[from];
                number[to] = nearest.number[from];
                any = any || number[to] != 0;
            }
        if (!any) return;
        for (std::int64_t i = 0; i < length; ++i) {
            float* out = nearest.squared_um2.data() + base + i * step;
            std::uint32_t* out_number = nearest.number.data() + base + i * step;
            for (std::int64_t j = std::max<std::int64_t>(0, i - reach); j <= std::min(length - 1, i + reach);
                 ++j) {
                const double d = edge * static_cast<double>(j - i);
                const auto more = static_cast<float>(d * d);
                const float* other = before.data() + j * width;
                const std::uint32_t* other_number = number.data() + j * width;
                for (std::int64_t x = 0; x < width; ++x) {
                    const float candidate = other[x] + more;
                    const bool better = candidate < out[x];
                    out[x] = better ? candidate : out[x];
                    out_number[x] = better ? other_number[x] : out_number[x];
                }
            }
        }
    };
    parallel_for(n.z, [&](std::int64_t z) {
        for (std::int64_t y = 0; y < n.y; ++y)
            sweep_row(nearest.number.data() + z * slice + y * n.x,
                      nearest.squared_um2.data() + z * slice + y * n.x, n.x, e.x);
        spread(n.y, n.x, e.y, n.x, z * slice);
    });
    parallel_for(n.y, [&](std::int64_t y) { spread(n.z, slice, e.z, n.x, y * n.x); });
    parallel_for(n.z, [&](std::int64_t z) {
        for (std::int64_t i = z * slice; i < (z + 1) * slice; ++i)
            if (!(nearest.squared_um2[static_cast<std::size_t>(i)] <= limit))
                nearest.number[static_cast<std::size_t>(i)] = 0;
    });
    return nearest;
}

}  // namespace cytomo
