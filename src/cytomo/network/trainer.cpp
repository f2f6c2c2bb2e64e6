#include "trainer.h"

#include <algorithm>
#include <cmath>

#include "cytomo/core/class_names.h"
#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/network/precision.h"
#include "double_decoder.h"
#include "losses.h"
#include "object_targets.h"

namespace cytomo {

namespace {

constexpr double object_weight = 0.5;  // of the object head beside the classes

/// Rare classes weigh more, but not without limit.
torch::Tensor class_weights(const std::vector<double>& share) {
    std::vector<float> w;
    for (const double s : share)
        w.push_back(s > 0 ? static_cast<float>(std::clamp(std::pow(0.1 / s, 0.25), 0.75, 1.6)) : 1.F);
    return torch::tensor(w);
}

/// A third as deep and as much wider, in multiples of the network's stride.
Size3 flat_patch(Size3 patch, std::int64_t stride) {
    const auto rounded = [stride](double n) {
        return stride * std::max<std::int64_t>(1, std::llround(n / stride));
    };
    const auto z = rounded(static_cast<double>(patch.z) / 3);
    const double wider = std::sqrt(static_cast<double>(patch.z) / static_cast<double>(z));
    return {rounded(static_cast<double>(patch.x) * wider), rounded(static_cast<double>(patch.y) * wider), z};
}

/// One slice, twice as wide.
Size3 slice_patch(Size3 patch) {
    return {2 * patch.x, 2 * patch.y, 1};
}

/// Grey values and labels of a batch as libtorch wants them; `clean` only for semi; targets and their weights
/// only for networks with an object head.
struct Batch {
    torch::Tensor values, labels, clean, targets, weights;

    Batch(const SampleSet& samples, const TrainOptions& options, const Model& model, std::int64_t step,
          bool guessed) {
        const Architecture& architecture = model.architecture;
        const auto* body = find_cell_body(model.legend);
        const std::uint8_t cell_body = body != nullptr ? body->id : 0;
        const auto n = static_cast<std::size_t>(options.batch);
        Random kind(options.seed, static_cast<std::uint64_t>(step) + (std::uint64_t{1} << 60));
        const double shape = kind.uniform();
        const Size3 s = shape < options.flat_share ? flat_patch(options.patch, architecture.stride())
                        : shape < options.flat_share + options.slice_share ? slice_patch(options.patch)
                                                                           : options.patch;
        const bool clicked = architecture.objects && !guessed && kind.chance(options.click_share);
        const std::int64_t inputs = clicked ? object_inputs : 1;
        std::vector<PatchPair> pairs(n);
        std::vector<Clicks> clicks(n);
        values = torch::zeros({options.batch, inputs, s.z, s.y, s.x});
        if (architecture.objects) {
            targets = torch::empty({options.batch, s.z, s.y, s.x, object_map_count});
            weights = torch::empty_like(targets);
        }
        parallel_for(options.batch, [&](std::int64_t number) {
            const auto i = static_cast<std::size_t>(number);
            Random random(options.seed, static_cast<std::uint64_t>(1000 + step * options.batch + number));
            pairs[i] = samples.draw(options, s, guessed, random);
            const bool negative = architecture.objects && !guessed && random.chance(negative_share);
            if (negative) make_negative(pairs[i].patch);
            if (clicked) clicks[i] = draw_clicks(pairs[i].patch, cell_body, random);
            if (!architecture.objects) return;
            const auto at = number * s.count() * object_map_count;
            fill_object_targets(pairs[i].patch, clicks[i], negative, cell_body,
                                targets.data_ptr<float>() + at, weights.data_ptr<float>() + at);
        });
        labels = torch::empty({options.batch, s.z, s.y, s.x}, torch::kUInt8);
        if (options.method == TrainMethod::semi) clean = torch::empty({options.batch, 1, s.z, s.y, s.x});
        for (std::size_t i = 0; i < n; ++i) {
            const auto at = static_cast<std::ptrdiff_t>(i) * s.count();
            const auto& [patch, unchanged] = pairs[i];
            auto* to = values.data_ptr<float>() + inputs * at;
            std::copy(patch.values.begin(), patch.values.end(), to);
            if (!clicks[i].points.empty()) {
                std::copy(clicks[i].points.begin(), clicks[i].points.end(), to + s.count());
                std::copy(clicks[i].mask.begin(), clicks[i].mask.end(), to + 2 * s.count());
            }
            std::copy(patch.labels.begin(), patch.labels.end(), labels.data_ptr<std::uint8_t>() + at);
            if (clean.defined()) std::copy(unchanged.begin(), unchanged.end(), clean.data_ptr<float>() + at);
        }
    }
};

/// On CUDA, libtorch's own f32.
torch::ScalarType training_type(const Model& model, const TrainOptions& options) {
    if (!find_device(options.device).is_cpu()) return torch::kFloat32;
    const bool bf16 = options.precision == "auto" ? training_rates(model).fastest() == Precision::bf16
                                                  : options.precision == "bf16";
    return bf16 ? torch::kBFloat16 : torch::kFloat32;
}

}  // namespace

Trainer::Trainer(const Model& start, const SampleSet& samples, const TrainOptions& options)
    : samples_(samples),
      options_(options),
      device_(find_device(options.device)),
      type_(training_type(start, options)),
      model_(start),
      student_(start, device_, type_),
      teacher_(start, device_, type_),
      optimizer_(student_.parameters(), options.weight_decay),
      weights_(class_weights(samples.class_share).to(device_)),
      class_of_(torch::tensor(start.output_classes()).to(device_)) {
    teacher_.freeze_statistics();
}

void Trainer::freeze_statistics(bool measured) {
    if (frozen_) return;
    frozen_ = true;
    if (measured) {
        constexpr int batches = 24;
        constexpr std::int64_t apart = std::int64_t{1} << 40;  // of the patches that teach
        const torch::NoGradGuard no_grad;
        for (int k = 0; k < batches; ++k) {
            student_.set_momentum(1. / (k + 1));
            student_.forward_training(Batch(samples_, options_, model_, apart + k, false).values.to(device_));
        }
    }
    student_.freeze_statistics();
}

double Trainer::step(std::int64_t number, double t) {
    // A whole batch has the forest's labels or none does: the few drawn by hand would drown among them.
    const bool guessed = options_.forest && (t < 0.5 || number % 2 == 0);
    const Batch batch(samples_, options_, model_, number, guessed);
    torch::Tensor targets;
    // The slow copy knows nothing at first if it began with random weights.
    const double ramp = std::clamp(t / 0.3, 0.0, 1.0);
    const double alike = options_.unlabelled_weight * ramp * ramp;
    if (batch.clean.defined() && alike > 0) {
        const torch::NoGradGuard no_grad;
        const auto logits = class_logits(teacher_.forward_training(batch.clean.to(device_)));
        auto shape = logits.sizes().vec();
        shape.back() = weights_.numel();
        targets = class_probabilities(logits, weights_.numel(), class_of_).reshape(shape);
    }
    optimizer_.zero();
    const auto all = student_.forward_training(batch.values.to(device_)), logits = class_logits(all);
    const auto labels = batch.labels.to(device_);
    auto loss = device_.is_cpu()
                    ? segmentation_loss(logits, labels, weights_, class_of_, targets, alike)
                    : segmentation_loss_plain(logits, labels, weights_, class_of_, targets, alike);
    if (batch.targets.defined() && batch.weights.any().item<bool>())
        loss = loss + object_weight * object_loss(all.slice(-1, model_.architecture.outputs),
                                                  batch.targets.to(device_), batch.weights.to(device_));
    loss.backward();
    const auto value = loss.item<double>();
    if (!std::isfinite(value))
        throw InputError("training: the loss is no longer a finite number at step " + std::to_string(number) +
                         ". Lower the learning rate");
    const double warm = std::min(1.0, t / 0.05 + 0.02);
    optimizer_.step(number, options_.learning_rate * warm * 0.5 * (1 + std::cos(M_PI * std::min(1.0, t))));
    // The mean starts fast, so that short trainings do not remember where they began.
    const auto n = static_cast<double>(number);
    teacher_.move_towards(student_, std::min(options_.average, (1 + n) / (10 + n)));
    return value;
}

const Model& Trainer::mean() {
    teacher_.store(model_);
    return model_;
}

void Trainer::store(Checkpoint& c) {
    c.mean = mean();
    c.current = model_;
    student_.store(c.current);
    optimizer_.store(c.moments);
}

void Trainer::load(const Checkpoint& c) {
    student_.load(c.current);
    teacher_.load(c.mean);
    optimizer_.load(c.moments);
}

std::string Trainer::precision() const {
    return type_ == torch::kBFloat16 ? "bf16" : "f32";
}

torch::Tensor Trainer::class_logits(const torch::Tensor& all) const {
    return all.slice(-1, 0, model_.architecture.outputs);
}

}  // namespace cytomo
