#include "train_results.h"

#include <cmath>
#include <cstdio>
#include <fstream>

#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/core/slice_text.h"
#include "cytomo/io/table_io.h"
#include "cytomo/network/suggest.h"
#if CYTOMO_HAS_REPORT
#include "cytomo/report/curves.h"
#include "cytomo/train_page.h"
#include "record.h"
#endif

namespace cytomo::commands {

namespace fs = std::filesystem;

fs::path report_beside(const fs::path& model) {
    return fs::path(model).replace_extension(".html");
}

fs::path picture_of(const fs::path& csv) {
    return fs::path(csv).replace_extension(".svg");
}

std::vector<std::string> what_to_label_next(const Model& model, const TrainingData& data, int count,
                                            const TrainOptions& options, const Progress& progress) {
    std::vector<std::string> lines;
    SuggestOptions suggest;
    suggest.count = count;
    PredictOptions predict;
    predict.device = options.device;
    predict.precision = options.precision;
    predict.views = 4;
    const auto add = [&](const Tomogram& tomogram, Polarity polarity, const std::string& name,
                         const std::vector<std::int64_t>& labelled) {
        if (static_cast<std::int64_t>(labelled.size()) >= tomogram.grid.size.z) return;
        predict.polarity = polarity;
        if (lines.empty()) lines.emplace_back(std::string("slices to label next. ") + how_slices_count);
        for (const auto& s :
             suggest_slices(tomogram, model, labelled, suggest, predict, progress.stage(name)))
            lines.push_back("  " + name + ", " +
                            slice_text(tomogram.grid, 'z', s.slice, tomogram.voxel_size_known) + ": " +
                            s.reason);
    };
    for (const auto& item : data.labelled)
        if (!item.simulated)
            add(item.tomogram, item.polarity, fs::path(item.name).filename().string(),
                labelled_slices(item.labels));
    for (const auto& item : data.unlabelled)
        add(item.tomogram, item.polarity, fs::path(item.name).filename().string(), {});
    if (lines.empty()) lines.emplace_back("nothing to label next: every slice has labels");
    return lines;
}

#if CYTOMO_HAS_REPORT
namespace {
void write_text(const fs::path& file, const std::string& text, bool overwrite) {
    PendingOutput pending(file, overwrite);
    std::ofstream out(pending.path(), std::ios::binary);
    out << text;
    out.close();
    if (!out)
        throw InputError(file.string(), "to write the file", "a failed write", "Check space and rights");
    pending.commit();
}
}  // namespace
#endif

void write_curve(const fs::path& csv, const std::vector<TrainingPoint>& curve, const Legend& legend,
                 bool overwrite) {
    Table table;
    table.columns = {{"step", "", ""}, {"minutes", "", ""}, {"loss", "", ""}, {"mean_dice", "", ""}};
    for (const auto& e : legend.entries) table.columns.push_back({"dice " + e.name, "", ""});
    for (const auto& p : curve) {
        std::vector<TableCell> row{p.step, p.minutes, p.loss, p.mean_dice()};
        for (const auto& e : legend.entries)
            row.emplace_back(e.id < p.validation_dice.size() ? p.validation_dice[e.id] : std::nan(""));
        table.rows.push_back(row);
    }
    write_csv(csv, table, overwrite);
#if CYTOMO_HAS_REPORT
    write_text(picture_of(csv), svg_file(learning_curves(curve, legend)), overwrite);
#endif
}

#if CYTOMO_HAS_REPORT

bool can_draw() {
    return true;
}

std::vector<std::string> write_report(const ReportInput& input, TrainingResult& result,
                                      const TrainingData& data, const Progress& progress) {
    const auto parts = check_held_out(result.model, data.labelled, result.held_out, input.device, 4, progress,
                                      input.precision);
    const Model& model = result.model;
    TrainPage page;
    page.title = input.model_file.filename().string();
    page.subtitle = "Training report, " + time_now();
    page.warnings = input.warnings;
    page.learnt_from = found_table(data, model.legend);
    page.voxels = data.voxels();
    RecordWriter record("train");
    record.add_model(input.model_file.string(), model.checksum());
    for (const auto& [name, value] : input.options) record.add(name, value);
    record.add_machine();
    const auto stage = progress.stage("checksums");
    for (std::size_t i = 0; i < data.found.size(); ++i) {
        stage(static_cast<double>(i) / static_cast<double>(data.found.size()));
        const auto& f = data.found[i];
        record.add_file("Tomogram", f.image).add_file("Labels", f.labels);
    }
    page.provenance = record.entries();
    write_text(input.file, train_page(page, model, result.curve, parts, progress.stage("writing the report")),
               input.overwrite);

    Confusion all;
    for (const auto& part : parts) all.add(part.confusion);
    std::vector<std::string> lines;
    for (const auto& e : model.legend.entries)
        if (const double dice = all.dice(e.id); !std::isnan(dice)) {
            if (lines.empty())
                lines.emplace_back(
                    "the model as written, on all that was held out; the validation Dice above is of patches "
                    "of it, before "
                    "anything was mixed in:");
            char line[160];
            std::snprintf(line, sizeof line, "  %-20s Dice %.3f on %s held-out voxels", e.name.c_str(), dice,
                          grouped(all.true_voxels(e.id)).c_str());
            lines.emplace_back(line);
        }
    return lines;
}

#else

bool can_draw() {
    return false;
}

std::vector<std::string> write_report(const ReportInput&, TrainingResult&, const TrainingData&,
                                      const Progress&) {
    return {};
}

#endif

}  // namespace cytomo::commands
