// Tables of filopodia: one row a filopodium, a point of its line, a branch.
#include <cmath>

#include "cytomo/measures/filopodia.h"

namespace cytomo {

Table filopodia_table(const std::vector<Filopodium>& filopodia) {
    Table table;
    table.name = "filopodia";
    table.columns = {
        {"object", "", "number in the instance volume and in the table of objects"},
        {"length_um", "µm", "length along the centre line, from the root to the tip"},
        {"mean_radius_um", "µm",
         "radius of the circle with the area of the cross-section, mean along the line"},
        {"minimum_radius_um", "µm", "radius at the thinnest place"},
        {"tortuosity", "", "length / distance from root to tip"},
        {"volume_um3", "µm³", "number of voxels times the volume of one"},
        {"attached", "", "1: touches the cell body; 0: the thicker end counts as root"},
        {"root_x_um", "µm", "place where it leaves the cell body: x"},
        {"root_y_um", "µm", "place where it leaves the cell body: y"},
        {"root_z_um", "µm", "place where it leaves the cell body: z"},
        {"tip_x_um", "µm", "place of its far end: x"},
        {"tip_y_um", "µm", "place of its far end: y"},
        {"tip_z_um", "µm", "place of its far end: z"},
        {"tip_radius_um", "µm", "mean radius over the last 0.3 µm before the cap of the tip"},
        {"mean_curvature_per_um", "1/µm", "curvature of the centre line, mean along it"},
        {"maximum_curvature_per_um", "1/µm", "curvature of the centre line at its sharpest bend"},
        {"branches", "", "number of side branches"},
        {"branch_length_um", "µm", "length of all side branches together"},
        {"longest_branch_um", "µm", "length of the longest side branch"},
        {"root_angle_deg", "°",
         "angle between its first half micron and the normal of the cell body's surface; 0: straight out"},
        {"edge_angle_deg", "°",
         "angle between its first half micron and the cell edge, seen along z; 90: straight out"},
        {"neighbour_along_edge_um", "µm",
         "distance from its root to the nearest other root along the cell edge"},
        {"neighbour_straight_um", "µm", "distance from its root to the nearest other root, in space"},
        {"near_resolution", "", "1: too thin for a trustworthy radius"},
        {"touches_border", "", "1: may go on beyond the volume"},
    };
    for (const Filopodium& f : filopodia) {
        double all = 0, longest = f.branches.empty() ? not_defined : 0;
        for (const FilopodiumBranch& b : f.branches) {
            all += b.length_um;
            longest = std::fmax(longest, b.length_um);
        }
        table.rows.push_back({static_cast<std::int64_t>(f.instance),
                              f.length_um,
                              f.mean_radius_um,
                              f.minimum_radius_um,
                              f.tortuosity,
                              f.volume_um3,
                              static_cast<std::int64_t>(f.attached ? 1 : 0),
                              f.root_um.x,
                              f.root_um.y,
                              f.root_um.z,
                              f.tip_um.x,
                              f.tip_um.y,
                              f.tip_um.z,
                              f.tip_radius_um,
                              f.mean_curvature_per_um,
                              f.maximum_curvature_per_um,
                              static_cast<std::int64_t>(f.branches.size()),
                              all,
                              longest,
                              f.root_angle_deg,
                              f.edge_angle_deg,
                              f.neighbour_along_edge_um,
                              f.neighbour_straight_um,
                              static_cast<std::int64_t>(f.near_resolution ? 1 : 0),
                              static_cast<std::int64_t>(f.touches_border ? 1 : 0)});
    }
    return table;
}

Table filopodium_profiles_table(const std::vector<Filopodium>& filopodia) {
    Table table;
    table.name = "filopodium_profiles";
    table.columns = {
        {"filopodium", "", "number in the instance volume and in the table of filopodia"},
        {"position_um", "µm", "distance from the root along the centre line"},
        {"radius_um", "µm", "radius of the circle with the area of the cross-section there"},
        {"curvature_per_um", "1/µm", "curvature of the centre line there"},
        {"x_um", "µm", "this place: x"},
        {"y_um", "µm", "this place: y"},
        {"z_um", "µm", "this place: z"},
    };
    for (const Filopodium& f : filopodia) {
        double position = 0;
        for (std::size_t i = 0; i < f.centre_line_um.size(); ++i) {
            const Vec3 p = f.centre_line_um[i];
            if (i > 0) position += length(p - f.centre_line_um[i - 1]);
            table.rows.push_back({static_cast<std::int64_t>(f.instance), position, f.radius_um[i],
                                  i < f.curvature_per_um.size() ? f.curvature_per_um[i] : not_defined, p.x,
                                  p.y, p.z});
        }
    }
    return table;
}

Table filopodium_branches_table(const std::vector<Filopodium>& filopodia) {
    Table table;
    table.name = "filopodium_branches";
    table.columns = {
        {"filopodium", "", "number in the instance volume and in the table of filopodia"},
        {"branch", "", "number of the branch, from 1, from root to tip of the filopodium"},
        {"length_um", "µm", "length from the filopodium's centre line to the branch's end"},
        {"leaves_at_um", "µm", "distance from the root to where it leaves, along the centre line"},
        {"tip_x_um", "µm", "place of the branch's end: x"},
        {"tip_y_um", "µm", "place of the branch's end: y"},
        {"tip_z_um", "µm", "place of the branch's end: z"},
    };
    for (const Filopodium& f : filopodia)
        for (std::size_t i = 0; i < f.branches.size(); ++i) {
            const FilopodiumBranch& b = f.branches[i];
            table.rows.push_back({static_cast<std::int64_t>(f.instance), static_cast<std::int64_t>(i + 1),
                                  b.length_um, b.leaves_at_um, b.tip_um().x, b.tip_um().y, b.tip_um().z});
        }
    return table;
}

}  // namespace cytomo
