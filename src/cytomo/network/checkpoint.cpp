#include "checkpoint.h"

#include <nlohmann/json.hpp>

#include "cytomo/core/error.h"
#include "safetensors.h"

namespace cytomo {

namespace {

using Json = nlohmann::json;

const std::map<std::string, Model Checkpoint::*> parts{
    {"current.", &Checkpoint::current}, {"mean.", &Checkpoint::mean}, {"best.", &Checkpoint::best}};
constexpr const char* moments_prefix = "adam.";

/// JSON has no NaN: null stands for it.
double number(const Json& json) {
    return json.is_null() ? std::nan("") : json.get<double>();
}

}  // namespace

void write_checkpoint(const std::filesystem::path& file, const Checkpoint& c) {
    SafeTensors out;
    for (const auto& [prefix, part] : parts)
        for (const auto& [name, tensor] : (c.*part).weights) out.tensors[prefix + name] = tensor;
    for (const auto& [name, tensor] : c.moments) out.tensors[name] = tensor;
    Json curve = Json::array();
    for (const auto& p : c.curve) curve.push_back({p.step, p.minutes, p.loss, p.validation_dice});
    out.metadata["cytomo-checkpoint"] = Json{{"step", c.step},
                                             {"minutes", c.minutes},
                                             {"best_step", c.best_step},
                                             {"best_dice", c.best_dice},
                                             {"curve", curve}}
                                            .dump();
    write_safetensors(file, out, true);
}

Checkpoint read_checkpoint(const std::filesystem::path& file, const Model& like) {
    SafeTensors in = read_safetensors(file);
    Checkpoint c;
    c.current = c.mean = c.best = like;
    try {
        for (const auto& [prefix, part] : parts)
            for (auto& [name, tensor] : (c.*part).weights) {
                auto& from = in.tensors.at(prefix + name);
                if (from.shape != tensor.shape) throw std::out_of_range("shape of " + name);
                tensor = std::move(from);
            }
        for (auto& [name, tensor] : in.tensors)
            if (name.rfind(moments_prefix, 0) == 0) c.moments[name] = std::move(tensor);
        const auto json = Json::parse(in.metadata.at("cytomo-checkpoint"));
        c.step = json.at("step").get<std::int64_t>();
        c.minutes = json.at("minutes").get<double>();
        c.best_step = json.at("best_step").get<std::int64_t>();
        c.best_dice = json.at("best_dice").get<double>();
        for (const auto& p : json.at("curve")) {
            TrainingPoint point{p.at(0).get<std::int64_t>(), number(p.at(1)), number(p.at(2)), {}};
            for (const auto& dice : p.at(3)) point.validation_dice.push_back(number(dice));
            c.curve.push_back(std::move(point));
        }
    } catch (const std::exception&) {
        throw InputError(file.string(), "a checkpoint of this training", "another file",
                         "Remove it or name another");
    }
    return c;
}

}  // namespace cytomo
