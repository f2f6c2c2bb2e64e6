// What makes real tomograms harder: cracks in the ice, ice on top.
#include <numbers>

#include "cytomo/simulation/organelles.h"

namespace cytomo {

void add_ice_faults(Workshop& shop) {
    Random random(shop.options.seed, 120);
    const auto draw = [&](const char* quantity) { return shop.model.draw(quantity, random); };
    const CellBody& body = shop.body;
    Canvas& canvas = shop.canvas;
    const Vec3 extent = body.wide.high - body.wide.low;
    const auto somewhere = [&] {
        return body.wide.low +
               Vec3{random.uniform() * extent.x, random.uniform() * extent.y, random.uniform() * extent.z};
    };
    const auto cracks = std::min<std::int64_t>(20, std::llround(draw("ice.cracks")));
    for (std::int64_t i = 0; i < cracks; ++i) {
        const double turn = random.uniform(0, 2 * std::numbers::pi), lean = 0.2 * random.normal();
        const Vec3 normal = normalized({std::cos(turn), std::sin(turn), lean}), through = somewhere();
        const double width = std::max(0.0, draw("ice.crack_width_um"));
        const auto waves =
            std::make_shared<const SmoothField>(shop.options.seed, 121 + static_cast<std::uint64_t>(i), 0.8);
        canvas.queue([=, &body, &canvas](std::int64_t z0, std::int64_t z1) {
            const Grid& grid = canvas.lac.grid();
            const double edge = std::cbrt(grid.voxel_volume_um3());
            for (auto z = z0; z < z1; ++z)
                for (std::int64_t y = 0; y < grid.size.y; ++y)
                    for (std::int64_t x = 0; x < grid.size.x; ++x) {
                        if (canvas.owner_of(x, y, z) != 0) continue;
                        const Vec3 p = grid.world_from_voxel(
                            {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                        const double away = std::fabs(dot(p - through, normal) + 0.15 * (*waves)(p));
                        if (away > 0.5 * width + edge) continue;
                        if (std::fabs(p.z - body.support_um) < 1.5 * grid.voxel_um.z)
                            continue;  // the film holds
                        const double open = std::clamp(0.5 + (0.5 * width - away) / edge, 0.0, 1.0);
                        // Cells near a crack stay whole: they are thicker and seldom break.
                        if (body.depth(p) > -0.1) continue;
                        canvas.lac(x, y, z) *= static_cast<float>(1 - open);
                    }
        });
    }
    const auto crystals = std::min<std::int64_t>(500, std::llround(draw("ice.crystals")));
    const auto ice = static_cast<float>(body.values.ice);
    for (std::int64_t i = 0; i < crystals; ++i) {
        Ellipsoid crystal;
        const double radius = std::clamp(draw("ice.crystal_radius_um"), 0.01, 3.0);
        crystal.radii = {radius, radius * random.uniform(0.6, 1), radius * random.uniform(0.6, 1)};
        crystal.frame = frame_along({random.normal(), random.normal(), random.normal()});
        crystal.centre = somewhere();
        const Vec3 v = canvas.lac.grid().voxel_from_world(crystal.centre);
        const Size3 size = canvas.lac.grid().size;
        const auto x = std::clamp<std::int64_t>(std::llround(v.x), 0, size.x - 1);
        const auto y = std::clamp<std::int64_t>(std::llround(v.y), 0, size.y - 1);
        crystal.centre.z = body.ice_top[static_cast<std::size_t>(y * size.x + x)] + 0.6 * radius;
        canvas.paint(
            crystal.box(), 0, [crystal](Vec3 p) { return crystal.distance(p); },
            [=, &canvas](Vec3, double, std::int64_t i_x, std::int64_t i_y, std::int64_t i_z) {
                return std::max(ice, canvas.lac(i_x, i_y, i_z));
            },
            [](std::uint32_t owner) { return owner == 0; });
    }
}

}  // namespace cytomo
