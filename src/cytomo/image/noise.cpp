#include "cytomo/image/noise.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/image/grey_scale.h"

namespace cytomo {

double relative_noise(const Tomogram& tomogram) {
    const Size3 n = tomogram.grid.size;
    // On the voxels as they are: averaging would take out what is looked for.
    const double edge =
        std::min({tomogram.grid.voxel_um.x, tomogram.grid.voxel_um.y, tomogram.grid.voxel_um.z});
    const GreyStatistics grey = measure_grey_statistics(tomogram, edge);
    std::vector<float> slice(static_cast<std::size_t>(n.x * n.y)), differences;
    const std::int64_t slices = std::min<std::int64_t>(16, n.z);
    for (std::int64_t s = 0; s < slices; ++s) {
        tomogram.read_slices((2 * s + 1) * n.z / (2 * slices), 1, slice);
        for (std::int64_t y = 0; y < n.y; ++y)
            for (std::int64_t x = 1; x + 1 < n.x; ++x) {
                const float* v = slice.data() + y * n.x + x;
                const float difference = std::abs(v[-1] - 2 * v[0] + v[1]);
                if (std::isfinite(difference)) differences.push_back(difference);
            }
    }
    if (differences.empty())
        throw InputError(tomogram.source, "at least three voxels along x", "fewer with values",
                         "Give a larger tomogram");
    const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
    std::nth_element(differences.begin(), middle, differences.end());
    constexpr double deviation_over_median = 1.4826;  // of a normal distribution
    return deviation_over_median * static_cast<double>(*middle) / std::sqrt(6.0) / grey.deviation;
}

}  // namespace cytomo
