#include "runner.h"

#include <algorithm>
#include <memory>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/network/libtorch.h"
#include "cytomo/network/predict.h"
#include "engine.h"
#include "grey_slab.h"
#include "tiling.h"
#include "torch_backend.h"

namespace cytomo {

RowSink sink_into(float* to, Size3 tile, int volumes) {
    return [=](std::int64_t y, std::int64_t z, const float* row) {
        for (int c = 0; c < volumes; ++c)
            std::copy(row + c * tile.x, row + (c + 1) * tile.x,
                      to + ((c * tile.z + z) * tile.y + y) * tile.x);
    };
}

void emit_rows(const float* from, Size3 tile, int volumes, const RowSink& sink) {
    parallel_chunks(tile.y * tile.z, 64, [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> row(static_cast<std::size_t>(volumes * tile.x));
        for (auto i = begin; i < end; ++i) {
            for (int c = 0; c < volumes; ++c) {
                const float* values = from + (c * tile.y * tile.z + i) * tile.x;
                std::copy(values, values + tile.x, row.data() + c * tile.x);
            }
            sink(i % tile.y, i / tile.y, row.data());
        }
    });
}

std::int64_t most_tile_voxels(const Model& model) {
    if (!CYTOMO_HAS_ONEDNN) return 2'000'000;  // libtorch's operators need several times the memory
    return runs_in_bands(model) ? 29'000'000 : 21'000'000;
}

namespace {

const char* why_no_cuda() {
    if (has_libtorch()) return "libtorch finds no CUDA device";
    return has_nvidia_driver() ? "CUDA takes libtorch, which this program is without" : "no NVIDIA driver";
}

}  // namespace

std::string device_for(const PredictOptions& options, std::string* reason) {
    const bool chosen = options.device == "auto", cuda = chosen && cuda_with_libtorch();
    if (reason != nullptr) *reason = !chosen ? "" : cuda ? "libtorch finds CUDA" : why_no_cuda();
    if (!chosen) return options.device;
    return cuda ? "cuda:0" : "cpu";
}

TileSamples probe_tiles(const Resampler& resampler, const GreyScale& scale, const Model& model,
                        const PredictOptions& options) {
    const Size3 largest = options.tile.x > 0 ? options.tile : Size3{128, 128, 64};
    const Tiling tiling = tiles_of(resampler.grid().size, model.architecture.stride(), options.overlap,
                                   largest, model.flat_slices);
    const auto middle = [](const AxisTiles& axis, std::size_t aside) {
        return axis.starts[(axis.count() / 2 + aside) % axis.count()];
    };
    const auto depth = std::min(tiling.tile().z, tiling.z.size);
    const GreySlab slab(resampler, scale, middle(tiling.z, 0), depth);
    TileSamples out{tiling.tile(), {}};
    for (std::size_t k = 0; k < std::min<std::size_t>(4, tiling.x.count() * tiling.y.count()); ++k) {
        out.values.emplace_back(static_cast<std::size_t>(out.tile.count()));
        slab.cut(middle(tiling.x, k % 2), middle(tiling.y, k / 2), out.tile, out.values.back());
    }
    return out;
}

Runner make_runner(const Model& model, Size3 tile, const PredictOptions& options, PredictRecord& record,
                   const std::function<TileSamples()>& samples, std::int64_t wanted) {
    record.device = device_for(options, &record.device_reason);
    if (record.device != "cpu") {
        if (options.precision == "int8")
            throw UsageError("--precision int8: expected --device cpu, found " + record.device);
        // f16 resolves eight times finer than bf16, and normalised activations stay far from its limits.
        record.precision = options.precision == "auto" ? "f16" : options.precision;
        return torch_backend_for("device " + record.device)
            .make_predictor(model, tile, record.device, record.precision);
    }
    const Precision precision = precision_for(options.precision, model);
    record.precision = name(precision);
    ActivationRanges ranges;
    if (precision == Precision::int8) {
        const TileSamples some = samples();
        ranges = measure_ranges(model, some.tile, some.values);
    }
    auto engine = std::make_shared<Engine>(model, tile, precision, ranges, wanted);
    return [engine](const float* values, const RowSink& sink, const Progress& progress) {
        engine->run(values, sink, progress);
    };
}

}  // namespace cytomo
