// Private to network: runs a trained model on the CPU with oneDNN, without libtorch.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/network/model.h"
#include "cytomo/network/precision.h"
#include "runner.h"

namespace cytomo {

/// Whether the layers at full resolution run some slices at a time, so that their activations never exist as
/// a whole: if all their channels lie in one block of the layout that this processor is fast in.
bool runs_in_bands(const Model& model);

/// Largest absolute value of each activation, by the name of its layer; "input" is that of the grey values,
/// but for one in ten thousand. What int8 needs to know of a tomogram.
using ActivationRanges = std::map<std::string, float>;

/// Computes in f32 what activations reach in some tiles: class Engine's `ranges`. samples[i].size() ==
/// tile.count().
ActivationRanges measure_ranges(const Model& model, Size3 tile,
                                const std::vector<std::vector<float>>& samples);

/// A network prepared for tiles of one size: batch normalisation folded into the convolutions,
/// activations fused, layouts chosen by oneDNN and kept between layers, memory reused.
class Engine {
public:
    /// `tile`: multiples of the architecture's stride; along z also a smaller power of two, whose levels that
    /// are left with one slice are not halved; with Model::flat_slices a tile of one slice is seen as if many
    /// like it lay on either side. `wanted`: slices of the result that are computed, from the
    /// first one on; 0: all. Takes about tile.count() * 60 bytes for the default architecture in bf16, 120 in
    /// f32 (120 and 170 where layers do not run in bands). `ranges`: for int8.
    Engine(const Model& model, Size3 tile, Precision precision, const ActivationRanges& ranges = {},
           std::int64_t wanted = 0);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    Size3 tile() const;
    /// What it says of each voxel: probabilities of the classes, then object maps.
    int volumes() const;
    /// values: tile.count() normalised grey values, x fastest. Probabilities leave row by row, so that nobody
    /// needs to hold those of a whole tile. Uses thread_count() threads. Not to be called from two threads at
    /// a time.
    void run(const float* values, const RowSink& sink, const Progress& progress = {});
    /// The same into one array, class-major: volumes() * tile.count().
    void run(const float* values, float* probabilities);

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace cytomo
