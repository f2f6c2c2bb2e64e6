// All layers are planned once for a tile size. A layer's output buffer is taken from a pool and
// returned when its last reader has run, so the peak is two full-resolution activations.
#include "engine.h"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "head.h"
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
    double work = 0;  ///< multiply-adds
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
    Head head;
    int classes;
    dt type;
    std::vector<Step> steps;
    dnnl::memory input, features;  // plain float input [1, 1, z, y, x]; what the head reads, blocked
    std::vector<std::pair<dnnl::memory, bool>> pool;  // buffer, in use

    /// The smallest free buffer that is large enough: a large one may be needed whole soon.
    dnnl::memory take(const dnnl::memory::desc& md) {
        std::pair<dnnl::memory, bool>* best = nullptr;
        const auto size = [](const dnnl::memory& m) { return m.get_desc().get_size(); };
        for (auto& entry : pool)
            if (!entry.second && size(entry.first) >= md.get_size() &&
                (best == nullptr || size(entry.first) < size(best->first)))
                best = &entry;
        if (best == nullptr) best = &pool.emplace_back(dnnl::memory(md, cpu()), false);
        best->second = true;
        return {md, cpu(), best->first.get_data_handle()};
    }
    void release(const dnnl::memory& m) {
        for (auto& [buffer, used] : pool)
            if (buffer.get_data_handle() == m.get_data_handle()) used = false;
    }

    dnnl::memory add_convolution(const Model& model, const Layer& layer, const dnnl::memory& source) {
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
        const auto out_desc = layer.residual ? source.get_desc() : dnnl::memory::desc(od, type, tag::any);
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
        if (layer.residual) arguments.insert({DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, source});
        const auto work = static_cast<double>(wd[0] * wd[1] * k * k * k * od[2] * od[3] * od[4]);
        steps.push_back({dnnl::convolution_forward(pd), std::move(arguments), work});
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

    /// In the layout that the head reads; a step of its own only if oneDNN chose another one.
    dnnl::memory add_blocked(const dnnl::memory& source) {
        const dnnl::memory::desc wanted(source.get_desc().dims(), type, blocked_tag());
        if (source.get_desc() == wanted) return source;
        const auto target = take(wanted);
        steps.push_back({dnnl::reorder(source, target), {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, target}}});
        return target;
    }

    /// All layers in the order in which they run.
    void plan(const Model& model) {
        std::map<std::string, Layer> layers;
        for (const Layer& l : model.architecture.layers()) layers[l.name] = l;
        const auto add = [&](const std::string& name, const dnnl::memory& source, bool release_source) {
            const auto out = add_convolution(model, layers.at(name), source);
            if (release_source) release(source);
            return out;
        };
        input = dnnl::memory({{1, 1, tile.z, tile.y, tile.x}, dt::f32, tag::abcde}, cpu(), DNNL_MEMORY_NONE);
        dnnl::memory x = input;
        if (type == dt::bf16) {
            x = dnnl::memory({{1, 1, tile.z, tile.y, tile.x}, dt::bf16, tag::abcde}, cpu());
            steps.push_back({dnnl::reorder(input, x), {{DNNL_ARG_FROM, input}, {DNNL_ARG_TO, x}}});
        }
        const auto refine = [&](dnnl::memory y, const std::string& level) {
            for (int i = 0; layers.count(level + ".refine" + std::to_string(i)) > 0; ++i)
                y = add(level + ".refine" + std::to_string(i), y, true);
            return y;
        };
        std::vector<dnnl::memory> by_level;
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
            add_upsampled(by_level[l], coarse);
            release(coarse);
            x = refine(add(level + ".a", by_level[l], true), level);
        }
        features = add_blocked(x);
    }

    template <class T>
    void run_head(const RowSink& sink) const {
        const auto* values = static_cast<const T*>(features.get_data_handle());
        const int lanes = block_channels();
        parallel_chunks(tile.y * tile.z, 64, [&](std::int64_t begin, std::int64_t end) {
            std::vector<float> probabilities(static_cast<std::size_t>(classes * tile.x));
            for (auto row = begin; row < end; ++row) {
                head.run(FeatureRow<T>{values + row * tile.x * lanes, tile.count() * lanes, lanes, tile.x},
                         probabilities.data());
                sink(row % tile.y, row / tile.y, probabilities.data());
            }
        });
    }
};

Engine::Engine(const Model& model, Size3 tile, Precision precision)
    : implementation_(new Implementation{tile,
                                         Head(model),
                                         model.class_count(),
                                         precision == Precision::bf16 ? dt::bf16 : dt::f32,
                                         {},
                                         {},
                                         {},
                                         {}}) {
    const auto stride = model.architecture.stride();
    if (tile.x % stride != 0 || tile.y % stride != 0 || tile.z % stride != 0)
        throw std::logic_error("tile size is no multiple of the network's stride");
    with_memory_errors([&] { implementation_->plan(model); });
}

Engine::~Engine() = default;

Size3 Engine::tile() const {
    return implementation_->tile;
}

void Engine::run(const float* values, const RowSink& sink, const Progress& progress) {
    auto& self = *implementation_;
    omp_set_num_threads(thread_count());
    self.input.set_data_handle(const_cast<float*>(values));  // only read
    double total = 0, done = 0;
    for (const Step& step : self.steps) total += step.work;
    for (const Step& step : self.steps) {
        progress(done / total);
        with_memory_errors([&] {
            step.primitive.execute(stream(), step.arguments);
            stream().wait();
        });
        done += step.work;
    }
    if (self.type == dt::bf16)
        self.run_head<Bfloat16>(sink);
    else
        self.run_head<float>(sink);
}

void Engine::run(const float* values, float* probabilities) {
    run(values, sink_into(probabilities, implementation_->tile, implementation_->classes));
}

}  // namespace cytomo
