// Private to network: the double-decoder network as libtorch sees it. See double_decoder_layers.h.
#pragma once

#include <torch/torch.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cytomo/network/model.h"

namespace cytomo {

/// Weights of a model as libtorch tensors, and the forward pass. Planes are [n, 1, y, x] float with y and x
/// multiples of 16, each of zero mean and unit deviation.
class DoubleDecoder {
public:
    /// Throws InputError if the model is of another kind.
    DoubleDecoder(const Model& model, torch::Device device);

    struct Encoded {
        std::vector<torch::Tensor> skips;  ///< finest first
        torch::Tensor neck;                ///< [n, 48 width, y / 16, x / 16]
    };
    Encoded encode(const torch::Tensor& planes);
    /// The input again, [n, 1, y, x].
    torch::Tensor decode_image(const Encoded& encoded);
    /// Two classes: [n, 1, y, x] in (-1, 1), -1 background, +1 foreground. More: [n, outputs, y, x], logits.
    torch::Tensor decode_label(const Encoded& encoded);

    /// Whether normalisations use the batch's statistics and update the running ones by
    /// running += momentum * (batch - running); 0.01 is the published momentum.
    void set_training(bool training, double momentum = 0.01);
    /// Calls `look` with the name and shape of each layer's output from now on; for tests.
    void watch(std::function<void(const std::string& name, const torch::Tensor& output)> look) {
        look_ = std::move(look);
    }

    /// Trained tensors by name, and running statistics.
    const std::map<std::string, torch::Tensor>& parameters() const { return parameters_; }
    const std::map<std::string, torch::Tensor>& statistics() const { return statistics_; }
    /// Copies weights and running statistics back.
    void store(Model& model) const;

private:
    torch::Tensor convolution(const torch::Tensor& x, const std::string& name);
    torch::Tensor bottleneck(torch::Tensor x, const std::string& name);
    torch::Tensor norm(const torch::Tensor& x, const std::string& name);
    torch::Tensor residual(const torch::Tensor& x, const std::string& name);
    torch::Tensor up(const torch::Tensor& x, const std::string& name);
    torch::Tensor decode(const Encoded& encoded, const std::string& decoder, bool with_skips, int blocks);

    int outputs_;
    bool training_ = false;
    double momentum_ = 0.01;
    std::map<std::string, torch::Tensor> parameters_, statistics_;
    std::function<void(const std::string&, const torch::Tensor&)> look_;
};

/// "cpu" or "cuda:N". Throws InputError if there is no such device, UsageError for other names.
torch::Device find_device(const std::string& name);

/// Huber loss (Huber 1964) with delta 0.1, mean over all values; with `mask` (same shape, bool), over those
/// where it is true, 0 if there are none.
torch::Tensor mean_huber(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& mask = {});

/// Mean structural similarity (Wang et al. 2004) of planes [n, 1, y, x], y and x at least 11: Gaussian window
/// of 11 pixels and deviation 1.5, without padding, k1 0.01, k2 0.03; `range`: of the values, per plane [n].
torch::Tensor structural_similarity(const torch::Tensor& a, const torch::Tensor& b,
                                    const torch::Tensor& range);

}  // namespace cytomo
