// Text files that people write: legends, tables, lists of corrections.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace cytomo {

/// What a text file holds, without the mark that some editors put before UTF-8. `expected` says in messages
/// what it should be: "a table (CSV)". Throws InputError: no file of this name, a folder, one that cannot be
/// read or is larger than `most_bytes`, text in UTF-16.
std::string read_text(const std::filesystem::path& file, const std::string& expected, std::size_t most_bytes);

}  // namespace cytomo
