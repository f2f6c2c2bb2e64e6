#include "analyze_page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <variant>

#include "analyze_surfaces.h"
#include "cytomo/core/class_names.h"
#include "cytomo/labels/object_classes.h"
#include "cytomo/report/filopodia_pictures.h"
#include "cytomo/report/html.h"
#include "cytomo/report/rendering.h"
#include "cytomo/report/slices.h"

namespace cytomo {

namespace {

Table summary_cards(const Summary& summary) {
    Table t;
    t.name = "summary";
    t.columns = {
        {"class", "", "Name of the class."},
        {"volume_um3", "µm³", "Volume of all objects of the class together."},
        {"objects", "", "Number of separate objects."},
        {"of_the_cell", "%", "Share of the cell's volume that these objects fill."},
        {"outside_objects_um3", "µm³",
         "Volume of the class that belongs to no object, most of it in pieces too small to be one. It is "
         "part of no other number."},
    };
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

/// Tables that people read; those that are rather looked at are plots, and files. Empty ones are left out.
void add_tables(Report& report, const Analysis& a, const Legend& legend) {
    report.files_beside = true;
    for (Table& table : cell_tables(a.measures, legend)) {
        const bool for_plots = table.name == "filopodium_profiles" || table.name == "absorption_profiles" ||
                               table.name == "radial" || table.name == "positions" ||
                               table.name == "distances";
        if (!a.measures.no_intervals.empty()) drop_absent_intervals(table, a.measures.no_intervals);
        if (table.rows.empty()) continue;
        if (for_plots)
            report.other_files.emplace_back(table.name, table.rows.size());
        else
            report.tables.push_back(std::move(table));
    }
}

std::string size_text(const Grid& g) {
    char text[160];
    std::snprintf(text, sizeof text, "%lld × %lld × %lld voxels of %.3g × %.3g × %.3g nm",
                  static_cast<long long>(g.size.x), static_cast<long long>(g.size.y),
                  static_cast<long long>(g.size.z), 1000 * g.voxel_um.x, 1000 * g.voxel_um.y,
                  1000 * g.voxel_um.z);
    return text;
}

/// What can be pointed at: all objects.
std::vector<PageObject> objects_to_point_at(const Analysis& a, const Legend& legend) {
    std::vector<PageObject> out;
    for (const Object& o : a.measures.objects)
        out.push_back(
            {o.instance, legend.name_of(o.class_id), o.centroid_um, o.min_um, o.max_um, o.volume_um3});
    return out;
}

/// The cell body is in every slice: it chooses none.
std::vector<PageObject> organelles(const std::vector<PageObject>& objects) {
    std::vector<PageObject> out;
    std::copy_if(objects.begin(), objects.end(), std::back_inserter(out),
                 [](const PageObject& o) { return !is_cell_body_name(o.class_name); });
    return out;
}

/// Slices across a volume flatter than this show nothing.
constexpr int fewest_rows = 8;

/// The slices that the page shows first, as pictures.
void draw_slices(Analysis& a, const std::vector<PlaneView>& planes, const ClassVolume& shown,
                 const Tomogram& tomogram, const Legend& legend, const Progress& progress) {
    const double part = 1.0 / static_cast<double>(planes.size());
    for (std::size_t p = 0; p < planes.size(); ++p) {
        const SlicePosition& position = planes[p].slices.at(planes[p].shown).position;
        a.pictures.push_back(
            {"slice-" + name(position.plane),
             slice_picture(tomogram, &shown, legend, position, {},
                           progress.part(part * static_cast<double>(p), part * static_cast<double>(p + 1)))});
    }
}

/// Ray-traced pictures, with the names of the classes. Returns the first without them, for the page, which
/// has its own list.
Image draw_surfaces(Analysis& a, const std::vector<ColouredMesh>& meshes, bool quick,
                    const Progress& progress) {
    std::vector<RenderOptions> views(quick ? 1 : 2);
    if (quick) {
        views[0].width = 800, views[0].height = 600;
        views[0].sky_samples = 16, views[0].lamp_samples = 4;
    } else {
        views[1].view = View::top;
    }
    auto rendered = render_views(meshes, views, progress);
    const char* names[] = {"surfaces", "surfaces-top"};
    for (std::size_t v = 0; v < rendered.size(); ++v)
        a.pictures.push_back({names[v], with_legend(rendered[v], meshes)});
    return std::move(rendered.front());
}

void draw_filopodia(Analysis& a, const Tomogram& tomogram, const Legend& legend) {
    const auto* entry = legend.find_kind("filopodium");
    if (entry == nullptr || a.measures.filopodia.empty()) return;
    FilopodiaPictureOptions map;
    map.class_id = entry->id;
    map.scale_bar = tomogram.voxel_size_known;
    a.pictures.push_back(
        {"filopodia", filopodia_picture(classes_of_objects(*a.found_classes, slices_of(*a.found)),
                                        a.measures.filopodia, map)});
}

/// Pictures as files, and those of the page. `shown`: the classes as their objects have them.
void make_pictures(Analysis& a, Report& report, const ClassVolume& shown, const Tomogram& tomogram,
                   const Legend& legend, const AnalyzeOptions& options, const Progress& progress) {
    const bool quick = options.pictures == Pictures::quick;
    PlaneViewOptions planes;
    planes.per_plane = 12;
    planes.fewest_rows = fewest_rows;
    const auto chosen_by = organelles(report.objects);
    planes.objects = chosen_by;
    planes.read_objects = a.instances.read;
    report.planes = make_plane_views(tomogram, &shown, legend, planes, progress.stage("slices for the page"));
    draw_slices(a, report.planes, shown, tomogram, legend, progress.stage("drawing slices"));
    auto pieces = surface_pieces(a);
    simplify_pieces(pieces, quick ? options.page_triangles : options.picture_triangles, tomogram.grid,
                    progress.stage("surfaces for pictures"));
    report.rendering =
        draw_surfaces(a, coloured_classes(pieces, legend), quick, progress.stage("ray tracing"));
    draw_filopodia(a, tomogram, legend);
    simplify_pieces(pieces, options.page_triangles, tomogram.grid, progress.stage("surfaces for the page"));
    report.meshes = coloured_classes(pieces, legend);
}

}  // namespace

void make_page(Analysis& a, const Tomogram& tomogram, const Legend& legend, const AnalyzeOptions& options,
               const Progress& progress) {
    Report report;
    report.title = std::filesystem::path(tomogram.source).filename().string();
    report.subtitle = size_text(tomogram.grid);
    report.provenance = a.measures.summary.record;
    if (!a.measures.summary.errors.empty())
        report.provenance.emplace_back("Intervals", a.measures.summary.errors);
    report.warnings = a.warnings;
    report.summary = summary_cards(a.measures.summary);
    const auto& classes = a.measures.summary.classes;
    if (std::any_of(classes.begin(), classes.end(), [](const auto& c) { return c.outside_objects > 0; }))
        report.summary_hint =
            "Outside objects: what belongs to a class but to no object, most of it in pieces too small to be "
            "one; it is part of no other number.";
    add_tables(report, a, legend);
    report.legend = legend;
    report.objects = objects_to_point_at(a, legend);
    // Pictures show what is counted.
    const ClassVolume shown =
        classes_of_objects(*a.classes, a.instances, progress.stage("classes of objects"));
    if (options.pictures != Pictures::none)
        make_pictures(a, report, shown, tomogram, legend, options, progress);
    report.figures = analysis_figures(a, shown, tomogram, legend, progress);
    report.places = place_figures(a, legend);
    a.figures = report.figures;
    a.figures.insert(a.figures.end(), report.places.begin(), report.places.end());
    a.page = html(report, progress.stage("writing the page"));
}

}  // namespace cytomo
