// Absorption of round objects from the middle outwards; walls and lumens of vesicles.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/absorption.h"
#include "cytomo/measures/objects.h"

namespace cytomo {

/// One layer of a profile.
struct ProfileLayer {
    double distance_um = 0;  ///< of the layer's middle from the surface: negative inside
    std::int64_t voxels = 0;
    double mean = not_defined;
    double deviation = not_defined;
};

/// How a round object looks.
enum class RoundPattern : std::uint8_t {
    unclear,  ///< neither wall nor lumen stand out, or too few voxels
    dense,    ///< the middle is denser than the surroundings, and no thinner than the outer part
    ring,     ///< a wall denser than both the lumen and the surroundings
    hollow    ///< the middle is thinner than the surroundings, without a wall that stands out
};
std::string name(RoundPattern pattern);

/// Values are LAC in 1/µm where the tomogram is calibrated, else relative grey.
struct RadialProfile {
    std::uint32_t instance = 0;
    std::uint8_t class_id = 0;
    double deepest_um = 0;  ///< largest depth of a voxel centre below the surface
    std::vector<ProfileLayer>
        layers;                  ///< from the deepest to 0.3 µm outside; as thick as the longest voxel edge
    bool cut_by_border = false;  ///< touches a border, the first and last slice of thin volumes, too
    bool thinned = false;        ///< too large to use all voxels

    RoundPattern pattern = RoundPattern::unclear;
    double surroundings = not_defined;  ///< more than 0.1 µm outside (cytoplasm and nucleus)
    double lumen_mean = not_defined;    ///< the inner part: for rings inside the wall, else deeper than half
    double wall_mean = not_defined;  ///< rings: between the places of half height on both flanks of the wall
    double wall_peak = not_defined;  ///< rings: the densest layer
    /// Rings: from half height on the outer flank to half height on the inner flank. Blur widens thin walls.
    double wall_thickness_um = not_defined;
    /// False where the thickness is below 3 voxels, and so no more than an upper bound.
    bool wall_resolved = false;
};

struct ProfileOptions {
    std::array<bool, 256> round{};         ///< classes to measure
    std::array<bool, 256> surroundings{};  ///< classes that count outside the object
    bool dense_is_dark = false;            ///< see Absorption::dense_is_dark
    double reach_um = 0.3;                 ///< how far outside
    std::int64_t least_voxels = 30;        ///< smaller objects are left out
    std::size_t most_objects = 20'000;     ///< of each class, the first numbers (the largest ones)
    /// Throws UsageError unless 0 < reach_um <= 1 and least_voxels > 0.
    void check() const;
};

/// Lipid droplets and vesicles of a legend are round; surroundings as in absorption_options (the background,
/// in a legend without cytoplasm and nucleus).
ProfileOptions profile_options(const Legend& legend);

/// Profiles in the order of the numbers. Distances: exact Euclidean ones between voxel centres, less half an
/// edge, right to about half a voxel. Values that are not finite are left out. Sizes must agree (InputError).
/// A pattern is called when the difference that makes it exceeds three standard errors (27 neighbouring
/// voxels count as one) and a fifth of the profile's range. Works on boxes around the objects, of large ones
/// on every second or third voxel, cut out while each slice is read once. `objects` (measure_objects) say
/// where they lie. Deterministic at any thread count; time linear in the boxes' voxels; memory below 1 GB. In
/// simulated tomograms with a missing wedge, about half of the vesicles drawn with a wall are told as rings
/// (0.3 to 1 from cell to cell); droplets of more than a few voxels are told as dense.
std::vector<RadialProfile> measure_profiles(const InstanceSlices& instances,
                                            const std::vector<Object>& objects, const ClassVolume& classes,
                                            const Tomogram& tomogram, const ProfileOptions& options,
                                            const Progress& progress = {});

/// absorption_profiles.csv: one row a layer, for plots.
Table profiles_table(const std::vector<RadialProfile>& profiles, const Legend& legend, bool calibrated);
/// round_objects.csv: one row an object: pattern, wall and lumen.
Table walls_table(const std::vector<RadialProfile>& profiles, const Legend& legend, bool calibrated);

}  // namespace cytomo
