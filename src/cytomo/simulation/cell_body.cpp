#include "cytomo/simulation/cell_body.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cytomo {

namespace {

CellValues draw_values(const CellModel& model, double contrast, Random& random) {
    CellValues v{};
    v.ice = model.draw("matter.ice_per_um", random);
    v.cytosol = model.draw("matter.cytosol_per_um", random);
    const auto contrasted = [&](const char* name) {
        return v.cytosol + contrast * (model.draw(name, random) - v.cytosol);
    };
    v.membrane = contrasted("matter.membrane_per_um");
    v.euchromatin = contrasted("nucleus.euchromatin_per_um");
    v.heterochromatin = contrasted("nucleus.heterochromatin_per_um");
    v.nucleolus = contrasted("nucleus.nucleolus_per_um");
    v.reticulum = contrasted("reticulum.absorption_per_um");
    v.mitochondrion = contrasted("mitochondrion.absorption_per_um");
    v.droplet = contrasted("lipid_droplet.absorption_per_um");
    v.filopodium = model.draw("filopodium.absorption_per_um", random);
    v.carbon = model.draw("matter.support_film_per_um", random);
    return v;
}

/// Of cells that are told relative to their cytosol.
void draw_relative_values(const CellModel& model, double contrast, std::uint64_t seed, CellValues& v) {
    Random random(seed, 16);
    const auto over = [&](const char* name) { return v.cytosol + contrast * model.draw(name, random); };
    v.membrane = over("over_cytosol.membrane_per_um");
    v.reticulum = over("over_cytosol.reticulum_per_um");
    v.mitochondrion = over("over_cytosol.mitochondrion_per_um");
    v.euchromatin = over("over_cytosol.nucleus_per_um");
    v.heterochromatin = v.euchromatin + contrast * model.draw("over_cytosol.chromatin_per_um", random);
    v.nucleolus = v.euchromatin + contrast * model.draw("over_cytosol.nucleolus_per_um", random);
}

}  // namespace

CellBody::CellBody(const SimulationOptions& options, const CellModel& model, const Grid& wide_grid)
    : grid(wide_grid),
      undulation_(options.seed, 11, 1.6),
      bumps_(options.seed, 12, 0.9),
      wobble_(options.seed, 13, 1.1),
      ruffles_(options.seed, 14, 1) {
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
    values = draw_values(model, options.contents.contrast, random);
    if (model.has_fixed("over_cytosol.in_use"))
        draw_relative_values(model, options.contents.contrast, options.seed, values);
    if (model.has_fixed("group.in_use")) {
        make_group(options, model);
        return;
    }
    rounded = options.preset == "suspension-cell" || options.preset == "yeast";
    if (rounded)
        make_rounded(options, model, random);
    else
        make_outline(options, model, random);
    make_nucleus(options, model, random);
}

double CellBody::edge_distance(double x, double y) const {
    if (!has_edge) return 1e9;
    const Vec3 p{x, y, 0};
    return dot(p - edge_point, edge_normal) + undulation_um_ * undulation_({x, y, 3.7});
}

double CellBody::neighbour_edge_distance(double x, double y) const {
    if (!has_neighbour) return -1e9;
    const Vec3 p{x, y, 0};
    return dot(p - neighbour_point, neighbour_normal) + undulation_um_ * undulation_({x, y, 21.3});
}

int CellBody::neighbour_at(Vec3 p) const {
    if (group) return group->at(p).cell;
    if (!rounded)
        return has_neighbour && neighbour_edge_distance(p.x, p.y) > edge_distance(p.x, p.y) ? 0 : -1;
    int found = -1;
    double nearest = outline.distance(p);
    for (std::size_t i = 0; i < neighbours.size(); ++i)
        if (const double d = neighbours[i].distance(p); d < nearest) {
            nearest = d;
            found = static_cast<int>(i);
        }
    return found;
}

Box CellBody::nucleus_box() const {
    // nucleus_distance() has no folds further out than 1.2 µm.
    return nucleus.box().grown(std::min(1.2, 4 * std::fabs(wobble_um_)) + 0.05);
}

void CellBody::make_outline(const SimulationOptions& options, const CellModel& model, Random& random) {
    const auto draw = [&](const char* quantity) { return model.draw(quantity, random); };
    const Vec3 extent = view.high - view.low;
    const double across = std::min(extent.x, extent.y);
    Random kind(options.seed, 15);
    has_edge = model.happens("outline.has_edge", kind);
    bumps_um_ = draw("outline.bumps_um");
    undulation_um_ = std::min(0.25, 0.12 * across) * draw("outline.undulation");

    double thickness_near = 0, thickness_far = 0, decay = 1, ice_level = 0, neighbour_gap = 0;
    if (has_edge) {
        support_um = view.low.z + draw("outline.support_height") * std::min(1.5, extent.z);
        const double room = wide.high.z - support_um;
        thickness_near = std::min(draw("outline.edge_thickness_um"), 0.6 * room);
        thickness_far = std::max(thickness_near, draw("outline.inner_thickness") * room);
        decay = draw("outline.thickening") * std::max(1.0, across / 2);
        ice_level = draw("ice.is_thick") != 0 ? draw("ice.thickness") * room : 0.03;
        const double angle = random.uniform(0, 2 * std::numbers::pi);
        edge_normal = {std::cos(angle), std::sin(angle), 0};
        const Vec3 centre = (view.low + view.high) * 0.5;
        // Mostly a good part of the cell in view, now and then hardly more than its filopodia.
        const double offset =
            draw("outline.edge_is_far") != 0 ? draw("outline.edge_far") : draw("outline.edge_near");
        edge_point = centre + edge_normal * (offset * across);
        has_neighbour = draw("outline.has_neighbour") != 0;
        neighbour_gap = std::max(0.0, draw("outline.neighbour_gap_um"));
        const double turn = draw("outline.neighbour_turn");
        neighbour_normal = {-std::cos(angle + turn), -std::sin(angle + turn), 0};
        neighbour_point = edge_point - edge_normal * neighbour_gap;
    } else {
        // The cell is thicker than the view; now and then its underside or upper side is seen.
        support_um = draw("outline.underside_seen") != 0 ? view.low.z + draw("outline.underside") * extent.z
                                                         : wide.low.z - 1;
        thickness_near = thickness_far = draw("outline.upper_side_seen") != 0
                                             ? view.low.z + draw("outline.upper_side") * extent.z - support_um
                                             : wide.high.z - support_um + 1;
        ice_level = thickness_near + draw("ice.over_thick_cell_um");
    }
    const double gap = draw("outline.gap_um");
    const double ice_over_cell = draw("ice.covers_cell") != 0 ? draw("ice.over_cell_um") : 0.01;
    const double ruffle_um = draw("outline.has_ruffles") != 0 ? draw("outline.ruffle_um") : 0;
    const double ruffle_width = draw("outline.ruffle_width_um");
    const double ruffle_spacing = draw("outline.ruffle_spacing_um");
    const std::int64_t nx = grid.size.x, ny = grid.size.y;
    const auto columns = static_cast<std::size_t>(nx * ny);
    if (has_neighbour) {
        // Both edges undulate: the gap holds where they come nearest.
        double nearest = 1e9;
        for (std::int64_t y = 0; y < ny; ++y)
            for (std::int64_t x = 0; x < nx; ++x) {
                const Vec3 p = grid.world_from_voxel({static_cast<double>(x), static_cast<double>(y), 0});
                nearest = std::min(nearest, -edge_distance(p.x, p.y) - neighbour_edge_distance(p.x, p.y));
            }
        neighbour_point = neighbour_point + neighbour_normal * (neighbour_gap - nearest);
    }
    bottom.resize(columns);
    top.resize(columns);
    ice_top.resize(columns);
    slope.assign(columns, 1);
    for (std::int64_t y = 0; y < ny; ++y)
        for (std::int64_t x = 0; x < nx; ++x) {
            const auto i = static_cast<std::size_t>(y * nx + x);
            const Vec3 p = grid.world_from_voxel({static_cast<double>(x), static_cast<double>(y), 0});
            const double edge = std::max(edge_distance(p.x, p.y), neighbour_edge_distance(p.x, p.y));
            const double low = support_um + gap;
            double height = 0;
            if (edge > 0) {
                height = thickness_far - (thickness_far - thickness_near) * std::exp(-edge / decay);
                const double round = 0.7 * thickness_near;
                if (edge < round) height *= std::sqrt(1 - (1 - edge / round) * (1 - edge / round));
                height += bumps_um_ * bumps_({p.x, p.y, 0}) * std::min(1.0, edge / 0.5);
                if (ruffle_um > 0) {
                    // Ridges along lines of one height of a smooth field, in patches.
                    const Vec3 q = Vec3{p.x, p.y, 0} * (1 / ruffle_spacing);
                    const double across_ridge = ruffles_(q) * ruffle_spacing / (1.5 * ruffle_width);
                    const double patch = std::clamp(1.5 * ruffles_({0.4 * q.x, 0.4 * q.y, 8.5}), 0.0, 1.0);
                    height += ruffle_um * patch * std::exp(-across_ridge * across_ridge) *
                              std::min(1.0, edge / 0.2);
                }
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

void CellBody::make_rounded(const SimulationOptions& options, const CellModel& model, Random& random) {
    const auto draw = [&](const char* quantity) { return model.draw(quantity, random); };
    const Vec3 extent = view.high - view.low;
    const Vec3 offset{draw("rounded.offset"), draw("rounded.offset"), draw("rounded.offset")};
    outline.centre =
        (view.low + view.high) * 0.5 + Vec3{offset.x * extent.x, offset.y * extent.y, offset.z * extent.z};
    outline.radii.x = std::max(0.3, draw("rounded.length_um"));
    outline.radii.y = outline.radii.x * draw("rounded.roundness");
    outline.radii.z = outline.radii.x * draw("rounded.roundness");
    outline.frame = frame_along({random.normal(), random.normal(), random.normal()});
    const auto count = std::clamp<std::int64_t>(std::llround(draw("rounded.neighbours")), 0, 10);
    const auto longest = [](const Ellipsoid& e) { return std::max({e.radii.x, e.radii.y, e.radii.z}); };
    for (std::int64_t i = 0; i < count; ++i) {
        Ellipsoid other = outline;
        other.radii = outline.radii * draw("rounded.neighbour_size");
        other.frame = frame_along({random.normal(), random.normal(), random.normal()});
        const Vec3 aside = normalized({random.normal(), random.normal(), 0.5 * random.normal()});
        // Apart by the gap where they are nearest, to first order.
        const double away = std::max(0.0, draw("rounded.neighbour_gap_um"));
        other.centre = outline.centre;
        double far = 2 * (longest(outline) + longest(other)) + away, near = 0;
        for (int k = 0; k < 40; ++k) {
            const double middle = 0.5 * (near + far);
            other.centre = outline.centre + aside * middle;
            double gap = 1e9;
            for (int step = 0; step <= 100; ++step) {
                const Vec3 p = outline.centre + aside * (middle * step / 100);
                gap = std::min(gap, outline.distance(p) + other.distance(p));
            }
            (gap > away ? far : near) = middle;
        }
        if (std::all_of(neighbours.begin(), neighbours.end(), [&](const Ellipsoid& n) {
                return length(n.centre - other.centre) > longest(n) + longest(other);
            }))
            neighbours.push_back(other);
    }
    bumps_um_ = draw("outline.bumps_um");
    wall_um = std::max(0.0, draw("rounded.wall_um"));
    values.wall = values.cytosol + options.contents.contrast * (draw("rounded.wall_per_um") - values.cytosol);
    lie_in_ice();
}

void CellBody::lie_in_ice() {
    support_um = wide.low.z - 1;
    const auto columns = static_cast<std::size_t>(grid.size.x * grid.size.y);
    bottom.assign(columns, static_cast<float>(support_um));
    top.assign(columns, static_cast<float>(support_um));
    ice_top.assign(columns, static_cast<float>(wide.high.z + 1));
    slope.assign(columns, 1);
}

void CellBody::make_group(const SimulationOptions& options, const CellModel& model) {
    rounded = true;
    group = std::make_shared<const CellGroup>(model, view, wide, options.seed);
    has_nucleus = options.contents.nucleus > 0;
    lie_in_ice();
}

void CellBody::make_nucleus(const SimulationOptions& options, const CellModel& model, Random& random) {
    if (options.contents.nucleus <= 0) return;
    const auto draw = [&](const char* quantity) { return model.draw(quantity, random); };
    const Vec3 extent = view.high - view.low;
    const double across = std::min(extent.x, extent.y);
    const Vec3 middle = (view.low + view.high) * 0.5;
    nucleus.radii = {draw("nucleus.length_um"), draw("nucleus.width_um"), draw("nucleus.height_um")};
    if (rounded) {
        const Frame frame = frame_along({random.normal(), random.normal(), random.normal()});
        const double least = std::min({outline.radii.x, outline.radii.y, outline.radii.z}) - wall_um;
        const double largest = std::max({nucleus.radii.x, nucleus.radii.y, nucleus.radii.z});
        // However large it was drawn, it leaves room for the rest.
        const double fitting = std::clamp(0.75 * least / largest, 0.01, 1.0);
        nucleus.radii = nucleus.radii * fitting;
        const double room = least - fitting * largest - 0.2;
        nucleus.frame = frame;
        nucleus.centre = outline.centre + frame.a * (draw("nucleus.off_centre") * std::max(0.0, room));
        wobble_um_ = draw("nucleus.wobble_um");
        has_nucleus = true;
        return;
    }
    double turn = random.uniform(0, 2 * std::numbers::pi);
    Vec3 inwards{std::cos(turn), std::sin(turn), 0};
    double reach;  // how far the nucleus reaches beyond the middle of the view; negative: falls short
    if (has_edge) {
        // Away from the edge, seen in the corner or at the side of the view.
        turn = std::atan2(edge_normal.y, edge_normal.x) + draw("nucleus.turn");
        inwards = {std::cos(turn), std::sin(turn), 0};
        const double corner = 0.5 * (std::fabs(inwards.x) * extent.x + std::fabs(inwards.y) * extent.y);
        reach =
            -corner + std::min(corner, options.contents.nucleus * draw("nucleus.in_view_at_edge") * across);
    } else {
        reach = across * std::min(0.45, -0.35 + options.contents.nucleus * draw("nucleus.in_view"));
    }
    nucleus.frame = frame_along(inwards);
    nucleus.centre = middle + inwards * (nucleus.radii.x - reach);
    nucleus.centre.z = has_edge ? support_um + draw("nucleus.height_at_edge") * extent.z
                                : middle.z + draw("nucleus.height") * nucleus.radii.z;
    wobble_um_ = draw("nucleus.wobble_um");
    has_nucleus = true;
}

std::size_t CellBody::column(Vec3 p) const {
    const Vec3 v = grid.voxel_from_world(p);
    const auto x = std::clamp<std::int64_t>(std::llround(v.x), 0, grid.size.x - 1);
    const auto y = std::clamp<std::int64_t>(std::llround(v.y), 0, grid.size.y - 1);
    return static_cast<std::size_t>(y * grid.size.x + x);
}

double CellBody::depth(Vec3 p) const {
    if (group) return group->at(p).depth_um;
    if (rounded) {
        double plain = -outline.distance(p);
        for (const Ellipsoid& n : neighbours) plain = std::max(plain, -n.distance(p));
        return std::fabs(plain) > 1 ? plain : plain + bumps_um_ * bumps_(p);
    }
    const std::size_t i = column(p);
    return std::min((top[i] - p.z) * slope[i], p.z - static_cast<double>(bottom[i]));
}

double CellBody::nucleus_distance(Vec3 p) const {
    if (!has_nucleus) return 1e9;
    if (group) return group->nucleus_distance(p, group->at(p));
    const double plain = nucleus.distance(p);
    if (std::fabs(plain) > 1.2) return plain;
    const double wobbled = plain + wobble_um_ * wobble_(p);
    // A layer of cytoplasm always covers the nucleus.
    return std::max(wobbled, 0.1 + wall_um - depth(p));
}

}  // namespace cytomo
