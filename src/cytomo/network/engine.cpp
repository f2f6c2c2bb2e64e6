// All layers are planned once for a tile size. A layer's output buffer is taken from a pool and
// returned when its last reader has run, so the peak is a few full-resolution activations.
#include "engine.h"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "onednn.h"

namespace cytomo {

using namespace onednn;

namespace {

constexpr float norm_epsilon = 1e-5F;

struct Folded {
    std::vector<float> weight, bias;
};

/// Batch normalisation is an affine map of each channel: it moves into weights and bias.
Folded fold(const Model& model, const Layer& layer) {
    Folded f;
    f.weight = model.weights.at(layer.name + ".weight").values;
    if (!layer.norm) {
        f.bias = model.weights.at(layer.name + ".bias").values;
        return f;
    }
    const auto& gamma = model.weights.at(layer.name + ".gamma").values;
    const auto& beta = model.weights.at(layer.name + ".beta").values;
    const auto& mean = model.weights.at(layer.name + ".mean").values;
    const auto& variance = model.weights.at(layer.name + ".variance").values;
    const std::size_t each = f.weight.size() / gamma.size();
    f.bias.resize(gamma.size());
    for (std::size_t o = 0; o < gamma.size(); ++o) {
        const float s = gamma[o] / std::sqrt(variance[o] + norm_epsilon);
        for (std::size_t i = 0; i < each; ++i) f.weight[o * each + i] *= s;
        f.bias[o] = beta[o] - mean[o] * s;
    }
    return f;
}

/// A planned convolution: primitive, arguments and the buffers they live in.
struct Step {
    dnnl::primitive primitive;
    std::unordered_map<int, dnnl::memory> arguments;
};

}  // namespace

Precision best_precision() {
    return has_bf16() ? Precision::bf16 : Precision::f32;
}

bool can_compute(Precision precision) {
    return precision == Precision::f32 || block_channels() == 16;
}

struct Engine::Implementation {
    Size3 tile;
    int outputs, classes;
    std::vector<std::uint8_t> class_of;
    dt type;
    std::vector<Step> steps;
    dnnl::memory input, output;  // plain float input [1, 1, z, y, x]; logits, blocked
    std::vector<std::pair<dnnl::memory, bool>> pool;  // buffer, in use

    dnnl::memory take(const dnnl::memory::desc& md) {
        for (auto& [buffer, used] : pool)
            if (!used && buffer.get_desc().get_size() >= md.get_size()) {
                used = true;
                return {md, cpu(), buffer.get_data_handle()};
            }
        pool.emplace_back(dnnl::memory(md, cpu()), true);
        return {md, cpu(), pool.back().first.get_data_handle()};
    }
    void release(const dnnl::memory& m) {
        for (auto& [buffer, used] : pool)
            if (buffer.get_data_handle() == m.get_data_handle()) used = false;
    }

    dnnl::memory add_convolution(const Model& model, const Layer& layer, const dnnl::memory& source,
                                 bool last) {
        const auto from = source.get_desc().dims();
        const std::int64_t k = layer.kernel, s = layer.stride, p = s == 1 ? (k - 1) / 2 : 0;
        const dnnl::memory::dims wd{layer.out, layer.in, k, k, k},
            od{1, layer.out, from[2] / s, from[3] / s, from[4] / s};
        dnnl::primitive_attr attributes;
        if (layer.relu) {
            dnnl::post_ops post;
            if (layer.residual) post.append_binary(dnnl::algorithm::binary_add, source.get_desc());
            post.append_eltwise(1.F, dnnl::algorithm::eltwise_relu, 0.F, 0.F);
            attributes.set_post_ops(post);
        }
        const auto out_type = last ? dt::f32 : type;
        const dnnl::memory::desc out_desc = last             ? dnnl::memory::desc(od, out_type, blocked_tag())
                                            : layer.residual ? source.get_desc()
                                                             : dnnl::memory::desc(od, out_type, tag::any);
        const dnnl::convolution_forward::primitive_desc pd({dnnl::prop_kind::forward_inference,
                                                            dnnl::algorithm::convolution_direct,
                                                            source.get_desc(),
                                                            dnnl::memory::desc(wd, type, tag::any),
                                                            dnnl::memory::desc({layer.out}, dt::f32, tag::a),
                                                            out_desc,
                                                            {s, s, s},
                                                            {p, p, p},
                                                            {p, p, p}},
                                                           attributes, cpu());
        Folded folded = fold(model, layer);
        const dnnl::memory plain_weight({wd, dt::f32, tag::abcde}, cpu(), folded.weight.data());
        dnnl::memory weight(pd.weights_desc(), cpu()), bias(pd.bias_desc(), cpu());
        copy(plain_weight, weight);
        std::copy(folded.bias.begin(), folded.bias.end(), static_cast<float*>(bias.get_data_handle()));
        const auto target = take(pd.dst_desc());
        std::unordered_map<int, dnnl::memory> arguments{{DNNL_ARG_SRC, source},
                                                        {DNNL_ARG_WEIGHTS, weight},
                                                        {DNNL_ARG_BIAS, bias},
                                                        {DNNL_ARG_DST, target}};
        if (layer.residual)
            arguments.insert({DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, source});
        steps.push_back({dnnl::convolution_forward(pd), std::move(arguments)});
        return target;
    }

    /// fine += upsampled coarse, through oneDNN's nearest-neighbour resampling with a sum.
    void add_upsampled(const dnnl::memory& fine, const dnnl::memory& coarse) {
        dnnl::post_ops post;
        post.append_sum(1.F);
        dnnl::primitive_attr attributes;
        attributes.set_post_ops(post);
        const dnnl::resampling_forward::primitive_desc pd({dnnl::prop_kind::forward_inference,
                                                           dnnl::algorithm::resampling_nearest,
                                                           {2.F, 2.F, 2.F},
                                                           coarse.get_desc(),
                                                           fine.get_desc()},
                                                          attributes, cpu());
        steps.push_back({dnnl::resampling_forward(pd), {{DNNL_ARG_SRC, coarse}, {DNNL_ARG_DST, fine}}});
    }
};

Engine::Engine(const Model& model, Size3 tile, Precision precision)
    : implementation_(std::make_unique<Implementation>()) {
    auto& self = *implementation_;
    self.tile = tile;
    self.outputs = model.architecture.outputs;
    self.classes = model.class_count();
    self.class_of = model.output_classes();
    self.type = precision == Precision::bf16 ? dt::bf16 : dt::f32;
    const auto stride = model.architecture.stride();
    if (tile.x % stride != 0 || tile.y % stride != 0 || tile.z % stride != 0)
        throw std::logic_error("tile size is no multiple of the network's stride");
    std::map<std::string, Layer> layers;
    for (const Layer& l : model.architecture.layers()) layers[l.name] = l;
    const auto plan = [&](const std::string& name, const dnnl::memory& source, bool release_source) {
        const auto out = self.add_convolution(model, layers.at(name), source, name == "head");
        if (release_source) self.release(source);
        return out;
    };
    self.input = dnnl::memory({{1, 1, tile.z, tile.y, tile.x}, dt::f32, tag::abcde}, cpu());
    dnnl::memory x = self.input;
    if (precision == Precision::bf16) {
        x = dnnl::memory({{1, 1, tile.z, tile.y, tile.x}, dt::bf16, tag::abcde}, cpu());
        self.steps.push_back({dnnl::reorder(self.input, x), {{DNNL_ARG_FROM, self.input}, {DNNL_ARG_TO, x}}});
    }
    const auto refine = [&](dnnl::memory y, const std::string& level) {
        for (int i = 0; layers.count(level + ".refine" + std::to_string(i)) > 0; ++i)
            y = plan(level + ".refine" + std::to_string(i), y, true);
        return y;
    };
    std::vector<dnnl::memory> features;
    const std::size_t levels = model.architecture.widths.size();
    for (std::size_t l = 0; l < levels; ++l) {
        const std::string level = "encoder." + std::to_string(l);
        if (l > 0) x = plan(level + ".down", x, false);
        x = plan(level + ".a", x, l > 0);
        x = refine(plan(level + ".b", x, true), level);
        features.push_back(x);
    }
    for (std::size_t l = levels - 1; l-- > 0;) {
        const std::string level = "decoder." + std::to_string(l);
        const auto coarse = plan(level + ".up", x, true);
        self.add_upsampled(features[l], coarse);
        self.release(coarse);
        x = refine(plan(level + ".a", features[l], true), level);
    }
    self.output = plan("head", x, true);
}

Engine::~Engine() = default;

Size3 Engine::tile() const {
    return implementation_->tile;
}

void Engine::run(const float* values, float* probabilities) {
    auto& self = *implementation_;
    omp_set_num_threads(thread_count());
    const std::int64_t n = self.tile.count();
    std::copy(values, values + n, static_cast<float*>(self.input.get_data_handle()));
    for (auto& step : self.steps) step.primitive.execute(stream(), step.arguments);
    stream().wait();
    const auto* logits = static_cast<const float*>(self.output.get_data_handle());
    const int outputs = self.outputs, classes = self.classes, lanes = block_channels();
    parallel_chunks(n, 1 << 15, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = begin; i < end; ++i) {
            const auto logit = [&](int o) { return logits[(o / lanes * n + i) * lanes + o % lanes]; };
            float e[16], of_class[16] = {}, top = logit(0), sum = 0;
            for (int o = 1; o < outputs; ++o) top = std::max(top, logit(o));
            for (int o = 0; o < outputs; ++o) sum += e[o] = std::exp(logit(o) - top);
            for (int o = 0; o < outputs; ++o) of_class[self.class_of[static_cast<std::size_t>(o)]] += e[o];
            for (int c = 0; c < classes; ++c) probabilities[c * n + i] = of_class[c] / sum;
        }
    });
}

}  // namespace cytomo
