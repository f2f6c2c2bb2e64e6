#include "train_record.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cytomo/core/parallel.h"

namespace cytomo::commands {

namespace {

std::string names_of(const TrainingData& data, bool labels) {
    std::string out;
    for (const auto& f : data.found) {
        const std::string& file = labels ? f.labels : f.image;
        if (!file.empty()) out += (out.empty() ? "" : ", ") + std::filesystem::path(file).filename().string();
    }
    return out;
}

}  // namespace

const TrainingPoint& kept_point(const TrainingResult& result) {
    for (const auto& p : result.curve)
        if (p.step == result.best_step) return p;
    return result.curve.back();
}

void begin_record(Model& model, const TrainArguments& a, const TrainingData& data, int simulated,
                  const LabelMeaning& meaning, TrainMethod method) {
    auto& record = model.record;
    for (const char* of_weights :
         {"best_step", "calibration_error", "calibration_error_before", "calibration_nll",
          "calibration_nll_before", "calibration_voxels", "checkpoint", "minutes", "precision", "start_share",
          "steps", "temperature", "validation_mean_dice"})
        record.erase(of_weights);
    // Of semi is left supervised where nothing is unlabelled.
    record["method"] = a.method == "semi" && method == TrainMethod::supervised ? "supervised" : a.method;
    record["multiply_adds_per_voxel"] =
        std::to_string(std::llround(model.architecture.multiply_adds_per_voxel()));
    // What began from nothing saw one polarity only, and has to carry it (see choose_polarity).
    const bool one_polarity =
        method != TrainMethod::double_decoder && (starts_from_nothing(a) || record.count("polarity") > 0);
    record.erase("polarity");
    const auto dark = std::count_if(data.found.begin(), data.found.end(),
                                    [](const auto& f) { return f.polarity == Polarity::dense_is_dark; });
    const bool alike = dark == 0 || dark == static_cast<std::ptrdiff_t>(data.found.size());
    if (one_polarity && !data.found.empty() && alike) record["polarity"] = dark > 0 ? "dark" : "bright";
    record["seed"] = std::to_string(a.options.seed);
    record["labelled_tomograms"] = std::to_string(data.labelled.size() - static_cast<std::size_t>(simulated));
    record["unlabelled_tomograms"] = std::to_string(data.unlabelled.size());
    record["simulated_tomograms"] = std::to_string(simulated);
    record["started_from"] = starts_from_nothing(a) ? "random weights" : model.checksum();
    record["threads"] = std::to_string(thread_count());
    if (data.found.empty()) return;
    record["images"] = names_of(data, false);
    record["labels"] = names_of(data, true);
    record["label_values"] = meaning.text();
}

void finish_record(TrainingResult& result) {
    auto& record = result.model.record;
    record["steps"] = std::to_string(result.curve.back().step);
    record["minutes"] = std::to_string(result.curve.back().minutes);
    record["best_step"] = std::to_string(result.best_step);
    record["start_share"] = std::to_string(result.start_share);
    const double dice = kept_point(result).mean_dice();
    record["validation_mean_dice"] = std::isnan(dice) ? "none, nothing held out" : std::to_string(dice);
    record["precision"] = result.precision;
}

}  // namespace cytomo::commands
