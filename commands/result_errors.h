// Which model made the classes, and so how far numbers lie from the truth: the file error_model.json beside
// the classes of a result, and --errors.
#pragma once

#include <filesystem>
#include <string>

#include "cytomo/measures/error_model.h"

namespace cytomo::commands {

/// The name of that file.
inline constexpr const char* result_errors_name = "error_model.json";

/// Beside classes that a model has made: what is known of its errors, and the checksum of the file `classes`
/// in `folder`, so that classes that were changed since do not pass for the model's. Throws InputError.
void write_result_errors(const std::filesystem::path& folder, const std::string& classes,
                         const KnownErrors& known);

/// Whether error_model.json beside this file says that it is as a model left it.
bool are_as_left(const std::filesystem::path& classes);

/// What --errors chose: "none"; "default" or a model file: these classes are that model's; "auto": as
/// error_model.json beside the file says, if it is about this very file. Throws InputError.
KnownErrors errors_of_classes(const std::string& choice, const std::filesystem::path& classes);

}  // namespace cytomo::commands
