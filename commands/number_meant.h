// Words that are no numbers where an option takes one.
#pragma once

#include <cstddef>
#include <string>

#include "cli11.h"

namespace cytomo::commands {

/// The parser's words `what` about a number that it refused, for people: "0,01" with a point, and the call
/// so; "0.5" where whole numbers are taken. Empty if it says something else. `from`: the first word behind
/// the command.
std::string number_meant(const CLI::App& command, const std::string& what, std::size_t from);

}  // namespace cytomo::commands
