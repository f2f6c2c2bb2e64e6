#include "cytomo/surfaces/missing_wedge.h"

#include <cmath>
#include <numbers>
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/surfaces/border.h"

namespace cytomo {

void WedgeOptions::check() const {
    if (!std::isfinite(tilt_min_deg) || !std::isfinite(tilt_max_deg) || !std::isfinite(axis_deg) ||
        !(tilt_min_deg < tilt_max_deg))
        throw UsageError("tilt: expected two angles in degrees, the smaller one first, found " +
                         std::to_string(tilt_min_deg) + " and " + std::to_string(tilt_max_deg));
}

bool is_unsupported(Vec3 normal, const WedgeOptions& options) {
    if (options.full_rotation()) return false;
    constexpr double degree = std::numbers::pi / 180;
    const double across =
        normal.x * std::cos(options.axis_deg * degree) - normal.y * std::sin(options.axis_deg * degree);
    if (across == 0 && normal.z == 0) return false;
    // The first angle of the line (known up to half turns) at or above tilt_min.
    const double angle = std::atan2(normal.z, across) / degree;
    const double above = angle - options.tilt_min_deg;
    return above - 180 * std::floor(above / 180) > options.tilt_max_deg - options.tilt_min_deg;
}

std::vector<std::uint8_t> mark_unsupported(const Mesh& mesh, const WedgeOptions& options) {
    options.check();
    std::vector<std::uint8_t> marks(mesh.triangles.size(), 0);
    if (options.full_rotation()) return marks;
    parallel_chunks(static_cast<std::int64_t>(marks.size()), 1 << 16,
                    [&](std::int64_t begin, std::int64_t end) {
                        for (auto t = static_cast<std::size_t>(begin); t < static_cast<std::size_t>(end); ++t)
                            marks[t] = is_unsupported(area_vector(mesh, mesh.triangles[t]), options) ? 1 : 0;
                    });
    return marks;
}

}  // namespace cytomo
