#include "analyze_page.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <mutex>
#include <numeric>
#include <variant>

#include "cytomo/core/parallel.h"
#include "cytomo/labels/object_classes.h"
#include "cytomo/report/filopodia_pictures.h"
#include "cytomo/report/html.h"
#include "cytomo/report/rendering.h"
#include "cytomo/report/slices.h"
#include "cytomo/surfaces/simplify.h"

namespace cytomo {

namespace {

/// Part of the surface of a class: some of its objects.
struct Piece {
    std::uint8_t class_id = 0;
    Mesh mesh;
};

/// All that is shown. The body's outline stands for the cytoplasm, whose own surface also has a hole for each
/// organelle. Objects are joined to pieces large enough to share out a number of triangles, small enough to
/// work on side by side.
std::vector<Piece> pieces_of(const Analysis& a) {
    constexpr std::size_t enough = 100'000;
    std::vector<Piece> out;
    if (!a.body.empty()) out.push_back({a.body_class, a.body});
    bool open = false;
    for (std::size_t n = 1; n < a.measures.object_surfaces.size(); ++n) {
        const auto c = a.instances.class_of[n];
        if (a.measures.object_surfaces[n].empty() || (c == a.body_class && !a.body.empty())) continue;
        if (!open || out.back().class_id != c || out.back().mesh.triangles.size() >= enough)
            out.push_back({c, {}});
        open = true;
        append(out.back().mesh, a.measures.object_surfaces[n]);
    }
    return out;
}

/// At most `most` triangles in all; every piece keeps its share, but small classes are not ground down to
/// nothing.
void simplify_pieces(std::vector<Piece>& pieces, std::int64_t most, const Grid& border,
                     const Progress& progress) {
    std::map<std::uint8_t, double> of_class;
    double total = 0;
    for (const Piece& p : pieces) {
        of_class[p.class_id] += static_cast<double>(p.mesh.triangles.size());
        total += static_cast<double>(p.mesh.triangles.size());
    }
    if (total <= static_cast<double>(most)) return;
    std::vector<std::size_t> order(pieces.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t k) {
        return pieces[i].mesh.triangles.size() > pieces[k].mesh.triangles.size();
    });
    double done = 0;
    std::mutex mutex;
    parallel_for(static_cast<std::int64_t>(order.size()), [&](std::int64_t i) {
        Piece& piece = pieces[order[static_cast<std::size_t>(i)]];
        const auto triangles = static_cast<double>(piece.mesh.triangles.size());
        const double kept = std::max(static_cast<double>(most) / total, 2000 / of_class.at(piece.class_id));
        SimplifyOptions simple;
        simple.target_triangles = static_cast<std::int64_t>(kept * triangles) + 4;
        simple.border = border;
        simple.mend_crossings = false;
        if (kept < 1) piece.mesh = simplify(piece.mesh, simple);
        const std::lock_guard lock(mutex);
        done += triangles;
        progress(done / total);
    });
}

/// One surface a class, in its colour.
std::vector<ColouredMesh> coloured_classes(const std::vector<Piece>& pieces, const Legend& legend) {
    std::vector<ColouredMesh> out;
    for (std::size_t i = 0; i < pieces.size();) {
        const auto c = pieces[i].class_id;
        Mesh mesh;
        for (; i < pieces.size() && pieces[i].class_id == c; ++i) append(mesh, pieces[i].mesh);
        const LegendEntry unknown{c, legend.name_of(c), {170, 170, 170}};
        const auto* entry = legend.find(c);
        out.push_back(coloured(std::move(mesh), entry != nullptr ? *entry : unknown));
    }
    make_visible(out);
    return out;
}

Table summary_cards(const Summary& summary) {
    Table t;
    t.name = "summary";
    t.columns = {{"class", "", "Class"},
                 {"volume_um3", "µm³", "Volume of all its objects"},
                 {"objects", "", "Number of separate objects"},
                 {"of_the_cell", "%", "Share of all objects in the cell's volume"},
                 {"outside_objects_um3", "µm³",
                  "Volume of what belongs to no object, most of it pieces too small to be one: in none of the other "
                  "numbers"}};
    for (const auto& c : summary.classes) {
        if (c.voxels + c.outside_objects == 0) continue;
        t.rows.push_back({c.name, c.volume_um3, c.objects, 100 * c.fraction_of_cell,
                          c.outside_objects > 0 ? c.outside_objects_um3 : not_defined});
    }
    return t;
}

/// Columns of intervals that nobody knows: a warning on the page says why, they would only stand in the way.
void drop_absent_intervals(Table& table, const std::string& why) {
    for (std::size_t c = table.columns.size(); c-- > 0;) {
        const bool empty = std::all_of(table.rows.begin(), table.rows.end(), [c](const auto& row) {
            const double* value = std::get_if<double>(&row[c]);
            return value != nullptr && std::isnan(*value);
        });
        if (!empty || table.columns[c].description.find(why) == std::string::npos) continue;
        const auto at = static_cast<std::ptrdiff_t>(c);
        table.columns.erase(table.columns.begin() + at);
        for (auto& row : table.rows) row.erase(row.begin() + at);
    }
}

/// Tables that people read; those for plotting programs are files only. Empty ones are left out.
std::vector<Table> tables_to_read(const Analysis& a, const Legend& legend) {
    std::vector<Table> shown;
    for (Table& table : cell_tables(a.measures, legend)) {
        const bool for_plots = table.name == "filopodium_profiles" || table.name == "absorption_profiles" ||
                               table.name == "radial" || table.name == "positions" ||
                               table.name == "distances";
        if (!a.measures.no_intervals.empty()) drop_absent_intervals(table, a.measures.no_intervals);
        if (!for_plots && !table.rows.empty()) shown.push_back(std::move(table));
    }
    return shown;
}

std::string size_text(const Grid& g) {
    char text[160];
    std::snprintf(text, sizeof text, "%lld × %lld × %lld voxels of %.3g × %.3g × %.3g nm",
                  static_cast<long long>(g.size.x), static_cast<long long>(g.size.y),
                  static_cast<long long>(g.size.z), 1000 * g.voxel_um.x, 1000 * g.voxel_um.y,
                  1000 * g.voxel_um.z);
    return text;
}

}  // namespace

void make_pictures_and_page(Analysis& a, const Tomogram& tomogram, const Legend& legend,
                            const AnalyzeOptions& options, const Progress& progress) {
    // Pictures show what is counted.
    const ClassVolume shown = classes_of_objects(*a.classes, a.instances, progress.stage("classes of objects"));
    const auto slices = richest_slices(shown);
    const double part = 1.0 / static_cast<double>(slices.size());
    for (std::size_t s = 0; s < slices.size(); ++s)
        a.pictures.push_back(
            {"slice-" + name(slices[s].plane),
             slice_picture(tomogram, &shown, legend, slices[s], {},
                           progress.stage("drawing slices")
                               .part(part * static_cast<double>(s), part * static_cast<double>(s + 1)))});
    auto pieces = pieces_of(a);
    simplify_pieces(pieces, options.picture_triangles, tomogram.grid,
                    progress.stage("surfaces for pictures"));
    const auto meshes = coloured_classes(pieces, legend);
    std::array<RenderOptions, 2> views;
    views[1].view = View::top;
    const std::vector<Image> rendered = render_views(meshes, views, progress.stage("ray tracing"));
    a.pictures.push_back({"surfaces", rendered[0]});
    a.pictures.push_back({"surfaces-top", rendered[1]});

    if (const auto* entry = legend.find_kind("filopodium");
        entry != nullptr && !a.measures.filopodia.empty()) {
        FilopodiaPictureOptions map;
        map.class_id = entry->id;
        map.scale_bar = tomogram.voxel_size_known;
        a.pictures.push_back({"filopodia", filopodia_picture(classes_of_objects(*a.found_classes, slices_of(*a.found)),
                                                            a.measures.filopodia, map)});
    }

    Report report;
    report.title = std::filesystem::path(tomogram.source).filename().string();
    report.subtitle = size_text(tomogram.grid);
    report.provenance = a.measures.summary.record;
    if (!a.measures.summary.errors.empty())
        report.provenance.emplace_back("Intervals", a.measures.summary.errors);
    report.warnings = a.warnings;
    report.summary = summary_cards(a.measures.summary);
    report.tables = tables_to_read(a, legend);
    report.planes =
        make_plane_views(tomogram, &shown, legend, 5, 700, progress.stage("slices for the page"));
    report.rendering = rendered[0];
    simplify_pieces(pieces, options.page_triangles, tomogram.grid, progress.stage("surfaces for the page"));
    report.meshes = coloured_classes(pieces, legend);
    a.figures = analysis_figures(a, shown, tomogram, legend, progress);
    report.figures = a.figures;
    report.legend = legend;
    a.page = html(report, progress.stage("writing the page"));
}

}  // namespace cytomo
