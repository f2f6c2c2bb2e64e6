// What a training leaves beside its model: learning curve and report.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "command.h"
#include "cytomo/network/train.h"
#include "training_data.h"

namespace cytomo::commands {

/// Whether this build can draw: without the folder report there are numbers only.
bool can_draw();

/// The report of a model when no other name is given: MODEL.html.
std::filesystem::path report_beside(const std::filesystem::path& model);

/// Loss and validation Dice over time, NAME.csv, and the same as a picture, NAME.svg. Throws InputError.
void write_curve(const std::filesystem::path& csv, const std::vector<TrainingPoint>& curve,
                 const Legend& legend, bool overwrite);
/// The picture's name for a curve file.
std::filesystem::path picture_of(const std::filesystem::path& csv);

/// What the report is made from; `result` keeps its model and curve.
struct ReportInput {
    std::filesystem::path file, model_file;
    std::vector<std::pair<std::string, std::string>> options;  ///< how the training was called
    std::vector<std::string> warnings;
    std::string device = "auto";
    bool overwrite = false;
    std::string precision = "auto";
};

/// Predicts what was held out, draws, and writes the page. Returns lines for people about the held-out parts.
/// Throws InputError, Cancelled.
std::vector<std::string> write_report(const ReportInput& input, TrainingResult& result,
                                      const TrainingData& data, const Progress& progress);

/// Lines that name the `count` slices of each tomogram to label next, see suggest_slices; tomograms without
/// an unlabelled slice are left out. Predicts each tomogram with four views. Throws InputError, Cancelled.
std::vector<std::string> what_to_label_next(const Model& model, const TrainingData& data, int count,
                                            const TrainOptions& options, const Progress& progress);

}  // namespace cytomo::commands
