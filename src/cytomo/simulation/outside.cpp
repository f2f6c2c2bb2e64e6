// What lies outside the cell body: filopodia along the support, and gold markers.
#include <numbers>

#include "cytomo/simulation/organelles.h"
#include "cytomo/simulation/tube_pile.h"

namespace cytomo {

namespace {

struct Filopodium {
    std::vector<TubePoint> line;  ///< begins inside the cell
    std::size_t root = 0;         ///< first point outside
};

Filopodium grow(Random& random, const CellModel& model, const CellBody& body, Vec3 start, double angle,
                double radius, double length_um, double lift_um) {
    Filopodium f;
    const double step = std::clamp(0.5 * radius, 0.02, 0.05);
    const auto draw = [&](const char* quantity) { return model.draw(quantity, random); };
    const double bend_um = draw("filopodium.is_straight") != 0 ? draw("filopodium.straight_bend_um")
                                                               : draw("filopodium.bend_um");
    const SmoothField thickness(static_cast<std::uint64_t>(random.integer(1, 1 << 30)), 1, 0.5);
    const double variation = draw("filopodium.thickness_variation"),
                 tip_bulb = draw("filopodium.has_bulb") != 0 ? draw("filopodium.bulb") : 0;
    const double smallest = draw("filopodium.smallest_radius_um"),
                 largest = std::max(smallest, draw("filopodium.largest_radius_um"));
    Vec3 p = start;
    double turn = random.normal(), along = 0;
    bool outside = false;
    while (along < length_um) {
        double r = radius * (1 + variation * thickness(p)) * (outside ? 1 : 1.15);
        r = std::clamp(r * (1 - 0.25 * along / length_um), smallest, largest + 0.01);
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
        // It ends where it meets the next cell.
        if (outside && along > 0.3 && body.has_neighbour && body.neighbour_edge_distance(p.x, p.y) > 0) break;
    }
    return f;
}

/// A side branch of a filopodium, from one of its points.
std::vector<TubePoint> sprout(Random& random, const CellModel& model, const Filopodium& stem) {
    const auto draw = [&](const char* quantity) { return model.draw(quantity, random); };
    const std::size_t outside = stem.line.size() - stem.root;
    const std::size_t at =
        stem.root + static_cast<std::size_t>(random.uniform(0.2, 0.8) * static_cast<double>(outside - 1));
    const TubePoint from = stem.line[at], next = stem.line[std::min(at + 1, stem.line.size() - 1)];
    const Vec3 ahead = next.position - from.position;
    const double angle = std::atan2(ahead.y, ahead.x) + draw("filopodium.branch_angle");
    const double length_um = std::min(20.0, stem.line.back().along_um * draw("filopodium.branch_length"));
    const double step = std::clamp(0.5 * from.radius_um, 0.02, 0.05);
    std::vector<TubePoint> line;
    for (double along = 0; along <= length_um; along += step)
        line.push_back({from.position + Vec3{std::cos(angle), std::sin(angle), 0} * along,
                        from.radius_um * (0.9 - 0.2 * along / length_um), along});
    return line;
}

struct Start {
    Vec3 position;
    double angle, radius_um, length_um, lift_um;
};

/// Where the middle line leaves the cell at its own height: `root` is where it does at the support.
std::size_t true_root(const CellBody& body, const Filopodium& f) {
    std::size_t root = f.root;
    while (root > 0 && body.depth(f.line[root - 1].position) <= 0) --root;
    while (root + 4 < f.line.size() && body.depth(f.line[root].position) > 0) ++root;
    return root;
}

/// Grows and paints one, with its branches. Nothing if it does not leave the cell. It lies over those of the
/// pile, if there is one.
void add_filopodium(Workshop& shop, Random& random, const Start& start, TubePile* pile,
                    std::vector<FilopodiumTruth>& truth) {
    const CellBody& body = shop.body;
    const auto draw = [&](const char* quantity) { return shop.model.draw(quantity, random); };
    Canvas& canvas = shop.canvas;
    Filopodium f = grow(random, shop.model, body, start.position, start.angle, start.radius_um,
                        start.length_um, start.lift_um);
    if (f.root == 0 || f.root + 4 > f.line.size()) return;
    if (pile != nullptr) pile->lift(f.line, 0);
    const std::uint32_t owner = canvas.add_object(filopodium, "filopodium");
    FilopodiumTruth known;
    known.instance = owner;
    // One that bends back into the cell ends there.
    const std::size_t root = true_root(body, f);
    for (std::size_t k = root; k < f.line.size(); ++k) {
        if (f.line[k].along_um > f.line[root].along_um + 0.3 && body.depth(f.line[k].position) > 0) {
            known.complete = false;
            break;
        }
        if (!known.centre_line_um.empty())
            known.length_um += length(f.line[k].position - known.centre_line_um.back());
        known.centre_line_um.push_back(f.line[k].position);
        known.radius_um.push_back(f.line[k].radius_um);
        known.complete = known.complete && body.view.contains(f.line[k].position);
    }
    known.length_um += known.radius_um.back();
    known.root_um = known.centre_line_um.front();
    known.tip_um = known.centre_line_um.back();
    Tube tube{{f.line}};
    // Streams of their own: with or without branches, the others stay as they are.
    Random aside(shop.options.seed, 7000 + owner);
    const auto branches =
        std::min<std::int64_t>(10, std::llround(shop.model.draw("filopodium.branches", aside)));
    for (std::int64_t k = 0; k < branches; ++k) {
        tube.lines.push_back(sprout(aside, shop.model, f));
        if (pile != nullptr) pile->lift(tube.lines.back(), 6 * start.radius_um);
    }
    if (pile != nullptr)
        for (const auto& line : tube.lines) pile->add(line);
    known.branches = static_cast<int>(tube.lines.size()) - 1;
    truth.push_back(known);
    const double base = body.values.filopodium + draw("filopodium.spread_per_um");
    const double membrane = draw("filopodium.membrane_per_um");
    const double ice_um = draw("filopodium.ice_um");
    // A film of ice clings to the process where there is no ice layer.
    Tube coat = tube;
    for (auto& line : coat.lines)
        for (TubePoint& p : line) p.radius_um += ice_um;
    const auto ice = static_cast<float>(body.values.ice);
    canvas.paint_tube(
        coat, 0,
        [=, &canvas](Vec3, double, double, std::int64_t x, std::int64_t y, std::int64_t z) {
            return std::max(ice, canvas.lac(x, y, z));
        },
        [](std::uint32_t now) { return now == 0; });
    canvas.paint_tube(
        tube, owner,
        [=, fine = shop.fine](Vec3, double d, double, std::int64_t x, std::int64_t y, std::int64_t z) {
            return base + membrane * std::exp(-std::fabs(d + 0.01) / 0.02) + 0.008 * (*fine)(x, y, z);
        },
        [&canvas](std::uint32_t now) { return now == 0 || canvas.class_of(now) == filopodium; });
}

}  // namespace

void add_filopodia(Workshop& shop, std::vector<FilopodiumTruth>& truth) {
    const CellBody& body = shop.body;
    if (!body.has_edge) return;
    Random random(shop.options.seed, 70);
    const auto draw = [&](const char* quantity) { return shop.model.draw(quantity, random); };
    const Vec3 along_edge{-body.edge_normal.y, body.edge_normal.x, 0};
    const Vec3 extent = body.view.high - body.view.low;
    const double half = 0.5 * length({extent.x, extent.y, 0});
    const double per_um = draw("filopodium.per_um_of_edge") * shop.options.contents.filopodia;
    const auto count = std::min<std::int64_t>(
        2000, std::llround(per_um * 2 * half + (shop.options.contents.filopodia > 0 ? 1 : 0)));
    const double typical = draw("filopodium.radius_um");
    const double smallest = draw("filopodium.smallest_radius_um"),
                 largest = std::max(smallest, draw("filopodium.largest_radius_um"));
    // 0.1 µm within the cell, whatever the undulations of its edge.
    const auto from_edge = [&](Vec3 p) {
        return p + body.edge_normal * (0.1 - body.edge_distance(p.x, p.y));
    };
    TubePile pile(std::max(0.15, 2 * largest));
    Random aside(shop.options.seed, 71);
    TubePile* over = shop.model.happens("filopodium.lies_over_others", aside) ? &pile : nullptr;
    std::vector<Start> starts;
    // Two cannot leave the cell at one place: the later one moves along the edge.
    const auto add = [&](Random& chance, Start start) {
        if (over != nullptr) {
            const auto is_free = [&](Vec3 p) {
                return std::none_of(starts.begin(), starts.end(), [&](const Start& s) {
                    return std::hypot(s.position.x - p.x, s.position.y - p.y) <
                           1.2 * (s.radius_um + start.radius_um);
                });
            };
            const Vec3 wanted = start.position;
            for (int k = 1; k < 60 && !is_free(start.position); ++k)
                start.position =
                    from_edge(wanted + along_edge * ((k % 2 == 1 ? 0.5 : -0.5) * (k + 1) * start.radius_um));
            starts.push_back(start);
        }
        add_filopodium(shop, chance, start, over, truth);
    };
    for (std::int64_t i = 0; i < count; ++i) {
        Start start{};
        start.radius_um = std::clamp(typical * draw("filopodium.radius_spread"), smallest, largest);
        const Vec3 p = body.edge_point + along_edge * random.uniform(-half, half);
        start.position = from_edge(p);
        start.angle = std::atan2(-body.edge_normal.y, -body.edge_normal.x) + draw("filopodium.direction");
        start.length_um = std::min(100.0, draw("filopodium.length_um"));
        start.lift_um =
            draw("filopodium.is_lying") != 0 ? draw("filopodium.lying_lift_um") : draw("filopodium.lift_um");
        add(random, start);
        // A bundle: the others run beside it, now and then across.
        Random bundle(shop.options.seed, 8000 + static_cast<std::uint64_t>(i));
        const auto companions =
            std::min<std::int64_t>(10, std::llround(shop.model.draw("filopodium.companions", bundle)));
        for (std::int64_t k = 1; k <= companions; ++k) {
            Start beside = start;
            beside.position =
                start.position + along_edge * (2.2 * start.radius_um *
                                               static_cast<double>(k % 2 == 1 ? (k + 1) / 2 : -(k + 1) / 2));
            beside.position = from_edge(beside.position);
            beside.angle += 0.1 * bundle.normal();
            beside.length_um *= bundle.uniform(0.6, 1.2);
            add(bundle, beside);
        }
    }
}

void add_gold(Workshop& shop) {
    Random random(shop.options.seed, 80);
    const auto draw = [&](const char* quantity) { return shop.model.draw(quantity, random); };
    if (!random.chance(std::min(1.0, shop.model["gold.is_there"].a * shop.options.contents.gold))) return;
    const CellBody& body = shop.body;
    Canvas& canvas = shop.canvas;
    const Vec3 extent = body.wide.high - body.wide.low;
    const double radius = draw("gold.radius_um");
    const auto count = std::llround(draw("gold.count"));
    for (std::int64_t i = 0; i < count; ++i) {
        const double r = radius * draw("gold.radius_spread");
        Ellipsoid ball{
            {body.wide.low.x + random.uniform() * extent.x, body.wide.low.y + random.uniform() * extent.y, 0},
            {r, r, r},
            {}};
        ball.centre.z = body.support_um + (random.chance(0.5) ? r : -r);
        // Gold is no organelle: it keeps the owner of what it lies in.
        const double value = draw("gold.absorption_per_um");
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
