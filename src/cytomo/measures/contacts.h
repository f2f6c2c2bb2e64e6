// Where organelles come close to each other.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"

namespace cytomo {

/// Which classes are organelles; index is the class id.
struct OrganelleClasses {
    std::array<bool, 256> organelle{};
    std::uint8_t nucleus = 0;     ///< 0: there is none
    std::uint8_t filopodium = 0;  ///< 0: there is none
};

/// All classes of the legend but background, cytoplasm (or "cell", "cell body") and filopodium.
OrganelleClasses organelle_classes(const Legend& legend);

/// Two objects whose surfaces come within a distance of each other.
struct ObjectContact {
    std::uint32_t a = 0, b = 0;  ///< numbers in the instance volume, a < b
    std::uint8_t class_a = 0, class_b = 0;
    double gap_um = 0;  ///< smallest distance between the surfaces; 0: they touch
    double area_um2 =
        0;  ///< of the surface of a that is that near to b, and of b near to a: the mean of both
};

struct ContactOptions {
    OrganelleClasses classes = organelle_classes(default_legend());
    double within_um = 0.03;
    /// Throws UsageError unless within_um lies above 0 and is at most 1 µm.
    void check() const;
};

/// Pairs of organelles with a gap below `within_um`, ascending by a, then b.
///
/// Surfaces lie between voxels: the voxels of an object are smoothed by about one voxel, the surface is where
/// they come to one half. It is known at the middles of the faces between the object and other things; each
/// point stands for the area of its face times the share of the normal along it (Crofton's formula for
/// lines along the axes). Distance of a point: to the tangent plane of the nearest point of the other object;
/// below 0 it counts as 0. Surfaces at the border of the volume are none. The simulation defines its contacts
/// the same way, from shapes.
/// Balls with radii from 5 voxels, gaps up to 2 voxels: gap within 0.2 voxels (deviation, bias below 0.1; it
/// is rounded up where the true one is 0), area within 5 % for a threshold of 3 voxels, 10 % for 1.5 voxels.
/// Threaded; time linear in voxels and in faces near other objects. The same at any thread count. Memory: 8
/// bytes a surface face.
std::vector<ObjectContact> measure_contacts(const Instances& instances, const ContactOptions& options = {},
                                            const Progress& progress = {});

/// contacts.csv: one row a pair.
Table contacts_table(const std::vector<ObjectContact>& contacts, const Legend& legend);

}  // namespace cytomo
