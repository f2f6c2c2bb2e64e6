#include "calls.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <optional>
#include <string_view>

#include "cytomo/core/error.h"
#include "cytomo/core/likely_name.h"
#include "result_names.h"

namespace cytomo::commands {

namespace fs = std::filesystem;

namespace {

Words called_with;
std::function<bool(const Words&)> parser_takes;

std::string quoted(const std::string& word) {
    const auto is_plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("-_./=,:+@%^").find(c) != std::string_view::npos || (c & 0x80) != 0;
    };
    if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return word;
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

/// Where `word` stands in an argument, be it behind "="; npos if it does not.
std::size_t find_in(const std::string& argument, const std::string& word) {
    if (argument == word) return 0;
    const auto equals = argument.find('=');
    const bool is_value =
        argument.starts_with("-") && equals != std::string::npos && argument.substr(equals + 1) == word;
    return is_value ? equals + 1 : std::string::npos;
}

/// Throws InputError if a file (a folder is none) of nearly that name is there, which is not `other`.
void refuse_misspelt(const Place& place, const std::string& other) {
    std::error_code ec;
    if (fs::exists(place.given, ec)) return;
    const fs::path near = nearest_file(place.given);
    if (near.empty() || fs::is_directory(near, ec) || fs::equivalent(near, other, ec)) return;
    const FileTrouble trouble = file_trouble(place.given, ENOENT);
    throw InputError(place.given, place.what, trouble.found, trouble.remedy);
}

}  // namespace

void remember_call(int argc, const char* const* argv, std::function<bool(const Words&)> takes) {
    called_with.assign(argv + std::min(argc, 1), argv + argc);
    parser_takes = std::move(takes);
}

const Words& words_of_call() {
    return called_with;
}

std::string call_text(const Words& call) {
    std::string text = "cytomo";
    for (const std::string& word : call) text += " " + quoted(word);
    return text;
}

Words this_call_with(const Words& more) {
    Words call = called_with;
    call.insert(std::find(call.begin(), call.end(), "--"), more.begin(), more.end());
    return call;
}

Words this_call_replacing(const std::vector<std::pair<std::string, std::string>>& words) {
    Words call = called_with;
    std::vector<bool> done(call.size());
    for (const auto& [word, other] : words) {
        std::size_t i = 1, at = std::string::npos;  // the command stays
        for (; i < call.size(); ++i)
            if (!done[i] && (at = find_in(call[i], word)) != std::string::npos) break;
        if (at == std::string::npos) return {};
        call[i].replace(at, word.size(), other);
        done[i] = true;
    }
    return call;
}

std::string advice(const std::string& text, const Words& call) {
    if (call.empty() || !parser_takes || !parser_takes(call)) return {};
    return " " + text + ":\n  " + call_text(call);
}

bool is_simulated(const fs::path& folder) {
    std::error_code ec;
    return fs::is_regular_file(folder / "truth.json", ec) && fs::is_regular_file(folder / "tomogram.mrc", ec);
}

std::string measured_name(const fs::path& folder) {
    return plain_folder(folder).string() + "-measured";
}

Words call_measuring(const fs::path& folder) {
    return {"measure", (folder / "tomogram.mrc").string(), (folder / "classes.tif").string(),
            free_name_beside(folder, "measured").string()};
}

void refuse_exchanged(const std::vector<Place>& places) {
    std::error_code ec;
    const Place& result = places.back();
    if (!fs::is_regular_file(result.given, ec)) return;
    std::optional<std::size_t> missing;
    for (std::size_t i = 0; i + 1 < places.size(); ++i) {
        if (fs::exists(places[i].given, ec) && !fs::is_directory(places[i].given, ec)) continue;
        refuse_misspelt(places[i], result.given);
        if (missing) return;
        missing = i;
    }
    if (!missing) return;
    // The others move up, and what is no input becomes the result.
    std::vector<std::pair<std::string, std::string>> right;
    for (std::size_t i = 0, from = 0; i < places.size(); ++i, ++from) {
        if (i == *missing) ++from;
        right.emplace_back(places[i].given, places[from < places.size() ? from : *missing].given);
    }
    const Words call = this_call_replacing(right);
    if (call.empty()) return;  // named in another way
    const Place& wrong = places[*missing];
    const bool folder = fs::is_directory(wrong.given, ec);
    throw UsageError(wrong.given + ": expected " + wrong.what + ", found " +
                     (folder ? "a folder" : "nothing of that name") + ", while '" + result.given +
                     "', named as " + result.what + ", is a file." + advice("If they were exchanged", call));
}

}  // namespace cytomo::commands
