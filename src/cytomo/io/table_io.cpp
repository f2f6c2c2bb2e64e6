#include "cytomo/io/table_io.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/core/json_text.h"
#include "cytomo/core/output.h"
#include "cytomo/core/written_number.h"

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
    return std::isnan(value) ? "" : digits(as_written(value));
}

std::string json_string(const std::string& text) {
    return json_text(nlohmann::json(text));
}

std::string json_value(const TableCell& cell) {
    if (const auto* text = std::get_if<std::string>(&cell)) return json_string(*text);
    if (const auto* whole = std::get_if<std::int64_t>(&cell)) return digits(*whole);
    const double value = std::get<double>(cell);
    return std::isfinite(value) ? digits(as_written(value)) : "null";
}

void check_rows(const Table& table) {
    for (const auto& row : table.rows)
        if (row.size() != table.columns.size())
            throw std::invalid_argument("table " + table.name + ": a row has " + std::to_string(row.size()) +
                                        " cells for " + std::to_string(table.columns.size()) + " columns");
}

/// Rows go to the file one by one: a second copy of a large table as JSON would take many times its memory.
void put_json(std::ostream& file, const Table& table) {
    file << "  " << json_string(table.name) << ": {\n    \"columns\": {";
    for (std::size_t c = 0; c < table.columns.size(); ++c)
        file << (c > 0 ? ",\n      " : "\n      ") << json_string(table.columns[c].name)
             << ": {\"unit\": " << json_string(table.columns[c].unit)
             << ", \"description\": " << json_string(table.columns[c].description) << "}";
    file << "\n    },\n    \"rows\": [";
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        file << (r > 0 ? ",\n      {" : "\n      {");
        for (std::size_t c = 0; c < table.columns.size(); ++c)
            file << (c > 0 ? ", " : "") << json_string(table.columns[c].name) << ": "
                 << json_value(table.rows[r][c]);
        file << "}";
    }
    file << (table.rows.empty() ? "]\n  }" : "\n    ]\n  }");
}

}  // namespace

void write_json(const std::filesystem::path& path, std::span<const Table> tables, bool overwrite) {
    for (const Table& table : tables) check_rows(table);
    PendingOutput output(path, overwrite);
    std::ofstream file(output.path(), std::ios::binary);
    file << "{";
    for (std::size_t t = 0; t < tables.size(); ++t) {
        file << (t > 0 ? ",\n" : "\n");
        put_json(file, tables[t]);
    }
    file << "\n}\n";
    file.close();
    if (!file)
        throw InputError(path.string(), "to write the tables", "an error while writing",
                         "Check space and rights");
    output.commit();
}

void write_csv(const std::filesystem::path& path, const Table& table, bool overwrite) {
    check_rows(table);
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
