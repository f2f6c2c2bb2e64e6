#include "result_files.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "cytomo/io/mesh_io.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/report/curves.h"
#include "cytomo/report/html_text.h"
#include "instance_files.h"
#include "measure_options.h"
#include "result_errors.h"

namespace cytomo::commands {

namespace {

namespace fs = std::filesystem;

/// What the outline of the cell body is called: none of the classes is.
std::string outline_name(const Legend& legend) {
    std::set<std::string> taken;
    for (const auto& entry : legend.entries) taken.insert(file_name_of_class(legend, entry.id));
    std::string name = taken.contains("cell-body") ? "cell-outline" : "cell-body";
    while (taken.contains(name)) name += "-of-all";
    return name;
}

void write_surfaces(const fs::path& folder, const Analysis& a, const SurfaceFiles& files,
                    const Legend& legend) {
    fs::create_directory(folder);
    const auto look = [&](std::uint8_t id, const std::string& name) {
        MeshLook l;
        l.name = name;
        if (const auto* entry = legend.find(id)) l.colour = entry->colour;
        return l;
    };
    for (const auto& s : a.surfaces) {
        const std::string name = file_name_of_class(legend, s.class_id);
        write_mesh(folder / (name + "." + files.format), s.mesh, false, look(s.class_id, name));
    }
    if (!a.body.empty()) {
        const std::string name = outline_name(legend);
        write_mesh(folder / (name + "." + files.format), a.body, false, look(a.body_class, name));
    }
    if (!files.per_instance) return;
    fs::create_directory(folder / "instances");
    for (std::size_t n = 1; n < a.measures.object_surfaces.size(); ++n) {
        if (a.measures.object_surfaces[n].empty()) continue;
        const auto id = a.instances.class_of[n];
        const std::string name = file_name_of_class(legend, id) + "-" + std::to_string(n);
        write_mesh(folder / "instances" / (name + "." + files.format), a.measures.object_surfaces[n], false,
                   look(id, name));
    }
}

}  // namespace

Pictures pictures_named(const std::string& name) {
    return name == "none" ? Pictures::none : name == "quick" ? Pictures::quick : Pictures::full;
}

void SurfaceFiles::declare(CLI::App& app) {
    app.add_option("--format", format, "Surface files")
        ->check(CLI::IsMember({"ply", "stl", "obj", "glb", "vtp"}))
        ->capture_default_str();
    app.add_flag("--per-instance", per_instance, "Write the surface of every object too");
}

void write_result(const fs::path& folder, const Analysis& a, const SurfaceFiles& surfaces,
                  const Legend& legend, const KnownErrors& errors, const StageTimes& times,
                  const Progress& progress) {
    progress(0);
    write_classes(folder / "classes.tif", *a.classes, legend, false);
    write_result_errors(folder, "classes.tif", errors);
    write_instances(folder / "instances.tif", a.instances, progress.part(0.2, 0.6));
    write_surfaces(folder / "surfaces", a, surfaces, legend);
    write_measures(folder, a.measures, legend);
    progress(0.8);
    if (!a.pictures.empty() || !a.figures.empty()) fs::create_directory(folder / "pictures");
    for (const auto& picture : a.pictures)
        write_png(folder / "pictures" / (picture.name + ".png"), picture.image);
    if (!a.figures.empty()) write_text(folder / "pictures" / "plots.svg", svg_file(a.figures));
    write_text(folder / "report.html", a.page);
    Summary summary = a.measures.summary;
    summary.stage_seconds = times.seconds();
    write_text(folder / "summary.json", summary_json(summary));
    progress(1);
}

void say_result(const Analysis& analysis, const std::vector<std::string>& said, const Common& common) {
    for (const std::string& note : analysis.warnings)
        if (std::find(said.begin(), said.end(), note) == said.end()) common.say("note: " + note);
    for (const auto& c : analysis.measures.summary.classes)
        if (c.voxels + c.outside_objects > 0) {
            char line[200];  // with the digits of the page's cards
            std::snprintf(
                line, sizeof line, "%-16s %6lld %-7s %10s µm³ %7s %% of the cell, outside objects %s µm³",
                c.name.c_str(), static_cast<long long>(c.objects), c.objects == 1 ? "object" : "objects",
                short_number(c.volume_um3).c_str(), short_number(100 * c.fraction_of_cell).c_str(),
                short_number(c.outside_objects_um3).c_str());
            common.say(line);
        }
}

}  // namespace cytomo::commands
