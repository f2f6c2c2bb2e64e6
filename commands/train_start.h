// Where a training starts: its model, and simulated cells to learn from.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/network/train.h"

namespace cytomo::commands {

/// `init`: a file, "none", or empty for the model that comes with cytomo. Throws InputError.
Model read_starting_model(const std::string& init, std::uint64_t seed);

/// Gives the model another legend (nullptr: its own stays) and further residual convolutions. With init
/// "none" the network is made anew for the legend. Throws InputError.
Model with_classes(Model model, const std::string& init, const Legend* legend, const std::vector<int>& refine,
                   std::uint64_t seed);

/// Simulated cells with drawn contents and microscopes, kept in memory only. Their classes get the ids that
/// the legend gives to the same names; a legend with names that simulated cells do not have is a UsageError.
void add_simulated(int count, Size3 size, const Legend& legend, double voxel_um, std::uint64_t seed,
                   std::vector<LabelledTomogram>& data, const Progress& progress);

}  // namespace cytomo::commands
