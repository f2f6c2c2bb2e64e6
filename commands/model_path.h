// Where the models that come with cytomo lie.
#pragma once

#include <filesystem>
#include <string>

#include "cytomo/network/model.h"

namespace cytomo::commands {

/// $CYTOMO_MODEL if set, else models/default.safetensors beside the program, in ../share/cytomo/, or in
/// the source tree it was built from. Throws InputError if there is none.
std::filesystem::path default_model_path();

/// The file that `choice` stands for: nothing, the default model; a file, that file; else the model of that
/// name that comes with cytomo ("default", "wide"). Other names without a folder and an extension throw
/// InputError, which lists what comes with cytomo.
std::filesystem::path chosen_model_path(const std::string& choice);

}  // namespace cytomo::commands
