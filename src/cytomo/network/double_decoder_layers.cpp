#include "double_decoder_layers.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "cytomo/core/random.h"

namespace cytomo {

namespace {

/// Appends layers and keeps count of the channels that come out of the last one.
struct Builder {
    std::vector<PlaneLayer> layers;
    int channels = 1, level = 0;

    void convolution(const std::string& name, int out, int kernel, bool bias) {
        layers.push_back({name, channels, out, kernel, bias, false, level});
        channels = out;
    }
    void norm(const std::string& name) {
        layers.push_back({name, channels, channels, 0, false, false, level});
    }
    void bottleneck(const std::string& name, int filters, int kernel, bool bias) {
        const int half = std::max(1, filters / 2);
        convolution(name + ".0", half, 1, bias);
        convolution(name + ".1", half, kernel, bias);
        convolution(name + ".2", filters, 1, bias);
    }
    void residual(const std::string& name, int filters) {
        const int before = channels;
        bottleneck(name + ".a", filters, 3, false);
        norm(name + ".a.norm");
        bottleneck(name + ".b", filters, 3, false);
        channels += before;
        norm(name + ".b.norm");
    }
    void up(const std::string& name, int filters) {
        --level;
        layers.push_back({name, channels, filters, 3, true, true, level});
        channels = filters;
    }
};

}  // namespace

std::vector<PlaneLayer> double_decoder_layers(int width, int outputs) {
    constexpr int stages = double_decoder_stages;
    Builder b;
    const auto numbered = [](const char* part, int i) { return part + std::to_string(i); };
    const auto filters = [width](int stage) { return width << stage; };
    std::array<int, stages> skips{};
    b.bottleneck("encoder.initial", width, 3, true);
    b.norm("encoder.initial.norm");
    for (int s = 0; s < stages; ++s) {
        b.residual(numbered("encoder.", s), filters(s));
        skips[static_cast<std::size_t>(s)] = b.channels;
        ++b.level;
    }
    const int encoded = b.channels;
    for (int kernel = 1; kernel <= 3; ++kernel) {
        b.channels = encoded;
        for (int i = 0; i < 4; ++i) {
            const auto name = numbered("neck.", kernel) + "." + std::to_string(i);
            b.bottleneck(name, filters(stages), kernel, false);
            b.norm(name + ".norm");
        }
    }
    const auto decoder = [&](const std::string& name, bool with_skips, int blocks) {
        b.channels = 3 * filters(stages);
        b.level = stages;
        for (int s = stages - 1; s >= 0; --s) {
            const auto stage = name + "." + std::to_string(s);
            b.up(stage + ".up", filters(s));
            if (with_skips) b.channels += skips[static_cast<std::size_t>(s)];
            for (int i = 0; i < blocks; ++i) b.residual(stage + numbered(".block", i), filters(s));
        }
        b.bottleneck(name + ".final", width, 3, false);
        b.norm(name + ".final.norm");
    };
    decoder("image", false, 1);
    b.bottleneck("image.out0", width, 3, true);
    b.bottleneck("image.out1", width, 3, true);
    b.bottleneck("image.out2", 1, 3, true);
    decoder("label", true, 2);
    b.norm("label.norm");
    b.bottleneck("label.out", width, 3, true);
    b.convolution("label.head", outputs == 2 ? 1 : outputs, 1, true);
    return b.layers;
}

std::map<std::string, std::vector<std::int64_t>> double_decoder_shapes(int width, int outputs) {
    std::map<std::string, std::vector<std::int64_t>> shapes;
    for (const PlaneLayer& layer : double_decoder_layers(width, outputs)) {
        if (layer.kernel == 0) {
            for (const char* part : {".gamma", ".beta", ".mean", ".variance"})
                shapes[layer.name + part] = {layer.out};
            continue;
        }
        auto& shape = shapes[layer.name + ".weight"] = {layer.out, layer.in, layer.kernel, layer.kernel};
        if (layer.transposed) std::swap(shape[0], shape[1]);
        if (layer.bias) shapes[layer.name + ".bias"] = {layer.out};
    }
    return shapes;
}

std::map<std::string, Tensor> make_double_decoder_weights(int width, int outputs, std::uint64_t seed) {
    std::map<std::string, Tensor> weights;
    for (const auto& [name, shape] : double_decoder_shapes(width, outputs)) {
        std::int64_t count = 1;
        for (const auto n : shape) count *= n;
        const float value = name.ends_with(".gamma") || name.ends_with(".variance") ? 1.F : 0.F;
        weights[name] = {shape, std::vector<float>(static_cast<std::size_t>(count), value)};
    }
    std::uint64_t stream = 0;
    for (const PlaneLayer& layer : double_decoder_layers(width, outputs)) {
        if (layer.kernel == 0) continue;
        Random random(seed, stream++);
        const double limit = std::sqrt(6.0 / (static_cast<double>(layer.in) * layer.kernel * layer.kernel));
        for (auto& v : weights.at(layer.name + ".weight").values)
            v = static_cast<float>(random.uniform(-limit, limit));
    }
    return weights;
}

}  // namespace cytomo
