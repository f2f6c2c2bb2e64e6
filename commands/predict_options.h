// Options that segment and analyze share.
#pragma once

#include <string>

#include "command.h"
#include "cytomo/network/predict.h"

namespace cytomo::commands {

struct PredictArguments {
    std::string model_file, polarity = "auto", device = "auto", precision = "auto";
    int views = 0;
    bool grey = false;

    void declare(CLI::App& app);
    /// All but --polarity and --grey, which are about a tomogram.
    void declare_network(CLI::App& app);
    /// In a program without libtorch, goes on in cytomo-torch if device or model need it: to be called before
    /// a result is begun. Throws UsageError; InputError if cytomo-torch is not installed.
    PredictOptions options() const;
    /// The same, for one tomogram: a doubtful guess of its polarity is told at once.
    PredictOptions options(const Common& common) const;
    /// The file of the model that was named, empty if none was. Throws InputError as model_path does.
    std::string named_model() const;
    /// The file of model(). Throws InputError if none was named and none came with cytomo.
    std::filesystem::path model_path() const;
    /// The named model, or the one that comes with cytomo. Throws InputError.
    Model model() const;
};

/// "dense matter is dark (guessed, 98 % sure); cpu, bf16, 8 views (mean over mirror images), 150 G
/// multiply-adds; 3.2 s; mean confidence 0.93"
std::string describe(const PredictRecord& record);

}  // namespace cytomo::commands
