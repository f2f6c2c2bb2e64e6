#include "layer_rates.h"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>
#include <tuple>
#include <vector>

#include "cytomo/core/clock.h"
#include "cytomo/core/parallel.h"
#include "engine_buffer.h"
#include "engine_convolution.h"
#include "onednn.h"

namespace cytomo {

using namespace onednn;

namespace {

/// Multiply-adds for one voxel of a layer's own result.
double work_of_voxel(const Layer& layer) {
    return static_cast<double>(layer.inputs_without_clicks()) * layer.out * std::pow(layer.kernel, 3);
}

/// Memory that is there and holds numbers like those of activations, in any type.
Buffer filled(std::size_t bytes) {
    Buffer buffer(bytes);
    std::memset(buffer.data(), 0x3F, bytes);
    return buffer;
}

/// A layer on a piece of a tile: rows as long as those of a large tile, some slices deep, with their
/// neighbours on both sides, as the engine's bands have them.
class TimedLayer {
public:
    TimedLayer(const Model& model, const LayerKind& kind, Precision precision, int threads) {
        const Layer& layer = kind.layer;
        const bool first = layer.sees_input();
        const std::int64_t s = layer.stride, halo = s == 1 ? layer.kernel - 1 : 0;
        const Size3 size = timed_size(kind);
        voxels_ = size.count();
        const std::int64_t channels =
            first && precision == Precision::bf16 ? 2 : layer.inputs_without_clicks();
        const auto type = activation_type(precision, false);
        const dnnl::memory::desc source({1, channels, size.z * s + halo, size.y * s, size.x * s}, type,
                                        first ? tag::abcde : activation_layout(precision)),
            result({1, layer.out, size.z, size.y, size.x}, kind.last ? dt::f32 : type,
                   activation_layout(precision));
        Convolution convolution(model, layer, precision, channels, 1, 1);
        prepared_ = std::make_unique<Convolution::Prepared>(convolution.prepare(source, result, 0, 0));
        for (int t = 0; t < threads; ++t) {
            sources_.push_back(filled(prepared_->source.get_size()));
            results_.push_back(filled(prepared_->result.get_size()));
            if (layer.residual) added_.push_back(filled(prepared_->added.get_size()));
        }
    }

    /// Seconds of one thread for one voxel of the result; each thread has a piece of its own.
    double measure(std::size_t thread) const {
        const double start = processor_seconds(CLOCK_THREAD_CPUTIME_ID);
        cytomo::run(*prepared_, sources_[thread].data(), results_[thread].data(),
                    added_.empty() ? nullptr : added_[thread].data());
        return (processor_seconds(CLOCK_THREAD_CPUTIME_ID) - start) / static_cast<double>(voxels_);
    }

private:
    std::unique_ptr<Convolution::Prepared> prepared_;
    std::vector<Buffer> sources_, results_, added_;  ///< by thread
    std::int64_t voxels_ = 0;
};

}  // namespace

std::vector<LayerKind> layer_kinds(const Architecture& architecture) {
    std::vector<LayerKind> kinds;
    const auto layers = architecture.layers();
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
        const Layer& l = layers[i];
        LayerKind kind{l, l.level(), i + 2 == layers.size(), 1, 0};
        kind.work = work_of_voxel(l) / std::pow(8.0, kind.level);
        const auto what = [](const LayerKind& k) {
            return std::tuple(k.layer.inputs_without_clicks(), k.layer.out, k.layer.kernel, k.layer.stride,
                              k.layer.residual, k.level, k.last);
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

Size3 timed_size(const LayerKind& kind) {
    // Multiply-adds of one run, a millisecond: of many short runs some are not disturbed by other programs.
    // The first layer has little to do it with: one channel.
    const double work = kind.layer.sees_input() ? 0.3 * 6e7 : 6e7;
    const std::int64_t edge = std::max(16, 512 >> kind.level), depth = 2;
    const auto rows = std::llround(work / work_of_voxel(kind.layer) / static_cast<double>(edge * depth));
    return {edge, std::clamp<std::int64_t>(rows, 4, edge), depth};
}

double voxels_per_second(const std::vector<LayerTimes>& times, double whole, int threads) {
    double seconds = 0, covered = 0;
    for (const auto& [kind, each] : times) {
        // OpenMP may give fewer threads than were asked for (OMP_THREAD_LIMIT).
        double sum = 0;
        int measured = 0;
        for (const double s : each)
            if (std::isfinite(s)) {
                sum += s;
                ++measured;
            }
        if (measured == 0) continue;
        seconds += sum / measured * kind.count / std::pow(8.0, kind.level);
        covered += kind.work;
    }
    return seconds > 0 ? threads * covered / whole / seconds : 0;
}

PrecisionRates measure_layer_rates(const Model& model) {
    constexpr double least_share = 0.02;  // layers that matter
    constexpr double enough_seconds = 0.06, plain = 3;
    constexpr int least_rounds = 3, most_rounds = 10;
    const int threads = thread_count();
    omp_set_num_threads(1);
    std::vector<Precision> candidates{Precision::f32};
    if (can_compute(Precision::bf16)) candidates.push_back(Precision::bf16);

    struct Timed {
        LayerKind kind;
        std::vector<TimedLayer> layers;             ///< by candidate
        std::vector<std::vector<double>> shortest;  ///< by candidate and thread
    };
    std::vector<Timed> all;
    const double whole = model.architecture.multiply_adds_per_voxel();
    for (const LayerKind& kind : layer_kinds(model.architecture)) {
        // The first layer has little work, but takes long for it.
        if (kind.work < least_share * whole && !kind.layer.sees_input()) continue;
        const std::vector<double> never(static_cast<std::size_t>(threads),
                                        std::numeric_limits<double>::infinity());
        Timed timed{kind, {}, std::vector(candidates.size(), never)};
        for (const Precision p : candidates) timed.layers.emplace_back(model, kind, p, threads);
        all.push_back(std::move(timed));
    }
    const auto rate = [&](std::size_t c) {
        std::vector<LayerTimes> times;
        for (const Timed& timed : all) times.push_back({timed.kind, timed.shortest[c]});
        return voxels_per_second(times, whole, threads);
    };
    const double start = processor_seconds(CLOCK_THREAD_CPUTIME_ID);
    for (int round = 0; round < most_rounds; ++round) {
        if (round >= least_rounds && processor_seconds(CLOCK_THREAD_CPUTIME_ID) - start > enough_seconds)
            break;
            // All threads compute at a time, as they do in earnest: they share caches, memory and power.
#pragma omp parallel num_threads(threads)
        {
            const auto thread = static_cast<std::size_t>(omp_get_thread_num());
            for (Timed& timed : all)
                for (std::size_t c = 0; c < candidates.size(); ++c) {
                    double& shortest = timed.shortest[c][thread];
                    shortest = std::min(shortest, timed.layers[c].measure(thread));
                }
        }
        // Where the processor has no instructions for it, bf16 is told at once.
        if (round > 0 && candidates.size() > 1 && rate(0) > plain * rate(1)) break;
    }
    omp_set_num_threads(threads);
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
