#include "cytomo/core/grid.h"

#include <algorithm>
#include <cmath>

namespace cytomo {

double length(Vec3 a) {
    return std::sqrt(dot(a, a));
}

Vec3 normalized(Vec3 a) {
    const double l = length(a);
    return l > 0 ? a * (1 / l) : a;
}

namespace {
std::int64_t covering(std::int64_t n, double edge, double new_edge) {
    return std::max<std::int64_t>(1, std::llround(static_cast<double>(n) * edge / new_edge));
}
}  // namespace

Grid Grid::resampled(Vec3 v) const {
    Grid out;
    out.size = {covering(size.x, voxel_um.x, v.x), covering(size.y, voxel_um.y, v.y),
                covering(size.z, voxel_um.z, v.z)};
    out.voxel_um = v;
    out.origin_um = origin_um + (v - voxel_um) * 0.5;
    return out;
}

}  // namespace cytomo
