// What lies outside the cell body: filopodia along the support, and gold markers.
#include <numbers>

#include "cytomo/simulation/organelles.h"

namespace cytomo {

namespace {

struct Filopodium {
    std::vector<TubePoint> line;  ///< begins inside the cell
    std::size_t root = 0;         ///< first point outside
};

Filopodium grow(Random& random, const CellBody& body, Vec3 start, double angle, double radius,
                double length_um, double lift_um) {
    Filopodium f;
    const double step = std::clamp(0.5 * radius, 0.02, 0.05);
    const double bend_um = random.chance(0.6) ? random.uniform(4, 20) : random.uniform(1, 4);
    const SmoothField thickness(static_cast<std::uint64_t>(random.integer(1, 1 << 30)), 1, 0.5);
    const double variation = random.uniform(0.03, 0.18),
                 tip_bulb = random.chance(0.25) ? random.uniform(0.2, 0.7) : 0;
    Vec3 p = start;
    double turn = random.normal(), along = 0;
    bool outside = false;
    while (along < length_um && length_um < 40) {
        double r = radius * (1 + variation * thickness(p)) * (outside ? 1 : 1.15);
        r = std::clamp(r * (1 - 0.25 * along / length_um), 0.03, 0.16);
        const double to_tip = (length_um - along) / 0.2;
        r *= 1 + tip_bulb * std::exp(-to_tip * to_tip);
        if (!outside && along > 0 && body.depth({p.x, p.y, body.support_um + 0.05}) <= 0) {
            outside = true;
            f.root = f.line.size();
            along = 0;
        }
        // Near the root the process slopes from the height of the body's edge to the support.
        const double z = body.support_um + r + lift_um + 0.02 * thickness({p.x * 0.5, p.y * 0.5, 5});
        f.line.push_back({{p.x, p.y, z}, r, along});
        const double keep = std::exp(-step / (0.5 * bend_um));
        turn = keep * turn + std::sqrt(1 - keep * keep) * random.normal();
        angle += turn * step / bend_um;
        p = p + Vec3{std::cos(angle), std::sin(angle), 0} * step;
        along += step;
        if (!outside && along > 3) return {};
    }
    return f;
}

}  // namespace

void add_filopodia(Workshop& shop, std::vector<FilopodiumTruth>& truth) {
    const CellBody& body = shop.body;
    if (!body.has_edge) return;
    Random random(shop.options.seed, 70);
    Canvas& canvas = shop.canvas;
    const Vec3 along_edge{-body.edge_normal.y, body.edge_normal.x, 0};
    const Vec3 extent = body.view.high - body.view.low;
    const double half = 0.5 * length({extent.x, extent.y, 0});
    const double per_um = random.uniform(0.5, 2.2) * shop.options.contents.filopodia;
    const auto count = std::llround(per_um * 2 * half + (shop.options.contents.filopodia > 0 ? 1 : 0));
    const double typical = random.uniform(0.05, 0.11);
    for (std::int64_t i = 0; i < count; ++i) {
        const double radius = std::clamp(random.log_normal(typical, 0.3), 0.03, 0.15);
        Vec3 start = body.edge_point + along_edge * random.uniform(-half, half);
        start = start + body.edge_normal * (0.1 - body.edge_distance(start.x, start.y));
        const double outwards = std::atan2(-body.edge_normal.y, -body.edge_normal.x);
        const double angle = outwards + std::clamp(random.normal(0, 0.5), -1.2, 1.2);
        const double length_um = std::clamp(random.log_normal(3.5, 0.6), 0.5, 10.0);
        const double lift = random.chance(0.7) ? random.uniform(0, 0.06) : random.uniform(0.05, 0.35);
        const Filopodium f = grow(random, body, start, angle, radius, length_um, lift);
        if (f.root == 0 || f.root + 4 > f.line.size()) continue;
        const std::uint32_t owner = canvas.add_object(filopodium, "filopodium");
        FilopodiumTruth known;
        known.instance = owner;
        for (std::size_t k = f.root; k < f.line.size(); ++k) {
            known.centre_line_um.push_back(f.line[k].position);
            known.radius_um.push_back(f.line[k].radius_um);
            known.complete = known.complete && body.view.contains(f.line[k].position);
        }
        known.length_um = f.line.back().along_um + f.line.back().radius_um;
        known.root_um = known.centre_line_um.front();
        known.tip_um = known.centre_line_um.back();
        truth.push_back(known);
        const double base = body.values.filopodium + random.normal(0, 0.008);
        const double membrane = random.uniform(0.0, 0.05);
        const double ice_um = random.uniform(0.015, 0.07);
        // A film of ice clings to the process where there is no ice layer.
        Tube coat{{f.line}};
        for (TubePoint& p : coat.lines[0]) p.radius_um += ice_um;
        const auto ice = static_cast<float>(body.values.ice);
        canvas.paint_tube(
            coat, 0,
            [=, &canvas](Vec3, double, double, std::int64_t x, std::int64_t y, std::int64_t z) {
                return std::max(ice, canvas.lac(x, y, z));
            },
            [](std::uint32_t now) { return now == 0; });
        canvas.paint_tube(
            Tube{{f.line}}, owner,
            [=, fine = shop.fine](Vec3, double d, double, std::int64_t x, std::int64_t y, std::int64_t z) {
                return base + membrane * std::exp(-std::fabs(d + 0.01) / 0.02) + 0.008 * (*fine)(x, y, z);
            },
            [&canvas](std::uint32_t now) { return now == 0 || canvas.class_of(now) == filopodium; });
    }
}

void add_gold(Workshop& shop) {
    Random random(shop.options.seed, 80);
    if (!random.chance(std::min(1.0, 0.25 * shop.options.contents.gold))) return;
    const CellBody& body = shop.body;
    Canvas& canvas = shop.canvas;
    const Vec3 extent = body.wide.high - body.wide.low;
    const double radius = random.uniform(0.05, 0.125);
    const auto count = random.integer(1, 6);
    for (std::int64_t i = 0; i < count; ++i) {
        const double r = radius * random.uniform(0.95, 1.05);
        Ellipsoid ball{
            {body.wide.low.x + random.uniform() * extent.x, body.wide.low.y + random.uniform() * extent.y, 0},
            {r, r, r},
            {}};
        ball.centre.z = body.support_um + (random.chance(0.5) ? r : -r);
        // Gold is no organelle: it keeps the owner of what it lies in.
        const double value = random.uniform(4, 8);
        canvas.queue([=, &canvas](std::int64_t z0, std::int64_t z1) {
            const auto l = canvas.limits(ball.box(), z0, z1);
            for (auto z = l.z0; z < l.z1; ++z)
                for (auto y = l.y0; y < l.y1; ++y)
                    for (auto x = l.x0; x < l.x1; ++x)
                        if (ball.distance(canvas.lac.grid().world_from_voxel(
                                {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)})) <
                            0)
                            canvas.lac(x, y, z) = static_cast<float>(value);
        });
    }
}

}  // namespace cytomo
