#include "cytomo/io/table_reading.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>

#include "cytomo/core/error.h"
#include "cytomo/io/text_io.h"

namespace cytomo {

namespace {

constexpr std::size_t most_bytes = 1'000'000'000;
constexpr const char* remedy = "Write it again as comma-separated values with one header row";

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
    return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

/// The separator that the header uses.
char separator_of(const std::string& text) {
    const std::string header = text.substr(0, text.find('\n'));
    for (const char c : {',', ';', '\t'})
        if (header.find(c) != std::string::npos) return c;
    return ',';
}

struct Reader {
    const std::string& file;
    const std::string& text;
    char separator;
    std::size_t at = 0;
    std::int64_t line = 1;

    bool ended() const { return at >= text.size(); }

    /// A field, up to the separator or the end of the line.
    std::string field() {
        std::string out;
        if (ended() || text[at] != '"') {
            while (!ended() && text[at] != separator && text[at] != '\n' && text[at] != '\r')
                out += text[at++];
            return out;
        }
        const std::int64_t began = line;
        for (++at;; ++at) {
            if (ended())
                throw InputError(file, "a closing quote",
                                 "none for that which opens in line " + std::to_string(began), remedy);
            if (text[at] == '"') {
                if (at + 1 >= text.size() || text[at + 1] != '"') break;
                ++at;
            }
            if (text[at] == '\n') ++line;
            out += text[at];
        }
        ++at;
        if (!ended() && text[at] != separator && text[at] != '\n' && text[at] != '\r')
            throw InputError(file, "a separator after a quoted field",
                             "other text in line " + std::to_string(line), remedy);
        return out;
    }

    /// The fields of a line; one empty field for a blank line.
    std::vector<std::string> row() {
        std::vector<std::string> out{field()};
        while (!ended() && text[at] == separator) {
            ++at;
            out.push_back(field());
        }
        if (!ended() && text[at] == '\r') ++at;
        if (!ended() && text[at] == '\n') ++at;
        ++line;
        return out;
    }
};

/// False if the text is no number. Empty, "nan" and "NA" are NaN.
bool parse(const std::string& field, double& value) {
    const std::string text = trimmed(field);
    value = std::numeric_limits<double>::quiet_NaN();
    if (text.empty() || text == "NA" || text == "nan" || text == "NaN") return true;
    const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(begin, end, value);
    return result.ec == std::errc() && result.ptr == end;
}

std::size_t column_of(const TextTable& table, const std::string& column) {
    const auto found = std::find(table.columns.begin(), table.columns.end(), column);
    if (found == table.columns.end()) {
        std::string names;
        for (const auto& c : table.columns) names += (names.empty() ? "" : ", ") + c;
        throw InputError(table.file, "a column \"" + column + "\"", "only " + names,
                         "Add the column, or check its spelling");
    }
    return static_cast<std::size_t>(found - table.columns.begin());
}

}  // namespace

bool TextTable::has(const std::string& column) const {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
}

std::vector<std::string> TextTable::texts(const std::string& column) const {
    const std::size_t c = column_of(*this, column);
    std::vector<std::string> out;
    out.reserve(rows.size());
    for (const auto& row : rows) out.push_back(row[c]);
    return out;
}

std::vector<double> TextTable::numbers(const std::string& column) const {
    const std::size_t c = column_of(*this, column);
    std::vector<double> out(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r)
        if (!parse(rows[r][c], out[r]))
            throw InputError(file, "a number in column \"" + column + "\", row " + std::to_string(r + 1),
                             "\"" + rows[r][c] + "\"", "Correct it, with a point for decimals");
    return out;
}

bool TextTable::are_numbers(const std::string& column) const {
    const std::size_t c = column_of(*this, column);
    double value = 0;
    return std::all_of(rows.begin(), rows.end(), [&](const auto& row) { return parse(row[c], value); });
}

TextTable read_csv(const std::filesystem::path& path) {
    const std::string text = read_text(path, "a table (CSV)", most_bytes);
    TextTable table;
    table.file = path.string();
    Reader reader{table.file, text, separator_of(text)};
    while (!reader.ended()) {
        const std::int64_t line = reader.line;
        std::vector<std::string> row = reader.row();
        if (row.size() == 1 && trimmed(row[0]).empty() && (table.columns.size() != 1 || row[0].empty()))
            continue;
        if (table.columns.empty()) {
            for (auto& name : row) table.columns.push_back(trimmed(name));
            continue;
        }
        if (row.size() != table.columns.size())
            throw InputError(table.file, std::to_string(table.columns.size()) + " fields in each line",
                             std::to_string(row.size()) + " in line " + std::to_string(line), remedy);
        table.rows.push_back(std::move(row));
    }
    if (table.columns.empty()) throw InputError(table.file, "a header row", "an empty file", remedy);
    std::vector<std::string> names = table.columns;
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end())
        throw InputError(table.file, "columns of different names", "\"" + *twice + "\" twice",
                         "Rename one of them");
    return table;
}

}  // namespace cytomo
