#include "cytomo/report/comparison_page.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "cytomo/report/group_figure.h"
#include "cytomo/report/html.h"
#include "cytomo/report/html_text.h"
#include "cytomo/report/measure_order.h"

namespace cytomo {

namespace {

std::string with_blanks(std::string name) {
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
}

/// "median_volume_um3" of µm³ → "median volume".
std::string quantity_of(const CellMeasure& measure) {
    std::string name = measure.name;
    for (const char* suffix : {"_per_um3", "_per_um2", "_per_um", "_um3", "_um2", "_um", "_nm"})
        if (!measure.unit.empty() && name.size() > std::string(suffix).size() && name.ends_with(suffix)) {
            name.resize(name.size() - std::string(suffix).size());
            break;
        }
    return with_blanks(name);
}

/// "vesicle: median volume"; with its unit where another measure of the class would be called the same, as
/// objects and objects per µm³ would.
std::string title_of(const CellGroups& groups, std::size_t m) {
    const CellMeasure& measure = groups.measures[m];
    const std::string title = measure.class_name + ": " + quantity_of(measure);
    for (std::size_t other = 0; other < groups.measures.size(); ++other)
        if (other != m && !measure.unit.empty() && groups.measures[other].class_name == measure.class_name &&
            quantity_of(groups.measures[other]) == quantity_of(measure))
            return title + " (" + measure.unit + ")";
    return title;
}

std::string digits(double value) {
    return short_number(value, 3);
}

/// "treated: 1.4 times the mean of control; Hedges' g 0.8 (−0.2 to 1.9); p = 0.1, corrected 0.4."
std::string sentence(const CellGroups& groups, const Comparison& c) {
    for (const auto& [group, description] : {std::pair{std::size_t{0}, &c.reference}, {c.group, &c.compared}})
        if (description->cells == 0)
            return groups.groups[c.group] + " − " + groups.groups[0] + ": no cell of " +
                   groups.groups[group] + " has this measure.";
    std::string out = groups.groups[c.group] + " − " + groups.groups[0] + ": " + digits(c.difference);
    const std::string& unit = groups.measures[c.measure].unit;
    if (!unit.empty()) out += " " + unit;
    if (!std::isnan(c.difference_interval.low))
        out += " (" + digits(c.difference_interval.low) + " to " + digits(c.difference_interval.high) + ")";
    if (!std::isnan(c.effect.value)) out += "; Hedges' g " + digits(c.effect.value);
    if (std::isnan(c.p))
        return out + (c.test == ComparisonTest::nothing_varies ? "; nothing varies." : "; no test.");
    return out + "; p = " + digits(c.p) + ", corrected " + digits(c.p_benjamini_hochberg) +
           " (Holm: " + digits(c.p_holm) + ").";
}

/// " The same number: mean object volume, volume.", or nothing.
std::string same_number_text(const CellGroups& groups, const std::vector<std::size_t>& stands_for,
                             std::size_t measure) {
    std::string out;
    for (std::size_t m = 0; m < stands_for.size(); ++m)
        if (m != measure && stands_for[m] == measure)
            out += (out.empty() ? " The same number: " : ", ") + quantity_of(groups.measures[m]);
    return out.empty() ? out : out + ".";
}

Table group_cards(const CellGroups& groups) {
    Table t;
    t.name = "groups";
    t.columns = {
        {"group", "", "Name of the group."},
        {"samples", "samples",
         "Number of samples: what is treated as a whole, and so the independent evidence."},
        {"cells", "", "Number of cells (tomograms) in this group."},
    };
    for (std::size_t g = 0; g < groups.groups.size(); ++g) {
        std::set<std::string> samples;
        std::int64_t cells = 0;
        for (const ComparedCell& cell : groups.cells)
            if (cell.group == g) {
                samples.insert(cell.sample);
                ++cells;
            }
        t.rows.push_back({groups.groups[g], static_cast<std::int64_t>(samples.size()), cells});
    }
    return t;
}

/// What people read first, in that order; all columns, and all measures, are in comparison.csv.
Table short_table(const CellGroups& groups, const std::vector<Comparison>& comparisons,
                  const std::vector<std::size_t>& order) {
    std::vector<Comparison> ordered;
    for (const std::size_t m : order)
        std::copy_if(comparisons.begin(), comparisons.end(), std::back_inserter(ordered),
                     [m](const Comparison& c) { return c.measure == m; });
    Table all = comparison_table(groups, ordered);
    const std::set<std::string> left_out{
        "reference",  "reference_cells",   "cells",  "reference_mean", "mean",
        "smallest_p", "reference_samples", "samples"};
    Table t;
    t.name = all.name;
    std::vector<std::size_t> kept;
    for (std::size_t c = 0; c < all.columns.size(); ++c)
        if (!left_out.contains(all.columns[c].name)) {
            kept.push_back(c);
            t.columns.push_back(all.columns[c]);
        }
    for (const auto& row : all.rows) {
        t.rows.emplace_back();
        for (const std::size_t c : kept) t.rows.back().push_back(row[c]);
    }
    return t;
}

Table design_table(const CellGroups& groups) {
    Table t;
    t.name = "Design";
    t.columns = cell_columns();
    for (const ComparedCell& cell : groups.cells)
        t.rows.push_back({cell.name, groups.groups[cell.group], cell.sample});
    return t;
}

}  // namespace

std::vector<Figure> comparison_figures(const CellGroups& groups, const std::vector<Comparison>& comparisons) {
    std::vector<Figure> out;
    for (std::size_t m = 0; m < groups.measures.size(); ++m) {
        const CellMeasure& measure = groups.measures[m];
        std::vector<GroupOfSamples> shown;
        for (std::size_t g = 0; g < groups.groups.size(); ++g) {
            std::map<std::string, std::vector<double>> samples;
            for (std::size_t c = 0; c < groups.cells.size(); ++c)
                if (groups.cells[c].group == g) samples[groups.cells[c].sample].push_back(measure.values[c]);
            shown.push_back({groups.groups[g], {}});
            for (auto& [name, values] : samples) shown.back().samples.push_back({name, std::move(values)});
        }
        Figure figure = group_figure(title_of(groups, m), quantity_of(measure), measure.unit, shown);
        figure.caption.clear();
        for (const Comparison& c : comparisons)
            if (c.measure == m) figure.caption += (figure.caption.empty() ? "" : " ") + sentence(groups, c);
        out.push_back(std::move(figure));
    }
    return out;
}

std::string comparison_page(const ComparisonPage& page, const CellGroups& groups,
                            const std::vector<Comparison>& comparisons, const Progress& progress) {
    Report report;
    report.title = page.title;
    report.subtitle = page.subtitle;
    report.warnings = page.warnings;
    for (auto& remark : comparison_remarks(groups, comparisons)) report.warnings.push_back(std::move(remark));
    report.provenance = page.provenance;
    report.legend = page.legend;
    report.summary = group_cards(groups);
    const auto order = by_importance(groups, comparisons);
    report.tables = {short_table(groups, comparisons, order), design_table(groups)};
    const auto figures = comparison_figures(groups, comparisons);
    const auto stands_for = same_numbers(groups);
    for (const std::size_t m : order) {
        if (report.figures.size() >= page.most_figures) break;
        report.figures.push_back(figures[m]);
        report.figures.back().caption += same_number_text(groups, stands_for, m);
    }
    report.figures_heading = "Groups side by side";
    report.figures_hint =
        "A small point is a cell. A large point is a sample, the mean of its cells; each sample has its own "
        "colour. A bar is the mean of a group's samples.";
    if (order.size() > report.figures.size())
        report.figures_hint += " " + std::to_string(report.figures.size()) + " of " +
                               std::to_string(order.size()) + " different measures are shown" +
                               (groups.measures.size() > order.size()
                                    ? " (" + std::to_string(groups.measures.size() - order.size()) +
                                          " of the " + std::to_string(groups.measures.size()) +
                                          " are the same numbers under other names, which stand below them)"
                                    : "") +
                               ": those that differ after correction first, then those that are asked "
                               "for most often.";
    return html(report, progress);
}

}  // namespace cytomo
