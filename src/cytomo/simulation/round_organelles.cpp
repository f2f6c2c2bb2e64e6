// Vacuoles, lipid droplets and vesicles: spheres and ellipsoids, alone and in contact.
#include "cytomo/simulation/organelles.h"

namespace cytomo {

void add_vacuoles(Workshop& shop) {
    Random random(shop.options.seed, 90);
    const auto draw = [&](const char* quantity) { return shop.model.draw(quantity, random); };
    Canvas& canvas = shop.canvas;
    const auto count = std::llround(draw("vacuole.count"));
    const double cytosol = shop.body.values.cytosol, contrast = shop.options.contents.contrast;
    for (std::int64_t i = 0; i < count; ++i) {
        double radius = draw("vacuole.radius_um");
        Vec3 centre;
        bool fits = false;
        for (int tries = 0; tries < 6 && !fits; ++tries) {
            if (tries > 0) radius *= 0.8;
            fits = shop.find_room(random, shop.body.wide, radius, 0, 200, centre);
        }
        if (!fits) continue;
        const Ellipsoid shape{centre, {radius, radius, radius}, {}};
        const std::uint32_t owner =
            canvas.add_object(vesicle, "vacuole", shape.volume_um3(), shape.area_um2());
        shop.occupancy.add(centre, radius, owner);
        const double lumen = cytosol + contrast * (draw("vacuole.lumen_per_um") - cytosol);
        const double membrane = shop.body.values.membrane;
        canvas.paint(
            shape.box(), owner, [shape](Vec3 p) { return shape.distance(p); },
            [=, fine = shop.fine](Vec3, double d, std::int64_t x, std::int64_t y, std::int64_t z) {
                const double t = (d + 0.012) / 0.035;
                return lumen + 0.006 * (*fine)(x, y, z) + std::exp(-4 * t * t) * (membrane - lumen);
            },
            over_cell(canvas));
    }
}

namespace {

/// A place where a ball touches the side of a mitochondrion; false if none was found.
bool beside_mitochondrion(Random& random, const Workshop& shop, const std::vector<MitochondrionTruth>& all,
                          double radius_um, Vec3& centre) {
    for (int i = 0; i < 40 && !all.empty(); ++i) {
        const auto& m =
            all[static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(all.size()) - 1))];
        const auto line =
            static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(m.lines_um.size()) - 1));
        const auto at = static_cast<std::size_t>(
            random.integer(0, static_cast<std::int64_t>(m.lines_um[line].size()) - 1));
        centre = m.lines_um[line][at] + random_direction(random, 0.3) * (m.radius_um[line][at] + radius_um);
        if (shop.in_cytoplasm(centre, radius_um) && !shop.occupancy.collides(centre, radius_um, 0.02))
            return true;
    }
    return false;
}

}  // namespace

void add_lipid_droplets(Workshop& shop, const std::vector<MitochondrionTruth>& mitochondria) {
    Random random(shop.options.seed, 40);
    const auto draw = [&](const char* quantity) { return shop.model.draw(quantity, random); };
    Canvas& canvas = shop.canvas;
    const double target =
        draw("lipid_droplet.share_of_cytoplasm") * shop.options.contents.lipid_droplets * shop.sample_um3;
    const double typical = draw("lipid_droplet.radius_um"), clustering = draw("lipid_droplet.clustering"),
                 at_mitochondria = draw("lipid_droplet.at_mitochondria");
    const double smallest = draw("lipid_droplet.smallest_radius_um"),
                 largest = std::max(smallest, draw("lipid_droplet.largest_radius_um"));
    const auto draw_radius = [&] {
        return std::clamp(typical * draw("lipid_droplet.radius_spread"), smallest, largest);
    };
    double volume = 0;
    const auto place = [&](Vec3 centre, double radius) {
        const Ellipsoid ball{centre, {radius, radius, radius}, {}};
        const std::uint32_t owner =
            canvas.add_object(lipid_droplet, "droplet", ball.volume_um3(), ball.area_um2());
        shop.occupancy.add(centre, radius, owner);
        volume += ball.volume_um3();
        const double base = shop.body.values.droplet + draw("lipid_droplet.spread_per_um");
        canvas.paint(
            ball.box(), owner, [ball](Vec3 p) { return ball.distance(p); },
            [=, fine = shop.fine](Vec3, double, std::int64_t x, std::int64_t y, std::int64_t z) {
                return base + 0.006 * (*fine)(x, y, z);
            },
            over_cell(canvas));
    };
    int placed = 0;
    for (int tries = 0; volume < target && tries < 500; ++tries) {
        double radius = draw_radius();
        Vec3 centre;
        if (!(random.chance(at_mitochondria) &&
              beside_mitochondrion(random, shop, mitochondria, radius, centre)) &&
            !shop.find_room(random, shop.place_of(placed), radius, 0.0, 40, centre))
            continue;
        place(centre, radius);
        ++placed;
        // Neighbours that touch the last droplet placed: grape-like clusters.
        while (random.chance(clustering) && placed < 2000) {
            const double next = draw_radius();
            bool fits = false;
            Vec3 beside;
            for (int i = 0; i < 12 && !fits; ++i) {
                beside = centre + random_direction(random, 0.3) * (radius + next);
                fits = shop.in_cytoplasm(beside, next) && !shop.occupancy.collides(beside, next, 0.01);
            }
            if (!fits) break;
            place(beside, next);
            ++placed;
            centre = beside;
            radius = next;
        }
    }
}

void add_vesicles(Workshop& shop) {
    Random random(shop.options.seed, 50);
    const auto draw = [&](const char* quantity) { return shop.model.draw(quantity, random); };
    Canvas& canvas = shop.canvas;
    const double cytosol = shop.body.values.cytosol, contrast = shop.options.contents.contrast;
    const double target =
        draw("vesicle.share_of_cytoplasm") * shop.options.contents.vesicles * shop.sample_um3;
    const double typical = draw("vesicle.radius_um");
    const double smallest = draw("vesicle.smallest_radius_um"),
                 largest = std::max(smallest, draw("vesicle.largest_radius_um"));
    const double dense_share = draw("vesicle.dense"), multivesicular_share = draw("vesicle.multivesicular");
    double volume = 0;
    int placed = 0;
    for (int tries = 0; volume < target && tries < 700; ++tries) {
        const double radius = std::clamp(typical * draw("vesicle.radius_spread"), smallest, largest);
        Vec3 centre;
        if (!shop.find_room(random, shop.place_of(placed), radius, 0.0, 40, centre)) continue;
        ++placed;
        Ellipsoid shape{centre, {radius, radius, radius}, frame_along(random_direction(random, 0))};
        if (draw("vesicle.is_flattened") != 0) {
            shape.radii.y *= draw("vesicle.flattening");
            shape.radii.z *= draw("vesicle.flattening");
        }
        const double which = random.uniform();
        const double wall_um =
            std::clamp(draw("vesicle.wall_um"), 0.025, std::max(0.025, 0.4 * radius + 0.01));
        const double wall = cytosol + contrast * (draw("vesicle.wall_per_um") - cytosol);
        std::string kind = "ring";
        double lumen = cytosol + contrast * (draw("vesicle.lumen_per_um") - cytosol);
        auto inner = std::make_shared<std::vector<Ellipsoid>>();
        if (which < dense_share) {
            kind = "dense";
            lumen = cytosol + contrast * (draw("vesicle.dense_per_um") - cytosol);
        } else if (which < dense_share + multivesicular_share && radius > 0.13) {
            kind = "multivesicular";
            lumen = cytosol + contrast * (draw("vesicle.multivesicular_lumen_per_um") - cytosol);
            const auto wanted = random.integer(3, 4 + static_cast<std::int64_t>(60 * radius * radius));
            for (int i = 0; i < 60 && static_cast<std::int64_t>(inner->size()) < wanted; ++i) {
                const double r = draw("vesicle.inner_radius_um");
                const Vec3 at =
                    centre + random_direction(random, 0) * ((radius - r) * std::cbrt(random.uniform()));
                if (shape.distance(at) < -r) inner->push_back({at, {r, r, r}, {}});
            }
        }
        const double inner_value = cytosol + contrast * (draw("vesicle.inner_per_um") - cytosol);
        const double texture = kind == "dense" ? draw("vesicle.dense_texture") : 0.008;
        const std::uint32_t owner = canvas.add_object(vesicle, kind, shape.volume_um3(), shape.area_um2());
        shop.occupancy.add(centre, radius, owner);
        volume += shape.volume_um3();
        canvas.paint(
            shape.box(), owner, [shape](Vec3 p) { return shape.distance(p); },
            [=, fine = shop.fine, medium = shop.medium](Vec3 p, double d, std::int64_t x, std::int64_t y,
                                                        std::int64_t z) {
                double value = lumen + contrast * (texture * (*medium)(x, y, z) + 0.006 * (*fine)(x, y, z));
                for (const Ellipsoid& e : *inner)
                    value += std::clamp(0.5 - e.distance(p) / 0.02, 0.0, 1.0) * (inner_value - value);
                if (kind != "dense")
                    value += std::clamp((d + wall_um) / 0.02 + 0.5, 0.0, 1.0) * (wall - value);
                return value;
            },
            over_cell(canvas));
    }
}

}  // namespace cytomo
