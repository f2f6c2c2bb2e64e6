// Where the model that comes with cytomo lies.
#pragma once

#include <filesystem>

#include "cytomo/network/model.h"

namespace cytomo::commands {

/// $CYTOMO_MODEL if set, else models/default.safetensors beside the program, in ../share/cytomo/, or in
/// the source tree it was built from. Throws InputError if there is none.
std::filesystem::path default_model_path();

}  // namespace cytomo::commands
