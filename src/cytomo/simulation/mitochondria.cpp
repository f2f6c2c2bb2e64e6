// Branched tubes of varying thickness, with folds inside.
#include <numbers>

#include "cytomo/simulation/organelles.h"

namespace cytomo {

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
    const SmoothField beads(shop.options.seed, 31, draw("mitochondrion.bead_um"));
    const double density_variation = draw("mitochondrion.density_variation_per_um"),
                 dense_ends = draw("mitochondrion.dense_ends_per_um");
    const auto density = std::make_shared<const SmoothField>(shop.options.seed, 32, 0.4);
    const double smallest = draw("mitochondrion.smallest_radius_um"),
                 largest = std::max(smallest, draw("mitochondrion.largest_radius_um"));
    double volume = 0;
    int placed = 0;
    for (int tries = 0; volume < target && tries < 600; ++tries) {
        double radius = std::clamp(cell_radius * draw("mitochondrion.radius_spread"), smallest, largest);
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
                p.radius_um *= std::clamp(1 + variation * beads(p.position), 0.6, 1.2);
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

}  // namespace cytomo
