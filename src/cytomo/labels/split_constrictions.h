// Parts touching tubes from each other, without cutting networks.
#pragma once

#include <array>

#include "cytomo/core/progress.h"
#include "cytomo/labels/components.h"

namespace cytomo {

/// When a narrow place separates two objects. Radii are distances to the surface; the neck's is the largest
/// one on the way from one side to the other.
struct ConstrictionOptions {
    std::array<bool, 256> classes{};  ///< which classes to part, by id
    /// The neck is narrower than this part of the radius on both sides, and by one voxel edge.
    double widest_neck = 0.6;
    /// Both sides reach their radius within this many times the smaller one from the neck: longer necks are
    /// thin parts of one object.
    double longest_neck = 1.5;
    void check() const;  ///< throws UsageError unless 0 < widest_neck < 1 and longest_neck > 0
};

/// Cuts the pieces of the given classes at short constrictions: tubes that touch end to end, side by side or
/// crosswise become separate. A tube of even thickness, a branched one and a ring stay whole, and so does
/// everything that also hangs together another way (a ring with two thin places, for example).
/// The part with the first voxel keeps its number, the others are appended in the order of their pieces, as
/// in split_touching. Deterministic; time linear in the voxels. Memory while it runs: 5 bytes for each voxel
/// of the volume, about 24 for each voxel of a piece in work.
void split_constrictions(Components& components, const ConstrictionOptions& options,
                         const Progress& progress = {});

}  // namespace cytomo
