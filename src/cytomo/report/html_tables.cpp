// Tables of the page, and what their columns mean.
#include <algorithm>
#include <cctype>
#include <set>

#include "cytomo/report/html_parts.h"
#include "cytomo/report/html_text.h"

namespace cytomo::page {

namespace {

std::string plural(std::size_t n, const char* one, const char* many) {
    return std::to_string(n) + (n == 1 ? one : many);
}

/// For addresses within the page: letters, digits and hyphens.
std::string address(const std::string& prefix, const std::string& name) {
    std::string out = prefix;
    for (const char c : name) out += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '-';
    return out;
}

/// Columns that hold numbers of objects.
bool names_object(const TableColumn& column) {
    static const std::set<std::string> names{"object", "object_a", "object_b", "nearest_object",
                                             "filopodium"};
    return names.contains(column.name);
}

/// Numbers of objects become links to their row in the table of objects.
class ObjectLinks {
public:
    explicit ObjectLinks(const std::vector<PageObject>& objects) {
        for (const auto& o : objects) known_.insert(o.number);
    }
    bool any() const { return !known_.empty(); }
    /// The object that a cell names, or 0.
    std::int64_t in(const TableColumn& column, const TableCell& cell) const {
        const auto* number = std::get_if<std::int64_t>(&cell);
        return number != nullptr && names_object(column) && known_.contains(*number) ? *number : 0;
    }

private:
    std::set<std::int64_t> known_;
};

std::string row_part(const Table& table, const std::vector<TableCell>& row, const Legend& legend,
                     const ObjectLinks& links) {
    std::int64_t object = 0;
    std::string cells;
    for (std::size_t c = 0; c < row.size(); ++c) {
        if (!is_text(row[c])) {
            const auto number = c < table.columns.size() ? links.in(table.columns[c], row[c]) : 0;
            if (object == 0) object = number;
            cells += "<td>" +
                     (number > 0
                          ? "<a href=\"#object-" + std::to_string(number) + "\">" + cell_text(row[c]) + "</a>"
                          : cell_text(row[c])) +
                     "</td>";
            continue;
        }
        const auto& text = std::get<std::string>(row[c]);
        cells += "<td class=\"text\">" +
                 (legend.find(text) != nullptr
                      ? "<span class=\"patch\" style=\"background:" + colour_of(legend, text) + "\"></span>"
                      : std::string()) +
                 escaped(text) + "</td>";
    }
    if (object == 0) return "<tr>" + cells + "</tr>\n";
    const std::string number = std::to_string(object);
    return "<tr" + (table.name == "objects" ? " id=\"object-" + number + "\"" : std::string()) +
           " data-object=\"" + number + "\">" + cells + "</tr>\n";
}

std::string table_part(const Report& report, const Table& table, const ObjectLinks& links, bool open) {
    const std::size_t shown = std::min(report.most_rows, table.rows.size());
    std::string out = "<details class=\"table\" id=\"" + address("table-", table.name) + "\"" +
                      (open ? " open" : "") + "><summary>" + escaped(table.name) + " <span class=\"unit\">" +
                      plural(table.rows.size(), " row", " rows") + "</span></summary><p class=\"hint\">";
    const std::string file = report.files_beside ? file_link(table.name) : escaped(table.name) + ".csv";
    if (shown < table.rows.size())
        out += "The first " + std::to_string(shown) + " rows; all are in " + file + ". ";
    out += "A click on a heading sorts. ";
    if (report.files_beside && shown == table.rows.size()) out += "As a file: " + file + ". ";
    out += "<a href=\"#" + columns_address(table) +
           "\">What the columns mean</a></p><div class=\"scroll\"><table data-name=\"" + escaped(table.name) +
           "\"><thead><tr>";
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        const auto& column = table.columns[c];
        const bool text = !table.rows.empty() && c < table.rows[0].size() && is_text(table.rows[0][c]);
        out += "<th scope=\"col\"" + std::string(text ? " class=\"text\"" : "") + " data-name=\"" +
               escaped(column.name) + "\" title=\"" + escaped(column.description) +
               "\"><button type=\"button\">" + escaped(column_title(column)) + unit_text(column) +
               "</button></th>";
    }
    out += "</tr></thead><tbody>\n";
    for (std::size_t r = 0; r < shown; ++r) out += row_part(table, table.rows[r], report.legend, links);
    return out + "</tbody></table></div></details>\n";
}

std::string columns_part(const Table& table, const std::string& heading) {
    std::string out;
    for (const auto& column : table.columns) {
        if (column.description.empty()) continue;
        const std::string title = column_title(column);
        out += "<div><dt>" + escaped(title) + unit_text(column) +
               (title == column.name ? "" : " <code>" + escaped(column.name) + "</code>") + "</dt><dd>" +
               escaped(column.description) + "</dd></div>";
    }
    if (out.empty()) return "";
    return "<details class=\"columns\" id=\"" + columns_address(table) + "\"><summary>" + escaped(heading) +
           " <span class=\"unit\">" + plural(table.columns.size(), " column", " columns") +
           "</span></summary><dl class=\"glossary\">" + out + "</dl></details>\n";
}

}  // namespace

std::string columns_address(const Table& table) {
    return address("columns-", table.name);
}

std::string tables_part(const Report& report) {
    const ObjectLinks links(report.objects);
    std::string out;
    if (report.tables.size() > 1) {
        out = "<ul class=\"list-of-tables\">";
        for (const auto& table : report.tables)
            out += "<li><a href=\"#" + address("table-", table.name) + "\">" + escaped(table.name) +
                   "</a> <span class=\"unit\">" + std::to_string(table.rows.size()) + "</span></li>";
        out += "</ul>\n";
    }
    if (report.files_beside && !report.other_files.empty()) {
        out += "<p class=\"hint\">Files beside this page, shown as plots: ";
        for (const auto& file : report.other_files)
            out += (&file == &report.other_files.front() ? "" : ", ") + file_link(file.first) +
                   " <span class=\"unit\">" + plural(file.second, " row", " rows") + "</span>";
        out += ".</p>\n";
    }
    if (links.any() && (!report.planes.empty() || !report.meshes.empty()))
        out +=
            "<p class=\"hint\">A click on a row shows its object in the pictures above; the number of an "
            "object is a "
            "link to it.</p>\n";
    for (const auto& table : report.tables)
        out += table_part(report, table, links, &table == &report.tables.front());
    return out;
}

std::string glossary_part(const Report& report) {
    std::string out = columns_part(report.summary, "At a glance");
    for (const auto& table : report.tables) out += columns_part(table, table.name);
    return out;
}

}  // namespace cytomo::page
