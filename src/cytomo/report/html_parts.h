// The parts that html() puts together (private to the folder).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cytomo/report/html.h"

namespace cytomo::page {

/// "volume_um3" with the unit µm³ → "volume", "mean_relative_grey" with the unit relative grey → "mean": the
/// unit stands beside it.
std::string column_title(const TableColumn& column);
/// " <span …>µm³</span>", or nothing.
std::string unit_text(const TableColumn& column);
/// As people read it, escaped.
std::string cell_text(const TableCell& cell);
bool is_text(const TableCell& cell);
/// The colour of the class of that name, or a calm grey.
std::string colour_of(const Legend& legend, const std::string& name);
/// A list of all classes with their colours.
std::string legend_list(const Legend& legend);
std::string png_source(const std::vector<std::uint8_t>& png);
/// A link to the file of a table, which lies beside the page.
std::string file_link(const std::string& table);

/// Slices with slider, switches and legend.
std::string slices_part(const Report& report, const Progress& progress);
/// The 3D view and its surfaces.
std::string viewer_part(const std::vector<ColouredMesh>& meshes, bool objects, const Progress& progress);
/// What the programs in the page know of objects, and where they show it; nothing without objects.
std::string objects_part(const Report& report);
/// All tables, after a list of them.
std::string tables_part(const Report& report);
/// Where on the page it says what the columns of a table mean: what comes behind # in a link.
std::string columns_address(const Table& table);
/// What the columns mean, table by table; nothing if no column has a description.
std::string glossary_part(const Report& report);

}  // namespace cytomo::page
