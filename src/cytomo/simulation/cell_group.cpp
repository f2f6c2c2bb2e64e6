#include "cytomo/simulation/cell_group.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cytomo {

double CellShape::distance(Vec3 p) const {
    // Stretched along c by what the body is flattened there.
    const Vec3 from_centre = p - centre;
    const Vec3 q = p + frame.c * (dot(from_centre, frame.c) * (1 / flatness - 1));
    double nearest = 1e9;
    for (std::size_t i = 0; i + 1 < axis.size(); ++i) {
        const TubePoint &a = axis[i], &b = axis[i + 1];
        const Vec3 ab = b.position - a.position, ap = q - a.position;
        const double t = std::clamp(dot(ap, ab) / std::max(1e-12, dot(ab, ab)), 0.0, 1.0);
        nearest = std::min(nearest, length(ap - ab * t) - a.radius_um - t * (b.radius_um - a.radius_um));
    }
    nearest *= std::sqrt(flatness);
    if (warp && std::fabs(nearest) < 2.5 * warp_um + 0.3) nearest += warp_um * (*warp)(p);
    for (const Dent& dent : dents) nearest = std::max(nearest, dent.radius_um - length(p - dent.centre));
    return nearest;
}

double CellShape::least_distance(Vec3 p) const {
    const double scale = std::sqrt(flatness);
    const double from_centre = length(p - centre) - reach_um;
    if (from_centre * scale > 0.8 || girth_um > 1e8) return from_centre * (from_centre > 0 ? scale : 1);
    const Vec3 a = axis.front().position, ab = axis.back().position - a, ap = p - a;
    const double t = std::clamp(dot(ap, ab) / std::max(1e-12, dot(ab, ab)), 0.0, 1.0);
    const double least = std::max(from_centre, length(ap - ab * t) - girth_um);
    return least * (least > 0 ? scale : 1);
}

PlaceInGroup CellGroup::at(Vec3 p) const {
    double first = 1e9, second = 1e9;
    int cell = -1;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const double least = cells[i].least_distance(p);
        if (least > 0.8 || least >= second) continue;
        const double d = cells[i].distance(p);
        if (d < first) {
            second = first;
            first = d;
            cell = static_cast<int>(i);
        } else {
            second = std::min(second, d);
        }
    }
    if (cell < 0) return {};
    const double to_plane = 0.5 * (second - first) - 0.5 * gap_um;
    return {std::min({-first, to_plane, within_capillary(p) - gap_um}), cell};
}

double CellGroup::within_capillary(Vec3 p) const {
    if (capillary_radius_um <= 0) return 1e9;
    return capillary_radius_um - std::hypot(p.x - capillary.x, p.z - capillary.z);
}

double CellGroup::nucleus_distance(Vec3 p, const PlaceInGroup& place) const {
    if (place.cell < 0) return 1e9;
    const CellShape& cell = cells[static_cast<std::size_t>(place.cell)];
    if (!cell.has_nucleus) return 1e9;
    double d = cell.nucleus.distance(p);
    if (std::fabs(d) > 1.2) return d;
    if (nucleus_wobble) d += nucleus_wobble_um * (*nucleus_wobble)(p);
    return std::max(d, 0.06 - place.depth_um);
}

namespace {

struct Drawn {
    double length_um, radius_um, pointed, front, bend, flatness;
};

/// A cell with its middle at `centre`.
CellShape make_shape(const Drawn& d, Vec3 centre, Vec3 direction, double roll) {
    CellShape s;
    s.frame = frame_along(direction);
    const Vec3 b = s.frame.b, c = s.frame.c;
    s.frame.b = b * std::cos(roll) + c * std::sin(roll);
    s.frame.c = c * std::cos(roll) - b * std::sin(roll);
    s.flatness = d.flatness;
    s.centre = centre;
    constexpr int points = 13;
    // The widest place lies at share `front` of the length.
    const double skew = std::log(0.5) / std::log(d.front);
    double along = 0;
    for (int i = 0; i < points; ++i) {
        const double t = (i + 0.5) / points, u = 2 * std::pow(t, skew) - 1;
        const double profile = std::pow(std::max(0.0, 1 - u * u), d.pointed);
        const double radius = std::max(0.06, d.radius_um * profile);
        const double x =
            (t - 0.5) * std::max(0.02, d.length_um - 2 * d.radius_um * (d.pointed < 0.6 ? 1 : 0));
        const double aside = d.bend * (x * x / std::max(0.2, d.length_um) - 0.08 * d.length_um);
        const Vec3 position = centre + s.frame.a * x + s.frame.b * aside;
        if (!s.axis.empty()) along += length(position - s.axis.back().position);
        s.axis.push_back({position, radius, along});
    }
    for (const TubePoint& p : s.axis)
        s.reach_um = std::max(s.reach_um, length(p.position - centre) + p.radius_um);
    return s;
}

/// Gap between two cells along the axis of the first; negative where they overlap.
double gap_between(const CellShape& a, const CellShape& b) {
    if (length(a.centre - b.centre) - a.reach_um - b.reach_um > 0.5) return 1;
    double gap = 1e9;
    for (const TubePoint& p : a.axis) gap = std::min(gap, b.distance(p.position) - 0.85 * p.radius_um);
    for (const TubePoint& p : b.axis) gap = std::min(gap, a.distance(p.position) - 0.85 * p.radius_um);
    return gap;
}

void move(CellShape& s, Vec3 by) {
    s.centre = s.centre + by;
    for (TubePoint& p : s.axis) p.position = p.position + by;
}

void add_nucleus(CellShape& s, const CellModel& model, Random& random) {
    const auto draw = [&](const char* quantity) { return model.draw(quantity, random); };
    s.has_nucleus = draw("group.has_nucleus") != 0;
    const double at = std::clamp(draw("group.nucleus_along"), 0.2, 0.8);
    const double size = std::clamp(draw("group.nucleus_size"), 0.1, 0.85);
    const double stretch = std::max(0.3, draw("group.nucleus_stretch"));
    const double off = draw("group.nucleus_off_centre");
    const TubePoint& p = s.axis[static_cast<std::size_t>(at * static_cast<double>(s.axis.size() - 1))];
    const double r = size * p.radius_um;
    s.nucleus.frame = s.frame;
    s.nucleus.radii = {r * stretch, r, r * std::clamp(s.flatness, 0.4, 1.0)};
    const double turn = random.uniform(0, 2 * std::numbers::pi);
    const Vec3 aside = s.frame.b * std::cos(turn) + s.frame.c * (s.flatness * std::sin(turn));
    s.nucleus.centre =
        s.centre + (p.position - s.centre) + aside * (off * std::max(0.0, p.radius_um - r - 0.1));
}

}  // namespace

CellGroup::CellGroup(const CellModel& model, const Box& view, const Box& wide, std::uint64_t seed) {
    Random random(seed, 160);
    const auto draw = [&](const char* quantity) { return model.draw(quantity, random); };
    const Vec3 extent = view.high - view.low;
    const double usual_radius = std::max(0.2, draw("group.radius_um")),
                 usual_length = std::max(1.0, draw("group.elongation"));
    const double pointed = draw("group.pointed"), flat = draw("group.flatness");
    const double warp = draw("group.warp"), warp_scale = std::max(0.3, draw("group.warp_scale_um"));
    const double aligned = draw("group.alignment");
    gap_um = std::max(0.005, draw("group.gap_um"));
    nucleus_wobble_um = draw("nucleus.wobble_um") * std::min(1.0, usual_radius / 2);
    nucleus_wobble = std::make_shared<const SmoothField>(seed, 161, std::max(0.3, 0.7 * usual_radius));
    if (draw("capillary.is_there") != 0) {
        capillary_radius_um = std::clamp(draw("capillary.radius_um"), 1.0, 50.0);
        wall_um = std::clamp(draw("capillary.wall_um"), 0.02, 5.0);
        const double turn = random.uniform(0, 2 * std::numbers::pi);
        const double away = capillary_radius_um - draw("capillary.wall_at") * 0.5 * extent.x;
        capillary = (view.low + view.high) * 0.5 + Vec3{std::cos(turn), 0, 0.5 * std::sin(turn)} * away;
    }
    const Vec3 common = normalized({random.normal(), random.normal(), 0.5 * random.normal()});
    const auto wanted = std::clamp<std::int64_t>(std::llround(draw("group.cells")), 1, 60);
    // Cells matter where the view and what is just beside it are.
    Box room = view.grown(0.5 + usual_radius);
    room = {
        {std::max(room.low.x, wide.low.x - usual_radius), std::max(room.low.y, wide.low.y - usual_radius),
         std::max(room.low.z, wide.low.z - usual_radius)},
        {std::min(room.high.x, wide.high.x + usual_radius), std::min(room.high.y, wide.high.y + usual_radius),
         std::min(room.high.z, wide.high.z + usual_radius)}};
    const Vec3 span = room.high - room.low;
    for (int tries = 0; tries < 400 && static_cast<std::int64_t>(cells.size()) < wanted; ++tries) {
        Drawn d{};
        d.radius_um = std::clamp(usual_radius * draw("group.radius_spread"), 0.15, 8.0);
        d.length_um = 2 * d.radius_um * std::max(1.0, usual_length * draw("group.elongation_spread"));
        d.pointed = std::clamp(pointed + 0.1 * random.normal(), 0.3, 1.6);
        d.front = random.uniform(0.3, 0.7);
        d.bend = draw("group.bend");
        d.flatness = std::clamp(flat + 0.1 * random.normal(), 0.35, 1.0);
        const Vec3 own = normalized({random.normal(), random.normal(), 0.6 * random.normal()});
        const Vec3 direction = normalized(own * (1 - aligned) + common * aligned);
        Vec3 centre{room.low.x + random.uniform() * span.x, room.low.y + random.uniform() * span.y,
                    room.low.z + random.uniform() * span.z};
        if (cells.empty()) {
            // The first one is in view, its middle or its surface.
            const double offset = draw("group.first_offset");
            centre =
                (view.low + view.high) * 0.5 +
                Vec3{random.normal() * extent.x, random.normal() * extent.y, random.normal() * extent.z} *
                    (0.4 * offset) +
                own * (random.normal() * offset * d.radius_um);
        }
        CellShape s = make_shape(d, centre, direction, random.uniform(0, 2 * std::numbers::pi));
        if (!cells.empty()) {
            const double away = draw("group.distance_um");
            const auto fits = [&] {
                return std::all_of(cells.begin(), cells.end(),
                                   [&](const CellShape& c) { return gap_between(s, c) > away; });
            };
            const Vec3 towards = cells[static_cast<std::size_t>(
                                           random.integer(0, static_cast<std::int64_t>(cells.size()) - 1))]
                                     .centre -
                                 s.centre;
            if (!fits()) {
                // Away from the others until it is free.
                bool free = false;
                for (int k = 1; k <= 10 && !free; ++k) {
                    move(s, normalized(towards) * (-0.35 * d.radius_um));
                    free = fits();
                }
                if (!free) continue;
            } else if (random.chance(model["group.crowded"].a)) {
                // Towards another one until it touches.
                double gone = 0;
                const double step = 0.12 * d.radius_um;
                while (gone < length(towards) && fits()) {
                    move(s, normalized(towards) * step);
                    gone += step;
                }
                move(s, normalized(towards) * -step);
            }
        }
        if (warp > 0) {
            s.warp_um = warp * d.radius_um;
            s.warp = std::make_shared<const SmoothField>(seed, 1620 + cells.size(),
                                                         std::min(4.0, warp_scale * d.radius_um));
            s.reach_um += 2.5 * s.warp_um;
        }
        const Vec3 start = s.axis.front().position, line = s.axis.back().position - start;
        s.girth_um = 0;
        for (const TubePoint& a : s.axis) {
            const Vec3 from = a.position - start;
            const double t = std::clamp(dot(from, line) / std::max(1e-12, dot(line, line)), 0.0, 1.0);
            s.girth_um = std::max(s.girth_um, length(from - line * t) + a.radius_um + 2.5 * s.warp_um);
        }
        add_nucleus(s, model, random);
        const auto dents = std::clamp<std::int64_t>(std::llround(draw("group.dents")), 0, 5);
        for (std::int64_t k = 0; k < dents; ++k) {
            const double radius = d.radius_um * random.uniform(0.4, 1.2);
            const Vec3 aside = normalized({random.normal(), random.normal(), random.normal()});
            const TubePoint& p = s.axis[static_cast<std::size_t>(
                random.integer(0, static_cast<std::int64_t>(s.axis.size()) - 1))];
            s.dents.push_back(
                {p.position + aside * (p.radius_um + radius * random.uniform(0.2, 0.8)), radius});
        }
        cells.push_back(std::move(s));
    }
}

}  // namespace cytomo
