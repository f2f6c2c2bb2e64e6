#include "layer_rates.h"

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <tuple>
#include <vector>

#include "cytomo/core/parallel.h"
#include "engine_buffer.h"
#include "engine_convolution.h"
#include "engine_threads.h"
#include "onednn.h"

namespace cytomo {

using namespace onednn;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Layers that cost the same.
struct LayerKind {
    Layer layer;
    int level = 0;  ///< of its result
    bool last = false;
    int count = 0;
    double work = 0;  ///< of all of them: multiply-adds for one voxel of the finished output
};

std::vector<LayerKind> kinds_of(const Architecture& architecture) {
    std::vector<LayerKind> kinds;
    const auto layers = architecture.layers();
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {  // the head is no convolution of the engine's
        const Layer& l = layers[i];
        LayerKind kind{l, l.name[8] - '0' + (l.name.ends_with(".up") ? 1 : 0), i + 2 == layers.size(), 1,
                       l.in * l.out * std::pow(l.kernel, 3)};
        kind.work /= std::pow(8.0, kind.level);
        const auto what = [](const LayerKind& k) {
            return std::tuple(k.layer.in, k.layer.out, k.layer.kernel, k.layer.stride, k.layer.residual,
                              k.level, k.last);
        };
        const auto same = std::find_if(kinds.begin(), kinds.end(),
                                       [&](const LayerKind& k) { return what(k) == what(kind); });
        if (same == kinds.end()) {
            kinds.push_back(kind);
        } else {
            ++same->count;
            same->work += kind.work;
        }
    }
    return kinds;
}

/// A layer on a piece of a tile: rows as long as those of a large tile, some slices deep, with their
/// neighbours on both sides, as the engine's bands have them.
class TimedLayer {
public:
    TimedLayer(const Model& model, const LayerKind& kind, Precision precision, double work) {
        const Layer& layer = kind.layer;
        const std::int64_t edge = std::max(16, 512 >> kind.level), depth = 2, k = layer.kernel,
                           s = layer.stride, halo = s == 1 ? k - 1 : 0;
        const double each = static_cast<double>(layer.in) * layer.out * std::pow(layer.kernel, 3);
        const std::int64_t rows =
            std::clamp<std::int64_t>(std::llround(work / each / static_cast<double>(edge * depth)), 4, edge);
        voxels_ = edge * rows * depth;
        const bool first = layer.in == 1;
        const std::int64_t channels = first && precision == Precision::bf16 ? 2 : layer.in;
        const auto type = activation_type(precision, false);
        const dnnl::memory::desc source({1, channels, depth * s + halo, rows * s, edge * s}, type,
                                        first ? tag::abcde : activation_layout(precision)),
            result({1, layer.out, depth, rows, edge}, kind.last ? dt::f32 : type,
                   activation_layout(precision));
        Convolution convolution(model, layer, precision, channels, 1, 1);
        prepared_ = std::make_unique<Convolution::Prepared>(convolution.prepare(source, result, 0, 0));
        source_ = filled(prepared_->source.get_size());
        result_ = filled(prepared_->result.get_size());
        if (layer.residual) added_ = filled(prepared_->added.get_size());
    }

    /// Seconds for one voxel of the result, now.
    double measure() const {
        const auto start = Clock::now();
        cytomo::run(*prepared_, source_.data(), result_.data(), added_.size() > 0 ? added_.data() : nullptr);
        return seconds_since(start) / static_cast<double>(voxels_);
    }

private:
    /// Memory that is there and holds numbers like those of activations, in any type.
    static Buffer filled(std::size_t bytes) {
        Buffer buffer(bytes);
        engine_chunks(static_cast<std::int64_t>(bytes), 1 << 18, [&](std::int64_t begin, std::int64_t end) {
            std::memset(buffer.data() + begin, 0x3F, static_cast<std::size_t>(end - begin));
        });
        return buffer;
    }

    std::unique_ptr<Convolution::Prepared> prepared_;
    Buffer source_, result_, added_;
    std::int64_t voxels_ = 0;
};

}  // namespace

PrecisionRates measure_layer_rates(const Model& model) {
    constexpr double least_share = 0.02;      // layers that matter
    constexpr double work_of_thread = 1.5e8;  // multiply-adds of one run: some milliseconds
    constexpr double enough_seconds = 0.12;
    constexpr int least_rounds = 2, most_rounds = 4;
    omp_set_num_threads(thread_count());
    std::vector<Precision> candidates{Precision::f32};
    if (can_compute(Precision::bf16)) candidates.push_back(Precision::bf16);

    struct Timed {
        LayerKind kind;
        std::vector<TimedLayer> layers;  ///< by candidate
        std::vector<double> shortest;
    };
    std::vector<Timed> all;
    const double whole = model.architecture.multiply_adds_per_voxel();
    for (const LayerKind& kind : kinds_of(model.architecture)) {
        // The first layer has little work, but little to do it with: one channel.
        if (kind.work < least_share * whole && kind.layer.in > 1) continue;
        Timed timed{
            kind, {}, std::vector<double>(candidates.size(), std::numeric_limits<double>::infinity())};
        for (const Precision p : candidates)
            timed.layers.emplace_back(model, kind, p,
                                      (kind.layer.in > 1 ? 1 : 0.2) * work_of_thread * thread_count());
        all.push_back(std::move(timed));
    }
    const auto start = Clock::now();
    for (int round = 0; round < most_rounds; ++round) {
        if (round >= least_rounds && seconds_since(start) > enough_seconds) break;
        for (Timed& timed : all)
            for (std::size_t c = 0; c < candidates.size(); ++c)
                timed.shortest[c] = std::min(timed.shortest[c], timed.layers[c].measure());
    }
    const auto rate = [&](std::size_t c) {
        double seconds = 0, work = 0;
        for (const Timed& timed : all) {
            seconds += timed.kind.count * timed.shortest[c] / std::pow(8.0, timed.kind.level);
            work += timed.kind.work;
        }
        return work / whole / seconds;
    };
    return {rate(0), candidates.size() > 1 ? rate(1) : 0, false};
}

bool can_compute(Precision precision) {
    if (precision == Precision::int8) return has_vnni();
    return precision == Precision::f32 || block_channels() == 16;
}

std::string instruction_set() {
    const auto isa = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
    const auto has = [&](dnnl::cpu_isa wanted) {
        return (isa & static_cast<unsigned>(wanted)) == static_cast<unsigned>(wanted);
    };
    std::string text = "SSE4.1";
    for (const auto& [wanted, its_name] :
         {std::pair{dnnl::cpu_isa::avx, "AVX"}, std::pair{dnnl::cpu_isa::avx2, "AVX2"},
          std::pair{dnnl::cpu_isa::avx2_vnni, "AVX2 with VNNI"},
          std::pair{dnnl::cpu_isa::avx512_core, "AVX-512"},
          std::pair{dnnl::cpu_isa::avx512_core_vnni, "AVX-512 with VNNI"},
          std::pair{dnnl::cpu_isa::avx512_core_bf16, "AVX-512 with VNNI and bf16"},
          std::pair{dnnl::cpu_isa::avx512_core_amx, "AVX-512 with VNNI, bf16 and AMX"}})
        if (has(wanted)) text = its_name;
    const auto* version = dnnl::version();
    return text + " (oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
           std::to_string(version->patch) + ")";
}

}  // namespace cytomo
