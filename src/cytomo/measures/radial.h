// Where in the cell organelles are dense: by distance to the nucleus and to the plasma membrane.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/core/volume.h"
#include "cytomo/measures/contacts.h"
#include "cytomo/measures/distances.h"

namespace cytomo {

enum class RadialReference { nucleus, membrane };

/// One class within one shell of the cell outside the nucleus and filopodia.
struct RadialBin {
    RadialReference reference = RadialReference::nucleus;
    std::uint8_t class_id = 0;
    double from_um = 0, to_um = 0;         ///< distance to the reference
    double available_um3 = 0;              ///< volume of the shell, organelles included
    double volume_um3 = 0;                 ///< of the class in it
    std::int64_t objects = 0;              ///< whose centroids lie in it
    double volume_fraction = not_defined;  ///< volume / available
    double number_per_um3 = not_defined;   ///< objects / available
    double relative_volume = not_defined;  ///< volume_fraction / that of all shells together; 1: uniform
    double relative_number = not_defined;  ///< number_per_um3 / that of all shells together; 1: uniform
};

struct RadialOptions {
    OrganelleClasses classes = organelle_classes(default_legend());
    double bin_um = 0.25;
    /// Throws UsageError unless bin_um is at least 0.01.
    void check() const;
};

/// All organelle classes that occur, but the nucleus; ascending by reference, class, distance. Parts of the
/// cell that are nearer to the border of the volume, where the cell goes on, than to any membrane seen are
/// left out of the distribution about the membrane: their distance is not known. Volumes are counted on every
/// k-th voxel where the volume has more than 17 million (see thinned). `positions`: of measure_distances.
/// Threaded, linear, the same at any thread count; memory 15 bytes for each of at most 17 million voxels.
std::vector<RadialBin> measure_radial_distributions(const ClassVolume& classes,
                                                    const std::vector<ObjectPosition>& positions,
                                                    const RadialOptions& options = {},
                                                    const Progress& progress = {});

/// radial.csv: one row a shell, class and reference.
Table radial_table(const std::vector<RadialBin>& bins, const Legend& legend);

}  // namespace cytomo
