#include "result_names.h"

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "calls.h"
#include "cytomo/core/error.h"

namespace cytomo::commands {

namespace fs = std::filesystem;

void check_apart(const std::vector<NamedResult>& results, const std::vector<fs::path>& inputs) {
    std::map<fs::path, std::string> option_of;
    for (const NamedResult& r : results) {
        if (r.file.empty()) continue;
        std::error_code ec;  // of what does not exist
        const auto [other, is_new] =
            option_of.try_emplace(fs::weakly_canonical(fs::absolute(r.file, ec), ec), r.option);
        std::string taken = is_new ? "" : "that of " + other->second;
        for (const fs::path& input : inputs)
            if (!input.empty() && fs::equivalent(r.file, input, ec)) taken = "which is read";
        if (!taken.empty())
            throw UsageError(r.option + ": expected a file of its own, found '" + r.file.string() + "', " +
                             taken + ". Choose another name");
    }
}

fs::path plain_folder(const fs::path& folder) {
    std::error_code ec;
    fs::path plain = folder.lexically_normal();
    if (!plain.has_filename()) plain = plain.parent_path();  // "out/"
    if (plain == "." || plain.filename() == "..") plain = fs::weakly_canonical(fs::absolute(plain), ec);
    return plain;
}

fs::path free_name_beside(const fs::path& folder, const std::string& word) {
    std::error_code ec;
    const std::string name = plain_folder(folder).string() + "-" + word;
    fs::path free = name;
    for (int n = 2; fs::exists(fs::symlink_status(free, ec)); ++n) free = name + "-" + std::to_string(n);
    return free;
}

ResultsOf results_of(const std::string& command, const std::string& folder) {
    return {command, [command, folder] {
                static const std::map<std::string, std::string> words{
                    {"analyze", "analysis"}, {"bias", "bias"},           {"compare", "comparison"},
                    {"measure", "measured"}, {"simulate", "simulation"}, {"surface", "surfaces"}};
                const std::string other = free_name_beside(folder, words.at(command)).string();
                Words call = this_call_replacing({{folder, other}});
                call.erase(std::remove(call.begin(), call.end(), "--overwrite"), call.end());
                const std::string shown = advice("Such as", call);
                return "Choose another folder" + (shown.empty() ? ", such as " + other : "." + shown);
            }};
}

}  // namespace cytomo::commands
