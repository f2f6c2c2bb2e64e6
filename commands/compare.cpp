// cytomo compare: groups of analyzed tomograms, such as control and treated.
#include "cytomo/measures/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "calls.h"
#include "command.h"
#include "compare_results.h"
#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/io/table_io.h"
#include "cytomo/report/comparison_page.h"
#include "cytomo/report/curves.h"
#include "cytomo/report/html_text.h"
#include "record.h"
#include "result_names.h"

namespace cytomo::commands {

namespace {

namespace fs = std::filesystem;

struct Arguments {
    std::string out, design, reference;
    std::vector<std::string> groups;
    MeasureChoice choice;
    ReadResultOptions reading;
    CompareOptions options;
};

/// "lipid droplet", "median_volume_um3" → lipid-droplet.median-volume-um3.svg
std::string picture_name(const CellMeasure& measure) {
    std::string name = measure.class_name + "." + measure.name;
    for (char& c : name)
        if (c == ' ' || c == '_' || c == '/') c = '-';
    return name + ".svg";
}

RecordEntries record_of(const Arguments& a, const CellGroups& groups,
                        const std::vector<CellResult>& results) {
    const auto joined = [](const std::vector<std::string>& names) {
        std::string out;
        for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
        return out.empty() ? "all" : out;
    };
    RecordWriter out("compare");
    if (a.design.empty()) out.add("Design", "given with --group");
    out.add_file("Design", a.design)
        .add("Measures", joined(a.choice.measures))
        .add("Compared classes", joined(a.choice.classes))
        .add("Compared objects", a.reading.whole_objects ? "those that touch no border" : "all")
        .add(record_names::options, "at most " + std::to_string(a.options.most_arrangements) +
                                        " permutations, seed " + std::to_string(a.options.seed))
        .add("Test", "permutation of whole samples, two-sided, of the difference of means of samples' means")
        .add("Intervals",
             "95 %: of differences by Welch's t, of Hedges' g by the noncentral t, over samples");
    for (std::size_t i = 0; i < results.size(); ++i)
        out.add_file(groups.cells[i].name, results[i].folder / summary_name, results[i].summary_checksum);
    return out.entries();
}

void print_smallest(const CellGroups& groups, std::vector<Comparison> comparisons, const Common& common) {
    std::erase_if(comparisons, [](const Comparison& c) { return std::isnan(c.p); });
    std::stable_sort(comparisons.begin(), comparisons.end(),
                     [](const Comparison& a, const Comparison& b) { return a.p < b.p; });
    if (comparisons.size() > 8) comparisons.resize(8);
    for (const Comparison& c : comparisons) {
        const CellMeasure& m = groups.measures[c.measure];
        // As many digits as the page has.
        const std::string effect =
            std::isnan(c.effect.value) ? "" : "Hedges' g " + short_number(c.effect.value, 3) + ", ";
        common.say(m.class_name + " " + m.name + ", " + groups.groups[c.group] + ": median " +
                   short_number(c.reference.median) + " → " + short_number(c.compared.median) +
                   (m.unit.empty() ? "" : " " + m.unit) + ", " + effect + "p " + short_number(c.p, 3) +
                   ", corrected " + short_number(c.p_benjamini_hochberg, 3));
    }
}

/// The folders may be those that were meant to be compared: the call is shown with what is known.
[[noreturn]] void refuse_without_groups(const std::string& out) {
    std::error_code ec;
    const bool folder = fs::is_directory(out, ec), simulated = folder && is_simulated(out);
    const std::string result = simulated ? measured_name(out) : out;
    throw UsageError(
        "groups: expected --group NAME=FOLDER,FOLDER,… once for each group, or --design FILE.csv, found "
        "neither. Folders are results of cytomo analyze or measure, and the first name is the folder for the "
        "comparison." +
        (simulated ? " " + out + " is a folder of cytomo simulate, and no result." +
                         advice("To measure its true classes", call_measuring(out)) + "\nThen it"
                   : std::string(" It")) +
        " is called so:\n  " +
        call_text({"compare", folder ? "comparison" : out, "--group",
                   "control=" + (folder ? result : "FOLDER,FOLDER"), "--group", "treated=FOLDER,FOLDER"}));
}

void run(const Arguments& a, const Common& common) {
    a.options.check();
    if (a.groups.empty() && a.design.empty()) refuse_without_groups(a.out);
    std::vector<DesignRow> rows;
    for (const std::string& text : a.groups)
        for (DesignRow& row : parse_group(text)) rows.push_back(std::move(row));
    if (!a.design.empty())
        for (DesignRow& row : read_design(a.design)) rows.push_back(std::move(row));
    check_design(rows, a.reference);
    const ResultsOf comparison = results_of("compare", a.out);
    for (const DesignRow& row : rows)
        if (std::error_code ec; fs::equivalent(row.folder, a.out, ec))
            throw InputError(a.out, "a folder for the comparison", "one of the folders that are compared",
                             comparison.remedy());
    PendingOutput folder(a.out, common.overwrite, comparison);
    for (const DesignRow& row : rows) folder.keep(row.folder);
    folder.keep(a.design);
    const Progress progress = common.progress();
    std::vector<CellResult> results;
    const Progress reading = progress.stage("reading results");
    for (const DesignRow& row : rows) {
        reading(static_cast<double>(results.size()) / static_cast<double>(rows.size()));
        results.push_back(read_result(row.folder, a.reading));
    }
    reading(1);
    ComparisonPage page;
    page.warnings = differences_between(results);
    const CellGroups groups = gather(rows, results, a.choice);
    if (groups.measures.empty())
        throw InputError(a.out, "measures to compare", "none that any cell has",
                         "Choose other --measures or --classes");
    const auto comparisons = compare_groups(groups, a.options, progress.stage("comparing"));

    page.title = groups.groups[1];
    for (std::size_t g = 2; g < groups.groups.size(); ++g) page.title += ", " + groups.groups[g];
    page.title += " against " + groups.groups[0];
    page.subtitle = std::to_string(groups.cells.size()) + " cells, " +
                    std::to_string(groups.measures.size()) + " measures";
    page.provenance = record_of(a, groups, results);
    write_csv(folder.path() / "comparison.csv", comparison_table(groups, comparisons), false);
    write_csv(folder.path() / "cells.csv", cells_table(groups), false);
    fs::create_directory(folder.path() / "pictures");
    const auto figures = comparison_figures(groups, comparisons);
    for (std::size_t m = 0; m < figures.size(); ++m)
        write_text(folder.path() / "pictures" / picture_name(groups.measures[m]),
                   svg_file(std::span(figures).subspan(m, 1)));
    write_text(folder.path() / "report.html",
               comparison_page(page, groups, comparisons, progress.stage("writing the page")));
    folder.commit();
    for (const auto& warning : page.warnings) common.say(warning);
    for (const auto& remark : comparison_remarks(groups, comparisons)) common.say(remark);
    print_smallest(groups, comparisons, common);
    std::printf("%s\n", (fs::path(a.out) / "report.html").c_str());
}

}  // namespace

Command compare_command() {
    return {
        "compare", "Compare groups of analyzed tomograms: medians, effect sizes, tests, plots",
        [](CLI::App& app) -> Run {
            auto a = std::make_shared<Arguments>();
            app.add_option("OUTDIR", a->out, "Folder for comparison.csv, cells.csv, report.html and pictures")
                ->required();
            app.add_option("--group", a->groups,
                           "A group and its cells, once for each group; the first is the reference. Folders "
                           "are results of analyze or measure; each is a sample of its own")
                ->type_name("NAME=FOLDER,...")
                ->allow_extra_args(false);
            app.add_option("--design", a->design,
                           "A table instead (CSV): columns folder, group and sample, one row a cell. Cells "
                           "of one sample (grid, culture, animal) are no independent evidence")
                ->type_name("FILE");
            app.add_option("--reference", a->reference,
                           "The group that the others are compared with (default: the first)")
                ->type_name("NAME");
            app.add_option("--measures", a->choice.measures,
                           "Only these, such as volume_um3,median_sphericity: fewer measures need less "
                           "correction, if they are chosen beforehand")
                ->type_name("NAME,...")
                ->delimiter(',')
                ->allow_extra_args(false);
            app.add_option("--classes", a->choice.classes, "Only these, such as mitochondrion,vesicle")
                ->type_name("NAME,...")
                ->delimiter(',')
                ->allow_extra_args(false);
            app.add_flag("--whole-objects", a->reading.whole_objects,
                         "Leave objects that touch the border of the volume out of medians");
            app.add_option("--permutations", a->options.most_arrangements,
                           "Try all ways to deal out the samples up to this number, else as many at random")
                ->check(CLI::Range(100, 100'000'000))
                ->capture_default_str();
            app.add_option("--seed", a->options.seed, "Of random permutations")->capture_default_str();
            return [a](const Common& common) { run(*a, common); };
        }};
}

}  // namespace cytomo::commands
