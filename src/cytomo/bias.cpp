// What a simulation cannot know is as far off here as there: the bias is that of the pipeline on cells as
// the simulator makes them. Bootstrap over cells, since objects of one cell share their errors (B. Efron, R.
// J. Tibshirani 1993, chapter 8).
#include "cytomo/bias.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "bias_truth.h"
#include "cytomo/core/error.h"
#include "cytomo/core/random.h"
#include "cytomo/image/noise.h"
#include "cytomo/measures/group_statistics.h"
#include "cytomo/measures/matching.h"

namespace cytomo {

std::vector<BiasSample> compare_with_truth(const MeasuredCell& measured, const SimulatedTomogram& made,
                                           int cell) {
    std::vector<BiasSample> samples;
    const auto add = [&](std::uint8_t c, const char* measure, const char* unit, double truth, double value) {
        if (std::isfinite(truth) && std::isfinite(value))
            samples.push_back({cell, c, measure, unit, truth, value});
    };
    const Instances truth = true_instances(made);
    const auto known = simulated_classes(measured.legend).known;
    const auto is = [&](std::uint8_t c, const char* kind) {
        return standard_class_name(measured.legend.name_of(c)) == kind;
    };
    std::map<std::uint32_t, const ObjectTruth*> true_objects;
    std::map<std::uint8_t, double> number, volume_um3, found;
    for (const ObjectTruth& o : made.truth.objects) {
        true_objects[o.instance] = &o;
        volume_um3[o.class_id] += o.labelled_volume_um3;
    }
    std::map<std::uint32_t, const Object*> objects;
    std::map<std::uint8_t, double> measured_number, measured_um3, expected_number, expected_um3;
    for (const Object& o : measured.objects) {
        objects[o.instance] = &o;
        ++measured_number[o.class_id];
    }
    for (const ClassTotal& t : measured.totals)
        measured_um3[t.class_id] = static_cast<double>(t.voxels) * made.classes.grid().voxel_volume_um3();
    for (const ClassIntervals& i : measured.intervals) {
        expected_number[i.class_id] = i.expected_real + i.expected_missed;
        expected_um3[i.class_id] = std::isfinite(i.expected_um3) ? i.expected_um3 : 0;
    }

    std::map<std::uint32_t, std::uint32_t> partner;  // of true objects
    for (const Match& m : match_objects(slices_of(truth), measured.instances)) {
        partner[m.a] = m.b;
        ++found[truth.class_of[m.a]];
    }
    const auto least_um3 = least_volumes_um3(measured.legend);
    for (const ObjectTruth& o : made.truth.objects)
        if (o.labelled_volume_um3 >= least_um3[o.class_id] || partner.count(o.instance) > 0)
            ++number[o.class_id];
    for (const auto& [c, um3] : measured_um3)
        if (known[c]) volume_um3.try_emplace(c, 0);  // found where there is none
    for (const auto& [c, um3] : volume_um3) {
        add(c, "total volume", "µm³", um3, measured_um3[c]);
        const bool any_expected = measured.errors.classes[c].has_value();
        if (any_expected) add(c, "expected total volume", "µm³", um3, expected_um3[c]);
        if (is(c, "cytoplasm")) continue;
        add(c, "objects", "", number[c], measured_number[c]);
        if (any_expected) add(c, "expected objects", "", number[c], expected_number[c]);
        add(c, "objects found", "", number[c], found[c]);
    }
    const Export& output = made.truth.options.output;
    const double sign = output.polarity == Polarity::dense_is_dark ? -1 : 1;
    for (const auto& [t, m] : partner) {
        const ObjectTruth& o = *true_objects.at(t);
        const auto at = objects.find(m);
        if (at == objects.end() || is(o.class_id, "cytoplasm") || o.touches_border) continue;
        const Object& found_object = *at->second;
        const double um3 = o.volume_um3 >= 0 ? o.volume_um3 : o.labelled_volume_um3;
        add(o.class_id, "volume", "µm³", um3, found_object.volume_um3);
        add(o.class_id, "equivalent diameter", "µm", std::cbrt(6 * um3 / M_PI),
            found_object.equivalent_diameter_um);
        if (o.surface_um2 >= 0) add(o.class_id, "surface", "µm²", o.surface_um2, found_object.surface_um2);
        if (output.bits == 32)
            add(o.class_id, "absorption", "1/µm", o.mean_lac_per_um, sign * found_object.mean_grey);
    }
    std::map<std::uint32_t, const Filopodium*> filopodia;
    for (const Filopodium& f : measured.filopodia) filopodia[f.instance] = &f;
    for (const FilopodiumTruth& f : made.truth.filopodia) {
        const auto m = partner.find(f.instance);
        if (!f.complete || m == partner.end() || filopodia.count(m->second) == 0) continue;
        const Filopodium& found_one = *filopodia.at(m->second);
        const std::uint8_t c = truth.class_of[f.instance];
        add(c, "length", "µm", f.length_um, found_one.length_um);
        add(c, "mean radius", "µm", mean_of(f.radius_um), found_one.mean_radius_um);
    }
    return samples;
}

std::vector<BiasRow> summarise_bias(const std::vector<BiasSample>& samples) {
    struct Group {
        std::string unit;
        std::map<int, std::pair<double, double>> sums;  // by cell: truth, measured
        std::vector<double> errors;
        std::int64_t samples = 0;
    };
    std::map<std::uint8_t, std::vector<std::string>> order;  // measures as they come
    std::map<std::pair<std::uint8_t, std::string>, Group> groups;
    for (const BiasSample& s : samples) {
        auto [at, is_new] = groups.try_emplace({s.class_id, s.measure});
        if (is_new) order[s.class_id].push_back(s.measure);
        Group& g = at->second;
        g.unit = s.unit;
        g.sums[s.cell].first += s.truth;
        g.sums[s.cell].second += s.measured;
        if (s.truth != 0) g.errors.push_back(s.measured / s.truth - 1);
        ++g.samples;
    }
    std::vector<BiasRow> rows;
    for (const auto& [class_id, measures] : order)
        for (const std::string& measure : measures) {
            Group& g = groups.at({class_id, measure});
            std::vector<std::pair<double, double>> cells;
            double truth = 0, measured = 0;
            for (const auto& [cell, sum] : g.sums) {
                cells.push_back(sum);
                truth += sum.first;
                measured += sum.second;
            }
            const auto n = static_cast<double>(g.samples);
            const auto bias = [](double m, double t) { return t != 0 ? m / t - 1 : not_defined; };
            BiasRow row{class_id,
                        measure,
                        g.unit,
                        g.samples,
                        static_cast<int>(cells.size()),
                        truth / n,
                        measured / n,
                        bias(measured, truth),
                        not_defined,
                        not_defined,
                        0,
                        0};
            if (cells.size() >= 3) {
                constexpr int draws = 1000;
                Random random(1);
                std::vector<double> drawn;
                for (int d = 0; d < draws; ++d) {
                    double t = 0, m = 0;
                    for (std::size_t i = 0; i < cells.size(); ++i) {
                        const auto& [a, b] = cells[static_cast<std::size_t>(
                            random.integer(0, static_cast<std::int64_t>(cells.size()) - 1))];
                        t += a;
                        m += b;
                    }
                    if (t != 0) drawn.push_back(m / t - 1);
                }
                row.bias_low = quantile_of_values(drawn, 0.05);
                row.bias_high = quantile_of_values(drawn, 0.95);
            }
            row.median_error = quantile_of_values(g.errors, 0.5);
            row.spread = (quantile_of_values(g.errors, 0.84) - quantile_of_values(g.errors, 0.16)) / 2;
            rows.push_back(row);
        }
    return rows;
}

void BiasOptions::check() const {
    simulation.check();
    analyze.check();
    if (cells < 1 || cells > 1000) throw UsageError("cells: expected 1 to 1000");
    fit.check();
    if (learn && cells < fit.cells)
        throw UsageError("cells: expected at least " + std::to_string(fit.cells) + " to learn from, found " +
                         std::to_string(cells) + "; 32 are better");
    if (varied_microscope < 0) throw UsageError("varied microscopes: expected 0 or more");
}

namespace {

/// The options of one of the cells.
SimulationOptions options_of_cell(const BiasOptions& options, int cell) {
    SimulationOptions o = options.simulation;
    o.seed += static_cast<std::uint64_t>(cell);
    if (!options.presets.empty()) {
        o.preset = options.presets[static_cast<std::size_t>(cell) % options.presets.size()];
        o.cells = nullptr;  // the standard of that preset
    }
    if (options.varied_contents) {
        Random random(o.seed, 5);
        o = random_contents(o, random);
    }
    if (options.varied_microscope > 0 && (cell + 1) % options.varied_microscope == 0) {
        Random random(o.seed, 6);
        o = random_acquisition(o, random);
    }
    return o;
}

void expect_simulated_classes(const Legend& legend) {
    const auto known = simulated_classes(legend).known;
    if (std::find(known.begin(), known.end(), true) == known.end())
        throw InputError(
            "the model: expected a class that simulated cells have (cytoplasm, nucleus, mitochondrion, lipid "
            "droplet, vesicle, filopodium; each once), found none. Name the classes so when training");
}

}  // namespace

Bias measure_bias(const Model& model, const BiasOptions& options, const Progress& progress) {
    options.check();
    expect_simulated_classes(model.legend);
    Bias bias;
    bias.legend = model.legend;
    const KnownErrors known = known_errors(model.error_model, model.checksum(), "the model");
    const ErrorModel errors = errors_for(known, model.legend);
    bias.no_intervals = why_no_intervals(known, model.legend);
    std::vector<FitCell> cells;
    for (int cell = 0; cell < options.cells; ++cell) {
        const std::string prefix =
            "cell " + std::to_string(cell + 1) + " of " + std::to_string(options.cells) + ": ";
        const SimulationOptions simulation = options_of_cell(options, cell);
        SimulatedTomogram made = simulate_tomogram(simulation, progress.stage(prefix + "simulating"));
        translate_truth(made, model.legend);
        Tomogram tomogram = tomogram_from(std::make_shared<const Volume<float>>(made.tomogram),
                                          "simulated cell, seed " + std::to_string(simulation.seed));
        AnalyzeOptions analysis = options.analyze;
        analysis.page = false;
        analysis.measures.placements = 0;  // random ones tell nothing about errors
        const Analysis a = analyze(tomogram, model, analysis, progress.stage(prefix + "analyzing"));
        const MeasuredCell measured{a.instances,
                                    a.measures.objects,
                                    a.measures.filopodia,
                                    a.measures.totals,
                                    a.measures.class_intervals,
                                    model.legend,
                                    errors};
        const auto samples = compare_with_truth(measured, made, cell);
        if (options.learn) cells.push_back(fit_cell(measured, a.measures.object_intervals, made));
        bias.samples.insert(bias.samples.end(), samples.begin(), samples.end());
        if (cell > 0) continue;
        const SlicePosition richest = richest_slices(made.classes)[0];  // the same for all three
        for (const ClassVolume* shown :
             {static_cast<const ClassVolume*>(nullptr), &std::as_const(made.classes), a.classes.get()}) {
            PlaneView view =
                make_slice_view(tomogram, shown, model.legend, richest, 500, progress.stage("slices"));
            view.slices[0].caption += shown == nullptr         ? ": simulated image"
                                      : shown == &made.classes ? ": the truth"
                                                               : ": what was found";
            bias.views.push_back(std::move(view));
        }
    }
    bias.rows = summarise_bias(bias.samples);
    if (options.learn) {
        bias.learnt = fit_errors(cells, model.legend, options.fit, progress.stage("learning errors"));
        bias.learnt->learnt.model = model.checksum();
    }
    return bias;
}

double photons_like(const Tomogram& tomogram, SimulationOptions options, const Progress& progress) {
    constexpr double least = 50, most = 1e6;
    const double wanted = relative_noise(tomogram);
    options.size = {128, 128, std::clamp<std::int64_t>(options.size.z, 16, 64)};
    double photons = std::clamp(options.acquisition.photons, least, most);
    double low = least, high = most;  // noise falls with photons: the answer lies between
    constexpr int tries = 6;
    for (int i = 0; i < tries; ++i) {
        progress(static_cast<double>(i) / tries);
        options.acquisition.photons = photons;
        const double noise = relative_noise(
            tomogram_from(std::make_shared<const Volume<float>>(simulate_tomogram(options).tomogram)));
        if (std::abs(noise / wanted - 1) < 0.03) break;
        (noise > wanted ? low : high) = photons;
        // The variance of the noise goes with 1 / photons; what the cell itself adds slows that down.
        const double guess = photons * (noise * noise) / (wanted * wanted);
        photons = guess > low && guess < high ? guess : std::sqrt(low * high);
    }
    progress(1);
    return photons;
}

}  // namespace cytomo
