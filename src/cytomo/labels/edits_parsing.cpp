// Lists of edits as text: see edits.h for the form.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>
#include <string_view>

#include "cytomo/core/error.h"
#include "cytomo/core/likely_name.h"
#include "cytomo/labels/edits.h"

namespace cytomo {

namespace {

constexpr std::string_view remedy_operations =
    "Begin each line with merge, split, delete or class; see docs/edits.md";

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words(1);
    for (const char c : line) {
        if (c == '#') break;
        const bool parts =
            c == ',' || c == ';' || c == '"' || std::isspace(static_cast<unsigned char>(c)) != 0;
        if (!parts)
            words.back() += c;
        else if (!words.back().empty())
            words.emplace_back();
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::optional<std::uint32_t> whole_number(const std::string& word) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    return value;
}

std::optional<double> finite_number(const std::string& word) {
    double value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

class Line {
public:
    Line(std::string where, std::vector<std::string> words) : words_(std::move(words)) {
        edit_.where = std::move(where);
    }

    Edit parse(const Legend& legend) {
        const std::string operation = lower(words_[0]);
        if (operation == "merge") {
            parse_merge();
        } else if (operation == "split") {
            parse_split();
        } else if (operation == "delete") {
            edit_.kind = Edit::Kind::remove;
            parse_object("the number of one object after 'delete'");
            if (words_.size() > 2)
                fail("one object to delete", "'" + words_[2] + "' after it",
                     "Give each object a line of its own");
        } else if (operation == "class") {
            parse_class(legend);
        } else {
            fail("an operation", "'" + words_[0] + "'",
                 std::string(remedy_operations) + "." +
                     did_you_mean(nearest_name(operation, {"merge", "split", "delete", "class"})));
        }
        return std::move(edit_);
    }

private:
    [[noreturn]] void fail(const std::string& expected, const std::string& found,
                           const std::string& remedy) const {
        throw InputError(edit_.where, expected, found, remedy);
    }

    std::uint32_t number(const std::string& word) const {
        const auto value = whole_number(word);
        if (!value || *value == 0)
            fail("the number of an object, 1 or more", "'" + word + "'",
                 "Numbers are in the column 'object' of objects.csv");
        return *value;
    }

    void parse_object(const std::string& expected) {
        if (words_.size() < 2) fail(expected, "nothing", "Numbers are in the column 'object' of objects.csv");
        edit_.objects.push_back(number(words_[1]));
    }

    void parse_merge() {
        edit_.kind = Edit::Kind::merge;
        for (std::size_t i = 1; i < words_.size(); ++i) {
            const std::uint32_t n = number(words_[i]);
            if (std::find(edit_.objects.begin(), edit_.objects.end(), n) != edit_.objects.end())
                fail("different objects to merge", std::to_string(n) + " twice", "Name each object once");
            edit_.objects.push_back(n);
        }
        if (edit_.objects.size() < 2)
            fail("two or more objects to merge", std::to_string(edit_.objects.size()),
                 "Write merge and the numbers of the objects that are one, such as 'merge 12 13'");
    }

    void parse_split() {
        edit_.kind = Edit::Kind::split;
        parse_object("the number of one object after 'split'");
        std::size_t first = 2;
        if (first < words_.size() && (lower(words_[first]) == "voxels" || lower(words_[first]) == "um")) {
            edit_.seeds_in_voxels = lower(words_[first]) == "voxels";
            ++first;
        }
        std::vector<double> values;
        for (std::size_t i = first; i < words_.size(); ++i) {
            const auto value = finite_number(words_[i]);
            if (!value)
                fail("places as x,y,z", "'" + words_[i] + "'",
                     "Write numbers with a decimal point, in µm, or the word voxels before them");
            values.push_back(*value);
        }
        if (values.size() % 3 != 0 || values.size() < 6)
            fail("two or more places as x,y,z", std::to_string(values.size()) + " numbers",
                 "Give one place, three numbers, inside each part");
        for (std::size_t i = 0; i < values.size(); i += 3)
            edit_.seeds.push_back({values[i], values[i + 1], values[i + 2]});
    }

    void parse_class(const Legend& legend) {
        edit_.kind = Edit::Kind::set_class;
        parse_object("the number of one object after 'class'");
        std::string name;
        for (std::size_t i = 2; i < words_.size(); ++i) name += (i > 2 ? " " : "") + words_[i];
        const auto id = whole_number(name);
        const LegendEntry* entry = nullptr;
        if (id && *id <= 255) entry = legend.find(static_cast<std::uint8_t>(*id));
        if (!id && !name.empty()) entry = legend.find_kind(name);
        if (entry == nullptr || entry->id == background || entry->id == ignore_label) {
            std::string known;
            for (const LegendEntry& e : legend.entries)
                if (e.id != background) known += (known.empty() ? "" : ", ") + e.name;
            const LegendEntry* near = entry == nullptr && !id ? nearest_class(legend, name) : nullptr;
            fail("a class", name.empty() ? "nothing" : "'" + name + "'",
                 "Classes of objects are: " + known +
                     (entry != nullptr ? ". To remove an object write delete" : "") +
                     (near != nullptr ? "." + did_you_mean(near->name) : ""));
        }
        edit_.class_id = entry->id;
    }

    std::vector<std::string> words_;
    Edit edit_;
};

}  // namespace

std::vector<Edit> parse_edits(const std::string& text, const std::string& file, const Legend& legend) {
    std::vector<Edit> edits;
    std::istringstream lines(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text);
    std::int64_t number = 0;
    bool heading_possible = true;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        std::vector<std::string> words = words_of(line);
        if (words.empty()) continue;
        const bool heading = heading_possible && lower(words[0]) == "operation";  // of a table saved as CSV
        heading_possible = false;
        if (!heading)
            edits.push_back(Line(file + ", line " + std::to_string(number), std::move(words)).parse(legend));
    }
    return edits;
}

}  // namespace cytomo
