#include "checkpoint.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "cytomo/core/error.h"
#include "cytomo/core/fnv.h"
#include "cytomo/core/json_text.h"
#include "safetensors.h"

namespace cytomo {

namespace {

using Json = nlohmann::json;

const std::map<std::string, Model Checkpoint::*> parts{
    {"current.", &Checkpoint::current}, {"mean.", &Checkpoint::mean}, {"best.", &Checkpoint::best}};
constexpr const char* moments_prefix = "adam.";

/// The tensors whose names begin with `prefix`, without it.
std::map<std::string, Tensor> part_of(SafeTensors& in, const std::string& prefix) {
    std::map<std::string, Tensor> out;
    for (auto& [name, tensor] : in.tensors)
        if (name.starts_with(prefix)) out[name.substr(prefix.size())] = std::move(tensor);
    return out;
}

/// JSON has no NaN: null stands for it.
double number(const Json& json) {
    return json.is_null() ? std::nan("") : json.get<double>();
}

}  // namespace

std::string training_identity(const Model& start, const std::vector<LabelledTomogram>& data,
                              const TrainOptions& options) {
    Json what{{"widths", start.architecture.widths},
              {"refine", start.architecture.refine},
              {"kind", static_cast<int>(start.architecture.kind)},
              {"objects", start.architecture.objects},
              {"classes", start.output_classes()},
              {"weights", start.checksum()},
              {"method", static_cast<int>(options.method)},
              {"seed", options.seed}};
    if (options.slice_share > 0) what["slices"] = options.slice_share;
    for (const auto& entry : start.legend.entries) what["legend"].push_back({entry.id, entry.name});
    Fnv1a sum;
    sum.add(json_text(what));
    for (const auto& item : data)
        if (!item.simulated) {
            const Size3 size = item.labels.grid().size;
            sum.add(&size, sizeof size).add(item.labels.data(), item.labels.values().size());
        }
    return sum.text();
}

std::string curve_text(const std::vector<TrainingPoint>& curve) {
    Json json = Json::array();
    for (const auto& p : curve)
        json.push_back({p.step, p.minutes, p.loss, p.validation_dice, p.first_counted});
    return json_text(json);
}

std::vector<TrainingPoint> curve_from(const std::string& text) {
    std::vector<TrainingPoint> curve;
    for (const auto& p : Json::parse(text)) {
        TrainingPoint point{p.at(0).get<std::int64_t>(), number(p.at(1)), number(p.at(2)), {}};
        for (const auto& dice : p.at(3)) point.validation_dice.push_back(number(dice));
        point.first_counted = p.at(4).get<std::size_t>();
        curve.push_back(std::move(point));
    }
    return curve;
}

InputError another_training(const std::filesystem::path& file) {
    return {file.string(), "a checkpoint of this training: same start, classes, labels, method and seed",
            "another file",
            "Remove it or name another; to learn from other labels, go on from the model instead (--init)"};
}

InputError damaged_checkpoint(const std::filesystem::path& file) {
    return {file.string(), "a whole checkpoint of a training", "a damaged one",
            "Copy the file again, or remove it and begin anew"};
}

TrainingState state_of_checkpoint(const std::filesystem::path& file, const SafeTensors& content) {
    const auto& metadata = content.metadata;
    if (!is_checkpoint(content))
        throw InputError(file.string(), "a checkpoint of cytomo train",
                         metadata.contains("cytomo") ? "a model, which can be used as it is" : "another file",
                         "Name the file that --checkpoint was given");
    TrainingState state;
    try {
        if (const auto unet = metadata.find(unet_checkpoint_key); unet != metadata.end()) {
            const auto json = Json::parse(unet->second);
            state = {json.at("step").get<std::int64_t>(), number(json.at("minutes"))};
        } else {
            state = {std::stoll(metadata.at("step")), std::stod(metadata.at("minutes"))};
        }
    } catch (const std::exception&) {
        throw damaged_checkpoint(file);
    }
    if (state.step < 0 || !(state.minutes >= 0 && std::isfinite(state.minutes)))
        throw InputError(
            file.string(), "a checkpoint after 0 steps or more and as many minutes",
            std::to_string(state.step) + " steps and " + std::to_string(state.minutes) + " minutes",
            "It is damaged: copy the file again, or remove it and begin anew");
    return state;
}

void write_checkpoint(const std::filesystem::path& file, const Checkpoint& c) {
    SafeTensors out;
    for (const auto& [prefix, part] : parts)
        for (const auto& [name, tensor] : (c.*part).weights) out.tensors[prefix + name] = tensor;
    for (const auto& [name, tensor] : c.moments) out.tensors[name] = tensor;
    out.metadata[unet_checkpoint_key] = json_text(Json{{"step", c.step},
                                                       {"minutes", c.minutes},
                                                       {"best_step", c.best_step},
                                                       {"best_dice", c.best_dice},
                                                       {"identity", c.identity}});
    out.metadata["curve"] = curve_text(c.curve);
    out.metadata[model_key] = model_description(c.mean);
    write_safetensors(file, out, true);
}

Checkpoint read_checkpoint(const std::filesystem::path& file, const Model& like,
                           const std::string& identity) {
    SafeTensors in = read_safetensors(file);
    const TrainingState state = state_of_checkpoint(file, in);
    Checkpoint c;
    c.current = c.mean = c.best = like;
    c.step = state.step;
    c.minutes = state.minutes;
    try {
        if (!in.metadata.contains(unet_checkpoint_key)) throw another_training(file);
        const auto json = Json::parse(in.metadata.at(unet_checkpoint_key));
        c.identity = json.at("identity").get<std::string>();
        if (c.identity != identity) throw another_training(file);
        for (const auto& [prefix, part] : parts)
            for (auto& [name, tensor] : (c.*part).weights) {
                auto& from = in.tensors.at(prefix + name);
                if (from.shape != tensor.shape) throw std::out_of_range("shape of " + name);
                tensor = std::move(from);
            }
        for (auto& [name, tensor] : in.tensors)
            if (name.rfind(moments_prefix, 0) == 0) c.moments[name] = std::move(tensor);
        c.best_step = json.at("best_step").get<std::int64_t>();
        c.best_dice = json.at("best_dice").get<double>();
        c.curve = curve_from(in.metadata.at("curve"));
    } catch (const InputError&) {
        throw;
    } catch (const std::exception&) {
        throw damaged_checkpoint(file);
    }
    return c;
}

Model model_of_checkpoint(const std::filesystem::path& file) {
    SafeTensors in = read_safetensors(file);
    const TrainingState state = state_of_checkpoint(file, in);
    const bool published = !in.metadata.contains(unet_checkpoint_key);
    const auto description = in.metadata.find(model_key);
    if (description == in.metadata.end())
        throw InputError(file.string(), "a checkpoint that says what network it is of",
                         "one of an older version",
                         "Go on with its training, by the command that began it: that writes it anew");
    if (published)
        std::erase_if(in.tensors, [](const auto& t) { return t.first.starts_with(moments_prefix); });
    Model model = described_model(description->second, part_of(in, published ? "" : "mean."), file.string());
    model.record["steps"] = std::to_string(state.step);
    model.record["minutes"] = std::to_string(state.minutes);
    model.record["checkpoint"] = std::string(published ? "weights" : "running mean of the weights") +
                                 " of a checkpoint, not calibrated";
    return model;
}

}  // namespace cytomo
