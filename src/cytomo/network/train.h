// Learning from labelled tomograms.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/image/augment.h"
#include "cytomo/network/model.h"

namespace cytomo {

/// A tomogram, its labels on the same grid (255: unlabelled), and its polarity.
struct LabelledTomogram {
    Tomogram tomogram;
    ClassVolume labels;
    Polarity polarity = Polarity::unknown;  ///< unknown: guessed from the grey values
    std::string name;
};

struct TrainOptions {
    std::int64_t steps = 500;       ///< patches of two are one step
    double minutes = 0;             ///< > 0: stop after this time instead; the schedule follows the clock
    Size3 patch{80, 80, 48};        ///< voxels; multiples of the architecture's stride
    int batch = 2;                  ///< patches a step
    double learning_rate = 2e-3;    ///< highest of a one-cycle schedule (Smith and Topin 2019)
    double weight_decay = 1e-2;     ///< AdamW (Loshchilov and Hutter 2019)
    double frozen_share = 0.5;      ///< last share of the training that normalises as inference does, 0 to 1
    double average = 0.998;         ///< decay of the running mean of weights that is kept
    double validation_share = 0.1;  ///< of the volumes (or, for a single one, of its labelled patches)
    std::uint64_t seed = 1;
    AugmentOptions augment;
    std::string device = "cpu";  ///< "cpu" or "cuda:N"
    std::filesystem::path
        checkpoint;  ///< if not empty: state is kept there every few minutes, and resumed from
    /// Throws UsageError.
    void check() const;
};

/// What is known after an evaluation in the middle of training.
struct TrainingPoint {
    std::int64_t step = 0;
    double minutes = 0;
    double loss = 0;                      ///< mean training loss since the last point
    std::vector<double> validation_dice;  ///< a class; NaN if absent in the validation patches
    double mean_dice() const;             ///< over classes ≥ 1 (classes ≥ 2 if there are more than two)
};

struct TrainingResult {
    Model model;
    std::vector<TrainingPoint> curve;
};

/// Trains `start` further and returns the running mean of its weights. `on_point` hears of every
/// evaluation. Deterministic on the CPU for a given seed and number of steps.
/// Memory: 3 bytes a voxel of all tomograms at the model's voxel size, and about 3 GB for the
/// default patch. Throws InputError if labels and tomogram differ in size or nothing is labelled.
TrainingResult train(Model start, const std::vector<LabelledTomogram>& data, const TrainOptions& options,
                     const std::function<void(const TrainingPoint&)>& on_point = {},
                     const Progress& progress = {});

}  // namespace cytomo
