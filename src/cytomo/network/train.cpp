#include "cytomo/network/train.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "engine.h"
#include "losses.h"
#include "safetensors.h"
#include "samples.h"
#include "unet.h"

namespace cytomo {

namespace {

using Clock = std::chrono::steady_clock;

double minutes_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count() / 60;
}

/// Weights that lag behind: the mean over the last 1 / (1 - decay) steps.
void move_average(Model& average, const Model& current, double decay) {
    for (auto& [name, t] : average.weights) {
        const auto& c = current.weights.at(name).values;
        const auto d = static_cast<float>(decay);
        for (std::size_t i = 0; i < c.size(); ++i) t.values[i] = d * t.values[i] + (1 - d) * c[i];
    }
}

/// AdamW with state that can be written to a checkpoint.
class Optimizer {
public:
    Optimizer(std::vector<torch::Tensor> parameters, double weight_decay)
        : parameters_(std::move(parameters)), weight_decay_(weight_decay) {
        for (const auto& p : parameters_) {
            first_.push_back(torch::zeros_like(p));
            second_.push_back(torch::zeros_like(p));
        }
    }
    void zero() {
        for (auto& p : parameters_) p.mutable_grad() = torch::Tensor();
    }
    void step(std::int64_t number, double rate) {
        const torch::NoGradGuard no_grad;
        constexpr double b1 = 0.9, b2 = 0.99, most_norm = 5;
        double norm = 0;
        for (const auto& p : parameters_) norm += p.grad().pow(2).sum().item<double>();
        const double clip = std::min(1.0, most_norm / (std::sqrt(norm) + 1e-12));
        const double c1 = 1 - std::pow(b1, static_cast<double>(number + 1)),
                     c2 = 1 - std::pow(b2, static_cast<double>(number + 1));
        for (std::size_t i = 0; i < parameters_.size(); ++i) {
            auto& p = parameters_[i];
            const auto g = p.grad() * clip;
            first_[i].mul_(b1).add_(g, 1 - b1);
            second_[i].mul_(b2).addcmul_(g, g, 1 - b2);
            if (p.dim() > 1) p.mul_(1 - rate * weight_decay_);
            p.addcdiv_(first_[i], (second_[i] / c2).sqrt_().add_(1e-8), -rate / c1);
        }
    }
    /// Moments as named tensors, to and from a checkpoint.
    void store(std::map<std::string, Tensor>& out) const {
        for (std::size_t i = 0; i < parameters_.size(); ++i)
            for (const auto& [prefix, t] :
                 {std::pair{"adam.first.", first_[i]}, std::pair{"adam.second.", second_[i]}}) {
                const auto c = t.to(torch::kCPU).contiguous();
                out[prefix + std::to_string(i)] = {c.sizes().vec(),
                                                   {c.data_ptr<float>(), c.data_ptr<float>() + c.numel()}};
            }
    }
    void load(const std::map<std::string, Tensor>& in) {
        for (std::size_t i = 0; i < parameters_.size(); ++i)
            for (auto& [prefix, t] : {std::pair<std::string, torch::Tensor&>{"adam.first.", first_[i]},
                                      std::pair<std::string, torch::Tensor&>{"adam.second.", second_[i]}}) {
                const auto& from = in.at(prefix + std::to_string(i));
                t.copy_(
                    torch::from_blob(const_cast<float*>(from.values.data()), from.shape, torch::kFloat32));
            }
    }

private:
    std::vector<torch::Tensor> parameters_, first_, second_;
    double weight_decay_;
};

/// Rare classes weigh more, but not without limit.
torch::Tensor class_weights(const std::vector<double>& share) {
    std::vector<float> w;
    for (const double s : share)
        w.push_back(s > 0 ? static_cast<float>(std::clamp(std::pow(0.1 / s, 0.25), 0.75, 1.6)) : 0.F);
    return torch::tensor(w);
}

std::vector<double> validate(const Model& model, const std::vector<Patch>& patches, Size3 size) {
    const auto classes = static_cast<std::size_t>(model.class_count());
    Engine engine(model, size, best_precision());
    std::vector<double> both(classes), predicted(classes), truth(classes);
    std::vector<float> p(classes * static_cast<std::size_t>(size.count()));
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

void save_checkpoint(const std::filesystem::path& file, const Model& current, const Model& average,
                     const Optimizer& optimizer, std::int64_t step, double minutes) {
    SafeTensors c;
    c.metadata = {{"step", std::to_string(step)}, {"minutes", std::to_string(minutes)}};
    c.tensors = current.weights;
    for (const auto& [name, t] : average.weights) c.tensors["average." + name] = t;
    optimizer.store(c.tensors);
    write_safetensors(file, c, true);
}

}  // namespace

void TrainOptions::check() const {
    if (steps < 1 && minutes <= 0) throw UsageError("training: expected at least one step");
    if (patch.x < 16 || patch.y < 16 || patch.z < 16)
        throw UsageError("training: expected patches of at least 16 voxels");
    if (batch < 1) throw UsageError("training: expected a batch of at least one patch");
    if (!(learning_rate > 0 && learning_rate < 1))
        throw UsageError("training: expected a learning rate between 0 and 1");
    if (!(validation_share >= 0 && validation_share <= 0.5))
        throw UsageError("training: expected a validation share of 0 to 0.5");
}

double TrainingPoint::mean_dice() const {
    double sum = 0;
    int n = 0;
    for (std::size_t c = validation_dice.size() > 2 ? 2 : 1; c < validation_dice.size(); ++c)
        if (!std::isnan(validation_dice[c])) {
            sum += validation_dice[c];
            ++n;
        }
    return n > 0 ? sum / n : std::nan("");
}

TrainingResult train(Model start, const std::vector<LabelledTomogram>& data, const TrainOptions& options,
                     const std::function<void(const TrainingPoint&)>& on_point, const Progress& progress) {
    options.check();
    const SampleSet samples(data, start, options, progress.stage("reading training data"));
    const auto validation = samples.validation_patches(options);
    const torch::Device device(options.device);
    const bool on_cpu = device.is_cpu();
    torch::set_num_threads(thread_count());
    const auto type = on_cpu && best_precision() == Precision::bf16 ? torch::kBFloat16 : torch::kFloat32;

    Model current = start, average = start;
    SafeTensors resumed;
    std::int64_t step = 0;
    double minutes_before = 0;
    if (!options.checkpoint.empty() && std::filesystem::exists(options.checkpoint)) {
        resumed = read_safetensors(options.checkpoint);
        try {
            for (auto& [name, t] : current.weights) t = resumed.tensors.at(name);
            for (auto& [name, t] : average.weights) t = resumed.tensors.at("average." + name);
            step = std::stoll(resumed.metadata.at("step"));
            minutes_before = std::stod(resumed.metadata.at("minutes"));
        } catch (const std::exception&) {
            throw InputError(options.checkpoint.string(), "a checkpoint of this training", "another file",
                             "Remove it or name another");
        }
    }
    Unet net(current, device, type);
    Optimizer optimizer(net.parameters(), options.weight_decay);
    if (!resumed.tensors.empty()) optimizer.load(resumed.tensors);
    const auto weights = class_weights(samples.class_share).to(device);
    const auto class_of = torch::tensor(start.output_classes()).to(device);

    TrainingResult result;
    const auto start_time = Clock::now();
    auto last_saved = start_time;
    const auto elapsed = [&] { return minutes_before + minutes_since(start_time); };
    const auto fraction_done = [&] {
        return options.minutes > 0 ? elapsed() / options.minutes
                                   : static_cast<double>(step) / static_cast<double>(options.steps);
    };
    double loss_sum = 0;
    std::int64_t loss_count = 0;
    double next_point = 0.05 * std::floor(20 * fraction_done()) + 0.05;
    const auto stage = progress.stage("training");
    const auto evaluate = [&] {
        TrainingPoint point{
            step, elapsed(), loss_count > 0 ? loss_sum / static_cast<double>(loss_count) : 0, {}};
        point.validation_dice = validate(average, validation, options.patch);
        loss_sum = 0;
        loss_count = 0;
        result.curve.push_back(point);
        if (on_point) on_point(point);
    };
    for (; fraction_done() < 1; ++step) {
        const double t = fraction_done();
        // Patches differ so much that what the batch's own statistics teach is not what inference does.
        if (t >= 1 - options.frozen_share) net.freeze_statistics();
        std::vector<Patch> patches(static_cast<std::size_t>(options.batch));
        parallel_for(options.batch, [&](std::int64_t i) {
            Random random(options.seed, static_cast<std::uint64_t>(1000 + step * options.batch + i));
            patches[static_cast<std::size_t>(i)] = samples.draw(options, random);
        });
        const auto& s = options.patch;
        auto x = torch::empty({options.batch, 1, s.z, s.y, s.x});
        auto y = torch::empty({options.batch, s.z, s.y, s.x}, torch::kUInt8);
        for (std::size_t i = 0; i < patches.size(); ++i) {
            std::copy(patches[i].values.begin(), patches[i].values.end(),
                      x.data_ptr<float>() + static_cast<std::ptrdiff_t>(i) * s.count());
            std::copy(patches[i].labels.begin(), patches[i].labels.end(),
                      y.data_ptr<std::uint8_t>() + static_cast<std::ptrdiff_t>(i) * s.count());
        }
        optimizer.zero();
        const auto loss =
            on_cpu ? segmentation_loss(net.forward_training(x), y, weights, class_of)
                   : segmentation_loss_plain(net.forward_training(x.to(device)), y.to(device), weights, class_of);
        loss.backward();
        const auto value = loss.item<double>();
        if (!std::isfinite(value))
            throw InputError("training: the loss is no longer a finite number at step " +
                             std::to_string(step) + ". Lower the learning rate");
        const double warm = std::min(1.0, t / 0.05 + 0.02);
        optimizer.step(step, options.learning_rate * warm * 0.5 * (1 + std::cos(M_PI * std::min(1.0, t))));
        net.store(current);
        // The mean starts fast, so that short trainings do not remember where they began.
        move_average(average, current,
                     std::min(options.average,
                              (1.0 + static_cast<double>(step)) / (10.0 + static_cast<double>(step))));
        loss_sum += value;
        ++loss_count;
        char note[64];
        std::snprintf(note, sizeof note, "loss %.3f", loss_sum / static_cast<double>(loss_count));
        if (!options.checkpoint.empty() && minutes_since(last_saved) > 2) {
            save_checkpoint(options.checkpoint, current, average, optimizer, step + 1, elapsed());
            last_saved = Clock::now();
        }
        stage(std::min(1.0, fraction_done()), note);
        if (fraction_done() >= next_point) {
            evaluate();
            next_point += 0.05;
        }
    }
    if (loss_count > 0) evaluate();
    result.model = std::move(average);
    return result;
}

}  // namespace cytomo
