#include "cytomo/measures/cell.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <mutex>
#include <numeric>
#include <utility>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/measures/cell_edge.h"
#include "cytomo/measures/certainty.h"
#include "cytomo/surfaces/fields.h"
#include "cytomo/surfaces/smooth.h"

namespace cytomo {

void CellOptions::check() const {
    wedge.check();
    intervals.check();
    if (placements != 0 && (placements < 19 || placements > 100'000))
        throw UsageError("placements: expected 0, or 19 to 100000");
    if (smoothing < 0 || smoothing > 1000) throw UsageError("smoothing: expected 0 to 1000 iterations");
}

namespace {

std::vector<Mesh> make_surfaces(const CellInput& input, int smoothing, const Progress& progress) {
    const Instances& found = *input.found;
    std::vector<Mesh> meshes =
        input.probabilities
            ? extract_objects(*input.probabilities, found.volume, found.class_of, progress.stage("surfaces"))
            : extract_objects(found.volume, found.count(), progress.stage("surfaces"));
    for (std::size_t n = 1; n < meshes.size(); ++n)
        if (found.class_of[n] == background) meshes[n] = {};
    SmoothOptions smooth;
    smooth.iterations = smoothing;
    smooth.border = found.volume.grid();
    const auto stage = progress.stage("smoothing surfaces");
    // Much of the work on one mesh is for one thread: side by side, the largest first.
    std::vector<std::size_t> order(meshes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return meshes[a].triangles.size() > meshes[b].triangles.size();
    });
    stage(0);
    std::mutex mutex;
    std::size_t done = 0;
    parallel_for(static_cast<std::int64_t>(order.size()), [&](std::int64_t i) {
        smooth_surface(meshes[order[static_cast<std::size_t>(i)]], smooth);
        const std::lock_guard lock(mutex);
        stage(static_cast<double>(++done) / static_cast<double>(order.size()));
    });
    return meshes;
}

const ClassVolume& seen_classes(const CellInput& input) {
    return input.seen_classes ? *input.seen_classes : *input.found_classes;
}

void measure_filopodia_of(CellMeasures& m, const CellInput& input, const Legend& legend,
                          const Progress& progress) {
    const LegendEntry* entry = legend.find_kind("filopodium");
    if (entry == nullptr) return;
    FilopodiaOptions options;
    options.class_id = entry->id;
    m.filopodia = measure_filopodia(*input.found_classes, *input.found, options, input.probabilities.get(),
                                    &seen_classes(input), progress);
    CellEdgeOptions edge;
    edge.class_id = entry->id;
    m.edge = summarise_edge(find_cell_edge(*input.found_classes, edge), m.filopodia);
}

void measure_intervals(CellMeasures& m, const std::vector<Certainty>& certainty, const Grid& grid,
                       const Legend& legend, const KnownErrors& known, const IntervalOptions& options) {
    const ErrorModel errors = errors_for(known, legend);
    m.no_intervals = why_no_intervals(known, legend);
    m.object_intervals = object_intervals(m.objects, certainty, errors, options);
    if (const LegendEntry* entry = legend.find_kind("filopodium"))
        m.filopodium_intervals = filopodium_intervals(m.filopodia, certainty, entry->id, errors, options);
    m.class_intervals = class_intervals(m.totals, grid, m.objects, certainty, errors, options);
}

void measure_absorption_of(CellMeasures& m, const CellInput& input, const Tomogram& tomogram,
                           const Legend& legend, Polarity likely_polarity, const Progress& progress) {
    AbsorptionOptions absorption = absorption_options(legend);
    absorption.likely_polarity = likely_polarity;
    m.absorption = measure_absorption(input.instances, *input.classes, tomogram, absorption,
                                      progress.stage("absorption"));
    find_absorption_doubts(m.absorption, legend);
    ProfileOptions profiles = profile_options(legend);
    profiles.dense_is_dark = m.absorption.dense_is_dark;
    m.profiles = measure_profiles(input.instances, m.objects, *input.classes, tomogram, profiles,
                                  progress.stage("profiles"));
    m.textures =
        measure_texture(*input.classes, tomogram, texture_options(legend), progress.stage("texture"));
}

void add_expected_numbers(Summary& summary, const std::vector<ClassIntervals>& intervals) {
    for (ClassSummary& c : summary.classes)
        for (const ClassIntervals& i : intervals)
            if (i.class_id == c.class_id) {
                c.expected_objects = i.expected_real + i.expected_missed;
                c.expected_volume_um3 = i.expected_um3;
            }
}

/// A number that several tables have is the same in all of them, to the last digit: that on the tomogram's
/// voxels.
void share_object_numbers(CellMeasures& m) {
    std::vector<const Object*> object_of(m.object_surfaces.size(), nullptr);
    for (const Object& o : m.objects) object_of[o.instance] = &o;
    for (Filopodium& f : m.filopodia)
        if (const Object* o = object_of[f.instance]; o != nullptr) {
            f.volume_um3 = o->volume_um3;
            f.touches_border = o->touches_border;
        }
    for (NetworkObject& n : m.networks)
        if (const Object* o = object_of[n.instance]; o != nullptr) n.volume_um3 = o->volume_um3;
    for (ObjectPosition& p : m.space.distances.positions)
        if (const Object* o = object_of[p.object]; o != nullptr) p.centroid_um = o->centroid_um;
    for (ObjectAbsorption& a : m.absorption.objects)
        if (const Object* o = object_of[a.instance]; o != nullptr) {
            a.mean = o->mean_grey;
            a.deviation = o->deviation_grey;
        }
}

/// Where much of a class is in pieces too small to be objects, its numbers say little: that is said.
void add_warnings_of_pieces(CellMeasures& m) {
    constexpr double much = 0.1;
    for (const ClassSummary& c : m.summary.classes) {
        if (!(c.outside_objects_um3 > much * (c.volume_um3 + c.outside_objects_um3))) continue;
        std::array<char, 160> numbers{};
        std::snprintf(numbers.data(), numbers.size(), "%.3g µm³, %.3g %% of all that was taken for it,",
                      c.outside_objects_um3,
                      100 * c.outside_objects_um3 / (c.volume_um3 + c.outside_objects_um3));
        m.warnings.push_back(
            c.name + ": " + numbers.data() +
            " belong to no object: pieces too small to be one, or voxels without a number where "
            "objects were given. They are in no number, surface or picture of the class "
            "(outside objects in class_intervals.csv).");
    }
}

/// One sentence for the doubts about single objects; those about whole classes as they are.
void add_absorption_warnings(CellMeasures& m, const Legend& legend) {
    std::size_t objects = 0;
    std::string first;
    for (const AbsorptionWarning& w : absorption_warnings(m.absorption, legend)) {
        if (w.instance == 0) {
            m.warnings.push_back(w.text);
        } else if (objects++ == 0) {
            first = w.text;
        }
    }
    if (objects == 1) m.warnings.push_back(first);
    if (objects > 1)
        m.warnings.push_back(std::to_string(objects) +
                             " objects have an absorption that contradicts their class (flagged in "
                             "absorption.csv), for example: " +
                             first);
}

}  // namespace

CellMeasures measure_cell(CellInput input, const Legend& legend, const CellOptions& options,
                          const Progress& progress) {
    options.check();
    CellMeasures m;
    m.object_surfaces = make_surfaces(input, options.smoothing, progress);
    measure_filopodia_of(m, input, legend, progress.stage("measuring filopodia"));
    std::vector<Certainty> certainty;
    if (input.probabilities)
        certainty = measure_certainty(*input.found, seen_classes(input), *input.probabilities,
                                      progress.stage("certainty"));
    for (std::size_t n = 0; n < std::min(certainty.size(), input.class_by_hand.size()); ++n)
        if (input.class_by_hand[n]) certainty[n] = {not_defined, not_defined};
    input.probabilities.reset();  // the largest of all

    m.scale = scale_of(input.tomogram);
    if (options.absorption)
        m.scale = make_absorption_scale(*options.absorption, input.tomogram, *input.classes, options.polarity,
                                        progress.stage("calibrating"));
    const Tomogram tomogram = scaled(input.tomogram, m.scale);
    m.surfaces = measure_surfaces(m.object_surfaces, input.found->class_of, input.found->volume.grid(),
                                  options.wedge, nullptr, progress.stage("measuring surfaces"));
    m.objects = measure_objects(input.instances, &tomogram, progress.stage("measuring objects"));
    std::vector<double> areas(m.object_surfaces.size(), not_defined);
    for (const SurfaceMeasures& s : m.surfaces) areas[s.object] = s.area_um2;
    set_surface_areas(m.objects, areas);
    m.totals =
        measure_classes(*input.classes, input.instances, &tomogram, progress.stage("measuring classes"));
    if (const LegendEntry* entry = legend.find_kind("mitochondrion")) {
        NetworkOptions networks;
        networks.class_id = entry->id;
        m.networks = measure_networks(*input.found, networks, progress.stage("skeletons"));
    }
    SpaceOptions space;
    space.classes = organelle_classes(legend);
    space.placements = options.placements;
    m.space = measure_space(*input.found_classes, *input.found, space, progress.stage("space"));
    measure_absorption_of(m, input, tomogram, legend,
                          options.polarity != Polarity::unknown ? options.polarity : options.likely_polarity,
                          progress);
    share_object_numbers(m);
    m.network = summarise_networks(m.networks);
    measure_intervals(m, certainty, tomogram.grid, legend, options.errors, options.intervals);
    if (!m.no_intervals.empty()) m.warnings.push_back(m.no_intervals);
    add_absorption_warnings(m, legend);
    m.summary = summarise(tomogram.grid, &tomogram, m.totals, m.objects, m.filopodia, legend);
    add_expected_numbers(m.summary, m.class_intervals);
    add_warnings_of_pieces(m);
    if (options.errors.learnt) m.summary.errors = options.errors.learnt->text();
    m.summary.no_intervals = m.no_intervals;
    m.summary.voxel_size_known = tomogram.voxel_size_known;
    return m;
}

std::vector<Table> cell_tables(const CellMeasures& m, const Legend& legend) {
    Table objects = objects_table(m.objects, legend), filopodia = filopodia_table(m.filopodia);
    add_interval_columns(objects, m.object_intervals, m.no_intervals);
    add_interval_columns(filopodia, m.filopodium_intervals, m.no_intervals);
    const bool calibrated = m.absorption.calibrated;
    std::vector<Table> tables{std::move(objects),
                              class_intervals_table(m.class_intervals, legend, m.no_intervals),
                              surfaces_table(m.surfaces, legend),
                              std::move(filopodia),
                              filopodium_profiles_table(m.filopodia),
                              filopodium_branches_table(m.filopodia),
                              cell_edge_table(m.edge),
                              network_table(m.networks),
                              network_summary_table(m.network),
                              contacts_table(m.space.contacts, legend),
                              distances_table(m.space.distances.pairs, legend),
                              positions_table(m.space.distances.positions, legend),
                              radial_table(m.space.radial, legend),
                              null_model_table(m.space.null_model, legend),
                              absorption_table(m.absorption, legend),
                              walls_table(m.profiles, legend, calibrated),
                              profiles_table(m.profiles, legend, calibrated),
                              texture_table(m.textures, legend, calibrated)};
    return tables;
}

Table dictionary_table(const std::vector<Table>& tables) {
    Table t;
    t.name = "columns";
    t.columns = {
        {"table", "", "Name of the file, without .csv."},
        {"column", "", "Name of the column."},
        {"unit", "", "Unit of the column; empty for pure numbers, names and text."},
        {"description", "", "What the column says."},
    };
    for (const Table& table : tables)
        for (const TableColumn& column : table.columns)
            t.rows.push_back({table.name, column.name, column.unit, column.description});
    return t;
}

std::string dictionary_markdown(const std::vector<Table>& tables) {
    std::string text;
    for (const Table& table : tables) {
        text += "### " + table.name + ".csv\n\n| column | unit | what it says |\n|---|---|---|\n";
        for (const TableColumn& column : table.columns)
            text += "| `" + column.name + "` | " + column.unit + " | " + column.description + " |\n";
        text += "\n";
    }
    return text;
}

}  // namespace cytomo
