// Which folder belongs to which group and sample.
#include <algorithm>
#include <set>

#include "compare_results.h"
#include "cytomo/core/error.h"
#include "cytomo/core/likely_name.h"
#include "cytomo/io/table_reading.h"

namespace cytomo::commands {

namespace fs = std::filesystem;

namespace {

/// Without blanks at its ends.
std::string trimmed(const std::string& text) {
    constexpr const char* blanks = " \t";
    const auto first = text.find_first_not_of(blanks);
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

/// "a, b or c"
std::string names_of_groups(const std::set<std::string>& groups, const std::string& last) {
    std::string out;
    std::size_t i = 0;
    for (const std::string& name : groups) {
        out += (i == 0 ? "" : i + 1 == groups.size() ? last : ", ") + name;
        ++i;
    }
    return out;
}

constexpr const char* design_columns =
    "a table (CSV) of lines folder,group,sample: these words are its first line (sample may be missing), "
    "each "
    "other one names a cell, such as results/a1,control,animal 1";

/// Throws InputError, which says what a design is, for anything else.
TextTable read_design_table(const fs::path& file) {
    TextTable table;
    try {
        table = read_csv(file);
    } catch (const InputError& e) {
        std::error_code ec;
        if (!fs::is_regular_file(file, ec)) throw;
        throw InputError(std::string(e.what()) + ". A design is " + design_columns);
    }
    if (table.has("folder") || table.has("group")) return table;  // of the other one, it says that it lacks
    std::string first;
    for (const std::string& name : table.columns) first += (first.empty() ? "" : ",") + name;
    constexpr std::size_t longest = 60;
    if (first.size() > longest) first = first.substr(0, longest) + "…";
    throw InputError(file.string(), design_columns, "the first line '" + first + "'",
                     "Write such a file, or name groups with --group NAME=FOLDER,FOLDER");
}

}  // namespace

std::vector<DesignRow> parse_group(const std::string& text) {
    const auto equals = text.find('=');
    const std::string group = trimmed(text.substr(0, equals));
    if (equals == std::string::npos || group.empty() || trimmed(text.substr(equals + 1)).empty())
        throw UsageError("--group: expected NAME=FOLDER,FOLDER,…, found \"" + text +
                         "\". Names with blanks, and blanks after commas, need quotes around the whole: "
                         "--group \"NAME=FOLDER,FOLDER\"");
    std::vector<DesignRow> out;
    for (std::size_t from = equals + 1; from <= text.size();) {
        const std::size_t to = std::min(text.find(',', from), text.size());
        const std::string exact = text.substr(from, to - from), plain = trimmed(exact);
        if (plain.empty()) throw UsageError("--group " + group + ": a folder without a name between commas");
        std::error_code ec;  // the rare folder whose name begins or ends with a blank
        out.push_back({fs::exists(exact, ec) ? exact : plain, group, ""});
        from = to + 1;
    }
    return out;
}

std::vector<DesignRow> read_design(const fs::path& file) {
    const TextTable table = read_design_table(file);
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
        throw UsageError("--reference: expected the name of a group, " + names_of_groups(groups, " or ") +
                         ", found \"" + reference + "\"." +
                         did_you_mean(nearest_name(reference, {groups.begin(), groups.end()})));
    std::stable_partition(rows.begin(), rows.end(),
                          [&](const DesignRow& row) { return row.group == reference; });
}

}  // namespace cytomo::commands
