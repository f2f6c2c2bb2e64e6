// Private to network: the layers of a U-Net prepared for tiles of one size.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/progress.h"
#include "cytomo/network/model.h"
#include "engine.h"
#include "engine_bands.h"
#include "engine_buffer.h"
#include "engine_convolution.h"
#include "onednn.h"

namespace cytomo {

/// Values [1, channels, z, y, x]: scale times what is stored.
struct Activation {
    dnnl::memory memory;
    float scale = 1;
};

/// One thing that is computed.
struct PlanStep {
    std::string name;  ///< of the layer, or of what else it makes
    std::function<void()> run;
    double work = 0;  ///< multiply-adds
    Activation result;
};

/// All layers are planned once. A layer's result lies in a buffer from a pool, which it returns to when its
/// last reader has run. The layers at full resolution run together, some slices at a time (engine_bands.h),
/// if all their channels lie in one block of the layout: then the peak is one activation at full resolution,
/// else two.
/// A tile may have fewer slices than the network's stride, if a power of two: levels that are left with one
/// slice are not halved along z. With Model::flat_slices, a tile of one slice is seen as if many like it lay
/// on either side: all kernels are summed along z.
class Plan {
public:
    /// Takes what the head reads of some rows of voxels of the tile (counted along y, then z): floats in
    /// `lanes` channels side by side, see FeatureRow, of row `first` at `values`.
    using FeatureSink = std::function<void(std::int64_t first, std::int64_t rows, const float* values)>;

    /// `ranges`: for int8, else ignored. `whole`: every layer is a step of its own, whose result is there
    /// when it has run. `wanted`: how many slices of the result anybody reads, from the first one on; 0: all.
    Plan(const Model& model, Size3 tile, Precision precision, const ActivationRanges& ranges, bool whole,
         std::int64_t wanted = 0);
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;

    /// `values` must stay until all steps have run.
    void set_input(const float* values) { input_.set(values); }
    const std::vector<PlanStep>& steps() const { return steps_; }
    /// Runs all steps. `sink` is called with all rows of the wanted slices, from one thread, each once.
    void run(const float* values, const FeatureSink& sink, const Progress& progress);
    int lanes() const { return lanes_; }
    /// Numbers between the blocks of channels that the head reads.
    std::int64_t block_stride() const { return tile_.count() * lanes_; }
    /// What features must be multiplied by.
    float feature_scale() const { return features_.scale; }

private:
    struct Entry {
        Buffer buffer;
        bool used = false;
    };
    dnnl::memory take(const dnnl::memory::desc& md);
    void release(const Activation& a);
    /// What an activation's largest value may be, and the scale that follows; 1 unless int8.
    float scale_for(const std::string& name, bool negative) const;
    float result_scale(const Layer& layer, float source_scale) const;
    bool is_last(const Layer& layer) const { return layer.name == last_; }
    bool is_flat(const Layer& layer, std::int64_t slices) const;
    Activation add_convolution(const Model& model, const Layer& layer, const Activation& source);
    /// Adds a coarser activation, each voxel of it to eight; the result takes the place of `fine`.
    Activation add_upsampled(const std::string& name, const Activation& fine, const Activation& coarse);
    /// One step of some layers at full resolution after each other, some slices at a time.
    Activation add_bands(const Model& model, Slices& source, float source_scale,
                         const std::vector<std::string>& names);
    void add_layers(const Model& model, bool whole);

    Size3 tile_;
    std::int64_t wanted_;  ///< slices of the result
    bool thin_;            ///< fewer slices than the stride
    bool flat_slice_;      ///< seen as if many like it lay on either side
    Precision precision_;
    ActivationRanges ranges_;
    int lanes_;
    std::map<std::string, Layer> layers_;
    std::string last_;  ///< layer before the head
    std::vector<PlanStep> steps_;
    std::vector<Entry> pool_;
    std::vector<std::unique_ptr<Slices>> slices_;
    InputSlices input_;
    Activation features_;  ///< the memory is empty if they leave some slices at a time
    const FeatureSink* sink_ = nullptr;
};

}  // namespace cytomo
