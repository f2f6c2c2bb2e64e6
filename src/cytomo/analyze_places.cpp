// Plots of where objects lie.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analyze_page.h"
#include "cytomo/report/curves.h"
#include "cytomo/report/matrix_figure.h"

namespace cytomo {

namespace {

/// Share of the volume against the distance to nucleus or membrane, over the share in the whole cell.
Figure radial_figure(const Analysis& a, const Legend& legend, RadialReference reference, const char* title,
                     const char* axis) {
    std::map<std::uint8_t, Curve> curves;
    double farthest = 0;
    for (const RadialBin& bin : a.measures.space.radial) {
        if (bin.reference != reference) continue;
        Curve& curve = curves[bin.class_id];
        curve.name = legend.name_of(bin.class_id);
        curve.colour = figure_colour(legend, bin.class_id);
        curve.x.push_back((bin.from_um + bin.to_um) / 2);
        curve.y.push_back(bin.relative_volume);
        farthest = std::max(farthest, bin.to_um);
    }
    std::vector<Curve> all;
    std::size_t shells = 0;
    for (auto& [id, curve] : curves) {
        shells = std::max(shells, curve.x.size());
        all.push_back(std::move(curve));
    }
    Figure figure;
    if (shells < 2) return figure;  // one shell has all there is: its density is the mean
    all.push_back({"even", {150, 150, 150}, {0, farthest}, {1, 1}, false});
    figure = curve_figure(title, {axis, "density over its mean", 0, 2, false}, all);
    figure.caption =
        "Share of each class in the volume available at that distance, over its share in the whole cell: 1 "
        "is an even spread.";
    figure.table = "radial";
    return figure;
}

/// From each class to the nearest object of each: the median gap.
Figure gaps_figure(const Analysis& a, const Legend& legend) {
    std::map<std::pair<std::uint8_t, std::uint8_t>, std::vector<double>> gaps;
    std::array<bool, 256> from{}, to{};
    for (const ObjectDistance& d : a.measures.space.distances.pairs) {
        if (!std::isfinite(d.gap_um)) continue;
        gaps[{d.class_id, d.to_class}].push_back(d.gap_um);
        from[d.class_id] = to[d.to_class] = true;
    }
    NumberMatrix matrix;
    std::vector<std::uint8_t> columns;
    for (const auto& entry : legend.entries)
        if (to[entry.id]) {
            columns.push_back(entry.id);
            matrix.columns.push_back(entry.name);
        }
    for (const auto& entry : legend.entries) {
        if (!from[entry.id]) continue;
        matrix.rows.push_back(entry.name);
        for (const std::uint8_t column : columns) {
            const auto found = gaps.find({entry.id, column});
            if (found == gaps.end()) {
                matrix.values.push_back(not_defined);
                matrix.notes.emplace_back();
                continue;
            }
            auto& values = found->second;
            std::sort(values.begin(), values.end());
            const double median = (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
            matrix.values.push_back(median);
            matrix.notes.push_back(
                values.size() == 1 ? "1 object" : "median of " + std::to_string(values.size()) + " objects");
        }
    }
    Figure figure;
    if (columns.empty()) return figure;
    figure = matrix_figure("Gaps to the nearest object", matrix);
    figure.caption =
        "Median gap in µm from the objects of a class (row) to the nearest other object of a class (column). "
        "The darker, the nearer.";
    figure.table = "distances";
    return figure;
}

/// One strip a class of a number of each position that `known` holds for; says how many it does not hold for.
/// `least`: what can just be resolved.
template <class Value, class Known>
Figure position_strips(const char* title, const char* quantity, const char* unit, const Analysis& a,
                       const Legend& legend, double least, Value value_of, Known known) {
    std::vector<NamedValues> groups;
    std::size_t shown = 0, left_out = 0;
    for (const auto& entry : legend.entries) {
        if (!is_counted(legend, entry.id)) continue;
        NamedValues group{entry.name, entry.colour, {}};
        for (const ObjectPosition& p : a.measures.space.distances.positions) {
            if (p.class_id != entry.id || !std::isfinite(value_of(p))) continue;
            if (known(p))
                group.values.push_back(value_of(p));
            else
                ++left_out;
        }
        shown += group.values.size();
        if (!group.values.empty()) groups.push_back(std::move(group));
    }
    Figure figure;
    if (shown == 0) return figure;
    figure = strip_figure(title, quantity, unit, groups, "object", least);
    if (left_out > 0)
        figure.caption += " Left out: " + std::to_string(left_out) +
                          (left_out == 1 ? " object that is" : " objects that are") +
                          " nearer to the border of the tomogram than to any membrane seen.";
    figure.table = "positions";
    return figure;
}

}  // namespace

std::vector<Figure> place_figures(const Analysis& a, const Legend& legend) {
    std::vector<Figure> out;
    const auto add = [&](Figure figure) {
        if (!figure.svg.empty()) out.push_back(std::move(figure));
    };
    const Vec3 edge = a.classes->grid().voxel_um;
    const double half_voxel = std::min({edge.x, edge.y, edge.z}) / 2;
    add(gaps_figure(a, legend));
    add(position_strips(
        "Gaps to the nucleus", "Gap to the nucleus", "µm", a, legend, half_voxel,
        [](const ObjectPosition& p) { return p.nucleus_gap_um; },
        [](const ObjectPosition&) { return true; }));
    add(position_strips(
        "Gaps to the plasma membrane", "Gap to the plasma membrane", "µm", a, legend, half_voxel,
        [](const ObjectPosition& p) { return p.membrane_gap_um; },
        [](const ObjectPosition& p) { return !p.membrane_gap_at_least; }));
    add(position_strips(
        "Between nucleus and plasma membrane", "Depth (0: nucleus, 1: plasma membrane)", "", a, legend, 0,
        [](const ObjectPosition& p) { return p.depth; },
        [](const ObjectPosition& p) { return !p.membrane_from_centroid_at_least; }));
    add(radial_figure(a, legend, RadialReference::nucleus, "Spread around the nucleus",
                      "distance to the nucleus, µm"));
    add(radial_figure(a, legend, RadialReference::membrane, "Spread below the plasma membrane",
                      "distance to the plasma membrane, µm"));
    return out;
}

}  // namespace cytomo
