#include "cytomo/network/model.h"

#include <cmath>
#include <cstdio>
#include <cstring>

#include "cytomo/core/error.h"
#include "cytomo/core/random.h"

namespace cytomo {

std::vector<Layer> Architecture::layers() const {
    std::vector<Layer> out;
    for (std::size_t l = 0; l < widths.size(); ++l) {
        const std::string level = "encoder." + std::to_string(l);
        const int w = widths[l];
        if (l > 0) out.push_back({level + ".down", widths[l - 1], w, 2, 2, true, true});
        out.push_back({level + ".a", l == 0 ? 1 : w, w, 3, 1, true, true});
        out.push_back({level + ".b", w, w, 3, 1, true, true});
    }
    for (std::size_t l = widths.size() - 1; l-- > 0;) {
        const std::string level = "decoder." + std::to_string(l);
        out.push_back({level + ".up", widths[l + 1], widths[l], 1, 1, false, true});
        out.push_back({level + ".a", widths[l], widths[l], 3, 1, true, true});
    }
    out.push_back({"head", widths[0], 16, 1, 1, false, false});
    return out;
}

double Architecture::multiply_adds_per_voxel() const {
    double sum = 0;
    for (const Layer& layer : layers()) {
        // Where its output lives: the level in the name; "up" runs on the coarser level below.
        std::size_t level = 0;
        if (layer.name != "head") level = static_cast<std::size_t>(layer.name[8] - '0');
        if (layer.name.ends_with(".up")) ++level;
        const double voxels = std::pow(8.0, static_cast<double>(level));
        sum += static_cast<double>(layer.in) * layer.out * std::pow(layer.kernel, 3) / voxels;
    }
    return sum;
}

void Architecture::check(const std::string& file) const {
    bool good = !widths.empty() && widths.size() <= 8 && classes >= 2 && classes <= 16;
    for (const int w : widths) good = good && w >= 16 && w <= 1024 && w % 16 == 0;
    if (!good)
        throw InputError(file, "1 to 8 levels of 16 to 1024 channels (multiples of 16) and 2 to 16 classes",
                         "another architecture", "Use a model written by cytomo train");
}

std::string Model::checksum() const {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    const auto add = [&hash](const void* data, std::size_t n) {
        const auto* bytes = static_cast<const unsigned char*>(data);
        for (std::size_t i = 0; i < n; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
    };
    for (const auto& [name, tensor] : weights) {
        add(name.data(), name.size());
        add(tensor.values.data(), tensor.values.size() * sizeof(float));
    }
    char text[20];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

Model make_model(const Architecture& architecture, std::uint64_t seed) {
    Model model;
    model.architecture = architecture;
    std::uint64_t stream = 0;
    for (const Layer& layer : architecture.layers()) {
        Random random(seed, stream++);
        const std::int64_t k = layer.kernel;
        Tensor w{{layer.out, layer.in, k, k, k}, {}};
        const double fan_in = static_cast<double>(layer.in * k * k * k);
        const double deviation = std::sqrt((layer.relu ? 2 : 1) / fan_in);
        w.values.resize(static_cast<std::size_t>(layer.out * layer.in * k * k * k));
        for (auto& v : w.values) v = static_cast<float>(random.normal(0, deviation));
        model.weights[layer.name + ".weight"] = std::move(w);
        const auto constant = [&](const char* name, float value) {
            model.weights[layer.name + name] = {
                {layer.out}, std::vector<float>(static_cast<std::size_t>(layer.out), value)};
        };
        if (layer.norm) {
            constant(".gamma", 1);
            constant(".beta", 0);
            constant(".mean", 0);
            constant(".variance", 1);
        } else {
            constant(".bias", 0);
        }
    }
    return model;
}

void replace_head(Model& model, const Legend& legend, std::uint64_t seed) {
    model.architecture.classes = legend.entries.back().id + 1;
    model.legend = legend;
    const Model fresh = make_model(model.architecture, seed);
    for (const char* name : {"head.weight", "head.bias"}) model.weights[name] = fresh.weights.at(name);
}

}  // namespace cytomo
