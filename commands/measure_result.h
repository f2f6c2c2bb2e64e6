// Measuring a result of analyze again, after corrections by hand.
#pragma once

#include <optional>
#include <string>

#include "command.h"
#include "measure_options.h"

namespace cytomo::commands {

struct MeasureResultArguments {
    std::string result;    ///< folder that analyze, or this, wrote
    std::string out;       ///< another folder; empty: `result` is replaced, if that is allowed
    std::string tomogram;  ///< where it lies now; empty: where it lay
    std::string edits;     ///< list of corrections; empty: none
    std::string errors = "auto";
    std::optional<int> smoothing;  ///< this and `measures`: what is not given is as it was
    MeasureOptions measures;
};

/// Reads what analyze found, corrects it, measures it with the same network's probabilities, and writes all
/// that analyze writes. Corrections always start from what analyze found, so that a list can grow and be
/// carried out again. Throws InputError, UsageError, Cancelled.
void measure_result(const Common& common, const MeasureResultArguments& arguments);

}  // namespace cytomo::commands
