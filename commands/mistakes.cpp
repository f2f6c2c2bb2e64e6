#include "mistakes.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include "calls.h"
#include "cytomo/core/likely_name.h"
#include "number_meant.h"
#include "option_meant.h"
#include "other_words.h"

namespace cytomo::commands {

namespace fs = std::filesystem;

namespace {

/// What other programs call the same.
const std::map<std::string, std::string>& other_commands() {
    static const std::map<std::string, std::string> names{
        {"predict", "segment"}, {"quantify", "measure"}, {"mesh", "surface"}, {"run", "analyze"},
        {"score", "evaluate"},  {"plot", "render"},      {"learn", "train"},  {"header", "info"}};
    return names;
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

std::string upper(std::string text) {
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

/// Commands that need one of several options or places, which the parser does not know, and how they are
/// called.
const std::map<std::string, std::string>& shapes_of_their_own() {
    static const std::map<std::string, std::string> shapes{
        {"train", "cytomo train --images TOMOGRAM --labels LABELS -o MODEL.safetensors"},
        {"compare", "cytomo compare OUTDIR --group NAME=FOLDER,… --group NAME=FOLDER,…"},
        {"measure", "cytomo measure TOMOGRAM CLASSES OUTDIR, or cytomo measure RESULT"}};
    return shapes;
}

/// "cytomo reconstruct TILTS --angles ANGLES --output OUTPUT": what a command cannot do without.
std::string shape_of(const CLI::App& command, const std::string& name) {
    const auto own = shapes_of_their_own().find(name);
    if (own != shapes_of_their_own().end()) return own->second;
    std::string text = "cytomo " + name;
    for (const CLI::Option* option : command.get_options())
        if (option->get_positional()) text += " " + upper(option->get_single_name());
    for (const CLI::Option* option : command.get_options())
        if (!option->get_positional() && option->get_required())
            text += " --" + option->get_single_name() + " " + upper(option->get_single_name());
    return text;
}

std::string unknown_command(const CLI::App& app, std::size_t at) {
    const std::string& given = words_of_call()[at];
    Words call = words_of_call();
    std::string text = "cytomo: there is no command '" + given + "'.";
    const Words known = commands_of(app);
    std::string meant = nearest_name(given, known);
    if (const auto other = other_commands().find(given); meant.empty() && other != other_commands().end())
        meant = other->second;
    std::error_code ec;
    if (given == "help") {
        call.erase(call.begin() + static_cast<std::ptrdiff_t>(at));
        call.emplace_back("--help");
        return text + advice("Help is called so", call) + "\n";
    }
    if (!meant.empty()) {
        call[at] = meant;
        return text + did_you_mean(meant) + advice("Then it is called so", call) + "\n";
    }
    if (!fs::is_regular_file(given, ec))
        return text + " There are: " + joined(known) + ".\nStart with: cytomo analyze TOMOGRAM OUTDIR\n";
    call.insert(call.begin() + static_cast<std::ptrdiff_t>(at), "analyze");
    if (call.size() == at + 2) call.emplace_back("results");
    std::string how = advice("To analyze that file", call);
    if (how.empty()) how = advice("To analyze that file", {"analyze", given, "results"});
    return text + how + "\n";
}

/// The words of a call, with better ones for options that the command does not have.
class BetterCall {
public:
    /// `from`: the first word behind the command.
    BetterCall(const CLI::App& app, const CLI::App& command, const std::string& name, std::size_t from)
        : words_(words_of_call()), head_(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(from)) {
        for (std::size_t i = from; i < words_.size();) {
            const std::string& word = words_[i];
            if (word == "--") {
                pieces_.push_back(
                    {Kind::place, {words_.begin() + static_cast<std::ptrdiff_t>(i), words_.end()}});
                break;
            }
            if (!looks_like_option(word))
                take(i, 1, Kind::place);
            else if (find_option(command, word) != nullptr)
                take(i, 1 + values_behind(command, words_, i), Kind::option);
            else
                mend(i, option_meant(app, command, unknown_at(i)), command, name);
        }
    }

    /// What is said of the options that are none: a line for each, and the call, if all of them were meant to
    /// be something. Empty if all options are known.
    std::string text() {
        if (said_.empty()) return {};
        // What was read comes first, what is written last.
        const bool moved = std::any_of(pieces_.begin(), pieces_.end(), [](const Piece& p) {
            return p.kind == Kind::input || p.kind == Kind::output;
        });
        if (moved)
            std::stable_sort(pieces_.begin(), pieces_.end(),
                             [](const Piece& a, const Piece& b) { return a.kind < b.kind; });
        Words call = head_;
        for (const Piece& piece : pieces_) call.insert(call.end(), piece.words.begin(), piece.words.end());
        const std::string how = all_meant_ ? advice("It is called so", call) : "";
        return said_ + (how.empty() ? "" : how.substr(1) + "\n");
    }

    /// What was named without an option.
    Words places() const {
        Words out;
        for (const Piece& piece : pieces_)
            if (piece.kind == Kind::place) out.insert(out.end(), piece.words.begin(), piece.words.end());
        return out;
    }

private:
    enum class Kind { input, place, output, option };  ///< in the order in which they are put
    struct Piece {
        Kind kind;
        Words words;
    };

    void take(std::size_t& i, std::size_t count, Kind kind) {
        const auto first = words_.begin() + static_cast<std::ptrdiff_t>(i);
        pieces_.push_back({kind, {first, first + static_cast<std::ptrdiff_t>(count)}});
        i += count;
    }

    UnknownOption unknown_at(std::size_t i) const {
        UnknownOption unknown{bare_option(words_[i]), {}, {}};
        if (const auto equals = words_[i].find('='); equals != std::string::npos)
            unknown.attached = words_[i].substr(equals + 1);
        if (i + 1 < words_.size() && !looks_like_option(words_[i + 1])) unknown.next = words_[i + 1];
        return unknown;
    }

    void mend(std::size_t& i, const OptionMeant& meant, const CLI::App& command, const std::string& name) {
        said_ +=
            "cytomo " + name + ": there is no option " + words_[i].substr(0, words_[i].find('=')) + ". " +
            (meant.suggestion.empty() ? "cytomo " + name + " --help lists all." : meant.suggestion) + "\n";
        all_meant_ = all_meant_ && !meant.instead.empty();
        Piece piece{meant.kind == OptionMeant::Kind::input    ? Kind::input
                    : meant.kind == OptionMeant::Kind::place  ? Kind::place
                    : meant.kind == OptionMeant::Kind::output ? Kind::output
                                                              : Kind::option,
                    meant.instead};
        i += meant.with_next ? 2 : 1;
        if (piece.kind == Kind::option && piece.words.size() == 1) {  // its values follow
            Words words = piece.words;
            words.insert(words.end(), words_.begin() + static_cast<std::ptrdiff_t>(i), words_.end());
            for (std::size_t n = values_behind(command, words, 0); n > 0; --n)
                piece.words.push_back(words_[i++]);
        }
        pieces_.push_back(std::move(piece));
    }

    Words words_, head_;
    std::vector<Piece> pieces_;
    std::string said_;
    bool all_meant_ = true;
};

/// Folders of cytomo simulate among the names of a comparison: how each becomes a result.
std::string simulated_among(Words places, const std::string& name) {
    if (name != "compare") return {};
    std::string text;
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    for (const std::string& place : places)
        if (is_simulated(place))
            text += "\n" + place + " is a folder of cytomo simulate, and no result." +
                    advice("To measure its true classes", call_measuring(place));
    return text;
}

/// Words apart at commas.
Words words_in(const std::string& list) {
    Words words{""};
    for (const char c : list)
        if (c == ',')
            words.emplace_back();
        else
            words.back() += c;
    return words;
}

/// Which of the words an option takes `given` was meant to be: a misspelt one, a beginning of one alone, or
/// one in other letters; empty if none is near. A number is no misspelt other one.
std::string nearest_word(const std::string& given, const Words& taken) {
    const auto begins_with_it = [&](const std::string& word) { return word.starts_with(given); };
    constexpr std::size_t fewest = 2;  // letters that say anything
    if (given.find_first_not_of("0123456789.+-") == std::string::npos) return {};
    const auto longer = std::count_if(taken.begin(), taken.end(), begins_with_it);
    if (given.size() >= fewest && longer > 0)
        return longer > 1 ? "" : *std::find_if(taken.begin(), taken.end(), begins_with_it);
    const std::string near = nearest_name(given, taken);
    return given.size() >= fewest || upper(given) == upper(near) ? near : "";
}

/// What CLI11 says of a word that is none of those an option takes ("--pictures: qiuck not in {none,quick}"),
/// for people: these words, the one that was meant, and the call with it. Empty for any other error. `at`: of
/// the command in the call.
std::string other_word_meant(const CLI::App& command, const std::string& what, std::size_t at) {
    const auto colon = what.find(": ");
    if (colon == std::string::npos) return {};
    const std::string option = what.substr(0, colon),
                      given = what.substr(colon + 2, what.rfind(" not in {") - colon - 2);
    const CLI::Option* found_option = find_option(command, option);
    const std::string type = found_option == nullptr ? "" : found_option->get_type_name();  // TEXT:{a,b}
    const auto list = type.find(":{"), end = type.rfind('}');
    if (list == std::string::npos || end == std::string::npos) return {};
    const Words taken = words_in(type.substr(list + 2, end - list - 2));
    const std::string meant = nearest_word(given, taken);
    Words call = words_of_call();
    bool found = false;
    for (std::size_t i = at + 1; i < call.size() && !found; ++i) {
        found = true;
        if (call[i] == option + "=" + given)
            call[i] = option + "=" + meant;
        else if (call[i] == option && i + 1 < call.size() && call[i + 1] == given)
            call[i + 1] = meant;
        else
            found = false;
    }
    return option + ": expected " + joined(taken, " or ") + ", found '" + given + "'." + did_you_mean(meant) +
           (found && !meant.empty() ? advice("Then it is called so", call) : "") + "\n";
}

/// MODEL.safetensors, OUTDIR: what stands for the value of an option.
std::string placeholder(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    return type.empty() || type == "TEXT" || type.find_first_of(":, |") != std::string::npos
               ? upper(option.get_single_name())
               : type;
}

/// The call as it was typed, and what it lacks behind it: names, and options that must be. `places`: how many
/// names it has. Empty where the parser does not know what is lacking.
Words completed(const CLI::App& command, Words call, std::size_t places, std::size_t from) {
    if (shapes_of_their_own().count(command.get_name()) > 0) return {};
    Words more;
    for (const CLI::Option* option : command.get_options()) {
        if (option->get_positional()) {
            if (places > 0)
                --places;
            else if (option->get_required())
                more.push_back(upper(option->get_single_name()));
            continue;
        }
        const bool given = std::any_of(
            call.begin() + static_cast<std::ptrdiff_t>(from), call.end(), [&](const std::string& word) {
                return looks_like_option(word) && find_option(command, word) == option;
            });
        if (!option->get_required() || given) continue;
        more.push_back("--" + option->get_single_name());
        more.push_back(placeholder(*option));
    }
    call.insert(std::find(call.begin(), call.end(), "--"), more.begin(), more.end());
    return call;
}

/// An option without its value, at the end of the call or before another option, which the parser may have
/// taken for it: what it takes, and the call with that. Empty if there is none.
std::string value_missing(const CLI::App& command, std::size_t places, std::size_t from) {
    Words call = words_of_call();
    for (std::size_t i = from; i < call.size(); ++i) {
        const CLI::Option* option = looks_like_option(call[i]) ? find_option(command, call[i]) : nullptr;
        const bool attached =
            call[i].find('=') != std::string::npos || (call[i][1] != '-' && call[i].size() > 2);
        if (option == nullptr || attached || option->get_items_expected_min() != 1) continue;
        const bool last = i + 1 == call.size();
        if (!last && (!looks_like_option(call[i + 1]) || find_option(command, call[i + 1]) == nullptr))
            continue;
        const std::string name = call[i], value = placeholder(*option);
        call.insert(call.begin() + static_cast<std::ptrdiff_t>(i) + 1, value);
        return name + ": expected " + value + " behind it, found " + (last ? "nothing" : call[i + 2]) + "." +
               advice("It is called so", completed(command, call, places, from)) + "\n";
    }
    return {};
}

}  // namespace

std::string explain_refusal(const CLI::App* app, const CLI::Error& error) {
    const Words& called_with = words_of_call();
    const std::string plain = CLI::FailureMessage::simple(app, error);
    const auto next_word = [&](std::size_t from) {
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
    BetterCall better(*app, *command, name, at + 1);
    if (const std::string text = better.text(); !text.empty()) return text;
    const std::string shape = "It is called so: " + shape_of(*command, name) + "\n";
    if (error.get_name() == "RequiredError") {
        const bool any = called_with.size() > at + 1;  // what was typed stays
        const std::string how = any ? advice("With what was given",
                                             completed(*command, called_with, better.places().size(), at + 1))
                                    : "";
        return "cytomo " + name + ": " + error.what() + ".\n" + shape +
               (how.empty() ? "" : how.substr(1) + "\n");
    }
    const bool extras =  // its name is the command's
        error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
    if (extras || error.get_name() == "ArgumentMismatch")
        if (const std::string text = value_missing(*command, better.places().size(), at + 1); !text.empty())
            return "cytomo " + name + ": " + text;
    if (extras) {
        std::string how = advice("What belongs together goes into one word, blanks into quotes",
                                 rejoined(called_with, at + 1));
        const std::string simulated = simulated_among(better.places(), name);
        if (how.empty()) how = advice("It is called so", with_data_options(better.places(), name));
        if (how.empty())
            how = advice("Groups are named so, with one folder or more each",
                         with_groups(better.places(), name));
        return "cytomo " + name + ": more names than it takes. " + error.what() + "." + simulated +
               (how.empty()         ? "\n" + shape
                : simulated.empty() ? how + "\n"
                                    : "\n" + how.substr(1) + "\n");
    }
    if (const std::string text = number_meant(*command, error.what(), at + 1); !text.empty())
        return "cytomo " + name + ": " + text;
    if (error.get_name() == "ValidationError")
        if (const std::string text = other_word_meant(*command, error.what(), at); !text.empty())
            return "cytomo " + name + ": " + text;
    return "cytomo " + name + ": " + plain;
}

}  // namespace cytomo::commands
