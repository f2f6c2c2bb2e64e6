#include "cytomo/simulation/texture.h"

#include <algorithm>
#include <cmath>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/core/volume.h"
#include "cytomo/image/filter.h"

namespace cytomo {

Grain::Grain(std::uint64_t seed, std::uint64_t stream, Vec3 sigma_voxels) {
    // White noise on the tile, repeated around it as far as the smoothing reaches, so that it joins.
    const double largest = std::max({sigma_voxels.x, sigma_voxels.y, sigma_voxels.z});
    const auto margin = std::min(edge / 2, static_cast<std::int64_t>(std::ceil(3.5 * largest)));
    const std::int64_t padded = edge + 2 * margin;
    values_.resize(static_cast<std::size_t>(edge * edge * edge));
    parallel_for(edge, [&](std::int64_t z) {
        Random random(seed, stream * 1024 + static_cast<std::uint64_t>(z));
        float* out = values_.data() + z * edge * edge;
        // Four bytes of one draw added up are close enough to a normal value once smoothed.
        for (std::int64_t i = 0; i < edge * edge; i += 2) {
            const std::uint64_t bits = random.bits();
            for (int half = 0; half < 2; ++half) {
                const std::uint64_t b = bits >> (32 * half);
                out[i + half] =
                    static_cast<float>((b & 255) + (b >> 8 & 255) + (b >> 16 & 255) + (b >> 24 & 255)) -
                    510.0F;
            }
        }
    });
    Volume<float> tile(Grid{{padded, padded, padded}, {1, 1, 1}, {}});
    parallel_for(padded, [&](std::int64_t z) {
        for (std::int64_t y = 0; y < padded; ++y)
            for (std::int64_t x = 0; x < padded; ++x)
                tile(x, y, z) = (*this)(x - margin, y - margin, z - margin);
    });
    gaussian_blur(tile, sigma_voxels);
    double sum = 0, squares = 0;
    std::size_t i = 0;
    for (std::int64_t z = 0; z < edge; ++z)
        for (std::int64_t y = 0; y < edge; ++y)
            for (std::int64_t x = 0; x < edge; ++x) {
                const float v = values_[i++] = tile(x + margin, y + margin, z + margin);
                sum += v;
                squares += static_cast<double>(v) * v;
            }
    const auto n = static_cast<double>(values_.size());
    const double mean = sum / n;
    const double scale = 1 / std::sqrt(std::max(1e-12, squares / n - mean * mean));
    for (float& v : values_) v = static_cast<float>((v - mean) * scale);
}

SmoothField::SmoothField(std::uint64_t seed, std::uint64_t stream, double scale_um)
    : per_um_(1 / scale_um), values_(static_cast<std::size_t>(edge) * edge * edge) {
    Random random(seed, stream);
    for (float& v : values_) v = static_cast<float>(random.normal());
}

double SmoothField::operator()(Vec3 p) const {
    const auto split = [](double v, int& low, int& high, float& weight) {
        const double f = std::floor(v);
        const auto t = static_cast<float>(v - f);
        low = static_cast<int>(static_cast<std::int64_t>(f) & (edge - 1));
        high = (low + 1) & (edge - 1);
        weight = t * t * (3 - 2 * t);
    };
    int x0, x1, y0, y1, z0, z1;
    float wx, wy, wz;
    split(p.x * per_um_, x0, x1, wx);
    split(p.y * per_um_, y0, y1, wy);
    split(p.z * per_um_, z0, z1, wz);
    const auto row = [&](int y, int z) {
        const float* v = values_.data() + (z * edge + y) * edge;
        return v[x0] + wx * (v[x1] - v[x0]);
    };
    const float a = row(y0, z0) + wy * (row(y1, z0) - row(y0, z0));
    const float b = row(y0, z1) + wy * (row(y1, z1) - row(y0, z1));
    return a + wz * (b - a);
}

}  // namespace cytomo
