// Private to core: temporary names, and what processes that were killed left under them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cytomo {

/// STEM.KIND-COMPUTER-PROCESS.EXTENSION beside `final_path`: tells whose it is, and whether that process
/// still runs. KIND: partial (in the making), former (moved aside by its successor) or, of those within a
/// result folder, finished (about to be moved there).
std::filesystem::path temporary_name(const std::filesystem::path& final_path, const std::string& kind);

/// Something under a temporary name whose process runs no more.
struct Leftover {
    std::filesystem::path path, final_path;
    std::string kind;
};

/// Those in `folder` of processes of this computer that are dead; of other computers, and of containers with
/// processes of their own, nobody here can know.
std::vector<Leftover> find_leftovers(const std::filesystem::path& folder);

/// Whether a name was made by temporary_name, by whomever.
bool is_temporary_name(const std::string& name);

}  // namespace cytomo
