// What a command writes is neither what it reads nor another of its results.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cytomo::commands {

/// A file that a command writes.
struct NamedResult {
    std::string option;          ///< that names it: "--confidence", or "output" for a place
    std::filesystem::path file;  ///< empty: it was not asked for
};

/// Throws UsageError if two of the results would be one file, or one of them is a file that is read, by
/// whatever name or link: --overwrite would replace what nobody has a second time. `inputs` may hold empty
/// names and names of nothing. For results that are folders there is PendingOutput::keep.
void check_apart(const std::vector<NamedResult>& results, const std::vector<std::filesystem::path>& inputs);

}  // namespace cytomo::commands
