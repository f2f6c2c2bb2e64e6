// Cauchy and Crofton: the surface is four times the mean over all directions of the area that lines of that
// direction cross, so it can be counted on the lines of voxels in 13 directions. Each direction counts for
// the part of the sphere that is nearest to it: G. Lehmann, D. Legland: Efficient N-dimensional surface
// estimation using Crofton formula and run-length encoding, Insight Journal (2012).
#include "cytomo/measures/surface_area.h"

#include <cmath>
#include <cstddef>
#include <numbers>

namespace cytomo {

std::array<double, 13> surface_weights_um2(Vec3 voxel_um) {
    std::array<Vec3, 13> directions;
    std::array<double, 13> lengths_um;
    for (std::size_t k = 0; k < surface_steps.size(); ++k) {
        const Step s = surface_steps[k];
        const Vec3 step_um{s.x * voxel_um.x, s.y * voxel_um.y, s.z * voxel_um.z};
        lengths_um[k] = length(step_um);
        directions[k] = normalized(step_um);
    }
    // Shares of the sphere, counted with evenly spread points (a Fibonacci spiral).
    constexpr int points = 100000;
    std::array<int, 13> nearest{};
    for (int i = 0; i < points; ++i) {
        const double z = 1 - (2 * i + 1.0) / points, r = std::sqrt(1 - z * z);
        const double turn = i * std::numbers::pi * (3 - std::sqrt(5.0));
        const Vec3 p{r * std::cos(turn), r * std::sin(turn), z};
        std::size_t best = 0;
        double closest = -1;
        for (std::size_t k = 0; k < directions.size(); ++k) {
            const double closeness = std::abs(dot(p, directions[k]));
            if (closeness > closest) {
                closest = closeness;
                best = k;
            }
        }
        ++nearest[best];
    }
    // One line of voxels along step k stands for an area of volume / length; entering and leaving count.
    const double volume_um3 = voxel_um.x * voxel_um.y * voxel_um.z;
    std::array<double, 13> weights;
    for (std::size_t k = 0; k < weights.size(); ++k)
        weights[k] = 2.0 * nearest[k] / points * volume_um3 / lengths_um[k];
    return weights;
}

}  // namespace cytomo
