// Private to measures: the side branches of one filopodium.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/measures/centre_line.h"
#include "cytomo/measures/filopodia.h"
#include "cytomo/measures/voxel_set.h"

namespace cytomo {

/// What find_branches knows of the stem. All lengths in µm.
struct FilopodiumStem {
    const std::vector<std::uint8_t>& trunk;  ///< 1 for voxels of the stem, one a voxel
    const CentreLine& line;
    double root_at = 0;  ///< where on the line the filopodium begins
    double radius_um = 0, slice_um = 0;
};

/// Side branches, and branches of these: what hangs together outside the stem (and outside of branches found
/// already) and reaches at least twice the radius and two voxels away from all lines found so far. A branch
/// is what hangs together, within slices of equal way, with the way to its farthest voxel; what is left of
/// its piece is looked at by itself. So a fork has a line along each arm, and none between them; an arm that
/// comes back is two branches that meet (one, if what is left of it is short). In the order of leaves_at_um,
/// each behind the one that it leaves.
std::vector<FilopodiumBranch> find_branches(const VoxelSet& voxels, const Grid& grid, const Ways& ways,
                                            const FilopodiumStem& stem);

/// Puts branches into the order of leaves_at_um; those that leave at one place keep theirs. `of_branch`
/// follows.
void order_branches(std::vector<FilopodiumBranch>& branches);

}  // namespace cytomo
