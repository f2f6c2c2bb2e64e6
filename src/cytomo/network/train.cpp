#include "cytomo/network/train.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "cytomo/core/clock.h"
#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/network/libtorch.h"
#include "double_decoder.h"
#include "engine.h"
#include "engine_threads.h"
#include "samples.h"
#include "trainer.h"
#include "weight_mean.h"

namespace cytomo {

namespace {

std::vector<double> validate(const Model& model, const std::vector<Patch>& patches,
                             const TrainOptions& options) {
    const Size3 size = options.patch;
    const auto classes = static_cast<std::size_t>(model.class_count());
    if (patches.empty()) return std::vector<double>(classes, std::nan(""));
    Engine engine(model, size, precision_for(options.precision, model));
    std::vector<double> both(classes), predicted(classes), truth(classes);
    std::vector<float> p(static_cast<std::size_t>(engine.volumes()) * static_cast<std::size_t>(size.count()));
    const auto n = static_cast<std::size_t>(size.count());
    for (const Patch& patch : patches) {
        engine.run(patch.values.data(), p.data());
        for (std::size_t i = 0; i < n; ++i) {
            if (patch.labels[i] >= classes) continue;
            std::size_t best = 0;
            for (std::size_t c = 1; c < classes; ++c)
                if (p[c * n + i] > p[best * n + i]) best = c;
            ++predicted[best];
            ++truth[patch.labels[i]];
            if (best == patch.labels[i]) ++both[best];
        }
    }
    std::vector<double> dice(classes);
    for (std::size_t c = 0; c < classes; ++c)
        dice[c] = truth[c] > 0 ? 2 * both[c] / (predicted[c] + truth[c]) : std::nan("");
    return dice;
}

std::int64_t rounded_up(std::int64_t n, std::int64_t multiple) {
    return (n + multiple - 1) / multiple * multiple;
}

/// Patches no deeper than the volumes, and flatter where only some slices are labelled: voxels far from every
/// label teach little. What is saved in depth is given to the other axes.
Size3 fitted_patch(const SampleSet& samples, Size3 wanted, std::int64_t stride) {
    std::int64_t deepest = 0, widest = 0, slices = 0, labelled = 0;
    for (const auto& s : samples.training) {
        const Size3 size = s.labels.grid().size;
        deepest = std::max(deepest, size.z);
        widest = std::max({widest, size.x, size.y});
        const auto slice = size.x * size.y;
        for (std::int64_t z = 0; z < size.z; ++z) {
            const auto first = s.labels.values().begin() + z * slice;
            labelled += std::any_of(first, first + slice, [](auto v) { return v != ignore_label; }) ? 1 : 0;
            ++slices;
        }
    }
    Size3 patch = wanted;
    patch.z = rounded_up(std::min(patch.z, deepest), stride);
    if (4 * labelled < slices) patch.z = std::min(patch.z, rounded_up(32, stride));
    const double edge =
        std::sqrt(static_cast<double>(wanted.count()) / static_cast<double>(patch.z * stride * stride));
    patch.x = patch.y =
        stride * std::clamp<std::int64_t>(std::lround(edge), 1, rounded_up(widest, stride) / stride);
    return patch;
}

}  // namespace

void TrainOptions::check() const {
    const auto within = [](double value, double low, double high, const char* what) {
        if (value >= low && value <= high) return;
        char text[160];
        std::snprintf(text, sizeof text, "training: expected %s from %g to %g, found %g", what, low, high,
                      value);
        throw UsageError(text);
    };
    within(minutes, 0, 1e6, "minutes");
    if (steps < 1 && minutes <= 0) throw UsageError("training: expected at least one step");
    if (patch.x < 16 || patch.y < 16 || patch.z < 16)
        throw UsageError("training: expected patches of at least 16 voxels");
    find_device(device);
    check_precision(precision);
    if (precision == "int8") throw UsageError("--precision: expected auto, f32 or bf16, found int8");
    if (precision == "bf16" && !find_device(device).is_cpu())
        throw UsageError("--precision bf16: expected --device cpu, found " + device + ". Take auto or f32");
    if (precision == "bf16" && !can_compute(Precision::bf16))
        throw UsageError("--precision bf16: expected a processor with AVX-512, found one without. Take auto");
    if (batch < 1) throw UsageError("training: expected a batch of at least one patch");
    if (!(learning_rate > 0 && learning_rate < 1))
        throw UsageError("training: expected a learning rate between 0 and 1");
    within(weight_decay, 0, 1, "a weight decay");
    within(frozen_share, 0, 1, "a share of the training that normalises as inference does");
    if (!(average >= 0 && average < 1))
        throw UsageError("training: expected a decay of the mean of weights from 0 to below 1");
    within(validation_share, 0, 0.5, "a validation share");
    within(unlabelled_weight, 0, 1000, "a weight of unlabelled voxels");
    within(simulated_share, 0, 1, "a share of simulated patches");
    within(centred_share, 0, 1, "a share of patches near labels");
    within(flat_share, 0, 1, "a share of batches of flat patches");
    within(slice_share, 0, 1, "a share of batches of single slices");
    within(click_share, 0, 1, "a share of batches with clicks");
    within(patience, 0, 1, "a patience");
    if (!(start_share >= 0 && start_share < 1))
        throw UsageError("training: expected a share of the starting weights from 0 to below 1");
    within(keep_tolerance, 0, 1, "a tolerance of Dice");
    for (const AugmentOptions& o : {augment, augment_own}) {
        within(o.scale, 0, 10, "a change of scale");
        within(o.rotation, 0, 1, "a share of all angles");
        within(o.contrast, 0, 10, "a deviation of the contrast");
        within(o.brightness, 0, 10, "a deviation of the brightness");
        within(o.noise, 0, 10, "noise");
        within(o.blur, 0, 10, "a blur");
        within(o.thin_slab, 0, 1, "a share of thin slabs");
    }
}

double TrainingPoint::mean_dice() const {
    for (const std::size_t first : {first_counted, std::size_t{1}, std::size_t{0}}) {
        double sum = 0;
        int n = 0;
        for (std::size_t c = first; c < validation_dice.size(); ++c)
            if (!std::isnan(validation_dice[c])) {
                sum += validation_dice[c];
                ++n;
            }
        if (n > 0) return sum / n;
    }
    return std::nan("");
}

std::size_t first_counted_class(const Legend& legend) {
    const auto* one = legend.find(std::uint8_t{1});
    const bool known =
        one != nullptr && standard_class_name(one->name) == default_legend().name_of(cytoplasm);
    return known && legend.entries.size() > 2 ? 2 : 1;
}

TrainingResult train(Model start, const std::vector<LabelledTomogram>& data,
                     const std::vector<UnlabelledTomogram>& unlabelled, const TrainOptions& wanted,
                     const std::function<void(const TrainingPoint&)>& on_point, const Progress& progress) {
    use_libtorch();
    wanted.check();
    start.error_model.clear();  // of weights that will be others
    start.flat_slices = start.flat_slices || wanted.slice_share > 0;
    TrainOptions options = wanted;
    SampleSet samples(data, unlabelled, start, options, progress.stage("reading training data"));
    if (options.fit_patch) options.patch = fitted_patch(samples, options.patch, start.architecture.stride());
    const auto stride = start.architecture.stride();
    if (options.patch.x % stride != 0 || options.patch.y % stride != 0 || options.patch.z % stride != 0)
        throw UsageError("training: expected patches whose edges are multiples of " + std::to_string(stride) +
                         ", as the network asks for");
    const auto validation = samples.validation_patches(options);
    auto start_time = Clock::now();
    if (options.forest && options.method == TrainMethod::semi) {
        samples.label_by_forest(start.class_count(), options,
                                progress.stage("a random forest labels the rest"));
        // Its time counts, but half is left for the network.
        const std::chrono::duration<double> most(30 * options.minutes);
        if (options.minutes > 0)
            start_time =
                std::max(start_time, Clock::now() - std::chrono::duration_cast<Clock::duration>(most));
    }
    torch::set_num_threads(thread_count());
    promise_threads();

    TrainingResult result;
    result.model = start;
    Trainer trainer(start, samples, options);
    result.precision = trainer.precision();
    std::int64_t step = 0;
    double minutes_before = 0, best_dice = -1;
    const std::string identity = options.checkpoint.empty() ? "" : training_identity(start, data, options);
    if (!options.checkpoint.empty() && std::filesystem::exists(options.checkpoint)) {
        Checkpoint c = read_checkpoint(options.checkpoint, start, identity);
        trainer.load(c);
        step = c.step;
        minutes_before = c.minutes;
        best_dice = c.best_dice;
        result.best_step = c.best_step;
        result.model = std::move(c.best);
        result.curve = std::move(c.curve);
    }
    // Patches differ so much that what a batch's own statistics teach is not what inference does.
    const double frozen_from = 1 - options.frozen_share;
    const double last = options.minutes > 0
                            ? minutes_before / options.minutes
                            : static_cast<double>(step - 1) / static_cast<double>(options.steps);
    if (step > 0 && last >= frozen_from) trainer.freeze_statistics(false);
    auto last_saved = start_time;
    const auto elapsed = [&] { return minutes_before + minutes_since(start_time); };
    const auto fraction_done = [&] {
        return options.minutes > 0 ? elapsed() / options.minutes
                                   : static_cast<double>(step) / static_cast<double>(options.steps);
    };
    double loss_sum = 0, best_at = fraction_done();
    std::int64_t loss_count = 0;
    double next_point = 0.05 * std::floor(20 * fraction_done()) + 0.05;
    const auto stage = progress.stage("training");
    const auto evaluate = [&] {
        TrainingPoint point{
            step, elapsed(), loss_count > 0 ? loss_sum / static_cast<double>(loss_count) : 0, {}};
        point.first_counted = first_counted_class(start.legend);
        const Model& mean = trainer.mean();
        point.validation_dice = validate(mean, validation, options);
        loss_sum = 0;
        loss_count = 0;
        const double dice = point.mean_dice();
        if (std::isnan(dice) || dice >= best_dice - options.keep_tolerance || !options.keep_best) {
            best_dice = std::isnan(dice) ? best_dice : options.keep_best ? std::max(best_dice, dice) : dice;
            best_at = fraction_done();
            result.best_step = step;
            result.model.weights = mean.weights;
        }
        result.curve.push_back(point);
        if (on_point) on_point(point);
    };
    const auto save = [&] {
        if (options.checkpoint.empty()) return;
        Checkpoint c;
        trainer.store(c);
        c.best = result.model;
        c.identity = identity;
        c.step = step;
        c.minutes = elapsed();
        c.best_step = result.best_step;
        c.best_dice = best_dice;
        c.curve = result.curve;
        write_checkpoint(options.checkpoint, c);
        last_saved = Clock::now();
    };
    try {
        while (step == 0 || fraction_done() < 1) {
            const double t = fraction_done();
            if (t >= frozen_from) trainer.freeze_statistics(step > 0 || options.untrained);
            loss_sum += trainer.step(step, t);
            ++loss_count;
            ++step;
            char note[64];
            std::snprintf(note, sizeof note, "loss %.3f", loss_sum / static_cast<double>(loss_count));
            const double done = fraction_done();
            if (done >= next_point) {
                evaluate();
                next_point = 0.05 * std::floor(20 * done) + 0.05;
            }
            if (minutes_since(last_saved) > 2) save();
            stage(std::min(1.0, done), note);
            if (t > 0.6 && t - best_at > options.patience && options.keep_best) break;
        }
    } catch (const Cancelled&) {
        save();
        throw;
    }
    if (loss_count > 0 || result.curve.empty()) evaluate();
    save();
    // Blocks that are held out lie beside what taught, which flatters what was learned by heart: less there
    // can be more elsewhere.
    constexpr double tolerance = 0.05;
    result.start_share = choose_start_share(result.model, start, options.start_share,
                                            samples.whole_held_out ? 0 : tolerance, [&](const Model& model) {
                                                TrainingPoint point;
                                                point.first_counted = first_counted_class(start.legend);
                                                point.validation_dice = validate(model, validation, options);
                                                return point.mean_dice();
                                            });
    result.model = weight_mean(std::move(result.model), start, result.start_share);
    result.calibration = calibrate(result.model, validation, options.patch, options.precision);
    result.model = calibrated(std::move(result.model), result.calibration);
    for (const auto& s : samples.validation) result.held_out.push_back({s.source, s.labels});
    return result;
}

}  // namespace cytomo
