#include "cytomo/report/measure_order.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numeric>
#include <string>
#include <tuple>

namespace cytomo {

namespace {

bool is_one_of(const std::string& name, std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(), [&](const char* n) { return name == n; });
}

bool holds_one_of(const std::string& name, std::initializer_list<const char*> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](const char* part) { return name.find(part) != std::string::npos; });
}

/// "median_volume_um3" → "volume_um3": which number it is, whatever was done to it.
std::string measured_quantity(std::string name) {
    for (const char* prefix : {"median_", "mean_object_", "total_", "mean_"})
        if (name.starts_with(prefix)) {
            name.erase(0, std::string(prefix).size());
            break;
        }
    return name == "count" ? "objects" : name;
}

/// Tables have ten significant digits, of which either value's last one is rounded.
constexpr double same_digits = 2e-9;

/// Equal in every cell, and known in one at least.
bool same_values(const CellMeasure& a, const CellMeasure& b) {
    bool any = false;
    for (std::size_t c = 0; c < a.values.size(); ++c) {
        const double x = a.values[c], y = b.values[c];
        if (std::isfinite(x) != std::isfinite(y)) return false;
        if (!std::isfinite(x)) continue;
        if (std::abs(x - y) > same_digits * std::max(std::abs(x), std::abs(y))) return false;
        any = true;
    }
    return any;
}

/// Whole numbers agree by chance.
bool are_whole(const CellMeasure& measure) {
    return std::all_of(measure.values.begin(), measure.values.end(),
                       [](double v) { return !std::isfinite(v) || v == std::round(v); });
}

}  // namespace

int kind_of(const CellMeasure& measure) {
    const std::string& name = measure.name;
    if (is_one_of(name, {"objects_per_um3", "objects", "count", "fraction_of_cell", "volume_um3",
                         "cell_volume_um3", "filopodia_per_um", "total_length_um"}))
        return 0;
    if (is_one_of(name, {"median_volume_um3", "mean_object_volume_um3", "median_equivalent_diameter_um",
                         "mean_equivalent_diameter_um", "median_length_um", "mean_length_um",
                         "median_mean_thickness_um", "median_mean_radius_um", "mean_radius_um", "surface_um2",
                         "median_surface_um2"}))
        return 1;
    if (holds_one_of(name, {"grey", "absorption", "contrast", "coefficient_of_variation"})) return 2;
    // Above all the many forms of curvature are read by few.
    if (holds_one_of(name, {"curvature", "supported", "_axis_", "area_um2"}) &&
        name != "total_contact_area_um2")
        return 5;
    if (holds_one_of(name, {"contact", "gap", "neighbour", "nearest", "depth", "angle"})) return 4;
    if (holds_one_of(name, {"sphericity", "elongation", "branch", "ends", "loops", "tortuosity", "path",
                            "width", "thickness", "radius", "share_in_networks", "flatness", "straight"}))
        return 3;
    return 5;
}

std::vector<std::size_t> same_numbers(const CellGroups& groups) {
    const auto& measures = groups.measures;
    std::vector<std::size_t> order(measures.size()), out(measures.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::iota(out.begin(), out.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return kind_of(measures[a]) < kind_of(measures[b]); });
    for (std::size_t i = 0; i < order.size(); ++i) {
        const CellMeasure& later = measures[order[i]];
        for (std::size_t k = 0; k < i; ++k) {
            const CellMeasure& earlier = measures[order[k]];
            if (out[order[k]] != order[k] || earlier.class_name != later.class_name ||
                earlier.unit != later.unit || !same_values(earlier, later))
                continue;
            if (are_whole(later) && measured_quantity(earlier.name) != measured_quantity(later.name))
                continue;
            out[order[i]] = order[k];
            break;
        }
    }
    return out;
}

std::vector<std::size_t> by_importance(const CellGroups& groups, const std::vector<Comparison>& comparisons) {
    struct Place {
        int group = 2, kind = 0;  // 0: differs after correction, 1: tested or not, 2: nothing varies
        double p = 2, minus_effect = 0;
        auto key() const { return std::tie(group, kind, p, minus_effect); }
    };
    std::vector<Place> places(groups.measures.size());
    for (std::size_t m = 0; m < places.size(); ++m) places[m].kind = kind_of(groups.measures[m]);
    for (const Comparison& c : comparisons) {
        Place& place = places[c.measure];
        if (c.test != ComparisonTest::nothing_varies) place.group = std::min(place.group, 1);
        if (c.p_benjamini_hochberg <= 0.05) place.group = 0;
        if (!std::isnan(c.p)) place.p = std::min(place.p, c.p);
        if (!std::isnan(c.effect.value))
            place.minus_effect = std::min(place.minus_effect, -std::abs(c.effect.value));
    }
    const auto stands_for = same_numbers(groups);
    std::vector<std::size_t> order;
    for (std::size_t m = 0; m < places.size(); ++m)
        if (stands_for[m] == m) order.push_back(m);
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return places[a].key() < places[b].key(); });
    return order;
}

}  // namespace cytomo
