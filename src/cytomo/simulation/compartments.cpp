// Round things of every kind that real cells show: light vacuoles and vesicles within a thin membrane, alone
// or many together; rings with a mottled interior; small dense granules by the hundred; dense bodies in
// groups, droplets or vesicles. Where a cell model asks for them; the standard cells have none.
#include <numbers>

#include "cytomo/simulation/organelles.h"
#include "falloff.h"

namespace cytomo {

namespace {

/// Places round things near the view, in touch with each other now and then.
class Placer {
public:
    Placer(Workshop& shop, std::uint64_t stream, double beside_um)
        : shop_(shop), random_(shop.options.seed, stream) {
        const Box near = shop.body.view.grown(beside_um), &wide = shop.body.wide;
        where_ = {{std::max(near.low.x, wide.low.x), std::max(near.low.y, wide.low.y),
                   std::max(near.low.z, wide.low.z)},
                  {std::min(near.high.x, wide.high.x), std::min(near.high.y, wide.high.y),
                   std::min(near.high.z, wide.high.z)}};
        const Vec3 extent = where_.high - where_.low;
        constexpr int samples = 4000;
        int inside = 0;
        Random sampling(shop.options.seed, stream + 1);
        for (int i = 0; i < samples; ++i)
            inside += shop.in_cytoplasm(
                where_.low + Vec3{sampling.uniform() * extent.x, sampling.uniform() * extent.y,
                                  sampling.uniform() * extent.z},
                0.02);
        cytoplasm_um3_ = extent.x * extent.y * extent.z * inside / samples;
    }
    Random& random() { return random_; }
    double draw(const char* quantity) { return shop_.model.draw(quantity, random_); }
    /// Volume of cytoplasm where things are placed.
    double cytoplasm_um3() const { return cytoplasm_um3_; }

    /// A free place for a ball; with a chance beside the last one placed.
    bool find(double radius_um, double together, double gap_um, Vec3& centre) {
        if (last_radius_ > 0 && random_.chance(together))
            for (int i = 0; i < 14; ++i) {
                centre = last_ + random_direction(random_, 0.2) * (last_radius_ + radius_um + gap_um);
                if (where_.contains(centre) && shop_.in_cytoplasm(centre, radius_um) &&
                    !shop_.occupancy.collides(centre, radius_um, 0.01))
                    return true;
            }
        return shop_.find_room(random_, where_, radius_um, 0, 30, centre);
    }
    void take(Vec3 centre, double radius_um, std::uint32_t owner) {
        shop_.occupancy.add(centre, radius_um, owner);
        last_ = centre;
        last_radius_ = radius_um;
    }

private:
    Workshop& shop_;
    Random random_;
    Box where_;
    double cytoplasm_um3_ = 0;
    Vec3 last_;
    double last_radius_ = 0;
};

/// What lies in a vacuole.
struct Inclusion {
    Ellipsoid shape;
    bool ring;     ///< a membrane; else filled
    double value;  ///< 1/µm
};

}  // namespace

void add_vacuole_field(Workshop& shop) {
    Placer placer(shop, 180, 0.8);
    const auto draw = [&](const char* quantity) { return placer.draw(quantity); };
    Random& random = placer.random();
    Canvas& canvas = shop.canvas;
    const double contrast = shop.options.contents.contrast, cytosol = shop.body.values.cytosol;
    const double target =
        draw("vacuole_field.share_of_cytoplasm") * shop.options.contents.vesicles * placer.cytoplasm_um3();
    if (target <= 0) return;
    const double typical = draw("vacuole_field.radius_um"), spread = draw("vacuole_field.radius_spread"),
                 together = draw("vacuole_field.together"), lumen = draw("vacuole_field.lumen_over_cytosol"),
                 lumen_spread = draw("vacuole_field.lumen_spread"),
                 wall = contrast * draw("vacuole_field.membrane_per_um"),
                 thickness = std::clamp(draw("vacuole_field.membrane_um"), 0.01, 0.2),
                 wobble = draw("vacuole_field.wobble"), texture = draw("vacuole_field.texture"),
                 filled = draw("vacuole_field.filled"), mottled = draw("vacuole_field.mottled");
    // Large ones first: small ones find room between them.
    std::vector<double> radii;
    double volume = 0;
    while (volume < target && radii.size() < 1500) {
        const double r = std::clamp(typical * std::exp(spread * random.normal()), 0.045, 1.7);
        radii.push_back(r);
        volume += 4.0 / 3.0 * std::numbers::pi * r * r * r;
    }
    std::sort(radii.begin(), radii.end(), std::greater<>());
    for (const double radius : radii) {
        Vec3 centre;
        if (!placer.find(radius, together, 0, centre)) continue;
        Ellipsoid shape{centre, {radius, radius, radius}, frame_along(random_direction(random, 0))};
        shape.radii.y *= draw("vacuole_field.flattening");
        shape.radii.z *= draw("vacuole_field.flattening");
        const bool is_mottled = radius > 0.09 && radius < 0.6 && random.chance(mottled);
        const double own_lumen =
            is_mottled ? cytosol + contrast * random.uniform(-0.03, 0.05)
                       : std::max(0.1, cytosol + contrast * (lumen + lumen_spread * random.normal()));
        const double own_wall =
            is_mottled ? wall + contrast * random.uniform(0.03, 0.12) : wall * random.uniform(0.7, 1.3);
        const double own_thickness = is_mottled ? std::max(thickness, random.uniform(0.05, 0.1)) : thickness;
        const double own_texture = contrast * (is_mottled ? random.uniform(0.02, 0.06) : texture);
        auto inclusions = std::make_shared<std::vector<Inclusion>>();
        if (radius > 0.12 && random.chance(filled)) {
            const auto count = random.integer(1, 1 + static_cast<std::int64_t>(std::min(12.0, 10 * radius)));
            for (std::int64_t i = 0; i < count; ++i) {
                const double r = std::max(0.03, radius * random.uniform(0.06, 0.45));
                Vec3 at = centre + random_direction(random, 0) *
                                       (std::max(0.0, 0.95 * radius - r) * std::cbrt(random.uniform()));
                inclusions->push_back({{at, {r, r, r}, {}},
                                       random.chance(0.5),
                                       own_lumen + contrast * random.uniform(0.04, 0.2)});
            }
        }
        const bool exact = wobble <= 0;
        const std::uint32_t owner =
            canvas.add_object(vesicle, is_mottled ? "mottled" : "vacuole", exact ? shape.volume_um3() : -1,
                              exact ? shape.area_um2() : -1);
        placer.take(centre, radius, owner);
        const double amplitude = wobble * std::min(radius, 0.5);
        canvas.paint(
            shape.box().grown(amplitude), owner,
            [=, waves = shop.waves](Vec3 p) {
                const double d = shape.distance(p);
                return amplitude > 0 && d < 3 * amplitude ? d + amplitude * (*waves)(p) : d;
            },
            [=, fine = shop.fine, medium = shop.medium](Vec3 p, double d, std::int64_t x, std::int64_t y,
                                                        std::int64_t z) {
                double value = own_lumen + own_texture * (*medium)(x, y, z) + 0.004 * (*fine)(x, y, z);
                for (const Inclusion& i : *inclusions) {
                    const double inner = i.shape.distance(p);
                    const double share =
                        i.ring ? sheet(inner, 0.03) : std::clamp(0.5 - inner / 0.02, 0.0, 1.0);
                    value += share * (i.value - value);
                }
                return value + own_wall * sheet(d + 0.3 * own_thickness, own_thickness);
            },
            over_cell(canvas));
    }
}

void add_granules(Workshop& shop) {
    Placer placer(shop, 184, 0.3);
    const auto draw = [&](const char* quantity) { return placer.draw(quantity); };
    Canvas& canvas = shop.canvas;
    const double contrast = shop.options.contents.contrast, cytosol = shop.body.values.cytosol;
    const auto count = std::min<std::int64_t>(
        2500,
        std::llround(draw("granule.per_um3") * shop.options.contents.vesicles * placer.cytoplasm_um3()));
    if (count <= 0) return;
    const double typical = draw("granule.radius_um"), spread = draw("granule.radius_spread"),
                 over = draw("granule.over_cytosol_per_um"), value_spread = draw("granule.value_spread"),
                 together = draw("granule.together"), halo = draw("granule.halo_per_um"),
                 halo_um = std::clamp(draw("granule.halo_um"), 0.005, 0.2);
    Random& random = placer.random();
    for (std::int64_t i = 0; i < count; ++i) {
        const double radius = std::clamp(typical * std::exp(spread * random.normal()), 0.04, 0.35);
        Vec3 centre;
        if (!placer.find(radius, together, random.uniform(0, 0.12), centre)) continue;
        Ellipsoid shape{centre, {radius, radius, radius}, frame_along(random_direction(random, 0))};
        shape.radii.y *= random.uniform(0.75, 1);
        shape.radii.z *= random.uniform(0.75, 1);
        const std::uint32_t owner =
            canvas.add_object(vesicle, "granule", shape.volume_um3(), shape.area_um2());
        placer.take(centre, radius, owner);
        const double value = cytosol + contrast * over * std::exp(value_spread * random.normal());
        // A light rim under the membrane, as around a core of insulin.
        canvas.paint(
            shape.box(), owner, [shape](Vec3 p) { return shape.distance(p); },
            [=, fine = shop.fine](Vec3, double d, std::int64_t x, std::int64_t y, std::int64_t z) {
                return value - contrast * halo * std::exp(d / halo_um) + 0.006 * (*fine)(x, y, z);
            },
            over_cell(canvas));
    }
}

void add_dense_bodies(Workshop& shop) {
    Placer placer(shop, 188, 0.6);
    const auto draw = [&](const char* quantity) { return placer.draw(quantity); };
    Canvas& canvas = shop.canvas;
    const double contrast = shop.options.contents.contrast, cytosol = shop.body.values.cytosol;
    const auto count = std::min<std::int64_t>(
        400, std::llround(draw("dense_body.per_um3") * shop.options.contents.lipid_droplets *
                          placer.cytoplasm_um3()));
    if (count <= 0) return;
    const double typical = draw("dense_body.radius_um"), spread = draw("dense_body.radius_spread"),
                 over = draw("dense_body.over_cytosol_per_um"),
                 value_spread = draw("dense_body.value_spread"), together = draw("dense_body.together"),
                 texture = draw("dense_body.texture"), halo = draw("dense_body.halo_per_um"),
                 halo_um = std::clamp(draw("dense_body.halo_um"), 0.01, 0.3);
    Random& random = placer.random();
    for (std::int64_t i = 0; i < count; ++i) {
        const double radius = std::clamp(typical * std::exp(spread * random.normal()), 0.05, 0.7);
        Vec3 centre;
        if (!placer.find(radius, together, random.uniform(0, 0.1), centre)) continue;
        const Ellipsoid shape{centre, {radius, radius, radius}, {}};
        const double value = cytosol + contrast * over * std::exp(value_spread * random.normal());
        const std::uint32_t owner = canvas.add_object(vesicle, "dense", shape.volume_um3(), shape.area_um2());
        placer.take(centre, radius, owner);
        // Lighter cytoplasm around it.
        Ellipsoid around = shape;
        around.radii = shape.radii + Vec3{2 * halo_um, 2 * halo_um, 2 * halo_um};
        if (halo > 0)
            canvas.paint(
                around.box(), Canvas::same_owner, [around](Vec3 p) { return around.distance(p); },
                [=, &canvas](Vec3 p, double, std::int64_t x, std::int64_t y, std::int64_t z) {
                    const double away = std::max(0.0, shape.distance(p));
                    return canvas.lac(x, y, z) - contrast * halo * std::exp(-away / halo_um);
                },
                [&canvas](std::uint32_t now) { return now != 0 && canvas.class_of(now) == cytoplasm; });
        canvas.paint(
            shape.box(), owner, [shape](Vec3 p) { return shape.distance(p); },
            [=, medium = shop.medium](Vec3, double, std::int64_t x, std::int64_t y, std::int64_t z) {
                return value + contrast * texture * (*medium)(x, y, z);
            },
            over_cell(canvas));
    }
}

}  // namespace cytomo
