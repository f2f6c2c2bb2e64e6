// The page is text put together in order of what a reader wants first: numbers, warnings, pictures,
// distributions, tables, and last what the columns mean and how it was made.
#include "cytomo/report/html.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "cytomo/core/slice_text.h"
#include "cytomo/report/assets.h"
#include "cytomo/report/drawing.h"
#include "cytomo/report/html_text.h"
#include "cytomo/report/packed_mesh.h"

namespace cytomo {

namespace {

std::string number_text(double v) {
    return short_number(v);
}

std::string cell_text(const TableCell& cell) {
    if (const auto* i = std::get_if<std::int64_t>(&cell)) return std::to_string(*i);
    if (const auto* d = std::get_if<double>(&cell)) return number_text(*d);
    return escaped(std::get<std::string>(cell));
}

bool is_text(const TableCell& cell) {
    return std::holds_alternative<std::string>(cell);
}

/// "volume_um3" with the unit µm³ → "volume": the unit stands beside it.
std::string column_title(const TableColumn& column) {
    std::string title = column.name;
    for (const char* suffix : {"_per_um3", "_per_um2", "_per_um", "_um3", "_um2", "_um", "_nm"})
        if (!column.unit.empty() && title.size() > std::string(suffix).size() && title.ends_with(suffix)) {
            title.resize(title.size() - std::string(suffix).size());
            break;
        }
    std::replace(title.begin(), title.end(), '_', ' ');
    return title;
}

std::string unit_text(const TableColumn& column) {
    return column.unit.empty() ? "" : " <span class=\"unit\">" + escaped(column.unit) + "</span>";
}

std::string png_source(const std::vector<std::uint8_t>& png) {
    return "data:image/png;base64," + base64(png);
}

std::string colour_of(const Legend& legend, const std::string& name) {
    const auto* entry = legend.find(name);
    return entry == nullptr ? "#8a94a0" : css_colour(entry->colour[0], entry->colour[1], entry->colour[2]);
}

std::string section(const std::string& id, const std::string& heading, const std::string& content) {
    return "<section id=\"" + id + "\"><h2>" + heading + "</h2>\n" + content + "</section>\n";
}

std::string cards(const Table& summary, const Legend& legend) {
    std::string out = "<div class=\"cards\">";
    for (const auto& row : summary.rows) {
        std::string name, headline, rest;
        for (std::size_t c = 0; c < row.size() && c < summary.columns.size(); ++c) {
            const auto& column = summary.columns[c];
            if (is_text(row[c]) && name.empty()) {
                name = std::get<std::string>(row[c]);
            } else if (!is_text(row[c]) && headline.empty()) {
                headline = "<p class=\"headline\">" + cell_text(row[c]) + " <span class=\"unit\">" +
                           escaped(column.unit.empty() ? column_title(column) : column.unit) + "</span></p>";
            } else {
                const auto* d = std::get_if<double>(&row[c]);
                if (d != nullptr && std::isnan(*d)) continue;  // not defined for this row
                rest += "<dt title=\"" + escaped(column.description) + "\">" + escaped(column_title(column)) +
                        "</dt><dd>" + cell_text(row[c]) + unit_text(column) + "</dd>";
            }
        }
        out += "<article class=\"card\" style=\"--colour:" + colour_of(legend, name) + "\"><h3>" +
               escaped(name) + "</h3>" + headline + (rest.empty() ? "" : "<dl>" + rest + "</dl>") +
               "</article>";
    }
    return out + "</div>\n";
}

std::string warnings_box(const std::vector<std::string>& warnings) {
    std::string out = "<aside class=\"warnings\"><h2>Please note</h2><ul>";
    for (const auto& w : warnings) out += "<li>" + escaped(w) + "</li>";
    return out + "</ul></aside>\n";
}

std::string legend_list(const Legend& legend) {
    std::string out = "<ul class=\"legend\">";
    for (const auto& e : legend.entries)
        if (e.id != background)
            out += "<li><span class=\"patch\" style=\"background:" +
                   css_colour(e.colour[0], e.colour[1], e.colour[2]) + "\"></span>" + escaped(e.name) +
                   "</li>";
    return out + "</ul>\n";
}

/// A bar of a round length, as a part of the picture's width: it stays right at any size.
std::string scale_bar(double width_um) {
    const ScaleBar bar = choose_scale_bar(width_um, 0.3);
    if (!(bar.pixels > 0)) return "";
    return "<span class=\"scale\" style=\"width:" + short_number(100 * bar.pixels, 6) + "%\">" + bar.label +
           "</span>";
}

std::string plane_figure(const PlaneView& view) {
    std::string out = "<figure class=\"plane\">";
    for (std::size_t s = 0; s < view.slices.size(); ++s) {
        const SliceView& slice = view.slices[s];
        out += "<div class=\"slice\"" + std::string(s == view.shown ? "" : " hidden") +
               "><div class=\"stack\"><img alt=\"" + escaped(slice.caption) + "\" src=\"" +
               png_source(png_bytes(slice.grey)) + "\">";
        if (!slice.overlay.empty())
            out += "<img class=\"overlay\" alt=\"\" src=\"" + png_source(png_bytes(slice.overlay)) + "\">";
        out +=
            scale_bar(slice.width_um) + "</div><figcaption>" + escaped(slice.caption) + "</figcaption></div>";
    }
    if (view.slices.size() > 1)
        out += "<input type=\"range\" class=\"choose\" aria-label=\"slice of the " + name(view.plane) +
               " plane\" min=\"0\" max=\"" + std::to_string(view.slices.size() - 1) + "\" value=\"" +
               std::to_string(view.shown) + "\">";
    return out + "</figure>\n";
}

std::string slices_part(const Report& report) {
    std::string out;
    const bool overlays = std::any_of(report.planes.begin(), report.planes.end(), [](const PlaneView& v) {
        return std::any_of(v.slices.begin(), v.slices.end(),
                           [](const SliceView& s) { return !s.overlay.empty(); });
    });
    if (overlays)
        out +=
            "<p class=\"controls\"><label><input type=\"checkbox\" id=\"show-overlay\" checked> show "
            "classes</label> "
            "<label>opacity <input type=\"range\" id=\"overlay-opacity\" min=\"0\" max=\"1\" step=\"0.05\" "
            "value=\"1\"></label></p>" +
            legend_list(report.legend);
    out += "<div class=\"planes\">";
    for (const auto& view : report.planes)
        if (!view.slices.empty()) out += plane_figure(view);
    return out + "</div><p class=\"hint\">" + escaped(how_slices_count) + "</p>\n";
}

std::string triple(const std::array<float, 3>& v) {
    return short_number(v[0], 9) + "," + short_number(v[1], 9) + "," + short_number(v[2], 9);
}

std::string viewer_part(const std::vector<ColouredMesh>& meshes, const Progress& progress) {
    std::string out =
        "<div id=\"viewer\"><canvas tabindex=\"0\" aria-label=\"3D view of the surfaces\"></canvas>"
        "<div id=\"viewer-panel\"></div><div id=\"viewer-scale\"><span></span></div>"
        "<p id=\"viewer-message\">This part needs JavaScript.</p></div>"
        "<p class=\"hint\">Drag to turn, Shift and drag (or two fingers) to move, wheel or pinch to zoom, "
        "double click to start again. The scale bar holds in the plane of the screen at any depth.</p>\n";
    const auto light = vertex_sky_light(meshes, 64, progress);
    for (std::size_t m = 0; m < meshes.size(); ++m) {
        const auto& mesh = meshes[m];
        if (mesh.mesh.empty()) continue;
        const PackedMesh p = packed(mesh.mesh, light[m]);
        const char* look = mesh.look == Look::opaque  ? "opaque"
                           : mesh.look == Look::glass ? "glass"
                                                      : "translucent";
        out += "<script type=\"application/octet-stream\" class=\"mesh\" data-name=\"" + escaped(mesh.name) +
               "\" data-colour=\"" + std::to_string(mesh.colour[0]) + "," + std::to_string(mesh.colour[1]) +
               "," + std::to_string(mesh.colour[2]) + "\" data-look=\"" + look + "\" data-vertices=\"" +
               std::to_string(p.vertices) + "\" data-triangles=\"" + std::to_string(p.triangles) +
               "\" data-low=\"" + triple(p.low_um) + "\" data-size=\"" + triple(p.size_um) + "\">" +
               base64(p.bytes) + "</script>\n";
    }
    return out;
}

std::string figures_part(const std::vector<Figure>& figures) {
    std::string out = "<div class=\"figures\">";
    for (const auto& f : figures)
        out += "<figure><h3>" + escaped(f.title) + "</h3>" + f.svg + "<figcaption>" + escaped(f.caption) +
               "</figcaption></figure>\n";
    return out + "</div>";
}

std::string table_part(const Table& table, const Legend& legend, std::size_t most_rows) {
    const std::size_t shown = std::min(most_rows, table.rows.size());
    std::string out = "<details class=\"table\" open><summary>" + escaped(table.name) +
                      " <span class=\"unit\">" + std::to_string(table.rows.size()) +
                      (table.rows.size() == 1 ? " row" : " rows") + "</span></summary>";
    if (shown < table.rows.size())
        out += "<p class=\"hint\">The first " + std::to_string(shown) + " rows; all are in " +
               escaped(table.name) + ".csv.</p>";
    out += "<div class=\"scroll\"><table><thead><tr>";
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        const auto& column = table.columns[c];
        const bool text = !table.rows.empty() && c < table.rows[0].size() && is_text(table.rows[0][c]);
        out += "<th scope=\"col\"" + std::string(text ? " class=\"text\"" : "") + " title=\"" +
               escaped(column.description) + "\"><button type=\"button\">" + escaped(column_title(column)) +
               unit_text(column) + "</button></th>";
    }
    out += "</tr></thead><tbody>\n";
    for (std::size_t r = 0; r < shown; ++r) {
        out += "<tr>";
        for (const auto& cell : table.rows[r]) {
            if (!is_text(cell)) {
                out += "<td>" + cell_text(cell) + "</td>";
                continue;
            }
            const auto& text = std::get<std::string>(cell);
            const bool coloured_name = legend.find(text) != nullptr;
            out += "<td class=\"text\">" +
                   (coloured_name
                        ? "<span class=\"patch\" style=\"background:" + colour_of(legend, text) + "\"></span>"
                        : std::string()) +
                   escaped(text) + "</td>";
        }
        out += "</tr>\n";
    }
    return out + "</tbody></table></div></details>\n";
}

std::string glossary_part(const Report& report) {
    std::string out = "<dl class=\"glossary\">";
    std::set<std::string> seen;
    std::vector<const Table*> all{&report.summary};
    for (const auto& t : report.tables) all.push_back(&t);
    for (const Table* table : all)
        for (const auto& column : table->columns)
            if (!column.description.empty() && seen.insert(column.name + '\n' + column.description).second)
                out += "<div><dt>" + escaped(column.name) + unit_text(column) + "</dt><dd>" +
                       escaped(column.description) + "</dd></div>";
    return seen.empty() ? "" : out + "</dl>";
}

std::string provenance_part(const Report& report) {
    std::string out = "<dl class=\"provenance\">";
    for (const auto& [key, value] : report.provenance)
        out += "<dt>" + escaped(key) + "</dt><dd>" + escaped(value) + "</dd>";
    return out +
           "</dl><p class=\"hint\">A checksum is a short number made of all bytes of a file or model: where "
           "it "
           "is the same, so are they.</p>";
}

}  // namespace

std::string html(const Report& report, const Progress& progress) {
    std::string out =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>" +
        escaped(report.title) + "</title>\n<style>\n" + std::string(assets::page_css) +
        "</style>\n</head>\n<body>\n<header><p class=\"program\">cytomo</p><h1>" + escaped(report.title) +
        "</h1>";
    if (!report.subtitle.empty()) out += "<p class=\"subtitle\">" + escaped(report.subtitle) + "</p>";
    out += "</header>\n<main>\n";
    if (!report.warnings.empty()) out += warnings_box(report.warnings);
    if (!report.summary.rows.empty())
        out += section("numbers", "At a glance", cards(report.summary, report.legend));
    if (!report.rendering.empty())
        out += section("picture", "The cell",
                       "<img class=\"rendering\" alt=\"Picture of the surfaces\" src=\"" +
                           png_source(png_bytes(report.rendering)) + "\">" + legend_list(report.legend));
    const bool surfaces = std::any_of(report.meshes.begin(), report.meshes.end(),
                                      [](const auto& m) { return !m.mesh.empty(); });
    if (surfaces) out += section("view", "Turn it", viewer_part(report.meshes, progress));
    if (!report.planes.empty()) out += section("slices", escaped(report.planes_heading), slices_part(report));
    if (!report.figures.empty())
        out += section("distributions", escaped(report.figures_heading), figures_part(report.figures));
    if (!report.tables.empty()) {
        std::string tables;
        for (const auto& table : report.tables) tables += table_part(table, report.legend, report.most_rows);
        out += section("tables", "Tables", tables);
    }
    if (const auto glossary = glossary_part(report); !glossary.empty())
        out += section("glossary", "What the columns mean", glossary);
    if (!report.provenance.empty())
        out += section("provenance", "How this was made", provenance_part(report));
    out += "</main>\n<script>\n" + std::string(assets::page_js) + "</script>\n";
    if (surfaces) out += "<script>\n" + std::string(assets::viewer_js) + "</script>\n";
    return out + "</body>\n</html>\n";
}

}  // namespace cytomo
