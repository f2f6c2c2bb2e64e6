// Tables and page of a bias.
#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "cytomo/bias.h"
#include "cytomo/report/figures.h"
#include "cytomo/report/html.h"

namespace cytomo {

Table bias_table(const std::vector<BiasRow>& rows, const Legend& legend) {
    Table t;
    t.name = "bias";
    t.columns = {
        {"class", "", "Class of the objects."},
        {"measure", "", "What was measured, of single objects or of whole cells."},
        {"unit", "", "Unit of true_mean and measured_mean."},
        {"samples", "", "Number of objects, or of cells for numbers of a whole cell."},
        {"cells", "", "Number of simulated cells that they come from."},
        {"true_mean", "", "Mean of the true values."},
        {"measured_mean", "", "Mean of the measured values."},
        {"bias_percent", "%",
         "Error of the sum of all measured values against that of the true ones: 5 means 5 % too much."},
        {"bias_low_percent", "%",
         "Lower end of the interval that holds the bias with a probability of 90 % (bootstrap over cells). "
         "Empty for fewer than 3 cells."},
        {"bias_high_percent", "%",
         "Upper end of the interval that holds the bias with a probability of 90 %."},
        {"median_error_percent", "%", "Median of the errors of single samples."},
        {"spread_percent", "%",
         "Typical scatter of single errors: half of the range that the middle 68 % of them span."},
    };
    for (const BiasRow& r : rows)
        t.rows.push_back({legend.name_of(r.class_id), r.measure, r.unit, r.samples, std::int64_t{r.cells},
                          r.truth, r.measured, 100 * r.bias, 100 * r.bias_low, 100 * r.bias_high,
                          100 * r.median_error, 100 * r.spread});
    return t;
}

Table bias_samples_table(const std::vector<BiasSample>& samples, const Legend& legend) {
    Table t;
    t.name = "bias_samples";
    t.columns = {
        {"cell", "", "Number of the simulated cell, counted from 1."},
        {"class", "", "Class of the object."},
        {"measure", "", "What was measured."},
        {"unit", "", "Unit of the true and the measured value."},
        {"true", "", "The true value."},
        {"measured", "", "The measured value."},
    };
    for (const BiasSample& s : samples)
        t.rows.push_back(
            {std::int64_t{s.cell + 1}, legend.name_of(s.class_id), s.measure, s.unit, s.truth, s.measured});
    return t;
}

namespace {

/// Measured over true, a strip for each class.
std::vector<Figure> ratio_figures(const Bias& bias) {
    std::map<std::string, std::map<std::uint8_t, NamedValues>> by_measure;
    for (const BiasSample& s : bias.samples) {
        if (!(s.truth > 0)) continue;
        NamedValues& group = by_measure[s.measure][s.class_id];
        group.name = bias.legend.name_of(s.class_id);
        if (const LegendEntry* entry = bias.legend.find(s.class_id)) group.colour = entry->colour;
        group.values.push_back(100 * (s.measured / s.truth - 1));
    }
    std::vector<Figure> figures;
    const std::set<std::string> of_cells{"objects found", "objects", "expected objects", "total volume",
                                         "expected total volume"};
    for (const char* measure :
         {"objects found", "objects", "expected objects", "total volume", "expected total volume", "volume",
          "surface", "equivalent diameter", "absorption", "length", "mean radius"}) {
        std::vector<NamedValues> groups;
        for (auto& [class_id, group] : by_measure[measure]) groups.push_back(std::move(group));
        if (groups.empty()) continue;
        std::string title = std::string("Errors of: ") + measure;
        figures.push_back(strip_figure(title, "Measured less true", "% of the truth", groups,
                                       of_cells.contains(measure) ? "simulated cell" : "object"));
    }
    return figures;
}

}  // namespace

std::string bias_page(const Bias& bias, const std::vector<std::pair<std::string, std::string>>& record,
                      const Progress& progress) {
    Report report;
    report.title = "Expected bias";
    int cells = 0;
    for (const BiasSample& s : bias.samples) cells = std::max(cells, s.cell + 1);
    report.subtitle = "measured against the truth on " + std::to_string(cells) +
                      (cells == 1 ? " simulated cell" : " simulated cells");
    report.provenance = record;
    report.warnings.push_back(
        "These errors are those on simulated cells with the microscope, voxel size and noise named below. "
        "What the simulation leaves out adds to them.");
    if (cells < 3) report.warnings.push_back("Fewer than three cells: no intervals. Take more with --cells.");
    if (!bias.no_intervals.empty()) report.warnings.push_back(bias.no_intervals);
    report.tables.push_back(bias_table(bias.rows, bias.legend));
    if (bias.learnt) report.tables.push_back(error_fit_table(*bias.learnt, bias.legend));
    report.planes = bias.views;
    report.planes_heading = "First cell";
    report.planes_hint = "One slice of the first cell: image, truth, what was found.";
    report.figures = ratio_figures(bias);
    report.figures_heading = "Errors";
    report.figures_hint = "Errors of single objects and cells.";
    report.legend = bias.legend;
    return html(report, progress);
}

}  // namespace cytomo
