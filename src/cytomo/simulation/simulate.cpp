#include "cytomo/simulation/simulate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "cytomo/core/parallel.h"
#include "cytomo/simulation/acquisition.h"
#include "cytomo/simulation/export.h"
#include "cytomo/simulation/reconstruction.h"
#include "cytomo/simulation/tilt_axis.h"

namespace cytomo {

Grid SimulationOptions::handed_out() const {
    Grid grid{size, voxel_um, {}};
    if (slices > 0) {
        const std::int64_t first = std::clamp<std::int64_t>(first_slice, 0, size.z - slices);
        grid.size.z = slices;
        grid.origin_um.z = static_cast<double>(first) * voxel_um.z;
    }
    return grid;
}

double reach_of_tilted_rays(const SimulationOptions& options) {
    const double e = options.voxel_um.z;
    const auto z_margin = std::max<std::int64_t>(4, std::llround(0.3 / e));
    const double tilt =
        std::max(std::fabs(options.acquisition.tilt_min_deg), std::fabs(options.acquisition.tilt_max_deg));
    const double depth_um = static_cast<double>(options.size.z + 2 * z_margin) * e;
    // Full rotation: a sample narrow enough to be seen whole at every angle, as in a capillary.
    if (tilt > 75) return 0.3;
    return std::min(options.surroundings_um, 0.5 * depth_um * std::tan(tilt * std::numbers::pi / 180) + 0.6);
}

namespace {

/// About an axis along y, and before export changes.
Volume<float> see_through(const Volume<float>& lac, const Grid& wanted, const SimulationOptions& options,
                          const Progress& progress, const std::function<void(const TiltSeries&)>& on_images) {
    // The reconstructed field is a little wider than wanted, for what little rim there is.
    const Grid& wide = lac.grid();
    const auto first = wide.voxel_from_world(wanted.origin_um);
    const std::int64_t before = std::llround(first.x), after = wide.size.x - before - wanted.size.x;
    const auto margin =
        std::min({before, after, static_cast<std::int64_t>(std::ceil(0.3 / wide.voxel_um.x))});
    Grid field = wide;
    field.size.x = wanted.size.x + 2 * margin;
    field.origin_um.x = wide.origin_um.x + static_cast<double>(before - margin) * wide.voxel_um.x;

    const Vec3 middle = field.world_from_voxel(
        {(static_cast<double>(field.size.x) - 1) / 2, 0, (static_cast<double>(field.size.z) - 1) / 2});
    const Acquisition& a = options.acquisition;
    const TiltSeries series = acquire(lac, field, a, options.seed, progress.stage("taking tilt images"));
    if (on_images) on_images(series);
    ReconstructionOptions how;
    how.method = a.reconstruction;
    how.iterations = a.iterations;
    how.window = a.window;
    how.subsets = a.subsets;
    how.non_negative = a.non_negative;
    const Volume<float> full =
        reconstruct(series, field, middle.x, middle.z, how, progress.stage("reconstructing"));
    Volume<float> result(wanted);
    const auto y0 = std::llround(first.y), z0 = std::llround(first.z);
    parallel_for(wanted.size.z, [&](std::int64_t z) {
        for (std::int64_t y = 0; y < wanted.size.y; ++y)
            std::copy_n(&full(margin, y + y0, z + z0), wanted.size.x, &result(0, y, z));
    });
    return result;
}

}  // namespace

Volume<float> acquire_and_reconstruct(const Volume<float>& lac, const Grid& wanted,
                                      const SimulationOptions& options, const Progress& progress,
                                      const std::function<void(const TiltSeries&)>& on_images) {
    options.check();
    Volume<float> result;
    if (options.acquisition.axis_deg == 0) {
        result = see_through(lac, wanted, options, progress, on_images);
    } else {
        const Vec3 middle = wanted.world_from_voxel(
            {0.5 * static_cast<double>(wanted.size.x - 1), 0.5 * static_cast<double>(wanted.size.y - 1), 0});
        const AxisFrame frame(options.acquisition.axis_deg, middle);
        const Grid part = frame.grid_around(wanted, 0);
        Grid all = wanted;
        all.size.z = lac.grid().size.z;
        all.origin_um.z = lac.grid().origin_um.z;
        const Volume<float> sample = frame.turned(lac, frame.grid_around(all, reach_of_tilted_rays(options)));
        result = frame.turned_back(see_through(sample, part, options, progress, on_images), wanted);
    }
    export_changes(result, options.output, options.seed);
    return result;
}

Volume<float> acquire_and_reconstruct(const Volume<float>& lac, const SimulationOptions& options,
                                      const Progress& progress) {
    return acquire_and_reconstruct(lac, lac.grid(), options, progress);
}

SimulatedTomogram simulate_tomogram(const SimulationOptions& options, const Progress& progress) {
    SimulatedCell cell = make_cell(options, progress);
    SimulatedTomogram result;
    result.tomogram = acquire_and_reconstruct(cell.surroundings, cell.lac_per_um.grid(), options, progress);
    result.classes = std::move(cell.classes);
    result.instances = std::move(cell.instances);
    result.truth = std::move(cell.truth);
    return result;
}

}  // namespace cytomo
