// What stands here in formulas: displacements d of surfaces, true = (1 + d / h)³ × measured volume with h = 3
// V / A; between and within cells by one-way random effects (S. R. Searle 1971); see error_fit.h for the
// rest.
#include "cytomo/measures/error_fit.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/measures/group_statistics.h"
#include "error_fit_lines.h"
#include "fit_search.h"

namespace cytomo {

namespace {

constexpr double assumed_surface_deviation = 0.05;
constexpr int parts = 5;                  // of the cells, to test by each other
constexpr double least_total_um3 = 0.02;  // a class of a few specks says nothing in per cent

/// One object that was compared.
struct Displaced {
    double d_um, blur_um,
        surface;  // surface: log of true / measured, beyond the displacement; NaN where not known
    std::size_t cell;
};

using Cells = std::vector<const FitCell*>;

std::vector<Displaced> displacements(const Cells& cells, std::uint8_t class_id) {
    std::vector<Displaced> out;
    for (std::size_t c = 0; c < cells.size(); ++c)
        for (const FitObject& o : cells[c]->objects) {
            if (o.class_id != class_id || !std::isfinite(o.true_volume_um3) || !(o.surface_um2 > 0)) continue;
            const double scale = 3 * o.volume_um3 / o.surface_um2;
            const double d = scale * (std::cbrt(o.true_volume_um3 / o.volume_um3) - 1);
            out.push_back({d, o.edge_blur_um,
                           std::log(o.true_surface_um2 / o.surface_um2) - 2 * std::log1p(d / scale), c});
        }
    return out;
}

std::vector<double> values_of(const std::vector<Displaced>& rows, double Displaced::*value) {
    std::vector<double> out;
    for (const Displaced& r : rows) out.push_back(r.*value);
    return out;
}

void keep_finite(std::vector<double>& values) {
    std::erase_if(values, [](double v) { return !std::isfinite(v); });
}

/// Smallest of `count` values from `first` in steps that is enough; the last if none is.
template <class Enough>
double first_enough(double first, double step, int count, Enough enough) {
    for (int i = 0; i + 1 < count; ++i)
        if (enough(first + step * i)) return first + step * i;
    return first + step * (count - 1);
}

struct Spread {
    double between = 0, within = 0;
};

/// Deviation of the means of groups, sampling taken off, and deviation within.
Spread between_and_within(const std::vector<double>& d,
                          const std::map<std::size_t, std::vector<double>>& groups) {
    const auto n = static_cast<double>(d.size());
    double all = 0, inside = 0, squares = 0, outside = 0;
    for (const double v : d) all += v / n;
    for (const auto& [cell, values] : groups) {
        const auto m = static_cast<double>(values.size());
        double mean = 0;
        for (const double v : values) mean += v / m;
        for (const double v : values) inside += (v - mean) * (v - mean);
        squares += m * m;
        outside += m * (mean - all) * (mean - all);
    }
    const auto k = static_cast<double>(groups.size());
    const double within = inside / std::max(1.0, n - k);
    if (k < 2) return {0, std::sqrt(within)};
    const double typical = (n - squares / n) / (k - 1);
    return {std::sqrt(std::max(0.0, (outside / (k - 1) - within) / typical)), std::sqrt(within)};
}

/// Displacements and surfaces.
void fit_displacements(ClassErrors& e, std::vector<Displaced> rows) {
    std::vector<double> blurs = values_of(rows, &Displaced::blur_um);
    keep_finite(blurs);
    const double usual = blurs.empty() ? 0.02 : median_of(blurs);
    for (Displaced& r : rows) r.blur_um = blur_of_edge_um(r.blur_um, usual);
    const std::vector<double> d = values_of(rows, &Displaced::d_um);
    const std::size_t n = rows.size();
    e.mean_um = median_of(d);
    // A few objects are merged or half: they shall not widen the interval of all others.
    std::vector<double> off;
    for (const double v : d) off.push_back(std::abs(v - e.mean_um));
    const double limit = 4 * 1.4826 * median_of(off) + 1e-4;
    std::vector<double> r;
    std::map<std::size_t, std::vector<double>> groups;
    for (std::size_t i = 0; i < n; ++i) {
        r.push_back(std::clamp(d[i] - e.mean_um, -limit, limit));
        groups[rows[i].cell].push_back(r.back());
    }
    const Spread spread = between_and_within(r, groups);
    std::map<std::size_t, double> mean_of_cell;
    for (const auto& [cell, values] : groups)
        for (const double v : values) mean_of_cell[cell] += v / static_cast<double>(values.size());
    const auto likelihood = [&](double own, double share) {
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double variance = own * own + std::pow(share * rows[i].blur_um, 2) + 1e-8;
            const double centred = r[i] - mean_of_cell[rows[i].cell];
            sum += std::log(variance) + centred * centred / variance;
        }
        return 0.5 * sum / static_cast<double>(n);
    };
    const std::vector<double> clipped = values_of(rows, &Displaced::blur_um);
    e.usual_blur_um = median_of(clipped);
    const auto best =
        minimise(likelihood, {0.7 * spread.within, 0.7 * spread.within / std::max(e.usual_blur_um, 1e-6)});
    const double own = std::abs(best[0]), share = std::abs(best[1]);
    // Each cell is judged by the others' median, as a new one would be; one crowded cell is one witness.
    std::vector<std::size_t> cell_of;
    cell_of.reserve(n);
    for (const Displaced& row : rows) cell_of.push_back(row.cell);
    std::vector<double> others = medians_of_other_groups(d, cell_of);
    for (double& median : others)
        if (std::isnan(median)) median = e.mean_um;  // there is but one cell
    const double k = first_enough(0.3, 0.01, 371, [&](double stretch) {
        double inside = 0, all = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double weight = 1 / std::sqrt(static_cast<double>(groups[rows[i].cell].size()));
            const double reach = z90 * stretch * std::hypot(spread.between, own, share * rows[i].blur_um);
            all += weight;
            if (std::abs(d[i] - others[i]) <= reach) inside += weight;
        }
        return inside >= 0.9 * all;
    });
    e.shared_um = spread.between * k;
    e.own_um = own * k;
    e.blur_share = share * k;
    std::vector<double> surfaces = values_of(rows, &Displaced::surface);
    keep_finite(surfaces);
    e.surface_shift = surfaces.size() > 5 ? median_of(surfaces) : 0;
    for (double& s : surfaces) s = std::abs(s - e.surface_shift);
    e.surface_deviation =
        surfaces.size() > 5 ? quantile_of_values(surfaces, 0.9) / z90 : assumed_surface_deviation;
}

void fit_reality(ClassErrors& e, const Cells& cells, std::uint8_t class_id, const std::string& kind) {
    std::vector<std::array<double, 3>> x;
    std::vector<double> y, logits;
    for (const FitCell* cell : cells)
        for (const FitObject& o : cell->objects) {
            if (o.class_id != class_id) continue;
            const double p =
                std::isfinite(o.mean_probability) ? std::clamp(o.mean_probability, 0.01, 0.99) : 0.9;
            x.push_back({1, std::log(p / (1 - p)), std::log(std::max(o.volume_um3, 1e-9) / 0.01)});
            y.push_back(o.real ? 1 : 0);
            logits.push_back(x.back()[1]);
        }
    std::array<double, 3> b{-4, 1, 1};  // by hand: the few false ones are small pieces
    if (kind != "cytoplasm" && kind != "nucleus") b = fit_logistic(x, y, {0, 1, 0}, {4, 1, 1});
    e.real_offset = b[0];
    e.real_slope = b[1];
    e.real_volume_slope = b[2];
    e.usual_probability = 1 / (1 + std::exp(-median_of(logits)));
}

std::vector<const FitObject*> objects_of(const FitCell& cell, std::uint8_t class_id) {
    std::vector<const FitObject*> out;
    for (const FitObject& o : cell.objects)
        if (o.class_id == class_id) out.push_back(&o);
    return out;
}

FitTruth truth_of(const FitCell& cell, std::uint8_t class_id) {
    const auto at = cell.truth.find(class_id);
    return at == cell.truth.end() ? FitTruth{} : at->second;
}

/// Missed objects for each found one, and how far counts differ between cells beyond chance.
void fit_counts(ClassErrors& e, const Cells& cells, std::uint8_t class_id) {
    struct Count {
        double found, expected, variance, truth;
    };
    std::vector<Count> counts;
    double found = 0, missed = 0;
    for (const FitCell* cell : cells) {
        const auto objects = objects_of(*cell, class_id);
        if (objects.empty()) continue;
        const auto lost = static_cast<double>(truth_of(*cell, class_id).missed);
        Count c{static_cast<double>(objects.size()), 0, 0, lost};
        for (const FitObject* o : objects) {
            const double q = chance_real(e, o->mean_probability, o->volume_um3);
            c.expected += q;
            c.variance += q * (1 - q);
            c.truth += o->real ? 1 : 0;
        }
        found += c.found;
        missed += lost;
        counts.push_back(c);
    }
    e.missed_share = missed / found;
    const auto n = static_cast<double>(counts.size());
    e.count_deviation = first_enough(0, 0.01, 151, [&](double deviation) {
        double inside = 0;
        for (const Count& c : counts) {
            const double more = e.missed_share * c.found, mean = c.expected + more;
            const double reach = z90 * std::sqrt(c.variance + more + std::pow(deviation * mean, 2)) + 0.5;
            inside += std::abs(c.truth - mean) <= reach ? 1 : 0;
        }
        return inside / n >= 0.9 - 0.5 / n;
    });
}

/// Log of true by expected volume of the class (objects found, each by its chance to be real): its median,
/// and the deviation that is left beyond displacements and doubtful objects, as class_intervals adds them.
void fit_totals(ClassErrors& e, const Cells& cells, std::uint8_t class_id) {
    std::vector<double> logs, known;
    for (const FitCell* cell : cells) {
        double volume = 0, surface = 0, expected = 0, variance = 0;
        for (const FitObject* o : objects_of(*cell, class_id)) {
            const double q = chance_real(e, o->mean_probability, o->volume_um3);
            const double blur = blur_of_edge_um(o->edge_blur_um, e.usual_blur_um);
            volume += o->volume_um3;
            surface += o->surface_um2;
            expected += q * o->volume_um3;
            variance += std::pow(o->surface_um2 * std::hypot(e.own_um, e.blur_share * blur), 2) +
                        q * (1 - q) * o->volume_um3 * o->volume_um3;
        }
        const double truth = truth_of(*cell, class_id).volume_um3;
        if (truth < least_total_um3 || expected < least_total_um3) continue;
        logs.push_back(std::log(truth / expected));
        known.push_back(std::pow(e.shared_um * surface / volume, 2) + variance / (volume * volume));
    }
    e.volume_shift = 0;
    e.volume_deviation = 0.2;  // of too few cells nothing is known: widely
    if (logs.size() < 3) return;
    e.volume_shift = median_of(logs);
    e.volume_deviation = first_enough(0, 0.005, 201, [&](double deviation) {
        double inside = 0;
        for (std::size_t i = 0; i < logs.size(); ++i)
            inside += std::abs(logs[i] - e.volume_shift) <= z90 * std::sqrt(known[i] + deviation * deviation)
                          ? 1
                          : 0;
        return inside >= 0.9 * static_cast<double>(logs.size());
    });
}

/// Share of volumes within intervals that were learnt from other cells.
double cross_validated(const Cells& cells, std::uint8_t class_id) {
    std::int64_t inside = 0, cases = 0;
    for (std::size_t part = 0; part < parts; ++part) {
        Cells teach, test;
        for (std::size_t c = 0; c < cells.size(); ++c) (c % parts == part ? test : teach).push_back(cells[c]);
        const auto rows = displacements(teach, class_id);
        if (rows.size() < 3) continue;
        ClassErrors e;
        fit_displacements(e, rows);
        for (const Displaced& t : displacements(test, class_id)) {
            const double blur = blur_of_edge_um(t.blur_um, e.usual_blur_um);
            const double reach = z90 * std::hypot(e.shared_um, e.own_um, e.blur_share * blur);
            inside += std::abs(t.d_um - e.mean_um) <= reach ? 1 : 0;
            ++cases;
        }
    }
    return cases == 0 ? not_defined : static_cast<double>(inside) / static_cast<double>(cases);
}

std::string number(std::int64_t n, const char* one, const char* many) {
    return std::to_string(n) + " " + (n == 1 ? one : many);
}

}  // namespace

void FitOptions::check() const {
    if (cells < 2 || cells_of_class < 2 || objects < 3 || filopodia < 3)
        throw UsageError("learning errors: expected at least 2 cells and 3 objects of a class");
}

ErrorFit fit_errors(const std::vector<FitCell>& all, const Legend& legend, const FitOptions& options,
                    const Progress& progress) {
    options.check();
    if (static_cast<std::int64_t>(all.size()) < options.cells)
        throw UsageError("learning errors: expected at least " + std::to_string(options.cells) +
                         " cells, found " + std::to_string(all.size()));
    Cells cells;
    for (const FitCell& cell : all) cells.push_back(&cell);
    ErrorFit fit;
    fit.learnt.cells = static_cast<int>(all.size());
    const LegendEntry* tubes = legend.find_kind("filopodium");
    for (std::size_t i = 0; i < legend.entries.size(); ++i) {
        progress(static_cast<double>(i) / static_cast<double>(legend.entries.size()));
        const LegendEntry& entry = legend.entries[i];
        if (entry.id == background) continue;
        FitRow row;
        row.class_id = entry.id;
        bool known = false;
        for (const FitCell* cell : cells) {
            known |= cell->truth.contains(entry.id);
            row.missed += truth_of(*cell, entry.id).missed;
            for (const FitObject* o : objects_of(*cell, entry.id)) {
                ++row.found;
                row.no_objects += o->real ? 0 : 1;
            }
        }
        const auto rows = displacements(cells, entry.id);
        std::set<std::size_t> in;
        for (const Displaced& r : rows) in.insert(r.cell);
        row.compared = static_cast<std::int64_t>(rows.size());
        row.cells = static_cast<int>(in.size());
        if (!known)
            row.refused = "simulated cells have no such class";
        else if (row.compared < options.objects || row.cells < options.cells_of_class)
            row.refused = number(row.compared, "object", "objects") + " in " +
                          number(row.cells, "cell", "cells") + " to compare, needs " +
                          std::to_string(options.objects) + " in " + std::to_string(options.cells_of_class);
        if (row.refused.empty()) {
            ClassErrors e;
            fit_displacements(e, rows);
            fit_reality(e, cells, entry.id, standard_class_name(entry.name));
            fit_counts(e, cells, entry.id);
            fit_totals(e, cells, entry.id);
            row.held = cross_validated(cells, entry.id);
            fit.learnt.classes.push_back({entry.name, row.compared, e});
        }
        fit.rows.push_back(row);
    }
    const std::vector<FitLine> lines = whole_filopodia(all);
    fit.filopodia = static_cast<std::int64_t>(lines.size());
    if (tubes != nullptr && fit.filopodia < options.filopodia)
        fit.filopodia_refused = number(fit.filopodia, "filopodium", "filopodia") +
                                " found from root to tip, needs " + std::to_string(options.filopodia);
    else if (tubes != nullptr) {
        fit.learnt.filopodia_compared = fit.filopodia;
        fit.learnt.filopodia = fit_filopodia(lines);
    }
    progress(1);
    return fit;
}

Table error_fit_table(const ErrorFit& fit, const Legend& legend) {
    Table t;
    t.name = "learnt_errors";
    t.columns = {
        {"class", "", "Name of the class, or the lines of filopodia."},
        {"found", "", "Number of objects found in all cells."},
        {"not_real", "", "Number of objects found where there is no true one."},
        {"missed", "", "Number of true objects that were not found."},
        {"compared", "",
         "Number of objects that errors were learnt from: those that share with a true object more than half "
         "of what both cover together."},
        {"cells", "", "Number of cells that these objects lie in."},
        {"held_percent", "%",
         "Share of the true volumes that lie within 90 % intervals learnt from the other cells: 90 is as it "
         "should be."},
        {"intervals", "", "Whether intervals were learnt, and if not, why this model will give none."},
    };
    for (const FitRow& r : fit.rows)
        t.rows.push_back({legend.name_of(r.class_id), r.found, r.no_objects, r.missed, r.compared,
                          std::int64_t{r.cells}, 100 * r.held,
                          r.refused.empty() ? "learnt" : "none: " + r.refused});
    if (legend.find_kind("filopodium") != nullptr)
        t.rows.push_back({"lines of filopodia", fit.filopodia, not_defined, not_defined, fit.filopodia,
                          not_defined, not_defined,
                          fit.filopodia_refused.empty() ? "learnt" : "none: " + fit.filopodia_refused});
    return t;
}

}  // namespace cytomo
