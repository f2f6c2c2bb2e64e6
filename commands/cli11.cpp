// What cli11.h leaves out, once: CLI11 defines it in headers, and every command that parses its options calls
// it to write help. Configuration files come along, since the parser refers to them; no command reads any.
#include <CLI/CLI.hpp>
