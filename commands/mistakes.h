// What was probably meant where the command line is wrong: said with the call that would be right.
#pragma once

#include <string>
#include <vector>

#include "command.h"

namespace cytomo::commands {

/// Remembers how the program was called, to show the call that would be right. First thing in main.
void remember_call(int argc, const char* const* argv);

/// "cytomo analyze 'my cell.mrc' results": as one would type it into a shell.
std::string call_text(const std::vector<std::string>& arguments);

/// The call that was made, with these words behind it.
std::string this_call_with(const std::vector<std::string>& more);

/// One message for people about a command line that CLI11 refused: commands and options that are nearly right
/// are named, and the call is shown with them. Without a better idea, what CLI11 says. For
/// App::failure_message.
std::string explain_refusal(const CLI::App* app, const CLI::Error& error);

/// A place on the command line where a file or folder is named.
struct Place {
    std::string what;   ///< "the tomogram"
    std::string given;  ///< what stands there
};

/// Where the last of `places`, the result, is a file that is there, and one of the others is none: they were
/// exchanged. Throws UsageError with the right call.
void refuse_exchanged(const std::vector<Place>& places);

}  // namespace cytomo::commands
