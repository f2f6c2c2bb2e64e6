// How far organelles are from each other, from the nucleus and from the plasma membrane.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/contacts.h"
#include "cytomo/measures/objects.h"

namespace cytomo {

/// From one object to the nearest of one class.
struct ObjectDistance {
    std::uint32_t object = 0;
    std::uint8_t class_id = 0;
    std::uint8_t to_class = 0;
    std::uint32_t nearest = 0;    ///< the nearest object of that class, itself left out
    double gap_um = not_defined;  ///< between the surfaces; 0: they touch
};

/// Where one object lies in the cell.
struct ObjectPosition {
    std::uint32_t object = 0;
    std::uint8_t class_id = 0;
    Vec3 centroid_um;                               ///< mean of its voxel centres
    double nucleus_gap_um = not_defined;            ///< between its surface and that of the nearest nucleus
    double nucleus_from_centroid_um = not_defined;  ///< from its centroid; 0 inside the nucleus
    double membrane_gap_um = not_defined;           ///< between its surface and the plasma membrane
    double membrane_from_centroid_um = not_defined;
    /// The border of the volume, where the cell goes on, is nearer to its surface or centroid than any plasma
    /// membrane seen: the distance given is that to the border, the true one is at least as large.
    bool membrane_gap_at_least = false, membrane_from_centroid_at_least = false;
    /// 0 at the nucleus, 1 at the plasma membrane: distance of the centroid from the nucleus, over the sum of
    /// both distances.
    double depth = not_defined;
};

struct Distances {
    std::vector<ObjectDistance> pairs;      ///< ascending by object, then class; classes without objects lack
    std::vector<ObjectPosition> positions;  ///< ascending by object
};

/// All organelles. The plasma membrane lies between the cell (all classes but 0 and 255) and background;
/// filopodia belong to the cell. Surfaces as in contacts.h: the nearest pair of voxel faces is found, but for
/// 0.5 % of the distance, then the surfaces near it are compared: within 0.5 voxels and 0.5 %. Threaded; time
/// linear in voxels, n log n in surface. The same at any thread count. Memory: 8 bytes a surface face. Throws
/// InputError if the sizes differ.
Distances measure_distances(const ClassVolume& classes, const Instances& instances,
                            const OrganelleClasses& organelles = organelle_classes(default_legend()),
                            const Progress& progress = {});

/// distances.csv: one row for each object and class.
Table distances_table(const std::vector<ObjectDistance>& distances, const Legend& legend);
/// positions.csv: one row an object.
Table positions_table(const std::vector<ObjectPosition>& positions, const Legend& legend);

}  // namespace cytomo
