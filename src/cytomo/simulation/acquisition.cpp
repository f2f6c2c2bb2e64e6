// A parallel beam passes the tilted sample (Beer and Lambert), a zone plate forms the image, a
// detector counts photons.
//
// The zone plate is sharp at one depth only. The path integral is split into slabs perpendicular to
// the beam; each slab is blurred by the Gaussian of its distance t from focus,
// sigma(t)^2 = sigma(0)^2 (1 + (t / (depth of field / 2))^2), and the slabs are added. Approximations:
// a Gaussian in place of the zone plate's diffraction pattern; blur acts on path integrals in place
// of intensities, which agree to first order; the slabs are a few, with the blur of their middle.
#include "cytomo/simulation/acquisition.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "cytomo/core/parallel.h"
#include "cytomo/image/filter.h"
#include "cytomo/simulation/projector.h"

namespace cytomo {

namespace {

constexpr int slab_count = 5;

/// The volume in the projector's order: one bordered slice for each group of `lanes` rows.
/// Voxels with first_x <= x < end_x are left out.
std::vector<std::vector<float>> in_lanes(const Volume<float>& lac, const SliceGeometry& geometry,
                                         std::int64_t first_x = 0, std::int64_t end_x = 0) {
    const Size3 size = lac.grid().size;
    const std::int64_t groups = (size.y + lanes - 1) / lanes;
    std::vector<std::vector<float>> result(static_cast<std::size_t>(groups));
    parallel_for(groups, [&](std::int64_t group) {
        auto& slice = result[static_cast<std::size_t>(group)];
        slice.assign(static_cast<std::size_t>(geometry.slice_values()), 0.0F);
        for (std::int64_t z = 0; z < size.z; ++z)
            for (std::int64_t j = 0; j < lanes; ++j) {
                const std::int64_t y = std::min(group * lanes + j, size.y - 1);
                const float* in = &lac(0, y, z);
                float* out = slice.data() + geometry.at(0, z) + j;
                for (std::int64_t x = 0; x < size.x; ++x) out[x * lanes] = in[x];
                for (std::int64_t x = first_x; x < end_x; ++x) out[x * lanes] = 0;
            }
    });
    return result;
}

/// Blurred path integrals of one tilt image.
struct Optics {
    const SliceGeometry& geometry;
    const Acquisition& acquisition;
    std::int64_t rows;
    double pixel_y_um;
    double reach_um;  ///< depth before and behind the axis that is told apart

    Volume<float> image(const std::vector<std::vector<float>>& slices, double angle_rad,
                        double shift_um) const {
        const std::int64_t detectors = geometry.detectors;
        const bool focused = acquisition.depth_of_field_um <= 0 || acquisition.blur_nm <= 0;
        const int slabs = focused ? 1 : slab_count;
        const Grid frame{{detectors, rows, 1}, {geometry.pitch_um, pixel_y_um, 1}, {}};
        std::vector<Volume<float>> layers(static_cast<std::size_t>(slabs), Volume<float>(frame));
        std::vector<float> lines(static_cast<std::size_t>(slabs * geometry.row_values()));
        for (std::size_t group = 0; group < slices.size(); ++group) {
            std::fill(lines.begin(), lines.end(), 0.0F);
            project_by_depth(geometry, angle_rad, shift_um, reach_um, slabs, slices[group].data(),
                             lines.data());
            const std::int64_t y0 = static_cast<std::int64_t>(group) * lanes;
            for (int s = 0; s < slabs; ++s)
                for (std::int64_t j = 0; j < std::min(lanes, rows - y0); ++j) {
                    const float* in = lines.data() + s * geometry.row_values() + j;
                    float* out = &layers[static_cast<std::size_t>(s)](0, y0 + j, 0);
                    for (std::int64_t u = 0; u < detectors; ++u) out[u] = in[u * lanes];
                }
        }
        Volume<float> sum(frame);
        for (int s = 0; s < slabs; ++s) {
            Volume<float>& layer = layers[static_cast<std::size_t>(s)];
            const double depth_um = focused ? 0 : ((s + 0.5) / slabs * 2 - 1) * reach_um;
            const double defocus = focused ? 0 : depth_um / (0.5 * acquisition.depth_of_field_um);
            const double sigma_um = acquisition.blur_nm / 1000 * std::sqrt(1 + defocus * defocus);
            const auto in_pixels = [&](double edge) { return sigma_um / edge < 0.1 ? 0 : sigma_um / edge; };
            gaussian_blur(layer, {in_pixels(geometry.pitch_um), in_pixels(pixel_y_um), 0});
            if (const auto fringes = static_cast<float>(acquisition.fringes); fringes > 0 && sigma_um > 0) {
                Volume<float> wide = layer;
                gaussian_blur(wide, {2.3 * in_pixels(geometry.pitch_um), 2.3 * in_pixels(pixel_y_um), 0});
                for (std::int64_t i = 0; i < sum.count(); ++i) layer[i] += fringes * (layer[i] - wide[i]);
            }
            for (std::int64_t i = 0; i < sum.count(); ++i) sum[i] += layer[i];
        }
        return sum;
    }
};

}  // namespace

std::vector<double> tilt_angles(const Acquisition& acquisition, std::uint64_t seed) {
    Random random(seed, 1001);
    std::vector<double> angles;
    const double span = acquisition.tilt_max_deg - acquisition.tilt_min_deg;
    const auto steps = static_cast<std::int64_t>(std::floor(span / acquisition.tilt_step_deg + 1e-9));
    for (std::int64_t i = 0; i <= steps; ++i)
        if (!random.chance(acquisition.missing_images) || i == 0 || i == steps)
            angles.push_back(acquisition.tilt_min_deg + static_cast<double>(i) * acquisition.tilt_step_deg);
    return angles;
}

TiltSeries acquire(const Volume<float>& lac, const Grid& field, const Acquisition& a, std::uint64_t seed,
                   const Progress& progress) {
    const Size3 size = lac.grid().size;
    const Vec3 e = lac.grid().voxel_um;
    const Vec3 middle = lac.grid().voxel_from_world(field.world_from_voxel(
        {(static_cast<double>(field.size.x) - 1) / 2, 0, (static_cast<double>(field.size.z) - 1) / 2}));
    const std::int64_t detectors = field.size.x;
    SliceGeometry geometry{size.x,    size.z,   e.x,
                           e.z,       middle.x, middle.z,
                           detectors, e.x,      (static_cast<double>(detectors) - 1) / 2};
    TiltSeries series;
    series.angles_deg = tilt_angles(a, seed);
    series.detectors = detectors;
    series.rows = size.y;
    series.pitch_um = e.x;
    series.row_pitch_um = e.y;
    series.axis_detector = geometry.axis_detector;
    const std::int64_t pixels = detectors * size.y;
    const auto count = static_cast<std::int64_t>(series.angles_deg.size());
    series.absorption.assign(static_cast<std::size_t>(pixels * count), 0.0F);

    const std::int64_t field_x = std::llround(lac.grid().voxel_from_world(field.origin_um).x);
    const bool surrounded = field_x > 0 || field_x + detectors < size.x;
    const auto slices = in_lanes(lac, geometry);
    const auto outside = surrounded ? in_lanes(lac, geometry, field_x, field_x + detectors)
                                    : std::vector<std::vector<float>>{};
    std::vector<float> gain(static_cast<std::size_t>(pixels), 1.0F);
    if (a.flat_field_error > 0) {
        Random random(seed, 1000);
        for (float& g : gain) g = static_cast<float>(1 + a.flat_field_error * random.normal());
    }
    const Optics optics{
        geometry, a, size.y, e.y,
        0.5 * std::hypot(static_cast<double>(size.z) * e.z, 0.8 * static_cast<double>(detectors) * e.x)};

    const auto record = [&](std::int64_t t) {
        Random random(seed, 2000 + static_cast<std::uint64_t>(t));
        Random trouble(seed, 100000 + static_cast<std::uint64_t>(t));
        const double angle =
            (series.angles_deg[static_cast<std::size_t>(t)] + a.tilt_jitter_deg * trouble.normal()) *
            std::numbers::pi / 180;
        double shift_x_um = a.misalignment * random.normal() * e.x;
        double shift_y = a.misalignment * random.normal();
        if (trouble.chance(a.bad_images)) {
            const double away = trouble.uniform(3, 10), turn = trouble.uniform(0, 2 * std::numbers::pi);
            shift_x_um += away * std::cos(turn) * e.x;
            shift_y += away * std::sin(turn);
        }
        Random stage(seed, 200000 + static_cast<std::uint64_t>(t));
        const auto drift_x = std::llround(a.drift * stage.normal()),
                   drift_y = std::llround(a.drift * stage.normal());
        const auto gain_at = [&](std::int64_t u, std::int64_t y) {
            const auto wrapped = [](std::int64_t i, std::int64_t n) { return ((i % n) + n) % n; };
            return gain[static_cast<std::size_t>(wrapped(y + drift_y, size.y) * detectors +
                                                 wrapped(u + drift_x, detectors))];
        };
        const double brightness = 1 + a.flicker * random.normal();
        // Images are taken in the order of their angles, at the same dose each.
        const auto left = static_cast<float>(1 - a.dose_loss * static_cast<double>(t) /
                                                     std::max(1.0, static_cast<double>(count - 1)));
        const Volume<float> all = optics.image(slices, angle, shift_x_um);
        const Volume<float> known =
            surrounded ? optics.image(outside, angle, shift_x_um) : Volume<float>(all.grid());
        float* out = series.absorption.data() + t * pixels;
        for (std::int64_t y = 0; y < size.y; ++y) {
            const double from =
                std::clamp(static_cast<double>(y) - shift_y, 0.0, static_cast<double>(size.y - 1));
            const auto y0 = std::min(static_cast<std::int64_t>(from), size.y - 1),
                       y1 = std::min(y0 + 1, size.y - 1);
            const auto f = static_cast<float>(from - static_cast<double>(y0));
            for (std::int64_t u = 0; u < detectors; ++u) {
                const auto moved = [&](const Volume<float>& image) {
                    return left * (image(u, y0, 0) + f * (image(u, y1, 0) - image(u, y0, 0)));
                };
                const double light = brightness * gain_at(u, y);
                const double expected = std::exp(-static_cast<double>(moved(all))) * light;
                const double seen = a.photons > 0
                                        ? std::max(0.5, random.poisson(a.photons * expected)) / a.photons
                                        : expected;
                out[y * detectors + u] = static_cast<float>(-std::log(seen)) - moved(known);
            }
        }
        if (a.image_smoothing > 0) {
            Volume<float> image(Grid{{detectors, size.y, 1}, {1, 1, 1}, {}});
            std::copy_n(out, pixels, image.data());
            gaussian_blur(image, {a.image_smoothing, a.image_smoothing, 0});
            std::copy_n(image.data(), pixels, out);
        }
    };
    const std::int64_t block = 16;
    for (std::int64_t first = 0; first < count; first += block) {
        parallel_for(std::min(block, count - first), [&](std::int64_t i) { record(first + i); });
        progress(static_cast<double>(std::min(count, first + block)) / static_cast<double>(count));
    }
    return series;
}

}  // namespace cytomo
