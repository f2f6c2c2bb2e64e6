// Separable convolution with the Catmull-Rom kernel (Keys 1981) or the cubic B-spline; the kernel is
// widened where the raster shrinks.
#include "cytomo/report/resampling.h"

#include <algorithm>
#include <cmath>

#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

double catmull_rom(double x) {
    x = std::abs(x);
    if (x < 1) return 1 + x * x * (1.5 * x - 2.5);
    if (x < 2) return 2 + x * (-4 + x * (2.5 - 0.5 * x));
    return 0;
}

double cubic_b_spline(double x) {
    x = std::abs(x);
    if (x < 1) return 2.0 / 3 - x * x * (1 - x / 2);
    if (x < 2) return (2 - x) * (2 - x) * (2 - x) / 6;
    return 0;
}

/// Weights of the input samples for each output sample along one axis; edges are repeated.
struct AxisWeights {
    std::vector<std::int64_t> first;
    std::vector<float> weights;
    std::int64_t taps = 0;
};

AxisWeights axis_weights(std::int64_t from, int to, Kernel kernel) {
    AxisWeights w;
    const double step = static_cast<double>(from) / to, widen = std::max(1.0, step);
    w.taps = static_cast<std::int64_t>(std::ceil(4 * widen)) + 1;
    for (int i = 0; i < to; ++i) {
        const double centre = (i + 0.5) * step - 0.5;
        const auto first = static_cast<std::int64_t>(std::ceil(centre - 2 * widen));
        w.first.push_back(first);
        double sum = 0;
        const auto begin = w.weights.size();
        for (std::int64_t t = 0; t < w.taps; ++t) {
            const double place = (static_cast<double>(first + t) - centre) / widen;
            const double value = kernel == Kernel::catmull_rom ? catmull_rom(place) : cubic_b_spline(place);
            w.weights.push_back(static_cast<float>(value));
            sum += value;
        }
        for (auto k = begin; k < w.weights.size(); ++k) w.weights[k] = static_cast<float>(w.weights[k] / sum);
    }
    return w;
}

}  // namespace

std::vector<float> resampled(const std::vector<float>& values, std::int64_t width, std::int64_t height,
                             int new_width, int new_height, Kernel kernel) {
    const AxisWeights wx = axis_weights(width, new_width, kernel),
                      wy = axis_weights(height, new_height, kernel);
    std::vector<float> rows(static_cast<std::size_t>(new_width) * static_cast<std::size_t>(height));
    parallel_for(height, [&](std::int64_t y) {
        for (std::int64_t x = 0; x < new_width; ++x) {
            float sum = 0;
            for (std::int64_t t = 0; t < wx.taps; ++t)
                sum += wx.weights[static_cast<std::size_t>(x * wx.taps + t)] *
                       values[static_cast<std::size_t>(
                           y * width + std::clamp<std::int64_t>(wx.first[static_cast<std::size_t>(x)] + t, 0,
                                                                width - 1))];
            rows[static_cast<std::size_t>(y * new_width + x)] = sum;
        }
    });
    std::vector<float> out(static_cast<std::size_t>(new_width) * static_cast<std::size_t>(new_height));
    parallel_for(new_height, [&](std::int64_t y) {
        float* to = out.data() + y * new_width;
        for (std::int64_t t = 0; t < wy.taps; ++t) {
            const float weight = wy.weights[static_cast<std::size_t>(y * wy.taps + t)];
            const float* from = rows.data() + std::clamp<std::int64_t>(
                                                  wy.first[static_cast<std::size_t>(y)] + t, 0, height - 1) *
                                                  new_width;
            for (int x = 0; x < new_width; ++x) to[x] += weight * from[x];
        }
    });
    return out;
}

}  // namespace cytomo
