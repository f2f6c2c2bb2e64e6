#include <cmath>
#include <cstdio>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/network/double_decoder.h"
#include "cytomo/network/engine.h"
#include "cytomo/network/predict.h"
#include "cytomo/network/tiling.h"
#include "cytomo/network/torch_predictor.h"
#include "measure.h"

namespace cytomo::bench {

namespace {

double operations_of(const Model& model, std::int64_t voxels) {
    return 2 * model.architecture.multiply_adds_per_voxel() * static_cast<double>(voxels);
}

Row measure_engine(const Model& model, Precision precision) {
    const Size3 tile{256, 256, 128};
    Engine engine(model, tile, precision);
    const std::vector<float> values(static_cast<std::size_t>(tile.count()), 0.5F);
    Row row = measure("engine, one tile", tile.count(), [&] {
        engine.run(values.data(), [](std::int64_t, std::int64_t, const float*) {});
    });
    row.operations = operations_of(model, tile.count());
    row.precision = precision == Precision::bf16 ? "bf16" : "f32";
    return row;
}

/// From grey values in memory to probabilities: reading, tiles with their overlap, blending.
Row measure_prediction(const Model& model, const Tomogram& tomogram, const std::string& precision) {
    PredictOptions options;
    options.precision = precision;
    options.polarity = Polarity::dense_is_bright;
    options.views = 1;
    const std::int64_t voxels = tomogram.grid.count();
    Row row = measure("prediction, finished voxels", voxels, [&] { predict(tomogram, model, options); });
    row.precision = precision;
    row.operations = operations_of(model, voxels);
    char text[60];
    const Tiling tiling = plan_tiles(tomogram.grid.size, model.architecture.stride(), options.overlap, most_tile_voxels());
    std::snprintf(text, sizeof text, "%lld tiles, overlap costs %.0f %% more", static_cast<long long>(tiling.count()),
                  100 * (tiling.work() - 1));
    row.remark = text;
    return row;
}

Row measure_libtorch(const Model& model) {
    const Size3 tile{128, 128, 64};
    const auto run = make_torch_predictor(model, tile, "cpu");
    const std::vector<float> values(static_cast<std::size_t>(tile.count()), 0.5F);
    Row row = measure("libtorch, one tile, same weights", tile.count(), [&] {
        run(values.data(), [](std::int64_t, std::int64_t, const float*) {}, {});
    });
    row.precision = "f32";
    row.operations = operations_of(model, tile.count());
    return row;
}

/// The published network on part of one of its chunks; finished pixels are fewer by the four rotations and by the
/// overlap of chunks of 600 at steps of 400.
Row measure_double_decoder() {
    Architecture a;
    a.kind = NetworkKind::double_decoder;
    a.widths = {64};
    a.outputs = 2;
    const torch::NoGradGuard no_grad;
    DoubleDecoder net(make_model(a, 1), torch::kCPU);
    const std::int64_t edge = 304;
    const auto plane = torch::zeros({1, 1, edge, edge});
    Row row = measure("double decoder, width 64, finished pixels", edge * edge,
                      [&] { net.decode_label(net.encode(plane)); }, true);
    row.seconds *= 4 * (600.0 / 400) * (600.0 / 400);
    row.precision = "f32";
    row.remark = "one plane of 304², scaled by 4 rotations and (600 / 400)² of overlap";
    return row;
}

}  // namespace

std::vector<Row> measure_networks(std::int64_t edge) {
    torch::set_num_threads(thread_count());
    const Model model = make_model({}, 1);
    auto values = std::make_shared<Volume<float>>(Grid{{edge, edge, edge / 2}, {0.02, 0.02, 0.02}, {}});
    Random random(1);
    for (auto& v : values->values()) v = static_cast<float>(random.normal());
    const Tomogram tomogram = tomogram_from(values);
    std::vector<Row> rows;
    const bool has_bf16 = best_precision() == Precision::bf16;
    rows.push_back(measure_engine(model, Precision::f32));
    if (has_bf16) rows.push_back(measure_engine(model, Precision::bf16));
    rows.push_back(measure_prediction(model, tomogram, "f32"));
    if (has_bf16) rows.push_back(measure_prediction(model, tomogram, "bf16"));
    rows.push_back(measure_libtorch(model));
    rows.push_back(measure_double_decoder());
    for (Row& row : rows) row.group = "network";
    return rows;
}

}  // namespace cytomo::bench
