// Endoplasmic reticulum, granules and Golgi stacks: class cytoplasm, so that they change absorption only.
#include "cytomo/simulation/organelles.h"

namespace cytomo {

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

namespace {

/// A pile of curved discs, as a Golgi apparatus is.
struct Stack {
    Vec3 centre;
    Frame frame;  ///< a: across the discs
    int discs = 0;
    double spacing_um = 0, radius_um = 0, curvature_per_um = 0;
    /// µm from the nearest disc's middle; large beyond its rim.
    double distance(Vec3 p) const {
        const Vec3 d = p - centre;
        const double along = dot(d, frame.b), aside = dot(d, frame.c);
        const double r = std::hypot(along, aside);
        const double height = dot(d, frame.a) - 0.5 * curvature_per_um * r * r;
        const double middle = 0.5 * (discs - 1);
        const double disc = std::clamp(std::round(height / spacing_um + middle), 0.0, 2 * middle);
        // The outer discs are smaller.
        const double rim = radius_um * (1 - 0.25 * std::fabs(disc - middle) / std::max(1.0, middle));
        return std::hypot(height - (disc - middle) * spacing_um, std::max(0.0, r - rim));
    }
};

}  // namespace

void add_golgi(Workshop& shop) {
    Random random(shop.options.seed, 110);
    const auto draw = [&](const char* quantity) { return shop.model.draw(quantity, random); };
    Canvas& canvas = shop.canvas;
    const auto count = std::min<std::int64_t>(
        200, std::llround(draw("golgi.stacks_per_um3") * shop.options.contents.reticulum * shop.sample_um3));
    for (std::int64_t i = 0; i < count; ++i) {
        Stack stack;
        stack.discs = static_cast<int>(std::clamp(draw("golgi.discs"), 2.0, 12.0));
        stack.spacing_um = std::clamp(draw("golgi.spacing_um"), 0.02, 0.3);
        stack.radius_um = std::clamp(draw("golgi.radius_um"), 0.05, 3.0);
        stack.curvature_per_um = draw("golgi.curvature_per_um");
        stack.frame = frame_along({random.normal(), random.normal(), random.normal()});
        const double half = 0.5 * stack.discs * stack.spacing_um;
        if (!shop.find_room(random, shop.body.wide, std::max(half, 0.5 * stack.radius_um), 0, 30,
                            stack.centre))
            continue;
        const double thickness = std::clamp(draw("golgi.thickness_um"), 0.01, 0.2);
        const double value = shop.body.values.reticulum;
        const double reach =
            std::hypot(half + stack.radius_um * stack.radius_um * std::fabs(stack.curvature_per_um) / 2,
                       stack.radius_um) +
            thickness;
        const Box box{stack.centre - Vec3{reach, reach, reach}, stack.centre + Vec3{reach, reach, reach}};
        // Class cytoplasm: the paint changes absorption, never the owner.
        canvas.paint(
            box, Canvas::same_owner, [=](Vec3 p) { return stack.distance(p) - 0.5 * thickness; },
            [=](Vec3, double, std::int64_t, std::int64_t, std::int64_t) { return value; },
            [&canvas](std::uint32_t owner) { return canvas.class_of(owner) == cytoplasm; });
    }
}

}  // namespace cytomo
