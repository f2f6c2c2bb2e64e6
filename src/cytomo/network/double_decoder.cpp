#include "double_decoder.h"

#include "cytomo/core/error.h"
#include "double_decoder_layers.h"

namespace cytomo {

namespace {

constexpr double norm_epsilon = 1e-3;  // TensorFlow's, as published

std::string at_stage(const std::string& part, int stage) {
    return part + "." + std::to_string(stage);
}

}  // namespace

DoubleDecoder::DoubleDecoder(const Model& model, torch::Device device)
    : outputs_(model.architecture.outputs) {
    if (model.architecture.kind != NetworkKind::double_decoder)
        throw InputError("model: expected a double-decoder network, found a 3D U-Net. Choose another model");
    const auto get = [&](const std::string& name, bool trained) {
        const Tensor& t = model.weights.at(name);
        // copy: `to` alone would share the model's memory on the CPU
        return torch::from_blob(const_cast<float*>(t.values.data()), t.shape, torch::kFloat32)
            .to(device, torch::kFloat32, false, true)
            .requires_grad_(trained);
    };
    for (const PlaneLayer& layer :
         double_decoder_layers(model.architecture.widths.front(), model.architecture.outputs)) {
        if (layer.kernel == 0) {
            for (const char* part : {".gamma", ".beta"})
                parameters_[layer.name + part] = get(layer.name + part, true);
            for (const char* part : {".mean", ".variance"})
                statistics_[layer.name + part] = get(layer.name + part, false);
        } else {
            parameters_[layer.name + ".weight"] = get(layer.name + ".weight", true);
            if (layer.bias) parameters_[layer.name + ".bias"] = get(layer.name + ".bias", true);
        }
    }
}

void DoubleDecoder::set_training(bool training, double momentum) {
    training_ = training;
    momentum_ = momentum;
}

torch::Tensor DoubleDecoder::convolution(const torch::Tensor& x, const std::string& name) {
    const auto& weight = parameters_.at(name + ".weight");
    const auto bias = parameters_.find(name + ".bias");
    const std::int64_t k = weight.size(-1);
    // An even kernel has no centre: it looks one pixel further to the right and down.
    const auto in = k == 2 ? torch::constant_pad_nd(x, {0, 1, 0, 1}, 0) : x;
    return torch::conv2d(in, weight, bias == parameters_.end() ? torch::Tensor() : bias->second, 1,
                         (k - 1) / 2);
}

torch::Tensor DoubleDecoder::bottleneck(torch::Tensor x, const std::string& name) {
    for (const char* part : {".0", ".1", ".2"}) x = convolution(x, name + part);
    if (look_) look_(name, x);
    return x;
}

torch::Tensor DoubleDecoder::norm(const torch::Tensor& x, const std::string& name) {
    const auto y = torch::batch_norm(x, parameters_.at(name + ".gamma"), parameters_.at(name + ".beta"),
                                     statistics_.at(name + ".mean"), statistics_.at(name + ".variance"),
                                     training_, momentum_, norm_epsilon, x.is_cuda());
    if (look_) look_(name, y);
    return y;
}

torch::Tensor DoubleDecoder::residual(const torch::Tensor& x, const std::string& name) {
    auto y = norm(bottleneck(x, name + ".a"), name + ".a.norm").relu_();
    y = bottleneck(y, name + ".b");
    return norm(torch::cat({x, y}, 1), name + ".b.norm").relu_();
}

torch::Tensor DoubleDecoder::up(const torch::Tensor& x, const std::string& name) {
    const auto y =
        torch::conv_transpose2d(x, parameters_.at(name + ".weight"), parameters_.at(name + ".bias"), 2);
    const auto cut = y.narrow(2, 0, 2 * x.size(2)).narrow(3, 0, 2 * x.size(3));
    if (look_) look_(name, cut);
    return cut;
}

DoubleDecoder::Encoded DoubleDecoder::encode(const torch::Tensor& planes) {
    Encoded out;
    auto x = norm(bottleneck(planes, "encoder.initial"), "encoder.initial.norm").relu_();
    for (int s = 0; s < double_decoder_stages; ++s) {
        x = residual(x, at_stage("encoder", s));
        out.skips.push_back(x);
        x = torch::max_pool2d(x, 2);
    }
    std::vector<torch::Tensor> branches;
    for (int kernel = 1; kernel <= 3; ++kernel) {
        auto y = x;
        for (int i = 0; i < 4; ++i) {
            const auto name = at_stage(at_stage("neck", kernel), i);
            y = norm(bottleneck(y, name), name + ".norm").relu_();
        }
        branches.push_back(y);
    }
    out.neck = torch::cat(branches, 1);
    return out;
}

torch::Tensor DoubleDecoder::decode(const Encoded& encoded, const std::string& decoder, bool with_skips,
                                    int blocks) {
    auto x = encoded.neck;
    for (int s = double_decoder_stages - 1; s >= 0; --s) {
        const auto stage = at_stage(decoder, s);
        x = up(x, stage + ".up");
        if (with_skips) x = torch::cat({encoded.skips[static_cast<std::size_t>(s)], x}, 1);
        for (int i = 0; i < blocks; ++i) x = residual(x, stage + ".block" + std::to_string(i));
    }
    return norm(bottleneck(x, decoder + ".final"), decoder + ".final.norm").relu_();
}

torch::Tensor DoubleDecoder::decode_image(const Encoded& encoded) {
    auto x = decode(encoded, "image", false, 1);
    for (int i = 0; i < 3; ++i) x = bottleneck(x, "image.out" + std::to_string(i));
    return x;
}

torch::Tensor DoubleDecoder::decode_label(const Encoded& encoded) {
    const auto x = bottleneck(norm(decode(encoded, "label", true, 2), "label.norm"), "label.out");
    const auto y = convolution(x, "label.head");
    return outputs_ == 2 ? torch::tanh(y) : y;
}

void DoubleDecoder::store(Model& model) const {
    for (const auto* tensors : {&parameters_, &statistics_})
        for (const auto& [name, tensor] : *tensors) {
            const auto t = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
            model.weights[name] = {t.sizes().vec(), {t.data_ptr<float>(), t.data_ptr<float>() + t.numel()}};
        }
}

torch::Device find_device(const std::string& name) {
    if (name == "cpu") return torch::kCPU;
    const bool number =
        name.size() > 5 && name.size() < 8 && name.find_first_not_of("0123456789", 5) == std::string::npos;
    if (name.rfind("cuda:", 0) != 0 || !number)
        throw UsageError("--device: expected cpu or cuda:N, found '" + name + "'");
    const int index = std::stoi(name.substr(5));
    const int count = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
    if (index >= count)
        throw InputError(name, "a CUDA device", std::to_string(count) + " devices",
                         "Use --device cpu; CUDA takes NVIDIA's driver and a libtorch built with CUDA");
    return {torch::kCUDA, static_cast<torch::DeviceIndex>(index)};
}

torch::Tensor mean_huber(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& mask) {
    constexpr double delta = 0.1;
    if (!mask.defined()) return torch::huber_loss(a, b, at::Reduction::Mean, delta);
    const auto each = torch::huber_loss(a, b, at::Reduction::None, delta);
    return (each * mask).sum() / mask.sum().clamp_min(1);
}

torch::Tensor structural_similarity(const torch::Tensor& a, const torch::Tensor& b,
                                    const torch::Tensor& range) {
    constexpr int window = 11;
    constexpr double sigma = 1.5;
    const auto r = torch::arange(window, a.options()) - window / 2;
    const auto g = torch::softmax(-r * r / (2 * sigma * sigma), 0);
    const auto mean = [&](const torch::Tensor& x) {
        return torch::conv2d(torch::conv2d(x, g.view({1, 1, window, 1})), g.view({1, 1, 1, window}));
    };
    const auto l = range.view({-1, 1, 1, 1});
    const auto c1 = (0.01 * l).pow(2), c2 = (0.03 * l).pow(2);
    const auto ma = mean(a), mb = mean(b);
    // Var a + Var b and Cov(a, b), from raw moments
    const auto spread = mean(a * a + b * b) - ma * ma - mb * mb;
    const auto shared = mean(a * b) - ma * mb;
    return ((2 * ma * mb + c1) * (2 * shared + c2) / ((ma * ma + mb * mb + c1) * (spread + c2))).mean();
}

}  // namespace cytomo
