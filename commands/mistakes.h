// What was probably meant where the command line is wrong.
#pragma once

#include <string>

#include "cli11.h"

namespace cytomo::commands {

/// One message for people about a command line that CLI11 refused: commands and options that are nearly right
/// are named, and the call is shown with them, if it would be taken (calls.h). Without a better idea, what
/// CLI11 says. For App::failure_message.
std::string explain_refusal(const CLI::App* app, const CLI::Error& error);

}  // namespace cytomo::commands
