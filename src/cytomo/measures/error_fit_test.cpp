// Cells drawn from errors that are known: what is learnt of them must be these, and the intervals it gives
// must hold the truth of cells drawn anew.
#include "cytomo/measures/error_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/core/golden_file.h"
#include "cytomo/core/random.h"
#include "cytomo/core/test_tables.h"
#include "cytomo/measures/intervals.h"
#include "fit_search.h"

namespace cytomo {
namespace {

using std::numbers::pi;

Legend one_class(const char* name) {
    return {{{0, "background", {}}, {1, name, {}}}};
}

/// The errors that cells are drawn from. Balls: displaced surfaces are exact.
struct Known {
    ClassErrors e{.mean_um = -0.006,
                  .shared_um = 0.008,
                  .own_um = 0.005,
                  .blur_share = 0.4,
                  .surface_shift = -0.02,
                  .surface_deviation = 0.03,
                  .real_offset = -1,
                  .real_slope = 1.5,
                  .real_volume_slope = 0.4,
                  .missed_share = 0.25};
    int objects = 30;
};

double volume_of(double radius) {
    return 4 * pi / 3 * std::pow(radius, 3);
}

FitCell draw_cell(const Known& known, Random& random) {
    FitCell cell;
    const ClassErrors& e = known.e;
    const double shared = random.normal(0, e.shared_um);
    FitTruth& truth = cell.truth[1];
    for (int i = 0; i < known.objects; ++i) {
        FitObject o;
        o.class_id = 1;
        const double radius = random.uniform(0.12, 0.4);
        o.volume_um3 = volume_of(radius);
        o.surface_um2 = 4 * pi * radius * radius;
        o.edge_blur_um = random.uniform(0.005, 0.04);
        o.mean_probability = random.uniform(0.5, 0.98);
        o.real = random.chance(chance_real(e, o.mean_probability, o.volume_um3));
        if (o.real) {
            const double d =
                e.mean_um + shared + random.normal(0, std::hypot(e.own_um, e.blur_share * o.edge_blur_um));
            o.true_volume_um3 = volume_of(radius + d);
            o.true_surface_um2 = 4 * pi * (radius + d) * (radius + d) *
                                 std::exp(random.normal(e.surface_shift, e.surface_deviation));
            truth.volume_um3 += o.true_volume_um3;
        }
        if (random.chance(e.missed_share)) {
            ++truth.missed;
            truth.volume_um3 += volume_of(0.1);
        }
        cell.objects.push_back(o);
    }
    return cell;
}

std::vector<FitCell> draw_cells(int count, const Known& known, std::uint64_t seed) {
    Random random(seed);
    std::vector<FitCell> cells;
    for (int i = 0; i < count; ++i) cells.push_back(draw_cell(known, random));
    return cells;
}

TEST(ErrorFit, FindsTheErrorsThatCellsWereDrawnFrom) {
    const Known known;
    const ErrorFit fit = fit_errors(draw_cells(64, known, 1), one_class("vesicle"));
    ASSERT_EQ(fit.learnt.classes.size(), 1U);
    EXPECT_EQ(fit.learnt.classes[0].name, "vesicle");
    const ClassErrors& e = fit.learnt.classes[0].errors;
    // Of 64 cells: the mean of their shared part has a standard error of 0.001, its deviation of a tenth.
    EXPECT_NEAR(e.mean_um, known.e.mean_um, 0.0025);
    EXPECT_NEAR(e.shared_um, known.e.shared_um, 0.0025);
    // Own part and blur stand for each other; what counts is what they are together.
    for (const double blur : {0.01, 0.02, 0.035})
        EXPECT_NEAR(
            std::hypot(e.own_um, e.blur_share * blur) / std::hypot(known.e.own_um, known.e.blur_share * blur),
            1, 0.15)
            << blur;
    EXPECT_NEAR(e.usual_blur_um, 0.0225, 0.001);
    EXPECT_NEAR(e.surface_shift, known.e.surface_shift, 0.004);
    EXPECT_NEAR(e.surface_deviation, known.e.surface_deviation, 0.003);
    for (const double p : {0.6, 0.8, 0.95})
        for (const double um3 : {0.01, 0.1})
            EXPECT_NEAR(chance_real(e, p, um3), chance_real(known.e, p, um3), 0.06) << p << ' ' << um3;
    EXPECT_NEAR(e.missed_share, known.e.missed_share, 0.03);
    EXPECT_NEAR(fit.rows[0].held, 0.9, 0.03);
    EXPECT_GT(fit.rows[0].no_objects, 0);
}

TEST(ErrorFit, IntervalsHoldTheTruthOfCellsDrawnAnew) {
    const Known known;
    const Legend legend = one_class("vesicle");
    KnownErrors learnt;
    learnt.learnt = fit_errors(draw_cells(32, known, 2), legend).learnt;
    const ErrorModel errors = errors_for(learnt, legend);
    int volumes = 0, surfaces = 0, objects = 0, counts = 0, totals = 0, cells = 0;
    double expected = 0, truth = 0, expected_um3 = 0, true_um3 = 0;
    for (const FitCell& cell : draw_cells(400, known, 3)) {
        std::vector<Object> found;
        std::vector<Certainty> certainty{{}};
        for (const FitObject& o : cell.objects) {
            Object object;
            object.instance = static_cast<std::uint32_t>(found.size() + 1);
            object.class_id = 1;
            object.volume_um3 = o.volume_um3;
            object.surface_um2 = o.surface_um2;
            found.push_back(object);
            certainty.push_back({o.mean_probability, o.edge_blur_um});
        }
        const auto holds = [](const Interval& i, double v) { return i.low <= v && v <= i.high ? 1 : 0; };
        const auto each = object_intervals(found, certainty, errors, {0.9, 0});
        std::int64_t real = 0;
        for (std::size_t i = 0; i < each.size(); ++i) {
            if (!cell.objects[i].real) continue;
            ++real;
            ++objects;
            volumes += holds(each[i].volume_um3, cell.objects[i].true_volume_um3);
            surfaces += holds(each[i].surface_um2, cell.objects[i].true_surface_um2);
        }
        const auto all =
            class_intervals({}, Grid{{9, 9, 9}, {0.1, 0.1, 0.1}, {}}, found, certainty, errors, {0.9, 0});
        const FitTruth& of_class = cell.truth.at(1);
        ++cells;
        counts += holds(all[0].count, static_cast<double>(real + of_class.missed));
        totals += holds(all[0].volume, of_class.volume_um3);
        expected += all[0].expected_real + all[0].expected_missed;
        truth += static_cast<double>(real + of_class.missed);
        expected_um3 += all[0].expected_um3;
        true_um3 += of_class.volume_um3;
    }
    EXPECT_NEAR(static_cast<double>(volumes) / objects, 0.9, 0.04);
    EXPECT_NEAR(static_cast<double>(surfaces) / objects, 0.9, 0.05);
    // Whole numbers, and never narrower than chance: wide rather than narrow.
    EXPECT_GT(static_cast<double>(counts) / cells, 0.86);
    EXPECT_NEAR(static_cast<double>(totals) / cells, 0.9, 0.08);
    EXPECT_NEAR(expected / truth, 1, 0.04);
    EXPECT_NEAR(expected_um3 / true_um3, 1, 0.05);
}

TEST(ErrorFit, AgreesWithNumpyAndScipy) {
    const GoldenFile golden("error_fit_golden.txt");
    std::vector<FitCell> cells(golden["missed"].size());
    for (std::size_t c = 0; c < cells.size(); ++c)
        cells[c].truth[1] = {std::llround(golden["missed"][c]), golden["volumes"][c]};
    const auto& o = golden["objects"];
    for (std::size_t i = 0; i < o.size(); i += 8)
        cells[static_cast<std::size_t>(o[i])].objects.push_back(
            {1, o[i + 1], o[i + 2], o[i + 3], o[i + 4], o[i + 5] != 0, o[i + 6], o[i + 7]});
    const auto& l = golden["lines"];
    for (std::size_t i = 0; i < l.size(); i += 5)
        cells[i % cells.size()].filopodia.push_back({l[i], l[i + 1], l[i + 2], l[i + 3], l[i + 4]});
    cells[0].truth[2] = {};
    const ErrorFit fit =
        fit_errors(cells, {{{0, "background", {}}, {1, "vesicle", {}}, {2, "filopodium", {}}}});
    ASSERT_EQ(fit.learnt.classes.size(), 1U);
    const ClassErrors& e = fit.learnt.classes[0].errors;
    const std::vector<double> learnt{
        e.mean_um,           e.shared_um,         e.own_um,          e.blur_share,   e.usual_blur_um,
        e.surface_shift,     e.surface_deviation, e.real_offset,     e.real_slope,   e.real_volume_slope,
        e.usual_probability, e.missed_share,      e.count_deviation, e.volume_shift, e.volume_deviation};
    ASSERT_EQ(golden["errors"].size(), learnt.size());
    for (std::size_t i = 0; i < learnt.size(); ++i)
        EXPECT_NEAR(learnt[i], golden["errors"][i], 1e-5 + 1e-3 * std::abs(golden["errors"][i])) << i;
    EXPECT_NEAR(fit.rows[0].held, golden["held"][0], 1e-9);
    ASSERT_TRUE(fit.learnt.filopodia);
    const FilopodiumErrors& f = *fit.learnt.filopodia;
    const std::vector<double> lines{f.length_mean_um, f.length_deviation_um, f.length_share,
                                    f.radius_mean_um, f.radius_deviation_um, f.radius_blur_share};
    for (std::size_t i = 0; i < lines.size(); ++i)
        EXPECT_NEAR(lines[i], golden["filopodia"][i], 1e-6 + 2e-3 * std::abs(golden["filopodia"][i])) << i;
}

TEST(ErrorFit, AFewMergedObjectsDoNotWidenAll) {
    Known known;
    std::vector<FitCell> cells = draw_cells(32, known, 4), merged = cells;
    for (FitCell& cell : merged)
        for (std::size_t i = 0; i < cell.objects.size(); i += 30) cell.objects[i].true_volume_um3 *= 0.3;
    const auto width = [](const std::vector<FitCell>& from) {
        const ClassErrors e = fit_errors(from, one_class("vesicle")).learnt.classes.at(0).errors;
        return std::hypot(e.shared_um, e.own_um, e.blur_share * e.usual_blur_um);
    };
    EXPECT_LT(width(merged), 1.35 * width(cells));
}

TEST(ErrorFit, ABlurThatIsNoEdgeCountsAsTheWidest) {
    // What intervals do with it, too: learnt and told must be one.
    const auto learnt_with = [](double blur_um) {
        std::vector<FitCell> cells = draw_cells(16, {}, 8);
        Random random(9);
        for (FitCell& cell : cells) {
            cell.truth[6] = {};
            for (std::size_t i = 0; i < cell.objects.size(); i += 6) cell.objects[i].edge_blur_um = blur_um;
            for (int i = 0; i < 3; ++i) {
                const double radius = random.uniform(0.06, 0.15);
                cell.filopodia.push_back({2 + random.normal(0, 0.1), 2, radius + random.normal(0, 0.01),
                                          radius, i == 0 ? blur_um : 0.02});
            }
        }
        return fit_errors(cells, {{{0, "background", {}}, {1, "vesicle", {}}, {6, "filopodium", {}}}});
    };
    const ErrorFit widest = learnt_with(widest_blur_um), none = learnt_with(400);
    ASSERT_EQ(none.learnt.classes.size(), 1U);
    EXPECT_EQ(none.learnt.classes, widest.learnt.classes);
    EXPECT_EQ(none.rows[0].held, widest.rows[0].held);
    ASSERT_TRUE(none.learnt.filopodia);
    EXPECT_EQ(none.learnt.filopodia, widest.learnt.filopodia);
}

TEST(ErrorFit, RefusesWhatTooFewObjectsShow) {
    const Known known;
    std::vector<FitCell> cells = draw_cells(10, known, 5);
    EXPECT_THROW(fit_errors({cells.begin(), cells.begin() + 7}, one_class("vesicle")), UsageError);
    const Legend legend{{{0, "background", {}},
                         {1, "vesicle", {}},
                         {2, "golgi", {}},
                         {3, "mitochondrion", {}},
                         {6, "filopodium", {}}}};
    // Mitochondria in one cell only, however many; golgi is nothing that cells are simulated with.
    for (FitCell& cell : cells) cell.truth[3] = cell.truth[6] = {};
    for (int i = 0; i < 60; ++i) {
        cells[0].objects.push_back(cells[0].objects[0]);
        cells[0].objects.back().class_id = 3;
        cells[0].objects.back().true_volume_um3 = 0.01;
    }
    const ErrorFit fit = fit_errors(cells, legend);
    ASSERT_EQ(fit.rows.size(), 4U);
    EXPECT_EQ(fit.rows[0].refused, "");
    EXPECT_NE(fit.rows[1].refused.find("no such class"), std::string::npos);
    EXPECT_EQ(fit.rows[2].refused, "60 objects in 1 cell to compare, needs 20 in 5");
    EXPECT_NE(fit.rows[3].refused, "");
    ASSERT_EQ(fit.learnt.classes.size(), 1U);
    EXPECT_FALSE(fit.learnt.filopodia);
    EXPECT_NE(fit.filopodia_refused, "");
    const Table table = error_fit_table(fit, legend);
    EXPECT_EQ(table.rows.size(), 5U);
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size());
    EXPECT_EQ(std::get<std::string>(table.rows[0].back()), "learnt");
    expect_whole_sentences(table.columns);
}

TEST(ErrorFit, UnknownSurfacesAreAssumedAndHardlyAnyNucleusIsFalse) {
    const Known known;
    std::vector<FitCell> cells = draw_cells(12, known, 6);
    for (FitCell& cell : cells)
        for (FitObject& o : cell.objects) o.true_surface_um2 = not_defined;
    const ClassErrors e = fit_errors(cells, one_class("Nuclei")).learnt.classes.at(0).errors;
    EXPECT_EQ(e.surface_deviation, 0.05);
    EXPECT_EQ(e.surface_shift, 0);
    EXPECT_EQ(e.real_offset, -4);
    EXPECT_GT(chance_real(e, 0.9, 5), 0.98);
}

TEST(ErrorFit, LinesOfFilopodia) {
    std::vector<FitCell> cells(40);
    Random random(7);
    for (FitCell& cell : cells) {
        cell.truth[6] = {};
        for (int i = 0; i < 10; ++i) {
            FitLine line;
            line.length_um = random.uniform(0.5, 4);
            line.true_length_um =
                line.length_um + random.normal(0.04, std::hypot(0.1, 0.06 * line.length_um));
            line.radius_um = random.uniform(0.06, 0.15);
            line.edge_blur_um = random.uniform(0.01, 0.03);
            line.true_radius_um = line.radius_um + random.normal(-0.006, 0.01);
            cell.filopodia.push_back(line);
        }
        cell.filopodia.push_back({3, 1, 0.1, 0.02, 0.02});  // broken: no error of its line
    }
    const ErrorFit fit = fit_errors(cells, {{{0, "background", {}}, {6, "filopodium", {}}}});
    ASSERT_TRUE(fit.learnt.filopodia);
    const FilopodiumErrors& e = *fit.learnt.filopodia;
    EXPECT_NEAR(e.length_mean_um, 0.04, 0.02);
    for (const double um : {0.7, 2.0, 3.5})
        EXPECT_NEAR(std::hypot(e.length_deviation_um, e.length_share * um) / std::hypot(0.1, 0.06 * um), 1,
                    0.2)
            << um;
    EXPECT_NEAR(e.radius_mean_um, -0.006, 0.002);
    EXPECT_NEAR(std::hypot(e.radius_deviation_um, 0.02 * e.radius_blur_share), 0.01, 0.0015);
}

TEST(FitSearch, FindsKnownMinima) {
    const auto valley = [](double x, double y) {  // H. H. Rosenbrock 1960: the minimum lies at 1, 1
        return std::pow(1 - x, 2) + 100 * std::pow(y - x * x, 2);
    };
    const auto at = minimise(valley, {-1.2, 1});
    EXPECT_NEAR(at[0], 1, 1e-5);
    EXPECT_NEAR(at[1], 1, 1e-5);
    EXPECT_NEAR(minimise([](double x, double y) { return x * x + std::abs(y); }, {0, 0})[1], 0, 1e-6);

    // Two kinds of rows, 3 of 4 and 1 of 4 true, and hardly any prior: the logits are log 3 and -log 3.
    const std::vector<std::array<double, 3>> x{{1, 1, 0},  {1, 1, 0},  {1, 1, 0},  {1, 1, 0},
                                               {1, -1, 0}, {1, -1, 0}, {1, -1, 0}, {1, -1, 0}};
    const std::vector<double> y{1, 1, 1, 0, 1, 0, 0, 0};
    const auto b = fit_logistic(x, y, {0, 0, 0.3}, {1e9, 1e9, 1});
    EXPECT_NEAR(b[0], 0, 1e-8);
    EXPECT_NEAR(b[1], std::log(3), 1e-6);
    EXPECT_NEAR(b[2], 0.3, 1e-9);  // nothing speaks of it but the prior
    // All true: without the prior there would be no end.
    const std::vector<double> ones(8, 1.0);
    EXPECT_TRUE(std::isfinite(fit_logistic(x, ones, {0, 1, 0}, {4, 1, 1})[0]));
}

}  // namespace
}  // namespace cytomo
