// Private to measures: smallest values of smooth functions of few variables.
#pragma once

#include <array>
#include <functional>
#include <span>

namespace cytomo {

/// The minimum of a function of two variables by downhill simplex (J. A. Nelder, R. Mead 1965), from `start`;
/// the first simplex reaches 5 % beyond it. Ends when the simplex is smaller than 1e-7 of its place, or after
/// 2,000 steps.
std::array<double, 2> minimise(const std::function<double(double, double)>& f, std::array<double, 2> start);

/// Logistic regression: the b with the least Σ log(1 + exp(x b)) - y x b + Σ (b - prior)² / (2 variance).
/// Convex; Newton's method with steps halved until they lead down. `x`: rows of three.
std::array<double, 3> fit_logistic(std::span<const std::array<double, 3>> x, std::span<const double> y,
                                   const std::array<double, 3>& prior, const std::array<double, 3>& variance);

}  // namespace cytomo
