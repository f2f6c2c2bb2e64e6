#include "other_words.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "result_names.h"

namespace cytomo::commands {

namespace fs = std::filesystem;

namespace {

/// Whether what a word says behind "=", element by element between commas, is there as file or folder.
bool names_files(const std::string& word) {
    const auto equals = word.rfind('=');
    std::string rest = equals == std::string::npos ? word : word.substr(equals + 1);
    std::error_code ec;
    for (;;) {
        const auto comma = rest.find(',');
        const std::string name = rest.substr(0, comma);
        const auto first = name.find_first_not_of(' ');
        if (first == std::string::npos || !fs::exists(name.substr(first), ec)) return false;
        if (comma == std::string::npos) return true;
        rest.erase(0, comma + 1);
    }
}

bool is_number(const std::string& word) {
    return !word.empty() && word.find_first_not_of("0123456789.+-eE") == std::string::npos &&
           word.find_first_of("0123456789") != std::string::npos;
}

/// The last part of a folder's path, or the whole path where another folder has that name too.
std::string group_name(const fs::path& folder, const std::vector<fs::path>& all) {
    const auto last = [](const fs::path& path) { return plain_folder(path).filename().string(); };
    const auto same = std::count_if(all.begin(), all.end(),
                                    [&](const fs::path& other) { return last(other) == last(folder); });
    return same > 1 ? folder.string() : last(folder);
}

}  // namespace

Words rejoined(const Words& words, std::size_t from) {
    Words out(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(from));
    bool any = false;
    for (std::size_t i = from; i < words.size(); ++i) {
        out.push_back(words[i]);
        if (words[i].starts_with("-")) continue;
        if (is_number(words[i]) && words[i - 1].starts_with("--")) {
            while (i + 1 < words.size() && is_number(words[i + 1])) {
                out.back() += "," + words[++i];
                any = true;
            }
            continue;
        }
        if (names_files(words[i])) continue;
        std::string whole = words[i];
        for (std::size_t j = i + 1; j < words.size() && !words[j].starts_with("-"); ++j) {
            whole += " " + words[j];
            if (!names_files(whole)) continue;
            out.back() = whole;
            i = j;
            any = true;
            break;
        }
    }
    return any ? out : Words{};
}

Words with_data_options(const Words& places, const std::string& name) {
    Words call = words_of_call();
    if (name != "train" || places.size() != 2) return {};
    const char* options[] = {"--images", "--labels"};
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto at = std::find(call.begin(), call.end(), places[i]);
        if (at == call.end()) return {};
        call.insert(at, options[i]);
    }
    return call;
}

Words with_groups(const Words& places, const std::string& name) {
    Words call = words_of_call();
    const bool grouped = std::any_of(call.begin(), call.end(), [](const std::string& word) {
        return word.starts_with("--group") || word.starts_with("--design");
    });
    if (name != "compare" || grouped) return {};
    std::string out;
    std::vector<fs::path> folders;
    std::error_code ec;
    for (const std::string& place : places) {
        const auto at = std::find(call.begin() + 1, call.end(), place);
        if (at == call.end() || place.find(',') != std::string::npos) return {};
        call.erase(at);
        if (!fs::exists(place, ec)) {
            if (!out.empty()) return {};
            out = place;
        } else if (!fs::is_directory(place, ec)) {
            return {};
        } else if (std::none_of(folders.begin(), folders.end(),
                                [&](const fs::path& f) { return fs::equivalent(f, place, ec); })) {
            folders.emplace_back(place);
        }
    }
    if (folders.size() < 2) return {};
    call.insert(std::find(call.begin(), call.end(), name) + 1, out.empty() ? "comparison" : out);
    for (const fs::path& folder : folders) {
        const std::string result = is_simulated(folder) ? measured_name(folder) : folder.string();
        for (const std::string& word : {std::string("--group"), group_name(folder, folders) + "=" + result})
            call.push_back(word);
    }
    return call;
}

}  // namespace cytomo::commands
