#include "rate_memory.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "cytomo/core/error.h"
#include "cytomo/core/fnv.h"
#include "cytomo/core/json_text.h"
#include "cytomo/core/machine.h"
#include "cytomo/core/output.h"
#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

namespace fs = std::filesystem;

/// Counts up when the way of measuring changes.
constexpr int scheme = 1;

std::map<std::string, PrecisionRates>& of_this_process() {
    static std::map<std::string, PrecisionRates> rates;
    return rates;
}

/// One file a key: programs that run at the same time do not get in each other's way.
fs::path file_for(const std::string& key) {
    const fs::path folder = cache_folder();
    if (folder.empty()) return {};
    return folder / ("precision-" + Fnv1a().add(key).text() + ".json");
}

bool is_rate(const nlohmann::json& value) {
    return value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= 0;
}

}  // namespace

std::string rates_key(NetworkUse use, const Model& model) {
    std::string key = std::string("use ") + (use == NetworkUse::training ? "training" : "inference") +
                      "\nprocessor " + processor_identity() + "\ninstructions " + instruction_set() +
                      "\nthreads " + std::to_string(thread_count()) +
                      "\nprogram cytomo " CYTOMO_VERSION ", scheme " + std::to_string(scheme) + "\nlayers";
    // The head runs in floats always; how many outputs it has decides nothing.
    for (const Layer& l : model.architecture.layers())
        if (l.name != "head") key += " " + l.name + ":" + std::to_string(l.in) + ">" + std::to_string(l.out);
    return key;
}

std::optional<PrecisionRates> read_rates(const std::string& key) {
    const fs::path file = file_for(key);
    if (file.empty()) return std::nullopt;
    std::ifstream in(file, std::ios::binary);
    if (!in) return std::nullopt;
    const auto json = nlohmann::json::parse(in, nullptr, false);
    if (json.is_discarded() || !json.is_object() ||
        json_text(json.value("key", nlohmann::json())) != json_text(nlohmann::json(key)) ||
        !json.contains("f32") || !json.contains("bf16") || !is_rate(json["f32"]) || !is_rate(json["bf16"]) ||
        json["f32"].get<double>() <= 0)
        return std::nullopt;
    return PrecisionRates{json["f32"].get<double>(), json["bf16"].get<double>(), true};
}

void keep_rates(const std::string& key, const PrecisionRates& rates) {
    const fs::path file = file_for(key);
    if (file.empty()) return;
    std::error_code ignored;
    fs::create_directories(file.parent_path(), ignored);
    try {
        PendingOutput pending(file, true);
        std::ofstream out(pending.path(), std::ios::binary);
        out << json_text(nlohmann::json{{"key", key}, {"f32", rates.f32}, {"bf16", rates.bf16}}, 1) << '\n';
        out.close();
        if (out) pending.commit();
    } catch (const InputError&) {
        // A folder that cannot be written, a full disk: the next run measures again.
    }
}

PrecisionRates remembered_rates(const std::string& key, bool again,
                                const std::function<PrecisionRates()>& measure) {
    auto& known = of_this_process();
    if (!again) {
        if (const auto found = known.find(key); found != known.end()) return found->second;
        if (const auto kept = read_rates(key)) return known[key] = *kept;
    }
    const PrecisionRates rates = measure();
    keep_rates(key, rates);
    return known[key] = rates;
}

void forget_rates() {
    of_this_process().clear();
}

}  // namespace cytomo
