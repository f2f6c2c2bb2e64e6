#include <cmath>
#include <cstdio>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/image/grey_scale.h"
#include "cytomo/network/double_decoder.h"
#include "cytomo/network/engine.h"
#include "cytomo/network/predict.h"
#include "cytomo/network/tiling.h"
#include "cytomo/network/torch_predictor.h"
#include "cytomo/simulation/simulate.h"
#include "measure.h"

namespace cytomo::bench {

namespace {

double operations_of(const Model& model, std::int64_t voxels) {
    return 2 * model.architecture.multiply_adds_per_voxel() * static_cast<double>(voxels);
}

/// What can be computed here.
std::vector<Precision> precisions() {
    std::vector<Precision> out{Precision::f32};
    if (can_compute(Precision::bf16)) out.push_back(Precision::bf16);
    if (can_compute(Precision::int8)) out.push_back(Precision::int8);
    return out;
}

Row measure_engine(const Model& model, Precision precision) {
    const Size3 tile{256, 256, 128}, part{64, 64, 32};
    std::vector<float> values(static_cast<std::size_t>(tile.count()));
    Random random(2);
    for (auto& v : values) v = static_cast<float>(random.normal());
    const std::vector<float> sample(values.begin(), values.begin() + part.count());
    Engine engine(model, tile, precision, measure_ranges(model, part, {sample}));
    Row row = measure("engine, one tile", tile.count(),
                      [&] { engine.run(values.data(), [](std::int64_t, std::int64_t, const float*) {}); });
    row.operations = operations_of(model, tile.count());
    row.precision = name(precision);
    return row;
}

/// From grey values in memory to probabilities: reading, tiles with their overlap, blending.
Row measure_prediction(const Model& model, const Tomogram& tomogram, Precision precision) {
    PredictOptions options;
    options.precision = name(precision);
    options.polarity = Polarity::dense_is_bright;
    options.views = 1;
    const std::int64_t voxels = tomogram.grid.count();
    Row row = measure("prediction, finished voxels", voxels, [&] { predict(tomogram, model, options); });
    row.precision = name(precision);
    row.operations = operations_of(model, voxels);
    char text[60];
    const Tiling tiling = plan_tiles(tomogram.grid.size, model.architecture.stride(), options.overlap,
                                     most_tile_voxels(model), model.flat_slices);
    std::snprintf(text, sizeof text, "%lld tiles, overlap costs %.0f %% more",
                  static_cast<long long>(tiling.count()), 100 * (tiling.work() - 1));
    row.remark = text;
    return row;
}

Row measure_libtorch(const Model& model) {
    const Size3 tile{128, 128, 64};
    const auto run = make_torch_predictor(model, tile, "cpu");
    const std::vector<float> values(static_cast<std::size_t>(tile.count()), 0.5F);
    Row row = measure("libtorch, one tile, same weights", tile.count(),
                      [&] { run(values.data(), [](std::int64_t, std::int64_t, const float*) {}, {}); });
    row.precision = "f32";
    row.operations = operations_of(model, tile.count());
    return row;
}

/// The published network on part of one of its chunks; finished pixels are fewer by the four rotations and by
/// the overlap of chunks of 600 at steps of 400.
Row measure_double_decoder() {
    Architecture a;
    a.kind = NetworkKind::double_decoder;
    a.widths = {64};
    a.outputs = 2;
    const torch::NoGradGuard no_grad;
    DoubleDecoder net(make_model(a, 1), torch::kCPU);
    const std::int64_t edge = 304;
    const auto plane = torch::zeros({1, 1, edge, edge});
    Row row = measure(
        "double decoder, width 64, finished pixels", edge * edge,
        [&] { net.decode_label(net.encode(plane)); }, true);
    row.seconds *= 4 * (600.0 / 400) * (600.0 / 400);
    row.precision = "f32";
    row.remark = "one plane of 304², scaled by 4 rotations and (600 / 400)² of overlap";
    return row;
}

/// In how many voxels of a simulated cell the default model gives the class that libtorch gives in f32.
std::vector<Row> measure_agreement() {
    const Model model = read_model(CYTOMO_SOURCE_DIR "/models/default.safetensors");
    SimulationOptions cell;
    cell.seed = 7001;
    cell.size = {128, 128, 64};
    const auto simulated = simulate_tomogram(cell);
    const Tomogram tomogram = tomogram_from(std::make_shared<const Volume<float>>(simulated.tomogram));
    const GreyScale scale =
        make_grey_scale(measure_grey_statistics(tomogram, model.voxel_um), Polarity::dense_is_bright);
    const Size3 tile = cell.size;
    const auto n = static_cast<std::size_t>(tile.count());
    std::vector<float> values(n);
    for (std::size_t i = 0; i < n; ++i)
        values[i] = scale.apply(simulated.tomogram[static_cast<std::int64_t>(i)]);
    const int classes = model.class_count();
    const auto winners = [&](const std::vector<float>& p) {
        std::vector<int> out(n, 0);
        for (std::size_t i = 0; i < n; ++i)
            for (int c = 1; c < classes; ++c)
                if (p[static_cast<std::size_t>(c) * n + i] > p[static_cast<std::size_t>(out[i]) * n + i])
                    out[i] = c;
        return out;
    };
    std::vector<float> p(n * static_cast<std::size_t>(classes));
    make_torch_predictor(model, tile, "cpu")(values.data(), sink_into(p.data(), tile, classes), {});
    const auto reference = winners(p);
    std::vector<Row> rows;
    const auto ranges = measure_ranges(model, tile, {values});
    for (const auto precision : precisions()) {
        Engine engine(model, tile, precision, ranges);
        Row row =
            measure("engine, a simulated cell", tile.count(), [&] { engine.run(values.data(), p.data()); });
        row.precision = name(precision);
        const auto own = winners(p);
        std::size_t same = 0;
        for (std::size_t i = 0; i < n; ++i) same += own[i] == reference[i] ? 1 : 0;
        char text[60];
        std::snprintf(text, sizeof text, "%.4f %% of voxels have libtorch's class",
                      100 * static_cast<double>(same) / static_cast<double>(n));
        row.remark = text;
        rows.push_back(row);
    }
    return rows;
}

}  // namespace

std::vector<Row> measure_networks(std::int64_t edge) {
    torch::set_num_threads(thread_count());
    const Model model = make_model({}, 1);
    auto values = std::make_shared<Volume<float>>(
        Grid{{3 * edge / 2, 3 * edge / 2, 3 * edge / 4}, {0.02, 0.02, 0.02}, {}});
    Random random(1);
    for (auto& v : values->values()) v = static_cast<float>(random.normal());
    const Tomogram tomogram = tomogram_from(values);
    std::vector<Row> rows;
    for (const auto p : precisions()) rows.push_back(measure_engine(model, p));
    for (const auto p : precisions()) rows.push_back(measure_prediction(model, tomogram, p));
    rows.push_back(measure_libtorch(model));
    rows.push_back(measure_double_decoder());
    for (Row& row : measure_agreement()) rows.push_back(std::move(row));
    for (Row& row : rows) row.group = "network";
    return rows;
}

}  // namespace cytomo::bench
