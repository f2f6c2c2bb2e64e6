#include "number_meant.h"

#include <algorithm>

#include "calls.h"
#include "option_meant.h"

namespace cytomo::commands {

namespace {

/// A number with a decimal comma ("0,01"), which the parser refused: with a point, and the call so. Empty for
/// any other error. `from`: the first word behind the command.
std::string decimal_comma_meant(const CLI::App& command, const std::string& what, std::size_t from) {
    const Words& words = words_of_call();
    const auto is_decimal = [](const std::string& text) {
        const auto comma = text.find(',');
        return comma != std::string::npos && comma > 0 && comma + 1 < text.size() &&
               text.find_first_not_of("0123456789", text[0] == '-' || text[0] == '+' ? 1 : 0) == comma &&
               text.find_first_not_of("0123456789", comma + 1) == std::string::npos;
    };
    for (std::size_t i = from; i < words.size(); ++i) {
        if (!looks_like_option(words[i]) || find_option(command, words[i]) == nullptr) continue;
        const auto equals = words[i].find('=');
        const bool attached = equals != std::string::npos;
        if (!attached && i + 1 == words.size()) continue;
        const std::string given = attached ? words[i].substr(equals + 1) : words[i + 1];
        if (!is_decimal(given) || what.find(given) == std::string::npos) continue;
        std::string meant = given;
        meant[meant.find(',')] = '.';
        Words call = words;
        call[attached ? i : i + 1] = attached ? words[i].substr(0, equals + 1) + meant : meant;
        const std::string how = advice("Then it is called so", call);
        if (how.empty()) continue;  // no number with decimals
        return words[i].substr(0, equals) + ": expected a number, with a point before its decimals, found '" +
               given + "': write " + meant + "." + how + "\n";
    }
    return {};
}

/// The parser's "Could not convert: --option = word", in words. Empty if it says something else.
std::string number_of_a_kind(const CLI::App& command, const std::string& what) {
    const std::string begin = "Could not convert: ";
    const auto equals = what.find(" = ");
    if (!what.starts_with(begin) || equals == std::string::npos) return {};
    const std::string name = what.substr(begin.size(), equals - begin.size());
    const CLI::Option* option = command.get_option_no_throw(name);
    if (option == nullptr) return {};
    const std::string type = option->get_type_name();
    const bool whole = type.starts_with("INT") || type.starts_with("UINT");
    return name + ": expected " + (whole ? "a whole number" : "a number") + ", found '" +
           what.substr(equals + 3) + "'\n";
}

}  // namespace

std::string number_meant(const CLI::App& command, const std::string& what, std::size_t from) {
    const std::string text = decimal_comma_meant(command, what, from);
    return text.empty() ? number_of_a_kind(command, what) : text;
}

}  // namespace cytomo::commands
