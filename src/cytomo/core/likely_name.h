// What was probably meant by a name that is not known: a class, a command, an option, a file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cytomo/core/legend.h"

namespace cytomo {

/// The least number of bytes to insert, delete, replace or exchange with their neighbour that make `b` of `a`
/// (optimal string alignment).
int spelling_distance(std::string_view a, std::string_view b);

/// The first of the nearest `names`, or "" if none is near: a third of the letters of `given` may be wrong,
/// at most three. Capital letters count as small ones, '_' and '-' as blanks.
std::string nearest_name(const std::string& given, const std::vector<std::string>& names);

/// The class of `legend` that was probably meant, be it by another common spelling of its name ("mitocondria"
/// for "mitochondrion"); nullptr if none is near, or if `given` is one (find_kind).
const LegendEntry* nearest_class(const Legend& legend, const std::string& given);

/// " Did you mean 'NAME'?", or "" for "".
std::string did_you_mean(const std::string& name);

/// A file or folder of nearly this name beside where it would be; empty if there is none.
std::filesystem::path nearest_file(const std::filesystem::path& file);

/// What to say of a file that could not be opened or read because of `error` (errno): what was found in place
/// of it ("nothing of that name"), and what to do; a file of nearly that name beside it is named.
struct FileTrouble {
    std::string found, remedy;
};
FileTrouble file_trouble(const std::filesystem::path& file, int error);

/// What a folder is that cytomo itself wrote (results of analyze, measure, simulate, compare or bias), and
/// which file of it, or which command, was probably meant where a volume is wanted; nothing for any other.
std::optional<FileTrouble> result_in_place_of_file(const std::filesystem::path& folder);

}  // namespace cytomo
