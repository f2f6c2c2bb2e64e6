#include "bias_truth.h"

#include <cmath>
#include <map>
#include <set>

#include "cytomo/labels/instance_options.h"
#include "cytomo/measures/matching.h"

namespace cytomo {

SimulatedClasses simulated_classes(const Legend& legend) {
    SimulatedClasses out;
    out.id_of[ignore_label] = ignore_label;
    for (const LegendEntry& simulated : default_legend().entries) {
        if (simulated.id == background) continue;
        const LegendEntry* only = nullptr;
        int alike = 0;
        for (const LegendEntry& entry : legend.entries)
            if (entry.id != background &&
                standard_class_name(entry.name) == standard_class_name(simulated.name)) {
                only = &entry;
                ++alike;
            }
        if (alike != 1) continue;
        out.id_of[simulated.id] = only->id;
        out.known[only->id] = true;
    }
    return out;
}

void translate_truth(SimulatedTomogram& made, const Legend& legend) {
    const auto id_of = simulated_classes(legend).id_of;
    bool same = true;
    for (const LegendEntry& entry : default_legend().entries) same = same && id_of[entry.id] == entry.id;
    if (same) return;
    for (std::uint8_t& c : made.classes.values()) c = id_of[c];
    std::set<std::uint32_t> gone;
    for (ObjectTruth& o : made.truth.objects) {
        o.class_id = id_of[o.class_id];
        if (o.class_id == background) gone.insert(o.instance);
    }
    const auto is_gone = [&](const auto& o) { return gone.contains(o.instance); };
    std::erase_if(made.truth.objects, is_gone);
    std::erase_if(made.truth.filopodia, is_gone);
    std::erase_if(made.truth.mitochondria, is_gone);
    if (gone.empty()) return;
    for (std::uint32_t& number : made.instances.values())
        if (number != 0 && gone.contains(number)) number = 0;
}

Instances true_instances(const SimulatedTomogram& made) {
    Instances truth;
    truth.volume = made.instances;
    for (const ObjectTruth& o : made.truth.objects) {
        if (o.instance >= truth.class_of.size()) truth.class_of.resize(o.instance + 1ULL, 0);
        truth.class_of[o.instance] = o.class_id;
    }
    return truth;
}

std::array<double, 256> least_volumes_um3(const Legend& legend) {
    return instance_options_for(legend).min_volume_um3;
}

FitCell fit_cell(const MeasuredCell& measured, const std::vector<ObjectIntervals>& certainties,
                 const SimulatedTomogram& made) {
    constexpr double least_to_be_real = 0.2, least_to_compare = 0.5;  // of the union
    FitCell cell;
    const SimulatedClasses classes = simulated_classes(measured.legend);
    for (const LegendEntry& entry : measured.legend.entries)
        if (classes.known[entry.id]) cell.truth[entry.id];
    std::map<std::uint32_t, const ObjectTruth*> true_objects;
    for (const ObjectTruth& o : made.truth.objects) {
        true_objects[o.instance] = &o;
        cell.truth[o.class_id].volume_um3 += o.labelled_volume_um3;
    }
    std::map<std::uint32_t, Match> match_of;  // of objects found
    for (const Match& m : match_objects(slices_of(true_instances(made)), measured.instances))
        match_of[m.b] = m;
    const double voxel_um3 = made.classes.grid().voxel_volume_um3();
    std::set<std::uint32_t> paired;                      // true ones
    std::map<std::uint32_t, std::uint32_t> compared_as;  // true filopodia to what was found
    std::map<std::uint32_t, double> blur;
    for (std::size_t i = 0; i < measured.objects.size(); ++i) {
        const Object& found = measured.objects[i];
        FitObject o;
        o.class_id = found.class_id;
        o.volume_um3 = found.volume_um3;
        o.surface_um2 = found.surface_um2;
        if (i < certainties.size()) {
            o.mean_probability = certainties[i].certainty.mean_probability;
            o.edge_blur_um = certainties[i].certainty.edge_blur_um;
        }
        blur[found.instance] = o.edge_blur_um;
        if (const auto at = match_of.find(found.instance); at != match_of.end()) {
            const ObjectTruth& t = *true_objects.at(at->second.a);
            const auto both = static_cast<double>(at->second.voxels);
            const double either =
                t.labelled_volume_um3 / voxel_um3 + static_cast<double>(found.voxels) - both;
            o.real = both >= least_to_be_real * either;
            if (o.real) paired.insert(t.instance);
            if (both >= least_to_compare * either) {
                o.true_volume_um3 =
                    t.volume_um3 >= 0 && !t.touches_border ? t.volume_um3 : t.labelled_volume_um3;
                if (t.surface_um2 >= 0 && !t.touches_border) o.true_surface_um2 = t.surface_um2;
                compared_as[t.instance] = found.instance;
            }
        }
        cell.objects.push_back(o);
    }
    const auto least = least_volumes_um3(measured.legend);
    for (const ObjectTruth& o : made.truth.objects)
        if (!paired.contains(o.instance) && o.labelled_volume_um3 >= least[o.class_id])
            ++cell.truth[o.class_id].missed;
    std::map<std::uint32_t, const Filopodium*> filopodia;
    for (const Filopodium& f : measured.filopodia) filopodia[f.instance] = &f;
    for (const FilopodiumTruth& f : made.truth.filopodia) {
        const auto at = compared_as.find(f.instance);
        if (!f.complete || f.radius_um.empty() || at == compared_as.end() || !filopodia.contains(at->second))
            continue;
        double radius = 0;
        for (const double r : f.radius_um) radius += r / static_cast<double>(f.radius_um.size());
        const Filopodium& found = *filopodia.at(at->second);
        cell.filopodia.push_back(
            {f.length_um, found.length_um, radius, found.mean_radius_um, blur[found.instance]});
    }
    return cell;
}

}  // namespace cytomo
