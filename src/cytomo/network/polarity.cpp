#include "polarity.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "runner.h"
#include "tiling.h"
#include "views.h"

namespace cytomo {

namespace {

constexpr double weight =
    40;  // with 20, one of 42 simulated cells was taken for its negative (docs/notebook/polarity.md)

/// What a row of voxels says, summed.
using RowSum = std::function<double(const float* row)>;

/// Mean over the voxels of some tiles of what the network says of them.
double mean_over(const TileSamples& samples, const Runner& run, const RowSum& of, const Progress& progress) {
    const Size3 tile = samples.tile;
    std::vector<double> of_row(static_cast<std::size_t>(tile.y * tile.z));
    double sum = 0;
    for (const auto& values : samples.values) {
        progress.check();
        run(values.data(),
            [&](std::int64_t y, std::int64_t z, const float* row) {
                of_row[static_cast<std::size_t>(z * tile.y + y)] = of(row);
            },
            {});
        sum += std::accumulate(of_row.begin(), of_row.end(), 0.0);  // in the same order at any thread count
    }
    return sum / static_cast<double>(tile.count() * static_cast<std::int64_t>(samples.values.size()));
}

/// Share of the "looks like a cell" evidence for dense_is_bright, from tiles of which it is assumed. A
/// network that has learnt what negatives look like says so, of the tiles and of their negatives. Another one
/// finds little it knows in negatives: it is less sure, and its classes contradict what they should absorb.
double bright_evidence(TileSamples samples, const Runner& run, const Model& model, const Progress& progress) {
    const auto width = samples.tile.x;
    const int classes = model.class_count();
    const bool knows = model.architecture.objects;
    const RowSum of = [&](const float* row) {
        double sum = 0;
        if (knows) {
            const float* negative = row + (classes + static_cast<int>(ObjectMap::negative)) * width;
            return std::accumulate(negative, negative + width, 0.0);
        }
        for (std::int64_t i = 0; i < classes * width; ++i)
            if (row[i] > 1e-6F) sum -= static_cast<double>(row[i] * std::log(row[i]));
        return sum;
    };
    const double bright = mean_over(samples, run, of, progress);
    for (auto& values : samples.values)
        for (float& v : values) v = -v;
    const double dark = mean_over(samples, run, of, progress);
    return knows ? (1 - bright + dark) / 2 : 1 / (1 + std::exp(weight * (bright - dark)));
}

}  // namespace

void decide_polarity(const Resampler& resampler, const GreyStatistics& statistics, const Model& model,
                     const PredictOptions& options, int views, PredictRecord& record,
                     const Progress& progress) {
    // A model that has seen little can be as sure of negatives.
    const auto known = model.record.find("polarity");
    if (known != model.record.end() && (known->second == "dark" || known->second == "bright")) {
        record.polarity = known->second == "dark" ? Polarity::dense_is_dark : Polarity::dense_is_bright;
        return;
    }
    TileSamples samples =
        probe_tiles(resampler, make_grey_scale(statistics, Polarity::dense_is_bright), model, options);
    PredictOptions exact = options;
    if (exact.precision == "int8") exact.precision = "auto";  // which values occur is not known yet
    const Runner run = over_views(make_runner(model, samples.tile, exact, record, {}), views, samples.tile,
                                  model.class_count(), model.architecture.map_count(), false);
    record.multiply_adds += 2. * views * static_cast<double>(samples.values.size()) *
                            multiply_adds(model.architecture, samples.tile);
    // Skewness of ±0.5 is clear evidence; the network's surprise adds to it.
    const double tail = 1 / (1 + std::exp(-4 * statistics.skewness));
    const double network = bright_evidence(std::move(samples), run, model, progress);
    const double odds = tail / (1 - tail + 1e-9) * network / (1 - network + 1e-9);
    const double bright = model.architecture.objects ? network : odds / (1 + odds);
    record.polarity = bright >= 0.5 ? Polarity::dense_is_bright : Polarity::dense_is_dark;
    record.polarity_guessed = true;
    record.polarity_confidence = std::max(bright, 1 - bright);
}

}  // namespace cytomo
