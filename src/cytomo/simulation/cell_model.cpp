#include "cytomo/simulation/cell_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "cytomo/core/error.h"
#include "cytomo/core/json_text.h"

namespace cytomo {

namespace {

using Json = nlohmann::ordered_json;
using Kind = Distribution::Kind;

constexpr std::array<std::pair<const char*, Kind>, 6> kinds{{{"fixed", Kind::fixed},
                                                             {"uniform", Kind::uniform},
                                                             {"integer", Kind::integer},
                                                             {"normal", Kind::normal},
                                                             {"log_normal", Kind::log_normal},
                                                             {"chance", Kind::chance}}};

const char* describe(Kind kind) {
    switch (kind) {
        case Kind::uniform:
            return "[low, high] with low <= high, both from -1000 to 1000";
        case Kind::integer:
            return "[low, high], two whole numbers with low <= high, both from -1000 to 1000";
        case Kind::normal:
            return "[mean, deviation], from -1000 to 1000, the deviation 0 or more";
        case Kind::log_normal:
            return "[median, deviation of the logarithm], the median above 0 and at most 1000, the deviation "
                   "0 to 5";
        case Kind::chance:
            return "a number from 0 to 1";
        case Kind::fixed:
            break;
    }
    return "a number from -1000 to 1000";
}

bool is_number(const Json& j) {
    return j.is_number() && std::fabs(j.get<double>()) <= 1000;
}

bool fill(Distribution& d, const Json& v) {
    if (d.kind == Kind::fixed || d.kind == Kind::chance) {
        if (!is_number(v)) return false;
        d.a = v.get<double>();
        return d.kind == Kind::fixed || (d.a >= 0 && d.a <= 1);
    }
    if (!v.is_array() || v.size() != 2 || !is_number(v[0]) || !is_number(v[1])) return false;
    d.a = v[0].get<double>();
    d.b = v[1].get<double>();
    switch (d.kind) {
        case Kind::integer:
            return d.a <= d.b && d.a == std::floor(d.a) && d.b == std::floor(d.b);
        case Kind::uniform:
            return d.a <= d.b;
        case Kind::normal:
            return d.b >= 0;
        default:
            return d.a > 0 && d.b >= 0 && d.b <= 5;
    }
}

std::string short_text(const Json& j) {
    const bool flat = std::none_of(j.begin(), j.end(), [](const Json& e) { return e.is_structured(); });
    if (j.is_structured() && !flat) return std::string("a nested ") + j.type_name();
    std::string s = json_text(j);
    return s.size() > 80 ? s.substr(0, 77) + "..." : s;
}

Distribution read_distribution(const Json& entry, const std::string& where) {
    constexpr const char* advice = "See cytomo simulate --write-config for entries that are right";
    Distribution d;
    const char* found = nullptr;
    if (entry.is_object())
        for (const auto& [name, kind] : kinds)
            if (entry.contains(name)) {
                if (found != nullptr)
                    throw InputError(where, "one kind of distribution", short_text(entry), advice);
                found = name;
                d.kind = kind;
            }
    if (found == nullptr)
        throw InputError(where,
                         R"({"KIND": …}, KIND being fixed, uniform, integer, normal, log_normal or chance)",
                         short_text(entry), advice);
    for (const auto& [key, value] : entry.items())
        if (key != found && key != "within" && key != "source")
            throw InputError(where, "nothing beside the distribution but \"within\" and \"source\"",
                             "\"" + key + "\"", advice);
    if (entry.contains("source") && !entry["source"].is_string())
        throw InputError(where, "as \"source\" a text", short_text(entry["source"]), advice);
    if (!fill(d, entry[found]))
        throw InputError(where, std::string("as value of \"") + found + "\" " + describe(d.kind),
                         short_text(entry[found]), advice);
    if (entry.contains("within")) {
        const Json& w = entry["within"];
        if (!w.is_array() || w.size() != 2 || !is_number(w[0]) || !is_number(w[1]) ||
            w[0].get<double>() > w[1].get<double>())
            throw InputError(where, "as \"within\" [low, high] with low <= high", short_text(w), advice);
        d.low = w[0].get<double>();
        d.high = w[1].get<double>();
    }
    return d;
}

/// What no draw goes below.
double lowest(const Distribution& d) {
    double v = d.a;
    if (d.kind == Kind::normal) v = d.b > 0 ? -1e300 : d.a;
    if (d.kind == Kind::log_normal) v = 1e-300;
    if (d.kind == Kind::chance) v = 0;
    return std::clamp(v, d.low, d.high);
}

/// Sizes of things that are there: 0 would be no shape at all.
bool must_be_positive(const std::string& name) {
    for (const char* part :
         {"radius",          "nucleus.length",   "nucleus.width",  "nucleus.height_um", "nucleolus_length",
          "nucleolus_width", "nucleolus_height", "rounded.length", "roundness",         "flattening",
          "cristae_um",      "bend_um",          "pitch_um",       "thickening",        "spacing_um",
          "granule_length",  "neighbour_size",   "ruffle_width",   "mottle_um",         "bead_um",
          "branch_length",   "chromatin_um"})
        if (name.find(part) != std::string::npos) return true;
    return false;
}

/// What is a yes or no stays one, and sizes stay sizes.
void check_use(const std::string& name, bool yes_or_no, const Distribution& d, const std::string& where) {
    if (yes_or_no && d.kind != Kind::chance && !(d.kind == Kind::fixed && (d.a == 0 || d.a == 1)))
        throw InputError(where, "a chance, or fixed 0 or 1", "another distribution",
                         "It happens or does not: give {\"chance\": p}");
    if (must_be_positive(name) && !(lowest(d) > 0))
        throw InputError(where, "values above 0", "a distribution that reaches 0 or less",
                         "Give \"within\": [low, high], or set the number of these things to 0");
}

Json json_of(const Distribution& d) {
    Json j = Json::object();
    const char* name =
        std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.second == d.kind; })->first;
    if (d.kind == Kind::fixed || d.kind == Kind::chance)
        j[name] = d.a;
    else if (d.kind == Kind::integer)
        j[name] = {static_cast<std::int64_t>(d.a), static_cast<std::int64_t>(d.b)};
    else
        j[name] = {d.a, d.b};
    if (d.low > -1e300) j["within"] = {d.low, d.high};
    return j;
}

/// Calls act(name, entry) for the quantities of all sections but "about" and "presets".
template <class Act>
void for_quantities(const Json& sections, const std::string& file, const Act& act) {
    if (!sections.is_object())
        throw InputError(file, "an object of sections, such as {\"vesicle\": {…}}", short_text(sections),
                         "See cytomo simulate --write-config");
    for (const auto& [section, entries] : sections.items()) {
        if (section == "about" || section == "presets") continue;
        if (!entries.is_object())
            throw InputError(file + ", " + section, "an object of quantities", short_text(entries),
                             "See cytomo simulate --write-config");
        for (const auto& [name, entry] : entries.items()) act(section + "." + name, entry);
    }
}

/// Section by section, quantity by quantity: later ones replace earlier ones.
void overlay(Json& under, const Json& over) {
    for (const auto& [section, entries] : over.items())
        for (const auto& [name, entry] : entries.items()) under[section][name] = entry;
}

/// cell_model.json with the presets of wide_cells.json: its common quantities first, then each preset's own.
const Json& standard_json() {
    static const Json json = [] {
        Json all = Json::parse(standard_cell_model());
        const Json wide = Json::parse(wide_cell_models());
        Json presets = std::move(all["presets"]);
        all.erase("presets");
        for (const auto& [section, entries] : wide.at("common").items())
            for (const auto& [name, entry] : entries.items())
                if (!all.contains(section) || !all[section].contains(name)) all[section][name] = entry;
        for (const auto& [name, changes] : wide.at("presets").items()) {
            presets[name] = wide.at("common");
            overlay(presets[name], changes);
        }
        all["presets"] = std::move(presets);
        return all;
    }();
    return json;
}

}  // namespace

double Distribution::draw(Random& random) const {
    double v = a;
    switch (kind) {
        case Kind::fixed:
            break;
        case Kind::uniform:
            v = random.uniform(a, b);
            break;
        case Kind::integer:
            v = static_cast<double>(
                random.integer(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b)));
            break;
        case Kind::normal:
            v = random.normal(a, b);
            break;
        case Kind::log_normal:
            v = random.log_normal(a, b);
            break;
        case Kind::chance:
            v = random.chance(a) ? 1 : 0;
            break;
    }
    return std::clamp(v, low, high);
}

const std::vector<std::string>& cell_presets() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (const auto& [name, changes] : standard_json().at("presets").items()) out.push_back(name);
        return out;
    }();
    return names;
}

CellModel::CellModel(const std::string& preset) : preset_(preset) {
    const auto& known = cell_presets();
    if (std::find(known.begin(), known.end(), preset) == known.end()) {
        std::string names;
        for (const auto& n : known) names += (names.empty() ? "" : ", ") + n;
        throw UsageError("preset: expected one of " + names + ", found '" + preset + "'");
    }
    for_quantities(standard_json(), "cell_model.json", [&](const std::string& name, const Json& entry) {
        const Distribution value = read_distribution(entry, name);
        quantities_[name] = {value, entry.at("source"), value.kind == Kind::chance};
    });
    change(json_text(standard_json()), "cell_model.json");
}

void CellModel::change(const std::string& text, const std::string& file) {
    Json json;
    try {
        json = Json::parse(text);
    } catch (const nlohmann::json::exception& e) {
        throw InputError(file, "JSON", e.what(), "Start from the file of cytomo simulate --write-config");
    }
    const auto replace = [&](const std::string& name, const Json& entry) {
        const auto at = quantities_.find(name);
        if (at == quantities_.end())
            throw InputError(file, "names of quantities of a cell", "\"" + name + "\"",
                             "cytomo simulate --write-config writes them all");
        const Distribution value = read_distribution(entry, file + ", " + name);
        check_use(name, at->second.yes_or_no, value, file + ", " + name);
        at->second.value = value;
        at->second.source = entry.value("source", "given in " + file);
    };
    for_quantities(json, file, replace);
    if (!json.contains("presets")) return;
    const Json& presets = json["presets"];
    if (!presets.is_object())
        throw InputError(file + ", presets", "an object of presets", short_text(presets),
                         "Correct or remove it");
    for (const auto& [name, changes] : presets.items())
        if (std::find(cell_presets().begin(), cell_presets().end(), name) == cell_presets().end())
            throw InputError(file + ", presets", "names of presets", "\"" + name + "\"",
                             "See cytomo simulate --help for them");
    if (presets.contains(preset_)) for_quantities(presets[preset_], file + ", presets, " + preset_, replace);
}

const Distribution& CellModel::operator[](std::string_view name) const {
    const auto at = quantities_.find(name);
    if (at == quantities_.end()) throw std::out_of_range("cell model: no quantity " + std::string(name));
    return at->second.value;
}

double CellModel::draw(std::string_view name, Random& random) const {
    return (*this)[name].draw(random);
}

std::string CellModel::json() const {
    Json out = Json::object();
    out["about"] = standard_json().at("about");
    for_quantities(standard_json(), "", [&](const std::string& name, const Json&) {
        const auto dot = name.find('.');
        const auto& q = quantities_.find(name)->second;
        Json entry = json_of(q.value);
        entry["source"] = q.source;
        out[name.substr(0, dot)][name.substr(dot + 1)] = std::move(entry);
    });
    // One quantity a line.
    std::string text = "{\n  \"about\": " + json_text(out["about"]);
    for (const auto& [section, entries] : out.items()) {
        if (section == "about") continue;
        text += ",\n  \"" + section + "\": {";
        bool first = true;
        for (const auto& [name, entry] : entries.items()) {
            text += std::string(first ? "" : ",") + "\n    \"" + name + "\": " + json_text(entry);
            first = false;
        }
        text += "\n  }";
    }
    return text + "\n}\n";
}

}  // namespace cytomo
