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

struct Opinion {
    double entropy, turned;
};

/// Mean entropy of the class probabilities, nats, and mean log odds of being upside down (0 without a head
/// that says so).
Opinion opinion_of(const TileSamples& samples, const Runner& run, const Model& model,
                   const Progress& progress) {
    const auto width = samples.tile.x;
    const int classes = model.class_count();
    const bool knows = model.architecture.objects;
    const auto entropy = [&](const float* row) {
        double sum = 0;
        for (std::int64_t i = 0; i < classes * width; ++i)
            if (row[i] > 1e-6F) sum -= static_cast<double>(row[i] * std::log(row[i]));
        return sum;
    };
    const auto turned = [&](const float* row) {
        double sum = 0;
        const float* of = row + (classes + static_cast<int>(ObjectMap::negative)) * width;
        for (std::int64_t i = 0; i < width; ++i) {
            const auto p = std::clamp(static_cast<double>(of[i]), 0.002, 0.998);
            sum += std::log(p / (1 - p));
        }
        return sum;
    };
    return {mean_over(samples, run, entropy, progress),
            knows ? mean_over(samples, run, turned, progress) : 0};
}

}  // namespace

PolarityEvidence find_polarity_evidence(const Resampler& resampler, const GreyStatistics& statistics,
                                        const Model& model, const PredictOptions& options, int views,
                                        PredictRecord& record, const Progress& progress) {
    TileSamples samples =
        probe_tiles(resampler, make_grey_scale(statistics, Polarity::dense_is_bright), model, options);
    PredictOptions exact = options;
    if (exact.precision == "int8") exact.precision = "auto";  // which values occur is not known yet
    const Runner run = over_views(make_runner(model, samples.tile, exact, record, {}), views, samples.tile,
                                  model.class_count(), model.architecture.map_count(), false);
    record.multiply_adds += 2. * views * static_cast<double>(samples.values.size()) *
                            multiply_adds(model.architecture, samples.tile, 0, model.flat_slices);
    const Opinion bright = opinion_of(samples, run, model, progress);
    for (auto& values : samples.values)
        for (float& v : values) v = -v;
    const Opinion dark = opinion_of(samples, run, model, progress);
    return {statistics.skewness, dark.entropy - bright.entropy, dark.turned - bright.turned};
}

void decide_polarity(const Resampler& resampler, const GreyStatistics& statistics, const Model& model,
                     const PredictOptions& options, int views, PredictRecord& record,
                     const Progress& progress) {
    // A model that has seen little can be as sure of negatives.
    const auto known = model.record.find("polarity");
    if (known != model.record.end() && (known->second == "dark" || known->second == "bright")) {
        record.polarity = known->second == "dark" ? Polarity::dense_is_dark : Polarity::dense_is_bright;
        return;
    }
    const PolarityEvidence found =
        find_polarity_evidence(resampler, statistics, model, options, views, record, progress);
    const auto& weights = model.polarity_weights;
    const double bright = 1 / (1 + std::exp(-weights.tail * found.tail - weights.surprise * found.surprise -
                                            weights.turned * found.turned));
    record.polarity = bright >= 0.5 ? Polarity::dense_is_bright : Polarity::dense_is_dark;
    record.polarity_guessed = true;
    record.polarity_confidence = std::max(bright, 1 - bright);
}

}  // namespace cytomo
