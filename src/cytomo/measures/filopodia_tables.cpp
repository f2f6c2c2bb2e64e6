// Tables of filopodia: one row a filopodium, a point of its line, a branch.
#include <cmath>

#include "cytomo/measures/filopodia.h"

namespace cytomo {

Table filopodia_table(const std::vector<Filopodium>& filopodia) {
    Table table;
    table.name = "filopodia";
    table.columns = {
        object_column(),
        {"length_um", "µm", "Length along the centre line, from the root at the cell body to the tip."},
        {"mean_radius_um", "µm",
         "Mean radius along the centre line: that of a circle as large as the cross-section."},
        {"minimum_radius_um", "µm",
         "Radius at the thinnest place: that of a circle as large as the cross-section."},
        {"tortuosity", "",
         "Length divided by the straight distance from root to tip: 1 if it is straight, more if it winds."},
        {"volume_um3", "µm³", "Volume of the object: its number of voxels times the volume of one voxel."},
        {"attached", "", "1 if it touches the cell body, 0 if not; its thicker end then counts as its root."},
        {"root_x_um", "µm", "Position along x of the root, where it leaves the cell body."},
        {"root_y_um", "µm", "Position along y of the root, where it leaves the cell body."},
        {"root_z_um", "µm", "Position along z of the root, where it leaves the cell body."},
        {"tip_x_um", "µm", "Position along x of the tip, its far end."},
        {"tip_y_um", "µm", "Position along y of the tip, its far end."},
        {"tip_z_um", "µm", "Position along z of the tip, its far end."},
        {"tip_radius_um", "µm", "Mean radius over the last 0.3 µm before the rounded end of the tip."},
        {"mean_curvature_per_um", "1/µm",
         "How strongly the centre line bends, mean along it: 1/r for a circle of radius r."},
        {"maximum_curvature_per_um", "1/µm",
         "How strongly the centre line bends at its sharpest bend: 1/r for a circle of radius r."},
        {"branches", "", "Number of side branches, branches of branches among them."},
        {"branch_length_um", "µm", "Length of all side branches together."},
        {"longest_branch_um", "µm", "Length of the longest side branch; empty if there is none."},
        {"root_angle_deg", "°",
         "Angle between its first 0.5 µm and the direction that points straight out of the cell body: 0 if "
         "it stands upright, 90 if it lies along the surface."},
        {"edge_angle_deg", "°",
         "Angle between its first 0.5 µm and the edge of the cell, seen along z: 90 if it points straight "
         "out, 0 if it runs along the edge."},
        {"neighbour_along_edge_um", "µm",
         "Distance along the edge of the cell from its root to the nearest root of another filopodium."},
        {"neighbour_straight_um", "µm",
         "Straight distance from its root to the nearest root of another filopodium."},
        {"near_resolution", "",
         "1 if it is so thin that its radius says more of the microscope than of the filopodium, 0 if not."},
        {"touches_border", "",
         "1 if it may go on outside the tomogram, so that it is longer than measured; 0 if not. It is that "
         "of "
         "objects.csv."},
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
        {"filopodium", "", "Number of the filopodium: that of its object in all tables."},
        {"position_um", "µm", "Distance of this place from the root, along the centre line."},
        {"radius_um", "µm", "Radius at this place: that of a circle as large as the cross-section."},
        {"curvature_per_um", "1/µm",
         "How strongly the centre line bends at this place: 1/r for a circle of radius r."},
        {"x_um", "µm", "Position along x of this place."},
        {"y_um", "µm", "Position along y of this place."},
        {"z_um", "µm", "Position along z of this place."},
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
        {"filopodium", "", "Number of the filopodium: that of its object in all tables."},
        {"branch", "", "Number of the branch, counted from 1 from the root to the tip of the filopodium."},
        {"of_branch", "",
         "Number of the branch from which it branches off; 0 if it leaves the filopodium itself."},
        {"length_um", "µm", "Length from the centre line that the branch leaves to its own end."},
        {"leaves_at_um", "µm",
         "Where the branch leaves the filopodium: distance from the root along the centre line. A branch of "
         "a "
         "branch leaves where that one does."},
        {"tip_x_um", "µm", "Position along x of the end of the branch."},
        {"tip_y_um", "µm", "Position along y of the end of the branch."},
        {"tip_z_um", "µm", "Position along z of the end of the branch."},
    };
    for (const Filopodium& f : filopodia)
        for (std::size_t i = 0; i < f.branches.size(); ++i) {
            const FilopodiumBranch& b = f.branches[i];
            table.rows.push_back({static_cast<std::int64_t>(f.instance), static_cast<std::int64_t>(i + 1),
                                  static_cast<std::int64_t>(b.of_branch), b.length_um, b.leaves_at_um,
                                  b.tip_um().x, b.tip_um().y, b.tip_um().z});
        }
    return table;
}

}  // namespace cytomo
