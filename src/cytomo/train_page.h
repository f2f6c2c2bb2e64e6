// What people look at after a training: curves, held-out parts beside their prediction, and how it was made.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/measures/confusion.h"
#include "cytomo/network/train.h"
#include "cytomo/report/figures.h"
#include "cytomo/report/plane_views.h"

namespace cytomo {

/// How the model does on one held-out part.
struct HeldOutPart {
    std::string name;  ///< of the labels
    Confusion confusion;
    /// For each picture three views: grey, with labels, with prediction. What is not labelled is dim in the
    /// second.
    std::vector<PlaneView> views;
};

/// Predicts tomograms with held-out labels (at most `most_parts`, spread over the list) as segment --views 1
/// does, and draws slices of them, cropped to the labelled part. Cost: a prediction of each whole tomogram.
/// Throws InputError, Cancelled.
std::vector<HeldOutPart> check_held_out(const Model& model, const std::vector<LabelledTomogram>& data,
                                        const std::vector<HeldOut>& held_out,
                                        const std::string& device = "auto", std::size_t most_parts = 4,
                                        const Progress& progress = {}, const std::string& precision = "auto");

/// Loss, and Dice of each class on what is held out, over the steps. Two figures.
std::vector<Figure> learning_curves(const std::vector<TrainingPoint>& curve, const Legend& legend);

struct TrainPage {
    std::string title, subtitle;
    std::vector<std::pair<std::string, std::string>> provenance;  ///< the model's record follows by itself
    std::vector<std::string> warnings;
    Table learnt_from;
    std::array<std::int64_t, 256> voxels{};  ///< labelled ones of each class, held-out ones included
};

/// One self-contained page. Deterministic.
std::string train_page(const TrainPage& input, const Model& model, const std::vector<TrainingPoint>& curve,
                       const std::vector<HeldOutPart>& held_out, const Progress& progress = {});

}  // namespace cytomo
