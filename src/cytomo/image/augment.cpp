#include "cytomo/image/augment.h"

#include <algorithm>
#include <cmath>

#include "cytomo/core/mirrored.h"
#include "cytomo/image/filter.h"

namespace cytomo {

namespace {

/// Rotation about z with reflections and scaling: source = centre + matrix · (patch voxel - middle).
struct Placement {
    double xx, xy, yx, yy, zz;
    Vec3 centre;
};

Placement draw_placement(const AugmentOptions& o, Vec3 centre, Random& random) {
    const double angle = random.uniform(0, 2 * M_PI) * o.rotation;
    const double s = std::exp(random.uniform(-o.scale, o.scale));
    const double sx = random.chance(0.5) ? s : -s, sy = s, sz = random.chance(0.5) ? s : -s;
    const double c = std::cos(angle), d = std::sin(angle);
    return {c * sx, -d * sy, d * sx, c * sy, sz, centre};
}

float interpolate(const Volume<float>& v, double x, double y, double z) {
    const auto [nx, ny, nz] = v.grid().size;
    const auto x0 = static_cast<std::int64_t>(std::floor(x)), y0 = static_cast<std::int64_t>(std::floor(y)),
               z0 = static_cast<std::int64_t>(std::floor(z));
    const auto fx = static_cast<float>(x - static_cast<double>(x0)),
               fy = static_cast<float>(y - static_cast<double>(y0)),
               fz = static_cast<float>(z - static_cast<double>(z0));
    const std::int64_t xs[2] = {mirrored(x0, nx), mirrored(x0 + 1, nx)};
    const std::int64_t ys[2] = {mirrored(y0, ny), mirrored(y0 + 1, ny)};
    const std::int64_t zs[2] = {mirrored(z0, nz), mirrored(z0 + 1, nz)};
    float planes[2];
    for (int k = 0; k < 2; ++k) {
        float rows[2];
        for (int j = 0; j < 2; ++j) {
            const float a = v(xs[0], ys[j], zs[k]), b = v(xs[1], ys[j], zs[k]);
            rows[j] = a + fx * (b - a);
        }
        planes[k] = rows[0] + fy * (rows[1] - rows[0]);
    }
    return planes[0] + fz * (planes[1] - planes[0]);
}

}  // namespace

void change_grey_values(Patch& patch, const AugmentOptions& o, Random& random) {
    if (random.chance(0.5)) {
        Volume<float> v(Grid{patch.size});
        std::copy(patch.values.begin(), patch.values.end(), v.data());
        const double b = random.uniform(0.2, std::max(0.21, o.blur));
        gaussian_blur(v, {b, b, b});
        std::copy(v.data(), v.data() + v.count(), patch.values.begin());
    }
    const auto gain = static_cast<float>(random.log_normal(1, o.contrast));
    const auto offset = static_cast<float>(random.normal(0, o.brightness));
    const double noise = random.chance(0.6) ? random.uniform(0, o.noise) : 0;
    // A gentle bend of the grey scale, as exports with gamma or clipping make it.
    const auto bend = static_cast<float>(random.uniform(-0.06, 0.06));
    for (auto& value : patch.values) {
        float v = value * gain + offset;
        v += bend * (v * v - 1);
        if (noise > 0) v += static_cast<float>(noise * random.normal());
        value = std::clamp(v, -6.F, 6.F);
    }
    const auto slice = static_cast<std::ptrdiff_t>(patch.size.x * patch.size.y);
    if (patch.slab > 0)
        for (std::int64_t k = patch.slab; k < patch.size.z; ++k)
            std::copy_n(patch.values.begin() + mirrored(k, patch.slab) * slice, slice,
                        patch.values.begin() + k * slice);
}

Patch cut_patch(const Volume<float>& values, const ClassVolume& labels, Size3 size, Vec3 centre,
                const AugmentOptions& options, Random& random, const PatchObjects& objects) {
    const Placement p = draw_placement(options, centre, random);
    const auto [nx, ny, nz] = values.grid().size;
    const std::int64_t slab = random.chance(options.thin_slab) ? random.integer(1, 8) : size.z;
    Patch patch{size, {}, {}};
    if (slab < size.z) patch.slab = slab;
    const auto n = static_cast<std::size_t>(size.count());
    patch.values.resize(n);
    patch.labels.resize(n);
    if (objects.numbers != nullptr) patch.objects.resize(n);
    if (objects.depth != nullptr) patch.depth.resize(n);
    std::size_t i = 0;
    for (std::int64_t k = 0; k < size.z; ++k) {
        const double w = static_cast<double>(mirrored(k, slab)) - 0.5 * static_cast<double>(slab - 1);
        const double z = p.centre.z + p.zz * w;
        for (std::int64_t j = 0; j < size.y; ++j) {
            const double v = static_cast<double>(j) - 0.5 * static_cast<double>(size.y - 1);
            for (std::int64_t h = 0; h < size.x; ++h, ++i) {
                const double u = static_cast<double>(h) - 0.5 * static_cast<double>(size.x - 1);
                const double x = p.centre.x + p.xx * u + p.xy * v, y = p.centre.y + p.yx * u + p.yy * v;
                patch.values[i] = interpolate(values, x, y, z);
                const auto lx = std::llround(x), ly = std::llround(y), lz = std::llround(z);
                const bool inside = lx >= 0 && ly >= 0 && lz >= 0 && lx < nx && ly < ny && lz < nz;
                patch.labels[i] = inside ? labels(lx, ly, lz) : ignore_label;
                if (!inside) continue;
                if (objects.numbers != nullptr) patch.objects[i] = (*objects.numbers)(lx, ly, lz);
                if (objects.depth != nullptr) patch.depth[i] = (*objects.depth)(lx, ly, lz);
            }
        }
    }
    return patch;
}

Patch cut_augmented_patch(const Volume<float>& values, const ClassVolume& labels, Size3 size, Vec3 centre,
                          const AugmentOptions& options, Random& random) {
    Patch patch = cut_patch(values, labels, size, centre, options, random);
    change_grey_values(patch, options, random);
    return patch;
}

}  // namespace cytomo
