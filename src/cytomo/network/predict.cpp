// Tiles run in rows of constant z. Each row adds into a slab of accumulators; when no later row will
// touch a slice any more, it is normalised, rounded to 8 bits and leaves the slab.
#include "cytomo/network/predict.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/image/grey_scale.h"
#include "cytomo/image/resample.h"
#include "double_decoder_predict.h"
#include "engine.h"
#include "torch_predictor.h"
#include "views.h"

namespace cytomo {

namespace {

/// First voxels of tiles of length `tile` that cover n voxels with at least `overlap` in common.
std::vector<std::int64_t> tile_starts(std::int64_t n, std::int64_t tile, std::int64_t overlap) {
    if (n <= tile) return {0};
    const std::int64_t count = (n - overlap + (tile - overlap) - 1) / (tile - overlap);
    std::vector<std::int64_t> out;
    for (std::int64_t i = 0; i < count; ++i) out.push_back(i * (n - tile) / (count - 1));
    return out;
}

std::int64_t mirrored(std::int64_t i, std::int64_t n) {
    const std::int64_t period = 2 * n;
    i %= period;
    return i < n ? i : period - 1 - i;
}

/// Weight of a tile along one axis: falls linearly over `overlap` voxels where a neighbour continues.
std::vector<float> axis_weight(std::int64_t tile, std::int64_t overlap, bool before, bool after) {
    std::vector<float> w(static_cast<std::size_t>(tile), 1.F);
    const std::int64_t margin = 4;  // the outermost voxels of a tile saw least of their surroundings
    for (std::int64_t i = 0; i < overlap; ++i) {
        const float f = i < margin ? 1e-3F
                                   : static_cast<float>(i - margin + 1) /
                                         static_cast<float>(std::max<std::int64_t>(1, overlap - 2 * margin));
        const float v = std::min(1.F, f);
        if (before) w[static_cast<std::size_t>(i)] = std::min(w[static_cast<std::size_t>(i)], v);
        if (after)
            w[static_cast<std::size_t>(tile - 1 - i)] =
                std::min(w[static_cast<std::size_t>(tile - 1 - i)], v);
    }
    return w;
}

std::int64_t rounded_up(std::int64_t n, std::int64_t multiple) {
    return (n + multiple - 1) / multiple * multiple;
}

/// Everything about the tiling of one tomogram.
struct Tiling {
    Size3 size, tile;
    std::int64_t overlap = 0;
    std::vector<std::int64_t> x, y, z;

    Tiling(Size3 volume, Size3 largest, std::int64_t stride, std::int64_t wanted_overlap)
        : size(volume), overlap(wanted_overlap) {
        const auto fit = [stride](std::int64_t n, std::int64_t most) {
            return std::min(rounded_up(n, stride), std::max(stride, most / stride * stride));
        };
        tile = {fit(size.x, largest.x), fit(size.y, largest.y), fit(size.z, largest.z)};
        x = tile_starts(size.x, tile.x, overlap);
        y = tile_starts(size.y, tile.y, overlap);
        z = tile_starts(size.z, tile.z, overlap);
    }
    std::int64_t rows() const { return static_cast<std::int64_t>(z.size()); }
};

/// Copies a tile out of a slab of slices, mirrored where the volume is smaller than the tile.
void cut_tile(const std::vector<float>& slab, Size3 size, std::int64_t slab_depth, std::int64_t x0,
              std::int64_t y0, Size3 tile, const GreyScale& scale, std::vector<float>& out) {
    parallel_for(tile.z, [&](std::int64_t k) {
        const float* slice = slab.data() + mirrored(k, slab_depth) * size.x * size.y;
        for (std::int64_t j = 0; j < tile.y; ++j) {
            const float* row = slice + mirrored(y0 + j, size.y) * size.x;
            float* to = out.data() + (k * tile.y + j) * tile.x;
            for (std::int64_t i = 0; i < tile.x; ++i) {
                const float v = row[mirrored(x0 + i, size.x)];
                to[i] = std::isfinite(v) ? scale.apply(v) : 0.F;
            }
        }
    });
}

/// Sums of weighted probabilities for the slices that are still open.
class Accumulator {
public:
    Accumulator(const Tiling& tiling, int classes)
        : tiling_(tiling),
          classes_(classes),
          slice_(tiling.size.x * tiling.size.y),
          depth_(tiling.tile.z),
          sums_(static_cast<std::size_t>(classes * depth_ * slice_)),
          weights_(static_cast<std::size_t>(depth_ * slice_)) {}

    void add(const std::vector<float>& p, std::size_t tx, std::size_t ty, std::size_t tz) {
        const Size3 t = tiling_.tile;
        const auto weight = [&](const std::vector<std::int64_t>& starts, std::size_t i, std::int64_t length) {
            return axis_weight(length, std::min(tiling_.overlap, length / 2), i > 0, i + 1 < starts.size());
        };
        const auto wx = weight(tiling_.x, tx, t.x), wy = weight(tiling_.y, ty, t.y),
                   wz = weight(tiling_.z, tz, t.z);
        const auto x0 = tiling_.x[tx], y0 = tiling_.y[ty], z0 = tiling_.z[tz];
        const auto nx = std::min(t.x, tiling_.size.x - x0), ny = std::min(t.y, tiling_.size.y - y0),
                   nz = std::min(t.z, tiling_.size.z - z0);
        parallel_for(nz, [&](std::int64_t k) {
            for (std::int64_t j = 0; j < ny; ++j) {
                const float w = wz[static_cast<std::size_t>(k)] * wy[static_cast<std::size_t>(j)];
                const auto at = (z0 + k - base_) * slice_ + (y0 + j) * tiling_.size.x + x0;
                for (std::int64_t i = 0; i < nx; ++i)
                    weights_[static_cast<std::size_t>(at + i)] += w * wx[static_cast<std::size_t>(i)];
                for (int c = 0; c < classes_; ++c) {
                    const float* from = p.data() + c * t.count() + (k * t.y + j) * t.x;
                    float* to = sums_.data() + static_cast<std::ptrdiff_t>(c * depth_ * slice_ + at);
                    for (std::int64_t i = 0; i < nx; ++i)
                        to[i] += w * wx[static_cast<std::size_t>(i)] * from[i];
                }
            }
        });
    }

    /// Writes the slices before `next` and makes room for those after them.
    void finish_until(std::int64_t next, Probabilities& out) {
        const auto done = std::min(next, tiling_.size.z) - base_;
        parallel_for(done, [&](std::int64_t k) {
            for (std::int64_t i = 0; i < slice_; ++i) {
                const float f = 255.F / weights_[static_cast<std::size_t>(k * slice_ + i)];
                for (int c = 0; c < classes_; ++c)
                    out.values[static_cast<std::size_t>(c * out.grid.count() + (base_ + k) * slice_ + i)] =
                        static_cast<std::uint8_t>(
                            sums_[static_cast<std::size_t>((c * depth_ + k) * slice_ + i)] * f + 0.5F);
            }
        });
        const auto shift = [&](float* slices) {
            std::copy(slices + done * slice_, slices + depth_ * slice_, slices);
            std::fill(slices + (depth_ - done) * slice_, slices + depth_ * slice_, 0.F);
        };
        shift(weights_.data());
        for (int c = 0; c < classes_; ++c) shift(sums_.data() + c * depth_ * slice_);
        base_ += done;
    }

private:
    const Tiling& tiling_;
    int classes_;
    std::int64_t slice_, depth_, base_ = 0;
    std::vector<float> sums_, weights_;
};

Runner make_runner(const Model& model, Size3 tile, const PredictOptions& options, PredictRecord& record) {
    record.device = options.device;
    if (options.device == "auto") record.device = cuda_available() ? "cuda:0" : "cpu";
    if (record.device != "cpu") {
        record.precision = options.precision == "auto" ? "f32" : options.precision;
        return make_torch_predictor(model, tile, record.device);
    }
    const Precision precision = options.precision == "f32"    ? Precision::f32
                                : options.precision == "bf16" ? Precision::bf16
                                                              : best_precision();
    if (!can_compute(precision))
        throw UsageError(
            "--precision bf16: expected a processor with AVX-512, found one without. Take auto or f32");
    record.precision = precision == Precision::bf16 ? "bf16" : "f32";
    auto engine = std::make_shared<Engine>(model, tile, precision);
    return [engine](const float* values, float* probabilities) { engine->run(values, probabilities); };
}

/// Share of the "looks like a cell" evidence for dense_is_bright, from the tiles in the middle.
/// A network that sees inverted grey values finds little it knows: it is less sure, and its classes
/// contradict what they should absorb.
double bright_evidence(const Resampler& resampler, const Tiling& tiling, const GreyStatistics& statistics,
                       const Runner& run, int classes, int channels) {
    const auto middle = [](const std::vector<std::int64_t>& starts) { return starts[starts.size() / 2]; };
    const auto depth = std::min(tiling.tile.z, tiling.size.z);
    const auto slab = resampler.slices(middle(tiling.z), depth);
    const auto n = tiling.tile.count();
    std::vector<float> values(static_cast<std::size_t>(n)), p(static_cast<std::size_t>(n * channels));
    double score[2] = {};
    for (const bool bright : {false, true}) {
        const auto scale =
            make_grey_scale(statistics, bright ? Polarity::dense_is_bright : Polarity::dense_is_dark);
        double entropy = 0;
        std::int64_t voxels = 0;
        for (std::size_t k = 0; k < std::min<std::size_t>(4, tiling.x.size() * tiling.y.size()); ++k) {
            const auto xi = (tiling.x.size() / 2 + k % 2) % tiling.x.size(),
                       yi = (tiling.y.size() / 2 + k / 2) % tiling.y.size();
            cut_tile(slab, tiling.size, depth, tiling.x[xi], tiling.y[yi], tiling.tile, scale, values);
            run(values.data(), p.data());
            for (std::int64_t i = 0; i < n; ++i)
                for (int c = 0; c < classes; ++c) {
                    const double q = p[static_cast<std::size_t>(c * n + i)];
                    if (q > 1e-6) entropy -= q * std::log(q);
                }
            voxels += n;
        }
        score[bright ? 1 : 0] = entropy / static_cast<double>(voxels);
    }
    return 1 / (1 + std::exp(20 * (score[1] - score[0])));
}

void decide_polarity(const Resampler& resampler, const Tiling& tiling, const GreyStatistics& statistics,
                     const Model& model, const Runner& run, int classes, int channels,
                     PredictRecord& record) {
    // A model that has seen little can be as sure of negatives.
    const auto known = model.record.find("polarity");
    if (known != model.record.end() && (known->second == "dark" || known->second == "bright")) {
        record.polarity = known->second == "dark" ? Polarity::dense_is_dark : Polarity::dense_is_bright;
        return;
    }
    // Skewness of ±0.5 is clear evidence; the network's surprise adds to it.
    const double tail = 1 / (1 + std::exp(-4 * statistics.skewness));
    const double network = bright_evidence(resampler, tiling, statistics, run, classes, channels);
    const double odds = tail / (1 - tail + 1e-9) * network / (1 - network + 1e-9);
    const double bright = odds / (1 + odds);
    record.polarity = bright >= 0.5 ? Polarity::dense_is_bright : Polarity::dense_is_dark;
    record.polarity_guessed = true;
    record.polarity_confidence = std::max(bright, 1 - bright);
}

/// Class probabilities and, after them in `values`, the disagreement if wanted.
Probabilities predict_all(const Tomogram& tomogram, const Model& model, const PredictOptions& options,
                          bool disagreement, PredictRecord* record_out, const Progress& progress) {
    options.check();
    const auto start = std::chrono::steady_clock::now();
    PredictRecord record;
    const auto stage = progress.stage("segmenting");
    stage(0);
    const auto statistics = measure_grey_statistics(tomogram, model.voxel_um);
    const int classes = model.class_count(), channels = classes + (disagreement ? 1 : 0);
    Probabilities out;
    out.grid = model_grid(tomogram.grid, model.voxel_um);
    out.classes = classes;
    const Resampler resampler(tomogram, out.grid);
    const Tiling tiling(out.grid.size, options.tile, model.architecture.stride(), options.overlap);
    record.views = options.views > 0 ? options.views : views_for(out.grid.count());
    const Runner run = over_views(make_runner(model, tiling.tile, options, record), record.views, tiling.tile,
                                  classes, disagreement);
    record.polarity = options.polarity;
    if (options.polarity == Polarity::unknown)
        decide_polarity(resampler, tiling, statistics, model, run, classes, channels, record);
    const GreyScale scale = make_grey_scale(statistics, record.polarity);

    out.values.resize(static_cast<std::size_t>(channels) * static_cast<std::size_t>(out.grid.count()));
    const auto n = static_cast<std::size_t>(tiling.tile.count());
    std::vector<float> values(n), p(n * static_cast<std::size_t>(channels));
    Accumulator accumulator(tiling, channels);
    const auto total = static_cast<double>(tiling.x.size() * tiling.y.size() * tiling.z.size());
    double done = 0;
    for (std::size_t tz = 0; tz < tiling.z.size(); ++tz) {
        const auto depth = std::min(tiling.tile.z, tiling.size.z - tiling.z[tz]);
        const auto slab = resampler.slices(tiling.z[tz], depth);
        for (std::size_t ty = 0; ty < tiling.y.size(); ++ty)
            for (std::size_t tx = 0; tx < tiling.x.size(); ++tx) {
                cut_tile(slab, tiling.size, depth, tiling.x[tx], tiling.y[ty], tiling.tile, scale, values);
                run(values.data(), p.data());
                accumulator.add(p, tx, ty, tz);
                const double seconds =
                    std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
                char note[64];
                done += 1;
                std::snprintf(note, sizeof note, "%.2f M voxels/s",
                              done / total * static_cast<double>(out.grid.count()) / 1e6 / seconds);
                stage(done / total, note);
            }
        accumulator.finish_until(tz + 1 < tiling.z.size() ? tiling.z[tz + 1] : tiling.size.z, out);
    }
    double winners = 0;
    for (std::int64_t i = 0; i < out.grid.count(); i += 97) {
        std::uint8_t top = 0;
        for (int c = 0; c < classes; ++c) top = std::max(top, out.of_class(c)[static_cast<std::size_t>(i)]);
        winners += top / 255.0;
    }
    record.mean_confidence = winners / (static_cast<double>((out.grid.count() + 96) / 97));
    record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (record_out != nullptr) *record_out = record;
    return out;
}

}  // namespace

void PredictOptions::check() const {
    if (precision != "auto" && precision != "f32" && precision != "bf16")
        throw UsageError("--precision: expected auto, f32 or bf16, found '" + precision + "'");
    if (device != "auto" && device != "cpu" && device.rfind("cuda:", 0) != 0)
        throw UsageError("--device: expected auto, cpu or cuda:N, found '" + device + "'");
    if (views != 0 && views != 1 && views != 2 && views != 4 && views != 8)
        throw UsageError("--views: expected 0, 1, 2, 4 or 8, found " + std::to_string(views));
    if (tile.x < 32 || tile.y < 32 || tile.z < 16 || overlap < 0 ||
        2 * overlap > std::min({tile.x, tile.y, tile.z}))
        throw UsageError(
            "tiles: expected at least 32 x 32 x 16 voxels and an overlap of at most half a tile");
}

int views_for(std::int64_t voxels) {
    if (voxels <= 4'000'000) return 8;
    if (voxels <= 16'000'000) return 4;
    return voxels <= 32'000'000 ? 2 : 1;
}

Polarity choose_polarity(const Tomogram& tomogram, const Model& model, const PredictOptions& options,
                         double* confidence) {
    options.check();
    PredictRecord record;
    const Resampler resampler(tomogram, model_grid(tomogram.grid, model.voxel_um));
    const Size3 size = resampler.grid().size;
    const Tiling tiling(size, options.tile, model.architecture.stride(), options.overlap);
    const int classes = model.class_count();
    const Runner run =
        over_views(make_runner(model, tiling.tile, options, record),
                   options.views > 0 ? options.views : views_for(size.count()), tiling.tile, classes, false);
    decide_polarity(resampler, tiling, measure_grey_statistics(tomogram, model.voxel_um), model, run, classes,
                    classes, record);
    if (confidence != nullptr) *confidence = record.polarity_confidence;
    return record.polarity;
}

Probabilities predict(const Tomogram& tomogram, const Model& model, const PredictOptions& options,
                      PredictRecord* record, const Progress& progress) {
    if (model.architecture.kind == NetworkKind::double_decoder)
        return predict_double_decoder(tomogram, model, options, record, progress);
    return predict_all(tomogram, model, options, false, record, progress);
}

ViewedProbabilities predict_with_disagreement(const Tomogram& tomogram, const Model& model,
                                              const PredictOptions& options, PredictRecord* record,
                                              const Progress& progress) {
    if (model.architecture.kind != NetworkKind::unet)
        throw InputError(
            "model: expected a 3D U-Net, whose views can be compared, found a double-decoder network. "
            "Choose another model");
    ViewedProbabilities out;
    out.mean = predict_all(tomogram, model, options, true, record, progress);
    auto& values = out.mean.values;
    const auto first = values.end() - static_cast<std::ptrdiff_t>(out.mean.grid.count());
    out.disagreement = Volume<std::uint8_t>(out.mean.grid);
    std::copy(first, values.end(), out.disagreement.data());
    values.erase(first, values.end());
    return out;
}

}  // namespace cytomo
