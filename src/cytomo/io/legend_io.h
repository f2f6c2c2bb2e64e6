// What the numbers in label volumes mean, as text: on the command line, in files of its own, within volumes.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"

namespace cytomo {

/// A number in a label volume and the name of what it marks.
struct NamedValue {
    std::int64_t value = 0;
    std::string name;  ///< not empty, at most 100 bytes in UTF-8, without '/' and control characters
    std::optional<std::array<std::uint8_t, 3>> colour;
};

/// "1=mitochondrion,2=lipid droplet #f0be46": each value once. Throws UsageError, which begins with `option`.
std::vector<NamedValue> parse_named_values(const std::string& list, const std::string& option);

/// A file in UTF-8 with lines "VALUE NAME [COLOUR]" (colour as 214,96,77 or #d6604d; empty lines and those
/// that begin with '#' do not count), or JSON: {"1": "mitochondrion"},
/// [{"id": 1, "name": "mitochondrion", "colour": [214, 96, 77]}],
/// or an object that holds one of these as "legend" or "classes", such as truth.json of simulate.
/// Throws InputError that names the line.
std::vector<NamedValue> read_named_values(const std::filesystem::path& file);

/// What an option like --legend FILE|1=name,… says: the file, if there is one of this name, or else the list.
std::vector<NamedValue> named_values(const std::string& file_or_list, const std::string& option);

/// Ids as they are, ascending; classes without colour become grey. None if a value is no id from 0 to 254.
std::optional<Legend> legend_of(const std::vector<NamedValue>& values);

/// Ids that share a name are one class, and the first stands for all, as with --legend: the legend without
/// the others. read_classes reads them so.
Legend each_name_once(const Legend& legend);

/// [{"id":1,"name":"mitochondrion","colour":[214,96,77]},…]: one line, ASCII, without '='.
std::string legend_json(const Legend& legend);
/// The legend in a JSON text of any of the forms above; none if it is none.
std::optional<Legend> legend_from_json(const std::string& text);

}  // namespace cytomo
