#include "cytomo/simulation/cell_body.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cytomo {

namespace {

CellValues draw_values(const SimulationOptions& options, Random& random) {
    CellValues v{};
    v.ice = random.uniform(0.105, 0.115);
    v.cytosol = random.uniform(0.18, 0.22);
    const auto contrasted = [&](double low, double high) {
        return v.cytosol + options.contents.contrast * (random.uniform(low, high) - v.cytosol);
    };
    v.membrane = contrasted(0.25, 0.30);
    v.euchromatin = contrasted(0.22, 0.245);
    v.heterochromatin = contrasted(0.265, 0.30);
    v.nucleolus = contrasted(0.31, 0.36);
    v.reticulum = contrasted(0.235, 0.28);
    v.mitochondrion = contrasted(0.30, 0.365);
    v.droplet = contrasted(0.60, 0.73);
    v.filopodium = random.uniform(0.19, 0.25);
    v.carbon = random.uniform(0.8, 1.6);
    return v;
}

}  // namespace

CellBody::CellBody(const SimulationOptions& options, const Grid& wide_grid)
    : grid(wide_grid),
      undulation_(options.seed, 11, 1.6),
      bumps_(options.seed, 12, 0.9),
      wobble_(options.seed, 13, 1.1) {
    Random random(options.seed, 1);
    const Vec3 e = options.voxel_um;
    view = {
        {-0.5 * e.x, -0.5 * e.y, -0.5 * e.z},
        {(static_cast<double>(options.size.x) - 0.5) * e.x, (static_cast<double>(options.size.y) - 0.5) * e.y,
         (static_cast<double>(options.size.z) - 0.5) * e.z}};
    wide = {
        grid.world_from_voxel({-0.5, -0.5, -0.5}),
        grid.world_from_voxel({static_cast<double>(grid.size.x) - 0.5, static_cast<double>(grid.size.y) - 0.5,
                               static_cast<double>(grid.size.z) - 0.5})};
    values = draw_values(options, random);
    make_outline(options, random);
    make_nucleus(options, random);
}

double CellBody::edge_distance(double x, double y) const {
    if (!has_edge) return 1e9;
    const Vec3 p{x, y, 0};
    return dot(p - edge_point, edge_normal) + undulation_um_ * undulation_({x, y, 3.7});
}

void CellBody::make_outline(const SimulationOptions& options, Random& random) {
    const Vec3 extent = view.high - view.low;
    const double across = std::min(extent.x, extent.y);
    has_edge = options.preset == "cell-edge";
    bumps_um_ = random.uniform(0.02, 0.12);
    undulation_um_ = std::min(0.25, 0.12 * across) * random.uniform(0.2, 1.5);

    double thickness_near = 0, thickness_far = 0, decay = 1, ice_level = 0;
    if (has_edge) {
        support_um = view.low.z + random.uniform(0.02, 0.25) * std::min(1.5, extent.z);
        const double room = wide.high.z - support_um;
        thickness_near = std::min(random.uniform(0.2, 0.7), 0.6 * room);
        thickness_far = std::max(thickness_near, random.uniform(0.65, 1.2) * room);
        decay = random.uniform(0.2, 0.7) * std::max(1.0, across / 2);
        ice_level = random.chance(0.8) ? random.uniform(0.05, 0.9) * room : 0.03;
        const double angle = random.uniform(0, 2 * std::numbers::pi);
        edge_normal = {std::cos(angle), std::sin(angle), 0};
        const Vec3 centre = (view.low + view.high) * 0.5;
        // Mostly a good part of the cell in view, now and then hardly more than its filopodia.
        const double offset = random.chance(0.1) ? random.uniform(0.05, 0.45) : random.uniform(-0.4, 0.05);
        edge_point = centre + edge_normal * (offset * across);
    } else {
        // The cell is thicker than the view; now and then its underside or upper side is seen.
        support_um = random.chance(0.3) ? view.low.z + random.uniform(0, 0.15) * extent.z : wide.low.z - 1;
        thickness_near = thickness_far = random.chance(0.25)
                                             ? view.low.z + random.uniform(0.75, 1.0) * extent.z - support_um
                                             : wide.high.z - support_um + 1;
        ice_level = thickness_near + random.uniform(0.03, 0.3);
    }
    const double gap = random.uniform(0.0, 0.06);
    const double ice_over_cell = random.chance(0.7) ? random.uniform(0.03, 0.3) : 0.01;
    const std::int64_t nx = grid.size.x, ny = grid.size.y;
    const auto columns = static_cast<std::size_t>(nx * ny);
    bottom.resize(columns);
    top.resize(columns);
    ice_top.resize(columns);
    slope.assign(columns, 1);
    for (std::int64_t y = 0; y < ny; ++y)
        for (std::int64_t x = 0; x < nx; ++x) {
            const auto i = static_cast<std::size_t>(y * nx + x);
            const Vec3 p = grid.world_from_voxel({static_cast<double>(x), static_cast<double>(y), 0});
            const double edge = edge_distance(p.x, p.y);
            const double low = support_um + gap;
            double height = 0;
            if (edge > 0) {
                height = thickness_far - (thickness_far - thickness_near) * std::exp(-edge / decay);
                const double round = 0.7 * thickness_near;
                if (edge < round) height *= std::sqrt(1 - (1 - edge / round) * (1 - edge / round));
                height += bumps_um_ * bumps_({p.x, p.y, 0}) * std::min(1.0, edge / 0.5);
            }
            bottom[i] = static_cast<float>(low);
            top[i] = static_cast<float>(low + std::max(0.0, height));
            const double ice = support_um + ice_level * (1 + 0.15 * undulation_({p.x * 0.3, p.y * 0.3, 9.1}));
            ice_top[i] = static_cast<float>(std::max(ice, edge > 0 ? top[i] + ice_over_cell : -1e9));
        }
    for (std::int64_t y = 0; y < ny; ++y)
        for (std::int64_t x = 0; x < nx; ++x) {
            const auto at = [&](std::int64_t i, std::int64_t j) {
                return top[static_cast<std::size_t>(std::clamp<std::int64_t>(j, 0, ny - 1) * nx +
                                                    std::clamp<std::int64_t>(i, 0, nx - 1))];
            };
            const double gx = (at(x + 1, y) - at(x - 1, y)) / (2 * grid.voxel_um.x);
            const double gy = (at(x, y + 1) - at(x, y - 1)) / (2 * grid.voxel_um.y);
            slope[static_cast<std::size_t>(y * nx + x)] =
                static_cast<float>(1 / std::sqrt(1 + std::min(9.0, gx * gx + gy * gy)));
        }
}

void CellBody::make_nucleus(const SimulationOptions& options, Random& random) {
    if (options.contents.nucleus <= 0) return;
    const Vec3 extent = view.high - view.low;
    const double across = std::min(extent.x, extent.y);
    const Vec3 middle = (view.low + view.high) * 0.5;
    nucleus.radii = {random.uniform(2.5, 5), random.uniform(2, 4), random.uniform(1.2, 2.5)};
    double turn = random.uniform(0, 2 * std::numbers::pi);
    Vec3 inwards{std::cos(turn), std::sin(turn), 0};
    double reach;  // how far the nucleus reaches beyond the middle of the view; negative: falls short
    if (has_edge) {
        // Away from the edge, seen in the corner or at the side of the view.
        turn = std::atan2(edge_normal.y, edge_normal.x) + random.normal(0, 0.4);
        inwards = {std::cos(turn), std::sin(turn), 0};
        const double corner = 0.5 * (std::fabs(inwards.x) * extent.x + std::fabs(inwards.y) * extent.y);
        reach = -corner + std::min(corner, options.contents.nucleus * random.uniform(0.25, 0.5) * across);
    } else {
        reach = across * std::min(0.45, -0.35 + options.contents.nucleus * random.uniform(0.1, 0.6));
    }
    nucleus.frame = frame_along(inwards);
    nucleus.centre = middle + inwards * (nucleus.radii.x - reach);
    nucleus.centre.z = has_edge ? support_um + random.uniform(0.4, 0.8) * extent.z
                                : middle.z + random.uniform(-0.5, 0.5) * nucleus.radii.z;
    wobble_um_ = random.uniform(0.03, 0.2);
    has_nucleus = true;
}

std::size_t CellBody::column(Vec3 p) const {
    const Vec3 v = grid.voxel_from_world(p);
    const auto x = std::clamp<std::int64_t>(std::llround(v.x), 0, grid.size.x - 1);
    const auto y = std::clamp<std::int64_t>(std::llround(v.y), 0, grid.size.y - 1);
    return static_cast<std::size_t>(y * grid.size.x + x);
}

double CellBody::depth(Vec3 p) const {
    const std::size_t i = column(p);
    return std::min((top[i] - p.z) * slope[i], p.z - static_cast<double>(bottom[i]));
}

double CellBody::nucleus_distance(Vec3 p) const {
    if (!has_nucleus) return 1e9;
    const double plain = nucleus.distance(p);
    if (std::fabs(plain) > 1.2) return plain;
    const double wobbled = plain + wobble_um_ * wobble_(p);
    // A layer of cytoplasm always covers the nucleus.
    return std::max(wobbled, 0.1 - depth(p));
}

}  // namespace cytomo
