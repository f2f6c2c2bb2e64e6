// What the program runs on, for records and for what is remembered of a machine.
#pragma once

#include <filesystem>
#include <string>

namespace cytomo {

/// What /proc/cpuinfo calls the processor, "unknown processor" where it says nothing.
std::string processor_name();

/// The same with family, model and stepping: virtual machines give very different processors one name.
std::string processor_identity();

/// Folder for what can be found out again: $XDG_CACHE_HOME/cytomo, else $HOME/.cache/cytomo; empty if neither
/// is an absolute path. It is not made.
std::filesystem::path cache_folder();

}  // namespace cytomo
