// How long, thick and branched the objects of a class are: fragments, tubes and networks of mitochondria.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/objects.h"
#include "cytomo/measures/skeleton.h"

namespace cytomo {

/// A network has a branch point or a loop; a tube has none and is at least three times as long as thick; a
/// fragment is shorter.
enum class TubeKind { fragment, tube, network };

/// "fragment", "tube" or "network".
std::string name(TubeKind kind);

/// One object. Lengths in µm, measured on its skeleton (see skeleton.h).
struct NetworkObject {
    std::uint32_t instance = 0;  ///< its number in the instance volume
    TubeKind kind = TubeKind::fragment;
    double volume_um3 = 0;
    double length_um = 0;  ///< of all centre lines; ends lie on the surface
    std::int64_t branch_points = 0, ends = 0, branches = 0, loops = 0;
    double mean_branch_length_um = 0;  ///< length / branches
    /// Thickness: diameter of the circle with the area of the cross-section. Rounded ends and branch points
    /// do not count; where nothing else is left, the typical one.
    double mean_thickness_um = not_defined;     ///< mean along the lines
    double minimum_thickness_um = not_defined;  ///< at the thinnest place
    /// Of the shortest ways along the skeleton between any two of its places, the longest. Exact without
    /// loops; with loops between nodes and the middles of branches, by repeated search.
    double longest_path_um = 0;
    double straight_um = 0;  ///< distance between the two ends of that path
    Skeleton skeleton;
};

struct NetworkOptions {
    std::uint8_t class_id = mitochondrion;
    double tube_from = 3;  ///< length / mean thickness from which an unbranched object is a tube
    SkeletonOptions skeleton;
    void check() const;  ///< throws UsageError if a value is out of range
};

/// Measures every object of the class, in the order of their numbers (numbers without voxels are left out).
/// Threaded over objects; time linear in the voxels; the same at any thread count.
std::vector<NetworkObject> measure_networks(const Instances& instances, const NetworkOptions& options = {},
                                            const Progress& progress = {});

/// The cell as a whole. Means are undefined (NaN) without objects.
struct NetworkSummary {
    std::int64_t objects = 0, fragments = 0, tubes = 0, networks = 0;
    std::int64_t branch_points = 0, ends = 0, branches = 0, loops = 0;
    double volume_um3 = 0;
    double length_um = 0;
    double length_per_volume_per_um2 = not_defined;  ///< length / volume of these objects
    double volume_share_in_networks = not_defined;   ///< 0 … 1
    double mean_branch_length_um = not_defined;      ///< length / branches
    double mean_thickness_um = not_defined;          ///< mean along all lines
};
NetworkSummary summarise_networks(const std::vector<NetworkObject>& objects);

/// network.csv: one row an object.
Table network_table(const std::vector<NetworkObject>& objects);

/// One row: the cell as a whole.
Table network_summary_table(const NetworkSummary& summary);

}  // namespace cytomo
