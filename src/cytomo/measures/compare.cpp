#include "cytomo/measures/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <mutex>
#include <set>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

/// What one group shows in one measure.
struct GroupValues {
    GroupDescription description;
    std::vector<double> sample_means;
};

GroupValues values_of(const CellGroups& groups, const CellMeasure& measure, std::size_t group) {
    struct Sum {
        double sum = 0;
        std::int64_t cells = 0;
    };
    std::map<std::string, Sum> samples;
    std::vector<double> all;
    for (std::size_t c = 0; c < groups.cells.size(); ++c) {
        const double value = measure.values[c];
        if (groups.cells[c].group != group || !std::isfinite(value)) continue;
        all.push_back(value);
        Sum& sample = samples[groups.cells[c].sample];
        sample.sum += value;
        ++sample.cells;
    }
    GroupValues out;
    for (const auto& [name, sample] : samples)
        out.sample_means.push_back(sample.sum / static_cast<double>(sample.cells));
    out.description = {static_cast<std::int64_t>(all.size()), static_cast<std::int64_t>(samples.size()),
                       median_of(all), mean_of(out.sample_means)};
    return out;
}

bool all_same(const std::vector<double>& a, const std::vector<double>& b) {
    const double first = a.front();
    const auto same = [&](double v) { return std::abs(v - first) <= 1e-12 * std::abs(first); };
    return std::all_of(a.begin(), a.end(), same) && std::all_of(b.begin(), b.end(), same);
}

Comparison compare(const CellGroups& groups, std::size_t measure, std::size_t group,
                   const CompareOptions& options) {
    const GroupValues a = values_of(groups, groups.measures[measure], 0),
                      b = values_of(groups, groups.measures[measure], group);
    Comparison c;
    c.measure = measure;
    c.group = group;
    c.reference = a.description;
    c.compared = b.description;
    c.difference = b.description.mean - a.description.mean;
    c.relative_difference = a.description.mean > 0 ? c.difference / a.description.mean : undefined;
    c.difference_interval = {undefined, undefined};
    c.effect = {undefined, {undefined, undefined}};
    c.p = c.smallest_p = undefined;
    if (a.sample_means.size() < 2 || b.sample_means.size() < 2) return c;
    if (all_same(a.sample_means, b.sample_means)) {
        c.test = ComparisonTest::nothing_varies;
        return c;
    }
    c.difference_interval = welch_interval(a.sample_means, b.sample_means, options.confidence);
    c.effect = hedges_g(a.sample_means, b.sample_means, options.confidence);
    const PermutationTest test = permutation_test(a.sample_means, b.sample_means, options.most_arrangements,
                                                  options.seed, measure * groups.groups.size() + group);
    c.test = test.exact ? ComparisonTest::exact : ComparisonTest::random;
    c.p = test.p;
    c.smallest_p = test.smallest_p;
    return c;
}

std::string name_of(ComparisonTest test) {
    switch (test) {
        case ComparisonTest::exact:
            return "permutation of samples, all";
        case ComparisonTest::random:
            return "permutation of samples, random";
        case ComparisonTest::too_few_samples:
            return "none: fewer than two samples";
        case ComparisonTest::nothing_varies:
            return "none: all values are the same";
    }
    return "";
}

std::string digits(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2g", value);
    return text;
}

}  // namespace

void CellGroups::check() const {
    if (groups.size() < 2) throw UsageError("groups: expected at least two, to compare them");
    std::vector<std::int64_t> counts(groups.size());
    for (const ComparedCell& cell : cells) {
        if (cell.group >= groups.size()) throw UsageError("cell " + cell.name + ": its group does not exist");
        ++counts[cell.group];
    }
    for (std::size_t g = 0; g < groups.size(); ++g)
        if (counts[g] == 0) throw UsageError("group " + groups[g] + ": expected cells, found none");
    for (const CellMeasure& measure : measures)
        if (measure.values.size() != cells.size())
            throw UsageError("measure " + measure.name + ": expected one value a cell");
}

void CompareOptions::check() const {
    if (!(confidence > 0.5 && confidence < 1)) throw UsageError("confidence: expected 0.5 to 1");
    if (most_arrangements < 100 || most_arrangements > 100'000'000)
        throw UsageError("permutations: expected 100 to 100,000,000");
}

std::vector<Comparison> compare_groups(const CellGroups& groups, const CompareOptions& options,
                                       const Progress& progress) {
    options.check();
    groups.check();
    const std::size_t others = groups.groups.size() - 1;
    std::vector<Comparison> out(groups.measures.size() * others);
    std::mutex mutex;
    std::size_t done = 0;
    progress(0);
    parallel_for(static_cast<std::int64_t>(out.size()), [&](std::int64_t i) {
        const auto at = static_cast<std::size_t>(i);
        out[at] = compare(groups, at / others, at % others + 1, options);
        const std::lock_guard lock(mutex);
        progress(static_cast<double>(++done) / static_cast<double>(out.size()));
    });
    std::vector<double> p;
    for (const Comparison& c : out) p.push_back(c.p);
    const auto holm = adjust_holm(p), benjamini_hochberg = adjust_benjamini_hochberg(p);
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i].p_holm = holm[i];
        out[i].p_benjamini_hochberg = benjamini_hochberg[i];
    }
    progress(1);
    return out;
}

std::vector<std::string> comparison_remarks(const CellGroups& groups,
                                            const std::vector<Comparison>& comparisons) {
    std::vector<std::string> out;
    std::vector<std::set<std::string>> samples(groups.groups.size());
    for (const ComparedCell& cell : groups.cells) samples[cell.group].insert(cell.sample);
    for (std::size_t g = 0; g < samples.size(); ++g)
        if (samples[g].size() < 2)
            out.push_back("Group " + groups.groups[g] +
                          " has one sample only: it is described, but nothing can be tested. Cells of one "
                          "sample do not tell how much samples differ by themselves.");
    for (std::size_t g = 1; g < samples.size(); ++g) {
        double smallest = undefined;
        for (const Comparison& c : comparisons)
            if (c.group == g && !std::isnan(c.smallest_p)) smallest = std::fmin(smallest, c.smallest_p);
        if (smallest > 0.05)
            out.push_back("With " + std::to_string(samples[0].size()) + " and " +
                          std::to_string(samples[g].size()) + " samples (" + groups.groups[0] + ", " +
                          groups.groups[g] + ") no p can be smaller than " + digits(smallest) +
                          ", however large the difference: read effect sizes and intervals, or add samples "
                          "(four in each group reach 0.029, five 0.0079).");
    }
    std::set<std::string> shared;
    for (std::size_t g = 0; g < samples.size(); ++g)
        for (std::size_t other = g + 1; other < samples.size(); ++other)
            std::set_intersection(samples[g].begin(), samples[g].end(), samples[other].begin(),
                                  samples[other].end(), std::inserter(shared, shared.end()));
    if (!shared.empty())
        out.push_back("Sample " + *shared.begin() +
                      (shared.size() > 1 ? " and " + std::to_string(shared.size() - 1) + " more" : "") +
                      " occurs in several groups: it is taken for different samples of the same name. Pairs "
                      "are not used by this test.");
    std::int64_t tested = 0, below = 0, holm = 0, discovery = 0, possible = 0;
    for (const Comparison& c : comparisons) {
        tested += std::isnan(c.p) ? 0 : 1;
        possible += !std::isnan(c.p) && c.smallest_p <= 0.05 ? 1 : 0;
        below += c.p <= 0.05 ? 1 : 0;
        holm += c.p_holm <= 0.05 ? 1 : 0;
        discovery += c.p_benjamini_hochberg <= 0.05 ? 1 : 0;
    }
    if (tested > 1)
        out.push_back(
            std::to_string(tested) + " of " + std::to_string(comparisons.size()) +
            " comparisons were tested" +
            (tested < static_cast<std::int64_t>(comparisons.size())
                 ? " (in the others nothing varies, or too few samples have the measure)"
                 : "") +
            (possible == 0
                 ? std::string(": with so few samples none of them can have p ≤ 0.05. ")
                 : ": about " + std::to_string(std::lround(0.05 * static_cast<double>(possible))) +
                       " would have p ≤ 0.05 by chance alone. Found: " + std::to_string(below) + ", " +
                       std::to_string(discovery) + " after correction by Benjamini and Hochberg, " +
                       std::to_string(holm) + " after Holm's. ") +
            "Name the measures that you expect to differ before you look, and correct for these only.");
    return out;
}

Table comparison_table(const CellGroups& groups, const std::vector<Comparison>& comparisons) {
    Table table;
    table.name = "comparison";
    table.columns = {
        {"measure", "", "What was compared; its unit is part of the name."},
        {"class", "", "Class of organelle, or cell for numbers of the whole cell."},
        {"unit", "", "Unit of medians, means and differences."},
        {"reference", "", "Group that the other one is compared with."},
        {"group", "", "Group that is compared with the reference."},
        {"reference_cells", "", "Number of cells of the reference for which the measure is defined."},
        {"cells", "", "Number of cells of the group for which the measure is defined."},
        {"reference_samples", "", "Number of samples of the reference with such cells."},
        {"samples", "", "Number of samples of the group with such cells."},
        {"reference_median", "", "Median of the reference's cells."},
        {"median", "", "Median of the group's cells."},
        {"reference_mean", "",
         "Mean of the reference: of the means of its samples, so that each sample counts once."},
        {"mean", "", "Mean of the group: of the means of its samples, so that each sample counts once."},
        {"difference", "", "Mean of the group less that of the reference."},
        {"difference_low", "",
         "Lower end of the interval that holds the difference with a probability of 95 % (Welch's t over the "
         "means of samples)."},
        {"difference_high", "",
         "Upper end of the interval that holds the difference with a probability of 95 %."},
        {"relative_difference", "", "Difference divided by the mean of the reference: 0.1 is 10 % more."},
        {"hedges_g", "",
         "Size of the effect: the difference in standard deviations between samples, corrected for small "
         "numbers of samples (Hedges' g)."},
        {"hedges_g_low", "",
         "Lower end of the interval that holds Hedges' g with a probability of 95 % (noncentral t)."},
        {"hedges_g_high", "", "Upper end of the interval that holds Hedges' g with a probability of 95 %."},
        {"p", "",
         "Chance of a difference as large as this, in either direction, if whole samples were dealt out at "
         "random to the groups (permutation test). It is not corrected for the number of measures."},
        {"smallest_p", "", "The smallest p that is possible with so few samples."},
        {"p_benjamini_hochberg", "",
         "p, corrected for the number of measures so that the share of false ones among all findings stays "
         "below the level."},
        {"p_holm", "",
         "p, corrected for the number of measures so that the chance of even one false finding stays below "
         "the level."},
        {"test", "",
         "Whether samples were dealt out in all possible ways or in random ones, or why there is no test."},
    };
    for (const Comparison& c : comparisons) {
        const CellMeasure& measure = groups.measures[c.measure];
        table.rows.push_back({measure.name,
                              measure.class_name,
                              measure.unit,
                              groups.groups[0],
                              groups.groups[c.group],
                              c.reference.cells,
                              c.compared.cells,
                              c.reference.samples,
                              c.compared.samples,
                              c.reference.median,
                              c.compared.median,
                              c.reference.mean,
                              c.compared.mean,
                              c.difference,
                              c.difference_interval.low,
                              c.difference_interval.high,
                              c.relative_difference,
                              c.effect.value,
                              c.effect.interval.low,
                              c.effect.interval.high,
                              c.p,
                              c.smallest_p,
                              c.p_benjamini_hochberg,
                              c.p_holm,
                              name_of(c.test)});
    }
    return table;
}

std::vector<TableColumn> cell_columns() {
    return {{"cell", "", "Name of the cell: that of its folder."},
            {"group", "", "Group of the cell."},
            {"sample", "", "Sample of the cell: what is treated as a whole, for example a dish."}};
}

Table cells_table(const CellGroups& groups) {
    Table table;
    table.name = "cells";
    table.columns = cell_columns();
    table.columns.insert(table.columns.end(),
                         {{"measure", "", "What was measured."},
                          {"class", "", "Class of organelle, or cell for numbers of the whole cell."},
                          {"unit", "", "Unit of the value."},
                          {"value", "", "The value; empty if it is not defined for this cell."}});
    for (const CellMeasure& measure : groups.measures)
        for (std::size_t c = 0; c < groups.cells.size(); ++c) {
            const ComparedCell& cell = groups.cells[c];
            table.rows.push_back({cell.name, groups.groups[cell.group], cell.sample, measure.name,
                                  measure.class_name, measure.unit, measure.values[c]});
        }
    return table;
}

}  // namespace cytomo
