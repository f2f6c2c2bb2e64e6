#include "mistakes.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>

#include "cytomo/core/error.h"
#include "cytomo/core/likely_name.h"

namespace cytomo::commands {

namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

Words called_with;  ///< without the program's name

/// What other programs call the same.
const std::map<std::string, std::string>& other_commands() {
    static const std::map<std::string, std::string> names{
        {"predict", "segment"}, {"quantify", "measure"}, {"mesh", "surface"}, {"run", "analyze"},
        {"score", "evaluate"},  {"plot", "render"},      {"learn", "train"},  {"header", "info"}};
    return names;
}

/// Option, and where it needs one its value.
const std::map<std::string, Words>& other_options() {
    static const std::map<std::string, Words> names = [] {
        std::map<std::string, Words> all;
        const auto mean = [&](const Words& option, const Words& others) {
            for (const std::string& other : others) all[other] = option;
        };
        mean({"voxel-nm"}, {"voxel", "voxels", "voxel-size", "voxelsize", "voxel-size-nm", "pixel",
                            "pixel-size", "pixelsize", "pixel-nm", "spacing", "resolution"});
        mean({"overwrite"}, {"f", "force", "replace", "clobber", "y"});
        mean({"quiet"}, {"q", "silent"});
        mean({"threads"}, {"j", "jobs", "cores", "cpus", "workers", "n-threads"});
        mean({"device", "cuda:0"}, {"gpu", "cuda"});
        mean({"model"}, {"m", "weights", "network", "checkpoint"});
        mean({"legend"}, {"names", "class-names", "label-names"});
        mean({"minutes"}, {"time", "epochs"});
        mean({"edits"}, {"corrections"});
        return all;
    }();
    return names;
}

/// Names of options for what cytomo takes by its place.
bool names_a_place(const std::string& option) {
    static const Words names{"i",      "in",     "input",      "o",        "out",
                             "output", "outdir", "output-dir", "tomogram", "image"};
    return std::find(names.begin(), names.end(), option) != names.end();
}

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

/// "--Voxel_nm=10" → "voxel-nm".
std::string bare_option(const std::string& word) {
    std::string name = word.substr(word.find_first_not_of('-'));
    name = name.substr(0, name.find('='));
    for (char& c : name) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name;
}

bool looks_like_option(const std::string& word) {
    if (word.size() < 2 || word[0] != '-' || word.find_first_not_of('-') == std::string::npos) return false;
    return std::isalpha(static_cast<unsigned char>(word[word.find_first_not_of('-')])) != 0;
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
        if (sub->get_name() == name) return sub;
    return nullptr;
}

Words commands_of(const CLI::App& app) {
    Words names;
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(sub->get_name());
    return names;
}

Words long_options(const CLI::App& command) {
    Words names;
    for (const CLI::Option* option : command.get_options())
        for (const std::string& name : option->get_lnames()) names.push_back(name);
    return names;
}

bool knows(const CLI::App& command, const std::string& word) {
    const std::string name = word.substr(0, word.find('='));
    if (command.get_option_no_throw(name) != nullptr) return true;
    return name[1] != '-' && command.get_option_no_throw(name.substr(0, 2)) != nullptr;  // -oNAME
}

std::string joined(const Words& words, const char* last = ", ") {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i)
        out += (i == 0 ? "" : i + 1 == words.size() ? last : ", ") + words[i];
    return out;
}

std::string upper(std::string text) {
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

/// "cytomo reconstruct TILTS --angles ANGLES --output OUTPUT": what a command cannot do without.
std::string shape_of(const CLI::App& command, const std::string& name) {
    std::string text = "cytomo " + name;
    for (const CLI::Option* option : command.get_options())
        if (option->get_positional()) text += " " + upper(option->get_single_name());
    for (const CLI::Option* option : command.get_options())
        if (!option->get_positional() && option->get_required())
            text += " --" + option->get_single_name() + " " + upper(option->get_single_name());
    return text;
}

/// What an option that the command does not have was meant to be.
struct Meant {
    Words instead;           ///< words in place of it; empty if there is no better idea
    std::string suggestion;  ///< one sentence
};

Meant option_meant(const CLI::App& app, const CLI::App& command, const std::string& word) {
    const std::string bare = bare_option(word);
    const Words known = long_options(command);
    const auto has = [&](const std::string& name) {
        return std::find(known.begin(), known.end(), name) != known.end();
    };
    const auto equals = word.find('=');
    const auto as = [&](Words option) {
        option[0] = "--" + option[0];
        const std::string text = joined(option, " ");
        if (equals != std::string::npos) option = {option[0] + word.substr(equals)};
        return Meant{option, "Did you mean " + text + "?"};
    };
    if (has(bare)) return as({bare});
    if (const auto other = other_options().find(bare);
        other != other_options().end() && has(other->second[0]))
        return as(other->second);
    Words longer;
    constexpr std::size_t fewest = 3;
    for (const std::string& name : known)
        if (bare.size() >= fewest && name.starts_with(bare)) longer.push_back(name);
    if (longer.size() == 1) return as(longer);
    if (longer.size() > 1) {
        for (std::string& name : longer) name = "--" + name;
        return {{}, "Did you mean " + joined(longer, " or ") + "?"};
    }
    if (bare.starts_with("o") && names_a_place(bare) && command.get_option_no_throw("-o") != nullptr)
        return {{"-o" + (equals == std::string::npos ? std::string() : word.substr(equals))},
                "Did you mean -o?"};
    if (names_a_place(bare)) return {{""}, "What is read and written is named without an option."};
    for (const CLI::App* other : app.get_subcommands([](const CLI::App*) { return true; }))
        if (bare.size() > 1 && other->get_option_no_throw("--" + bare) != nullptr)
            return {{}, "cytomo " + other->get_name() + " has one of that name."};
    if (bare.size() >= fewest)
        if (const std::string near = nearest_name(bare, known); !near.empty()) return as({near});
    return {};
}

std::string unknown_command(const CLI::App& app, std::size_t at) {
    const std::string& given = called_with[at];
    Words call = called_with;
    std::string text = "cytomo: there is no command '" + given + "'.";
    const Words known = commands_of(app);
    std::string meant = nearest_name(given, known);
    if (const auto other = other_commands().find(given); meant.empty() && other != other_commands().end())
        meant = other->second;
    std::error_code ec;
    if (given == "help") {
        call.erase(call.begin() + static_cast<std::ptrdiff_t>(at));
        call.emplace_back("--help");
    } else if (!meant.empty()) {
        text += did_you_mean(meant);
        call[at] = meant;
    } else if (fs::is_regular_file(given, ec)) {
        text += " To analyze that file:";
        call.insert(call.begin() + static_cast<std::ptrdiff_t>(at), "analyze");
        if (call.size() == at + 2) call.emplace_back("results");
    } else {
        return text + " There are: " + joined(known) + ".\nStart with: cytomo analyze TOMOGRAM OUTDIR\n";
    }
    return text + "\n  " + call_text(call) + "\n";
}

std::string unknown_options(const CLI::App& app, const CLI::App& command, const std::string& name,
                            std::size_t from) {
    Words call;
    std::string text;
    bool all_meant = true;
    for (std::size_t i = 0; i < called_with.size(); ++i) {
        const std::string& word = called_with[i];
        if (word == "--") from = called_with.size();
        if (i < from || !looks_like_option(word) || knows(command, word)) {
            call.push_back(word);
            continue;
        }
        const Meant meant = option_meant(app, command, word);
        text += "cytomo " + name + ": there is no option " + word.substr(0, word.find('=')) + ". " +
                (meant.suggestion.empty() ? "cytomo " + name + " --help lists all." : meant.suggestion) +
                "\n";
        all_meant = all_meant && !meant.instead.empty();
        for (const std::string& instead : meant.instead)
            if (!instead.empty()) call.push_back(instead);
    }
    return text + (text.empty() || !all_meant ? "" : "  " + call_text(call) + "\n");
}

}  // namespace

void remember_call(int argc, const char* const* argv) {
    called_with.assign(argv + std::min(argc, 1), argv + argc);
}

std::string call_text(const Words& arguments) {
    std::string text = "cytomo";
    for (const std::string& word : arguments) text += " " + quoted(word);
    return text;
}

std::string this_call_with(const Words& more) {
    Words call = called_with;
    call.insert(call.end(), more.begin(), more.end());
    return call_text(call);
}

std::string explain_refusal(const CLI::App* app, const CLI::Error& error) {
    const std::string plain = CLI::FailureMessage::simple(app, error);
    const auto next_word = [](std::size_t from) {
        while (from < called_with.size() && called_with[from].starts_with("-")) ++from;
        return from;
    };
    std::size_t at = next_word(0);
    if (at == called_with.size()) return plain;
    const CLI::App* command = find_command(*app, called_with[at]);
    if (command == nullptr) return unknown_command(*app, at);
    std::string name = command->get_name();
    if (const Words parts = commands_of(*command); !parts.empty()) {  // render slices
        const std::size_t part = next_word(at + 1);
        const CLI::App* inner =
            part < called_with.size() ? find_command(*command, called_with[part]) : nullptr;
        if (inner == nullptr)
            return "cytomo " + name + ": expected " + joined(parts, " or ") + " after it." +
                   did_you_mean(part < called_with.size() ? nearest_name(called_with[part], parts) : "") +
                   "\n";
        at = part;
        command = inner;
        name += " " + inner->get_name();
    }
    if (const std::string text = unknown_options(*app, *command, name, at + 1); !text.empty()) return text;
    const std::string shape = "It is called so: " + shape_of(*command, name) + "\n";
    if (error.get_name() == "RequiredError") return "cytomo " + name + ": " + error.what() + ".\n" + shape;
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError))  // its name is the command's
        return "cytomo " + name + ": more names than it takes. " + error.what() + ".\n" + shape;
    return "cytomo " + name + ": " + plain;
}

void refuse_exchanged(const std::vector<Place>& places) {
    std::error_code ec;
    const Place& result = places.back();
    if (!fs::is_regular_file(result.given, ec)) return;
    std::optional<std::size_t> missing;
    for (std::size_t i = 0; i + 1 < places.size(); ++i) {
        if (fs::exists(places[i].given, ec) && !fs::is_directory(places[i].given, ec)) continue;
        if (missing) return;
        missing = i;
    }
    if (!missing) return;
    Words right;
    for (std::size_t i = 0; i < places.size(); ++i)
        if (i != *missing) right.push_back(places[i].given);
    right.push_back(places[*missing].given);
    Words call = called_with;
    std::size_t from = 1;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto it = std::find(call.begin() + static_cast<std::ptrdiff_t>(std::min(from, call.size())),
                                  call.end(), places[i].given);
        if (it == call.end()) return;  // named in another way, not by its place
        from = static_cast<std::size_t>(it - call.begin()) + 1;
        *it = right[i];
    }
    const Place& wrong = places[*missing];
    const bool folder = fs::is_directory(wrong.given, ec);
    throw UsageError(wrong.given + ": expected " + wrong.what + ", found " +
                     (folder ? "a folder" : "nothing of that name") + ", while '" + result.given +
                     "', named as " + result.what + ", is a file. If they were exchanged:\n  " +
                     call_text(call));
}

}  // namespace cytomo::commands
