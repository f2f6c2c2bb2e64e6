// Private to network: what a network that answers for one tile looks like to those who cut and join tiles.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/progress.h"
#include "cytomo/image/grey_scale.h"
#include "cytomo/image/resample.h"
#include "cytomo/network/model.h"

namespace cytomo {

struct PredictOptions;
struct PredictRecord;

/// Takes one row of voxels of a tile along x: probabilities[c * tile.x + x]. Called for each row once, in any
/// order, from several threads.
using RowSink = std::function<void(std::int64_t y, std::int64_t z, const float* probabilities)>;

/// Class probabilities of one tile, row by row, from its normalised grey values (x fastest).
using Runner = std::function<void(const float* values, const RowSink& sink, const Progress& progress)>;

/// Puts the rows of a tile into one array, class-major: volumes * tile.count().
RowSink sink_into(float* to, Size3 tile, int volumes);

/// Hands the rows of such an array to a sink.
void emit_rows(const float* from, Size3 tile, int volumes, const RowSink& sink);

/// Most voxels that a tile should have. For the default architecture, activations then take 1.8 GB in
/// bf16, 3.5 GB in f32; where layers do not run in bands, 2.5 and 3.6 GB.
std::int64_t most_tile_voxels(const Model& model);

/// Some tiles of a tomogram, as normalised grey values.
struct TileSamples {
    Size3 tile;
    std::vector<std::vector<float>> values;
};

/// Up to four tiles of 128 × 128 × 64 voxels (options.tile, if that is chosen; less in a smaller volume) from
/// the middle.
TileSamples probe_tiles(const Resampler& resampler, const GreyScale& scale, const Model& model,
                        const PredictOptions& options);

/// "cpu" or "cuda:N": what options.device is, or what "auto" takes on this machine. `reason`: why "auto"
/// takes it; empty if it was asked for.
std::string device_for(const PredictOptions& options, std::string* reason = nullptr);

/// The model prepared for tiles of a size, on the device and in the precision that the options ask for, which
/// `record` is told. `samples` is called only if int8 has to learn which values occur. Throws InputError,
/// UsageError. `wanted`: slices whose rows are needed, from the first one on; 0: all. More may come.
Runner make_runner(const Model& model, Size3 tile, const PredictOptions& options, PredictRecord& record,
                   const std::function<TileSamples()>& samples, std::int64_t wanted = 0);

}  // namespace cytomo
