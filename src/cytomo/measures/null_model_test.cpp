#include "cytomo/measures/null_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/measures/test_cells.h"

namespace cytomo {
namespace {

const Grid grid{{72, 60, 50}, {0.05, 0.06, 0.07}, {}};
const Vec3 middle{1.78, 1.77, 1.72};
constexpr double cell_radius = 1.65, droplet_radius = 0.18;

/// A round cell with a nucleus and four mitochondria.
TestCell cell_without_droplets() {
    TestCell cell(grid);
    cell.add_ball(middle, cell_radius, cytoplasm);
    cell.add_ball(middle + Vec3{0.2, 0, 0}, 0.7, nucleus);
    for (const Vec3 d : {Vec3{-1, 0, 0}, Vec3{0.3, 1.1, 0}, Vec3{0.2, -0.9, 0.6}, Vec3{0.1, 0, -1.1}})
        cell.add_ball(middle + d, 0.3, mitochondrion);
    return cell;
}

/// `count` droplets where choose(place) allows it and there is room.
template <class Choose>
void add_droplets(TestCell& cell, int count, Random& random, Choose choose) {
    for (int done = 0; done < count;) {
        const Vec3 place{random.uniform(0, 3.6), random.uniform(0, 3.6), random.uniform(0, 3.5)};
        if (!choose(place) || length(place - middle) > cell_radius - droplet_radius ||
            !cell.is_all(place, droplet_radius, cytoplasm))
            continue;
        cell.add_ball(place, droplet_radius, lipid_droplet);
        ++done;
    }
}

NullModelOptions few_placements() {
    NullModelOptions options;
    options.placements = 99;
    return options;
}

const NullModelResult& find(const std::vector<NullModelResult>& results, SpaceStatistic statistic,
                            std::uint8_t a, std::uint8_t b) {
    for (const NullModelResult& r : results)
        if (r.statistic == statistic && r.class_a == a && r.class_b == b) return r;
    throw std::logic_error("no such row");
}

TEST(NullModel, RandomPlacesAreNotSurprising) {
    constexpr int cells = 40;
    std::map<std::pair<SpaceStatistic, int>, std::vector<double>> p;
    std::map<std::pair<SpaceStatistic, int>, double> excess;
    for (int seed = 0; seed < cells; ++seed) {
        TestCell cell = cell_without_droplets();
        Random random(100 + static_cast<std::uint64_t>(seed));
        add_droplets(cell, 14, random, [](Vec3) { return true; });
        NullModelOptions options = few_placements();
        options.seed = static_cast<std::uint64_t>(seed);
        for (const NullModelResult& r : measure_null_model(cell.classes, cell.instances, options))
            if (r.class_a == lipid_droplet) {
                p[{r.statistic, r.class_b}].push_back(r.p);
                excess[{r.statistic, r.class_b}] += (r.observed - r.expected) / cells;
                EXPECT_LT(r.misplaced, 0.02);
            }
    }
    // To nucleus, membrane and mitochondria; contacts with nucleus and mitochondria; neighbours.
    ASSERT_EQ(p.size(), 6U);
    // Placed at random by the test and by the model: the same on average, within 0.4 voxels.
    for (const SpaceStatistic s :
         {SpaceStatistic::mean_gap_to_membrane, SpaceStatistic::mean_gap_to_nucleus}) {
        const int to = s == SpaceStatistic::mean_gap_to_membrane ? background : nucleus;
        EXPECT_NEAR(excess[std::make_pair(s, to)], 0, 0.024);
    }
    int small = 0, all = 0;
    for (const auto& [what, values] : p) {
        ASSERT_EQ(values.size(), static_cast<std::size_t>(cells));
        double sum = 0;
        int surprising = 0;
        for (const double v : values) {
            sum += v;
            surprising += v < 0.1 ? 1 : 0;
        }
        EXPECT_LT(surprising, 0.25 * cells) << name(what.first) << ' ' << what.second;
        EXPECT_GT(sum / cells, 0.38) << name(what.first) << ' ' << what.second;
        small += surprising;
        all += cells;
    }
    EXPECT_LT(small, 0.16 * all);
    RecordProperty("share_below_0.1", std::to_string(static_cast<double>(small) / all));
}

TEST(NullModel, FindsWhatGathersAtTheMembrane) {
    TestCell cell = cell_without_droplets();
    Random random(4);
    add_droplets(cell, 14, random, [](Vec3 p) { return length(p - middle) > cell_radius - 0.3; });
    const auto results = measure_null_model(cell.classes, cell.instances, few_placements());
    const auto& r = find(results, SpaceStatistic::mean_gap_to_membrane, lipid_droplet, background);
    EXPECT_EQ(r.p, 0.02);  // the smallest there is with 99 placements
    EXPECT_LT(r.observed, r.low);
    EXPECT_LT(r.low, r.expected);
    EXPECT_LT(r.expected, r.high);
    EXPECT_EQ(r.objects, 14);
    EXPECT_GE(r.p_corrected, r.p);
    EXPECT_EQ(find(results, SpaceStatistic::mean_gap_to_nucleus, lipid_droplet, nucleus).p, 0.02);
    const Table table = null_model_table(results, default_legend());
    ASSERT_EQ(table.rows.size(), results.size());
    EXPECT_EQ(table.rows[0].size(), table.columns.size());
    // Not to be taken for the gaps of distances.csv, which are measured otherwise.
    EXPECT_EQ(table.columns[3].name, "observed_at_points");
    EXPECT_NE(table.columns[3].description.find("distances.csv"), std::string::npos);
}

TEST(NullModel, FindsWhatSticksToMitochondria) {
    TestCell cell = cell_without_droplets();
    Random random(9);
    const auto at_mitochondrion = [&](Vec3 p) {
        for (const Vec3 d : {Vec3{-1, 0, 0}, Vec3{0.3, 1.1, 0}, Vec3{0.2, -0.9, 0.6}, Vec3{0.1, 0, -1.1}})
            if (std::fabs(length(p - middle - d) - 0.3 - droplet_radius) < 0.05) return true;
        return false;
    };
    add_droplets(cell, 9, random, at_mitochondrion);
    NullModelOptions options = few_placements();
    options.within_um = 0.05;
    const auto results = measure_null_model(cell.classes, cell.instances, options);
    const auto& near = find(results, SpaceStatistic::median_gap, lipid_droplet, mitochondrion);
    EXPECT_EQ(near.p, 0.02);
    EXPECT_LT(near.observed, 0.06);
    const auto& contacts = find(results, SpaceStatistic::objects_in_contact, lipid_droplet, mitochondrion);
    EXPECT_EQ(contacts.p, 0.02);
    EXPECT_GE(contacts.observed, 4);
    EXPECT_GT(contacts.observed, contacts.high);
}

TEST(NullModel, ExpectationIsThatOfUniformPlaces) {
    // One small droplet alone in a ball: its centre is uniform within radius R - r, so that the mean gap to
    // the membrane is (R - r) / 4.
    TestCell cell(grid);
    cell.add_ball(middle, cell_radius, cytoplasm);
    cell.add_ball(middle + Vec3{0.5, 0.3, 0.2}, droplet_radius, lipid_droplet);
    NullModelOptions options;
    options.placements = 4000;
    options.stop_early = false;
    const auto results = measure_null_model(cell.classes, cell.instances, options);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_NEAR(results[0].expected, (cell_radius - droplet_radius) / 4, 0.03);  // half a voxel
    // 95 % lie within the ball of the radius below which that share of the volume lies.
    const double inner = cell_radius - droplet_radius;
    EXPECT_NEAR(results[0].high, inner * (1 - std::cbrt(0.05)), 0.06);
}

TEST(NullModel, IsTheSameAtAnyThreadCountAndWithTheSameSeed) {
    TestCell cell = cell_without_droplets();
    Random random(2);
    add_droplets(cell, 10, random, [](Vec3) { return true; });
    NullModelOptions options = few_placements();
    options.most_objects = 7;
    set_thread_count(1);
    const auto one = measure_null_model(cell.classes, cell.instances, options);
    set_thread_count(3);
    const auto three = measure_null_model(cell.classes, cell.instances, options);
    set_thread_count(0);
    options.seed = 2;
    const auto other = measure_null_model(cell.classes, cell.instances, options);
    ASSERT_EQ(one.size(), three.size());
    bool differs = false;
    for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_EQ(one[i].expected, three[i].expected);
        EXPECT_EQ(one[i].p, three[i].p);
        EXPECT_LE(one[i].objects, 7);
        differs = differs || one[i].expected != other[i].expected;
    }
    EXPECT_TRUE(differs);
}

TEST(NullModel, ObjectsWithoutRoomAndEmptyVolumes) {
    TestCell cell(Grid{{30, 30, 30}, {0.05, 0.05, 0.05}, {}});
    EXPECT_TRUE(measure_null_model(cell.classes, cell.instances, few_placements()).empty());
    // A mitochondrion that fills its cell but for a shell; a vesicle of one voxel; filopodia around.
    for (std::int64_t i = 0; i < cell.classes.count(); ++i) cell.classes[i] = filopodium;
    cell.add_ball({0.7, 0.7, 0.7}, 0.6, cytoplasm);
    cell.add_ball({0.7, 0.7, 0.7}, 0.5, mitochondrion);
    cell.set_voxel(14, 25, 14, vesicle, 2);
    for (const NullModelResult& r : measure_null_model(cell.classes, cell.instances, few_placements())) {
        EXPECT_GE(r.misplaced, 0);
        EXPECT_LE(r.misplaced, 1);
        EXPECT_GT(r.p, 0);
        EXPECT_LE(r.p, 1);
    }
    EXPECT_THROW(measure_null_model(ClassVolume(Grid{{4, 3, 3}, {1, 1, 1}, {}}), cell.instances), InputError);
    NullModelOptions none;
    none.placements = 0;
    EXPECT_THROW(none.check(), UsageError);
}

TEST(NullModel, HolmCorrects) {
    // By hand: 0.005 x 4, 0.01 x 3, 0.03 x 2, and 0.04 no less than the one before.
    const auto corrected = holm_corrected({0.01, 0.04, not_defined, 0.03, 0.005});
    EXPECT_NEAR(corrected[0], 0.03, 1e-12);
    EXPECT_NEAR(corrected[1], 0.06, 1e-12);
    EXPECT_TRUE(std::isnan(corrected[2]));
    EXPECT_NEAR(corrected[3], 0.06, 1e-12);
    EXPECT_NEAR(corrected[4], 0.02, 1e-12);
    EXPECT_EQ(holm_corrected({0.7, 0.8})[0], 1);
}

}  // namespace
}  // namespace cytomo
