// A cell from options: the body first, then its organelles one kind after the other, each where the
// earlier ones left room. All drawing happens at the end, slab by slab, so that it runs on all cores.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "cytomo/core/parallel.h"
#include "cytomo/simulation/organelles.h"
#include "cytomo/simulation/tilt_axis.h"

namespace cytomo {

namespace {

/// How far beyond the returned box the cell is made: tilted rays through the box pass there.
Grid wide_grid(const SimulationOptions& options) {
    const Vec3 e = options.voxel_um;
    const Vec3 view{static_cast<double>(options.size.x) * e.x, static_cast<double>(options.size.y) * e.y, 0};
    const auto z_margin = std::max<std::int64_t>(4, std::llround(0.3 / e.z));
    const double reach_um = reach_of_tilted_rays(options);
    const AxisFrame frame(options.acquisition.axis_deg, {});
    Vec3 around = frame.extent_around(view);
    around = AxisFrame(-options.acquisition.axis_deg, {}).extent_around(around);
    const auto margin = [&](double around_um, double view_um, double reach, double edge) {
        return static_cast<std::int64_t>(std::ceil((reach + 0.5 * (around_um - view_um)) / edge));
    };
    const auto x_margin = margin(around.x, view.x, std::fabs(frame.c) * reach_um, e.x),
               y_margin = margin(around.y, view.y, std::fabs(frame.s) * reach_um, e.y);
    Grid grid{
        {options.size.x + 2 * x_margin, options.size.y + 2 * y_margin, options.size.z + 2 * z_margin}, e, {}};
    grid.origin_um = {-static_cast<double>(x_margin) * e.x, -static_cast<double>(y_margin) * e.y,
                      -static_cast<double>(z_margin) * e.z};
    return grid;
}

template <class T, class F>
Volume<T> middle_of(const Volume<T>& wide, const Grid& grid, F change) {
    Volume<T> result(grid);
    const Vec3 from = grid.origin_um - wide.grid().origin_um;
    const auto x0 = std::llround(from.x / grid.voxel_um.x);
    const auto y0 = std::llround(from.y / grid.voxel_um.y);
    const auto z0 = std::llround(from.z / grid.voxel_um.z);
    parallel_for(grid.size.z, [&](std::int64_t z) {
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x)
                result(x, y, z) = change(wide(x + x0, y + y0, z + z0));
    });
    return result;
}

/// Numbers the objects that are in view (1, 2, … by class, then in the order made) and measures them.
void number_objects(const Canvas& canvas, const std::vector<FilopodiumTruth>& filopodia,
                    const std::vector<MitochondrionTruth>& mitochondria, SimulatedCell& cell) {
    const Grid& grid = cell.lac_per_um.grid();
    InstanceVolume& owners = cell.instances;
    struct Sums {
        std::int64_t voxels = 0;
        double x = 0, y = 0, z = 0, lac = 0;
        bool border = false;
    };
    std::vector<Sums> sums(canvas.objects.size());
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x) {
                Sums& s = sums[owners(x, y, z)];
                ++s.voxels;
                s.x += static_cast<double>(x);
                s.y += static_cast<double>(y);
                s.z += static_cast<double>(z);
                s.lac += cell.lac_per_um(x, y, z);
                s.border = s.border || x == 0 || y == 0 || z == 0 || x + 1 == grid.size.x ||
                           y + 1 == grid.size.y || z + 1 == grid.size.z;
            }
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 1; i < sums.size(); ++i)
        if (sums[i].voxels > 0) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return canvas.class_of(a) < canvas.class_of(b);
    });
    std::vector<std::uint32_t> number(sums.size(), 0);
    for (const std::uint32_t i : order) {
        ObjectTruth object;
        object.instance = number[i] = static_cast<std::uint32_t>(cell.truth.objects.size() + 1);
        const Sums& s = sums[i];
        const auto n = static_cast<double>(s.voxels);
        object.class_id = canvas.class_of(i);
        object.kind = canvas.objects[i].kind;
        object.labelled_volume_um3 = n * grid.voxel_volume_um3();
        object.centre_um = grid.world_from_voxel({s.x / n, s.y / n, s.z / n});
        object.mean_lac_per_um = s.lac / n;
        object.touches_border = s.border;
        // Known exactly only if nothing hides a part of it.
        if (!s.border && canvas.painted(i) == s.voxels) {
            object.volume_um3 = canvas.objects[i].volume_um3;
            object.surface_um2 = canvas.objects[i].area_um2;
        }
        cell.truth.objects.push_back(object);
    }
    cell.classes = ClassVolume(grid);
    parallel_for(grid.size.z, [&](std::int64_t z) {
        const std::int64_t slice = grid.size.x * grid.size.y;
        for (std::int64_t i = z * slice; i < (z + 1) * slice; ++i) {
            cell.classes[i] = canvas.class_of(owners[i]);
            owners[i] = number[owners[i]];
        }
    });
    cell.truth.contacts = find_contacts(canvas, grid, number);
    // Lines that leave a part cut out of the volume are not whole.
    const double low_z = grid.origin_um.z - 0.5 * grid.voxel_um.z,
                 high_z = low_z + static_cast<double>(grid.size.z) * grid.voxel_um.z;
    const auto within = [&](const std::vector<Vec3>& line) {
        return std::all_of(line.begin(), line.end(), [&](Vec3 p) { return p.z >= low_z && p.z <= high_z; });
    };
    for (FilopodiumTruth f : filopodia) {
        f.complete = f.complete && within(f.centre_line_um);
        if ((f.instance = number[f.instance]) != 0) cell.truth.filopodia.push_back(std::move(f));
    }
    for (MitochondrionTruth m : mitochondria) {
        m.complete = m.complete && std::all_of(m.lines_um.begin(), m.lines_um.end(), within);
        if ((m.instance = number[m.instance]) != 0) cell.truth.mitochondria.push_back(std::move(m));
    }
}

}  // namespace

double simulation_bytes(const SimulationOptions& options) {
    // A voxel all around: absorption and owner while painting; absorption twice more in the projector's
    // order, and the part that is reconstructed, while acquiring; seven shares where asked for. A turned axis
    // turns a copy.
    const double each = 18 + (options.fractions ? 7 : 0) + (options.acquisition.axis_deg != 0 ? 12 : 0);
    const Size3 size = wide_grid(options).size;
    const Acquisition& a = options.acquisition;
    // The images, once more where they are written.
    const double images = 2 * 4 * ((a.tilt_max_deg - a.tilt_min_deg) / a.tilt_step_deg + 1) *
                          static_cast<double>(size.x) * static_cast<double>(size.y);
    return each * static_cast<double>(size.count()) + images;
}

SimulatedCell make_cell(const SimulationOptions& options, const Progress& progress) {
    options.check();
    const Progress making = progress.stage("making the cell");
    const Grid wide = wide_grid(options);
    const CellModel model = options.cells ? *options.cells : CellModel(options.preset);
    const CellBody body(options, model, wide);
    Canvas canvas(wide, options.fractions);
    Occupancy occupancy(body.wide);
    const Vec3 e = options.voxel_um;
    const auto grain = [&](std::uint64_t stream, double sigma_um) {
        const auto voxels = [&](double edge) { return std::clamp(sigma_um / edge, 0.3, 12.0); };
        return std::make_shared<const Grain>(options.seed, stream,
                                             Vec3{voxels(e.x), voxels(e.y), voxels(e.z)});
    };
    Workshop shop{options,
                  model,
                  body,
                  canvas,
                  occupancy,
                  grain(3, 0.022),
                  grain(4, 0.055),
                  std::make_shared<const SmoothField>(options.seed, 5, 0.35),
                  0};
    making(0.1);
    // The room there is, by sampling.
    Random random(options.seed, 6);
    const Vec3 extent = body.wide.high - body.wide.low;
    constexpr int samples = 20000;
    int inside = 0;
    for (int i = 0; i < samples; ++i)
        inside +=
            shop.in_cytoplasm(body.wide.low + Vec3{random.uniform() * extent.x, random.uniform() * extent.y,
                                                   random.uniform() * extent.z},
                              0.05);
    shop.sample_um3 = extent.x * extent.y * extent.z * inside / samples;

    std::vector<FilopodiumTruth> filopodia;
    std::vector<MitochondrionTruth> mitochondria;
    const bool relative = model.has_fixed("over_cytosol.in_use");
    if (relative)
        add_wide_body(shop);
    else
        add_body(shop);
    add_ice_faults(shop);
    add_reticulum(shop);
    add_golgi(shop);
    add_vacuoles(shop);
    if (relative) add_vacuole_field(shop);
    add_mitochondria(shop, mitochondria);
    making(0.2);
    add_lipid_droplets(shop, mitochondria);
    add_vesicles(shop);
    if (relative) {
        add_dense_bodies(shop);
        add_granules(shop);
        add_flagella(shop, filopodia);
    }
    add_filopodia(shop, filopodia);
    add_gold(shop);
    making(0.3);
    canvas.run();
    making(0.9);

    SimulatedCell cell;
    const Grid grid = options.handed_out();
    cell.lac_per_um = middle_of(canvas.lac, grid, [](float v) { return v; });
    cell.instances = middle_of(canvas.owner_of, grid, [](std::uint32_t v) { return v; });
    for (auto& fraction : canvas.fractions) {
        cell.fractions.push_back(middle_of(fraction, grid, [](std::uint8_t v) { return v; }));
        fraction = {};
    }
    cell.truth.options = options;
    number_objects(canvas, filopodia, mitochondria, cell);
    cell.surroundings = std::move(canvas.lac);
    making(1);
    return cell;
}

}  // namespace cytomo
