// How strongly objects absorb, and whether that fits their class.
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
#include "cytomo/measures/objects.h"

namespace cytomo {

/// Which classes count as surroundings. See absorption_options.
struct AbsorptionOptions {
    /// Classes that fill the cell between organelles: cytoplasm and nucleus.
    std::array<bool, 256> cell_matrix{};
    /// Of these, classes whose objects have surroundings of their own: the nucleus lies in cytoplasm.
    std::array<bool, 256> matrix_object{};
    /// Classes whose objects stand in the ice (filopodia); all others are compared with the cell's matrix.
    std::array<bool, 256> stands_in_ice{};
    Polarity likely_polarity = Polarity::unknown;  ///< decides where there is no ice to compare the cell with
    double shell_from_um = 0.1;                    ///< the surroundings begin this far outside an object …
    double shell_to_um = 0.3;                      ///< … and end here
    double core_voxels =
        1.5;  ///< an object's core begins this many of the longest voxel edge below its surface
    /// Throws UsageError unless 0 <= shell_from_um < shell_to_um <= 1 and 0 < core_voxels <= 5.
    void check() const;
};

/// Options for a legend: cytoplasm (also "cell", "cytosol") and nucleus are matrix, filopodia stand in ice. A
/// legend without matrix: everything is compared with the background.
AbsorptionOptions absorption_options(const Legend& legend);

/// Why an object's absorption is doubted.
enum class AbsorptionDoubt : std::uint8_t {
    none = 0,
    not_denser_than_surroundings = 1,  ///< a lipid droplet, or a mitochondrion
    like_mitochondria = 2,             ///< a lipid droplet no denser than most mitochondria are
    like_lipid_droplets = 4,           ///< a vesicle as dense as the lipid droplets
    outlier = 8                        ///< far from the others of its class
};

/// Absorption of one object. Values are LAC in 1/µm where Absorption::calibrated, else relative grey.
struct ObjectAbsorption {
    std::uint32_t instance = 0;
    std::uint8_t class_id = 0;
    std::int64_t voxels = 0;         ///< with a finite value
    std::int64_t core_voxels = 0;    ///< of these, in the core
    double mean = not_defined;       ///< of all voxels
    double deviation = not_defined;  ///< standard deviation of the same, noise included
    /// Mean of the core: voxels whose centres lie at least 1.5 voxels below the surface, so that the outside
    /// is not mixed in. NaN for objects too thin to have one.
    double core_mean = not_defined;
    /// Σ LAC × volume of a voxel, in 1/µm × µm³ = µm²: the area that the object's matter would shade if it
    /// were spread out thinly; proportional to its mass for a given composition. NaN unless calibrated.
    double integrated_um2 = not_defined;
    std::int64_t surroundings_cells = 0;  ///< cells of about 50 nm that the next mean comes from
    /// Mean of the matrix around it, 0.1 to 0.3 µm outside, where no other object is nearer.
    double surroundings_mean = not_defined;
    double contrast = not_defined;  ///< core mean (mean without a core) - surroundings
    /// contrast / (surroundings - ice): the same whatever line maps grey to absorption. NaN for objects in
    /// the ice.
    double relative_contrast = not_defined;
    /// (core mean - median of its class) / (1.4826 × median absolute deviation); NaN with fewer than 8
    /// objects.
    double class_score = not_defined;
    std::uint8_t doubts = 0;  ///< of AbsorptionDoubt, added; set by find_absorption_doubts

    /// Core mean where there is a core, else the mean.
    double best_mean() const { return core_voxels > 0 ? core_mean : mean; }
};

struct Absorption {
    bool calibrated = false;
    bool dense_is_dark = false;  ///< matter has lower grey values than ice (without ice: see likely_polarity)
    /// Means of the background and of the matrix classes, in cells of about 50 nm that lie two cells away
    /// from other classes (if there are none, in all cells that are of one class).
    double ice_mean = not_defined, cell_mean = not_defined;
    std::vector<ObjectAbsorption> objects;  ///< in the order of their numbers; without voxels: left out
};

/// Measures every object; `classes`, instances and tomogram have the same number of voxels (InputError
/// otherwise). One pass over the slices, threaded, the same at any thread count; time linear in voxels,
/// whatever the number of objects. Memory: about 10 bytes a voxel of 16 slices, and 17 bytes a cell of about
/// 50 nm. Surroundings are found on those cells, each object's to the nearest cell: their limits are good to
/// 25 nm. Objects in volumes without matrix or ice around them have no surroundings (NaN).
Absorption measure_absorption(const InstanceSlices& instances, const ClassVolume& classes,
                              const Tomogram& tomogram, const AbsorptionOptions& options,
                              const Progress& progress = {});

/// Fills class_score and doubts. Classes are known by their names in the legend.
void find_absorption_doubts(Absorption& absorption, const Legend& legend);

/// What find_absorption_doubts found, for people: one sentence an object in doubt, after sentences about
/// whole classes or the calibration (instance 0).
struct AbsorptionWarning {
    std::uint32_t instance = 0;
    std::uint8_t class_id = 0;
    std::string text;
};
std::vector<AbsorptionWarning> absorption_warnings(const Absorption& absorption, const Legend& legend);

/// absorption.csv: one row an object. Columns are called …_lac_per_um if calibrated, else …_relative_grey.
Table absorption_table(const Absorption& absorption, const Legend& legend);

/// "lac_per_um" and "1/µm", or "relative_grey" and "relative grey".
struct AbsorptionUnit {
    std::string suffix, unit;
};
AbsorptionUnit absorption_unit(bool calibrated);

}  // namespace cytomo
