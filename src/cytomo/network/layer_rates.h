// Private to network: how fast the engine's convolutions run.
#pragma once

#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/network/precision.h"

namespace cytomo {

/// Layers of a U-Net that cost the same, clicks being absent.
struct LayerKind {
    Layer layer;        ///< one of them
    int level = 0;      ///< of its result
    bool last = false;  ///< its result is in floats, for the head
    int count = 1;      ///< how many there are
    double work = 0;    ///< of all of them: multiply-adds for one voxel of the finished output
};

/// All layers but the head, which is no convolution of the engine's. Empty for what is no U-Net.
std::vector<LayerKind> layer_kinds(const Architecture& architecture);

/// Size of the result that one timed run of a layer computes: rows as long as those of a large tile, and as
/// many of them as take about a millisecond.
Size3 timed_size(const LayerKind& kind);

/// Seconds of each thread for one voxel of the result of a layer of this kind; infinity: the thread took no
/// part.
struct LayerTimes {
    LayerKind kind;
    std::vector<double> seconds;
};

/// Voxels of the model's grid that `threads` threads compute in a second. What was not timed of the `whole`
/// multiply-adds for a voxel is thought to run as fast as the rest; so are kinds in which no thread took
/// part. 0 if nothing was timed.
double voxels_per_second(const std::vector<LayerTimes>& times, double whole, int threads);

/// Runs each kind of layer of a U-Net on a piece of a large tile, in f32 and, if the processor can, in bf16,
/// by turns, and takes the shortest time of each. Not remembered. Both rates are 0 for what is no U-Net:
/// there is nothing to time.
PrecisionRates measure_layer_rates(const Model& model);

}  // namespace cytomo
