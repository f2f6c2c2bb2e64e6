// Private to network: one convolution of a U-Net, ready for activations of any depth.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/network/model.h"
#include "engine.h"
#include "onednn.h"

namespace cytomo {

/// How activations are stored in a precision; `negative`: whether values below zero occur.
onednn::dt activation_type(Precision precision, bool negative);
/// int8: channels side by side. Else nCdhw16c, or nCdhw8c without AVX-512.
onednn::tag activation_layout(Precision precision);

/// Weights and bias of a layer with its normalisation, rounded for a precision, and what is done to the sums.
class Convolution {
public:
    /// Scales: what stored values of source and result are multiplied by; 1 unless int8. Where the source has
    /// twice the layer's channels (the input in bf16), both halves get the same weights. `flat`: the source
    /// has one slice, which counts as many like it on either side.
    Convolution(const Model& model, const Layer& layer, Precision precision, std::int64_t source_channels,
                float source_scale, float result_scale, bool flat = false);

    /// The same for a source and a result of certain sizes.
    struct Prepared {
        dnnl::convolution_forward primitive;
        dnnl::memory::desc source, result, added;
        dnnl::memory weight, bias;
    };
    /// `front`, `back`: slices of zeros that the source is thought to have before and after it along z; 0 if
    /// flat.
    /// A residual layer adds values of the source's type in the layout of activations.
    Prepared prepare(const dnnl::memory::desc& source, const dnnl::memory::desc& result, std::int64_t front,
                     std::int64_t back);
    /// Voxels of zeros around a source that is to keep its size.
    std::int64_t padding() const { return layer_.stride == 1 ? (layer_.kernel - 1) / 2 : 0; }
    std::int64_t padding_along_z() const { return flat_ ? 0 : padding(); }
    const Layer& layer() const { return layer_; }
    /// Size of the result for a source as large as the tile.
    dnnl::memory::dims result_size(const dnnl::memory::dims& source) const;
    double multiply_adds(const dnnl::memory::dims& result) const;

private:
    std::int64_t kernel_depth() const { return flat_ ? 1 : layer_.kernel; }
    std::int64_t stride_along_z() const { return flat_ ? 1 : layer_.stride; }

    Layer layer_;
    Precision precision_;
    bool flat_;
    std::int64_t source_channels_;
    std::vector<float> weight_, scales_;
    dnnl::memory bias_;
    std::vector<dnnl::memory> weights_;  ///< in the layouts that were asked for so far
};

/// Computes `result`. `added`: what a residual layer adds; else ignored. The memories must have the sizes
/// that `convolution` was prepared for.
void run(const Convolution::Prepared& convolution, const void* source, void* result,
         const void* added = nullptr);

}  // namespace cytomo
