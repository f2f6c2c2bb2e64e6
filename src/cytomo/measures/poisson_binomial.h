// How many of several uncertain things there are.
#pragma once

#include <span>
#include <vector>

namespace cytomo {

/// Probabilities of 0, 1, … n successes in n independent trials with the given chances (0 … 1): the
/// Poisson-binomial distribution. Adds trial by trial, without cancellation. Time n², n = chances.size().
std::vector<double> poisson_binomial(std::span<const double> chances);

/// Probabilities of 0, 1, … events of the Poisson distribution. Ends where less than 1e-9 is left. mean >= 0;
/// mean == 0 gives {1}.
std::vector<double> poisson(double mean);

/// Distribution of the sum of two independent counts.
std::vector<double> sum_of(std::span<const double> a, std::span<const double> b);

/// The smallest count whose cumulative probability is at least `share` (0 … 1).
double quantile_of(std::span<const double> distribution, double share);

}  // namespace cytomo
