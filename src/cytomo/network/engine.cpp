// All layers are planned once for a tile size. A layer's output buffer is taken from a pool and
// returned when its last reader has run, so the peak is two full-resolution activations.
#include "engine.h"

#include <omp.h>
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <numeric>
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

float to_bfloat16(float v) {
    auto bits = std::bit_cast<std::uint32_t>(v);
    bits += 0x7FFFU + (bits >> 16 & 1U);  // to nearest, ties to even
    return std::bit_cast<float>(bits & 0xFFFF0000U);
}

std::uint16_t upper_half(float v) {
    return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(v) >> 16);
}

/// Rounds the weights of each output channel, `count` of them, to bfloat16 so that their sum stays: what
/// rounding one loses is added to the next, from the largest to the smallest, whose steps are finest. Inputs
/// vary slowly from voxel to voxel and are mostly positive, so errors that cancel in the sum nearly cancel in
/// the result.
void round_weights(std::vector<float>& weights, std::size_t count) {
    std::vector<std::size_t> order(count);
    for (std::size_t first = 0; first + count <= weights.size(); first += count) {
        float* w = weights.data() + first;
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [w](std::size_t a, std::size_t b) { return std::abs(w[a]) > std::abs(w[b]); });
        float lost = 0;
        for (const auto i : order) {
            const float wanted = w[i] + lost;
            w[i] = to_bfloat16(wanted);
            lost = wanted - w[i];
        }
    }
}

/// Each of the pieces of `size` numbers twice.
std::vector<float> twice(const std::vector<float>& pieces, std::size_t size) {
    std::vector<float> out;
    for (auto at = pieces.begin(); at != pieces.end(); at += static_cast<std::ptrdiff_t>(size))
        for (int i = 0; i < 2; ++i) out.insert(out.end(), at, at + static_cast<std::ptrdiff_t>(size));
    return out;
}

/// Memory for an activation, in large pages where the system gives them: hundreds of megabytes would
/// otherwise cost a fault every four kilobytes, and misses of the address cache in every layer.
class Buffer {
public:
    explicit Buffer(std::size_t size) : size_(size) {
        constexpr std::size_t page = 2 << 20;
        data_.reset(std::aligned_alloc(page, (size + page - 1) / page * page));
        if (!data_) throw std::bad_alloc();
        ::madvise(data_.get(), size, MADV_HUGEPAGE);  // no more than a wish
    }
    std::size_t size() const { return size_; }
    void* data() const { return data_.get(); }

private:
    struct Free {
        void operator()(void* p) const { std::free(p); }
    };
    std::size_t size_;
    std::unique_ptr<void, Free> data_;
};

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
    /// Plain [1, 1, z, y, x] float: where the caller's values are. In bf16 [1, 2, z, y, x]: values and what
    /// rounding them lost, so that the first layer sees 16 bits of each.
    dnnl::memory input;
    dnnl::memory features;  ///< what the head reads: float, blocked
    struct Entry {
        Buffer buffer;
        bool used = false;
    };
    std::vector<Entry> pool;

    /// The smallest free buffer that is large enough: a large one may be needed whole soon.
    dnnl::memory take(const dnnl::memory::desc& md) {
        Entry* best = nullptr;
        for (Entry& entry : pool)
            if (!entry.used && entry.buffer.size() >= md.get_size() &&
                (best == nullptr || entry.buffer.size() < best->buffer.size()))
                best = &entry;
        if (best == nullptr) best = &pool.emplace_back(Entry{Buffer(md.get_size())});
        best->used = true;
        return {md, cpu(), best->buffer.data()};
    }
    void release(const dnnl::memory& m) {
        for (Entry& entry : pool)
            if (entry.buffer.data() == m.get_data_handle()) entry.used = false;
    }

    /// The last layer before the head leaves floats, so that nothing is rounded there, in the layout the head
    /// reads.
    dnnl::memory add_convolution(const Model& model, const Layer& layer, const dnnl::memory& source,
                                 bool last) {
        const auto from = source.get_desc().dims();
        const std::int64_t k = layer.kernel, s = layer.stride, p = s == 1 ? (k - 1) / 2 : 0;
        const dnnl::memory::dims wd{layer.out, from[1], k, k, k},
            od{1, layer.out, from[2] / s, from[3] / s, from[4] / s};
        dnnl::primitive_attr attributes;
        if (layer.relu) {
            dnnl::post_ops post;
            if (layer.residual) post.append_binary(dnnl::algorithm::binary_add, source.get_desc());
            post.append_eltwise(1.F, dnnl::algorithm::eltwise_relu, 0.F, 0.F);
            attributes.set_post_ops(post);
        }
        const auto out_desc = last             ? dnnl::memory::desc(od, dt::f32, blocked_tag())
                              : layer.residual ? source.get_desc()
                                               : dnnl::memory::desc(od, type, tag::any);
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
        if (type == dt::bf16) {
            round_weights(folded.weight, static_cast<std::size_t>(layer.in * k * k * k));
            if (layer.in < from[1]) folded.weight = twice(folded.weight, static_cast<std::size_t>(k * k * k));
        }
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
        const auto work = static_cast<double>(wd[0] * layer.in * k * k * k * od[2] * od[3] * od[4]);
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

    /// All layers in the order in which they run.
    void plan(const Model& model) {
        std::map<std::string, Layer> layers;
        const auto in_order = model.architecture.layers();
        for (const Layer& l : in_order) layers[l.name] = l;
        const std::string last = in_order[in_order.size() - 2].name;  // the head comes after it
        const auto add = [&](const std::string& name, const dnnl::memory& source, bool release_source) {
            const auto out = add_convolution(model, layers.at(name), source, name == last);
            if (release_source) release(source);
            return out;
        };
        input = type == dt::f32 ? dnnl::memory({{1, 1, tile.z, tile.y, tile.x}, type, tag::abcde}, cpu(),
                                               DNNL_MEMORY_NONE)
                                : dnnl::memory({{1, 2, tile.z, tile.y, tile.x}, type, tag::abcde}, cpu());
        // The last activation is the largest: the first may have its place until then.
        const dnnl::memory::desc widest({1, model.architecture.widths[0], tile.z, tile.y, tile.x}, dt::f32,
                                        blocked_tag());
        pool.push_back(Entry{Buffer(widest.get_size())});
        dnnl::memory x = input;
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
        features = x;
    }

    void set_input(const float* values) {
        if (type == dt::f32) return input.set_data_handle(const_cast<float*>(values));  // only read
        auto* high = static_cast<std::uint16_t*>(input.get_data_handle());
        const auto n = tile.count();
        parallel_chunks(n, 1 << 16, [&](std::int64_t begin, std::int64_t end) {
            for (auto i = begin; i < end; ++i) {
                const float rounded = to_bfloat16(values[i]);
                high[i] = upper_half(rounded);
                high[n + i] = upper_half(to_bfloat16(values[i] - rounded));
            }
        });
    }

    void run_head(const RowSink& sink) const {
        const auto* values = static_cast<const float*>(features.get_data_handle());
        const int lanes = block_channels();
        parallel_chunks(tile.y * tile.z, 64, [&](std::int64_t begin, std::int64_t end) {
            std::vector<float> probabilities(static_cast<std::size_t>(classes * tile.x));
            for (auto row = begin; row < end; ++row) {
                head.run({values + row * tile.x * lanes, tile.count() * lanes, lanes, tile.x},
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
    self.set_input(values);
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
    self.run_head(sink);
}

void Engine::run(const float* values, float* probabilities) {
    run(values, sink_into(probabilities, implementation_->tile, implementation_->classes));
}

}  // namespace cytomo
