#include "cytomo/labels/edits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cytomo/core/error.h"

namespace cytomo {
namespace {

const Grid uneven{{90, 50, 40}, {0.02, 0.03, 0.025}, {-1, 2, 5}};

Vec3 place(const Grid& g, std::int64_t x, std::int64_t y, std::int64_t z) {
    return g.world_from_voxel({static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
}

template <class Inside>
void draw(Instances& instances, ClassVolume& classes, std::uint32_t number, std::uint8_t class_id,
          Inside inside) {
    const Grid& g = classes.grid();
    if (instances.class_of.size() <= number) instances.class_of.resize(number + 1, 0);
    instances.class_of[number] = class_id;
    for (std::int64_t z = 0; z < g.size.z; ++z)
        for (std::int64_t y = 0; y < g.size.y; ++y)
            for (std::int64_t x = 0; x < g.size.x; ++x)
                if (inside(place(g, x, y, z))) {
                    instances.volume(x, y, z) = number;
                    classes(x, y, z) = class_id;
                }
}

auto ball(Vec3 centre, double radius) {
    return [=](Vec3 p) { return dot(p - centre, p - centre) <= radius * radius; };
}

std::int64_t voxels_of(const Instances& instances, std::uint32_t number) {
    const auto values = instances.volume.values();
    return std::count(values.begin(), values.end(), number);
}

/// Cytoplasm (1) all through the volume, two balls of vesicle that touch (2), a droplet (3), one beside it
/// (4).
struct Scene {
    Instances instances;
    ClassVolume classes;
    Vec3 left{-0.55, 2.7, 5.5}, right{-0.05, 2.7, 5.5};

    Scene() : classes(uneven) {
        instances.volume = InstanceVolume(uneven);
        draw(instances, classes, 1, cytoplasm, [](Vec3) { return true; });
        draw(instances, classes, 2, vesicle, ball(left, 0.27));
        draw(instances, classes, 2, vesicle, ball(right, 0.27));
        draw(instances, classes, 3, lipid_droplet, ball({0.45, 2.7, 5.3}, 0.15));
        draw(instances, classes, 4, lipid_droplet, ball({0.45, 2.7, 5.7}, 0.15));
    }
    std::vector<std::string> edit(const std::string& text) {
        return apply_edits(instances, &classes, parse_edits(text, "edits.txt", default_legend()),
                           default_legend());
    }
};

std::string error_of(const std::string& text) {
    Scene scene;
    try {
        scene.edit(text);
    } catch (const InputError& e) {
        return e.what();
    }
    return "no error";
}

TEST(Edits, ParsesTextAndCsv) {
    const Legend legend = default_legend();
    const auto edits = parse_edits(
        "\xEF\xBB\xBF# by Ada\r\n"
        "Operation;object;...\r\n"
        "merge 12 13 14   # one droplet\r\n\r\n"
        "split,7,1.5,-2,3e-1,4,5,6,,\r\n"
        "split 8 voxels 1,2,3; 4,5,6; 7,8,9\n"
        "split 8 um 1 2 3 4 5 6\n"
        "DELETE\t9\n"
        "class 5 lipid droplet\n"
        "class,6,\"Mitochondria\"\n"
        "class 7 5",
        "edits.csv", legend);
    ASSERT_EQ(edits.size(), 8U);
    EXPECT_EQ(edits[0].kind, Edit::Kind::merge);
    EXPECT_EQ(edits[0].objects, (std::vector<std::uint32_t>{12, 13, 14}));
    EXPECT_EQ(edits[0].where, "edits.csv, line 3");
    EXPECT_EQ(edits[1].kind, Edit::Kind::split);
    EXPECT_EQ(edits[1].seeds, (std::vector<Vec3>{{1.5, -2, 0.3}, {4, 5, 6}}));
    EXPECT_FALSE(edits[1].seeds_in_voxels);
    EXPECT_EQ(edits[1].where, "edits.csv, line 5");
    EXPECT_TRUE(edits[2].seeds_in_voxels);
    EXPECT_EQ(edits[2].seeds.size(), 3U);
    EXPECT_FALSE(edits[3].seeds_in_voxels);
    EXPECT_EQ(edits[4].kind, Edit::Kind::remove);
    EXPECT_EQ(edits[4].objects, std::vector<std::uint32_t>{9});
    EXPECT_EQ(edits[5].class_id, lipid_droplet);
    EXPECT_EQ(edits[6].class_id, mitochondrion);
    EXPECT_EQ(edits[7].class_id, vesicle);
    EXPECT_TRUE(parse_edits("", "e", legend).empty());
    EXPECT_TRUE(parse_edits("\n# nothing\n,,,\n", "e", legend).empty());
}

TEST(Edits, ParsingErrorsNameFileAndLine) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"join 1 2", "expected an operation, found 'join'"},
        {"merge 3", "expected two or more objects to merge, found 1"},
        {"merge 3 4 3", "found 3 twice"},
        {"merge 3 four", "found 'four'"},
        {"merge 3 -4", "found '-4'"},
        {"merge 3 99999999999", "found '99999999999'"},
        {"delete", "found nothing"},
        {"delete 0", "found '0'"},
        {"delete 3 4", "'4' after it"},
        {"split 2", "two or more places as x,y,z, found 0 numbers"},
        {"split 2 1,2,3", "found 3 numbers"},
        {"split 2 1,2,3 4,5", "found 5 numbers"},
        {"split 2 1,2,3 4,5,nan", "found 'nan'"},
        {"split 2 left right", "found 'left'"},
        {"class 2", "expected a class, found nothing"},
        {"class 2 golgi", "found 'golgi'"},
        {"class 2 mitocondrion", "Did you mean 'mitochondrion'?"},
        {"slpit 2 1,2,3 4,5,6", "Did you mean 'split'?"},
        {"class 2 9", "found '9'"},
        {"class 2 background", "write delete"},
        {"class 2 255", "found '255'"},
        {"class 2 300", "found '300'"},
    };
    for (const auto& [line, part] : cases) {
        const std::string error = error_of("# heading\n" + line + "\n");
        EXPECT_NE(error.find(part), std::string::npos) << line << " → " << error;
        EXPECT_EQ(error.rfind("edits.txt, line 2: ", 0), 0U) << error;
    }
    EXPECT_NE(error_of("class 2 golgi").find("mitochondrion"), std::string::npos);  // says what there is
}

TEST(Edits, ErrorsAboutObjects) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"delete 5", "an object, 1 to 4, found 5, which no voxel has"},
        {"merge 3 9", "found 9, which no voxel has"},
        {"class 77 vesicle", "77"},
        {"merge 2 3", "expected objects of one class to merge, found 2 (vesicle) and 3 (lipid droplet)"},
        {"merge 3 4\ndelete 4", "found 4, which was merged into 3 by edits.txt, line 1"},
        {"merge 3 4\nmerge 2 4", "found 4, which was merged into 3"},
        {"delete 3\nclass 3 vesicle", "found 3, which was deleted by edits.txt, line 1"},
        {"split 2 -0.55,2.7,5.5 9,2.7,5.5",
         "place 2 (9, 2.7, 5.5 µm) outside of the volume, which reaches to (0.78, 3.47, 5.975 µm)"},
        {"split 2 0.45,2.7,5.3 -0.55,2.7,5.5", "place 1 (0.45, 2.7, 5.3 µm) in object 3"},
        {"split 3 0.45,2.7,5.3 0.45,2.7,5.5", "in object 1"},
        {"split 2 0.45,2.7,5.3 -0.55,2.7,5.5",
         "inside object 2 (it reaches from (-0.8, 2.45, 5.25) to (0.2, 2.96, 5.75) µm), found place 1"},
        {"split 3 voxels 22,23,20 72,23,12",
         "inside object 3 (it reaches from (66, 19, 7) to (79, 28, 17) voxels), found place 1"},
        {"split 2 voxels 22,23,20 22.2,23.1,20.3", "places 1 and 2 in the same one"},
        {"split 2 voxels 22,23,20 -1,23,20",
         "place 2 (-1, 23, 20 voxels) outside of the volume, which reaches to (89, 49, 39 voxels)"},
    };
    for (const auto& [text, part] : cases) {
        const std::string error = error_of(text);
        EXPECT_NE(error.find(part), std::string::npos) << text << " → " << error;
        EXPECT_EQ(error.rfind("edits.txt, line ", 0), 0U) << error;
    }
    Scene scene;
    ClassVolume other(Grid{{4, 4, 4}, {1, 1, 1}, {}});
    EXPECT_THROW(apply_edits(scene.instances, &other, {}, default_legend()), InputError);
}

TEST(Edits, MergeKeepsTheFirstNumber) {
    Scene scene;
    const auto two = voxels_of(scene.instances, 3) + voxels_of(scene.instances, 4);
    const ClassVolume before = scene.classes;
    const auto done = scene.edit("merge 4 3");
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(done[0], "edits.txt, line 1: merged 3 into 4 (lipid droplet)");
    EXPECT_EQ(voxels_of(scene.instances, 4), two);
    EXPECT_EQ(voxels_of(scene.instances, 3), 0);
    EXPECT_EQ(scene.instances.class_of, (std::vector<std::uint8_t>{0, cytoplasm, vesicle, 0, lipid_droplet}));
    EXPECT_TRUE(std::equal(before.values().begin(), before.values().end(), scene.classes.values().begin()));
}

TEST(Edits, SplitMeetsAtTheNeckWhereverTheSeedsLie) {
    const Scene whole;
    // Seeds in the middle, near the neck, at an outer end: the cut stays at the plane of the neck, x = -0.30.
    for (const auto* seeds : {"-0.55,2.7,5.5 -0.05,2.7,5.5", "-0.42,2.7,5.5 -0.05,2.7,5.5",
                              "-0.75,2.7,5.5 -0.17,2.7,5.5", "-0.55,2.8,5.6 0.1,2.6,5.4"}) {
        Scene scene;
        const auto done = scene.edit(std::string("split 2 ") + seeds);
        const auto size = [&](std::uint32_t n) {
            char text[64];
            const auto voxels = voxels_of(scene.instances, n);
            std::snprintf(text, sizeof text, "%lld voxels, %.3g µm³", static_cast<long long>(voxels),
                          static_cast<double>(voxels) * uneven.voxel_volume_um3());
            return text + std::string();
        };
        EXPECT_EQ(done[0],
                  "edits.txt, line 1: split 2 (vesicle) into 2 (" + size(2) + "), 5 (" + size(5) + ")");
        ASSERT_EQ(scene.instances.class_of.size(), 6U);
        EXPECT_EQ(scene.instances.class_of[5], vesicle);
        std::int64_t wrong = 0, right = 0;
        for (std::int64_t z = 0; z < uneven.size.z; ++z)
            for (std::int64_t y = 0; y < uneven.size.y; ++y)
                for (std::int64_t x = 0; x < uneven.size.x; ++x) {
                    const std::uint32_t before = whole.instances.volume(x, y, z);
                    const std::uint32_t now = scene.instances.volume(x, y, z);
                    if (before != 2) {
                        EXPECT_EQ(now, before);
                        continue;
                    }
                    const std::uint32_t expected = place(uneven, x, y, z).x < -0.3 ? 2 : 5;
                    (now == expected ? right : wrong) += 1;
                }
        EXPECT_LT(static_cast<double>(wrong), 0.01 * static_cast<double>(right)) << seeds;
    }
}

TEST(Edits, SplitFollowsTheObjectNotTheStraightLine) {
    // A U: two legs along x, joined at high x; seeds at both ends of it. The straight distance between the
    // legs is short, but the parts are the two halves along the U, equal by symmetry in y.
    const Grid grid{{80, 60, 12}, {0.02, 0.025, 0.03}, {}};
    Instances instances;
    instances.volume = InstanceVolume(grid);
    ClassVolume classes(grid);
    const auto near_segment = [](Vec3 p, Vec3 a, Vec3 b) {
        const double t = std::clamp(dot(p - a, b - a) / dot(b - a, b - a), 0.0, 1.0);
        return length(p - (a + (b - a) * t)) <= 0.1;
    };
    const Vec3 a{0.2, 0.5, 0.18}, b{1.3, 0.5, 0.18}, c{1.3, 1.0, 0.18}, d{0.2, 1.0, 0.18};
    draw(instances, classes, 1, mitochondrion,
         [&](Vec3 p) { return near_segment(p, a, b) || near_segment(p, b, c) || near_segment(p, c, d); });
    const auto all = voxels_of(instances, 1);
    apply_edits(instances, &classes, parse_edits("split 1 0.2,0.5,0.18 0.2,1.0,0.18", "e", default_legend()),
                default_legend());
    EXPECT_NEAR(static_cast<double>(voxels_of(instances, 1)), 0.5 * static_cast<double>(all),
                0.02 * static_cast<double>(all));
    EXPECT_EQ(voxels_of(instances, 1) + voxels_of(instances, 2), all);
    EXPECT_EQ(instances.volume(60, 20, 6),
              1U);  // far along the first leg, nearer to the other seed's leg's end
    EXPECT_EQ(instances.volume(60, 40, 6), 2U);
}

TEST(Edits, SplitInThreeAndOnceMoreByTheNewNumber) {
    const Grid grid{{100, 9, 9}, {0.02, 0.03, 0.02}, {}};
    Instances instances;
    instances.volume = InstanceVolume(grid);
    ClassVolume classes(grid);
    draw(instances, classes, 1, filopodium,
         [](Vec3) { return true; });  // fills the volume: no surface in sight
    const auto done =
        apply_edits(instances, nullptr,
                    parse_edits("split 1 voxels 10,4,4 50,4,4 90,4,4\nsplit 3 voxels 80,4,4 98,4,4", "e",
                                default_legend()),
                    default_legend());
    EXPECT_EQ(done[1].rfind("e, line 2: split 3 (filopodium) into 3 (", 0), 0U) << done[1];
    EXPECT_EQ(instances.volume(29, 4, 4), 1U);
    EXPECT_EQ(instances.volume(31, 4, 4), 2U);
    EXPECT_EQ(instances.volume(69, 4, 4), 2U);
    EXPECT_EQ(instances.volume(71, 4, 4), 3U);
    EXPECT_EQ(instances.volume(79, 4, 4), 3U);
    EXPECT_EQ(instances.volume(97, 4, 4), 4U);
    EXPECT_EQ(instances.class_of, (std::vector<std::uint8_t>{0, 6, 6, 6, 6}));
}

TEST(Edits, PiecesThatNoSeedReachesStay) {
    Scene scene;
    const auto third = voxels_of(scene.instances, 4);
    scene.edit("merge 3 4\nsplit 3 0.40,2.7,5.3 0.5,2.7,5.3");
    std::int64_t kept = 0;
    for (std::int64_t z = 24; z < uneven.size.z; ++z)
        for (std::int64_t y = 0; y < uneven.size.y; ++y)
            for (std::int64_t x = 0; x < uneven.size.x; ++x)
                kept += scene.instances.volume(x, y, z) == 3 ? 1 : 0;
    EXPECT_GE(kept, third * 9 / 10);
    EXPECT_GT(voxels_of(scene.instances, 5), 0);
}

TEST(Edits, DeletedObjectsBecomeWhatSurroundsThem) {
    Scene scene;
    const auto droplet = voxels_of(scene.instances, 3), body = voxels_of(scene.instances, 1);
    const auto done = scene.edit("delete 3");
    EXPECT_EQ(done[0],
              "edits.txt, line 1: deleted 3 (lipid droplet), its voxels became part of 1 (cytoplasm)");
    EXPECT_EQ(voxels_of(scene.instances, 1), body + droplet);
    EXPECT_EQ(scene.classes(72, 23, 12), cytoplasm);
    EXPECT_EQ(scene.instances.class_of[3], 0);

    // Among voxels of no object: the class that is most around.
    Scene bare;
    for (std::int64_t i = 0; i < bare.classes.count(); ++i)
        if (bare.instances.volume[i] == 1) bare.instances.volume[i] = 0;
    const auto said = apply_edits(bare.instances, &bare.classes,
                                  parse_edits("delete 3", "e", default_legend()), default_legend());
    EXPECT_EQ(said[0], "e, line 1: deleted 3 (lipid droplet), its voxels became cytoplasm");
    EXPECT_EQ(bare.classes(72, 23, 12), cytoplasm);
    EXPECT_EQ(bare.instances.volume(72, 23, 12), 0U);

    // One that fills the volume leaves nothing.
    const Grid grid{{3, 4, 5}, {1, 1, 1}, {}};
    Instances full;
    full.volume = InstanceVolume(grid, 1);
    full.class_of = {0, 2};
    ClassVolume classes(grid, 2);
    apply_edits(full, &classes, parse_edits("delete 1", "e", default_legend()), default_legend());
    EXPECT_EQ(voxels_of(full, 0), 60);
    EXPECT_EQ(classes(1, 1, 1), background);
}

TEST(Edits, ClassChanges) {
    Scene scene;
    const auto done = scene.edit("class 2 Lysosomes\nclass 3 vesicle\nmerge 2 3");
    EXPECT_EQ(done[1], "edits.txt, line 2: class of 3 (lipid droplet) changed to vesicle");
    EXPECT_EQ(scene.instances.class_of[2], vesicle);
    EXPECT_EQ(scene.classes(72, 23, 12), vesicle);  // in the merged droplet
    EXPECT_EQ(scene.classes(72, 23, 28), lipid_droplet);
    EXPECT_EQ(scene.instances.volume(72, 23, 12), 2U);
}

TEST(Edits, OneVoxelObjectsAndManyEdits) {
    // 100,000 objects of one voxel, every second one merged into the one before.
    const Grid grid{{100, 100, 10}, {0.02, 0.03, 0.04}, {}};
    Instances instances;
    instances.volume = InstanceVolume(grid);
    instances.class_of.assign(100'001, vesicle);
    instances.class_of[0] = 0;
    std::string text;
    for (std::uint32_t n = 1; n <= 100'000; ++n) instances.volume[n - 1] = n;
    for (std::uint32_t n = 1; n < 100'000; n += 2)
        text += "merge " + std::to_string(n) + " " + std::to_string(n + 1) + "\n";
    const auto done =
        apply_edits(instances, nullptr, parse_edits(text, "e", default_legend()), default_legend());
    EXPECT_EQ(done.size(), 50'000U);
    EXPECT_EQ(instances.volume[1], 1U);
    EXPECT_EQ(instances.volume[99'999], 99'999U);
    EXPECT_THROW(apply_edits(instances, nullptr, parse_edits("split 1 0,0,0 0,0,0", "e", default_legend()),
                             default_legend()),
                 InputError);
}

}  // namespace
}  // namespace cytomo
