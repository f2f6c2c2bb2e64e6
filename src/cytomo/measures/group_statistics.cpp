// Quantiles and noncentralities are found by bisection of probabilities: slow against closed approximations,
// but simple, and a comparison needs only a few.
#include "cytomo/measures/group_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <numeric>

#include "cytomo/core/random.h"

namespace cytomo {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

double normal_probability(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

/// Sum of squared distances from the mean.
double squares_of(std::span<const double> values) {
    const double mean = mean_of(values);
    double sum = 0;
    for (const double v : values) sum += (v - mean) * (v - mean);
    return sum;
}

/// More than rounding.
bool varies(double deviation, std::span<const double> a, std::span<const double> b) {
    return deviation > 1e-12 * std::max(std::abs(mean_of(a)), std::abs(mean_of(b)));
}

/// How a standard deviation of this many degrees of freedom is distributed, for a true one of 1: values and
/// their weights. t = (normal + noncentrality) / s, where s² · degrees is chi-squared, so the probability of
/// t is the normal's, averaged over s. s = u² keeps the integrand smooth at 0 for any degrees of freedom from
/// 1 on; Simpson's rule.
class DeviationShape {
public:
    explicit DeviationShape(double nu) {
        constexpr int steps = 240;
        const double reach = 12 / std::sqrt(2 * nu);
        const double from = std::sqrt(std::max(0.0, 1 - reach)), to = std::sqrt(1 + reach);
        const double width = (to - from) / steps;
        const double scale =
            std::log(4.0 * width / 3) + 0.5 * nu * std::log(0.5 * nu) - std::lgamma(0.5 * nu);
        for (int i = 0; i <= steps; ++i) {
            const double u = from + i * width, s = u * u;
            if (u == 0) continue;  // the density vanishes there
            const double simpson = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
            points_.push_back({s, simpson * std::exp(scale + (2 * nu - 1) * std::log(u) - 0.5 * nu * s * s)});
        }
    }
    double probability(double t, double noncentrality) const {
        double sum = 0;
        for (const Point& p : points_) sum += p.weight * normal_probability(t * p.s - noncentrality);
        return std::clamp(sum, 0.0, 1.0);
    }

private:
    struct Point {
        double s, weight;
    };
    std::vector<Point> points_;
};

/// Where a falling or rising function crosses zero between two values of opposite sign.
template <class Function>
double root_between(double low, double high, const Function& function) {
    const bool rising = function(high) > 0;
    for (int i = 0; i < 45; ++i) {
        const double middle = 0.5 * (low + high);
        ((function(middle) > 0) == rising ? high : low) = middle;
    }
    return 0.5 * (low + high);
}

/// Binomial coefficient, or a number above `most` as soon as it is larger.
double ways_to_choose(std::size_t n, std::size_t k, double most) {
    double ways = 1;
    for (std::size_t i = 1; i <= k && ways <= most; ++i)
        ways = std::round(ways * static_cast<double>(n - k + i) / static_cast<double>(i));
    return ways;
}

/// How far apart the means lie if the smaller group has this sum and all values together have sum 0.
double distance(double sum, double small, double large) {
    return std::abs(sum / small + sum / large);
}

/// The next choice of k of n in lexical order; false after the last.
bool next_choice(std::vector<std::size_t>& chosen, std::size_t n) {
    const std::size_t k = chosen.size();
    for (std::size_t i = k; i-- > 0;)
        if (chosen[i] < n - k + i) {
            ++chosen[i];
            for (std::size_t later = i + 1; later < k; ++later) chosen[later] = chosen[later - 1] + 1;
            return true;
        }
    return false;
}

/// Indices of the values that are defined, smallest p first.
std::vector<std::size_t> ranked(std::span<const double> p) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < p.size(); ++i)
        if (!std::isnan(p[i])) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t k) { return p[i] < p[k]; });
    return order;
}

}  // namespace

double mean_of(std::span<const double> values) {
    if (values.empty()) return no_value;
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double median_of(std::vector<double> values) {
    if (values.empty()) return no_value;
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

double quantile_of_values(std::vector<double> values, double q) {
    if (values.empty()) return no_value;
    std::sort(values.begin(), values.end());
    const double place = q * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::size_t>(place);
    if (low + 1 >= values.size()) return values.back();
    return values[low] + (place - static_cast<double>(low)) * (values[low + 1] - values[low]);
}

std::vector<double> medians_of_other_groups(std::span<const double> values,
                                            std::span<const std::size_t> group_of) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t i, std::size_t k) { return values[i] < values[k]; });
    std::map<std::size_t, std::vector<std::size_t>> ranks_of;  // of each group, ascending
    for (std::size_t rank = 0; rank < order.size(); ++rank) ranks_of[group_of[order[rank]]].push_back(rank);
    std::vector<double> out(values.size(), no_value);
    for (const auto& [group, ranks] : ranks_of) {
        const std::size_t others = order.size() - ranks.size();
        if (others == 0) continue;
        // The k-th of the others lies as many ranks higher as the group has values below it.
        const auto other = [&, &own = ranks](std::size_t k) {
            for (const std::size_t rank : own) {
                if (rank > k) break;
                ++k;
            }
            return values[order[k]];
        };
        const std::size_t half = others / 2;
        const double median = others % 2 == 1 ? other(half) : 0.5 * (other(half - 1) + other(half));
        for (const std::size_t rank : ranks) out[order[rank]] = median;
    }
    return out;
}

double noncentral_t_probability(double t, double degrees_of_freedom, double noncentrality) {
    return DeviationShape(degrees_of_freedom).probability(t, noncentrality);
}

double student_t_quantile(double probability, double degrees_of_freedom) {
    if (probability < 0.5) return -student_t_quantile(1 - probability, degrees_of_freedom);
    const DeviationShape shape(degrees_of_freedom);
    const auto excess = [&](double t) { return shape.probability(t, 0) - probability; };
    double high = 4;
    while (excess(high) < 0 && high < 1e6) high *= 2;
    return root_between(0, high, excess);
}

ConfidenceInterval welch_interval(std::span<const double> a, std::span<const double> b, double confidence) {
    if (a.size() < 2 || b.size() < 2) return {no_value, no_value};
    const auto na = static_cast<double>(a.size()), nb = static_cast<double>(b.size());
    const double va = squares_of(a) / (na - 1) / na, vb = squares_of(b) / (nb - 1) / nb;
    if (!varies(std::sqrt(va + vb), a, b)) return {no_value, no_value};
    // A sum of quotients in [0, 1]: squares of tiny variances would vanish.
    const double share = va / (va + vb);
    const double freedom = 1 / (share * share / (na - 1) + (1 - share) * (1 - share) / (nb - 1));
    const double half = student_t_quantile(0.5 + confidence / 2, freedom) * std::sqrt(va + vb);
    const double difference = mean_of(b) - mean_of(a);
    return {difference - half, difference + half};
}

EffectSize hedges_g(std::span<const double> a, std::span<const double> b, double confidence) {
    const EffectSize none{no_value, {no_value, no_value}};
    if (a.size() < 2 || b.size() < 2) return none;
    const auto na = static_cast<double>(a.size()), nb = static_cast<double>(b.size());
    const double freedom = na + nb - 2;
    const double deviation = std::sqrt((squares_of(a) + squares_of(b)) / freedom);
    if (!varies(deviation, a, b)) return none;
    const double correction =
        std::exp(std::lgamma(freedom / 2) - std::lgamma((freedom - 1) / 2)) / std::sqrt(freedom / 2);
    const double d = (mean_of(b) - mean_of(a)) / deviation, unit = std::sqrt(1 / na + 1 / nb);
    const double t = d / unit;
    const DeviationShape shape(freedom);
    const auto limit = [&](double probability) {
        const auto excess = [&](double noncentrality) {
            return shape.probability(t, noncentrality) - probability;
        };
        double reach = 2 + std::abs(t);
        while ((excess(t - reach) < 0 || excess(t + reach) > 0) && reach < 1e9) reach *= 2;
        return root_between(t - reach, t + reach, excess);
    };
    const double low = limit(0.5 + confidence / 2), high = limit(0.5 - confidence / 2);
    return {correction * d, {correction * low * unit, correction * high * unit}};
}

PermutationTest permutation_test(std::span<const double> a, std::span<const double> b,
                                 std::int64_t most_arrangements, std::uint64_t seed, std::uint64_t stream) {
    const std::size_t n = a.size() + b.size(), k = std::min(a.size(), b.size());
    const auto small = static_cast<double>(k), large = static_cast<double>(n - k);
    // Values less their mean, the smaller group first.
    std::vector<double> values;
    values.insert(values.end(), a.begin(), a.end());
    values.insert(a.size() <= b.size() ? values.end() : values.begin(), b.begin(), b.end());
    const double mean = mean_of(values);
    double largest = 0, observed_sum = 0;
    for (double& v : values) {
        v -= mean;
        largest = std::max(largest, std::abs(v));
    }
    for (std::size_t i = 0; i < k; ++i) observed_sum += values[i];
    // What differs by rounding alone is a tie.
    const double observed = distance(observed_sum, small, large) - 1e-10 * largest;

    PermutationTest test;
    const double ways = ways_to_choose(n, k, static_cast<double>(most_arrangements));
    test.exact = ways <= static_cast<double>(most_arrangements);
    std::int64_t as_far = 0;
    if (test.exact) {
        std::vector<std::size_t> chosen(k);
        std::iota(chosen.begin(), chosen.end(), std::size_t{0});
        do {
            double sum = 0;
            for (const std::size_t i : chosen) sum += values[i];
            ++test.arrangements;
            if (distance(sum, small, large) >= observed) ++as_far;
        } while (next_choice(chosen, n));
        test.p = static_cast<double>(as_far) / static_cast<double>(test.arrangements);
        // Groups of equal size may change places: the same distance.
        test.smallest_p = std::min(1.0, (a.size() == b.size() ? 2.0 : 1.0) / ways);
        return test;
    }
    Random random(seed, stream);
    for (; test.arrangements < most_arrangements; ++test.arrangements) {
        double sum = 0;
        for (std::size_t i = 0; i < k; ++i) {
            const auto with = static_cast<std::size_t>(
                random.integer(static_cast<std::int64_t>(i), static_cast<std::int64_t>(n) - 1));
            std::swap(values[i], values[with]);
            sum += values[i];
        }
        if (distance(sum, small, large) >= observed) ++as_far;
    }
    test.smallest_p = 1 / static_cast<double>(test.arrangements + 1);
    test.p = static_cast<double>(as_far + 1) * test.smallest_p;
    return test;
}

std::vector<double> adjust_holm(std::span<const double> p) {
    std::vector<double> adjusted(p.begin(), p.end());
    const auto order = ranked(p);
    double largest = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        largest = std::max(largest, p[order[rank]] * static_cast<double>(order.size() - rank));
        adjusted[order[rank]] = std::min(1.0, largest);
    }
    return adjusted;
}

std::vector<double> adjust_benjamini_hochberg(std::span<const double> p) {
    std::vector<double> adjusted(p.begin(), p.end());
    const auto order = ranked(p);
    double smallest = 1;
    for (std::size_t rank = order.size(); rank-- > 0;) {
        smallest = std::min(
            smallest, p[order[rank]] * static_cast<double>(order.size()) / static_cast<double>(rank + 1));
        adjusted[order[rank]] = smallest;
    }
    return adjusted;
}

}  // namespace cytomo
