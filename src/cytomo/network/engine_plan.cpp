#include "engine_plan.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <stdexcept>

#include "cytomo/core/parallel.h"
#include "folded_weights.h"

namespace cytomo {

using namespace onednn;

namespace {

/// Half of a residual convolution's result is its input: both need the same scale, so does all that follows
/// it at that place. The name of what begins such a chain; other layers are chains of one.
std::string chain_of(const std::string& name) {
    const auto at = name.find(".refine");
    if (at == std::string::npos) return name;
    const std::string level = name.substr(0, at);
    return level + (level.starts_with("encoder") ? ".b" : ".a");
}

}  // namespace

Buffer::Buffer(std::size_t size) : size_(size) {
    constexpr std::size_t line = 64;
    data_.reset(std::aligned_alloc(line, (size + line - 1) / line * line));
    if (!data_) throw std::bad_alloc();
}

Plan::Plan(const Model& model, Size3 tile, Precision precision, const ActivationRanges& ranges)
    : tile_(tile),
      precision_(precision),
      lanes_(precision == Precision::int8 ? model.architecture.widths[0] : block_channels()) {
    for (const auto& [name, range] : ranges)
        ranges_[chain_of(name)] = std::max(ranges_[chain_of(name)], range);
    if (precision == Precision::int8 && ranges_.count("input") == 0)
        throw std::logic_error("int8: the ranges of activations must be known");
    with_memory_errors([&] { add_layers(model); });
}

/// The smallest free buffer that is large enough: a large one may be needed whole soon.
dnnl::memory Plan::take(const dnnl::memory::desc& md) {
    Entry* best = nullptr;
    for (Entry& entry : pool_)
        if (!entry.used && entry.buffer.size() >= md.get_size() &&
            (best == nullptr || entry.buffer.size() < best->buffer.size()))
            best = &entry;
    if (best == nullptr) best = &pool_.emplace_back(Entry{Buffer(md.get_size())});
    best->used = true;
    return {md, cpu(), best->buffer.data()};
}

void Plan::release(const Activation& a) {
    for (Entry& entry : pool_)
        if (entry.buffer.data() == a.memory.get_data_handle()) entry.used = false;
}

dt Plan::type_of(bool negative) const {
    if (precision_ == Precision::int8) return negative ? dt::s8 : dt::u8;
    return precision_ == Precision::bf16 ? dt::bf16 : dt::f32;
}

tag Plan::layout() const {
    return precision_ == Precision::int8 ? tag::acdeb : tag::any;  // its own kernels need to know
}

float Plan::scale_for(const std::string& name, bool negative) const {
    if (precision_ != Precision::int8) return 1;
    const float most = ranges_.at(chain_of(name));
    return (most > 0 ? most : 1) / (negative ? 127.F : 255.F);
}

/// The last layer before the head leaves floats, so that nothing is rounded there, in the layout the head
/// reads.
Activation Plan::add_convolution(const Model& model, const Layer& layer, const Activation& source,
                                 bool last) {
    const auto from = source.memory.get_desc().dims();
    const std::int64_t k = layer.kernel, s = layer.stride, p = s == 1 ? (k - 1) / 2 : 0;
    const dnnl::memory::dims wd{layer.out, from[1], k, k, k},
        od{1, layer.out, from[2] / s, from[3] / s, from[4] / s};
    const bool int8 = precision_ == Precision::int8;
    Activation result;
    result.scale = layer.residual ? source.scale : last ? 1 : scale_for(layer.name, !layer.relu);

    FoldedWeights folded = fold(model, layer);
    dnnl::primitive_attr attributes;
    if (precision_ == Precision::bf16) round_to_bfloat16(folded);
    if (layer.in < from[1]) double_inputs(folded, static_cast<std::size_t>(k * k * k));
    if (int8) {
        auto scales = round_to_int8(folded);
        for (std::size_t o = 0; o < scales.size(); ++o) {
            folded.bias[o] /= source.scale * scales[o];  // in units of the sums
            scales[o] *= source.scale / result.scale;
        }
        attributes.set_output_scales(1 << 1, scales);
    }
    if (layer.relu) {
        dnnl::post_ops post;
        if (layer.residual) post.append_binary(dnnl::algorithm::binary_add, source.memory.get_desc());
        post.append_eltwise(1.F, dnnl::algorithm::eltwise_relu, 0.F, 0.F);
        attributes.set_post_ops(post);
    }
    const auto type = type_of(!layer.relu);
    const auto out_desc = last ? dnnl::memory::desc(od, dt::f32, int8 ? tag::acdeb : blocked_tag())
                          : layer.residual ? source.memory.get_desc()
                                           : dnnl::memory::desc(od, type, layout());
    const dnnl::convolution_forward::primitive_desc pd(
        {dnnl::prop_kind::forward_inference,
         dnnl::algorithm::convolution_direct,
         source.memory.get_desc(),
         dnnl::memory::desc(wd, int8 ? dt::s8 : type, tag::any),
         dnnl::memory::desc({layer.out}, dt::f32, tag::a),
         out_desc,
         {s, s, s},
         {p, p, p},
         {p, p, p}},
        attributes, cpu());
    const dnnl::memory plain_weight({wd, dt::f32, tag::abcde}, cpu(), folded.weight.data());
    dnnl::memory weight(pd.weights_desc(), cpu()), bias(pd.bias_desc(), cpu());
    copy(plain_weight, weight);
    std::copy(folded.bias.begin(), folded.bias.end(), static_cast<float*>(bias.get_data_handle()));
    result.memory = take(pd.dst_desc());
    std::unordered_map<int, dnnl::memory> arguments{{DNNL_ARG_SRC, source.memory},
                                                    {DNNL_ARG_WEIGHTS, weight},
                                                    {DNNL_ARG_BIAS, bias},
                                                    {DNNL_ARG_DST, result.memory}};
    if (layer.residual) arguments.insert({DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, source.memory});
    const auto work = static_cast<double>(wd[0] * layer.in * k * k * k * od[2] * od[3] * od[4]);
    steps_.push_back(
        {layer.name,
         [primitive = dnnl::convolution_forward(pd), arguments] { execute(primitive, arguments); }, work,
         result});
    return result;
}

namespace {

/// The sum of values of 8 bits, in 8 bits: out = round((fine * fine_factor + coarse * coarse_factor)),
/// channels side by side. `out` may be `fine`.
void add_upsampled_int8(const std::uint8_t* fine, float fine_factor, const std::int8_t* coarse,
                        float coarse_factor, std::int8_t* out, Size3 size, std::int64_t channels) {
    parallel_for(size.z * size.y, [=](std::int64_t row) {
        const std::int64_t y = row % size.y, z = row / size.y;
        const auto* from = coarse + (z / 2 * (size.y / 2) + y / 2) * (size.x / 2) * channels;
        const auto first = row * size.x * channels;
        for (std::int64_t x = 0; x < size.x; ++x) {
            const std::int8_t* c = from + x / 2 * channels;
            const std::uint8_t* f = fine + first + x * channels;
            std::int8_t* to = out + first + x * channels;
            for (std::int64_t i = 0; i < channels; ++i) {
                const float sum =
                    fine_factor * static_cast<float>(f[i]) + coarse_factor * static_cast<float>(c[i]);
                to[i] =
                    static_cast<std::int8_t>(static_cast<int>(std::clamp(sum, -127.F, 127.F) + 127.5F) - 127);
            }
        }
    });
}

}  // namespace

Activation Plan::add_upsampled(const std::string& name, const Activation& fine, const Activation& coarse) {
    Activation result = fine;
    PlanStep step{name, {}, 0, {}};
    if (precision_ == Precision::int8) {
        result.scale = scale_for(name, true);
        const auto dims = fine.memory.get_desc().dims();
        result.memory = dnnl::memory({dims, dt::s8, tag::acdeb}, cpu(), fine.memory.get_data_handle());
        step.run = [f = static_cast<const std::uint8_t*>(fine.memory.get_data_handle()),
                    a = fine.scale / result.scale,
                    c = static_cast<const std::int8_t*>(coarse.memory.get_data_handle()),
                    b = coarse.scale / result.scale,
                    to = static_cast<std::int8_t*>(result.memory.get_data_handle()),
                    size = Size3{dims[4], dims[3], dims[2]},
                    channels = dims[1]] { add_upsampled_int8(f, a, c, b, to, size, channels); };
    } else {
        dnnl::post_ops post;
        post.append_sum(1.F);
        dnnl::primitive_attr attributes;
        attributes.set_post_ops(post);
        const dnnl::resampling_forward::primitive_desc pd({dnnl::prop_kind::forward_inference,
                                                           dnnl::algorithm::resampling_nearest,
                                                           {2.F, 2.F, 2.F},
                                                           coarse.memory.get_desc(),
                                                           fine.memory.get_desc()},
                                                          attributes, cpu());
        const std::unordered_map<int, dnnl::memory> arguments{{DNNL_ARG_SRC, coarse.memory},
                                                              {DNNL_ARG_DST, fine.memory}};
        step.run = [primitive = dnnl::resampling_forward(pd), arguments] { execute(primitive, arguments); };
    }
    step.result = result;
    steps_.push_back(std::move(step));
    return result;
}

void Plan::add_layers(const Model& model) {
    std::map<std::string, Layer> layers;
    const auto in_order = model.architecture.layers();
    for (const Layer& l : in_order) layers[l.name] = l;
    const std::string last = in_order[in_order.size() - 2].name;  // the head comes after it
    const auto add = [&](const std::string& name, const Activation& source, bool release_source) {
        const auto out = add_convolution(model, layers.at(name), source, name == last);
        if (release_source) release(source);
        return out;
    };
    const auto refine = [&](Activation y, const std::string& level) {
        for (int i = 0; layers.count(level + ".refine" + std::to_string(i)) > 0; ++i)
            y = add(level + ".refine" + std::to_string(i), y, true);
        return y;
    };
    const auto planes = [&](std::int64_t channels, dt type) {
        return dnnl::memory::desc({1, channels, tile_.z, tile_.y, tile_.x}, type,
                                  precision_ == Precision::int8 ? layout() : tag::abcde);
    };
    if (precision_ == Precision::f32)
        input_.memory = dnnl::memory(planes(1, dt::f32), cpu(), DNNL_MEMORY_NONE);  // the caller's
    else
        input_.memory =
            dnnl::memory(precision_ == Precision::bf16 ? planes(2, dt::bf16) : planes(1, dt::s8), cpu());
    input_.scale = scale_for("input", true);
    // The last activation is the largest: the first may have its place until then.
    pool_.push_back(Entry{
        Buffer(static_cast<std::size_t>(tile_.count() * model.architecture.widths[0]) * sizeof(float))});

    Activation x = input_;
    std::vector<Activation> by_level;
    const std::size_t levels = model.architecture.widths.size();
    for (std::size_t l = 0; l < levels; ++l) {
        const std::string level = "encoder." + std::to_string(l);
        if (l > 0) x = add(level + ".down", x, false);
        x = add(level + ".a", x, l > 0);
        x = refine(add(level + ".b", x, true), level);
        by_level.push_back(x);
    }
    for (std::size_t l = levels - 1; l-- > 0;) {
        const std::string level = "decoder." + std::to_string(l);
        const auto coarse = add(level + ".up", x, true);
        const auto sum = add_upsampled(level + ".sum", by_level[l], coarse);
        release(coarse);
        x = refine(add(level + ".a", sum, true), level);
    }
    features_ = x;
}

void Plan::set_input(const float* values) {
    const auto n = tile_.count();
    if (precision_ == Precision::f32)
        return input_.memory.set_data_handle(const_cast<float*>(values));  // only read
    if (precision_ == Precision::int8) {
        auto* to = static_cast<std::int8_t*>(input_.memory.get_data_handle());
        parallel_chunks(n, 1 << 16, [&](std::int64_t begin, std::int64_t end) {
            for (auto i = begin; i < end; ++i)
                to[i] = static_cast<std::int8_t>(
                    std::lrintf(std::clamp(values[i] / input_.scale, -127.F, 127.F)));
        });
        return;
    }
    // Values and what rounding them lost, so that the first layer sees 16 bits of each.
    auto* high = static_cast<std::uint16_t*>(input_.memory.get_data_handle());
    parallel_chunks(n, 1 << 16, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = begin; i < end; ++i) {
            const float rounded = to_bfloat16(values[i]);
            high[i] = upper_half(rounded);
            high[n + i] = upper_half(to_bfloat16(values[i] - rounded));
        }
    });
}

}  // namespace cytomo
