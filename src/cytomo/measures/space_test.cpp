#include "cytomo/measures/space.h"

#include <gtest/gtest.h>

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
    // Contacts are distances below the threshold, of the same pairs.
    for (const ObjectContact& c : space.contacts) {
        const auto nearest = [&](std::uint32_t object, std::uint8_t to) {
            for (const ObjectDistance& d : distances.pairs)
                if (d.object == object && d.to_class == to) return d.gap_um;
            return not_defined;
        };
        EXPECT_LE(nearest(c.a, c.class_b), c.gap_um + 0.02);
    }
    EXPECT_FALSE(space.null_model.empty());
    options.placements = 0;
    EXPECT_TRUE(measure_space(cell.classes, cell.instances, options).null_model.empty());
    options.bin_um = -1;
    EXPECT_THROW(measure_space(cell.classes, cell.instances, options), UsageError);
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
