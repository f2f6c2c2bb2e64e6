#include "cytomo/io/legend_io.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>
#include <utility>

#include "cytomo/core/error.h"
#include "cytomo/core/json_text.h"
#include "cytomo/core/utf8.h"
#include "cytomo/core/volume.h"
#include "cytomo/io/text_io.h"

namespace cytomo {

namespace {

using Colour = std::array<std::uint8_t, 3>;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::optional<std::int64_t> parse_value(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string byte_text(char c) {
    char text[20];
    std::snprintf(text, sizeof text, "the byte 0x%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    return text;
}

/// Names become parts of file names, so that a legend from a stranger must not lead elsewhere.
bool is_name(std::string_view name) {
    constexpr std::size_t longest = 100;
    return !name.empty() && name.size() <= longest && name.find('/') == std::string_view::npos &&
           std::none_of(name.begin(), name.end(), [](unsigned char c) { return std::iscntrl(c) != 0; }) &&
           find_no_utf8(name) == std::string_view::npos;
}

/// "#d6604d" or "214,96,77".
std::optional<Colour> parse_colour(std::string_view text) {
    Colour colour{};
    const bool hexadecimal = text.size() == 7 && text[0] == '#';
    if (hexadecimal) text.remove_prefix(1);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto comma = hexadecimal ? 2 : std::min(text.find(','), text.size());
        const auto part = text.substr(0, comma);
        unsigned v = 0;
        const auto [end, ec] =
            std::from_chars(part.data(), part.data() + part.size(), v, hexadecimal ? 16 : 10);
        if (part.empty() || ec != std::errc{} || end != part.data() + part.size() || v > 255)
            return std::nullopt;
        colour[i] = static_cast<std::uint8_t>(v);
        text.remove_prefix(comma);
        if (hexadecimal) continue;
        if ((i < 2) != (!text.empty())) return std::nullopt;
        if (!text.empty()) text.remove_prefix(1);
    }
    return colour;
}

/// "lipid droplet #f0be46" → name and colour.
void set_name(NamedValue& named, std::string_view text) {
    text = trimmed(text);
    const auto blank = text.find_last_of(" \t");
    if (blank != std::string_view::npos) {
        named.colour = parse_colour(text.substr(blank + 1));
        if (named.colour) text = trimmed(text.substr(0, blank));
    }
    named.name = text;
}

bool has_value(const std::vector<NamedValue>& list, std::int64_t value) {
    return std::any_of(list.begin(), list.end(), [&](const NamedValue& n) { return n.value == value; });
}

std::optional<Colour> colour_from(const nlohmann::json& json) {
    if (json.is_string()) return parse_colour(json.get<std::string>());
    if (!json.is_array() || json.size() != 3) return std::nullopt;
    Colour colour{};
    for (std::size_t i = 0; i < 3; ++i) {
        if (!json[i].is_number_integer()) return std::nullopt;
        const auto v = json[i].get<std::int64_t>();
        if (v < 0 || v > 255) return std::nullopt;
        colour[i] = static_cast<std::uint8_t>(v);
    }
    return colour;
}

/// "mitochondrion", or {"name": "mitochondrion", "colour": …}; false if it is neither.
bool set_from(NamedValue& named, const nlohmann::json& json) {
    if (json.is_string()) {
        named.name = json.get<std::string>();
        return is_name(named.name);
    }
    if (!json.is_object() || !json.contains("name") || !json["name"].is_string()) return false;
    named.name = json["name"].get<std::string>();
    for (const char* key : {"colour", "color"})
        if (json.contains(key) && !json[key].is_null()) {
            named.colour = colour_from(json[key]);
            if (!named.colour) return false;
        }
    return is_name(named.name);
}

std::optional<std::vector<NamedValue>> values_from(const nlohmann::json& json, bool inner = false) {
    if (json.is_object() && !inner)
        for (const char* key : {"legend", "classes"})
            if (json.contains(key) && json[key].is_structured()) return values_from(json[key], true);
    if (!json.is_structured() || json.empty()) return std::nullopt;
    std::vector<NamedValue> out;
    for (const auto& [key, entry] : json.items()) {
        NamedValue named;
        std::optional<std::int64_t> value;
        if (json.is_object()) value = parse_value(key);
        for (const char* id : {"id", "value"})
            if (json.is_array() && entry.is_object() && entry.contains(id) && entry[id].is_number_integer())
                value = entry[id].get<std::int64_t>();
        if (!value || has_value(out, *value) || !set_from(named, entry)) return std::nullopt;
        named.value = *value;
        out.push_back(std::move(named));
    }
    return out;
}

constexpr std::size_t largest_text = 1'000'000;

std::vector<NamedValue> parse_lines(std::string_view text, const std::string& file) {
    std::vector<NamedValue> out;
    for (int number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line[0] == '#') continue;
        const auto blank = std::min(line.find_first_of(" \t="), line.size());
        const auto value = parse_value(line.substr(0, blank));
        NamedValue named;
        std::string_view rest = trimmed(line.substr(blank));
        if (rest.starts_with('=')) rest.remove_prefix(1);
        set_name(named, rest);
        const std::string where = file + ", line " + std::to_string(number);
        const auto refuse = [&](const std::string& expected) {
            throw InputError(where, expected, "'" + std::string(line) + "'",
                             "Write for example: 3 mitochondrion #d6604d");
        };
        if (const auto at = find_no_utf8(line); at != std::string_view::npos)
            throw InputError(where, "text in UTF-8", byte_text(line[at]), "Save the file in UTF-8");
        if (!value || !is_name(named.name)) refuse("a value and a name");
        if (has_value(out, *value)) refuse("each value once");
        named.value = *value;
        out.push_back(std::move(named));
    }
    return out;
}

}  // namespace

std::vector<NamedValue> parse_named_values(const std::string& list, const std::string& option) {
    std::vector<NamedValue> out;
    for (std::size_t at = 0; at <= list.size();) {
        const auto comma = std::min(list.find(',', at), list.size());
        const std::string_view item = std::string_view(list).substr(at, comma - at);
        const auto equals = std::min(item.find('='), item.size());
        const auto value = parse_value(trimmed(item.substr(0, equals)));
        NamedValue named;
        if (equals < item.size()) set_name(named, item.substr(equals + 1));
        if (const auto no = find_no_utf8(item); no != std::string_view::npos)
            throw UsageError(option + ": expected names in UTF-8, found " + byte_text(item[no]) +
                             " in item " + std::to_string(out.size() + 1) + ". Set the terminal to UTF-8");
        if (!value || !is_name(named.name))
            throw UsageError(option + ": expected VALUE=NAME,VALUE=NAME,… or a file, found '" +
                             std::string(item) +
                             "'. VALUE is the number in the label file, e.g. 120=mitochondrion,7=droplet");
        if (has_value(out, *value))
            throw UsageError(option + ": expected each value once, found " + std::to_string(*value) +
                             " twice");
        named.value = *value;
        out.push_back(std::move(named));
        at = comma + 1;
    }
    return out;
}

std::vector<NamedValue> read_named_values(const std::filesystem::path& file) {
    const std::string text = read_text(file, "a legend", largest_text);
    const InputError no_legend(
        file.string(), "a legend: lines VALUE NAME [COLOUR], or JSON such as {\"1\": \"NAME\"}",
        text.empty() ? "nothing" : "something else", "See docs/training.md for examples");
    if (text.empty() || text.find('\0') != std::string::npos) throw no_legend;
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && (text[first] == '{' || text[first] == '[')) {
        if (const auto at = find_no_utf8(text); at != std::string::npos) {
            const auto before = static_cast<std::ptrdiff_t>(at);
            const auto line = 1 + std::count(text.begin(), text.begin() + before, '\n');
            throw InputError(file.string() + ", line " + std::to_string(line), "text in UTF-8",
                             byte_text(text[at]), "Save the file in UTF-8");
        }
        const auto values = values_from(nlohmann::json::parse(text, nullptr, false));
        if (!values) throw no_legend;
        return *values;
    }
    auto values = parse_lines(text, file.string());
    if (values.empty()) throw no_legend;
    return values;
}

std::vector<NamedValue> named_values(const std::string& file_or_list, const std::string& option) {
    std::error_code ec;
    if (std::filesystem::is_regular_file(file_or_list, ec)) return read_named_values(file_or_list);
    if (file_or_list.find('=') == std::string::npos)
        throw UsageError(option + ": expected VALUE=NAME,VALUE=NAME,… or a file, found '" + file_or_list +
                         "', which is neither. VALUE is the number in the label file, e.g. "
                         "120=mitochondrion,7=droplet");
    return parse_named_values(file_or_list, option);
}

std::optional<Legend> legend_of(const std::vector<NamedValue>& values) {
    Legend legend;
    for (const auto& v : values) {
        if (v.value < 0 || v.value >= ignore_label) return std::nullopt;
        legend.entries.push_back(
            {static_cast<std::uint8_t>(v.value), v.name, v.colour.value_or(Colour{170, 170, 170})});
    }
    std::sort(legend.entries.begin(), legend.entries.end(),
              [](const LegendEntry& a, const LegendEntry& b) { return a.id < b.id; });
    return legend;
}

Legend each_name_once(const Legend& legend) {
    Legend once;
    for (const auto& e : legend.entries)
        if (once.find(e.name) == nullptr) once.entries.push_back(e);
    return once;
}

std::string legend_json(const Legend& legend) {
    auto json = nlohmann::ordered_json::array();
    for (const auto& e : legend.entries)
        json.push_back({{"id", e.id}, {"name", e.name}, {"colour", e.colour}});
    std::string text = json_text(json, -1, true);
    // Programs that split lines at '=' would trip over one in a name.
    for (auto at = text.find('='); at != std::string::npos; at = text.find('=', at))
        text.replace(at, 1, "\\u003d");
    return text;
}

std::optional<Legend> legend_from_json(const std::string& text) {
    const auto values = values_from(nlohmann::json::parse(text, nullptr, false));
    return values ? legend_of(*values) : std::nullopt;
}

}  // namespace cytomo
