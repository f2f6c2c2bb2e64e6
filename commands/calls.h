// How the program was called, and the call that would be right: shown only if the program would take it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace cytomo::commands {

/// Words of a command line, without the program's name.
using Words = std::vector<std::string>;

/// Remembers how the program was called, and how to find out whether its parser takes other words. First
/// thing in main.
void remember_call(int argc, const char* const* argv, std::function<bool(const Words&)> takes);

/// The words of the call that was made.
const Words& words_of_call();

/// "cytomo analyze 'my cell.mrc' results": as one would type it into a shell.
std::string call_text(const Words& call);

/// The call that was made, with these words behind it.
Words this_call_with(const Words& more);
/// The call that was made, with these words in place of others, or of what stands behind "=". Empty if one of
/// them is not there.
Words this_call_replacing(const std::vector<std::pair<std::string, std::string>>& words);

/// "TEXT:" and the call on a line of its own; "" if the parser would not take it. Begins with a blank.
std::string advice(const std::string& text, const Words& call);

/// Whether cytomo simulate wrote this folder: a tomogram, its true classes and objects, and no measures.
bool is_simulated(const std::filesystem::path& folder);
/// The call that measures the true classes of such a folder, and the folder for the results.
Words call_measuring(const std::filesystem::path& folder);
std::string measured_name(const std::filesystem::path& folder);

/// A place on the command line where a file or folder is named.
struct Place {
    std::string what;   ///< "the tomogram"
    std::string given;  ///< what stands there
};

/// Where the last of `places`, the result, is a file that is there, and one of the others is none: they were
/// exchanged, and UsageError is thrown with the right call; unless a file of nearly that name is there, which
/// InputError names.
void refuse_exchanged(const std::vector<Place>& places);

}  // namespace cytomo::commands
