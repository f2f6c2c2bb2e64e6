#include "fit_search.h"

#include <algorithm>
#include <cmath>

namespace cytomo {

std::array<double, 2> minimise(const std::function<double(double, double)>& f, std::array<double, 2> start) {
    using Point = std::array<double, 2>;
    struct Corner {
        Point at;
        double value;
    };
    const auto corner = [&](Point at) { return Corner{at, f(at[0], at[1])}; };
    const auto aside = [](double v) { return v != 0 ? 1.05 * v : 0.00025; };
    std::array<Corner, 3> s{corner(start), corner({aside(start[0]), start[1]}),
                            corner({start[0], aside(start[1])})};
    for (int step = 0; step < 2000; ++step) {
        std::stable_sort(s.begin(), s.end(),
                         [](const Corner& a, const Corner& b) { return a.value < b.value; });
        const double size = std::max({std::abs(s[1].at[0] - s[0].at[0]), std::abs(s[1].at[1] - s[0].at[1]),
                                      std::abs(s[2].at[0] - s[0].at[0]), std::abs(s[2].at[1] - s[0].at[1])});
        if (size <= 1e-7 * std::max({std::abs(s[0].at[0]), std::abs(s[0].at[1]), 1e-6})) break;
        const Point middle{(s[0].at[0] + s[1].at[0]) / 2, (s[0].at[1] + s[1].at[1]) / 2};
        const auto along = [&](double t) {  // from the middle of the best two, away from the worst
            return corner(
                {middle[0] + t * (middle[0] - s[2].at[0]), middle[1] + t * (middle[1] - s[2].at[1])});
        };
        const Corner reflected = along(1);
        if (reflected.value < s[0].value) {
            const Corner further = along(2);
            s[2] = further.value < reflected.value ? further : reflected;
        } else if (reflected.value < s[1].value) {
            s[2] = reflected;
        } else {
            const Corner nearer = along(reflected.value < s[2].value ? 0.5 : -0.5);
            if (nearer.value < std::min(reflected.value, s[2].value)) {
                s[2] = nearer;
            } else {
                for (std::size_t i = 1; i < 3; ++i)
                    s[i] = corner({(s[0].at[0] + s[i].at[0]) / 2, (s[0].at[1] + s[i].at[1]) / 2});
            }
        }
    }
    return std::min_element(s.begin(), s.end(),
                            [](const Corner& a, const Corner& b) { return a.value < b.value; })
        ->at;
}

std::array<double, 3> fit_logistic(std::span<const std::array<double, 3>> x, std::span<const double> y,
                                   const std::array<double, 3>& prior,
                                   const std::array<double, 3>& variance) {
    const auto loss = [&](const std::array<double, 3>& b) {
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double a = x[i][0] * b[0] + x[i][1] * b[1] + x[i][2] * b[2];
            sum += std::max(a, 0.0) + std::log1p(std::exp(-std::abs(a))) - y[i] * a;
        }
        for (std::size_t k = 0; k < 3; ++k) sum += 0.5 * (b[k] - prior[k]) * (b[k] - prior[k]) / variance[k];
        return sum;
    };
    std::array<double, 3> b = prior;
    for (int round = 0; round < 100; ++round) {
        std::array<double, 3> slope{};
        double m[3][4] = {};  // second derivatives, and the slope
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double p = 1 / (1 + std::exp(-(x[i][0] * b[0] + x[i][1] * b[1] + x[i][2] * b[2])));
            for (std::size_t k = 0; k < 3; ++k) {
                slope[k] += (p - y[i]) * x[i][k];
                for (std::size_t l = 0; l < 3; ++l) m[k][l] += p * (1 - p) * x[i][k] * x[i][l];
            }
        }
        for (std::size_t k = 0; k < 3; ++k) {
            slope[k] += (b[k] - prior[k]) / variance[k];
            m[k][k] += 1 / variance[k];
            m[k][3] = slope[k];
        }
        // Positive definite by the prior: no pivots needed.
        for (std::size_t k = 0; k < 3; ++k)
            for (std::size_t l = 0; l < 3; ++l) {
                if (l == k) continue;
                const double factor = m[l][k] / m[k][k];
                for (std::size_t c = k; c < 4; ++c) m[l][c] -= factor * m[k][c];
            }
        const double before = loss(b);
        double part = 1;
        std::array<double, 3> next = b;
        for (; part > 1e-6; part /= 2) {
            for (std::size_t k = 0; k < 3; ++k) next[k] = b[k] - part * m[k][3] / m[k][k];
            if (loss(next) <= before) break;
        }
        double moved = 0;
        for (std::size_t k = 0; k < 3; ++k) moved = std::max(moved, std::abs(next[k] - b[k]));
        b = next;
        if (moved < 1e-10) break;
    }
    return b;
}

}  // namespace cytomo
