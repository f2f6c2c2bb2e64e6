#include "cytomo/measures/space.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/core/random.h"
#include "cytomo/measures/test_cells.h"

namespace cytomo {
namespace {

TEST(Space, EqualsItsParts) {
    TestCell cell(Grid{{80, 70, 60}, {0.04, 0.05, 0.05}, {}});
    cell.add_ball({1.6, 1.7, 1.5}, 1.4, cytoplasm);
    cell.add_ball({1.6, 1.7, 1.5}, 0.5, nucleus);
    Random random(1);
    for (int i = 0; i < 30; ++i) {
        const Vec3 p{random.uniform(0, 3.2), random.uniform(0, 3.4), random.uniform(0, 3)};
        if (cell.is_all(p, 0.2, cytoplasm)) cell.add_ball(p, 0.2, i % 2 == 0 ? vesicle : mitochondrion);
    }
    SpaceOptions options;
    options.placements = 39;
    options.contact_within_um = 0.1;
    const Space space = measure_space(cell.classes, cell.instances, options);
    ContactOptions contact;
    contact.within_um = 0.1;
    EXPECT_EQ(space.contacts.size(), measure_contacts(cell.instances, contact).size());
    const Distances distances = measure_distances(cell.classes, cell.instances);
    EXPECT_EQ(space.distances.pairs.size(), distances.pairs.size());
    EXPECT_EQ(space.radial.size(), measure_radial_distributions(cell.classes, distances.positions).size());
    // What is near is so in every table, from either side.
    const auto nearest = [&](std::uint32_t object, std::uint8_t to) {
        for (const ObjectDistance& d : space.distances.pairs)
            if (d.object == object && d.to_class == to) return d;
        return ObjectDistance{};
    };
    for (const ObjectContact& c : space.contacts) {
        EXPECT_LE(nearest(c.a, c.class_b).gap_um, c.gap_um);
        EXPECT_LE(nearest(c.b, c.class_a).gap_um, c.gap_um);
    }
    for (const ObjectDistance& d : space.distances.pairs) {
        const ObjectDistance back = nearest(d.nearest, d.class_id);
        EXPECT_LE(back.gap_um, d.gap_um);
        if (back.nearest == d.object) {
            EXPECT_EQ(back.gap_um, d.gap_um);
        }
        const bool is_contact = std::any_of(space.contacts.begin(), space.contacts.end(), [&](const auto& c) {
            return std::minmax(c.a, c.b) == std::minmax(d.object, d.nearest) && c.gap_um == d.gap_um;
        });
        EXPECT_EQ(is_contact, d.gap_um < options.contact_within_um);
    }
    for (const ObjectPosition& p : space.distances.positions)
        if (p.class_id != nucleus) {
            EXPECT_EQ(p.nucleus_gap_um, nearest(p.object, nucleus).gap_um);
        }
    EXPECT_FALSE(space.null_model.empty());
    options.placements = 0;
    EXPECT_TRUE(measure_space(cell.classes, cell.instances, options).null_model.empty());
    options.bin_um = -1;
    EXPECT_THROW(measure_space(cell.classes, cell.instances, options), UsageError);
}

TEST(Space, PiecesThatAreNoObjectsAreNearToNothing) {
    TestCell cell(Grid{{80, 70, 60}, {0.04, 0.05, 0.05}, {}});
    cell.add_ball({1.6, 1.7, 1.5}, 1.4, cytoplasm);
    cell.add_ball({1.0, 1.7, 1.5}, 0.4, nucleus);
    for (const double x : {1.8, 2.2, 2.6}) cell.add_ball({x, 1.7, 1.5}, 0.15, vesicle);
    SpaceOptions options;
    options.placements = 19;
    const Space before = measure_space(cell.classes, cell.instances, options);
    // Voxels called nucleus between the vesicles, too few for an object.
    for (const double x : {2.0, 2.4}) {
        const Vec3 v = cell.classes.grid().voxel_from_world({x, 1.7, 1.5});
        cell.classes(std::llround(v.x), std::llround(v.y), std::llround(v.z)) = nucleus;
    }
    const Space after = measure_space(cell.classes, cell.instances, options);
    ASSERT_EQ(after.null_model.size(), before.null_model.size());
    for (std::size_t i = 0; i < after.null_model.size(); ++i) {
        EXPECT_EQ(after.null_model[i].observed, before.null_model[i].observed);
        EXPECT_EQ(after.null_model[i].expected, before.null_model[i].expected);
    }
}

TEST(Space, ManySpecksAreMeasured) {
    // 8,800 objects of one voxel, three classes.
    TestCell cell(Grid{{60, 60, 66}, {0.02, 0.02, 0.03}, {}});
    for (std::int64_t i = 0; i < cell.classes.count(); ++i) cell.classes[i] = cytoplasm;
    std::uint32_t number = 0;
    for (std::int64_t z = 0; z < 66; z += 3)
        for (std::int64_t y = 0; y < 60; y += 3)
            for (std::int64_t x = 0; x < 60; x += 3)
                cell.set_voxel(x, y, z, static_cast<std::uint8_t>(3 + (x + y + z) / 3 % 3), ++number);
    SpaceOptions options;
    options.placements = 19;
    options.most_placed_objects = 20;
    const Space space = measure_space(cell.classes, cell.instances, options);
    EXPECT_TRUE(space.contacts.empty());  // 40 nm apart
    ASSERT_EQ(space.distances.positions.size(), number);
    for (const ObjectDistance& d : space.distances.pairs) {
        ASSERT_GT(d.gap_um, 0.02);
        ASSERT_LT(d.gap_um, 0.12);
    }
    for (const NullModelResult& r : space.null_model) EXPECT_EQ(r.objects, 20);
}

}  // namespace
}  // namespace cytomo
