#include "cytomo/image/pixel_features.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "cytomo/image/filter.h"

namespace cytomo {

namespace {

constexpr double scales[] = {0.7, 1.0, 1.6, 3.5, 5.0, 10.0};
constexpr int per_scale = 8;
static_assert(std::size(scales) * per_scale == pixel_feature_count);

using Plane = Volume<float>;

Plane smoothed(const Plane& plane, double sigma) {
    Plane out = plane;
    gaussian_blur(out, {sigma, sigma, 0});
    return out;
}

/// Calls use(pixel, value at dx and dy) for every pixel; edges repeat.
template <class Use>
void for_neighbourhoods(const Plane& p, const Use& use) {
    const auto [nx, ny, nz] = p.grid().size;
    for (std::int64_t y = 0; y < ny; ++y)
        for (std::int64_t x = 0; x < nx; ++x)
            use(y * nx + x, [&, x = x, y = y, nx = nx, ny = ny](int dx, int dy) {
                return p[std::clamp<std::int64_t>(y + dy, 0, ny - 1) * nx +
                         std::clamp<std::int64_t>(x + dx, 0, nx - 1)];
            });
}

/// Eigenvalues of the matrix (a b; b c), lower first.
std::pair<float, float> eigenvalues(float a, float b, float c) {
    const float mean = (a + c) / 2, spread = std::hypot((a - c) / 2, b);
    return {mean - spread, mean + spread};
}

}  // namespace

std::vector<float> pixel_features(const Volume<float>& values, std::int64_t z) {
    const auto [nx, ny, nz] = values.grid().size;
    const Grid grid{{nx, ny, 1}, values.grid().voxel_um};
    Plane plane(grid);
    std::copy_n(values.data() + z * nx * ny, nx * ny, plane.data());
    std::vector<float> out(static_cast<std::size_t>(nx * ny * pixel_feature_count));
    float* first = out.data();
    for (const double scale : scales) {
        const Plane g = smoothed(plane, scale), finer = smoothed(plane, 0.66 * scale);
        Plane xx(grid), xy(grid), yy(grid);
        for_neighbourhoods(g, [&](std::int64_t i, const auto& at) {
            const float dx = (at(1, 0) - at(-1, 0)) / 2, dy = (at(0, 1) - at(0, -1)) / 2;
            const float hxx = at(1, 0) - 2 * at(0, 0) + at(-1, 0), hyy = at(0, 1) - 2 * at(0, 0) + at(0, -1),
                        hxy = (at(1, 1) - at(-1, 1) - at(1, -1) + at(-1, -1)) / 4;
            const auto [low, high] = eigenvalues(hxx, hxy, hyy);
            float* f = first + i * pixel_feature_count;
            f[0] = g[i];
            f[1] = hxx + hyy;
            f[2] = std::hypot(dx, dy);
            f[3] = g[i] - finer[i];
            f[4] = low;
            f[5] = high;
            xx[i] = dx * dx;
            xy[i] = dx * dy;
            yy[i] = dy * dy;
        });
        for (Plane* p : {&xx, &xy, &yy}) gaussian_blur(*p, {scale / 2, scale / 2, 0});
        for (std::int64_t i = 0; i < nx * ny; ++i) {
            const auto [low, high] = eigenvalues(xx[i], xy[i], yy[i]);
            first[i * pixel_feature_count + 6] = low;
            first[i * pixel_feature_count + 7] = high;
        }
        first += per_scale;
    }
    return out;
}

}  // namespace cytomo
