#include "result_names.h"

#include <map>
#include <system_error>

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

}  // namespace cytomo::commands
