// Parts tubes that touch or cross each other: filopodia, mitochondria.
#pragma once

#include <cstdint>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"

namespace cytomo {

struct CrossingOptions {
    std::uint8_t class_id = filopodium;
    bool from_body = true;  ///< tubes come out of the cell body: every other class but 0 and 255. Without it
                            ///< no tube has a root, and all that is left over at a crossing is a branch
    /// Where an object narrows below this part of the thinner of two neighbouring balls, they lie in two
    /// tubes that touch from the side; in ]0, 1].
    double least_neck = 0.8;
    /// The most that a tube turns within a crossing, degrees in [0, 180].
    double largest_bend_deg = 50;
    /// Throws UsageError if a value is out of range.
    void check() const;
};

/// Parts every object of the class along its centre-line graph. At a crossing the straightest continuations
/// belong together, also behind a thicker tube that hides one for a while; stretches that reach the cell body
/// each by themselves are different objects, and so are two that part within five radii of it, and the tip of
/// one from the cell body at a tube that leaves the volume; any other branch stays with its stem. Where two
/// run through each other the straighter pair keeps the voxels, so that the other one's object is in two
/// pieces there (measure_filopodia bridges them). Not parted: tubes that share their voxels over more than
/// some 15 radii or have one root, and often such as touch from the side with a radius below 4 of the longest
/// voxel edge. In dense bundles stretches can be joined wrongly. Numbers are given anew by the rules of
/// Instances. Objects of other classes keep their voxels. classes and instances lie on the same grid
/// (InputError otherwise). Deterministic at any thread count; time n log n in the voxels of the class; memory
/// about 40 bytes for each voxel of an object and 9 for each voxel of its box.
Instances split_crossing_tubes(const ClassVolume& classes, Instances instances,
                               const CrossingOptions& options = {}, const Progress& progress = {});

}  // namespace cytomo
