// Where a training starts: its model, and simulated cells to learn from.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/network/train.h"

namespace cytomo::commands {

/// `init`: a file, "none", or empty for the model that comes with cytomo. `widths`: of a new network, empty
/// for the usual ones. Throws InputError; UsageError if there are widths for a network that exists.
Model read_starting_model(const std::string& init, const std::vector<int>& widths, std::uint64_t seed);

/// Gives the model another legend (nullptr: its own stays), further residual convolutions, and an object head
/// if asked. With init "none" the network is made anew for the legend. Throws InputError.
Model with_classes(Model model, const std::string& init, const Legend* legend, const std::vector<int>& refine,
                   bool objects, std::uint64_t seed);

/// A new double-decoder network of `width` filters for the classes of `legend`.
Model new_double_decoder(int width, const Legend& legend, std::uint64_t seed);

/// A double-decoder model from a file, whose classes get the ids that `legend` gives to their names. Throws
/// InputError if the file holds another network or other classes.
Model double_decoder_from(const std::string& file, Model model, const Legend& legend);

/// Simulated cells beside a user's labels.
struct SimulatedPlan {
    int count = 0;
    Size3 size{160, 160, 80};
    bool wide = false;             ///< most of them from the wide world
    double seconds = 0;            ///< > 0: no more of them when this time is over; one at least
    bool objects = false;          ///< with what an object head learns from
    std::optional<Vec3> voxel_um;  ///< of the user's tomograms; more than half of the cells get it
};

/// How many the method semi adds by itself: none if the legend has a class that simulated cells lack or if
/// the training is too short to pay for them; with few steps or minutes, fewer.
SimulatedPlan simulated_by_default(const Legend& legend, const TrainOptions& options);

/// Simulated cells with drawn contents and microscopes, kept in memory only. Their classes get the ids that
/// the legend gives to the same names; a legend with names that simulated cells do not have is a UsageError.
/// Returns how many there are.
int add_simulated(const SimulatedPlan& plan, const Legend& legend, const Model& model, std::uint64_t seed,
                  std::vector<LabelledTomogram>& data, const Progress& progress);

}  // namespace cytomo::commands
