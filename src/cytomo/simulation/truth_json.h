// What is known of a simulated tomogram, as text.
#pragma once

#include <string>

#include "cytomo/simulation/simulate.h"

namespace cytomo {

/// JSON with all options and seeds, the distributions the cell was drawn from ("cells"), and for every object
/// and filopodium what is known of it. Lengths in µm, absorption in 1/µm.
std::string truth_json(const Truth& truth);

}  // namespace cytomo
