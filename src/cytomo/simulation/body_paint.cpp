// Everything that is not an object of its own: vacuum, ice, support film, cytosol, nucleus.
#include "body_parts.h"
#include "cytomo/simulation/organelles.h"
#include "falloff.h"

namespace cytomo {

namespace {

struct Nucleoli {
    std::vector<Ellipsoid> bodies;
};

Nucleoli make_nucleoli(const CellBody& body, const CellModel& model, Random& random) {
    Nucleoli result;
    if (!body.has_nucleus) return result;
    // The nucleus of a rounded cell fills little of the view and of what lies beside it.
    const Box where = body.rounded ? body.nucleus.box() : body.wide;
    const Vec3 extent = where.high - where.low;
    const auto count = std::llround(model.draw("nucleus.nucleoli", random));
    for (std::int64_t i = 0; i < 40 && static_cast<std::int64_t>(result.bodies.size()) < count; ++i) {
        Ellipsoid e;
        e.radii = {model.draw("nucleus.nucleolus_length_um", random),
                   model.draw("nucleus.nucleolus_width_um", random),
                   model.draw("nucleus.nucleolus_height_um", random)};
        e.frame = frame_along({random.normal(), random.normal(), 0.5 * random.normal()});
        e.centre = where.low + Vec3{random.uniform() * extent.x, random.uniform() * extent.y,
                                    random.uniform() * extent.z};
        if (body.nucleus_distance(e.centre) < -0.6 * e.radii.y) result.bodies.push_back(e);
    }
    return result;
}

}  // namespace

void add_body(Workshop& shop) {
    const CellBody& body = shop.body;
    Canvas& canvas = shop.canvas;
    Random random(shop.options.seed, 20);
    const auto draw = [&](const char* quantity) { return shop.model.draw(quantity, random); };
    const std::uint32_t cytoplasm_object = canvas.add_object(cytoplasm, "cytoplasm");
    const std::uint32_t nucleus_object = canvas.add_object(nucleus, "nucleus");
    if (body.has_nucleus)
        canvas.shapes.push_back({nucleus_object, body.nucleus_box(),
                                 [&body](Vec3 p) { return body.nucleus_distance(p); }, nullptr});
    std::vector<std::uint32_t> neighbour_objects;
    for (std::size_t i = 0; i < std::max<std::size_t>(1, body.neighbours.size()); ++i)
        neighbour_objects.push_back(canvas.add_object(cytoplasm, "neighbour"));
    const auto nucleoli = std::make_shared<const Nucleoli>(make_nucleoli(body, shop.model, random));
    const auto broad = std::make_shared<const SmoothField>(shop.options.seed, 21, 0.8);
    const auto sheets = std::make_shared<const SmoothField>(shop.options.seed, 22, 0.45);
    const auto chromatin = std::make_shared<const SmoothField>(shop.options.seed, 23, 0.32);
    const double grain = shop.options.contents.granularity;
    const double fine_amount = grain * draw("texture.fine");
    const double medium_amount = grain * draw("texture.medium");
    const double broad_amount = grain * draw("texture.broad");
    const double mottle_amount = grain * draw("texture.mottle");
    const auto mottle = std::make_shared<const SmoothField>(shop.options.seed, 24, draw("texture.mottle_um"));
    const ReticulumSheets reticulum(shop, random, broad, sheets);
    const SupportFilm support(shop.model, random);

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
                    const double over_support = (p.z - body.support_um) / grid.voxel_um.z;
                    const double under_ice = (body.ice_top[column] - p.z) / grid.voxel_um.z;
                    double value = v.ice * ramp(under_ice) * ramp(over_support);
                    if (std::fabs(over_support) < 1.5 && support.covers(p))
                        value += v.carbon * film * std::max(0.0, 1 - std::fabs(over_support));
                    const double depth = body.rounded
                                             ? body.depth(p)
                                             : std::min((body.top[column] - p.z) * body.slope[column],
                                                        p.z - static_cast<double>(body.bottom[column]));
                    if (depth > -edge / 2) {
                        const double g = (*fine)(x, y, z), m = (*medium)(x, y, z);
                        double inside = v.cytosol + fine_amount * g + medium_amount * m +
                                        broad_amount * (*broad)(p) + mottle_amount * (*mottle)(p);
                        const double nucleus_d = body.nucleus_distance(p);
                        inside += reticulum.at(p, nucleus_d) * (v.reticulum - v.cytosol);
                        if (nucleus_d < edge / 2) {
                            const double c = (*chromatin)(p) + 0.35 * m;
                            const double rim = std::exp(nucleus_d / 0.12);
                            const double dense = ramp((c - 0.35) * 2.2 + 0.9 * rim);
                            double chroma = v.euchromatin + dense * (v.heterochromatin - v.euchromatin) +
                                            fine_amount * g + 0.5 * medium_amount * m;
                            for (const Ellipsoid& e : nucleoli->bodies) {
                                const double d = e.distance(p) + 0.12 * c;
                                if (d < 0.06) {
                                    const double w = ramp(-d / 0.06);
                                    chroma += w * (v.nucleolus + fine_amount * g + 0.015 * c - chroma);
                                }
                            }
                            inside += ramp(-nucleus_d / edge) * (chroma - inside);
                        }
                        // The two membranes of the nuclear envelope, then the plasma membrane.
                        const double envelope =
                            std::max(sheet(nucleus_d, 0.035), sheet(nucleus_d - 0.045, 0.035));
                        inside += 0.8 * envelope * (v.membrane + 0.02 - inside);
                        inside += sheet(depth - body.wall_um - 0.012, 0.035) * (v.membrane - inside);
                        if (body.wall_um > 0)
                            inside += ramp((body.wall_um - depth) / edge) * (v.wall - inside);
                        value += ramp(depth / edge) * (inside - value);
                        canvas.blend_class(x, y, z, static_cast<float>(ramp(depth / edge)), cytoplasm);
                        canvas.blend_class(x, y, z,
                                           static_cast<float>(ramp(depth / edge) * ramp(-nucleus_d / edge)),
                                           nucleus);
                        if (depth > 0) {
                            const int beside = body.neighbour_at(p);
                            canvas.owner_of(x, y, z) =
                                nucleus_d < 0 ? nucleus_object
                                : beside < 0  ? cytoplasm_object
                                              : neighbour_objects[static_cast<std::size_t>(beside)];
                        }
                    }
                    canvas.lac(x, y, z) = static_cast<float>(value);
                }
    });
}

}  // namespace cytomo
