// Flagella and microvilli of cells in a group: tubes that leave the cell, along its surface first or straight
// out, through the ice between cells; kinetoplasts at their roots. Class filopodium and mitochondrion.
#include <numbers>

#include "cytomo/simulation/organelles.h"

namespace cytomo {

namespace {

/// Outwards, from a cell's surface.
Vec3 outwards(const CellBody& body, Vec3 p) {
    constexpr double h = 0.02;
    const auto depth = [&](Vec3 q) { return std::clamp(body.depth(q), -5.0, 5.0); };
    const Vec3 inwards{depth(p + Vec3{h, 0, 0}) - depth(p - Vec3{h, 0, 0}),
                       depth(p + Vec3{0, h, 0}) - depth(p - Vec3{0, h, 0}),
                       depth(p + Vec3{0, 0, h}) - depth(p - Vec3{0, 0, h})};
    return length(inwards) < 1e-9 ? Vec3{0, 0, 1} : normalized(inwards * -1);
}

struct Course {
    Vec3 start, direction;
    double length_um, attached_um, radius_um, bend_um;
};

/// A line from within the cell out into the ice; `root` is its first point outside.
std::vector<TubePoint> grow(Random& random, const CellBody& body, const Course& c, std::size_t& root) {
    std::vector<TubePoint> line;
    const double step = std::clamp(0.5 * c.radius_um, 0.02, 0.05);
    Vec3 p = c.start, direction = normalized(c.direction);
    double turn_b = random.normal(), turn_c = random.normal(), outside_um = -1;
    root = 0;
    for (double along = 0; along < c.length_um + 2; along += step) {
        line.push_back({p, c.radius_um, along});
        const double depth = body.depth(p);
        if (outside_um < 0 && depth < 0) {
            outside_um = 0;
            root = line.size() - 1;
        }
        if (outside_um < 0 && along > 2) return {};
        if (outside_um >= 0 && (outside_um += step) > c.length_um) break;
        const double keep = std::exp(-step / (0.4 * c.bend_um)), fresh = std::sqrt(1 - keep * keep);
        turn_b = keep * turn_b + fresh * random.normal();
        turn_c = keep * turn_c + fresh * random.normal();
        const Frame frame = frame_along(direction);
        Vec3 next = direction + frame.b * (turn_b * step / c.bend_um) + frame.c * (turn_c * step / c.bend_um);
        if (outside_um >= 0 && depth > -1) {
            // Along the surface it keeps close; later only out of cells.
            const double wanted = c.radius_um + 0.01;
            const double off = -depth - wanted;
            if (outside_um < c.attached_um)
                next = next - outwards(body, p) * std::clamp(2 * off, -0.6, 0.4);
            else if (off < 0)
                next = next + outwards(body, p) * std::min(0.8, -6 * off);
        }
        direction = normalized(next);
        p = p + direction * step;
        if (outside_um > 0.3 && body.depth(p) > 0.02) break;
    }
    return line;
}

void add_one(Workshop& shop, Random& random, const Course& course, const char* kind,
             std::vector<FilopodiumTruth>& truth) {
    const CellBody& body = shop.body;
    Canvas& canvas = shop.canvas;
    std::size_t root = 0;
    const auto line = grow(random, body, course, root);
    if (root == 0 || root + 4 > line.size()) return;
    const std::uint32_t owner = canvas.add_object(filopodium, kind);
    FilopodiumTruth known;
    known.instance = owner;
    for (std::size_t k = root; k < line.size(); ++k) {
        if (!known.centre_line_um.empty())
            known.length_um += length(line[k].position - known.centre_line_um.back());
        known.centre_line_um.push_back(line[k].position);
        known.radius_um.push_back(line[k].radius_um);
        known.complete = known.complete && body.view.contains(line[k].position);
    }
    known.length_um += known.radius_um.back();
    known.root_um = known.centre_line_um.front();
    known.tip_um = known.centre_line_um.back();
    truth.push_back(known);
    const double value = body.values.filopodium + shop.model.draw("filopodium.spread_per_um", random);
    const double membrane = shop.model.draw("filopodium.membrane_per_um", random);
    canvas.paint_tube(
        Tube{{line}}, owner,
        [=, fine = shop.fine](Vec3, double d, double, std::int64_t x, std::int64_t y, std::int64_t z) {
            return value + membrane * std::exp(-std::fabs(d + 0.01) / 0.02) + 0.008 * (*fine)(x, y, z);
        },
        [&canvas](std::uint32_t now) { return now == 0 || canvas.class_of(now) == filopodium; });
}

}  // namespace

void add_flagella(Workshop& shop, std::vector<FilopodiumTruth>& truth) {
    const CellBody& body = shop.body;
    if (!body.group) return;
    Random random(shop.options.seed, 192);
    const auto draw = [&](const char* quantity) { return shop.model.draw(quantity, random); };
    const double amount = shop.options.contents.filopodia;
    const double radius = draw("flagellum.radius_um"), attached = draw("flagellum.attached"),
                 kinetoplasts = draw("flagellum.has_kinetoplast");
    for (const CellShape& cell : body.group->cells) {
        const auto count =
            amount <= 0 ? 0 : std::min<std::int64_t>(8, std::llround(draw("flagellum.per_cell")));
        for (std::int64_t k = 0; k < count; ++k) {
            const bool front = random.chance(0.5);
            const TubePoint& pole = front ? cell.axis.front() : cell.axis.back();
            const Vec3 ahead = cell.frame.a * (front ? -1 : 1);
            Course c{};
            c.radius_um = std::clamp(radius * random.uniform(0.8, 1.2), 0.03, 0.4);
            c.length_um = std::clamp(draw("flagellum.length_um"), 0.3, 30.0);
            c.bend_um = std::max(0.3, draw("flagellum.bend_um"));
            c.start = pole.position;
            c.direction = ahead + Vec3{random.normal(), random.normal(), random.normal()} * 0.4;
            if (random.chance(attached)) {
                // Back along the body.
                c.attached_um = c.length_um * random.uniform(0.4, 1);
                const Vec3 aside = random.chance(0.5) ? cell.frame.b : cell.frame.c;
                c.direction = aside + ahead * -0.3 + random_direction(random, 0) * 0.3;
            }
            if (kinetoplasts != 0 && k == 0) {
                Ellipsoid disc;
                disc.centre = pole.position - ahead * random.uniform(0.15, 0.5);
                const double across = random.uniform(0.12, 0.3);
                disc.radii = {random.uniform(0.04, 0.08), across, across};
                disc.frame = frame_along(ahead + random_direction(random, 0) * 0.4);
                if (shop.in_cytoplasm(disc.centre, 0.5 * across) &&
                    !shop.occupancy.collides(disc.centre, across, 0.02)) {
                    const std::uint32_t owner = shop.canvas.add_object(mitochondrion, "kinetoplast",
                                                                       disc.volume_um3(), disc.area_um2());
                    shop.occupancy.add(disc.centre, across, owner);
                    const double value =
                        body.values.cytosol + shop.options.contents.contrast * random.uniform(0.03, 0.12);
                    shop.canvas.paint(
                        disc.box(), owner, [disc](Vec3 p) { return disc.distance(p); },
                        [=](Vec3, double, std::int64_t, std::int64_t, std::int64_t) { return value; },
                        over_cell(shop.canvas));
                }
            }
            add_one(shop, random, c, "flagellum", truth);
        }
    }
    // Short ones all over the surface.
    const auto hairs =
        amount <= 0 ? 0 : std::min<std::int64_t>(300, std::llround(draw("flagellum.microvilli")));
    const double hair_radius = draw("flagellum.microvillus_radius_um");
    const Box where = body.view.grown(0.3);
    const Vec3 extent = where.high - where.low;
    std::int64_t placed = 0;
    for (std::int64_t tries = 0; tries < 40 * hairs && placed < hairs; ++tries) {
        const Vec3 p = where.low + Vec3{random.uniform() * extent.x, random.uniform() * extent.y,
                                        random.uniform() * extent.z};
        const double depth = body.depth(p);
        if (depth < 0.02 || depth > 0.12) continue;
        ++placed;
        Course c{};
        c.radius_um = std::clamp(hair_radius * random.uniform(0.8, 1.2), 0.025, 0.2);
        c.length_um = std::clamp(draw("flagellum.microvillus_length_um"), 0.1, 5.0);
        c.bend_um = random.uniform(0.5, 3);
        c.start = p;
        c.direction = outwards(body, p) + random_direction(random, 0) * 0.5;
        add_one(shop, random, c, "microvillus", truth);
    }
}

}  // namespace cytomo
