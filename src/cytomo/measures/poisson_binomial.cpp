#include "cytomo/measures/poisson_binomial.h"

#include <algorithm>
#include <cmath>

namespace cytomo {

std::vector<double> poisson_binomial(std::span<const double> chances) {
    std::vector<double> at{1};
    at.reserve(chances.size() + 1);
    for (const double chance : chances) {
        const double p = std::clamp(chance, 0.0, 1.0);
        at.push_back(0);
        for (std::size_t k = at.size() - 1; k > 0; --k) at[k] = at[k] * (1 - p) + at[k - 1] * p;
        at[0] *= 1 - p;
    }
    return at;
}

std::vector<double> poisson(double mean) {
    if (!(mean > 0)) return {1};
    constexpr double rest = 1e-9;
    std::vector<double> at;
    const double far = mean + 40 * std::sqrt(mean) + 40;
    double log_now = -mean, sum = 0;  // logarithms: exp(-mean) of large means is nothing
    for (double k = 0; (sum < 1 - rest || k < mean) && k < far; ++k) {
        at.push_back(std::exp(log_now));
        sum += at.back();
        log_now += std::log(mean / (k + 1));
    }
    for (double& p : at) p /= sum;
    return at;
}

std::vector<double> sum_of(std::span<const double> a, std::span<const double> b) {
    std::vector<double> sum(a.size() + b.size() - 1, 0);
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t k = 0; k < b.size(); ++k) sum[i + k] += a[i] * b[k];
    return sum;
}

double quantile_of(std::span<const double> distribution, double share) {
    double sum = 0;
    for (std::size_t k = 0; k < distribution.size(); ++k) {
        sum += distribution[k];
        if (sum >= share - 1e-12) return static_cast<double>(k);
    }
    return static_cast<double>(distribution.size()) - 1;
}

}  // namespace cytomo
