#include "cytomo/measures/compare.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/core/test_tables.h"

namespace cytomo {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Cells of one measure, sample by sample: values[group][sample][cell].
CellGroups nested(const std::vector<std::vector<std::vector<double>>>& values) {
    CellGroups out;
    out.measures = {{"volume_um3", "vesicle", "µm³", {}}};
    for (std::size_t g = 0; g < values.size(); ++g) {
        out.groups.push_back("group " + std::to_string(g));
        for (std::size_t s = 0; s < values[g].size(); ++s)
            for (const double v : values[g][s]) {
                out.cells.push_back({"cell " + std::to_string(out.cells.size()), g,
                                     "sample " + std::to_string(g) + std::to_string(s)});
                out.measures[0].values.push_back(v);
            }
    }
    return out;
}

/// Samples differ by themselves as much as cells of one sample do.
CellGroups random_groups(Random& random, int samples, int cells, double effect) {
    std::vector<std::vector<std::vector<double>>> values(2);
    for (int g = 0; g < 2; ++g)
        for (int s = 0; s < samples; ++s) {
            const double mean = 10 + random.normal() + g * effect;
            values[static_cast<std::size_t>(g)].emplace_back();
            for (int c = 0; c < cells; ++c)
                values[static_cast<std::size_t>(g)].back().push_back(mean + random.normal());
        }
    return nested(values);
}

/// What ignoring the samples gives: Student's t test of all cells.
bool differs_naively(const CellGroups& groups) {
    std::vector<double> sides[2];
    for (std::size_t c = 0; c < groups.cells.size(); ++c)
        sides[groups.cells[c].group].push_back(groups.measures[0].values[c]);
    const ConfidenceInterval interval = welch_interval(sides[0], sides[1], 0.95);
    return interval.low > 0 || interval.high < 0;
}

TEST(Compare, FalseAlarmsAreAsRareAsTheySay) {
    Random random(3);
    constexpr int tries = 2000;
    int false_alarms = 0, naive = 0;
    for (int i = 0; i < tries; ++i) {
        const CellGroups groups = random_groups(random, 5, 8, 0);
        false_alarms += compare_groups(groups).at(0).p <= 0.05 ? 1 : 0;
        naive += differs_naively(groups) ? 1 : 0;
    }
    // 12 of 252 ways are the most below 0.05: 0.0476, with a standard error of 0.0048.
    EXPECT_NEAR(false_alarms / double{tries}, 0.0476, 0.015);
    // Intraclass correlation 0.5 with 8 cells: variance 4.5 times as large as believed, |z| > 1.96/√4.5 in 36
    // %.
    EXPECT_NEAR(naive / double{tries}, 0.36, 0.05);
}

TEST(Compare, UnequalNumbersOfCellsDoNotDisturb) {
    Random random(4);
    constexpr int tries = 1000;
    int false_alarms = 0;
    for (int i = 0; i < tries; ++i) {
        std::vector<std::vector<std::vector<double>>> values(2);
        for (std::size_t g = 0; g < 2; ++g)
            for (int s = 0; s < 4; ++s) {
                const double mean = std::exp(random.normal());
                values[g].emplace_back();
                for (std::int64_t c = random.integer(1, 12); c > 0; --c)
                    values[g].back().push_back(mean * std::exp(0.5 * random.normal()));
            }
        false_alarms += compare_groups(nested(values)).at(0).p <= 0.05 ? 1 : 0;
    }
    EXPECT_NEAR(false_alarms / double{tries}, 2.0 / 70, 0.017);
}

TEST(Compare, FindsALargeEffect) {
    Random random(9);
    int found = 0;
    double effects = 0;
    for (int i = 0; i < 200; ++i) {
        const auto c = compare_groups(random_groups(random, 6, 8, 3)).at(0);
        found += c.p <= 0.05 ? 1 : 0;
        effects += c.difference / 200;
    }
    EXPECT_GT(found, 180);
    EXPECT_NEAR(effects, 3, 0.15);
}

TEST(Compare, SamplesCountOnceAndMediansAreOfCells) {
    // Means of samples: 2, 5 | 10, 20, 30.
    const auto groups = nested({{{1, 3}, {5, nan}}, {{10}, {20, 20, 20, 20}, {30}, {nan}}});
    const auto c = compare_groups(groups).at(0);
    EXPECT_EQ(c.reference.cells, 3);
    EXPECT_EQ(c.reference.samples, 2);
    EXPECT_EQ(c.compared.cells, 6);
    EXPECT_EQ(c.compared.samples, 3);
    EXPECT_DOUBLE_EQ(c.reference.median, 3);
    EXPECT_DOUBLE_EQ(c.compared.median, 20);
    EXPECT_DOUBLE_EQ(c.reference.mean, 3.5);
    EXPECT_DOUBLE_EQ(c.compared.mean, 20);
    EXPECT_DOUBLE_EQ(c.difference, 16.5);
    EXPECT_DOUBLE_EQ(c.relative_difference, 16.5 / 3.5);
    EXPECT_EQ(c.test, ComparisonTest::exact);
    // Two of ten ways: 20 and 30 against 2, 5 and 10 lie farther apart still.
    EXPECT_DOUBLE_EQ(c.p, 0.2);
    EXPECT_DOUBLE_EQ(c.p_holm, 0.2);
    EXPECT_DOUBLE_EQ(c.smallest_p, 0.1);
}

TEST(Compare, WithoutSamplesThereIsNoTest) {
    const auto groups = nested({{{1, 2, 3}}, {{4, 5}, {6}}});
    const auto comparisons = compare_groups(groups);
    EXPECT_EQ(comparisons.at(0).test, ComparisonTest::too_few_samples);
    EXPECT_TRUE(std::isnan(comparisons[0].p));
    EXPECT_TRUE(std::isnan(comparisons[0].p_holm));
    EXPECT_TRUE(std::isnan(comparisons[0].difference_interval.low));
    EXPECT_DOUBLE_EQ(comparisons[0].difference, 5.25 - 2);
    const auto remarks = comparison_remarks(groups, comparisons);
    ASSERT_FALSE(remarks.empty());
    EXPECT_NE(remarks[0].find("group 0 has one sample only"), std::string::npos);
}

TEST(Compare, WhatNeverVariesIsNotTestedAndDoesNotCount) {
    auto groups = nested({{{1}, {2}, {3}}, {{4}, {5}, {6}}});
    groups.measures.push_back({"objects", "nucleus", "", std::vector<double>(6, 0.1)});
    groups.measures.push_back({"objects", "vesicle", "", std::vector<double>(6, nan)});
    const auto comparisons = compare_groups(groups);
    ASSERT_EQ(comparisons.size(), 3U);
    EXPECT_EQ(comparisons[1].test, ComparisonTest::nothing_varies);
    EXPECT_TRUE(std::isnan(comparisons[1].p_benjamini_hochberg));
    EXPECT_EQ(comparisons[2].test, ComparisonTest::too_few_samples);
    EXPECT_EQ(comparisons[2].compared.cells, 0);
    EXPECT_TRUE(std::isnan(comparisons[2].compared.median));
    EXPECT_DOUBLE_EQ(comparisons[0].p_holm, 0.1);
    bool said = false, chance = false;
    for (const auto& remark : comparison_remarks(groups, comparisons)) {
        said |= remark.find("no p can be smaller than 0.1") != std::string::npos;
        chance |= remark.find("by chance") != std::string::npos;
    }
    EXPECT_TRUE(said);
    EXPECT_FALSE(chance);
}

TEST(Compare, EachGroupAgainstTheFirst) {
    const auto groups = nested({{{1}, {2}}, {{3}, {4}}, {{0}, {1.5}, {1}}});
    const auto comparisons = compare_groups(groups);
    ASSERT_EQ(comparisons.size(), 2U);
    EXPECT_EQ(comparisons[0].group, 1U);
    EXPECT_DOUBLE_EQ(comparisons[0].difference, 2);
    EXPECT_EQ(comparisons[1].group, 2U);
    EXPECT_NEAR(comparisons[1].difference, 2.5 / 3 - 1.5, 1e-12);
    const Table table = comparison_table(groups, comparisons);
    ASSERT_EQ(table.rows.size(), 2U);
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size());
    const Table cells = cells_table(groups);
    EXPECT_EQ(cells.rows.size(), 7U);
    EXPECT_EQ(cells.rows[0].size(), cells.columns.size());
    expect_whole_sentences(table.columns);
    expect_whole_sentences(cells.columns);
}

TEST(Compare, SameAtAnyThreadCount) {
    Random random(2);
    auto groups = random_groups(random, 12, 2, 0.5);  // 2.7 million ways: drawn at random
    const auto values = groups.measures[0].values;
    for (int i = 1; i < 6; ++i) {
        groups.measures.push_back(groups.measures[0]);
        for (double& v : groups.measures.back().values) v += random.normal();
    }
    CompareOptions options;
    options.most_arrangements = 2000;
    set_thread_count(1);
    const auto one = compare_groups(groups, options);
    set_thread_count(3);
    const auto three = compare_groups(groups, options);
    set_thread_count(0);
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].p, three[i].p);
    EXPECT_EQ(one[0].test, ComparisonTest::random);
}

TEST(Compare, SharedSampleNamesAreSaid) {
    auto groups = nested({{{1}, {2}}, {{3}, {4}}});
    for (auto& cell : groups.cells) cell.sample = cell.sample.substr(0, 6) + cell.sample.back();
    bool said = false;
    for (const auto& remark : comparison_remarks(groups, compare_groups(groups)))
        said |= remark.find("occurs in several groups") != std::string::npos;
    EXPECT_TRUE(said);
}

TEST(Compare, RefusesWhatMakesNoSense) {
    EXPECT_THROW(compare_groups(nested({{{1}, {2}}})), UsageError);
    EXPECT_THROW(compare_groups(nested({{{1}, {2}}, {}})), UsageError);
    auto groups = nested({{{1}}, {{2}}});
    groups.measures[0].values.pop_back();
    EXPECT_THROW(compare_groups(groups), UsageError);
    groups = nested({{{1}}, {{2}}});
    groups.cells[0].group = 2;
    EXPECT_THROW(compare_groups(groups), UsageError);
    CompareOptions options;
    options.most_arrangements = 1;
    EXPECT_THROW(options.check(), UsageError);
}

}  // namespace
}  // namespace cytomo
