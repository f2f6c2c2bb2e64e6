#include "cytomo/image/denoise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "cytomo/core/parallel.h"

namespace cytomo {

void median_filter(Volume<float>& values) {
    const Size3 size = values.grid().size;
    const Volume<float> before = values;
    parallel_for(size.z, [&](std::int64_t z) {
        std::array<float, 27> near{};
        for (std::int64_t y = 0; y < size.y; ++y)
            for (std::int64_t x = 0; x < size.x; ++x) {
                std::size_t n = 0;
                for (std::int64_t k = -1; k <= 1; ++k)
                    for (std::int64_t j = -1; j <= 1; ++j)
                        for (std::int64_t i = -1; i <= 1; ++i)
                            near[n++] = before(std::clamp<std::int64_t>(x + i, 0, size.x - 1),
                                               std::clamp<std::int64_t>(y + j, 0, size.y - 1),
                                               std::clamp<std::int64_t>(z + k, 0, size.z - 1));
                std::nth_element(near.begin(), near.begin() + 13, near.end());
                values(x, y, z) = near[13];
            }
    });
}

namespace {

/// The 90th percentile of the differences between neighbours along x that differ, from every 11th voxel.
double usual_edge(const Volume<float>& values) {
    std::vector<float> differences;
    for (std::int64_t i = 1; i < values.count(); i += 11)
        if (i % values.grid().size.x != 0 && values[i] != values[i - 1])
            differences.push_back(std::fabs(values[i] - values[i - 1]));
    if (differences.empty()) return 1;
    const auto at = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() * 9 / 10);
    std::nth_element(differences.begin(), at, differences.end());
    return std::max(1e-12, static_cast<double>(*at));
}

}  // namespace

void edge_preserving_diffusion(Volume<float>& values, int steps, double edge) {
    const Size3 size = values.grid().size;
    const auto per_edge = static_cast<float>(1 / (edge > 0 ? edge : usual_edge(values)));
    Volume<float> before = values;
    for (int step = 0; step < steps; ++step) {
        if (step > 0) std::copy_n(values.data(), values.count(), before.data());
        parallel_for(size.z, [&](std::int64_t z) {
            for (std::int64_t y = 0; y < size.y; ++y)
                for (std::int64_t x = 0; x < size.x; ++x) {
                    const float here = before(x, y, z);
                    const auto flow = [&](std::int64_t i, std::int64_t j, std::int64_t k) {
                        const float d = before(std::clamp<std::int64_t>(i, 0, size.x - 1),
                                               std::clamp<std::int64_t>(j, 0, size.y - 1),
                                               std::clamp<std::int64_t>(k, 0, size.z - 1)) -
                                        here;
                        const float t = d * per_edge;
                        return d / (1 + t * t);
                    };
                    // A seventh at most to each neighbour: stable.
                    values(x, y, z) = here + (flow(x - 1, y, z) + flow(x + 1, y, z) + flow(x, y - 1, z) +
                                              flow(x, y + 1, z) + flow(x, y, z - 1) + flow(x, y, z + 1)) /
                                                 7;
                }
        });
    }
}

void total_variation_smoothing(Volume<float>& values, double weight, int steps) {
    if (weight <= 0 || steps <= 0) return;
    const Grid& grid = values.grid();
    const Size3 size = grid.size;
    const auto w = static_cast<float>(weight);
    // The dual field (px, py, pz) along the three axes, at most 1 long; u = values - weight · its divergence.
    Volume<float> px(grid), py(grid), pz(grid), u = values;
    const float tau = 1.0F / 6 / w;
    const auto renew = [&] {
        parallel_for(size.z, [&](std::int64_t z) {
            for (std::int64_t y = 0; y < size.y; ++y)
                for (std::int64_t x = 0; x < size.x; ++x) {
                    float divergence = px(x, y, z) + py(x, y, z) + pz(x, y, z);
                    if (x > 0) divergence -= px(x - 1, y, z);
                    if (y > 0) divergence -= py(x, y - 1, z);
                    if (z > 0) divergence -= pz(x, y, z - 1);
                    u(x, y, z) = values(x, y, z) + w * divergence;
                }
        });
    };
    for (int step = 0; step < steps; ++step) {
        if (step > 0) renew();
        parallel_for(size.z, [&](std::int64_t z) {
            for (std::int64_t y = 0; y < size.y; ++y)
                for (std::int64_t x = 0; x < size.x; ++x) {
                    const float here = u(x, y, z);
                    const float gx = x + 1 < size.x ? u(x + 1, y, z) - here : 0,
                                gy = y + 1 < size.y ? u(x, y + 1, z) - here : 0,
                                gz = z + 1 < size.z ? u(x, y, z + 1) - here : 0;
                    const float slower = 1 / (1 + tau * std::sqrt(gx * gx + gy * gy + gz * gz));
                    px(x, y, z) = (px(x, y, z) + tau * gx) * slower;
                    py(x, y, z) = (py(x, y, z) + tau * gy) * slower;
                    pz(x, y, z) = (pz(x, y, z) + tau * gz) * slower;
                }
        });
    }
    renew();
    std::copy_n(u.data(), u.count(), values.data());
}

}  // namespace cytomo
