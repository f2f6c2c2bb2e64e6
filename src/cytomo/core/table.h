// Tables of results: columns with name, unit and values.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace cytomo {

using TableCell = std::variant<std::int64_t, double, std::string>;

/// A column. `name` carries the unit as suffix (volume_um3); `unit` is for people ("µm³").
struct TableColumn {
    std::string name;
    std::string unit;         ///< empty: a pure number or text
    std::string description;  ///< one line, for data dictionaries and reports
};

/// Rows of cells; every row has one cell a column. A double NaN means: not defined here.
struct Table {
    std::string name;  ///< file stem, e.g. "objects"
    std::vector<TableColumn> columns;
    std::vector<std::vector<TableCell>> rows;
};

}  // namespace cytomo
