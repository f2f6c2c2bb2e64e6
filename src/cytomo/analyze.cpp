#include "cytomo/analyze.h"

#include <algorithm>
#include <cmath>

#include "analyze_page.h"
#include "cytomo/core/error.h"
#include "cytomo/labels/carry.h"
#include "cytomo/labels/round_objects.h"
#include "cytomo/surfaces/fields.h"
#include "cytomo/surfaces/smooth.h"
#include "cytomo/surfaces/split.h"

namespace cytomo {

InstanceOptions instance_options_for(const Legend& legend) {
    const InstanceOptions standard = default_instance_options();
    const Legend known = default_legend();
    InstanceOptions out;
    out.min_volume_um3.fill(standard.min_volume_um3[vesicle]);
    for (const auto& entry : legend.entries)
        if (const auto* same = known.find_kind(entry.name)) {
            out.min_volume_um3[entry.id] = standard.min_volume_um3[same->id];
            out.split_touching[entry.id] = standard.split_touching[same->id];
        }
    return out;
}

void AnalyzeOptions::check() const {
    predict.check();
    instances.check();
    if (smoothing < 0 || smoothing > 1000) throw UsageError("smoothing: expected 0 to 1000 iterations");
    if (page_triangles < 1000 || picture_triangles < 1000)
        throw UsageError("triangles: expected at least 1000");
}

namespace {

/// Surfaces of all objects, smoothed, and their joined classes.
void make_surfaces(Analysis& a, const Probabilities& p, const Instances& on_model_grid, int smoothing,
                   const Progress& progress) {
    a.object_surfaces =
        extract_objects(p, on_model_grid.volume, on_model_grid.class_of, progress.stage("surfaces"));
    SmoothOptions smooth;
    smooth.iterations = smoothing;
    smooth.border = p.grid;
    const auto stage = progress.stage("smoothing surfaces");
    const auto count = static_cast<std::int64_t>(a.object_surfaces.size());
    for (std::int64_t n = 1; n < count; ++n) {
        stage(static_cast<double>(n) / static_cast<double>(count));
        smooth_surface(a.object_surfaces[static_cast<std::size_t>(n)], smooth);
    }
    for (std::size_t n = 1; n < a.object_surfaces.size(); ++n) {
        const auto c = on_model_grid.class_of[n];
        if (a.object_surfaces[n].empty()) continue;
        if (a.surfaces.empty() || a.surfaces.back().class_id != c) a.surfaces.push_back({c, {}});
        append(a.surfaces.back().mesh, a.object_surfaces[n]);
    }
}

/// The outline of the cell body: where something of the cell is more probable than background and
/// filopodia together. Without holes at organelles, as the cytoplasm alone would have.
Mesh make_body(const Probabilities& p, const Legend& legend, int smoothing, const Progress& progress) {
    if (legend.find(cytoplasm) == nullptr || legend.find(cytoplasm)->name != "cytoplasm") return {};
    const auto field = [&p](std::int64_t z, std::span<float> out) {
        const auto slice = static_cast<std::size_t>(z * p.grid.size.x * p.grid.size.y);
        for (std::size_t i = 0; i < out.size(); ++i) {
            float outside = p.of_class(background)[slice + i];
            if (p.classes > filopodium) outside += p.of_class(filopodium)[slice + i];
            out[i] = 127.5F - outside;
        }
    };
    Mesh body = extract_surface(p.grid, field, 0.F, progress.stage("cell body"));
    // Specks outside and holes inside are no outline: the largest piece is.
    auto pieces = split_components(body, 200);
    if (pieces.empty()) return {};
    SmoothOptions smooth;
    smooth.iterations = smoothing;
    smooth.border = p.grid;
    smooth_surface(pieces[0], smooth);
    return std::move(pieces[0]);
}

std::vector<std::string> find_warnings(const Tomogram& t, const Model& model, const Analysis& a,
                                       const AnalyzeOptions& o) {
    std::vector<std::string> out = o.warnings;
    const auto& r = a.prediction;
    if (r.polarity_guessed && r.polarity_confidence < 0.9)
        out.push_back(
            "Whether dense matter is dark or bright was guessed without certainty. Check the slices; "
            "--polarity dark or bright decides it.");
    if (r.mean_confidence < 0.75)
        out.push_back("The model is unsure about this tomogram (mean confidence " +
                      std::to_string(static_cast<int>(100 * r.mean_confidence)) +
                      " %). Label a few slices and train it on them before trusting the numbers.");
    if (t.grid.size.z * t.grid.voxel_um.z < 0.32)
        out.push_back(
            "The volume is thinner than 0.32 µm: most objects are cut at top and bottom, and volumes, widths "
            "and "
            "lengths are those of the visible part.");
    const double ratio = std::max({t.grid.voxel_um.x, t.grid.voxel_um.y, t.grid.voxel_um.z}) / model.voxel_um;
    if (ratio > 1.6)
        out.push_back(
            "Voxels are much larger than those the model was trained at: thin structures may be missed.");
    std::size_t cut = 0, objects = 0;
    for (const auto& object : a.objects)
        if (object.class_id >= 2) {
            ++objects;
            cut += object.touches_border ? 1 : 0;
        }
    if (objects > 0 && 4 * cut > objects)
        out.push_back(
            std::to_string(cut) + " of " + std::to_string(objects) +
            " objects touch the border of the volume and are larger than measured (column touches_border).");
    if (!t.calibrated)
        out.push_back(
            "Grey values are not calibrated: they compare within this tomogram, but are no absorption "
            "coefficients.");
    return out;
}

}  // namespace

Analysis analyze(const Tomogram& tomogram, const Model& model, const AnalyzeOptions& options,
                 const Progress& progress) {
    options.check();
    Analysis a;
    Probabilities p = predict(tomogram, model, options.predict, &a.prediction, progress);
    settle_round_objects(p, options.instances.split_touching, progress);
    a.classes = std::make_shared<const ClassVolume>(most_probable_classes(p, tomogram.grid, progress));

    // Objects are found where the network saw them; their numbers reach the tomogram's own voxels when asked
    // for.
    const auto coarse = p.grid == tomogram.grid
                            ? a.classes
                            : std::make_shared<const ClassVolume>(most_probable_classes(p, p.grid, progress));
    const auto instances = std::make_shared<const Instances>(
        find_instances(*coarse, options.instances, progress.stage("objects")));
    a.instances = carry_instances(instances, coarse, a.classes);
    make_surfaces(a, p, *instances, options.smoothing, progress);
    a.body = make_body(p, model.legend, options.smoothing, progress);
    if (const auto* entry = model.legend.find_kind("filopodium")) {
        FilopodiaOptions filopodia;
        filopodia.class_id = entry->id;
        a.filopodia =
            measure_filopodia(*coarse, *instances, filopodia, &p, progress.stage("measuring filopodia"));
    }
    p = {};  // the largest of all, and no longer needed

    a.objects = measure_objects(a.instances, &tomogram, progress.stage("measuring objects"));
    std::vector<double> areas(a.object_surfaces.size(), not_defined);
    for (std::size_t n = 1; n < areas.size(); ++n)
        if (!a.object_surfaces[n].empty()) areas[n] = area_um2(a.object_surfaces[n]);
    set_surface_areas(a.objects, areas);
    a.totals = measure_classes(*a.classes, &tomogram, progress.stage("measuring classes"));
    a.summary = summarise(tomogram.grid, &tomogram, a.totals, a.objects, a.filopodia, model.legend);
    a.summary.voxel_size_known = tomogram.voxel_size_known;
    a.summary.record = options.record;
    a.warnings = find_warnings(tomogram, model, a, options);
    if (options.pictures) make_pictures_and_page(a, tomogram, model.legend, options, progress);
    return a;
}

}  // namespace cytomo
