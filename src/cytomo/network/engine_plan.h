// Private to network: the layers of a U-Net prepared for tiles of one size.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/network/model.h"
#include "engine.h"
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

/// Memory for an activation.
class Buffer {
public:
    explicit Buffer(std::size_t size);
    std::size_t size() const { return size_; }
    void* data() const { return data_.get(); }

private:
    struct Free {
        void operator()(void* p) const { std::free(p); }
    };
    std::size_t size_;
    std::unique_ptr<void, Free> data_;
};

/// All layers are planned once. A layer's result lies in a buffer from a pool, which it returns to when its
/// last reader has run, so the peak is two activations at full resolution.
class Plan {
public:
    /// `ranges`: for int8, else ignored.
    Plan(const Model& model, Size3 tile, Precision precision, const ActivationRanges& ranges);
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;

    /// `values` must stay until all steps have run.
    void set_input(const float* values);
    const std::vector<PlanStep>& steps() const { return steps_; }
    /// What the head reads: floats in `lanes` channels side by side, see FeatureRow.
    const Activation& features() const { return features_; }
    int lanes() const { return lanes_; }

private:
    struct Entry {
        Buffer buffer;
        bool used = false;
    };
    dnnl::memory take(const dnnl::memory::desc& md);
    void release(const Activation& a);
    onednn::dt type_of(bool negative) const;
    onednn::tag layout() const;
    /// What an activation's largest value may be, and the scale that follows; 1 unless int8.
    float scale_for(const std::string& name, bool negative) const;
    Activation add_convolution(const Model& model, const Layer& layer, const Activation& source, bool last);
    /// Adds a coarser activation, each voxel of it to eight; the result takes the place of `fine`.
    Activation add_upsampled(const std::string& name, const Activation& fine, const Activation& coarse);
    void add_layers(const Model& model);

    Size3 tile_;
    Precision precision_;
    ActivationRanges ranges_;
    int lanes_;
    std::vector<PlanStep> steps_;
    std::vector<Entry> pool_;
    Activation input_, features_;
};

}  // namespace cytomo
