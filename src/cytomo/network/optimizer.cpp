#include "optimizer.h"

#include <algorithm>
#include <cmath>

namespace cytomo {

Optimizer::Optimizer(std::vector<torch::Tensor> parameters, double weight_decay)
    : parameters_(std::move(parameters)), weight_decay_(weight_decay) {
    for (const auto& p : parameters_) {
        first_.push_back(torch::zeros_like(p));
        second_.push_back(torch::zeros_like(p));
    }
}

void Optimizer::zero() {
    for (auto& p : parameters_) p.mutable_grad() = torch::Tensor();
}

void Optimizer::step(std::int64_t number, double rate) {
    const torch::NoGradGuard no_grad;
    constexpr double b1 = 0.9, b2 = 0.99, most_norm = 5;
    double norm = 0;
    for (const auto& p : parameters_) norm += p.grad().pow(2).sum().item<double>();
    const double clip = std::min(1.0, most_norm / (std::sqrt(norm) + 1e-12));
    const double c1 = 1 - std::pow(b1, static_cast<double>(number + 1)),
                 c2 = 1 - std::pow(b2, static_cast<double>(number + 1));
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        auto& p = parameters_[i];
        const auto g = p.grad() * clip;
        first_[i].mul_(b1).add_(g, 1 - b1);
        second_[i].mul_(b2).addcmul_(g, g, 1 - b2);
        if (p.dim() > 1) p.mul_(1 - rate * weight_decay_);
        p.addcdiv_(first_[i], (second_[i] / c2).sqrt_().add_(1e-8), -rate / c1);
    }
}

void Optimizer::store(std::map<std::string, Tensor>& out) const {
    for (std::size_t i = 0; i < parameters_.size(); ++i)
        for (const auto& [prefix, t] :
             {std::pair{"adam.first.", first_[i]}, std::pair{"adam.second.", second_[i]}}) {
            const auto c = t.to(torch::kCPU).contiguous();
            out[prefix + std::to_string(i)] = {c.sizes().vec(),
                                               {c.data_ptr<float>(), c.data_ptr<float>() + c.numel()}};
        }
}

void Optimizer::load(const std::map<std::string, Tensor>& in) {
    for (std::size_t i = 0; i < parameters_.size(); ++i)
        for (auto& [prefix, t] : {std::pair<std::string, torch::Tensor&>{"adam.first.", first_[i]},
                                  std::pair<std::string, torch::Tensor&>{"adam.second.", second_[i]}}) {
            const auto& from = in.at(prefix + std::to_string(i));
            t.copy_(torch::from_blob(const_cast<float*>(from.values.data()), from.shape, torch::kFloat32));
        }
}

}  // namespace cytomo
