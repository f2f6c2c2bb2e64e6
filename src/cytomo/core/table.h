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
    std::string unit;  ///< empty: a pure number or text
    /// For data dictionaries and reports: one or two whole sentences, for biologists who know no image
    /// analysis.
    std::string description;
};

/// The columns that say which object a row is of, alike in all tables.
inline TableColumn object_column() {
    return {"object", "",
            "Number of the object. It is the same in all tables, in the pictures and in instances.tif."};
}
inline TableColumn class_id_column() {
    return {"class_id", "", "Number that stands for the class in classes.tif."};
}
inline TableColumn class_column() {
    return {"class", "", "Name of the class, for example mitochondrion."};
}

/// Rows of cells; every row has one cell a column. A double NaN means: not defined here.
struct Table {
    std::string name;  ///< file stem, e.g. "objects"
    std::vector<TableColumn> columns;
    std::vector<std::vector<TableCell>> rows;
};

}  // namespace cytomo
