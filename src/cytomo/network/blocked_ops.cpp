// oneDNN computes on the layout nCdhw16c, or nCdhw8c without AVX-512; libtorch sees those buffers as
// six-dimensional tensors and only keeps the tape. No layout is changed between layers; weights are reordered
// once a call, which costs little beside the convolution.
#include "blocked_ops.h"

#include <cstdint>
#include <type_traits>
#include <unordered_map>

#include "onednn.h"

namespace cytomo::blocked {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using namespace onednn;

namespace {

using Dims = dnnl::memory::dims;

dnnl::memory::data_type type_of(const torch::Tensor& t) {
    return t.scalar_type() == torch::kBFloat16 ? dt::bf16 : dt::f32;
}

bool is_plain(const torch::Tensor& x) {
    return x.dim() == 5;
}

Dims logical(const torch::Tensor& x) {
    if (is_plain(x)) return x.sizes().vec();
    return {x.size(0), x.size(1) * x.size(5), x.size(2), x.size(3), x.size(4)};
}

dnnl::memory::desc descriptor(const torch::Tensor& x) {
    return {logical(x), type_of(x), is_plain(x) ? tag::abcde : blocked_tag()};
}

dnnl::memory wrap(const torch::Tensor& x, const dnnl::memory::desc& md) {
    return {md, cpu(), x.data_ptr()};
}

/// Without AVX-512, oneDNN 2.6 computes two gradients of convolutions in three dimensions by reference loops,
/// a thousand times slower: that of weights with padding along z or a single input channel, and that of the
/// source with a stride. Both can be had from what is fast.
bool needs_detours() {
    return block_channels() < 16;
}

struct Shape {
    Dims source, weights, target, strides, padding;
    /// `z_padded`: the source has its zeros along z already.
    Shape(const torch::Tensor& x, const torch::Tensor& w, int stride, bool z_padded = false)
        : source(logical(x)), weights(w.sizes().vec()) {
        const auto padding_of = [stride](std::int64_t k) { return stride == 1 ? (k - 1) / 2 : 0; };
        const auto along_z = padding_of(w.size(2)), p = padding_of(w.size(3));
        const std::int64_t stride_z = w.size(2) == 1 ? 1 : stride;
        strides = {stride_z, stride, stride};
        padding = {z_padded ? 0 : along_z, p, p};
        const auto depth = source[2] - (z_padded ? 2 * along_z : 0);
        target = {source[0], weights[0], depth / stride_z, source[3] / stride, source[4] / stride};
    }
    torch::Tensor make_target(const torch::Tensor& like) const {
        const std::int64_t lanes = block_channels();
        return torch::empty({target[0], target[1] / lanes, target[2], target[3], target[4], lanes},
                            like.options());
    }
};

struct ConvPrimitives {
    dnnl::convolution_forward::primitive_desc forward;
    Shape shape;
    dnnl::memory::data_type type;

    ConvPrimitives(const torch::Tensor& x, const torch::Tensor& w, int stride, bool bias,
                   bool z_padded = false)
        : shape(x, w, stride, z_padded), type(type_of(x)) {
        const dnnl::memory::desc any(shape.weights, type, tag::any);
        const dnnl::memory::desc out(shape.target, type, blocked_tag());
        if (bias) {
            const dnnl::memory::desc b({shape.weights[0]}, dt::f32, tag::a);
            forward = {{dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct, descriptor(x),
                        any, b, out, shape.strides, shape.padding, shape.padding},
                       cpu()};
        } else {
            forward = {{dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct, descriptor(x),
                        any, out, shape.strides, shape.padding, shape.padding},
                       cpu()};
        }
    }

    torch::Tensor run(const torch::Tensor& x, const torch::Tensor& w, const torch::Tensor& bias) const {
        auto y = shape.make_target(x);
        auto weights = reordered(plain_weights(w), forward.weights_desc());
        std::unordered_map<int, dnnl::memory> arguments{{DNNL_ARG_SRC, wrap(x, descriptor(x))},
                                                        {DNNL_ARG_WEIGHTS, weights},
                                                        {DNNL_ARG_DST, wrap(y, forward.dst_desc())}};
        if (bias.defined()) arguments.insert({DNNL_ARG_BIAS, wrap(bias, forward.bias_desc())});
        execute(dnnl::convolution_forward(forward), arguments);
        return y;
    }

    dnnl::memory plain_weights(const torch::Tensor& w) const {
        return {{shape.weights, dt::f32, tag::abcde}, cpu(), w.data_ptr()};
    }

    torch::Tensor source_gradient(const torch::Tensor& x, const torch::Tensor& w,
                                  const torch::Tensor& dy) const {
        if (needs_detours() && shape.strides[1] == 2) return scattered_gradient(w, dy);
        const dnnl::memory::desc any(shape.weights, type, tag::any);
        const dnnl::convolution_backward_data::primitive_desc pd(
            {dnnl::algorithm::convolution_direct, descriptor(x), any, descriptor(dy), shape.strides,
             shape.padding, shape.padding},
            cpu(), forward);
        auto dx = torch::empty_like(x);
        execute(dnnl::convolution_backward_data(pd),
                {{DNNL_ARG_DIFF_DST, wrap(dy, descriptor(dy))},
                 {DNNL_ARG_WEIGHTS, reordered(plain_weights(w), pd.weights_desc())},
                 {DNNL_ARG_DIFF_SRC, wrap(dx, pd.diff_src_desc())}});
        return dx;
    }

    /// Kernel and stride of 2: every voxel of dy goes to eight of its own (four, if the kernel is flat), so a
    /// convolution with kernel 1 makes eight times the channels, which are then laid out in space.
    static torch::Tensor scattered_gradient(const torch::Tensor& w, const torch::Tensor& dy) {
        const auto out = w.size(0), in = w.size(1), deep = w.size(2), lanes = dy.size(5), n = dy.size(0),
                   z = dy.size(2), y = dy.size(3), x = dy.size(4);
        const auto each = w.permute({2, 3, 4, 1, 0}).reshape({deep * 4 * in, out, 1, 1, 1}).contiguous();
        return ConvPrimitives(dy, each, 1, false)
            .run(dy, each, {})
            .view({n, deep, 2, 2, in / lanes, z, y, x, lanes})
            .permute({0, 4, 5, 1, 6, 2, 7, 3, 8})
            .reshape({n, in / lanes, deep * z, 2 * y, 2 * x, lanes});
    }

    torch::Tensor weight_gradient(const torch::Tensor& x, const torch::Tensor& w, const torch::Tensor& dy,
                                  const torch::Tensor& bias_gradient) const {
        if (needs_detours() && is_plain(x)) {
            const auto b = block(x);
            const auto channels = w.size(1), missing = b.size(1) * b.size(5) - channels;
            const auto wide = torch::constant_pad_nd(w, {0, 0, 0, 0, 0, 0, 0, missing}).contiguous();
            return ConvPrimitives(b, wide, 1, bias_gradient.defined())
                .weight_gradient(b, wide, dy, bias_gradient)
                .slice(1, 0, channels)
                .contiguous();
        }
        if (const auto p = shape.padding[0]; needs_detours() && p > 0) {
            const auto padded = torch::constant_pad_nd(x, {0, 0, 0, 0, 0, 0, p, p});
            return ConvPrimitives(padded, w, 1, bias_gradient.defined(), true)
                .weight_gradient(padded, w, dy, bias_gradient);
        }
        const dnnl::memory::desc any(shape.weights, dt::f32, tag::any);
        dnnl::convolution_backward_weights::primitive_desc pd;
        if (bias_gradient.defined())
            pd = {{dnnl::algorithm::convolution_direct, descriptor(x), any,
                   dnnl::memory::desc({shape.weights[0]}, dt::f32, tag::a), descriptor(dy), shape.strides,
                   shape.padding, shape.padding},
                  cpu(),
                  forward};
        else
            pd = {{dnnl::algorithm::convolution_direct, descriptor(x), any, descriptor(dy), shape.strides,
                   shape.padding, shape.padding},
                  cpu(),
                  forward};
        auto dw = torch::empty_like(w);
        const dnnl::memory plain = plain_weights(dw);
        dnnl::memory blocked_dw = plain;
        const bool reorder = pd.diff_weights_desc() != plain.get_desc();
        if (reorder) blocked_dw = dnnl::memory(pd.diff_weights_desc(), cpu());
        std::unordered_map<int, dnnl::memory> arguments{{DNNL_ARG_SRC, wrap(x, descriptor(x))},
                                                        {DNNL_ARG_DIFF_DST, wrap(dy, descriptor(dy))},
                                                        {DNNL_ARG_DIFF_WEIGHTS, blocked_dw}};
        if (bias_gradient.defined())
            arguments.insert({DNNL_ARG_DIFF_BIAS, wrap(bias_gradient, pd.diff_bias_desc())});
        execute(dnnl::convolution_backward_weights(pd), arguments);
        if (reorder) copy(blocked_dw, plain);
        return dw;
    }
};

dnnl::normalization_flags norm_flags(bool relu, bool frozen) {
    auto flags = dnnl::normalization_flags::use_scale_shift;
    if (frozen) flags |= dnnl::normalization_flags::use_global_stats;
    if (relu) flags |= dnnl::normalization_flags::fuse_norm_relu;
    return flags;
}

dnnl::memory::desc pair_desc(const torch::Tensor& pair) {
    return {{2, pair.size(1)}, dt::f32, tag::ab};
}

class ConvNorm : public torch::autograd::Function<ConvNorm> {
public:
    static torch::Tensor forward(AutogradContext* ctx, const torch::Tensor& x, const torch::Tensor& weight,
                                 const torch::Tensor& gamma, const torch::Tensor& beta, NormState* state,
                                 std::int64_t stride, bool relu) {
        const torch::NoGradGuard no_grad;
        const ConvPrimitives conv(x, weight, static_cast<int>(stride), false);
        const auto y = conv.run(x, weight, {});
        const auto pair = torch::stack({gamma, beta}).contiguous();
        const auto md = descriptor(y);
        auto z = torch::empty_like(y);
        // Frozen: used as they are. Else written by oneDNN.
        torch::Tensor mean = state->mean.clone(), variance = state->variance.clone();
        const dnnl::batch_normalization_forward::primitive_desc pd(
            {dnnl::prop_kind::forward_training, md, static_cast<float>(norm_epsilon),
             norm_flags(relu, state->frozen)},
            cpu());
        auto workspace = torch::empty({relu ? static_cast<std::int64_t>(pd.workspace_desc().get_size()) : 1},
                                      torch::kUInt8);
        std::unordered_map<int, dnnl::memory> arguments{
            {DNNL_ARG_SRC, wrap(y, md)},
            {DNNL_ARG_DST, wrap(z, md)},
            {DNNL_ARG_SCALE_SHIFT, wrap(pair, pair_desc(pair))},
            {DNNL_ARG_MEAN, wrap(mean, pd.mean_desc())},
            {DNNL_ARG_VARIANCE, wrap(variance, pd.variance_desc())}};
        if (relu) arguments.insert({DNNL_ARG_WORKSPACE, wrap(workspace, pd.workspace_desc())});
        execute(dnnl::batch_normalization_forward(pd), arguments);
        if (!state->frozen) {
            state->mean.mul_(1 - state->momentum).add_(mean, state->momentum);
            state->variance.mul_(1 - state->momentum).add_(variance, state->momentum);
        }
        ctx->save_for_backward({x, weight, y, pair, mean, variance, workspace});
        ctx->saved_data["stride"] = stride;
        ctx->saved_data["relu"] = relu;
        ctx->saved_data["frozen"] = state->frozen;
        return z;
    }

    static tensor_list backward(AutogradContext* ctx, tensor_list gradients) {
        const auto saved = ctx->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1], &y = saved[2], &pair = saved[3];
        const bool relu = ctx->saved_data["relu"].toBool(), frozen = ctx->saved_data["frozen"].toBool();
        const auto dz = gradients[0].contiguous();
        const auto md = descriptor(y);
        const dnnl::batch_normalization_forward::primitive_desc hint(
            {dnnl::prop_kind::forward_training, md, static_cast<float>(norm_epsilon),
             norm_flags(relu, frozen)},
            cpu());
        const dnnl::batch_normalization_backward::primitive_desc pd(
            {dnnl::prop_kind::backward, md, md, static_cast<float>(norm_epsilon), norm_flags(relu, frozen)},
            cpu(), hint);
        auto dy = torch::empty_like(y);
        auto dpair = torch::empty_like(pair);
        std::unordered_map<int, dnnl::memory> arguments{
            {DNNL_ARG_SRC, wrap(y, md)},
            {DNNL_ARG_DIFF_DST, wrap(dz, md)},
            {DNNL_ARG_DIFF_SRC, wrap(dy, md)},
            {DNNL_ARG_SCALE_SHIFT, wrap(pair, pair_desc(pair))},
            {DNNL_ARG_DIFF_SCALE_SHIFT, wrap(dpair, pair_desc(dpair))},
            {DNNL_ARG_MEAN, wrap(saved[4], pd.mean_desc())},
            {DNNL_ARG_VARIANCE, wrap(saved[5], pd.variance_desc())}};
        if (relu) arguments.insert({DNNL_ARG_WORKSPACE, wrap(saved[6], hint.workspace_desc())});
        execute(dnnl::batch_normalization_backward(pd), arguments);
        const ConvPrimitives conv(x, weight, static_cast<int>(ctx->saved_data["stride"].toInt()), false);
        torch::Tensor dx;
        if (ctx->needs_input_grad(0)) dx = conv.source_gradient(x, weight, dy);
        const auto dw = conv.weight_gradient(x, weight, dy, {});
        return {dx, dw, dpair[0].clone(), dpair[1].clone(), {}, {}, {}};
    }
};

class ConvBias : public torch::autograd::Function<ConvBias> {
public:
    static torch::Tensor forward(AutogradContext* ctx, const torch::Tensor& x, const torch::Tensor& weight,
                                 const torch::Tensor& bias) {
        ctx->save_for_backward({x, weight, bias});
        return ConvPrimitives(x, weight, 1, true).run(x, weight, bias.contiguous());
    }
    static tensor_list backward(AutogradContext* ctx, tensor_list gradients) {
        const auto saved = ctx->get_saved_variables();
        const ConvPrimitives conv(saved[0], saved[1], 1, true);
        const auto dy = gradients[0].contiguous();
        auto db = torch::empty_like(saved[2]);
        const auto dw = conv.weight_gradient(saved[0], saved[1], dy, db);
        return {conv.source_gradient(saved[0], saved[1], dy), dw, db};
    }
};

}  // namespace

torch::Tensor conv_norm(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& gamma,
                        const torch::Tensor& beta, NormState& state, int stride, bool relu) {
    return ConvNorm::apply(x, weight, gamma, beta, &state, static_cast<std::int64_t>(stride), relu);
}

torch::Tensor conv_bias(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
    return ConvBias::apply(x, weight, bias);
}

}  // namespace cytomo::blocked
