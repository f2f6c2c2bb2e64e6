// What cli11.h leaves out, once: CLI11 defines it in headers, and the compiler puts it where they are
// included.
#include <CLI/CLI.hpp>
