#include "cytomo/network/model.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <numeric>

#include "cytomo/core/error.h"
#include "cytomo/core/fnv.h"
#include "cytomo/core/random.h"
#include "cytomo/image/resample.h"
#include "double_decoder_layers.h"

namespace cytomo {

int Layer::level() const {
    if (name == "head") return 0;
    const int in_name = name[name.find('.') + 1] - '0';  // "encoder.2.a"; at most 8 levels
    return in_name + (name.ends_with(".up") ? 1 : 0);
}

std::vector<Layer> Architecture::layers() const {
    std::vector<Layer> out;
    if (kind != NetworkKind::unet) return out;
    const auto refine_at = [this](std::size_t i) { return i < refine.size() ? refine[i] : 0; };
    const auto add_residuals = [&out](const std::string& level, int w, int count) {
        for (int i = 0; i < count; ++i)
            out.push_back({level + ".refine" + std::to_string(i), w, w, 3, 1, true, true, true});
    };
    for (std::size_t l = 0; l < widths.size(); ++l) {
        const std::string level = "encoder." + std::to_string(l);
        const int w = widths[l];
        if (l > 0) out.push_back({level + ".down", widths[l - 1], w, 2, 2, true, true});
        out.push_back({level + ".a", l == 0 ? inputs() : w, w, 3, 1, true, true});
        out.push_back({level + ".b", w, w, 3, 1, true, true});
        add_residuals(level, w, refine_at(2 * l));
    }
    for (std::size_t l = widths.size() - 1; l-- > 0;) {
        const std::string level = "decoder." + std::to_string(l);
        out.push_back({level + ".up", widths[l + 1], widths[l], 1, 1, false, true});
        out.push_back({level + ".a", widths[l], widths[l], 3, 1, true, true});
        add_residuals(level, widths[l], refine_at(2 * l + 1));
    }
    out.push_back({"head", widths[0], head_channels, 1, 1, false, false});
    return out;
}

double Architecture::multiply_adds_per_voxel() const {
    double sum = 0;
    if (kind == NetworkKind::double_decoder)
        for (const PlaneLayer& layer : double_decoder_layers(widths.front(), outputs)) {
            // A transposed convolution multiplies each pixel of its coarser input with the whole kernel.
            const int level = layer.transposed ? layer.level + 1 : layer.level;
            sum += static_cast<double>(layer.in) * layer.out * layer.kernel * layer.kernel /
                   std::pow(4.0, level);
        }
    for (const Layer& layer : layers())
        sum += static_cast<double>(layer.inputs_without_clicks()) * layer.out * std::pow(layer.kernel, 3) /
               std::pow(8.0, layer.level());
    return sum;
}

void Architecture::check(const std::string& file) const {
    if (kind == NetworkKind::double_decoder) {
        if (widths.size() != 1 || widths[0] < 2 || widths[0] > 256 || !refine.empty() || outputs < 2 ||
            outputs > head_channels || objects)
            throw InputError(file, "a double-decoder network of one width from 2 to 256, and 2 to 16 outputs",
                             "another architecture", "Use a model written by cytomo train");
        return;
    }
    bool good = !widths.empty() && widths.size() <= 8 && outputs >= 2 && outputs <= most_outputs();
    for (const int w : widths) good = good && w >= 16 && w <= 1024 && w % 16 == 0;
    good = good && refine.size() <= 2 * widths.size();
    for (const int n : refine) good = good && n >= 0 && n <= 8;
    if (!good)
        throw InputError(file,
                         std::string("1 to 8 levels of 16 to 1024 channels (multiples of 16) and 2 to ") +
                             std::to_string(most_outputs()) + " outputs",
                         "another architecture", "Use a model written by cytomo train");
}

std::string Model::checksum() const {
    Fnv1a sum;
    for (const auto& [name, tensor] : weights)
        sum.add(name).add(tensor.values.data(), tensor.values.size() * sizeof(float));
    if (coarsest_voxel_um > 0) sum.add("coarsest_voxel_um").add(&coarsest_voxel_um, sizeof(double));
    if (flat_slices) sum.add("flat_slices");
    if (const PolarityEvidence& w = polarity_weights; !(w == default_polarity_weights(architecture)))
        for (const double weight : {w.tail, w.surprise, w.turned})
            sum.add("polarity_weights").add(&weight, sizeof(double));
    return sum.text();
}

PolarityEvidence default_polarity_weights(const Architecture& architecture) {
    return architecture.objects ? PolarityEvidence{0, 0, 1} : PolarityEvidence{4, 40, 0};
}

Model make_model(const Architecture& architecture, std::uint64_t seed) {
    Model model;
    model.architecture = architecture;
    model.polarity_weights = default_polarity_weights(architecture);
    std::erase_if(model.legend.entries,
                  [&](const LegendEntry& entry) { return entry.id >= architecture.outputs; });
    for (int id = default_class_count; id < architecture.outputs; ++id)
        model.legend.entries.push_back({static_cast<std::uint8_t>(id), "class " + std::to_string(id), {}});
    if (architecture.kind == NetworkKind::double_decoder)
        model.weights = make_double_decoder_weights(architecture.widths.front(), architecture.outputs, seed);
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

int Model::class_count() const {
    int last = 1;
    for (const auto c : output_classes()) last = std::max<int>(last, c);
    return last + 1;
}

double Model::seen_voxel_um(const Grid& tomogram) const {
    const double own = std::min(tomogram.voxel_um.x, tomogram.voxel_um.y);
    return std::clamp(own, voxel_um, std::max(voxel_um, coarsest_voxel_um));
}

Grid Model::grid_of(const Grid& tomogram) const {
    return model_grid(tomogram, seen_voxel_um(tomogram));
}

std::vector<std::uint8_t> Model::output_classes() const {
    if (!class_of_output.empty()) return class_of_output;
    std::vector<std::uint8_t> out(static_cast<std::size_t>(architecture.outputs));
    std::iota(out.begin(), out.end(), std::uint8_t{0});
    return out;
}

namespace {

void expect_unet(const Model& model) {
    if (model.architecture.kind != NetworkKind::unet)
        throw InputError(
            "model: expected a 3D U-Net, found a double-decoder network. Train one from nothing");
}

}  // namespace

void adopt_legend(Model& model, const Legend& legend, std::uint64_t seed) {
    expect_unet(model);
    model.error_model.clear();
    const auto most_outputs = static_cast<std::size_t>(model.architecture.most_outputs());
    const auto before = model.output_classes();
    std::vector<std::uint8_t> after(before.size(), 0);
    std::vector<std::uint8_t> unknown;
    for (const auto& entry : legend.entries) {
        if (entry.id == 0) continue;
        bool found = false;
        for (const auto& old : model.legend.entries)
            if (old.id != 0 && standard_class_name(old.name) == standard_class_name(entry.name))
                for (std::size_t o = 0; o < before.size(); ++o)
                    if (before[o] == old.id && after[o] == 0) {
                        after[o] = entry.id;
                        found = true;
                    }
        if (!found) unknown.push_back(entry.id);
    }
    const std::size_t outputs = before.size() + unknown.size();
    if (outputs > most_outputs)
        throw InputError("classes: expected at most " + std::to_string(most_outputs - before.size()) +
                         " that the starting model does not know, found " + std::to_string(unknown.size()) +
                         ". Start from nothing (--init none), or with fewer classes");
    // The head always has 16 channels; those that were idle until now get small random weights.
    Random random(seed, 991);
    auto& weight = model.weights.at("head.weight");
    auto& bias = model.weights.at("head.bias");
    const auto inputs = static_cast<std::size_t>(weight.shape[1]);
    for (std::size_t o = before.size(); o < outputs; ++o) {
        for (std::size_t i = 0; i < inputs; ++i)
            weight.values[o * inputs + i] = static_cast<float>(random.normal(0, 0.05));
        bias.values[o] = 0;
    }
    after.insert(after.end(), unknown.begin(), unknown.end());
    model.class_of_output = std::move(after);
    model.architecture.outputs = static_cast<int>(outputs);
    model.legend = legend;
}

void grow(Model& model, const std::vector<int>& refine, std::uint64_t seed) {
    expect_unet(model);
    model.error_model.clear();
    Architecture larger = model.architecture;
    larger.refine = refine;
    larger.check("model");
    Model fresh = make_model(larger, seed);
    for (const Layer& layer : larger.layers())
        if (layer.residual) {
            auto& gamma = fresh.weights.at(layer.name + ".gamma").values;
            std::fill(gamma.begin(), gamma.end(), 0.F);
        }
    for (const auto& [name, tensor] : model.weights) {
        const auto it = fresh.weights.find(name);
        if (it == fresh.weights.end())
            throw InputError("model: expected one with fewer residual convolutions than asked for, found " +
                             name + ". Ask for more");
        it->second = tensor;
    }
    model.architecture = larger;
    model.weights = std::move(fresh.weights);
}

void add_object_head(Model& model, std::uint64_t seed) {
    expect_unet(model);
    if (model.architecture.objects)
        throw InputError(
            "model: expected one without an object head, found one that has it. Leave it as it is");
    model.architecture.objects = true;
    model.architecture.check("model");
    model.polarity_weights = default_polarity_weights(model.architecture);
    Random random(seed, 993);
    const auto fill = [&random](std::vector<float>& values, std::size_t from, std::size_t count,
                                double deviation) {
        for (std::size_t i = from; i < from + count; ++i)
            values[i] = static_cast<float>(random.normal(0, deviation));
    };
    auto& first = model.weights.at("encoder.0.a.weight");
    constexpr std::size_t kernel = 27;
    const auto channels = static_cast<std::size_t>(first.shape[0]);
    Tensor wider{first.shape, std::vector<float>(channels * object_inputs * kernel)};
    wider.shape[1] = object_inputs;
    for (std::size_t o = 0; o < channels; ++o) {
        std::copy_n(first.values.begin() + static_cast<std::ptrdiff_t>(o * kernel), kernel,
                    wider.values.begin() + static_cast<std::ptrdiff_t>(o * object_inputs * kernel));
        fill(wider.values, (o * object_inputs + 1) * kernel, (object_inputs - 1) * kernel, 0.02);
    }
    first = std::move(wider);
    auto& head = model.weights.at("head.weight");
    const auto inputs = static_cast<std::size_t>(head.shape[1]);
    const auto from = static_cast<std::size_t>(model.architecture.most_outputs());
    fill(head.values, from * inputs, object_map_count * inputs, 0.05);
    auto& bias = model.weights.at("head.bias").values;
    // Most voxels lie at no edge between objects and in nothing that is pointed at.
    std::fill(bias.begin() + static_cast<std::ptrdiff_t>(from), bias.end(), -2.F);
}

}  // namespace cytomo
