// Tables of profiles.
#include <cmath>

#include "cytomo/measures/absorption_profile.h"

namespace cytomo {

Table profiles_table(const std::vector<RadialProfile>& profiles, const Legend& legend, bool calibrated) {
    const auto [suffix, unit] = absorption_unit(calibrated);
    Table table;
    table.name = "absorption_profiles";
    table.columns = {
        object_column(),
        class_id_column(),
        class_column(),
        {"distance_um", "µm",
         "Distance from the object's surface to the middle of the layer; negative inside the object."},
        {"relative_depth", "",
         "Depth of the layer divided by the largest depth in the object: 0 at the surface, 1 in the middle. "
         "Empty outside the object."},
        {"mean_" + suffix, unit, "Mean of the layer; outside the object of cytoplasm and nucleus only."},
        {"deviation_" + suffix, unit, "How much the voxels of the layer differ (standard deviation)."},
        {"voxels", "", "Number of voxels in the layer."},
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
        object_column(),
        class_id_column(),
        class_column(),
        {"pattern", "",
         "What the object looks like: dense, ring (the wall is denser than lumen and surroundings), hollow, "
         "or unclear."},
        {"deepest_um", "µm", "How far the deepest voxel lies below the surface."},
        {"outer_layers_" + suffix, unit,
         "Mean of the layers of absorption_profiles.csv that lie 0.1 to 0.3 µm outside the object, which "
         "pattern, lumen and wall are compared with. Voxels nearer to another object count, too; "
         "surroundings_" +
             suffix + " of absorption.csv is the mean of cells of about 50 nm and leaves these out."},
        {"lumen_" + suffix, unit,
         "Mean of the inner part: what lies inside a ring's wall, or else deeper than half of deepest_um."},
        {"wall_" + suffix, unit,
         "Mean of a ring's wall, which on both sides reaches to half of its height. Empty unless it is a "
         "ring."},
        {"wall_peak_" + suffix, unit,
         "Mean of the densest layer of a ring's wall. Empty unless it is a ring."},
        {"wall_thickness_um", "µm",
         "Thickness of a ring's wall, from half of its height on one side to half on the other. Empty unless "
         "it is a ring."},
        {"wall_resolved", "",
         "1 if the wall is thicker than 3 voxels; 0 if it is thinner, so that the thickness is an upper "
         "limit at best."},
        {"cut_by_border", "",
         "1 if the object touches any border of the tomogram, 0 if not. Unlike touches_border of objects.csv "
         "it "
         "counts the first and the last slice in tomograms of at most 16 slices, too."},
        {"thinned", "",
         "1 if only every second or third voxel was used, as the object is large; 0 if all were."},
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
