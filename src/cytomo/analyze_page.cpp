#include "analyze_page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>

#include "cytomo/report/figures.h"
#include "cytomo/report/html.h"
#include "cytomo/report/rendering.h"
#include "cytomo/report/slices.h"
#include "cytomo/surfaces/simplify.h"

namespace cytomo {

namespace {

/// The classes' surfaces in their colours, with at most `most` triangles in all; every surface keeps its
/// share, but small ones are not ground down to nothing.
std::vector<ColouredMesh> coloured_surfaces(const Analysis& a, const Legend& legend, std::int64_t most,
                                            const Grid& border, const Progress& progress) {
    // The body's outline stands for the cytoplasm, whose own surface also has a hole for each organelle.
    std::vector<ClassSurface> shown;
    if (!a.body.empty()) shown.push_back({cytoplasm, a.body});
    for (const auto& s : a.surfaces)
        if (a.body.empty() || s.class_id != cytoplasm) shown.push_back(s);
    std::int64_t total = 0;
    for (const auto& s : shown) total += static_cast<std::int64_t>(s.mesh.triangles.size());
    const double share =
        std::min(1.0, static_cast<double>(most) / static_cast<double>(std::max<std::int64_t>(1, total)));
    std::vector<ColouredMesh> out;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        progress(static_cast<double>(i) / static_cast<double>(shown.size()));
        const auto& s = shown[i];
        const LegendEntry unknown{s.class_id, legend.name_of(s.class_id), {170, 170, 170}};
        const auto* entry = legend.find(s.class_id);
        const auto triangles = static_cast<double>(s.mesh.triangles.size());
        if (share < 1) {
            SimplifyOptions simple;
            simple.target_triangles =
                std::max<std::int64_t>(2000, static_cast<std::int64_t>(share * triangles));
            simple.border = border;
            out.push_back(coloured(simplify(s.mesh, simple), entry != nullptr ? *entry : unknown));
        } else {
            out.push_back(coloured(s.mesh, entry != nullptr ? *entry : unknown));
        }
    }
    make_visible(out);
    return out;
}

Table summary_cards(const Summary& summary) {
    Table t;
    t.name = "summary";
    t.columns = {{"class", "", "Class"},
                 {"volume_um3", "µm³", "Volume of all its voxels"},
                 {"objects", "", "Number of separate objects"},
                 {"fraction_of_cell_percent", "%", "Share of the cell's volume"}};
    for (const auto& c : summary.classes) {
        if (c.voxels == 0) continue;
        t.rows.push_back({c.name, c.volume_um3, c.objects, 100 * c.fraction_of_cell});
    }
    return t;
}

std::vector<Figure> make_figures(const Analysis& a, const Tomogram& tomogram, const Legend& legend,
                                 const Progress& progress) {
    std::vector<NamedValues> volumes, diameters, greys;
    for (const auto& entry : legend.entries) {
        if (entry.id < 3) continue;
        NamedValues volume{entry.name, entry.colour, {}}, diameter = volume, grey = volume;
        for (const auto& object : a.objects)
            if (object.class_id == entry.id) {
                volume.values.push_back(object.volume_um3);
                diameter.values.push_back(object.equivalent_diameter_um);
                grey.values.push_back(object.mean_grey);
            }
        volumes.push_back(volume);
        diameters.push_back(diameter);
        greys.push_back(grey);
    }
    std::vector<Figure> out;
    const auto any = [](const std::vector<NamedValues>& groups) {
        return std::any_of(groups.begin(), groups.end(), [](const auto& g) { return !g.values.empty(); });
    };
    if (any(volumes)) {
        out.push_back(strip_figure("Volumes of objects", "Volume", "µm³", volumes));
        out.push_back(strip_figure("Equivalent diameters", "Diameter", "µm", diameters));
    }
    std::vector<NamedValues> lengths{{"length", {186, 120, 190}, {}}},
        radii{{"mean radius", {186, 120, 190}, {}}};
    for (const auto& f : a.filopodia) {
        lengths[0].values.push_back(f.length_um);
        radii[0].values.push_back(f.mean_radius_um);
    }
    if (!a.filopodia.empty()) {
        out.push_back(strip_figure("Lengths of filopodia", "Length", "µm", lengths));
        out.push_back(strip_figure("Radii of filopodia", "Mean radius", "µm", radii));
    }
    const auto histograms = sample_grey_values(tomogram, a.classes, legend, progress.stage("grey values"));
    if (!histograms.empty())
        out.push_back(grey_figure(histograms, tomogram.calibrated ? "Linear absorption coefficient (1/µm)"
                                                                  : "Grey value (as stored)"));
    return out;
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
    for (const auto& position : richest_slices(a.classes))
        a.pictures.push_back(
            {"slice-" + name(position.plane),
             slice_picture(tomogram, &a.classes, legend, position, {}, progress.stage("drawing slices"))});
    const auto meshes = coloured_surfaces(a, legend, options.picture_triangles, tomogram.grid,
                                          progress.stage("surfaces for pictures"));
    RenderOptions render;
    const Image three_quarter = render_surfaces(meshes, render, progress.stage("ray tracing"));
    a.pictures.push_back({"surfaces", three_quarter});
    render.view = View::top;
    a.pictures.push_back(
        {"surfaces-top", render_surfaces(meshes, render, progress.stage("ray tracing from above"))});

    Report report;
    report.title = std::filesystem::path(tomogram.source).filename().string();
    report.subtitle = size_text(tomogram.grid);
    report.provenance = options.record;
    report.warnings = a.warnings;
    report.summary = summary_cards(a.summary);
    report.tables.push_back(objects_table(a.objects, legend));
    if (!a.filopodia.empty()) report.tables.push_back(filopodia_table(a.filopodia));
    report.planes =
        make_plane_views(tomogram, &a.classes, legend, 5, 700, progress.stage("slices for the page"));
    report.rendering = three_quarter;
    report.meshes = coloured_surfaces(a, legend, options.page_triangles, tomogram.grid,
                                      progress.stage("surfaces for the page"));
    report.figures = make_figures(a, tomogram, legend, progress);
    report.legend = legend;
    a.page = html(report, progress.stage("writing the page"));
}

}  // namespace cytomo
