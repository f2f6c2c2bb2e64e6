// Private to network: a tile and its mirror images.
#pragma once

#include <functional>

#include "cytomo/core/grid.h"

namespace cytomo {

/// Class probabilities of one tile, class after class, from its normalised grey values.
using Runner = std::function<void(const float* values, float* probabilities)>;

/// The mean of what `run` says of a tile and of its mirror images; with `disagreement`, one more volume
/// after the classes: entropy of the mean less mean entropy.
Runner over_views(Runner run, int views, Size3 tile, int classes, bool disagreement);

}  // namespace cytomo
