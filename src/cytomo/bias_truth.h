// Private to analyze: the truth of a simulated cell in the classes of a model, and beside what the model
// found.
#pragma once

#include <array>

#include "cytomo/bias.h"
#include "cytomo/measures/error_fit.h"

namespace cytomo {

/// Which classes of a legend simulated cells have. Found by name, in any common spelling. Of two classes of
/// one kind ("endosome", "lysosome") the simulation knows neither, since it does not tell them apart.
struct SimulatedClasses {
    /// Of the default legend's ids: the legend's, 0 where it has none.
    std::array<std::uint8_t, 256> id_of{};
    std::array<bool, 256> known{};  ///< of the legend's ids: whether cells are simulated with them
};
SimulatedClasses simulated_classes(const Legend& legend);

/// Gives classes and objects the legend's ids; what it does not know becomes background, and no object.
void translate_truth(SimulatedTomogram& made, const Legend& legend);

/// Objects found beside true ones, for fit_errors. The truth in the ids of the model's legend.
FitCell fit_cell(const MeasuredCell& measured, const std::vector<ObjectIntervals>& certainties,
                 const SimulatedTomogram& truth);

/// The true objects of a cell, their numbers and classes.
Instances true_instances(const SimulatedTomogram& made);

/// True objects smaller than these are not asked for; by id of the legend.
std::array<double, 256> least_volumes_um3(const Legend& legend);

}  // namespace cytomo
