#include "cytomo/io/table_io.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/core/output.h"

namespace cytomo {

namespace {

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"') result += '"';
        result += c;
    }
    return result + '"';
}

template <class Number>
std::string digits(Number number) {
    std::array<char, 64> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return {text.data(), end};
}

std::string field(const TableCell& cell) {
    if (const auto* text = std::get_if<std::string>(&cell)) return quoted(*text);
    if (const auto* whole = std::get_if<std::int64_t>(&cell)) return digits(*whole);
    const double value = std::get<double>(cell);
    return std::isnan(value) ? "" : digits(value);
}

}  // namespace

void write_csv(const std::filesystem::path& path, const Table& table, bool overwrite) {
    for (const auto& row : table.rows)
        if (row.size() != table.columns.size())
            throw std::invalid_argument("table " + table.name + ": a row has " + std::to_string(row.size()) +
                                        " cells for " + std::to_string(table.columns.size()) + " columns");
    PendingOutput output(path, overwrite);
    std::ofstream file(output.path(), std::ios::binary);
    for (std::size_t c = 0; c < table.columns.size(); ++c)
        file << (c > 0 ? "," : "") << quoted(table.columns[c].name);
    file << "\n";
    for (const auto& row : table.rows) {
        for (std::size_t c = 0; c < row.size(); ++c) file << (c > 0 ? "," : "") << field(row[c]);
        file << "\n";
    }
    file.close();
    if (!file)
        throw InputError(path.string(), "to write the table", "an error while writing",
                         "Check space and rights");
    output.commit();
}

}  // namespace cytomo
