#include "checkpoint.h"

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

InputError damaged_checkpoint(const std::filesystem::path& file) {
    return {file.string(), "a whole checkpoint of a training", "a damaged one", "Copy the file again"};
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

void write_checkpoint(const std::filesystem::path& file, const Checkpoint& c) {
    SafeTensors out;
    for (const auto& [prefix, part] : parts)
        for (const auto& [name, tensor] : (c.*part).weights) out.tensors[prefix + name] = tensor;
    for (const auto& [name, tensor] : c.moments) out.tensors[name] = tensor;
    out.metadata["cytomo-checkpoint"] = json_text(Json{{"step", c.step},
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
    Checkpoint c;
    c.current = c.mean = c.best = like;
    try {
        const auto json = Json::parse(in.metadata.at("cytomo-checkpoint"));
        c.identity = json.at("identity").get<std::string>();
        if (c.identity != identity) throw std::out_of_range("identity");
        for (const auto& [prefix, part] : parts)
            for (auto& [name, tensor] : (c.*part).weights) {
                auto& from = in.tensors.at(prefix + name);
                if (from.shape != tensor.shape) throw std::out_of_range("shape of " + name);
                tensor = std::move(from);
            }
        for (auto& [name, tensor] : in.tensors)
            if (name.rfind(moments_prefix, 0) == 0) c.moments[name] = std::move(tensor);
        c.step = json.at("step").get<std::int64_t>();
        c.minutes = json.at("minutes").get<double>();
        c.best_step = json.at("best_step").get<std::int64_t>();
        c.best_dice = json.at("best_dice").get<double>();
        c.curve = curve_from(in.metadata.at("curve"));
    } catch (const std::exception&) {
        throw another_training(file);
    }
    return c;
}

Model model_of_checkpoint(const std::filesystem::path& file) {
    SafeTensors in = read_safetensors(file);
    const auto text = [&in](const char* key) {
        const auto found = in.metadata.find(key);
        return found == in.metadata.end() ? std::string() : found->second;
    };
    const std::string state = text("cytomo-checkpoint"), description = text(model_key);
    const bool published = text("method") == "double-decoder";
    if (state.empty() && !published)
        throw InputError(file.string(), "a checkpoint of cytomo train",
                         text("cytomo").empty() ? "another file" : "a model, which can be used as it is",
                         "Name the file that --checkpoint was given");
    if (description.empty())
        throw InputError(file.string(), "a checkpoint that says what network it is of",
                         "one of an older version",
                         "Go on with its training, by the command that began it: that writes it anew");
    std::map<std::string, std::string> of_training;
    try {
        if (published) {
            of_training = {{"steps", in.metadata.at("step")}, {"minutes", in.metadata.at("minutes")}};
        } else {
            const auto json = Json::parse(state);
            of_training = {{"steps", std::to_string(json.at("step").get<std::int64_t>())},
                           {"minutes", std::to_string(json.at("minutes").get<double>())}};
        }
    } catch (const std::exception&) {
        throw damaged_checkpoint(file);
    }
    if (published)
        std::erase_if(in.tensors, [](const auto& t) { return t.first.starts_with(moments_prefix); });
    Model model = described_model(description, part_of(in, published ? "" : "mean."), file.string());
    for (const auto& [key, value] : of_training) model.record[key] = value;
    model.record["checkpoint"] = std::string(published ? "weights" : "running mean of the weights") +
                                 " of a checkpoint, not calibrated";
    return model;
}

}  // namespace cytomo
