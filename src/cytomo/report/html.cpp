// The page is text put together in order of what a reader wants first: numbers, warnings, pictures,
// distributions, tables, and last what the columns mean and how it was made.
#include "cytomo/report/html.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string_view>

#include "cytomo/report/assets.h"
#include "cytomo/report/html_parts.h"
#include "cytomo/report/html_text.h"

namespace cytomo {

namespace page {

bool is_text(const TableCell& cell) {
    return std::holds_alternative<std::string>(cell);
}

std::string cell_text(const TableCell& cell) {
    if (const auto* i = std::get_if<std::int64_t>(&cell)) return std::to_string(*i);
    if (const auto* d = std::get_if<double>(&cell)) return short_number(*d);
    return escaped(std::get<std::string>(cell));
}

std::string column_title(const TableColumn& column) {
    std::string title = column.name;
    std::replace(title.begin(), title.end(), '_', ' ');
    if (column.unit.empty()) return title;
    const std::string in_words = " " + column.unit;  // "mean relative grey"
    for (const std::string& suffix :
         {in_words, std::string(" per um3"), std::string(" per um2"), std::string(" per um"),
          std::string(" um3"), std::string(" um2"), std::string(" um"), std::string(" nm")})
        if (title.size() > suffix.size() && title.ends_with(suffix)) {
            title.resize(title.size() - suffix.size());
            break;
        }
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

std::string file_link(const std::string& table) {
    std::string address;  // whatever a table is called, this is a name beside the page
    for (const char c : table)
        address += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' ? c : '_';
    return "<a href=\"" + address + ".csv\">" + escaped(table) + ".csv</a>";
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

namespace {

/// A part of the page, in order; its heading stands in the list of contents too.
struct Section {
    std::string id, heading, content;
};

/// How many cards stand side by side where there is room for `most`: in rows of about the same length, none
/// of them with a single card.
std::size_t cards_in_a_row(std::size_t cards, std::size_t most) {
    if (cards <= most) return std::max<std::size_t>(cards, 1);
    const std::size_t rows = (cards + most - 1) / most, even = (cards + rows - 1) / rows;
    for (std::size_t columns = even; columns > 1; --columns)
        if (cards % columns != 1) return columns;
    return even;
}

std::string cards(const Table& summary, const Legend& legend) {
    const auto columns = [&](std::size_t most) {
        return std::to_string(cards_in_a_row(summary.rows.size(), most));
    };
    std::string out = "<div class=\"cards\" style=\"--wide:" + columns(6) + ";--middle:" + columns(4) +
                      ";--narrow:" + columns(3) + ";--slim:" + columns(2) + "\">";
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
                rest += "<div><dt title=\"" + escaped(column.description) + "\">" +
                        escaped(column_title(column)) + "</dt><dd>" + cell_text(row[c]) + unit_text(column) +
                        "</dd></div>";
            }
        }
        out += "<article class=\"card\" style=\"--colour:" + colour_of(legend, name) + "\"><h3>" +
               escaped(name) + "</h3>" + headline + (rest.empty() ? "" : "<dl>" + rest + "</dl>") +
               "</article>";
    }
    return out + "</div>\n";
}

/// A sentence below the cards, and where the rest is explained.
std::string cards_hint(const Report& report) {
    if (report.summary_hint.empty()) return "";
    return "<p class=\"hint\">" + escaped(report.summary_hint) + " <a href=\"#" +
           columns_address(report.summary) + "\">What all these numbers mean</a></p>\n";
}

std::string warnings_box(const std::vector<std::string>& warnings) {
    std::string out = "<aside class=\"warnings\"><h2>Please note</h2><ul>";
    for (const auto& w : warnings) out += "<li>" + escaped(w) + "</li>";
    return out + "</ul></aside>\n";
}

std::string figures_part(const std::vector<Figure>& figures, const std::string& hint, bool files_beside) {
    std::string out = hint.empty() ? "" : "<p class=\"hint\">" + escaped(hint) + "</p>";
    out += "<div class=\"figures\">";
    for (const auto& f : figures) {
        out += "<figure><h3>" + escaped(f.title) + "</h3>" + f.svg + "<figcaption>" + escaped(f.caption);
        if (files_beside && !f.table.empty()) out += " Values: " + file_link(f.table) + ".";
        out += "</figcaption></figure>\n";
    }
    return out + "</div>";
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

bool has_surfaces(const Report& report) {
    return std::any_of(report.meshes.begin(), report.meshes.end(),
                       [](const auto& m) { return !m.mesh.empty(); });
}

std::vector<Section> sections_of(const Report& report, const Progress& progress) {
    std::vector<Section> out;
    if (!report.summary.rows.empty())
        out.push_back({"numbers", "At a glance", cards(report.summary, report.legend) + cards_hint(report)});
    if (!report.rendering.empty())
        out.push_back({"picture", "Picture",
                       "<img class=\"rendering\" alt=\"Picture of the surfaces\" src=\"" +
                           png_source(png_bytes(report.rendering)) + "\">" + legend_list(report.legend)});
    if (has_surfaces(report))
        out.push_back({"view", "3D view", viewer_part(report.meshes, !report.objects.empty(), progress)});
    if (!report.planes.empty())
        out.push_back({"slices", escaped(report.planes_heading), slices_part(report, progress)});
    if (!report.figures.empty())
        out.push_back({"distributions", escaped(report.figures_heading),
                       figures_part(report.figures, report.figures_hint, report.files_beside)});
    if (!report.places.empty())
        out.push_back({"places", "Places", figures_part(report.places, "", report.files_beside)});
    if (!report.tables.empty()) out.push_back({"tables", "Tables", tables_part(report)});
    if (auto glossary = glossary_part(report); !glossary.empty())
        out.push_back({"glossary", "What the columns mean", std::move(glossary)});
    if (!report.provenance.empty())
        out.push_back({"provenance", "How this was made", provenance_part(report)});
    return out;
}

std::string contents(const std::vector<Section>& sections) {
    std::string out = "<nav class=\"contents\" aria-label=\"Contents\">";
    for (const auto& s : sections) out += "<a href=\"#" + s.id + "\">" + s.heading + "</a>";
    return out + "</nav>\n";
}

}  // namespace

}  // namespace page

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
    out += "</header>\n";
    const auto sections = page::sections_of(report, progress);
    if (sections.size() > 2) out += page::contents(sections);
    out += "<main>\n";
    if (!report.warnings.empty()) out += page::warnings_box(report.warnings);
    for (const auto& s : sections)
        out += "<section id=\"" + s.id + "\"><h2>" + s.heading + "</h2>\n" + s.content + "</section>\n";
    out += "</main>\n" + page::objects_part(report);
    const auto script = [](std::string_view text) {
        return "<script>\n" + std::string(text) + "</script>\n";
    };
    out += script(assets::objects_js) + script(assets::page_js);
    if (page::has_surfaces(report)) out += script(assets::viewer_parts_js) + script(assets::viewer_js);
    return out + "</body>\n</html>\n";
}

}  // namespace cytomo
