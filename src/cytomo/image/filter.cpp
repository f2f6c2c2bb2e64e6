#include "cytomo/image/filter.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cytomo/core/mirrored.h"
#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

std::vector<float> gaussian_kernel(double sigma) {
    const int radius = std::max(1, static_cast<int>(std::ceil(3.5 * sigma)));
    std::vector<float> kernel(static_cast<std::size_t>(radius) + 1);
    double sum = 0;
    for (int i = 0; i <= radius; ++i) {
        const double w = std::exp(-0.5 * i * i / (sigma * sigma));
        kernel[static_cast<std::size_t>(i)] = static_cast<float>(w);
        sum += i == 0 ? w : 2 * w;
    }
    for (auto& w : kernel) w = static_cast<float>(w / sum);
    return kernel;
}

/// Smooths `rows` rows of `width` values that lie `stride` apart along the smoothed axis of length n.
void blur_axis(float* base, std::int64_t n, std::int64_t stride, std::int64_t width,
               const std::vector<float>& kernel, std::vector<float>& scratch) {
    scratch.resize(static_cast<std::size_t>(n * width));
    const auto radius = static_cast<std::int64_t>(kernel.size()) - 1;
    for (std::int64_t i = 0; i < n; ++i) {
        float* out = scratch.data() + i * width;
        const float* centre = base + i * stride;
        for (std::int64_t w = 0; w < width; ++w) out[w] = kernel[0] * centre[w];
        for (std::int64_t k = 1; k <= radius; ++k) {
            const float* a = base + mirrored(i - k, n) * stride;
            const float* b = base + mirrored(i + k, n) * stride;
            const float f = kernel[static_cast<std::size_t>(k)];
            for (std::int64_t w = 0; w < width; ++w) out[w] += f * (a[w] + b[w]);
        }
    }
    for (std::int64_t i = 0; i < n; ++i) std::copy_n(scratch.data() + i * width, width, base + i * stride);
}

}  // namespace

void gaussian_blur(Volume<float>& values, Vec3 sigma) {
    const auto [nx, ny, nz] = values.grid().size;
    float* data = values.data();
    if (sigma.x > 0) {
        const auto kernel = gaussian_kernel(sigma.x);
        parallel_chunks(ny * nz, 64, [&](std::int64_t b, std::int64_t e) {
            std::vector<float> scratch;
            for (auto row = b; row < e; ++row) blur_axis(data + row * nx, nx, 1, 1, kernel, scratch);
        });
    }
    if (sigma.y > 0) {
        const auto kernel = gaussian_kernel(sigma.y);
        parallel_chunks(nz, 1, [&](std::int64_t b, std::int64_t e) {
            std::vector<float> scratch;
            for (auto z = b; z < e; ++z) blur_axis(data + z * nx * ny, ny, nx, nx, kernel, scratch);
        });
    }
    if (sigma.z > 0) {
        const auto kernel = gaussian_kernel(sigma.z);
        parallel_chunks(ny, 1, [&](std::int64_t b, std::int64_t e) {
            std::vector<float> scratch;
            for (auto y = b; y < e; ++y) blur_axis(data + y * nx, nz, nx * ny, nx, kernel, scratch);
        });
    }
}

}  // namespace cytomo
