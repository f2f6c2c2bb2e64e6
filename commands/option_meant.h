// Options that a command does not have, and what was meant by them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "calls.h"
#include "cli11.h"

namespace cytomo::commands {

/// What an option that the command does not have was meant to be.
struct OptionMeant {
    enum class Kind { option, input, place, output };  ///< place: where it stands
    std::string suggestion;                            ///< one sentence
    Words instead;  ///< words in place of it and of its value; empty if there is no better idea
    Kind kind = Kind::option;
    bool with_next = false;  ///< the next word is its value, and gone with it
};

/// An option that nobody has, and its value, be it behind "=" or the next word.
struct UnknownOption {
    std::string bare;
    std::optional<std::string> attached, next;
};

/// Whether a word of a call is an option: a dash or two and a letter.
bool looks_like_option(const std::string& word);

/// "--Voxel_nm=10" → "voxel-nm".
std::string bare_option(const std::string& word);

/// The option of a command, or of one that it is part of and leaves options to; nullptr if there is none.
const CLI::Option* find_option(const CLI::App& command, const std::string& word);

/// How many of the words behind word `i`, an option of the command, are its values.
std::size_t values_behind(const CLI::App& command, const Words& words, std::size_t i);

/// What was meant: a name that other programs use, a shorter, longer or misspelt one, another command's.
OptionMeant option_meant(const CLI::App& app, const CLI::App& command, const UnknownOption& unknown);

/// "a, b or c" with `last` " or ".
std::string joined(const Words& words, const char* last = ", ");

}  // namespace cytomo::commands
