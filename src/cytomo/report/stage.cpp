#include "cytomo/report/stage.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "cytomo/core/parallel.h"

namespace cytomo::rays {

Camera make_camera(const RayScene& scene, std::size_t meshes, const RenderOptions& options) {
    Camera c;
    const Float3 world_up{0, 0, -1};  // slices count downwards in pictures of xz: keep that sense
    switch (options.view) {
        case View::top:
            c.forward = {0, 0, 1};
            break;
        case View::side:
            c.forward = {0, -1, 0};
            break;
        case View::three_quarter:
            c.forward = normalized({-0.42F, -0.72F, 0.56F});
            break;
    }
    c.right = options.view == View::top ? Float3{1, 0, 0} : normalized(cross(c.forward, world_up));
    c.up = cross(c.right, c.forward);
    float left = 1e30F, right = -1e30F, low = 1e30F, high = -1e30F;
    for (std::size_t m = 0; m < meshes; ++m)
        for (const Float3 p : scene.points(m)) {
            left = std::min(left, dot(p, c.right)), right = std::max(right, dot(p, c.right));
            low = std::min(low, dot(p, c.up)), high = std::max(high, dot(p, c.up));
        }
    const float rim = static_cast<float>(options.margin * std::min(options.width, options.height));
    const float free_width = static_cast<float>(options.width) - 2 * rim;
    const float free_height = static_cast<float>(options.height) - 2 * rim;
    c.pixel = std::max({(right - left) / free_width, (high - low) / free_height, 1e-9F});
    const float across = (left + right) / 2 - c.pixel * static_cast<float>(options.width) / 2;
    const float upwards = (low + high) / 2 + c.pixel * static_cast<float>(options.height) / 2;
    c.upper_left = c.right * across + c.up * upwards - c.forward * 2;
    return c;
}

namespace {

constexpr std::size_t points = 192;  // of the floor's lattice along x and y
constexpr float half_width = 2.4F, reach = 1;

/// Sum over the directions.
float light_from(const RayScene& scene, Float3 point, std::span<const Float3> directions) {
    const auto blocked = [&](Look look) { return scene.blocked(look, point, directions, reach); };
    const std::uint64_t opaque = blocked(Look::opaque);
    const std::uint64_t translucent = blocked(Look::translucent) & ~opaque;
    const std::uint64_t glass = blocked(Look::glass) & ~opaque & ~translucent;
    return static_cast<float>(directions.size()) - static_cast<float>(std::popcount(opaque)) -
           0.8F * static_cast<float>(std::popcount(translucent)) -
           0.45F * static_cast<float>(std::popcount(glass));
}

/// 3 × 3 binomial filter against the noise of the samples; the rim is fully open.
std::vector<float> smoothed(const std::vector<float>& raw) {
    std::vector<float> out(raw.size(), 1.0F);
    const auto row = [](const float* m) { return m[-1] + 2 * m[0] + m[1]; };
    for (std::size_t y = 1; y + 1 < points; ++y)
        for (std::size_t x = 1; x + 1 < points; ++x) {
            const float* r = raw.data() + y * points + x;
            out[y * points + x] = (row(r - points) + 2 * row(r) + row(r + points)) / 16;
        }
    return out;
}

}  // namespace

Ground::Ground(const RayScene& scene, float height, int samples) : height_(height) {
    std::vector<float> raw(points * points);
    parallel_for(points, [&](std::int64_t row) {
        for (std::size_t column = 0; column < points; ++column) {
            const auto y = static_cast<std::size_t>(row), i = y * points + column;
            const auto place = [](std::size_t k) {
                return (static_cast<float>(k) / (points - 1) * 2 - 1) * half_width;
            };
            const Float3 point{place(column), place(y), height - 1e-4F};
            float sum = 0;
            std::array<Float3, most_rays_at_once> directions;
            for (int k = 0; k < samples; k += most_rays_at_once) {
                const std::span some(directions.data(),
                                     static_cast<std::size_t>(std::min(most_rays_at_once, samples - k)));
                cosine_directions({0, 0, -1}, k, shift_for(i), some);
                sum += light_from(scene, point, some);
            }
            raw[i] = sum / static_cast<float>(samples);
        }
    });
    open_ = smoothed(raw);
}

float Ground::open_at(Float3 p) const {
    const float x = (p.x / half_width + 1) / 2 * (points - 1), y = (p.y / half_width + 1) / 2 * (points - 1);
    if (!(x >= 0 && y >= 0 && x < points - 1 && y < points - 1)) return 1;
    const auto i = static_cast<std::size_t>(x), j = static_cast<std::size_t>(y);
    const float u = x - static_cast<float>(i), v = y - static_cast<float>(j);
    const float* o = open_.data() + j * points + i;
    return (o[0] * (1 - u) + o[1] * u) * (1 - v) + (o[points] * (1 - u) + o[points + 1] * u) * v;
}

}  // namespace cytomo::rays
