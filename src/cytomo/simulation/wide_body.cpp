// The body of cells told relative to their cytosol: light or dense even nuclei with a thin envelope or none,
// thin membranes, cells in groups, capillaries. What body_paint.cpp is for the others.
#include "body_parts.h"
#include "cytomo/simulation/organelles.h"
#include "falloff.h"

namespace cytomo {

namespace {

/// A membrane as seen: how much it absorbs over what is beside it, and its apparent thickness.
struct Membrane {
    double contrast_per_um = 0, thickness_um = 0.03;
};

struct Nucleolus {
    Ellipsoid shape;
    double edge_um;
};

/// Nuclei with their objects and nucleoli; one, or one for each cell of a group.
struct Nucleus {
    std::uint32_t object = 0;
    std::vector<Nucleolus> nucleoli;
};

std::vector<Nucleolus> make_nucleoli(const CellBody& body, const Ellipsoid& nucleus, const CellModel& model,
                                     Random& random) {
    const auto draw = [&](const char* quantity) { return model.draw(quantity, random); };
    std::vector<Nucleolus> result;
    const Box where = nucleus.box().common(body.wide);
    const Vec3 extent = where.high - where.low;
    const auto count = std::clamp<std::int64_t>(std::llround(draw("nucleus.nucleoli")), 0, 12);
    if (extent.x <= 0 || extent.y <= 0 || extent.z <= 0) return result;
    const double least = std::min({nucleus.radii.x, nucleus.radii.y, nucleus.radii.z});
    for (std::int64_t i = 0; i < 40 && static_cast<std::int64_t>(result.size()) < count; ++i) {
        Ellipsoid e;
        const double size = std::min(0.55 * least, draw("nucleus.nucleolus_length_um"));
        e.radii = {size, size * random.uniform(0.6, 1), size * random.uniform(0.5, 1)};
        e.frame = frame_along({random.normal(), random.normal(), 0.5 * random.normal()});
        e.centre = where.low + Vec3{random.uniform() * extent.x, random.uniform() * extent.y,
                                    random.uniform() * extent.z};
        if (nucleus.distance(e.centre) < -0.7 * size)
            result.push_back({e, std::clamp(draw("nucleus.nucleolus_edge_um"), 0.01, 1.0)});
    }
    return result;
}

/// Something bright that no cell is: a bead beside the cells.
std::vector<Ellipsoid> make_beads(const CellBody& body, const CellModel& model, Random& random) {
    std::vector<Ellipsoid> beads;
    const auto count = std::clamp<std::int64_t>(std::llround(model.draw("bead.count", random)), 0, 5);
    const Vec3 extent = body.view.high - body.view.low;
    for (std::int64_t i = 0; i < count; ++i) {
        const double radius = std::clamp(model.draw("bead.radius_um", random), 0.05, 10.0);
        beads.push_back(
            {body.view.low + Vec3{random.uniform(-0.3, 1.3) * extent.x, random.uniform(-0.3, 1.3) * extent.y,
                                  random.uniform() * extent.z},
             {radius, radius, radius},
             {}});
    }
    return beads;
}

}  // namespace

void add_wide_body(Workshop& shop) {
    const CellBody& body = shop.body;
    Canvas& canvas = shop.canvas;
    Random random(shop.options.seed, 170);
    const auto draw = [&](const char* quantity) { return shop.model.draw(quantity, random); };
    const double contrast = shop.options.contents.contrast;
    const CellGroup* group = body.group.get();
    const std::size_t cells = group != nullptr ? group->cells.size() : 1;
    std::vector<std::uint32_t> cytoplasms;
    auto nuclei = std::make_shared<std::vector<Nucleus>>(cells);
    for (std::size_t i = 0; i < cells; ++i)
        cytoplasms.push_back(canvas.add_object(cytoplasm, i == 0 ? "cytoplasm" : "neighbour"));
    const std::uint32_t opposite = canvas.add_object(cytoplasm, "neighbour");
    for (std::size_t i = 0; i < cells; ++i) {
        Nucleus& n = (*nuclei)[i];
        if (group != nullptr ? !body.has_nucleus || !group->cells[i].has_nucleus : !body.has_nucleus)
            continue;
        n.object = canvas.add_object(nucleus, "nucleus");
        const Ellipsoid& shape = group != nullptr ? group->cells[i].nucleus : body.nucleus;
        n.nucleoli = make_nucleoli(body, shape, shop.model, random);
        const Box box = group != nullptr ? shape.box().grown(0.5) : body.nucleus_box();
        canvas.shapes.push_back({n.object, box,
                                 [&body, group, i](Vec3 p) {
                                     if (group == nullptr) return body.nucleus_distance(p);
                                     const PlaceInGroup place = group->at(p);
                                     if (place.cell != static_cast<int>(i))
                                         return std::max(0.05, group->cells[i].nucleus.distance(p));
                                     return group->nucleus_distance(p, place);
                                 },
                                 nullptr});
    }
    const auto beads = std::make_shared<const std::vector<Ellipsoid>>(make_beads(body, shop.model, random));
    const double bead = draw("bead.absorption_per_um"), bead_rim = draw("bead.rim_per_um"),
                 bead_rim_um = std::clamp(draw("bead.rim_um"), 0.01, 1.0);

    const auto broad = std::make_shared<const SmoothField>(shop.options.seed, 171, 0.8);
    const auto sheets = std::make_shared<const SmoothField>(shop.options.seed, 172, 0.45);
    const auto far_waves = std::make_shared<const SmoothField>(shop.options.seed, 173, 3);
    const double grain = shop.options.contents.granularity;
    const double fine_amount = grain * draw("texture.fine"), medium_amount = grain * draw("texture.medium"),
                 broad_amount = grain * draw("texture.broad"), mottle_amount = grain * draw("texture.mottle");
    const auto mottle =
        std::make_shared<const SmoothField>(shop.options.seed, 174, draw("texture.mottle_um"));
    const auto chromatin =
        std::make_shared<const SmoothField>(shop.options.seed, 175, draw("nucleus.chromatin_um"));
    const double nucleus_texture = draw("nucleus.texture"), rim = draw("nucleus.has_rim"),
                 rim_um = std::clamp(draw("nucleus.rim_um"), 0.01, 1.0);
    const double ice_waves = draw("background.waves_per_um"), ice_grain = draw("background.grain_per_um");
    const auto membrane = [&](const char* present, const char* strength, const char* thickness) {
        Membrane m{contrast * draw(strength), std::clamp(draw(thickness), 0.01, 0.3)};
        if (draw(present) == 0) m.contrast_per_um = 0;
        return m;
    };
    const Membrane plasma = membrane("plasma_membrane.is_seen", "plasma_membrane.contrast_per_um",
                                     "plasma_membrane.thickness_um");
    const Membrane envelope =
        membrane("envelope.is_seen", "envelope.contrast_per_um", "envelope.thickness_um");
    const double double_gap = draw("envelope.is_double") != 0 ? std::max(0.0, draw("envelope.gap_um")) : 0;
    const ReticulumSheets reticulum(shop, random, broad, sheets);
    const SupportFilm support(shop.model, random);
    // Ice as a layer of its own thickness around cells that lie in it.
    const double middle_um = 0.5 * (body.view.low.z + body.view.high.z);
    const double ice_half = body.rounded ? std::max(0.2, draw("background.ice_thickness_um")) / 2 : 1e9;
    const double glass = draw("capillary.wall_per_um");
    const bool holds_film = !body.rounded || draw("background.film_in_ice") != 0;
    const double film_z =
        body.rounded ? middle_um - std::min(ice_half, 0.6 * (body.view.high.z - middle_um)) : body.support_um;

    canvas.queue([=, &body, &canvas, fine = shop.fine, medium = shop.medium](std::int64_t z0,
                                                                             std::int64_t z1) {
        const Grid& grid = canvas.lac.grid();
        const CellValues& v = body.values;
        const double edge = std::cbrt(grid.voxel_volume_um3());
        const double film = std::max(support.thickness_um(), 0.0) / grid.voxel_um.z;
        for (auto z = z0; z < z1; ++z)
            for (std::int64_t y = 0; y < grid.size.y; ++y)
                for (std::int64_t x = 0; x < grid.size.x; ++x) {
                    const Vec3 p = grid.world_from_voxel(
                        {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                    const auto column = static_cast<std::size_t>(y * grid.size.x + x);
                    const double g = (*fine)(x, y, z), m = (*medium)(x, y, z);
                    // What surrounds cells.
                    double value = v.ice + ice_grain * m + ice_waves * (*far_waves)(p);
                    if (body.rounded) {
                        const double level =
                            ice_half * (1 + 0.2 * (*far_waves)({p.x, p.y, p.z > middle_um ? 3.0 : 40.0}));
                        value *= ramp((level - std::fabs(p.z - middle_um)) / grid.voxel_um.z);
                    } else {
                        value *= ramp((body.ice_top[column] - p.z) / grid.voxel_um.z) *
                                 ramp((p.z - body.support_um) / grid.voxel_um.z);
                    }
                    const double over_film = (p.z - film_z) / grid.voxel_um.z;
                    if (holds_film && std::fabs(over_film) < 1.5 && support.covers(p))
                        value += v.carbon * film * std::max(0.0, 1 - std::fabs(over_film));
                    if (group != nullptr && group->capillary_radius_um > 0) {
                        const double within = group->within_capillary(p);
                        value *= ramp(within / edge);
                        value += glass * ramp(-within / edge) * ramp((within + group->wall_um) / edge);
                    }
                    for (const Ellipsoid& b : *beads) {
                        const double d = b.distance(p);
                        if (d < edge)
                            value += ramp(-d / edge) * (bead + bead_rim * std::exp(d / bead_rim_um) - value);
                    }
                    PlaceInGroup place;
                    double depth, nucleus_d;
                    if (group != nullptr) {
                        place = group->at(p);
                        depth = place.depth_um;
                        nucleus_d =
                            depth > -edge && body.has_nucleus ? group->nucleus_distance(p, place) : 1e9;
                    } else {
                        place.cell = 0;
                        depth = body.depth(p);
                        nucleus_d = depth > -edge ? body.nucleus_distance(p) : 1e9;
                    }
                    if (depth > -edge / 2) {
                        double inside = v.cytosol + fine_amount * g + medium_amount * m +
                                        broad_amount * (*broad)(p) + mottle_amount * (*mottle)(p);
                        inside += reticulum.at(p, nucleus_d) * (v.reticulum - v.cytosol);
                        if (nucleus_d < edge / 2) {
                            const double c = (*chromatin)(p) + 0.35 * m;
                            const double dense =
                                ramp((c - 0.35) * 2.2 + 0.9 * rim * std::exp(nucleus_d / rim_um));
                            double chroma = v.euchromatin + dense * (v.heterochromatin - v.euchromatin) +
                                            nucleus_texture * (fine_amount * g + 0.5 * medium_amount * m);
                            for (const Nucleolus& n :
                                 (*nuclei)[static_cast<std::size_t>(place.cell)].nucleoli) {
                                const double d = n.shape.distance(p) + 0.1 * n.shape.radii.x * c;
                                if (d < n.edge_um)
                                    chroma += ramp(-d / n.edge_um) *
                                              (v.nucleolus + nucleus_texture * fine_amount * g - chroma);
                            }
                            inside += ramp(-nucleus_d / edge) * (chroma - inside);
                        }
                        if (std::fabs(nucleus_d) < 0.4) {
                            double wall = sheet(nucleus_d, envelope.thickness_um);
                            if (double_gap > 0)
                                wall = std::max(wall, sheet(nucleus_d - double_gap, envelope.thickness_um));
                            inside += wall * envelope.contrast_per_um;
                        }
                        inside += sheet(depth - 0.012, plasma.thickness_um) * plasma.contrast_per_um;
                        value += ramp(depth / edge) * (inside - value);
                        canvas.blend_class(x, y, z, static_cast<float>(ramp(depth / edge)), cytoplasm);
                        canvas.blend_class(x, y, z,
                                           static_cast<float>(ramp(depth / edge) * ramp(-nucleus_d / edge)),
                                           nucleus);
                        if (depth > 0) {
                            const auto cell = static_cast<std::size_t>(place.cell);
                            canvas.owner_of(x, y, z) = nucleus_d < 0 ? (*nuclei)[cell].object
                                                       : group == nullptr && body.neighbour_at(p) >= 0
                                                           ? opposite
                                                           : cytoplasms[cell];
                        }
                    }
                    canvas.lac(x, y, z) = static_cast<float>(std::max(0.0, value));
                }
    });
}

}  // namespace cytomo
