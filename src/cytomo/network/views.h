// Private to network: a tile and its mirror images.
#pragma once

#include "cytomo/core/grid.h"
#include "runner.h"

namespace cytomo {

/// The mean of what `run` says of a tile and of its mirror images; with `disagreement`, one more volume
/// after the `classes` and the `others` that follow them (object maps): entropy of the mean of the classes
/// less mean entropy. With more than one view, takes 4 * (classes + others) bytes a voxel of the wanted
/// slices (with disagreement, twice 4 more). `wanted`: only the first so many slices of the tile count, with
/// at most 4 views; 0: all.
Runner over_views(Runner run, int views, Size3 tile, int classes, int others, bool disagreement,
                  std::int64_t wanted = 0);

}  // namespace cytomo
