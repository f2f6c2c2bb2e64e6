// Reads tables: our own results, and lists that people made in a spreadsheet.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cytomo {

/// A table as text. Every row has one field a column.
struct TextTable {
    std::string file;  ///< for messages
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;

    bool has(const std::string& column) const;
    /// The fields of a column. Throws InputError if there is no such column.
    std::vector<std::string> texts(const std::string& column) const;
    /// The numbers of a column; NaN for an empty field, "nan" or "NA". Throws InputError if there is no such
    /// column or a field is no number.
    std::vector<double> numbers(const std::string& column) const;
    /// The same, but false instead of an error if a field is no number.
    bool are_numbers(const std::string& column) const;
};

/// Reads comma-separated values (RFC 4180, UTF-8 with or without byte order mark): a header row, then one
/// line a row; lines end with LF or CRLF; quoted fields may hold commas, line breaks and doubled quotes. A
/// header without commas but with semicolons or tabs is separated by these. Blank lines are passed over,
/// blanks around names of columns left out. Files above 1 GB are refused. Throws InputError: missing or empty
/// file, a quote that is never closed, rows with more or fewer fields than columns, two columns of one name.
TextTable read_csv(const std::filesystem::path& path);

}  // namespace cytomo
