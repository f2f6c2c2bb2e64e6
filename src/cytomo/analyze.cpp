#include "cytomo/analyze.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "analyze_page.h"
#include "cytomo/core/class_names.h"
#include "cytomo/core/error.h"
#include "cytomo/labels/carry.h"
#include "cytomo/labels/object_classes.h"
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
    std::map<std::uint8_t, Mesh> of_class;  // after corrections numbers do not ascend with the class
    for (std::size_t n = 1; n < measures.object_surfaces.size(); ++n)
        if (!measures.object_surfaces[n].empty()) append(of_class[class_of[n]], measures.object_surfaces[n]);
    std::vector<ClassSurface> joined;
    for (auto& [class_id, mesh] : of_class) joined.push_back({class_id, std::move(mesh)});
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

/// Objects most of whose voxels had another class before.
std::vector<bool> seen_otherwise(const Instances& objects, const ClassVolume& before) {
    std::vector<std::int64_t> balance(objects.class_of.size(), 0);
    for (std::int64_t i = 0; i < before.count(); ++i)
        if (const std::uint32_t n = objects.volume[i]; n != 0)
            balance[n] += before[i] == objects.class_of[n] ? -1 : 1;
    std::vector<bool> out;
    for (const std::int64_t b : balance) out.push_back(b > 0);
    return out;
}

std::vector<std::string> find_warnings(const Tomogram& t, const Legend& legend, double model_voxel_um,
                                       const Analysis& a, const AnalyzeOptions& o) {
    std::vector<std::string> out = o.warnings;
    const auto& r = a.prediction;
    if (r.polarity_guessed && r.polarity_confidence < doubtful_polarity)
        out.insert(out.begin(),
                   "Dense matter is taken for " +
                       std::string(r.polarity == Polarity::dense_is_dark ? "dark" : "bright") +
                       ", but that is a doubtful guess (" +
                       std::to_string(std::lround(100 * r.polarity_confidence)) +
                       " % sure). If the slices show the "
                       "opposite, all that follows is wrong: --polarity dark or bright decides it.");
    if (r.mean_confidence < 0.75)
        out.push_back("The model is unsure about this tomogram (mean confidence " +
                      std::to_string(std::lround(100 * r.mean_confidence)) +
                      " %). Label a few slices and train it on them before trusting the numbers.");
    if (t.grid.size.z * t.grid.voxel_um.z < 0.32)
        out.push_back(
            "The volume is thinner than 0.32 µm: most objects are cut at top and bottom, and volumes, widths "
            "and lengths are those of the visible part.");
    const double ratio = std::max({t.grid.voxel_um.x, t.grid.voxel_um.y, t.grid.voxel_um.z}) / model_voxel_um;
    if (ratio > 1.6)
        out.push_back(
            "Voxels are much larger than those the model was trained at: thin structures may be missed.");
    if (const std::string border = border_warning(a.measures.objects, legend, t.grid.size.z); !border.empty())
        out.push_back(border);
    if (!a.measures.scale.calibrated)
        out.push_back(
            "Grey values are not calibrated: they compare within this tomogram, but are no absorption "
            "coefficients. --lac-scale calibrates them.");
    out.insert(out.end(), a.measures.warnings.begin(), a.measures.warnings.end());
    return out;
}

}  // namespace

Found find_in(std::unique_ptr<const Probabilities> probabilities, const Grid& tomogram,
              const std::function<Instances(const ClassVolume&, const Probabilities&)>& find,
              const Progress& progress) {
    Found f;
    const Probabilities& p = *probabilities;
    f.classes = std::make_shared<const ClassVolume>(most_probable_classes(p, tomogram, progress));
    // Objects are found where the network saw them; their numbers reach the tomogram's own voxels when asked
    // for.
    const bool same = p.grid == tomogram;
    f.found_classes =
        same ? f.classes : std::make_shared<const ClassVolume>(most_probable_classes(p, p.grid, progress));
    const auto found = std::make_shared<Instances>(find(*f.found_classes, p));
    f.instances = carry_instances(found, f.found_classes, f.classes);
    if (!same) leave_out_absent(*found, f.instances);
    f.found = found;
    f.probabilities = std::move(probabilities);
    return f;
}

std::vector<std::string> correct(Found& found, std::vector<Edit> edits, const Legend& legend,
                                 const Progress& progress) {
    if (edits.empty()) return {};
    for (Edit& edit : edits) {
        if (edit.seeds_in_voxels)
            for (Vec3& seed : edit.seeds) seed = found.classes->grid().world_from_voxel(seed);
        edit.seeds_in_voxels = false;
    }
    const auto changed = std::make_shared<ClassVolume>(*found.found_classes);
    const auto objects = std::make_shared<Instances>(*found.found);
    auto done = apply_edits(*objects, changed.get(), edits, legend, progress.stage("edits"));
    const auto coarse = found.found_classes, classes = found.classes;
    // Each voxel of the tomogram follows the one of the model's grid from which it had its number.
    found.instances = carry_instances(objects, coarse, classes);
    leave_out_absent(*objects, found.instances);
    found.classes = coarse == classes
                        ? changed
                        : std::make_shared<const ClassVolume>(carry_classes(*changed, coarse, classes));
    found.class_by_hand = seen_otherwise(*objects, *coarse);
    if (!found.seen_classes) found.seen_classes = coarse;
    found.found_classes = changed;
    found.found = objects;
    return done;
}

Analysis measure_found(Found found, const Tomogram& tomogram, const Legend& legend, const KnownErrors& errors,
                       const AnalyzeOptions& options, const Progress& progress) {
    options.check();
    Analysis a;
    a.classes = found.classes;
    a.instances = found.instances;
    a.found_classes = found.found_classes;
    a.found = found.found;
    a.prediction = found.prediction;
    if (const LegendEntry* body = find_cell_body(legend)) {
        a.body_class = body->id;
        a.body = make_body(*found.probabilities, legend, options.measures.smoothing, progress);
    }
    CellOptions measures = options.measures;
    measures.polarity = a.prediction.polarity;
    measures.errors = errors;
    a.measures =
        measure_cell({tomogram, a.classes, a.instances, a.found_classes, a.found,
                      std::move(found.probabilities), found.seen_classes, std::move(found.class_by_hand)},
                     legend, measures, progress);
    a.surfaces = join_surfaces(a.measures, a.instances.class_of);
    a.measures.summary.record = options.record;
    a.measures.summary.record.emplace_back("Device", a.prediction.device_text());
    a.measures.summary.record.emplace_back("Precision", a.prediction.precision);
    a.warnings = find_warnings(tomogram, legend, found.model_voxel_um, a, options);
    if (options.page) make_page(a, tomogram, legend, options, progress);
    return a;
}

Analysis analyze(const Tomogram& tomogram, const Model& model, const AnalyzeOptions& options,
                 const Progress& progress) {
    options.check();
    PredictRecord prediction;
    auto p =
        std::make_unique<Probabilities>(predict(tomogram, model, options.predict, &prediction, progress));
    settle_round_objects(*p, options.instances.split_touching, progress);
    const auto find = [&](const ClassVolume& classes, const Probabilities& all) {
        return find_instances(classes, options.instances, progress.stage("objects"), split_maps(all));
    };
    Found found = find_in(std::move(p), tomogram.grid, find, progress);
    found.prediction = prediction;
    found.model_voxel_um = model.seen_voxel_um(tomogram.grid);
    if (options.keep) options.keep(found, progress);
    return measure_found(std::move(found), tomogram, model.legend,
                         known_errors(model.error_model, model.checksum(), "the model"), options, progress);
}

}  // namespace cytomo
