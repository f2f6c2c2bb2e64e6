// Length, thickness, bends and branches of filopodia along their centre lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/objects.h"

namespace cytomo {

/// A side branch, or a branch of one: from the centre line that it leaves to its own farthest point.
struct FilopodiumBranch {
    double length_um = 0;
    /// Along the stem, from its root: where it leaves, or where the one leaves from which it branches off.
    double leaves_at_um = 0;
    std::size_t of_branch = 0;  ///< number of the branch that it leaves, from 1; 0: it leaves the stem
    std::vector<Vec3> line_um;  ///< from the centre line that it leaves to its end; at least two points
    Vec3 tip_um() const { return line_um.back(); }
};

/// One filopodium. Positions and lengths in µm, positions in the grid's space.
struct Filopodium {
    std::uint32_t instance = 0;  ///< its number in the instance volume
    double length_um = 0;        ///< along the centre line, from the root to the surface of the tip
    double mean_radius_um = 0;  ///< of the circle with the area of the cross-section, averaged along the line
    double minimum_radius_um = 0;
    double tortuosity = 1;  ///< length / distance from root to tip
    double volume_um3 = 0;
    Vec3 root_um, tip_um;
    bool attached = false;             ///< touches the cell body; otherwise the thicker end counts as root
    std::vector<Vec3> centre_line_um;  ///< from root to tip
    std::vector<double> radius_um;     ///< at each point of the centre line
    double tip_radius_um = 0;          ///< mean over the last 0.3 µm before the cap (see FilopodiaOptions)
    std::vector<double> curvature_per_um;  ///< at each point of the centre line; NaN where it is too short
    double mean_curvature_per_um = not_defined;
    double maximum_curvature_per_um = not_defined;
    std::vector<FilopodiumBranch> branches;  ///< in the order in which they leave the stem
    /// Between the first half micron and the normal of the cell body's surface: 0 straight out, 90 along the
    /// surface. NaN if not attached.
    double root_angle_deg = not_defined;
    /// Between the first half micron and the cell edge, seen along z: 90 straight out, 0 along the edge. NaN
    /// if the root is not at the edge (see FilopodiaOptions).
    double edge_angle_deg = not_defined;
    /// To the nearest other root at the cell edge, along the edge; NaN if there is none on the same outline.
    double neighbour_along_edge_um = not_defined;
    double neighbour_straight_um =
        not_defined;               ///< to the nearest other root, in space; NaN if there is none
    bool near_resolution = false;  ///< mean radius below the threshold of the options
    bool touches_border = false;   ///< may go on beyond the volume, as for Object
};

struct FilopodiaOptions {
    std::uint8_t class_id = filopodium;  ///< every other class but 0 and 255 is cell body
    double tip_um = 0.3;                 ///< the tip radius is the mean over this length before the cap
    /// Curvature is that of parabolas fitted to the line within this length to either side, or 2.5 radii or
    /// 3 voxels where that is more: shorter bends do not show, and neither does the lattice.
    double curvature_scale_um = 0.3;
    double angle_um = 0.5;     ///< length from the root that gives the direction for angles
    double edge_reach_um = 1;  ///< roots farther from the cell's outline (cell_edge.h) are not at the edge
    /// Mean radii below the larger of these two are flagged: they say more about the microscope.
    double resolution_radius_um = 0.03;
    double resolution_voxels = 1.5;  ///< of the longest voxel edge
    /// Throws UsageError if a length is negative or not finite.
    void check() const;
};

/// Measures every object of the class, in the order of their numbers. classes and instances lie on the same
/// grid (InputError otherwise). With `probabilities` (8 bit, on the same grid), voxels at the surface count
/// with their probability instead of wholly; nullptr: all count wholly. `seen`: the classes as the network
/// saw them, if `classes` were corrected by hand since; nullptr: they were not. What is surface, and what is
/// said of it, follows these, so that corrections of one object do not make others thicker. The line leads
/// from the root to the farthest tip; branches count if they reach farther from it than twice the mean radius
/// and two voxels. A branch of a branch is one by itself, if it reaches as far from the lines of both. Mean
/// and minimum radius leave out one radius at either end. An object in several pieces (see
/// split_crossing_tubes) is measured as if the gaps between the pieces were filled; its volume is that of its
/// voxels. Accuracy on bent tubes from 3 voxels of radius: length within 2 %, radius within 3 %; at 2 voxels
/// 3 and 5 %. Threaded over filopodia, time n log n in their voxels. Deterministic.
std::vector<Filopodium> measure_filopodia(const ClassVolume& classes, const Instances& instances,
                                          const FilopodiaOptions& options = {},
                                          const Probabilities* probabilities = nullptr,
                                          const ClassVolume* seen = nullptr, const Progress& progress = {});

/// filopodia.csv: one row a filopodium.
Table filopodia_table(const std::vector<Filopodium>& filopodia);
/// filopodium_profiles.csv: one row a point of a centre line, tidy.
Table filopodium_profiles_table(const std::vector<Filopodium>& filopodia);
/// filopodium_branches.csv: one row a branch.
Table filopodium_branches_table(const std::vector<Filopodium>& filopodia);

}  // namespace cytomo
