// Options of the train command.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command.h"
#include "cytomo/network/train.h"

namespace cytomo::commands {

/// How it is listed: by cytomo, which hands it over, and by cytomo-torch, which runs it.
constexpr const char *train_name = "train", *train_summary = "Learn to segment from labelled tomograms";

/// The options of the train command as they were given.
struct TrainArguments {
    std::vector<std::string> images, labels, unlabelled;
    std::string folder, manifest, voxel, dataset, label_dataset, init, out, curve, report, weights_of,
        method = "semi", polarity = "auto", size = "160,160,80", world = "standard", classes;
    std::optional<std::int64_t> ignore_value;
    bool empty_slices_unlabelled = false, no_report = false, object_head = false, grey = false;
    std::optional<int> simulated;
    std::optional<double> unlabelled_weight, learning_rate;
    int width = 16, suggest = 0;
    std::vector<int> widths, refine;
    std::optional<double> coarsest_nm;
    TrainOptions options;
};

bool starts_from_nothing(const TrainArguments& a);

/// "nothing", "the default model" or a file's name.
std::string start_text(const TrainArguments& a);

/// Declares them; they are filled in when the command line is parsed.
std::shared_ptr<TrainArguments> declare_train_options(CLI::App& app);

}  // namespace cytomo::commands
