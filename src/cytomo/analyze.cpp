#include "cytomo/analyze.h"

#include <algorithm>
#include <cmath>

#include "analyze_page.h"
#include "cytomo/core/class_names.h"
#include "cytomo/core/error.h"
#include "cytomo/labels/carry.h"
#include "cytomo/labels/round_objects.h"
#include "cytomo/surfaces/extract.h"
#include "cytomo/surfaces/smooth.h"
#include "cytomo/surfaces/split.h"

namespace cytomo {

void AnalyzeOptions::check() const {
    predict.check();
    instances.check();
    measures.check();
    if (page_triangles < 1000 || picture_triangles < 1000)
        throw UsageError("triangles: expected at least 1000");
}

namespace {

/// Objects joined to one surface a class.
std::vector<ClassSurface> join_surfaces(const CellMeasures& measures,
                                        const std::vector<std::uint8_t>& class_of) {
    std::vector<ClassSurface> joined;
    for (std::size_t n = 1; n < measures.object_surfaces.size(); ++n) {
        if (measures.object_surfaces[n].empty()) continue;
        if (joined.empty() || joined.back().class_id != class_of[n]) joined.push_back({class_of[n], {}});
        append(joined.back().mesh, measures.object_surfaces[n]);
    }
    return joined;
}

/// The outline of the cell body: where something of the cell is more probable than background and
/// filopodia together. Without holes at organelles, as the cytoplasm alone would have.
Mesh make_body(const Probabilities& p, const Legend& legend, int smoothing, const Progress& progress) {
    const LegendEntry* filopodia = legend.find_kind("filopodium");
    const auto field = [&p, filopodia](std::int64_t z, std::span<float> out) {
        const auto slice = static_cast<std::size_t>(z * p.grid.size.x * p.grid.size.y);
        for (std::size_t i = 0; i < out.size(); ++i) {
            float outside = p.of_class(background)[slice + i];
            if (filopodia != nullptr) outside += p.of_class(filopodia->id)[slice + i];
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

/// What an object head said, if the model has one.
std::optional<SplitMaps> split_maps(const Probabilities& p) {
    if (p.maps == 0) return {};
    return SplitMaps{p.of_map(static_cast<int>(ObjectMap::depth)),
                     p.of_map(static_cast<int>(ObjectMap::separation))};
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
            "and lengths are those of the visible part.");
    const double ratio = std::max({t.grid.voxel_um.x, t.grid.voxel_um.y, t.grid.voxel_um.z}) / model.voxel_um;
    if (ratio > 1.6)
        out.push_back(
            "Voxels are much larger than those the model was trained at: thin structures may be missed.");
    std::size_t cut = 0, objects = 0;
    for (const auto& object : a.measures.objects)
        if (!is_cell_body_name(model.legend.name_of(object.class_id))) {
            ++objects;
            cut += object.touches_border ? 1 : 0;
        }
    if (objects > 0 && 4 * cut > objects)
        out.push_back(
            std::to_string(cut) + " of " + std::to_string(objects) +
            " objects touch the border of the volume and are larger than measured (column touches_border).");
    if (!a.measures.scale.calibrated)
        out.push_back(
            "Grey values are not calibrated: they compare within this tomogram, but are no absorption "
            "coefficients. --lac-scale calibrates them.");
    out.insert(out.end(), a.measures.warnings.begin(), a.measures.warnings.end());
    return out;
}

}  // namespace

Analysis analyze(const Tomogram& tomogram, const Model& model, const AnalyzeOptions& options,
                 const Progress& progress) {
    options.check();
    Analysis a;
    auto p =
        std::make_unique<Probabilities>(predict(tomogram, model, options.predict, &a.prediction, progress));
    settle_round_objects(*p, options.instances.split_touching, progress);
    a.classes = std::make_shared<const ClassVolume>(most_probable_classes(*p, tomogram.grid, progress));

    // Objects are found where the network saw them; their numbers reach the tomogram's own voxels when asked
    // for.
    const auto coarse =
        p->grid == tomogram.grid
            ? a.classes
            : std::make_shared<const ClassVolume>(most_probable_classes(*p, p->grid, progress));
    const auto instances = std::make_shared<const Instances>(
        find_instances(*coarse, options.instances, progress.stage("objects"), split_maps(*p)));
    a.instances = carry_instances(instances, coarse, a.classes);
    a.found_classes = coarse;
    if (const LegendEntry* body = find_cell_body(model.legend)) {
        a.body_class = body->id;
        a.body = make_body(*p, model.legend, options.measures.smoothing, progress);
    }
    CellOptions measures = options.measures;
    measures.polarity = a.prediction.polarity;
    measures.errors = known_errors(model.error_model, model.checksum(), "the model");
    a.measures = measure_cell({tomogram, a.classes, a.instances, coarse, instances, std::move(p)},
                              model.legend, measures, progress);
    a.surfaces = join_surfaces(a.measures, a.instances.class_of);
    a.measures.summary.record = options.record;
    a.measures.summary.record.emplace_back("Device", a.prediction.device_text());
    a.measures.summary.record.emplace_back("Precision", a.prediction.precision);
    a.warnings = find_warnings(tomogram, model, a, options);
    if (options.page) make_page(a, tomogram, model.legend, options, progress);
    return a;
}

}  // namespace cytomo
