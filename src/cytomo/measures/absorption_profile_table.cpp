// Tables of profiles.
#include <cmath>

#include "cytomo/measures/absorption_profile.h"

namespace cytomo {

Table profiles_table(const std::vector<RadialProfile>& profiles, const Legend& legend, bool calibrated) {
    const auto [suffix, unit] = absorption_unit(calibrated);
    Table table;
    table.name = "absorption_profiles";
    table.columns = {
        {"object", "", "number in the instance volume"},
        {"class_id", "", "class id in the class volume"},
        {"class", "", "name of the class"},
        {"distance_um", "µm", "distance of the layer's middle from the object's surface: negative inside"},
        {"relative_depth", "", "depth / largest depth in the object: 0 at the surface, 1 in the middle"},
        {"mean_" + suffix, unit, "mean of the layer (outside: of cytoplasm and nucleus only)"},
        {"deviation_" + suffix, unit, "standard deviation of the voxels of the layer"},
        {"voxels", "", "number of voxels in the layer"},
    };
    for (const RadialProfile& p : profiles)
        for (const ProfileLayer& l : p.layers)
            table.rows.push_back(
                {static_cast<std::int64_t>(p.instance), static_cast<std::int64_t>(p.class_id),
                 legend.name_of(p.class_id), l.distance_um,
                 l.distance_um < 0 && p.deepest_um > 0 ? std::fmin(1, -l.distance_um / p.deepest_um)
                                                       : not_defined,
                 l.mean, l.deviation, l.voxels});
    return table;
}

Table walls_table(const std::vector<RadialProfile>& profiles, const Legend& legend, bool calibrated) {
    const auto [suffix, unit] = absorption_unit(calibrated);
    Table table;
    table.name = "round_objects";
    table.columns = {
        {"object", "", "number in the instance volume"},
        {"class_id", "", "class id in the class volume"},
        {"class", "", "name of the class"},
        {"pattern", "", "dense, ring (wall denser than lumen and surroundings), hollow, or unclear"},
        {"deepest_um", "µm", "largest depth of a voxel centre below the surface"},
        {"surroundings_" + suffix, unit, "mean of cytoplasm and nucleus 0.1 to 0.3 µm outside"},
        {"lumen_" + suffix, unit, "mean of the inner part (rings: inside the wall; else deeper than half)"},
        {"wall_" + suffix, unit, "rings: mean between the places of half height on the wall's flanks"},
        {"wall_peak_" + suffix, unit, "rings: mean of the densest layer"},
        {"wall_thickness_um", "µm", "rings: distance between the places of half height on the wall's flanks"},
        {"wall_resolved", "", "1: thicker than 3 voxels; 0: the thickness is an upper bound at best"},
        {"cut_by_border", "", "1: touches a border of the volume"},
        {"thinned", "", "1: every second or third voxel was used"},
    };
    const auto flag = [](bool b) { return static_cast<std::int64_t>(b ? 1 : 0); };
    for (const RadialProfile& p : profiles)
        table.rows.push_back({static_cast<std::int64_t>(p.instance), static_cast<std::int64_t>(p.class_id),
                              legend.name_of(p.class_id), name(p.pattern), p.deepest_um, p.surroundings,
                              p.lumen_mean, p.wall_mean, p.wall_peak, p.wall_thickness_um,
                              flag(p.wall_resolved), flag(p.cut_by_border), flag(p.thinned)});
    return table;
}

}  // namespace cytomo
