// What the makers of organelles share: room, and lines that wander through it.
#include "cytomo/simulation/organelles.h"

namespace cytomo {

Vec3 random_direction(Random& random, double flatness) {
    return normalized({random.normal(), random.normal(), (1 - flatness) * random.normal()});
}

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

}  // namespace cytomo
