#include "cytomo/network/train_double_decoder.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>

#include "checkpoint.h"
#include "cytomo/core/clock.h"
#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/network/libtorch.h"
#include "double_decoder.h"
#include "double_decoder_predict.h"
#include "engine_threads.h"
#include "plane_samples.h"
#include "safetensors.h"

namespace cytomo {

namespace {

/// Adam with TensorFlow's place for epsilon. Parameters without a gradient stay as they are.
class Adam {
public:
    Adam(const std::map<std::string, torch::Tensor>& parameters, double rate)
        : parameters_(parameters), rate_(rate) {}

    void step() {
        const torch::NoGradGuard no_grad;
        constexpr double b1 = 0.9, b2 = 0.999, epsilon = 1e-7;
        ++steps_;
        const auto n = static_cast<double>(steps_);
        const double rate = rate_ * std::sqrt(1 - std::pow(b2, n)) / (1 - std::pow(b1, n));
        for (const auto& [name, parameter] : parameters_) {
            const auto& gradient = parameter.grad();
            if (!gradient.defined()) continue;
            auto [moments, is_new] = moments_.try_emplace(name);
            if (is_new) moments->second = {torch::zeros_like(gradient), torch::zeros_like(gradient)};
            auto& [first, second] = moments->second;
            first.mul_(b1).add_(gradient, 1 - b1);
            second.mul_(b2).addcmul_(gradient, gradient, 1 - b2);
            torch::Tensor(parameter).addcdiv_(first, second.sqrt().add_(epsilon), -rate);
        }
    }
    void store(const std::string& prefix, SafeTensors& out) const {
        out.metadata[prefix] = std::to_string(steps_);
        for (const auto& [name, moments] : moments_) {
            out.tensors[prefix + ".first." + name] = from_torch(moments.first);
            out.tensors[prefix + ".second." + name] = from_torch(moments.second);
        }
    }
    void load(const std::string& prefix, const SafeTensors& in) {
        steps_ = std::stoll(in.metadata.at(prefix));
        for (const auto& [name, parameter] : parameters_)
            if (in.tensors.count(prefix + ".first." + name) > 0)
                moments_[name] = {to_torch(in.tensors.at(prefix + ".first." + name), parameter),
                                  to_torch(in.tensors.at(prefix + ".second." + name), parameter)};
    }

private:
    static Tensor from_torch(const torch::Tensor& tensor) {
        const auto t = tensor.to(torch::kCPU).contiguous();
        return {t.sizes().vec(), {t.data_ptr<float>(), t.data_ptr<float>() + t.numel()}};
    }
    static torch::Tensor to_torch(const Tensor& t, const torch::Tensor& like) {
        auto out = torch::zeros_like(like);
        out.detach().copy_(torch::from_blob(const_cast<float*>(t.values.data()), t.shape, torch::kFloat32));
        return out;
    }

    const std::map<std::string, torch::Tensor>& parameters_;
    double rate_;
    std::int64_t steps_ = 0;
    std::map<std::string, std::pair<torch::Tensor, torch::Tensor>> moments_;
};

/// What changes while it learns, and how it is kept.
struct State {
    Model& model;
    DoubleDecoder net;
    std::array<Adam, 2> adam;  ///< for labelled epochs, for unlabelled ones
    std::int64_t step = 0;
    double minutes = 0;
    std::string identity;
    std::vector<TrainingPoint> curve;

    State(Model& m, torch::Device device, double rate)
        : model(m), net(m, device), adam{Adam(net.parameters(), rate), Adam(net.parameters(), rate)} {}

    void save(const std::filesystem::path& file) {
        net.store(model);
        SafeTensors c;
        c.metadata = {{method_key, double_decoder_method}, {"identity", identity},
                      {"curve", curve_text(curve)},        {model_key, model_description(model)},
                      {"step", std::to_string(step)},      {"minutes", std::to_string(minutes)}};
        c.tensors = model.weights;
        adam[0].store("adam.labelled", c);
        adam[1].store("adam.unlabelled", c);
        write_safetensors(file, c, true);
    }
    /// Of a checkpoint, as it was read from `file`. Throws InputError if it is damaged.
    void load(const SafeTensors& c, const std::filesystem::path& file) {
        const TrainingState state = state_of_checkpoint(file, c);
        step = state.step;
        minutes = state.minutes;
        try {
            curve = curve_from(c.metadata.at("curve"));
            adam[0].load("adam.labelled", c);
            adam[1].load("adam.unlabelled", c);
        } catch (const std::exception&) {
            throw damaged_checkpoint(file);
        }
    }
};

/// The weights of a checkpoint instead of those of the model. Throws InputError if they do not fit.
SafeTensors take_checkpoint(const std::filesystem::path& file, Model& model, const std::string& identity) {
    SafeTensors c = read_safetensors(file);
    state_of_checkpoint(file, c);
    bool fits = c.metadata.count("identity") > 0 && c.metadata.at("identity") == identity;
    for (auto& [name, t] : model.weights) {
        const auto it = c.tensors.find(name);
        fits = fits && it != c.tensors.end() && it->second.shape == t.shape;
        if (fits) t = std::move(it->second);
    }
    if (!fits) throw another_training(file);
    return c;
}

class PlaneTrainer {
public:
    PlaneTrainer(State& state, const TrainOptions& options, torch::Device device)
        : state_(state), options_(options), device_(device) {}

    /// One crop; returns its loss.
    double learn(const PlaneCrop& crop, bool labelled) {
        // A window that grows with the steps at first, then the published momentum.
        state_.net.set_training(true, std::max(0.01, 5 / (5 + static_cast<double>(state_.step))));
        for (const auto& [name, parameter] : state_.net.parameters())
            torch::Tensor(parameter).mutable_grad() = torch::Tensor();
        const auto image = torch::from_blob(const_cast<float*>(crop.values.data()), {1, 1, crop.ny, crop.nx},
                                            torch::kFloat32)
                               .clone()
                               .to(device_);
        const auto encoded = state_.net.encode(image);
        const auto again = state_.net.decode_image(encoded);
        torch::Tensor loss;
        if (labelled) {
            loss =
                0.99 * label_loss(state_.net.decode_label(encoded), crop) + 0.01 * mean_huber(again, image);
        } else {
            const auto range = torch::full({1}, crop.range, image.options());
            loss = 0.5 * (1 - structural_similarity(again, image, range)) + 0.5 * mean_huber(again, image);
            // Its running statistics follow the unlabelled images too.
            const torch::NoGradGuard no_grad;
            state_.net.decode_label(encoded);
        }
        loss.backward();
        const auto value = loss.item<double>();
        if (!std::isfinite(value))
            throw InputError("training: the loss is no longer a finite number at step " +
                             std::to_string(state_.step) + ". Lower the learning rate");
        state_.adam[labelled ? 0 : 1].step();
        return value;
    }

    std::vector<double> validate(const std::vector<PlaneCrop>& parts) {
        const auto classes = static_cast<std::size_t>(state_.model.class_count());
        std::vector<double> both(classes), predicted(classes), truth(classes), dice(classes, std::nan(""));
        if (parts.empty()) return dice;
        state_.net.store(state_.model);
        PlanePredictor predictor(state_.model, options_.device, 1);
        const auto class_of = state_.model.output_classes();
        for (const PlaneCrop& part : parts) {
            const auto p = predictor.run(part.values, part.nx, part.ny);
            const auto n = part.labels.size();
            for (std::size_t i = 0; i < n; ++i) {
                if (part.labels[i] == ignore_label) continue;
                std::size_t best = 0;
                for (std::size_t c = 1; c < classes; ++c)
                    if (p[c * n + i] > p[best * n + i]) best = c;
                const std::size_t right = class_of[part.labels[i]];
                ++predicted[best];
                ++truth[right];
                if (best == right) ++both[best];
            }
        }
        for (std::size_t c = 0; c < classes; ++c)
            if (truth[c] > 0) dice[c] = 2 * both[c] / (predicted[c] + truth[c]);
        return dice;
    }

private:
    torch::Tensor label_loss(const torch::Tensor& found, const PlaneCrop& crop) const {
        const auto labels = torch::from_blob(const_cast<std::uint8_t*>(crop.labels.data()),
                                             {1, crop.ny, crop.nx}, torch::kUInt8)
                                .to(device_, torch::kLong);
        if (found.size(1) > 1)
            return torch::nll_loss2d(torch::log_softmax(found, 1), labels, {}, at::Reduction::Mean,
                                     ignore_label);
        const auto wanted = (2 * labels - 1).to(torch::kFloat32).unsqueeze(1);
        return mean_huber(found, wanted, (labels != ignore_label).unsqueeze(1));
    }

    State& state_;
    const TrainOptions& options_;
    torch::Device device_;
};

}  // namespace

TrainingResult train_double_decoder(Model start, const std::vector<LabelledTomogram>& data,
                                    const std::vector<UnlabelledTomogram>& unlabelled,
                                    const TrainOptions& options,
                                    const std::function<void(const TrainingPoint&)>& on_point,
                                    const Progress& progress) {
    use_libtorch();
    options.check();
    start.error_model.clear();  // of weights that will be others
    const auto device = find_device(options.device);
    torch::set_num_threads(thread_count());
    promise_threads();
    SafeTensors resumed;
    const std::string identity = options.checkpoint.empty() ? "" : training_identity(start, data, options);
    if (start.architecture.kind == NetworkKind::double_decoder && !options.checkpoint.empty() &&
        std::filesystem::exists(options.checkpoint))
        resumed = take_checkpoint(options.checkpoint, start, identity);
    const double rate = options.learning_rate == TrainOptions{}.learning_rate ? 5e-5 : options.learning_rate;
    State state(start, device, rate);
    if (!resumed.tensors.empty()) state.load(resumed, options.checkpoint);
    state.identity = identity;
    resumed = {};
    const PlaneSamples samples(data, unlabelled, start, options);
    if (!data.empty()) {
        const Vec3 edge = data.front().tomogram.grid.voxel_um;
        start.voxel_um = std::sqrt(edge.x * edge.y);
    }
    if (!options.checkpoint.empty()) state.save(options.checkpoint);
    const auto validation = samples.validation_parts();
    const auto epoch = std::min<std::int64_t>(426, 6 * samples.labelled_slices());

    TrainingResult result;
    PlaneTrainer trainer(state, options, device);
    const auto start_time = Clock::now();
    auto last_saved = start_time;
    const double minutes_before = state.minutes;
    const auto fraction_done = [&] {
        state.minutes = minutes_before + minutes_since(start_time);
        return options.minutes > 0 ? state.minutes / options.minutes
                                   : static_cast<double>(state.step) / static_cast<double>(options.steps);
    };
    double loss_sum = 0, last_loss = std::nan("");
    std::int64_t loss_count = 0, since_point = 0;
    const auto evaluate = [&] {
        if (loss_count > 0) last_loss = loss_sum / static_cast<double>(loss_count);
        loss_sum = 0;
        loss_count = since_point = 0;
        state.curve.push_back({state.step, state.minutes, last_loss, trainer.validate(validation)});
        state.curve.back().first_counted = first_counted_class(start.legend);
        if (on_point) on_point(state.curve.back());
    };
    const auto stage = progress.stage("training");
    double next_point = 0.05 * std::floor(20 * fraction_done()) + 0.05;
    try {
        while (fraction_done() < 1) {
            Random random(options.seed, static_cast<std::uint64_t>(1000 + state.step));
            const bool labelled = state.step / epoch % 2 == 0;
            const double loss = trainer.learn(
                labelled ? samples.draw_labelled(random) : samples.draw_image(random), labelled);
            ++state.step;
            ++since_point;
            if (labelled) {
                loss_sum += loss;
                ++loss_count;
            }
            char note[64];
            std::snprintf(note, sizeof note, "%s loss %.3f", labelled ? "label" : "image", loss);
            if (!options.checkpoint.empty() && minutes_since(last_saved) > 2) {
                state.save(options.checkpoint);
                last_saved = Clock::now();
            }
            const double done = fraction_done();
            stage(std::min(1.0, done), note);
            if (done >= next_point) {
                evaluate();
                next_point = 0.05 * std::floor(20 * fraction_done()) + 0.05;
            }
        }
    } catch (const Cancelled&) {
        if (!options.checkpoint.empty()) state.save(options.checkpoint);
        throw;
    }
    if (since_point > 0 || state.curve.empty()) evaluate();
    if (!options.checkpoint.empty()) state.save(options.checkpoint);
    state.net.store(start);
    start.record["method"] = "double-decoder";
    start.record["steps"] = std::to_string(state.step);
    result.model = std::move(start);
    result.precision = "f32";
    result.best_step = state.step;
    result.curve = state.curve;
    result.held_out = samples.held_out();
    return result;
}

}  // namespace cytomo
