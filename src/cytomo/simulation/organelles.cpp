#include "cytomo/simulation/organelles.h"

#include <numbers>

namespace cytomo {

namespace {

/// Organelles may cover what is not an organelle.
auto over_cell(const Canvas& canvas) {
    return [&canvas](std::uint32_t owner) { return owner != 0 && canvas.class_of(owner) <= nucleus; };
}

Vec3 random_direction(Random& random, double flatness) {
    return normalized({random.normal(), random.normal(), (1 - flatness) * random.normal()});
}

double in_range(double v, double low, double high) {
    return std::clamp(v, low, high);
}

}  // namespace

bool Workshop::in_cytoplasm(Vec3 centre, double radius_um) const {
    return body.depth(centre) > radius_um + body.wall_um + 0.02 &&
           body.nucleus_distance(centre) > radius_um + 0.03;
}

bool Workshop::find_room(Random& random, const Box& where, double radius_um, double tolerance_um,
                         int attempts, Vec3& centre) const {
    const Vec3 extent = where.high - where.low;
    for (int i = 0; i < attempts; ++i) {
        centre = where.low +
                 Vec3{random.uniform() * extent.x, random.uniform() * extent.y, random.uniform() * extent.z};
        if (in_cytoplasm(centre, radius_um) && !occupancy.collides(centre, radius_um, tolerance_um))
            return true;
    }
    return false;
}

std::vector<TubePoint> wander(Random& random, const Workshop& shop, Vec3 start, Vec3 direction,
                              double length_um, double radius_um, double bend_um, double flatness,
                              std::uint32_t owner, double tolerance_um) {
    std::vector<TubePoint> line{{start, radius_um, 0}};
    const double step = std::clamp(0.5 * radius_um, 0.02, 0.08);
    length_um = std::min(length_um, 100.0);
    double turn_a = random.normal(), turn_b = random.normal();
    for (double along = step; along < length_um; along += step) {
        // Bends persist over a while, so that tubes curve instead of trembling.
        const double keep = std::exp(-step / (0.4 * bend_um));
        const double fresh = std::sqrt(1 - keep * keep);
        turn_a = keep * turn_a + fresh * random.normal();
        turn_b = keep * turn_b + fresh * random.normal();
        bool moved = false;
        for (int attempt = 0; attempt < 8 && !moved; ++attempt) {
            const Frame frame = frame_along(direction);
            Vec3 next = normalized(direction + frame.b * (turn_a * step / bend_um) +
                                   frame.c * ((1 - flatness) * turn_b * step / bend_um));
            next.z *= 1 - 0.3 * flatness * step / radius_um;
            if (attempt > 0)
                next = normalized(next +
                                  Vec3{random.normal(), random.normal(), random.normal()} * (0.12 * attempt));
            const Vec3 position = line.back().position + next * step;
            if (!shop.in_cytoplasm(position, radius_um) ||
                shop.occupancy.collides(position, radius_um, tolerance_um, owner))
                continue;
            direction = normalized(next);
            line.push_back({position, radius_um, along});
            moved = true;
        }
        if (!moved) break;
    }
    return line;
}

namespace {

MitochondrionTruth describe(const Tube& tube, double radius_um, std::uint32_t owner, const Box& view) {
    MitochondrionTruth t;
    t.instance = owner;
    const auto keep = [&](const std::vector<TubePoint>& points) {
        auto& line = t.lines_um.emplace_back();
        auto& radii = t.radius_um.emplace_back();
        for (std::size_t i = 0; i < points.size(); ++i) {
            line.push_back(points[i].position);
            radii.push_back(points[i].radius_um);
            t.complete = t.complete && view.contains(points[i].position);
            if (i > 0) t.length_um += length(line[i] - line[i - 1]);
        }
    };
    // Grown both ways from its start: one trunk.
    std::vector<TubePoint> trunk(tube.lines[1].rbegin(), tube.lines[1].rend());
    trunk.insert(trunk.end(), tube.lines[0].begin() + 1, tube.lines[0].end());
    keep(trunk);
    for (std::size_t i = 2; i < tube.lines.size(); ++i) {
        if (tube.lines[i].size() < 2) continue;
        keep(tube.lines[i]);
        const Vec3 end = t.lines_um.back().back();
        t.branch_points += std::all_of(t.lines_um[0].begin(), t.lines_um[0].end(),
                                       [&](Vec3 p) { return length(end - p) > 2 * radius_um; });
    }
    return t;
}

}  // namespace

void add_mitochondria(Workshop& shop, std::vector<MitochondrionTruth>& truth) {
    Random random(shop.options.seed, 30);
    const auto draw = [&](const char* quantity) { return shop.model.draw(quantity, random); };
    const CellBody& body = shop.body;
    Canvas& canvas = shop.canvas;
    const double target =
        draw("mitochondrion.share_of_cytoplasm") * shop.options.contents.mitochondria * shop.sample_um3;
    const double cell_radius = draw("mitochondrion.radius_um"), flatness = draw("mitochondrion.flatness");
    const double typical_length = draw("mitochondrion.length_um"),
                 branching = draw("mitochondrion.branching");
    const double cristae_um = draw("mitochondrion.cristae_um"),
                 cristae = draw("mitochondrion.cristae_per_um");
    const double rim = draw("mitochondrion.rim_per_um");
    const SmoothField beads(shop.options.seed, 31, std::clamp(draw("mitochondrion.bead_um"), 0.05, 10.0));
    const double density_variation = draw("mitochondrion.density_variation_per_um"),
                 dense_ends = draw("mitochondrion.dense_ends_per_um");
    const auto density = std::make_shared<const SmoothField>(shop.options.seed, 32, 0.4);
    const double smallest = draw("mitochondrion.smallest_radius_um"),
                 largest = std::max(smallest, draw("mitochondrion.largest_radius_um"));
    double volume = 0;
    int placed = 0;
    for (int tries = 0; volume < target && tries < 600; ++tries) {
        double radius = in_range(cell_radius * draw("mitochondrion.radius_spread"), smallest, largest);
        Vec3 start;
        if (!shop.find_room(random, shop.place_of(placed), radius, 0, 60, start)) {
            radius *= 0.7;
            if (!shop.find_room(random, shop.place_of(placed), radius, 0, 60, start)) continue;
        }
        const auto owner = static_cast<std::uint32_t>(canvas.objects.size());
        const double length_um = draw("mitochondrion.is_short") != 0
                                     ? draw("mitochondrion.short_length_um")
                                     : typical_length * draw("mitochondrion.length_spread");
        const double bend_um = draw("mitochondrion.is_winding") != 0 ? draw("mitochondrion.winding_bend_um")
                                                                     : draw("mitochondrion.bend_um");
        const Vec3 direction = random_direction(random, flatness);
        Tube tube;
        tube.lines.push_back(
            wander(random, shop, start, direction, length_um, radius, bend_um, flatness, owner, 0.0));
        // Grow backwards from the start too, so that starts are not special.
        auto back = wander(random, shop, start, direction * -1, 0.5 * length_um, radius, bend_um, flatness,
                           owner, 0.0);
        for (TubePoint& p : back) p.along_um = -p.along_um;
        tube.lines.push_back(std::move(back));
        const auto trunk = tube.lines[0];
        for (double at = 0.5; at < trunk.back().along_um; at += 0.6) {
            if (!random.chance(branching)) continue;
            const TubePoint& from = trunk[static_cast<std::size_t>(at / trunk.back().along_um *
                                                                   static_cast<double>(trunk.size() - 1))];
            const double branch_radius = radius * draw("mitochondrion.branch_radius");
            const double branch_um = draw("mitochondrion.branch_length_um");
            const Vec3 aside = random_direction(random, flatness);
            tube.lines.push_back(wander(random, shop, from.position, aside, branch_um, branch_radius, bend_um,
                                        flatness, owner, 0.0));
            for (TubePoint& p : tube.lines.back()) p.along_um += 50;
        }
        const double variation = draw("mitochondrion.thickness_variation");
        double added = 0;
        for (auto& line : tube.lines)
            for (TubePoint& p : line) {
                p.radius_um *= in_range(1 + variation * beads(p.position), 0.6, 1.2);
                added += std::numbers::pi * p.radius_um * p.radius_um * std::clamp(0.5 * radius, 0.02, 0.08);
            }
        if (added < 0.008 || (length_um > 1 && added < 0.03 && random.chance(0.7))) continue;
        volume += added;
        ++placed;
        canvas.add_object(mitochondrion, tube.lines.size() > 2 ? "branched"
                                         : length_um < 0.6     ? "round"
                                                               : "tubular");
        shop.occupancy.add(tube, owner);
        truth.push_back(describe(tube, radius, owner, body.view));
        const double contrast = shop.options.contents.contrast;
        const double base = body.values.mitochondrion + contrast * draw("mitochondrion.spread_per_um");
        const double phase = random.uniform(0, 20);
        const auto ends = std::make_shared<std::vector<Vec3>>();
        for (const auto& line : tube.lines) ends->push_back(line.back().position);
        canvas.paint_tube(
            tube, owner,
            [=, fine = shop.fine, medium = shop.medium, waves = shop.waves](
                Vec3 p, double d, double along, std::int64_t x, std::int64_t y, std::int64_t z) {
                // Cristae: folds across the tube, irregular in spacing and strength.
                const double disorder = (*waves)(p), more = (*waves)(p * 2.3);
                const double wave =
                    std::sin(2 * std::numbers::pi * (along / cristae_um) + phase + 5 * disorder) *
                    std::clamp(0.5 + more, 0.0, 1.2);
                const double deep = std::clamp(-d / 0.06, 0.0, 1.0);
                double end = 0;
                for (const Vec3 e : *ends) end = std::max(end, 1 - length(p - e) / (2 * radius));
                return base + contrast * (dense_ends * end + density_variation * (*density)(p) +
                                          rim * std::exp(-std::fabs(d + 0.02) / 0.03) +
                                          deep * cristae * (wave + 0.8 * (*medium)(x, y, z)) -
                                          0.4 * rim * deep + 0.008 * (*fine)(x, y, z));
            },
            over_cell(canvas));
    }
}

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
        return in_range(typical * draw("lipid_droplet.radius_spread"), smallest, largest);
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
        const double radius = in_range(typical * draw("vesicle.radius_spread"), smallest, largest);
        Vec3 centre;
        if (!shop.find_room(random, shop.place_of(placed), radius, 0.0, 40, centre)) continue;
        ++placed;
        Ellipsoid shape{centre, {radius, radius, radius}, frame_along(random_direction(random, 0))};
        if (draw("vesicle.is_flattened") != 0) {
            shape.radii.y *= draw("vesicle.flattening");
            shape.radii.z *= draw("vesicle.flattening");
        }
        const double which = random.uniform();
        const double wall_um = in_range(draw("vesicle.wall_um"), 0.025, std::max(0.025, 0.4 * radius + 0.01));
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

void add_reticulum(Workshop& shop) {
    Random random(shop.options.seed, 60);
    const auto draw = [&](const char* quantity) { return shop.model.draw(quantity, random); };
    Canvas& canvas = shop.canvas;
    const double per_um3 = draw("reticulum.tubes_per_um3") * shop.options.contents.reticulum;
    const auto count = std::min<std::int64_t>(400, std::llround(per_um3 * shop.sample_um3));
    for (std::int64_t i = 0; i < count; ++i) {
        const double radius = draw("reticulum.tube_radius_um");
        Vec3 start;
        if (!shop.find_room(random, shop.body.wide, radius, 0, 20, start)) continue;
        const double bend_um = draw("reticulum.tube_bend_um");
        const double length_um = draw("reticulum.tube_length_um");
        const Vec3 direction = random_direction(random, 0.6);
        Tube tube;
        tube.lines.push_back(
            wander(random, shop, start, direction, length_um, radius, bend_um, 0.6, 0, 0.02));
        // Class cytoplasm: the paint changes absorption, never the owner.
        const double value = shop.body.values.reticulum + draw("reticulum.tube_spread_per_um");
        canvas.paint_tube(
            tube, Canvas::same_owner,
            [=](Vec3, double, double, std::int64_t, std::int64_t, std::int64_t) { return value; },
            [&canvas](std::uint32_t owner) { return canvas.class_of(owner) == cytoplasm; });
    }
    // Small dense spots without a name: cross sections, clusters of ribosomes, granules.
    const auto spots =
        std::min<std::int64_t>(3000, std::llround(draw("reticulum.granules_per_um3") *
                                                  shop.options.contents.granularity * shop.sample_um3));
    const double strength = draw("reticulum.granule_strength");
    for (std::int64_t i = 0; i < spots; ++i) {
        const double radius = draw("reticulum.granule_radius_um");
        Ellipsoid spot{{},
                       {radius, radius * draw("reticulum.granule_length"), radius},
                       frame_along(random_direction(random, 0))};
        if (!shop.find_room(random, shop.body.wide, radius, 0, 3, spot.centre)) continue;
        const double value = shop.body.values.cytosol + strength * draw("reticulum.granule_contrast_per_um");
        canvas.paint(
            spot.box(), Canvas::same_owner, [spot](Vec3 p) { return spot.distance(p); },
            [=](Vec3, double, std::int64_t, std::int64_t, std::int64_t) { return value; },
            [&canvas](std::uint32_t owner) { return canvas.class_of(owner) == cytoplasm; });
    }
}

}  // namespace cytomo
