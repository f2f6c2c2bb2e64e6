// What is said before a training starts and while it runs.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/network/train.h"

namespace cytomo::commands {

/// Seconds that a step takes on this machine, from three steps on noise of the size of a patch; NaN if it
/// could not be measured. Throws Cancelled if the user stops.
double measure_step_seconds(const Model& model, const TrainOptions& options, const Progress& progress);

/// "about 12 min", "about 40 s", "about 3.5 h".
std::string duration_text(double seconds);

/// "about 10 % of the labelled voxels", or how many tomograms of how many.
std::string held_out_text(std::size_t labelled_tomograms, double share);

/// ", validation Dice 0.812", or that there is none, and why.
std::string validation_text(const TrainingPoint& point);

/// Listens to a training: says how it does after each evaluation, and raises the alarm once for each class
/// that has labels and is still never predicted after half of the training, and if nothing is held out.
class TrainingWatch {
public:
    using Say = std::function<void(const std::string&)>;
    /// `voxels`: labelled ones of each class.
    TrainingWatch(const Legend& legend, const TrainOptions& options,
                  const std::array<std::int64_t, 256>& voxels, Say say);

    void operator()(const TrainingPoint& point);
    /// Warnings about classes that were never predicted at the last evaluation, and if nothing is held out.
    std::vector<std::string> alarms() const;

private:
    std::string alarm_text(const std::set<std::uint8_t>& classes) const;

    Legend legend_;
    TrainOptions options_;
    std::array<std::int64_t, 256> voxels_;
    Say say_;
    std::set<std::uint8_t> never_predicted_, alarmed_;
    bool nothing_held_out_ = false;
};

}  // namespace cytomo::commands
