#include "polarity.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "grey_slab.h"
#include "runner.h"
#include "tiling.h"
#include "views.h"

namespace cytomo {

namespace {

constexpr Size3 probe{128, 128, 64};  // a few tiles of this size in the middle say enough

/// Share of the "looks like a cell" evidence for dense_is_bright, from the tiles in the middle.
/// A network that sees inverted grey values finds little it knows: it is less sure, and its classes
/// contradict what they should absorb.
double bright_evidence(const Resampler& resampler, const Tiling& tiling, const GreyStatistics& statistics,
                       const Runner& run, int classes, const Progress& progress) {
    const auto middle = [](const AxisTiles& axis) { return axis.starts[axis.count() / 2]; };
    const Size3 tile = tiling.tile();
    const auto depth = std::min(tile.z, tiling.z.size);
    const GreySlab slab(resampler, make_grey_scale(statistics, Polarity::dense_is_bright), middle(tiling.z),
                        depth);
    std::vector<float> values(static_cast<std::size_t>(tile.count()));
    std::vector<double> of_row(static_cast<std::size_t>(tile.y * tile.z));
    double score[2] = {};
    for (const bool bright : {false, true}) {
        double entropy = 0;
        std::int64_t voxels = 0;
        for (std::size_t k = 0; k < std::min<std::size_t>(4, tiling.x.count() * tiling.y.count()); ++k) {
            progress.check();
            const auto xi = (tiling.x.count() / 2 + k % 2) % tiling.x.count(),
                       yi = (tiling.y.count() / 2 + k / 2) % tiling.y.count();
            slab.cut(tiling.x.starts[xi], tiling.y.starts[yi], tile, values);
            if (!bright)
                for (float& v : values) v = -v;
            run(values.data(),
                [&](std::int64_t y, std::int64_t z, const float* row) {
                    double sum = 0;
                    for (std::int64_t i = 0; i < classes * tile.x; ++i)
                        if (row[i] > 1e-6F) sum -= static_cast<double>(row[i] * std::log(row[i]));
                    of_row[static_cast<std::size_t>(z * tile.y + y)] = sum;
                },
                {});
            entropy +=
                std::accumulate(of_row.begin(), of_row.end(), 0.0);  // in the same order at any thread count
            voxels += tile.count();
        }
        score[bright ? 1 : 0] = entropy / static_cast<double>(voxels);
    }
    return 1 / (1 + std::exp(20 * (score[1] - score[0])));
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
    const Size3 largest = options.tile.x > 0 ? options.tile : probe;
    const Tiling tiling =
        tiles_of(resampler.grid().size, model.architecture.stride(), options.overlap, largest);
    const int classes = model.class_count();
    const Runner run =
        over_views(make_runner(model, tiling.tile(), options, record), views, tiling.tile(), classes, false);
    // Skewness of ±0.5 is clear evidence; the network's surprise adds to it.
    const double tail = 1 / (1 + std::exp(-4 * statistics.skewness));
    const double network = bright_evidence(resampler, tiling, statistics, run, classes, progress);
    const double odds = tail / (1 - tail + 1e-9) * network / (1 - network + 1e-9);
    const double bright = odds / (1 + odds);
    record.polarity = bright >= 0.5 ? Polarity::dense_is_bright : Polarity::dense_is_dark;
    record.polarity_guessed = true;
    record.polarity_confidence = std::max(bright, 1 - bright);
}

}  // namespace cytomo
