#include "cytomo/simulation/export.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "cytomo/core/parallel.h"
#include "cytomo/image/denoise.h"
#include "cytomo/image/filter.h"
#include "cytomo/simulation/texture.h"

namespace cytomo {

namespace {

/// The values below and above which the given fractions lie, from every 7th voxel.
std::pair<float, float> limits(const Volume<float>& volume, double low, double high) {
    std::vector<float> sample;
    for (std::int64_t i = 0; i < volume.count(); i += 7) sample.push_back(volume[i]);
    const auto last = static_cast<double>(sample.size() - 1);
    const auto value_at = [&](double fraction) {
        const auto at = sample.begin() + static_cast<std::ptrdiff_t>(std::llround(fraction * last));
        std::nth_element(sample.begin(), at, sample.end());
        return *at;
    };
    const float a = value_at(low), b = value_at(1 - high);
    return {a, std::max(b, a + 1e-6F)};
}

void blur(Volume<float>& volume, double voxels) {
    gaussian_blur(volume, {voxels, voxels, voxels});
}

/// Deviation of all values but the outermost 2 % at each end: gold and glass do not count.
double usual_deviation(const Volume<float>& volume) {
    const auto [low, high] = limits(volume, 0.02, 0.02);
    double sum = 0, squares = 0;
    for (const float v : volume.values()) {
        const double c = std::clamp(v, low, high);
        sum += c;
        squares += c * c;
    }
    const auto n = static_cast<double>(volume.count());
    return std::sqrt(std::max(0.0, squares / n - sum * sum / n / n));
}

/// Lines of slightly different brightness, waves that run over the picture, slow shading.
void add_unevenness(Volume<float>& volume, const Export& output, std::uint64_t seed) {
    const Size3 size = volume.grid().size;
    const double deviation = usual_deviation(volume);
    Random random(seed, 210);
    const double turn = random.chance(0.6) ? (random.chance(0.5) ? 0 : std::numbers::pi / 2)
                                           : random.uniform(0, std::numbers::pi);
    const double across_x = std::cos(turn), across_y = std::sin(turn);
    // A profile across the lines, smooth over a pixel or some.
    const std::int64_t length = size.x + size.y + 4;
    Volume<float> profile(Grid{{2 * length, 1, 1}, {1, 1, 1}, {}});
    for (float& v : profile.values()) v = static_cast<float>(random.normal());
    const double width = random.uniform(0.4, 4);
    gaussian_blur(profile, {width, 0, 0});
    double squares = 1e-12;
    for (const float v : profile.values()) squares += double{v} * v;
    const double lines = output.stripes * deviation / std::sqrt(squares / static_cast<double>(2 * length));
    // Shading in parts of the picture.
    const SmoothField slow(seed, 211, 1);
    const double scale = 1 / (static_cast<double>(std::max(size.x, size.y)) * random.uniform(0.25, 0.9));
    const double shade = output.shading * deviation / 0.6;
    for (std::int64_t z = 0; z < size.z; ++z)
        for (std::int64_t y = 0; y < size.y; ++y)
            for (std::int64_t x = 0; x < size.x; ++x) {
                double add = 0;
                if (lines > 0) {
                    const double u = static_cast<double>(x) * across_x + static_cast<double>(y) * across_y +
                                     static_cast<double>(length);
                    const auto i = std::clamp<std::int64_t>(static_cast<std::int64_t>(u), 0, 2 * length - 2);
                    const double f = u - static_cast<double>(i);
                    add += lines * ((1 - f) * profile[i] + f * profile[i + 1]);
                }
                if (shade > 0)
                    add += shade * slow({static_cast<double>(x) * scale, static_cast<double>(y) * scale,
                                         static_cast<double>(z) * scale});
                volume(x, y, z) += static_cast<float>(add);
            }
}

}  // namespace

Volume<float> band_noise(const Grid& grid, double voxels, std::uint64_t seed) {
    Volume<float> noise(grid);
    parallel_for(grid.size.z, [&](std::int64_t z) {
        Random random(seed, 300 + static_cast<std::uint64_t>(z));
        float* out = noise.data() + z * grid.size.x * grid.size.y;
        for (std::int64_t i = 0; i < grid.size.x * grid.size.y; ++i)
            out[i] = static_cast<float>(random.normal());
    });
    Volume<float> slow = noise;
    blur(noise, 0.5 * voxels);
    blur(slow, voxels);
    double squares = 0;
    for (std::int64_t i = 0; i < noise.count(); ++i) {
        noise[i] -= slow[i];
        squares += double{noise[i]} * noise[i];
    }
    const auto scale =
        static_cast<float>(1 / std::sqrt(std::max(1e-20, squares / static_cast<double>(noise.count()))));
    for (float& v : noise.values()) v *= scale;
    return noise;
}

void pass_coarser_grid(Volume<float>& volume, double factor) {
    const Size3 size = volume.grid().size;
    if (factor <= 1) return;
    const auto coarse = [&](std::int64_t n) {
        return std::max<std::int64_t>(2, std::llround(static_cast<double>(n) / factor));
    };
    const std::int64_t nx = coarse(size.x), ny = coarse(size.y);
    // Of n samples over the same extent, the place of sample i among m.
    const auto place = [](std::int64_t i, std::int64_t n, std::int64_t m) {
        const double at =
            (static_cast<double>(i) + 0.5) * static_cast<double>(m) / static_cast<double>(n) - 0.5;
        return std::clamp(at, 0.0, static_cast<double>(m - 1));
    };
    const auto scale = [&](const float* from, std::int64_t fx, std::int64_t fy, float* to, std::int64_t tx,
                           std::int64_t ty) {
        for (std::int64_t y = 0; y < ty; ++y) {
            const double v = place(y, ty, fy);
            const auto y0 = std::min(static_cast<std::int64_t>(v), fy - 2);
            const auto wy = static_cast<float>(v - static_cast<double>(y0));
            for (std::int64_t x = 0; x < tx; ++x) {
                const double u = place(x, tx, fx);
                const auto x0 = std::min(static_cast<std::int64_t>(u), fx - 2);
                const auto wx = static_cast<float>(u - static_cast<double>(x0));
                const float* a = from + y0 * fx + x0;
                const float* b = a + fx;
                to[y * tx + x] = (1 - wy) * (a[0] + wx * (a[1] - a[0])) + wy * (b[0] + wx * (b[1] - b[0]));
            }
        }
    };
    parallel_for(size.z, [&](std::int64_t z) {
        std::vector<float> small(static_cast<std::size_t>(nx * ny));
        float* slice = volume.data() + z * size.x * size.y;
        scale(slice, size.x, size.y, small.data(), nx, ny);
        scale(small.data(), nx, ny, slice, size.x, size.y);
    });
}

void export_changes(Volume<float>& volume, const Export& output, std::uint64_t seed) {
    if (output.grain > 0) {
        const auto strength = static_cast<float>(output.grain * usual_deviation(volume));
        const Volume<float> noise = band_noise(volume.grid(), output.grain_voxels, seed);
        for (std::int64_t i = 0; i < volume.count(); ++i) volume[i] += strength * noise[i];
    }
    if (output.median) median_filter(volume);
    if (output.diffusion > 0) edge_preserving_diffusion(volume, output.diffusion);
    if (output.total_variation > 0)
        total_variation_smoothing(volume, output.total_variation * usual_deviation(volume), 15);
    if (output.smooth_voxels > 0) blur(volume, output.smooth_voxels);
    if (output.sharpen > 0) {
        Volume<float> soft = volume;
        blur(soft, output.sharpen_voxels);
        const auto strength = static_cast<float>(output.sharpen);
        for (std::int64_t i = 0; i < volume.count(); ++i) volume[i] += strength * (volume[i] - soft[i]);
    }
    if (output.stripes > 0 || output.shading > 0) add_unevenness(volume, output, seed);
    if (output.polarity == Polarity::dense_is_dark)
        for (float& v : volume.values()) v = -v;
    if (output.bits < 32) {
        const auto [low, high] = limits(volume, output.clip_low, output.clip_high);
        const float most = output.bits == 8 ? 255 : 65535;
        const bool drawn = output.gamma != 1 || output.unused_low > 0 || output.unused_high > 0 ||
                           output.coarser > 1 || output.late_smooth_voxels > 0;
        if (!drawn) {
            for (float& v : volume.values())
                v = std::round(std::clamp((v - low) / (high - low), 0.0F, 1.0F) * most);
            return;
        }
        const auto bottom = static_cast<float>(output.unused_low),
                   range = static_cast<float>(1 - output.unused_low - output.unused_high),
                   power = static_cast<float>(output.gamma);
        for (float& v : volume.values())
            v = bottom + range * std::pow(std::clamp((v - low) / (high - low), 0.0F, 1.0F), power);
        pass_coarser_grid(volume, output.coarser);
        if (output.late_smooth_voxels > 0)
            gaussian_blur(volume, {output.late_smooth_voxels, output.late_smooth_voxels, 0});
        for (float& v : volume.values()) v = std::round(std::clamp(v, 0.0F, 1.0F) * most);
    }
}

}  // namespace cytomo
