// The voxels of another file: cytomo convert --like.
#pragma once

#include <string>
#include <vector>

#include "cytomo/io/volume_io.h"

namespace cytomo::commands {

/// The grid of `like` in the coordinates of `from`. Origins decide where one of the files gives one (other
/// than 0) and they place it within `from`, up to the smaller of the two voxel edges (and, at the far end,
/// the larger one, as programs round sizes). Else files whose boxes are as large as each other, up to less
/// than the larger edge, are taken to cover the same box, unless both give origins. `remarks` gets what was
/// taken where there was a choice. Throws InputError, which names `like`, if it reaches out of `from`.
Grid grid_like(const StoredVolume& like, const StoredVolume& from, std::vector<std::string>& remarks);

}  // namespace cytomo::commands
