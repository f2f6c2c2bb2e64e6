// Which build a program is of: its version and a hash of what lies in src and commands, without tests. It
// tells apart programs of other sources, whether their versions differ or not. It says nothing of compiler,
// options of CMake and libraries, and does not stop somebody who writes a false mark.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace cytomo::commands {

/// "cytomo-build:0.1.0-0123456789abcdef;", as it lies in this program's file. CMake writes it
/// (cmake/build_mark.cmake).
extern const char build_mark[];

/// What the first mark in these bytes says, "0.1.0-0123456789abcdef"; empty if there is none.
std::string build_in(std::string_view bytes);
/// The same for a file, without running it: loading libtorch takes a second, reading ten megabytes some
/// milliseconds. Empty, too, if it cannot be read.
std::string build_of(const std::filesystem::path& program);

}  // namespace cytomo::commands
