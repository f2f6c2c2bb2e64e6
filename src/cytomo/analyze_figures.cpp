// Plots of an analysis.
#include <algorithm>
#include <cmath>
#include <map>

#include "analyze_page.h"
#include "cytomo/core/class_names.h"
#include "cytomo/report/curves.h"
#include "cytomo/report/filopodia_pictures.h"

namespace cytomo {

Colour figure_colour(const Legend& legend, std::uint8_t class_id) {
    const LegendEntry* entry = legend.find(class_id);
    return entry != nullptr ? entry->colour : Colour{150, 150, 150};
}

bool is_counted(const Legend& legend, std::uint8_t class_id) {
    const std::string name = legend.name_of(class_id);
    return class_id != background && !is_cell_body_name(name) && standard_class_name(name) != "nucleus";
}

namespace {

/// One strip a class, of the classes whose objects are counted.
template <class Value>
Figure strips(const char* title, const char* quantity, const char* unit, const Analysis& a,
              const Legend& legend, Value value_of) {
    std::vector<NamedValues> groups;
    for (const auto& entry : legend.entries) {
        if (!is_counted(legend, entry.id)) continue;
        NamedValues group{entry.name, entry.colour, {}};
        for (const Object& o : a.measures.objects)
            if (o.class_id == entry.id) group.values.push_back(value_of(o));
        if (!group.values.empty()) groups.push_back(std::move(group));
    }
    return strip_figure(title, quantity, unit, groups);
}

/// A strip of all things of one kind, which `kind` names where the legend knows the class by another name.
template <class Items, class Value>
Figure strip_of(const char* title, const char* quantity, const Legend& legend, const char* kind,
                const Items& items, Value value_of) {
    const LegendEntry* entry = legend.find_kind(kind);
    NamedValues group{kind, {150, 150, 150}, {}};
    if (entry != nullptr) group.name = entry->name, group.colour = entry->colour;
    for (const auto& item : items) group.values.push_back(value_of(item));
    return strip_figure(title, quantity, "µm", {&group, 1}, group.name);
}

/// Mean absorption of all round objects of a class by depth below the surface, relative to their
/// surroundings.
Figure profile_figure(const Analysis& a, const Legend& legend) {
    struct Sum {
        double sum = 0, weight = 0;
    };
    std::map<std::uint8_t, std::map<int, Sum>> sums;  // by class and distance in steps of 20 nm
    constexpr double step_um = 0.02;
    for (const RadialProfile& p : a.measures.profiles)
        for (const ProfileLayer& layer : p.layers)
            if (std::isfinite(layer.mean) && std::isfinite(p.surroundings)) {
                Sum& s = sums[p.class_id][static_cast<int>(std::lround(layer.distance_um / step_um))];
                s.sum += layer.mean - p.surroundings;
                s.weight += 1;
            }
    std::vector<Curve> curves;
    for (const auto& [class_id, layers] : sums) {
        Curve curve{legend.name_of(class_id), figure_colour(legend, class_id), {}, {}, true};
        for (const auto& [place, s] : layers) {
            if (s.weight < 2) continue;  // of one object only
            curve.x.push_back(place * step_um);
            curve.y.push_back(s.sum / s.weight);
        }
        if (curve.x.size() > 2) curves.push_back(std::move(curve));
    }
    Figure figure;
    if (curves.empty()) return figure;
    const std::string unit = a.measures.absorption.calibrated ? "absorption, 1/µm" : "grey value";
    figure = curve_figure(
        "Round objects from the middle outwards",
        {"distance from the surface, µm (inside: negative)", unit + " less surroundings", 0, 0, false},
        curves);
    figure.caption = "Mean over the objects of a class.";
    return figure;
}

}  // namespace

std::vector<Figure> analysis_figures(const Analysis& a, const ClassVolume& shown, const Tomogram& tomogram,
                                     const Legend& legend, const Progress& progress) {
    const CellMeasures& m = a.measures;
    std::vector<Figure> out;
    const auto add = [&](const char* table, Figure figure) {
        if (figure.svg.empty()) return;
        figure.table = table;
        out.push_back(std::move(figure));
    };
    if (std::any_of(m.objects.begin(), m.objects.end(),
                    [&](const Object& o) { return is_counted(legend, o.class_id); })) {
        add("objects", strips("Volumes of objects", "Volume", "µm³", a, legend,
                              [](const Object& o) { return o.volume_um3; }));
        add("objects", strips("Equivalent diameters", "Diameter", "µm", a, legend,
                              [](const Object& o) { return o.equivalent_diameter_um; }));
    }
    if (!m.filopodia.empty()) {
        add("filopodia", strip_of("Lengths of filopodia", "Length", legend, "filopodium", m.filopodia,
                                  [](const Filopodium& f) { return f.length_um; }));
        add("filopodia", strip_of("Radii of filopodia", "Mean radius", legend, "filopodium", m.filopodia,
                                  [](const Filopodium& f) { return f.mean_radius_um; }));
        add("filopodium_profiles", filopodium_profiles_figure(m.filopodia));
    }
    if (!m.networks.empty()) {
        add("network",
            strip_of("Lengths of mitochondria along their skeletons", "Length", legend, "mitochondrion",
                     m.networks, [](const NetworkObject& n) { return n.length_um; }));
        add("network", strip_of("Thickness of mitochondria", "Mean thickness", legend, "mitochondrion",
                                m.networks, [](const NetworkObject& n) { return n.mean_thickness_um; }));
    }
    add("absorption_profiles", profile_figure(a, legend));
    const Tomogram grey = scaled(tomogram, m.scale);
    const auto histograms = sample_grey_values(grey, shown, legend, progress.stage("grey values"));
    if (!histograms.empty())
        add("", grey_figure(histograms, grey.calibrated ? "Linear absorption coefficient (1/µm)"
                                                        : "Grey value (as stored)"));
    return out;
}

}  // namespace cytomo
