#include "engine_convolution.h"

#include <algorithm>
#include <utility>

#include "folded_weights.h"

namespace cytomo {

using namespace onednn;

dt activation_type(Precision precision, bool negative) {
    if (precision == Precision::int8) return negative ? dt::s8 : dt::u8;
    return precision == Precision::bf16 ? dt::bf16 : dt::f32;
}

tag activation_layout(Precision precision) {
    return precision == Precision::int8 ? tag::acdeb : blocked_tag();
}

Convolution::Convolution(const Model& model, const Layer& layer, Precision precision,
                         std::int64_t source_channels, float source_scale, float result_scale, bool flat)
    : layer_(layer), precision_(precision), flat_(flat), source_channels_(source_channels) {
    layer_.in = layer.inputs_without_clicks();  // see fold
    FoldedWeights folded = fold(model, layer);
    if (flat) sum_along_z(folded, static_cast<std::size_t>(layer.kernel));
    if (precision == Precision::bf16) round_to_bfloat16(folded);
    if (layer_.in < source_channels)
        double_inputs(folded, static_cast<std::size_t>(kernel_depth() * layer.kernel * layer.kernel));
    if (precision == Precision::int8) {
        scales_ = round_to_int8(folded);
        for (std::size_t o = 0; o < scales_.size(); ++o) {
            folded.bias[o] /= source_scale * scales_[o];  // in units of the sums
            scales_[o] *= source_scale / result_scale;
        }
    }
    weight_ = std::move(folded.weight);
    bias_ = dnnl::memory({{layer.out}, dt::f32, tag::a}, cpu());
    std::copy(folded.bias.begin(), folded.bias.end(), static_cast<float*>(bias_.get_data_handle()));
}

dnnl::memory::dims Convolution::result_size(const dnnl::memory::dims& source) const {
    const std::int64_t s = layer_.stride;
    return {1, layer_.out, source[2] / stride_along_z(), source[3] / s, source[4] / s};
}

double Convolution::multiply_adds(const dnnl::memory::dims& result) const {
    const std::int64_t k = layer_.kernel;
    return static_cast<double>(layer_.out * layer_.in * kernel_depth() * k * k * result[2] * result[3] *
                               result[4]);
}

Convolution::Prepared Convolution::prepare(const dnnl::memory::desc& source, const dnnl::memory::desc& result,
                                           std::int64_t front, std::int64_t back) {
    const std::int64_t k = layer_.kernel, s = layer_.stride, p = padding();
    const dnnl::memory::dims wd{layer_.out, source_channels_, kernel_depth(), k, k};
    const bool int8 = precision_ == Precision::int8;
    const dnnl::memory::desc added(result.dims(), source.data_type(), activation_layout(precision_));
    dnnl::primitive_attr attributes;
    if (int8) attributes.set_output_scales(1 << 1, scales_);
    if (layer_.relu) {
        dnnl::post_ops post;
        if (layer_.residual) post.append_binary(dnnl::algorithm::binary_add, added);
        post.append_eltwise(1.F, dnnl::algorithm::eltwise_relu, 0.F, 0.F);
        attributes.set_post_ops(post);
    }
    const dnnl::convolution_forward::primitive_desc pd(
        {dnnl::prop_kind::forward_inference,
         dnnl::algorithm::convolution_direct,
         source,
         dnnl::memory::desc(wd, int8 ? dt::s8 : activation_type(precision_, false), tag::any),
         dnnl::memory::desc({layer_.out}, dt::f32, tag::a),
         result,
         {stride_along_z(), s, s},
         {front, p, p},
         {back, p, p}},
        attributes, cpu());
    auto same = std::find_if(weights_.begin(), weights_.end(),
                             [&](const dnnl::memory& m) { return m.get_desc() == pd.weights_desc(); });
    if (same == weights_.end()) {
        const dnnl::memory plain({wd, dt::f32, tag::abcde}, cpu(), weight_.data());
        same = weights_.insert(same, dnnl::memory(pd.weights_desc(), cpu()));
        copy(plain, *same);
    }
    return {dnnl::convolution_forward(pd), pd.src_desc(), pd.dst_desc(), added, *same, bias_};
}

void run(const Convolution::Prepared& convolution, const void* source, void* result, const void* added) {
    const auto memory = [](const dnnl::memory::desc& md, const void* data) {
        return dnnl::memory(md, cpu(), const_cast<void*>(data));  // what is only read is not written
    };
    std::unordered_map<int, dnnl::memory> arguments{{DNNL_ARG_SRC, memory(convolution.source, source)},
                                                    {DNNL_ARG_WEIGHTS, convolution.weight},
                                                    {DNNL_ARG_BIAS, convolution.bias},
                                                    {DNNL_ARG_DST, memory(convolution.result, result)}};
    if (added != nullptr)
        arguments.insert(
            {DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, memory(convolution.added, added)});
    execute(convolution.primitive, arguments);
}

}  // namespace cytomo
