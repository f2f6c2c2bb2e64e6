#include "synthetic.h"

#include <algorithm>
#include <cmath>

#include "cytomo/core/legend.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"

namespace cytomo::bench {

namespace {

/// All voxels within `radius` (voxels) of the line from a to b.
void paint_rod(ClassVolume& classes, Vec3 a, Vec3 b, double radius, std::uint8_t id) {
    const Size3 size = classes.grid().size;
    const auto low = [&](double p, double q) {
        return std::max<std::int64_t>(0, std::llround(std::min(p, q) - radius));
    };
    const auto high = [&](double p, double q, std::int64_t n) {
        return std::min<std::int64_t>(n - 1, std::llround(std::max(p, q) + radius));
    };
    const Vec3 along = b - a;
    const double squared_length = std::max(dot(along, along), 1e-9);
    for (auto z = low(a.z, b.z); z <= high(a.z, b.z, size.z); ++z)
        for (auto y = low(a.y, b.y); y <= high(a.y, b.y, size.y); ++y)
            for (auto x = low(a.x, b.x); x <= high(a.x, b.x, size.x); ++x) {
                const Vec3 p{static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
                const double t = std::clamp(dot(p - a, along) / squared_length, 0.0, 1.0);
                if (length(p - (a + along * t)) <= radius) classes(x, y, z) = id;
            }
}

}  // namespace

SyntheticCell make_synthetic_cell(std::int64_t edge) {
    Grid grid;
    grid.size = {edge, edge, edge};
    grid.voxel_um = {0.02, 0.02, 0.02};
    SyntheticCell cell{ClassVolume(grid, cytoplasm), nullptr};
    const auto n = static_cast<double>(edge);
    Random random(1);
    paint_rod(cell.classes, {n / 3, n / 3, n / 2}, {n / 2.5, n / 2.5, n / 2}, n / 4, nucleus);
    const std::int64_t objects = std::max<std::int64_t>(1, 35 * grid.count() / (64 * 64 * 64));
    for (std::int64_t i = 0; i < objects; ++i) {
        const Vec3 a{random.uniform(0, n), random.uniform(0, n), random.uniform(0, n)};
        const Vec3 way{random.normal(), random.normal(), random.normal()};
        const auto id = static_cast<std::uint8_t>(random.integer(mitochondrion, vesicle));
        const double rod = id == mitochondrion ? random.uniform(10, 40) : 0;
        paint_rod(cell.classes, a, a + normalized(way) * rod, random.uniform(2, 7), id);
    }
    auto grey = std::make_shared<Volume<float>>(grid);
    parallel_for(edge, [&](std::int64_t z) {
        Random noise(2, static_cast<std::uint64_t>(z));
        for (std::int64_t i = z * edge * edge; i < (z + 1) * edge * edge; ++i)
            (*grey)[i] = static_cast<float>(noise.normal(0.1 * cell.classes[i], 0.1));
    });
    cell.grey = grey;
    return cell;
}

}  // namespace cytomo::bench
