// Private to network: which labelled voxels do not teach, but tell how well the training does.
#pragma once

#include <cstdint>
#include <utility>

#include "cytomo/core/volume.h"

namespace cytomo {

/// Parts `labels` into what teaches and what is held out. Columns along z of square blocks in the plane stay
/// together, so that what is held out is no neighbour slice of what taught, and objects up to six blocks
/// large are not cut by their borders, unless less than half of `share` of their class were left to test on.
/// Classes are served rarest first, until about `share` of the voxels of each is held out; never more than a
/// third of a class. A class that lies in one block or two is cut by smaller ones, down to four voxels; what
/// is smaller still is not held out at all. Both results have the labels' grid, 255 elsewhere. Deterministic
/// by seed. Time linear in voxels.
std::pair<ClassVolume, ClassVolume> hold_out_blocks(const ClassVolume& labels, double share,
                                                    std::uint64_t seed);

}  // namespace cytomo
