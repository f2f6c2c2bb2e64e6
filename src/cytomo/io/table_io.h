// Writes tables of results.
#pragma once

#include <filesystem>
#include <span>

#include "cytomo/core/table.h"

namespace cytomo {

/// Writes comma-separated values (quoted as in RFC 4180, UTF-8, lines end with a line feed): one header row
/// of column names, one line a row, decimal point, integers in full, all else with ten significant digits
/// (as_written) without zeros behind them; a NaN becomes an empty field, infinities inf and -inf. The file
/// appears whole or not at all. Throws InputError if the file exists and may not be overwritten or cannot be
/// written, and std::invalid_argument if a row has not one cell a column.
void write_csv(const std::filesystem::path& path, const Table& table, bool overwrite);

/// Writes tables as JSON: {"objects": {"columns": {"volume_um3": {"unit": "µm³", "description": "…"}, …},
/// "rows": [{"volume_um3": 0.1, …}, …]}, …}; what is not a finite number is null. Otherwise as write_csv.
void write_json(const std::filesystem::path& path, std::span<const Table> tables, bool overwrite);

}  // namespace cytomo
