#include "unet.h"

namespace cytomo {

namespace {

torch::Tensor to_torch(const Tensor& t) {
    return torch::from_blob(const_cast<float*>(t.values.data()), t.shape, torch::kFloat32).clone();
}

Tensor from_torch(const torch::Tensor& tensor) {
    const auto t = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
    return {t.sizes().vec(), std::vector<float>(t.data_ptr<float>(), t.data_ptr<float>() + t.numel())};
}

std::string level_name(const char* part, std::size_t level) {
    return std::string(part) + "." + std::to_string(level);
}

}  // namespace

Unet::Unet(const Model& model, torch::Device device, torch::ScalarType type)
    : architecture_(model.architecture), flat_slices_(model.flat_slices), type_(type) {
    const auto get = [&](const std::string& name, bool trained) {
        return to_torch(model.weights.at(name)).to(device).requires_grad_(trained);
    };
    for (const Layer& layer : architecture_.layers()) {
        Block b;
        b.layer = layer;
        b.weight = get(layer.name + ".weight", true);
        if (layer.norm) {
            b.gamma = get(layer.name + ".gamma", true);
            b.beta = get(layer.name + ".beta", true);
            b.state = {get(layer.name + ".mean", false), get(layer.name + ".variance", false)};
        } else {
            b.bias = get(layer.name + ".bias", true);
        }
        blocks_.emplace(layer.name, std::move(b));
    }
}

/// Calls use(name, tensor, whether it is optimised) for every tensor, in a fixed order.
template <class Use>
void Unet::for_tensors(const Use& use) const {
    for (const auto& [name, b] : blocks_) {
        use(name + ".weight", b.weight, true);
        if (b.layer.norm) {
            use(name + ".gamma", b.gamma, true);
            use(name + ".beta", b.beta, true);
            use(name + ".mean", b.state.mean, false);
            use(name + ".variance", b.state.variance, false);
        } else {
            use(name + ".bias", b.bias, true);
        }
    }
}

/// The layers in their order. `run(x, name)` applies a block, `add(fine, coarse)` brings a coarser level up.
template <class Run, class Add>
torch::Tensor Unet::last_features(torch::Tensor x, const Run& run, const Add& add) {
    std::vector<torch::Tensor> features;
    const auto refined = [&](torch::Tensor y, const std::string& level) {
        for (int i = 0; blocks_.count(level + ".refine" + std::to_string(i)) > 0; ++i)
            y = run(y, level + ".refine" + std::to_string(i));
        return y;
    };
    const std::size_t levels = architecture_.widths.size();
    for (std::size_t l = 0; l < levels; ++l) {
        const auto level = level_name("encoder", l);
        if (l > 0) x = run(x, level + ".down");
        x = refined(run(run(x, level + ".a"), level + ".b"), level);
        features.push_back(x);
    }
    for (std::size_t l = levels - 1; l-- > 0;) {
        const auto level = level_name("decoder", l);
        x = refined(run(add(features[l], run(x, level + ".up")), level + ".a"), level);
    }
    return x;
}

torch::Tensor Unet::weight_for(const Block& b, const torch::Tensor& x) const {
    const bool lacks_clicks = b.layer.sees_input() && x.dim() == 5 && x.size(1) < b.weight.size(1);
    return lacks_clicks ? b.weight.slice(1, 0, x.size(1)).contiguous() : b.weight;
}

torch::Tensor Unet::used_channels(const torch::Tensor& all) const {
    const auto classes = all.slice(-1, 0, architecture_.outputs);
    if (!architecture_.objects) return classes;
    return torch::cat({classes, all.slice(-1, architecture_.most_outputs(), Architecture::head_channels)},
                      -1);
}

#if CYTOMO_HAS_ONEDNN
torch::Tensor Unet::forward_blocked(const torch::Tensor& input) {
    const bool flat = flat_slices_ && input.size(2) == 1;  // as if many like it lay on either side
    const auto run = [this, flat](const torch::Tensor& x, const std::string& name) {
        Block& b = block(name);
        const auto all = weight_for(b, x), weight = flat ? all.sum(2, true) : all;
        const auto y = blocked::conv_norm(x, weight, b.gamma, b.beta, b.state, b.layer.stride,
                                          b.layer.relu && !b.layer.residual);
        return b.layer.residual ? torch::relu(x + y) : y;
    };
    const auto x = last_features(input.to(type_).contiguous(), run, blocked::add_upsampled);
    const Block& head = block("head");
    const auto logits = blocked::conv_bias(x, head.weight, head.bias);
    if (!architecture_.objects)
        return blocked::channels_last(logits, architecture_.outputs).to(torch::kFloat32);
    return used_channels(blocked::channels_last(logits, Architecture::head_channels)).to(torch::kFloat32);
}
#endif

torch::Tensor Unet::forward_training(const torch::Tensor& x) {
#if CYTOMO_HAS_ONEDNN
    if (x.is_cpu()) return forward_blocked(x);
#endif
    return forward_plain(x, !frozen_);
}

void Unet::set_momentum(double momentum) {
    for (auto& [name, b] : blocks_) b.state.momentum = momentum;
}

void Unet::freeze_statistics() {
    frozen_ = true;
    for (auto& [name, b] : blocks_) b.state.frozen = true;
}

torch::Tensor Unet::forward_plain(const torch::Tensor& input, bool training) {
    const bool thin = input.size(2) < architecture_.stride(), flat = flat_slices_ && input.size(2) == 1;
    const auto run = [&](torch::Tensor x, const std::string& name) {
        Block& b = block(name);
        const std::int64_t k = b.layer.kernel;
        // Of fewer slices than can be halved so often, one is left at some level, and counts as two.
        if (thin && !flat && b.layer.stride > 1 && x.size(2) == 1) x = torch::cat({x, x}, 2);
        auto weight = weight_for(b, x).to(x.scalar_type());
        if (flat) weight = weight.sum(2, true);  // as if many slices like it lay on either side
        const std::int64_t s = b.layer.stride, padding = s == 1 ? (k - 1) / 2 : 0;
        auto y = torch::conv3d(x, weight, {}, {flat ? 1 : s, s, s}, {flat ? 0 : padding, padding, padding});
        y = torch::batch_norm(y, b.gamma, b.beta, b.state.mean, b.state.variance, training, b.state.momentum,
                              blocked::norm_epsilon, x.is_cuda());
        if (b.layer.residual) y = x + y;
        return b.layer.relu ? torch::relu(y) : y;
    };
    const auto add = [](const torch::Tensor& fine, const torch::Tensor& coarse) {
        return fine + torch::upsample_nearest3d(coarse, fine.sizes().slice(2).vec());
    };
    const auto x = last_features(input, run, add);
    const Block& head = block("head");
    const auto logits = torch::conv3d(x, head.weight.to(x.scalar_type()), head.bias.to(x.scalar_type()));
    return used_channels(logits.permute({0, 2, 3, 4, 1})).to(torch::kFloat32);
}

std::vector<torch::Tensor> Unet::parameters() const {
    std::vector<torch::Tensor> out;
    for_tensors([&out](const std::string&, const torch::Tensor& t, bool trained) {
        if (trained) out.push_back(t);
    });
    return out;
}

void Unet::store(Model& model) const {
    for_tensors([&model](const std::string& name, const torch::Tensor& t, bool) {
        model.weights[name] = from_torch(t);
    });
}

void Unet::load(const Model& model) {
    const torch::NoGradGuard no_grad;
    for_tensors([&model](const std::string& name, torch::Tensor t, bool) {
        t.copy_(to_torch(model.weights.at(name)));
    });
}

void Unet::move_towards(const Unet& other, double decay) {
    const torch::NoGradGuard no_grad;
    std::map<std::string, torch::Tensor> theirs;
    other.for_tensors([&theirs](const std::string& name, const torch::Tensor& t, bool) { theirs[name] = t; });
    for_tensors([&](const std::string& name, torch::Tensor t, bool) {
        t.mul_(decay).add_(theirs.at(name), 1 - decay);
    });
}

}  // namespace cytomo
