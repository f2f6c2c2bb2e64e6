// Everything of one cell, against what it was drawn with.
#include "cytomo/measures/cell.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/test_tables.h"
#include "cytomo/labels/carry.h"
#include "cytomo/measures/test_cells.h"

namespace cytomo {
namespace {

using std::numbers::pi;

/// A cell of 2.4 × 2 × 1.6 µm in ice (x < 0.4 µm): a nucleus, two droplets, a vesicle, a tube of a
/// mitochondrion, and a filopodium that stands in the ice.
struct Drawn {
    TestCell cell;
    static constexpr double nucleus_r = 0.4, droplet_r = 0.16, vesicle_r = 0.2, tube_r = 0.1, tube_l = 0.9;

    explicit Drawn(Vec3 voxel_um = {0.02, 0.025, 0.02})
        : cell(Grid{
              {std::llround(2.4 / voxel_um.x), std::llround(2 / voxel_um.y), std::llround(1.6 / voxel_um.z)},
              voxel_um,
              {}}) {
        ClassVolume& classes = cell.classes;
        const Grid& g = classes.grid();
        for (std::int64_t i = 0; i < g.count(); ++i)
            if (place(i).x >= 0.6) classes[i] = cytoplasm;
        cell.add_ball({1.1, 1.2, 0.8}, nucleus_r, nucleus);                        // 1
        line({1.0, 0.35, 0.8}, {1.0 + tube_l, 0.35, 0.8}, tube_r, mitochondrion);  // 2
        cell.add_ball({1.9, 1.0, 0.5}, droplet_r, lipid_droplet);                  // 3
        cell.add_ball({1.9, 1.6, 1.1}, droplet_r, lipid_droplet);                  // 4
        cell.add_ball({2.0, 1.0, 1.2}, vesicle_r, vesicle);                        // 5
        line({0.15, 0.6, 0.8}, {0.6, 0.6, 0.8}, 0.08, filopodium);  // 6, as far as the cell begins
    }
    Vec3 place(std::int64_t i) const {
        const Grid& g = cell.classes.grid();
        return g.world_from_voxel({static_cast<double>(i % g.size.x),
                                   static_cast<double>(i / g.size.x % g.size.y),
                                   static_cast<double>(i / (g.size.x * g.size.y))});
    }
    /// A tube with round ends; a filopodium only outside the cell.
    void line(Vec3 from, Vec3 to, double radius_um, std::uint8_t class_id) {
        cell.instances.class_of.push_back(class_id);
        const Vec3 along = to - from;
        for (std::int64_t i = 0; i < cell.classes.count(); ++i) {
            const Vec3 p = place(i);
            const double t = std::clamp(dot(p - from, along) / dot(along, along), 0.0, 1.0);
            if (length(p - from - along * t) > radius_um || (class_id == filopodium && p.x >= 0.6)) continue;
            cell.classes[i] = class_id;
            cell.instances.volume[i] = cell.instances.count();
        }
    }
    static double lac(std::uint8_t class_id) {
        const double of[] = {0.11, 0.2, 0.18, 0.33, 0.65, 0.25, 0.2};
        return of[class_id];
    }
    Tomogram tomogram(bool calibrated) const {
        auto grey = std::make_shared<Volume<float>>(cell.classes.grid());
        for (std::int64_t i = 0; i < grey->count(); ++i)
            (*grey)[i] = static_cast<float>(lac(cell.classes[i]));
        Tomogram t = tomogram_from(grey);
        t.calibrated = calibrated;
        return t;
    }
    /// Found on the tomogram's own voxels.
    CellInput input(bool calibrated = true) const {
        const auto classes = std::make_shared<const ClassVolume>(cell.classes);
        const auto found = std::make_shared<const Instances>(cell.instances);
        return {tomogram(calibrated), classes, slices_of(*found), classes, found, nullptr};
    }
};

CellOptions quick() {
    CellOptions options;
    options.placements = 19;
    return options;
}

const Table& table(const std::vector<Table>& tables, const std::string& name) {
    for (const Table& t : tables)
        if (t.name == name) return t;
    throw std::runtime_error("no table " + name);
}

std::size_t column(const Table& t, const std::string& name) {
    for (std::size_t c = 0; c < t.columns.size(); ++c)
        if (t.columns[c].name == name) return c;
    throw std::runtime_error("no column " + name);
}

TEST(MeasureCell, FindsWhatWasDrawn) {
    const Drawn drawn;
    const CellMeasures m = measure_cell(drawn.input(), default_legend(), quick());

    // Balls: volume, surface, place, and the absorption they were given.
    const auto ball = [](double r) { return 4 * pi / 3 * r * r * r; };
    const double expected[] = {0, ball(0.4), pi * 0.01 * 0.9 + ball(0.1), ball(0.16), ball(0.16), ball(0.2)};
    ASSERT_EQ(m.objects.size(), 6U);
    for (std::uint32_t n = 1; n <= 5; ++n) {
        const Object& o = m.objects[n - 1];
        EXPECT_EQ(o.instance, n);
        EXPECT_EQ(o.class_id, drawn.cell.instances.class_of[n]);
        EXPECT_NEAR(o.volume_um3 / expected[n], 1, 0.04) << n;
        EXPECT_NEAR(o.mean_grey, Drawn::lac(o.class_id), 1e-6);
        EXPECT_NEAR(o.deviation_grey, 0, 1e-6);
        EXPECT_FALSE(o.touches_border);
    }
    EXPECT_NEAR(m.objects[0].surface_um2 / (4 * pi * 0.16), 1, 0.03);
    EXPECT_NEAR(m.objects[4].surface_um2 / (4 * pi * 0.04), 1, 0.04);
    EXPECT_LT(length(m.objects[2].centroid_um - Vec3{1.9, 1.0, 0.5}), 0.01);

    // Surfaces: one an object, closed around what the voxels hold; curvature of a ball.
    ASSERT_EQ(m.object_surfaces.size(), 7U);
    EXPECT_TRUE(m.object_surfaces[0].empty());
    ASSERT_EQ(m.surfaces.size(), 6U);
    EXPECT_NEAR(m.surfaces[0].volume_um3 / expected[1], 1, 0.03);
    EXPECT_NEAR(m.surfaces[0].curvature.mean_per_um.median * 0.4, 1, 0.05);

    // One mitochondrion: a tube without branches.
    ASSERT_EQ(m.networks.size(), 1U);
    EXPECT_EQ(m.networks[0].instance, 2U);
    EXPECT_EQ(m.networks[0].kind, TubeKind::tube);
    EXPECT_NEAR(m.networks[0].length_um, Drawn::tube_l + 2 * Drawn::tube_r, 0.04);
    EXPECT_NEAR(m.networks[0].mean_thickness_um, 2 * Drawn::tube_r, 0.02);
    EXPECT_EQ(m.network.tubes, 1);

    // One filopodium, from the cell at x = 0.6 to its round tip at 0.07.
    ASSERT_EQ(m.filopodia.size(), 1U);
    EXPECT_TRUE(m.filopodia[0].attached);
    EXPECT_NEAR(m.filopodia[0].length_um, 0.53, 0.04);
    EXPECT_NEAR(m.filopodia[0].mean_radius_um, 0.08, 0.01);
    EXPECT_EQ(m.edge.filopodia_at_edge, 1);

    // The whole: the cell is a box of 1.8 × 2 × 1.6 µm and the filopodium.
    EXPECT_NEAR(m.summary.cell_volume_um3, 1.8 * 2 * 1.6 + m.objects[5].volume_um3, 0.07);
    for (const ClassSummary& c : m.summary.classes) {
        if (c.class_id == lipid_droplet) {
            EXPECT_EQ(c.objects, 2);
            EXPECT_NEAR(c.volume_um3 / (2 * ball(0.16)), 1, 0.04);
            EXPECT_NEAR(c.mean_grey, 0.65, 1e-6);
        }
        if (c.class_id == vesicle) {
            EXPECT_EQ(c.objects, 1);
        }
    }
    EXPECT_EQ(m.summary.filopodia, 1);
    EXPECT_TRUE(m.absorption.calibrated);
    EXPECT_NEAR(m.absorption.ice_mean, 0.11, 1e-6);
    ASSERT_EQ(m.absorption.objects.size(), 6U);
    EXPECT_NEAR(m.absorption.objects[2].core_mean, 0.65, 1e-6);
    EXPECT_EQ(m.absorption.objects[2].doubts, 0);

    // Droplet 3 and vesicle 5 lie 0.7 µm apart along z but for 0.1 across, less their radii.
    bool found = false;
    for (const auto& p : m.space.distances.pairs)
        if (p.object == 3 && p.to_class == vesicle) {
            found = true;
            EXPECT_EQ(p.nearest, 5U);
            EXPECT_NEAR(p.gap_um, std::hypot(0.1, 0.7) - 0.36, 0.01);
        }
    EXPECT_TRUE(found);
}

TEST(MeasureCell, ADarkDropletIsDoubted) {
    // A droplet that absorbs no more than what is around it: the warning says so, and names the class.
    Drawn drawn;
    CellInput input = drawn.input();
    auto grey = std::make_shared<Volume<float>>(input.tomogram.load());
    for (std::int64_t i = 0; i < grey->count(); ++i)
        if (drawn.cell.instances.volume[i] == 4) (*grey)[i] = 0.2F;
    input.tomogram = tomogram_from(grey);
    input.tomogram.calibrated = true;
    const CellMeasures m = measure_cell(std::move(input), default_legend(), quick());
    EXPECT_NE(
        m.absorption.objects[3].doubts & static_cast<int>(AbsorptionDoubt::not_denser_than_surroundings), 0);
    ASSERT_FALSE(m.warnings.empty());
    bool named = false;
    for (const std::string& w : m.warnings) named = named || w.find("lipid droplet") != std::string::npos;
    EXPECT_TRUE(named);
}

TEST(MeasureCell, VolumesAreThoseOfTheFineVoxelsAndShapesThoseWhereItWasFound) {
    // Found at 20 nm, the tomogram has 10 nm: the voxels of each object are counted there.
    const Drawn coarse({0.02, 0.02, 0.02}), fine({0.01, 0.01, 0.01});
    const auto found = std::make_shared<const Instances>(coarse.cell.instances);
    const auto found_classes = std::make_shared<const ClassVolume>(coarse.cell.classes);
    const auto classes = std::make_shared<const ClassVolume>(fine.cell.classes);
    CellOptions options = quick();
    options.placements = 0;
    const CellMeasures m =
        measure_cell({fine.tomogram(true), classes, carry_instances(found, found_classes, classes),
                      found_classes, found, nullptr},
                     default_legend(), options);
    std::vector<std::int64_t> voxels(7, 0);
    for (std::int64_t i = 0; i < fine.cell.classes.count(); ++i) ++voxels[fine.cell.instances.volume[i]];
    ASSERT_EQ(m.objects.size(), 6U);
    for (std::uint32_t n = 1; n <= 5; ++n) {
        EXPECT_NEAR(static_cast<double>(m.objects[n - 1].voxels), static_cast<double>(voxels[n]),
                    0.02 * static_cast<double>(voxels[n]));
        EXPECT_NEAR(m.objects[n - 1].volume_um3, static_cast<double>(m.objects[n - 1].voxels) * 1e-6, 1e-12);
    }
    EXPECT_NEAR(m.networks.at(0).length_um, 1.1, 0.04);
    EXPECT_TRUE(m.space.null_model.empty()) << "no placements were asked for";
}

TEST(MeasureCell, ALegendDecidesWhatIsMeasured) {
    // The same volume, whose classes are called otherwise: no filopodia, and class 4 is mitochondria.
    Legend legend;
    legend.entries = {{0, "background", {}},   {1, "cytosol", {}}, {2, "nuclei", {}}, {3, "something", {}},
                      {4, "Mitochondria", {}}, {5, "granule", {}}, {6, "cilium", {}}};
    CellOptions options = quick();
    options.placements = 0;
    const CellMeasures m = measure_cell(Drawn().input(), legend, options);
    EXPECT_TRUE(m.filopodia.empty());
    ASSERT_EQ(m.networks.size(), 2U);
    EXPECT_EQ(m.networks[0].instance, 3U);
    EXPECT_EQ(m.networks[0].kind, TubeKind::fragment);
    EXPECT_EQ(m.objects.size(), 6U);
}

TEST(MeasureCell, GreyValuesBecomeAbsorption) {
    CellOptions options = quick();
    options.placements = 0;
    const CellMeasures relative = measure_cell(Drawn().input(false), default_legend(), options);
    EXPECT_FALSE(relative.absorption.calibrated);
    AbsorptionScale scale;
    scale.scale = 2;
    scale.offset = 1;
    scale.calibrated = true;
    options.absorption = AbsorptionChoice{};
    options.absorption->given = scale;
    const CellMeasures m = measure_cell(Drawn().input(false), default_legend(), options);
    EXPECT_TRUE(m.absorption.calibrated);
    EXPECT_NEAR(m.objects[2].mean_grey, 2 * 0.65 + 1, 1e-5);
    EXPECT_NEAR(m.absorption.ice_mean, 2 * 0.11 + 1, 1e-5);
}

TEST(MeasureCell, TheSameAtAnyThreadCount) {
    std::vector<double> seen[2];
    for (const int threads : {1, 3}) {
        set_thread_count(threads);
        const CellMeasures m = measure_cell(Drawn().input(), default_legend(), quick());
        for (const Table& t : cell_tables(m, default_legend()))
            for (const auto& row : t.rows)
                for (const TableCell& cell : row)
                    if (const double* value = std::get_if<double>(&cell); value && std::isfinite(*value))
                        seen[threads == 1 ? 0 : 1].push_back(*value);
    }
    set_thread_count(0);
    EXPECT_GT(seen[0].size(), 200U);
    EXPECT_EQ(seen[0], seen[1]);
}

TEST(MeasureCell, TablesHaveARowForEachThingAndADictionaryForEachColumn) {
    const CellMeasures m = measure_cell(Drawn().input(), default_legend(), quick());
    const std::vector<Table> tables = cell_tables(m, default_legend());
    EXPECT_EQ(table(tables, "objects").rows.size(), 6U);
    EXPECT_EQ(table(tables, "surfaces").rows.size(), 6U);
    EXPECT_EQ(table(tables, "filopodia").rows.size(), 1U);
    EXPECT_EQ(table(tables, "network").rows.size(), 1U);
    EXPECT_EQ(table(tables, "absorption").rows.size(), 6U);
    EXPECT_EQ(table(tables, "cell_edge").rows.size(), 1U);
    const Table& objects = table(tables, "objects");
    EXPECT_NEAR(std::get<double>(objects.rows[4][column(objects, "volume_um3")]), m.objects[4].volume_um3,
                1e-12);
    std::set<std::string> names;
    std::size_t columns = 0;
    for (const Table& t : tables) {
        EXPECT_TRUE(names.insert(t.name).second) << t.name << " twice";
        columns += t.columns.size();
        expect_whole_sentences(t.columns);
        for (const auto& row : t.rows) EXPECT_EQ(row.size(), t.columns.size()) << t.name;
    }
    const Table dictionary = dictionary_table(tables);
    ASSERT_EQ(dictionary.rows.size(), columns);
    expect_whole_sentences(dictionary.columns);
    const std::string text = dictionary_markdown(tables);
    for (const std::string& name : names) EXPECT_NE(text.find("### " + name + ".csv"), std::string::npos);
    EXPECT_NE(text.find("| `volume_um3` | µm³ |"), std::string::npos);
}

TEST(MeasureCell, OptionsOutOfRange) {
    const auto wrong = [](auto change) {
        CellOptions options;
        change(options);
        EXPECT_THROW(options.check(), UsageError);
    };
    wrong([](CellOptions& o) { o.placements = 18; });
    wrong([](CellOptions& o) { o.placements = 100'001; });
    wrong([](CellOptions& o) { o.placements = -1; });
    wrong([](CellOptions& o) { o.smoothing = -1; });
    wrong([](CellOptions& o) { o.smoothing = 1001; });
    wrong([](CellOptions& o) { o.intervals.level = 2; });
    CellOptions none;
    none.placements = 0;
    none.smoothing = 0;
    none.check();
}

}  // namespace
}  // namespace cytomo
