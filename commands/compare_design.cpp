// Which folder belongs to which group and sample.
#include <algorithm>
#include <set>

#include "compare_results.h"
#include "cytomo/core/error.h"
#include "cytomo/io/table_reading.h"

namespace cytomo::commands {

namespace fs = std::filesystem;

std::vector<DesignRow> parse_group(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
        throw UsageError("--group: expected NAME=FOLDER,FOLDER,…, found \"" + text + "\"");
    std::vector<DesignRow> out;
    for (std::size_t from = equals + 1; from <= text.size();) {
        const std::size_t to = std::min(text.find(',', from), text.size());
        const std::string folder = text.substr(from, to - from);
        if (folder.empty())
            throw UsageError("--group " + text.substr(0, equals) +
                             ": a folder without a name between commas");
        out.push_back({folder, text.substr(0, equals), ""});
        from = to + 1;
    }
    return out;
}

std::vector<DesignRow> read_design(const fs::path& file) {
    const TextTable table = read_csv(file);
    const auto folders = table.texts("folder"), groups = table.texts("group");
    const auto samples =
        table.has("sample") ? table.texts("sample") : std::vector<std::string>(folders.size());
    std::vector<DesignRow> out;
    for (std::size_t i = 0; i < folders.size(); ++i) {
        const std::string row = "row " + std::to_string(i + 1);
        if (folders[i].empty() || groups[i].empty())
            throw InputError(file.string(), "a folder and a group in each row", "an empty field in " + row,
                             "Fill it in, or remove the row");
        if (table.has("sample") && samples[i].empty())
            throw InputError(file.string(), "a sample in each row", "an empty field in " + row,
                             "Fill it in, or remove the whole column: then each folder is its own sample");
        out.push_back({file.parent_path() / folders[i], groups[i], samples[i]});
    }
    if (out.empty()) throw InputError(file.string(), "rows", "a header alone", "Add one row a folder");
    return out;
}

void check_design(std::vector<DesignRow>& rows, const std::string& reference) {
    if (rows.empty())
        throw UsageError("groups: expected --group NAME=FOLDER,… or --design FILE.csv, found neither");
    std::set<fs::path> seen;
    std::set<std::string> groups;
    for (const DesignRow& row : rows) {
        std::error_code error;
        const fs::path place = fs::weakly_canonical(row.folder, error);
        if (!seen.insert(error ? row.folder : place / "").second)
            throw UsageError(row.folder.string() + ": named twice. A cell counts once, in one group");
        groups.insert(row.group);
    }
    if (groups.size() < 2)
        throw UsageError("groups: expected at least two, found only " + *groups.begin() +
                         ". Name another with --group NAME=FOLDER,…");
    if (reference.empty()) return;
    if (!groups.contains(reference))
        throw UsageError("--reference: expected the name of a group, found \"" + reference + "\"");
    std::stable_partition(rows.begin(), rows.end(),
                          [&](const DesignRow& row) { return row.group == reference; });
}

}  // namespace cytomo::commands
