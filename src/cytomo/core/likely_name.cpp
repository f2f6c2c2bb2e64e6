#include "cytomo/core/likely_name.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <utility>

namespace cytomo {

namespace fs = std::filesystem;

namespace {

std::string plain(std::string text) {
    for (char& c : text)
        c = c == '_' || c == '-' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

int most_mistakes(const std::string& given) {
    return std::clamp(static_cast<int>(given.size()) / 3, 1, 3);
}

/// Names in the folder of a file that is not there.
std::vector<std::string> names_beside(const fs::path& file) {
    constexpr std::size_t most = 10000;
    std::vector<std::string> names;
    std::error_code ec;
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    for (fs::directory_iterator it(folder, ec), end; !ec && it != end && names.size() < most;
         it.increment(ec))
        names.push_back(it->path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

int spelling_distance(std::string_view a, std::string_view b) {
    std::vector<int> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = static_cast<int>(i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const int replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

std::string nearest_name(const std::string& given, const std::vector<std::string>& names) {
    const std::string wanted = plain(given);
    int least = most_mistakes(wanted) + 1;
    std::string nearest;
    for (const std::string& name : names) {
        const int distance = spelling_distance(wanted, plain(name));
        // Of a short name something must be left.
        if (distance >= least || distance >= static_cast<int>(std::max(wanted.size(), name.size()))) continue;
        least = distance;
        nearest = name;
    }
    return nearest;
}

const LegendEntry* nearest_class(const Legend& legend, const std::string& given) {
    if (legend.find_kind(given) != nullptr) return nullptr;
    std::vector<std::string> names;
    for (const LegendEntry& entry : legend.entries) {
        names.push_back(entry.name);
        for (std::string& spelling : spellings_of(entry.name)) names.push_back(std::move(spelling));
    }
    const std::string name = nearest_name(given, names);
    return name.empty() ? nullptr : legend.find_kind(name);
}

std::string did_you_mean(const std::string& name) {
    return name.empty() ? std::string() : " Did you mean '" + name + "'?";
}

fs::path nearest_file(const fs::path& file) {
    const std::string wanted = file.filename().string();
    const std::vector<std::string> names = names_beside(file);
    std::string near = nearest_name(wanted, names);
    if (near.empty())  // the ending forgotten
        for (const std::string& name : names)
            if (near.empty() && name.starts_with(wanted + ".")) near = name;
    return near.empty() ? fs::path() : file.parent_path() / near;
}

FileTrouble file_trouble(const fs::path& file, int error) {
    if (error == EACCES || error == EPERM)
        return {"no right to read it", "Check the permissions of the file"};
    if (error == EISDIR) return {"a folder", "Name the file inside it"};
    if (error != ENOENT && error != ENOTDIR) return {std::strerror(error), "Check the disk or network"};
    std::error_code ec;
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    if (!fs::is_directory(folder, ec))
        return {"no folder " + folder.string(), "Check the name of the folder"};
    return {"nothing of that name", "Check the name." + did_you_mean(nearest_file(file).string())};
}

std::optional<FileTrouble> result_in_place_of_file(const fs::path& folder) {
    std::error_code ec;
    const auto has = [&](const char* name) { return fs::is_regular_file(folder / name, ec); };
    const std::string name = folder.string();
    if (has("summary.json") && has("objects.csv")) {
        const bool again = has("found/found.json"), classes = has("classes.tif"),
                   of_analyze = again || has("report.html");
        return FileTrouble{
            std::string("a folder with results of cytomo ") + (of_analyze ? "analyze" : "measure"),
            "Give the tomogram that they are of" +
                (classes ? ", or its classes, " + (folder / "classes.tif").string() : std::string()) +
                (again ? ". To measure the result again: cytomo measure " + name : std::string()) +
                ". To compare results: cytomo compare OUTDIR --group NAME=" + name + ",…"};
    }
    if (has("found.json"))
        return FileTrouble{
            "the part of a result of cytomo analyze that it is measured again from",
            "To measure it again: cytomo measure " +
                (folder.has_filename() ? folder : folder.parent_path()).parent_path().string()};
    if (has("truth.json") && has("tomogram.mrc"))
        return FileTrouble{"a folder of cytomo simulate",
                           "Give the file inside it: " + (folder / "tomogram.mrc").string() + ", or " +
                               (folder / "classes.tif").string() + " for its true classes"};
    if (has("comparison.csv") && has("cells.csv"))
        return FileTrouble{"a folder with results of cytomo compare",
                           "Give a tomogram. The page to look at is " + (folder / "report.html").string()};
    if (has("bias.csv") && has("bias_samples.csv"))
        return FileTrouble{"a folder with results of cytomo bias",
                           "Give a tomogram. The page to look at is " + (folder / "report.html").string()};
    return std::nullopt;
}

}  // namespace cytomo
