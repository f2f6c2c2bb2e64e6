// What a command writes is neither what it reads nor another of its results, nor takes the place of
// another's.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cytomo/core/output.h"

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

/// The results of a command in `folder`, as it was named in the call: where another command's lie there, the
/// remedy is the call that was made with a free folder beside it.
ResultsOf results_of(const std::string& command, const std::string& folder);

/// The folder's path without "." and "/" at its end, so that words can be put behind it.
std::filesystem::path plain_folder(const std::filesystem::path& folder);

/// FOLDER-WORD, or FOLDER-WORD-2, …: the first that nothing has.
std::filesystem::path free_name_beside(const std::filesystem::path& folder, const std::string& word);

}  // namespace cytomo::commands
