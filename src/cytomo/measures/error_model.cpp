#include "cytomo/measures/error_model.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "cytomo/core/error.h"
#include "cytomo/core/json_text.h"
#include "cytomo/core/volume.h"

namespace cytomo {

namespace {

using Json = nlohmann::ordered_json;

constexpr int format_known = 1;
constexpr const char* how_to_learn =
    "cytomo bias FOLDER --like TOMOGRAM --model MODEL --learn NEW.safetensors learns them";

template <class Errors>
using Field = std::pair<const char*, double Errors::*>;

using C = ClassErrors;
constexpr Field<C> class_fields[] = {{"mean_um", &C::mean_um},
                                     {"shared_um", &C::shared_um},
                                     {"own_um", &C::own_um},
                                     {"blur_share", &C::blur_share},
                                     {"usual_blur_um", &C::usual_blur_um},
                                     {"surface_shift", &C::surface_shift},
                                     {"surface_deviation", &C::surface_deviation},
                                     {"real_offset", &C::real_offset},
                                     {"real_slope", &C::real_slope},
                                     {"real_volume_slope", &C::real_volume_slope},
                                     {"usual_probability", &C::usual_probability},
                                     {"missed_share", &C::missed_share},
                                     {"count_deviation", &C::count_deviation},
                                     {"volume_shift", &C::volume_shift},
                                     {"volume_deviation", &C::volume_deviation}};
using F = FilopodiumErrors;
constexpr Field<F> filopodium_fields[] = {{"length_mean_um", &F::length_mean_um},
                                          {"length_deviation_um", &F::length_deviation_um},
                                          {"length_share", &F::length_share},
                                          {"radius_mean_um", &F::radius_mean_um},
                                          {"radius_deviation_um", &F::radius_deviation_um},
                                          {"radius_blur_share", &F::radius_blur_share}};

template <class Errors, std::size_t N>
void write_fields(Json& json, const Errors& errors, const Field<Errors> (&fields)[N]) {
    for (const auto& [name, field] : fields) json[name] = errors.*field;
}

/// A deviation or share is never negative; what is a mean, a shift or a slope may be.
bool may_be_negative(const std::string& name) {
    return name.find("mean") != std::string::npos || name.find("shift") != std::string::npos ||
           name.starts_with("real_");
}

template <class Errors, std::size_t N>
Errors read_fields(const Json& json, const Field<Errors> (&fields)[N], const std::string& of,
                   const std::string& file) {
    Errors errors;
    for (const auto& [name, field] : fields) {
        const std::string key = name;
        const double value = json.at(key).get<double>();
        if (!(std::abs(value) <= 1000) || (value < 0 && !may_be_negative(key)))
            throw InputError(file, "errors that can be", key + " of " + of + ": " + std::to_string(value),
                             "Learn them again with cytomo bias --learn");
        errors.*field = value;
    }
    return errors;
}

/// The entry for a class of the legend, or none.
const LearntErrors::OfClass* entry_for(const LearntErrors& learnt, const LegendEntry& wanted,
                                       const Legend& legend) {
    for (const LearntErrors::OfClass& c : learnt.classes)
        if (c.name == wanted.name) return &c;
    const std::string kind = standard_class_name(wanted.name);
    const auto alike = std::count_if(legend.entries.begin(), legend.entries.end(), [&](const LegendEntry& e) {
        return standard_class_name(e.name) == kind;
    });
    if (alike > 1) return nullptr;
    for (const LearntErrors::OfClass& c : learnt.classes)
        if (standard_class_name(c.name) == kind) return &c;
    return nullptr;
}

}  // namespace

double blur_of_edge_um(double edge_blur_um, double usual_blur_um) {
    return std::min(std::isfinite(edge_blur_um) ? edge_blur_um : usual_blur_um, widest_blur_um);
}

double chance_real(const ClassErrors& e, double mean_probability, double volume_um3) {
    const double p =
        std::clamp(std::isfinite(mean_probability) ? mean_probability : e.usual_probability, 0.01, 0.99);
    const double x = e.real_offset + e.real_slope * std::log(p / (1 - p)) +
                     e.real_volume_slope * std::log(std::max(volume_um3, 1e-9) / 0.01);
    return 1 / (1 + std::exp(-x));
}

std::string LearntErrors::text() const {
    return "learnt by " + program + " on " + std::to_string(cells) + " simulated cells for the model " +
           model;
}

std::string error_model_json(const LearntErrors& learnt) {
    Json json;
    json["format"] = format_known;
    json["model"] = learnt.model;
    json["learnt"] = {{"program", learnt.program}, {"cells", learnt.cells}, {"note", learnt.note}};
    json["classes"] = Json::object();
    for (const LearntErrors::OfClass& c : learnt.classes) {
        Json of_class = {{"objects", c.objects}};
        write_fields(of_class, c.errors, class_fields);
        json["classes"][c.name] = std::move(of_class);
    }
    if (learnt.filopodia) {
        Json lines = {{"objects", learnt.filopodia_compared}};
        write_fields(lines, *learnt.filopodia, filopodium_fields);
        json["filopodia"] = std::move(lines);
    }
    return json_text(json);
}

LearntErrors parse_error_model(const std::string& text, const std::string& file) {
    LearntErrors learnt;
    try {
        const Json json = Json::parse(text);
        if (json.at("format").get<int>() != format_known)
            throw InputError(file, "an error model of format " + std::to_string(format_known),
                             "format " + json_text(json.at("format")), "The model may need a newer cytomo");
        learnt.model = json.at("model").get<std::string>();
        const Json& from = json.at("learnt");
        learnt.program = from.at("program").get<std::string>();
        learnt.cells = from.at("cells").get<int>();
        learnt.note = from.at("note").get<std::string>();
        for (const auto& [name, of_class] : json.at("classes").items())
            learnt.classes.push_back({name, of_class.at("objects").get<std::int64_t>(),
                                      read_fields(of_class, class_fields, name, file)});
        if (json.contains("filopodia")) {
            const Json& lines = json.at("filopodia");
            learnt.filopodia_compared = lines.at("objects").get<std::int64_t>();
            learnt.filopodia = read_fields(lines, filopodium_fields, "filopodia", file);
        }
    } catch (const nlohmann::json::exception& e) {
        throw InputError(file, "an error model as cytomo bias --learn writes it", e.what(),
                         "Learn it again, or copy the model again");
    }
    return learnt;
}

KnownErrors known_errors(const std::string& json, const std::string& checksum, const std::string& file) {
    KnownErrors known;
    known.absent = std::string("nobody has learnt how far this model errs; ") + how_to_learn;
    if (json.empty()) return known;
    known.learnt = parse_error_model(json, file);
    if (known.learnt->model != checksum) {
        known.learnt.reset();
        known.absent =
            std::string("the errors in the model file were learnt for other weights; ") + how_to_learn;
    }
    return known;
}

ErrorModel errors_for(const KnownErrors& known, const Legend& legend) {
    ErrorModel model;
    if (!known.learnt) return model;
    for (const LegendEntry& entry : legend.entries)
        if (entry.id != background && entry.id != ignore_label)
            if (const auto* found = entry_for(*known.learnt, entry, legend))
                model.classes[entry.id] = found->errors;
    model.filopodia = known.learnt->filopodia;
    return model;
}

std::string why_no_intervals(const KnownErrors& known, const Legend& legend) {
    const std::string what = "No intervals, expected numbers and chances to be real";
    if (!known.learnt) return what + ": " + known.absent + ".";
    std::string names;
    const auto add = [&](const std::string& name) { names += (names.empty() ? "" : ", ") + name; };
    const ErrorModel model = errors_for(known, legend);
    bool filopodia = false;
    for (const LegendEntry& entry : legend.entries) {
        if (entry.id == background || entry.id == ignore_label) continue;
        if (!model.classes[entry.id]) add(entry.name);
        filopodia |= standard_class_name(entry.name) == "filopodium";
    }
    if (filopodia && !model.filopodia) add("lengths and radii of filopodia");
    if (names.empty()) return "";
    return what + " for " + names +
           ": the errors of the model were learnt without them (unknown to simulated cells, "
           "or too few objects); " +
           how_to_learn + ".";
}

}  // namespace cytomo
