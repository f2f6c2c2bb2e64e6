// Tiles run in rows of constant z. What a tile says leaves it row by row of voxels and is blended into the
// 8-bit result: nothing but the result, one tile and the slices it was cut from is in memory.
#include "cytomo/network/predict.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>

#include "cytomo/core/clock.h"
#include "cytomo/core/error.h"
#include "cytomo/core/fresh_memory.h"
#include "cytomo/core/parallel.h"
#include "cytomo/image/grey_scale.h"
#include "cytomo/image/resample.h"
#include "engine.h"
#include "grey_slab.h"
#include "polarity.h"
#include "runner.h"
#include "tiling.h"
#include "torch_backend.h"
#include "views.h"

namespace cytomo {

namespace {

/// Blends the rows of tile (tx, ty, tz) into the result: each voxel moves towards what the tile says by the
/// tile's share of all that have spoken so far. So voxels of two tiles are rounded to less than one of the
/// 255 steps, and no sums of higher precision are kept.
class Blend {
public:
    Blend(Probabilities& out, int channels, const Tiling& tiling, std::size_t tx, std::size_t ty,
          std::size_t tz)
        : out_(out),
          channels_(channels),
          size_(tiling.size()),
          first_{tiling.x.starts[tx], tiling.y.starts[ty], tiling.z.starts[tz]},
          width_(tiling.x.tile),
          share_{tiling.x.shares(tx), tiling.y.shares(ty), tiling.z.shares(tz)},
          before_{tiling.x.shares_before(tx), tiling.y.shares_before(ty), tiling.z.shares_before(tz)} {}

    void operator()(std::int64_t y, std::int64_t z, const float* row) const {
        const auto uy = static_cast<std::size_t>(y), uz = static_cast<std::size_t>(z);
        if (first_.y + y >= size_.y || first_.z + z >= size_.z) return;  // mirrored, beyond the volume
        const float zy = share_[2][uz] * share_[1][uy];
        if (zy <= 0) return;
        const float so_far = before_[2][uz] + share_[2][uz] * before_[1][uy];
        std::uint8_t* to =
            out_.values.data() + ((first_.z + z) * size_.y + first_.y + y) * size_.x + first_.x;
        constexpr std::int64_t block = 64;
        std::array<float, block> weight;
        const auto inside = std::min(width_, size_.x - first_.x);
        for (std::int64_t x = 0; x < inside; x += block) {
            const auto n = std::min(block, inside - x);
            const float *share = share_[0].data() + x, *before = before_[0].data() + x;
            for (std::int64_t i = 0; i < n; ++i) {
                const float own = zy * share[i];
                weight[static_cast<std::size_t>(i)] = own > 0 ? own / (so_far + zy * before[i] + own) : 0.F;
            }
            for (int c = 0; c < channels_; ++c) {
                const float* from = row + c * width_ + x;
                std::uint8_t* target = to + c * size_.count() + x;
                for (std::int64_t i = 0; i < n; ++i) {
                    const auto old = static_cast<float>(target[i]);
                    target[i] = static_cast<std::uint8_t>(static_cast<int>(
                        old + weight[static_cast<std::size_t>(i)] * (255.F * from[i] - old) + 0.5F));
                }
            }
        }
    }

private:
    Probabilities& out_;
    int channels_;
    Size3 size_, first_;
    std::int64_t width_;
    std::array<std::vector<float>, 3> share_, before_;
};

/// Activations of a single slice take so many times the memory of as many voxels of a volume, as reckoned:
/// its layers are not run some slices at a time, and coarser levels shrink by four, not eight.
constexpr std::int64_t flat_memory = 3;

Tiling choose_tiles(const PredictOptions& options, const Model& model, Size3 size) {
    const auto stride = model.architecture.stride();
    const bool flat = model.flat_slices && size.z == 1;
    const auto most = most_tile_voxels(model) / (flat ? flat_memory : 1);
    return options.tile.x > 0 ? tiles_of(size, stride, options.overlap, options.tile, model.flat_slices)
                              : plan_tiles(size, stride, options.overlap, most, model.flat_slices);
}

int choose_views(const PredictOptions& options, const Model& model, Size3 size) {
    if (options.views == 0) return views_for(size, model.architecture, model.flat_slices);
    return size.z == 1 ? std::min(options.views, 4) : options.views;
}

/// Thin volumes are decided by one view, which is as much work as segmenting them; a slice that is seen flat
/// costs so little that it is decided by all.
int choose_polarity_views(const PredictOptions& options, const Model& model, Size3 size) {
    const bool thin =
        options.views == 0 && size.z < model.architecture.stride() && !(model.flat_slices && size.z == 1);
    return thin ? 1 : choose_views(options, model, size);
}

double mean_of_winners(const Probabilities& p) {
    constexpr std::int64_t step = 97;  // a part of the voxels tells
    const std::int64_t looked_at = (p.grid.count() + step - 1) / step;
    std::atomic<std::int64_t> winners = 0;
    parallel_chunks(looked_at, 1 << 14, [&](std::int64_t begin, std::int64_t end) {
        std::int64_t sum = 0;
        for (auto i = begin; i < end; ++i) {
            std::uint8_t top = 0;
            for (int c = 0; c < p.classes; ++c)
                top = std::max(top, p.of_class(c)[static_cast<std::size_t>(i * step)]);
            sum += top;
        }
        winners += sum;
    });
    return static_cast<double>(winners) / 255 / static_cast<double>(looked_at);
}

/// Class probabilities and, after them in `values`, the disagreement if wanted.
Probabilities predict_all(const Tomogram& tomogram, const Model& model, const PredictOptions& options,
                          bool disagreement, PredictRecord* record_out, const Progress& progress) {
    options.check();
    const auto start = Clock::now();
    PredictRecord record;
    const auto stage = progress.stage("segmenting");
    stage(0);
    const auto statistics = measure_grey_statistics(tomogram, model.seen_voxel_um(tomogram.grid));
    const int classes = model.class_count(), maps = model.architecture.map_count(),
              channels = classes + maps + (disagreement ? 1 : 0);
    Probabilities out;
    out.grid = model.grid_of(tomogram.grid);
    out.classes = classes;
    out.maps = maps;
    const Resampler resampler(tomogram, out.grid);
    record.views = choose_views(options, model, out.grid.size);
    record.polarity = options.polarity;
    if (options.polarity == Polarity::unknown)
        decide_polarity(resampler, statistics, model, options,
                        choose_polarity_views(options, model, out.grid.size), record, stage);
    if (record.polarity_guessed && options.on_polarity_guess)
        options.on_polarity_guess(record.polarity, record.polarity_confidence);
    const GreyScale scale = make_grey_scale(statistics, record.polarity);

    const Tiling tiling = choose_tiles(options, model, out.grid.size);
    const Size3 tile = tiling.tile();
    // Views that are not mirrored along z need nothing beyond the volume's last slice.
    const auto wanted = record.views <= 4 && tiling.z.count() == 1 ? std::min(tile.z, tiling.z.size) : tile.z;
    record.multiply_adds += static_cast<double>(record.views * tiling.count()) *
                            multiply_adds(model.architecture, tile, wanted, model.flat_slices);
    const auto probe = [&] { return probe_tiles(resampler, scale, model, options); };
    const Runner run = over_views(make_runner(model, tile, options, record, probe, wanted), record.views,
                                  tile, classes, maps, disagreement, wanted);
    resize_fresh(out.values, static_cast<std::size_t>(channels) * static_cast<std::size_t>(out.grid.count()));
    std::vector<float> values;
    resize_fresh(values, static_cast<std::size_t>(tile.count()));
    const auto total = static_cast<double>(tiling.count()), voxels = static_cast<double>(out.grid.count());
    const auto first_tile = Clock::now();
    double done = 0;
    const Progress inside(
        [&](std::string_view, double fraction, std::string_view) {
            const double all = (done + fraction) / total;
            char note[64];
            std::snprintf(note, sizeof note, "%.2f M voxels/s",
                          all * voxels / 1e6 / seconds_since(first_tile));
            stage(all, note);
        },
        {});
    for (std::size_t tz = 0; tz < tiling.z.count(); ++tz) {
        const auto depth = std::min(tile.z, tiling.z.size - tiling.z.starts[tz]);
        const GreySlab slab(resampler, scale, tiling.z.starts[tz], depth);
        for (std::size_t ty = 0; ty < tiling.y.count(); ++ty)
            for (std::size_t tx = 0; tx < tiling.x.count(); ++tx) {
                slab.cut(tiling.x.starts[tx], tiling.y.starts[ty], tile, values);
                run(values.data(), Blend(out, channels, tiling, tx, ty, tz), inside);
                inside(1);
                done += 1;
            }
    }
    record.mean_confidence = mean_of_winners(out);
    record.seconds = seconds_since(start);
    if (record_out != nullptr) *record_out = record;
    return out;
}

}  // namespace

void PredictOptions::check() const {
    check_precision(precision);
    if (device != "auto" && device != "cpu" && device.rfind("cuda:", 0) != 0)
        throw UsageError("--device: expected auto, cpu or cuda:N, found '" + device + "'");
    if (views != 0 && views != 1 && views != 2 && views != 4 && views != 8)
        throw UsageError("--views: expected 0, 1, 2, 4 or 8, found " + std::to_string(views));
    const bool chosen = tile.x == 0 && tile.y == 0 && tile.z == 0;
    if (overlap < 0 || overlap > 1000 ||
        (!chosen &&
         (tile.x < 32 || tile.y < 32 || tile.z < 16 || 2 * overlap > std::min({tile.x, tile.y, tile.z}))))
        throw UsageError(
            "tiles: expected at least 32 x 32 x 16 voxels and an overlap of at most half a tile");
}

std::string PredictRecord::device_text() const {
    return device_reason.empty() ? device : device_reason + ", so " + device;
}

int views_for(Size3 volume, const Architecture& architecture, bool flat_slices) {
    const std::int64_t stride = architecture.stride();
    if (const auto depth = thin_depth(volume.z, stride, flat_slices);
        depth < stride) {  // what a user looks at first
        constexpr double most = 1.2e11;
        const auto padded = [&](std::int64_t n) { return (n + stride - 1) / stride * stride; };
        const double work =
            multiply_adds(architecture, {padded(volume.x), padded(volume.y), depth}, 0, flat_slices);
        return 4 * work <= most ? 4 : 2 * work <= most ? 2 : 1;
    }
    const double voxels = static_cast<double>(volume.x * volume.y * std::max(volume.z, stride)) *
                          architecture.multiply_adds_per_voxel() / Architecture{}.multiply_adds_per_voxel();
    if (voxels <= 4e6) return 8;
    if (voxels <= 16e6) return 4;
    return voxels <= 32e6 ? 2 : 1;
}

double prediction_bytes(const Grid& tomogram, const Model& model, const PredictOptions& options) {
    const auto own = static_cast<double>(tomogram.count());
    const double fixed = 3e8, classes = model.volumes();
    if (model.architecture.kind == NetworkKind::double_decoder) return fixed + 2e9 + (classes + 10) * own;
    const Grid grid = model.grid_of(tomogram);
    const auto n = static_cast<double>(grid.count());
    const Tiling tiling = choose_tiles(options, model, grid.size);
    // Elsewhere the CPU's precisions say nothing, and activations lie in other memory.
    const Precision precision =
        device_for(options) == "cpu" ? precision_for(options.precision, model) : Precision::f32;
    const double number = precision == Precision::f32 ? 4 : precision == Precision::bf16 ? 2 : 1;
    // One activation at full resolution, or two, the last one of floats; and those of all coarser levels
    // together.
    const bool flat = model.flat_slices && grid.size.z == 1;
    const double numbers =
        (flat ? flat_memory : 1) * (runs_in_bands(model) ? 1.9 * number : 1.6 * number + 4);
    const double network =
        static_cast<double>(tiling.tile().count()) * (numbers * model.architecture.widths[0] + 8);
    const double slices = 2.0 * static_cast<double>(grid.size.x * grid.size.y * tiling.tile().z);
    return fixed + std::max(classes * n + network + slices, (classes + 9) * n + own);
}

Polarity choose_polarity(const Tomogram& tomogram, const Model& model, const PredictOptions& options,
                         double* confidence) {
    options.check();
    PredictRecord record;
    const Resampler resampler(tomogram, model.grid_of(tomogram.grid));
    const int views = choose_polarity_views(options, model, resampler.grid().size);
    decide_polarity(resampler, measure_grey_statistics(tomogram, model.seen_voxel_um(tomogram.grid)), model,
                    options, views, record, {});
    if (confidence != nullptr) *confidence = record.polarity_confidence;
    return record.polarity;
}

PolarityEvidence polarity_evidence(const Tomogram& tomogram, const Model& model,
                                   const PredictOptions& options) {
    options.check();
    PredictRecord record;
    const Resampler resampler(tomogram, model.grid_of(tomogram.grid));
    return find_polarity_evidence(
        resampler, measure_grey_statistics(tomogram, model.seen_voxel_um(tomogram.grid)), model, options,
        choose_polarity_views(options, model, resampler.grid().size), record, {});
}

Probabilities predict(const Tomogram& tomogram, const Model& model, const PredictOptions& options,
                      PredictRecord* record, const Progress& progress) {
    if (model.architecture.kind == NetworkKind::double_decoder)
        return torch_backend_for("a double-decoder model")
            .predict_double_decoder(tomogram, model, options, record, progress);
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
