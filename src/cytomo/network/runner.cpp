#include "runner.h"

#include <algorithm>
#include <memory>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/network/predict.h"
#include "engine.h"
#include "torch_predictor.h"

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

std::int64_t most_tile_voxels() {
    return CYTOMO_HAS_ONEDNN ? 21'000'000 : 2'000'000;  // libtorch's operators need several times the memory
}

Runner make_runner(const Model& model, Size3 tile, const PredictOptions& options, PredictRecord& record) {
    record.device = options.device;
    if (options.device == "auto") record.device = cuda_available() ? "cuda:0" : "cpu";
    if (record.device != "cpu") {
        // f16 resolves eight times finer than bf16, and normalised activations stay far from its limits.
        record.precision = options.precision == "auto" ? "f16" : options.precision;
        return make_torch_predictor(model, tile, record.device, record.precision);
    }
    const Precision precision = options.precision == "f32"    ? Precision::f32
                                : options.precision == "bf16" ? Precision::bf16
                                                              : best_precision();
    if (!can_compute(precision))
        throw UsageError(
            "--precision bf16: expected a processor with AVX-512, found one without. Take auto or f32");
    record.precision = precision == Precision::bf16 ? "bf16" : "f32";
    auto engine = std::make_shared<Engine>(model, tile, precision);
    return [engine](const float* values, const RowSink& sink, const Progress& progress) {
        engine->run(values, sink, progress);
    };
}

}  // namespace cytomo
