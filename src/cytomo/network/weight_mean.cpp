#include "weight_mean.h"

namespace cytomo {

Model weight_mean(Model learned, const Model& start, double share) {
    for (auto& [name, tensor] : learned.weights) {
        const auto& from = start.weights.at(name).values;
        for (std::size_t i = 0; i < from.size(); ++i)
            tensor.values[i] =
                static_cast<float>((1 - share) * tensor.values[i] + share * static_cast<double>(from[i]));
    }
    return learned;
}

double choose_start_share(const Model& learned, const Model& start, double most, double tolerance,
                          const std::function<double(const Model&)>& mean_dice) {
    if (most <= 0) return 0;
    const double least = mean_dice(learned) - tolerance;
    for (int thirds = 3; thirds > 0; --thirds) {
        const double share = most * thirds / 3;
        if (mean_dice(weight_mean(learned, start, share)) >= least) return share;
    }
    return 0;
}

}  // namespace cytomo
