// Against the definition in double precision.
#include "head.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cytomo/core/random.h"

namespace cytomo {
namespace {

Model head_model(int channels, int outputs) {
    Architecture a;
    a.widths = {channels};
    a.outputs = outputs;
    Model m = make_model(a, 3);
    Random r(4);
    for (const char* name : {"head.weight", "head.bias"})
        for (auto& v : m.weights.at(name).values) v = static_cast<float>(r.normal(0, 2));
    return m;
}

struct Case {
    int channels, outputs, lanes;
    std::int64_t width;
    std::vector<std::uint8_t> class_of_output;
};

/// Largest difference from the probabilities by definition.
double worst(const Case& c) {
    Model m = head_model(c.channels, c.outputs);
    m.class_of_output = c.class_of_output;
    const auto class_of = m.output_classes();
    const int classes = m.class_count();
    const std::int64_t block_stride = c.width * c.lanes + 32;  // more than a row: as within a tile
    std::vector<float> features(static_cast<std::size_t>(block_stride * c.channels / c.lanes));
    const auto feature = [&](int k, std::int64_t x) -> float& {
        return features[static_cast<std::size_t>(k / c.lanes * block_stride + x * c.lanes + k % c.lanes)];
    };
    Random r(5);
    for (auto& v : features) v = static_cast<float>(r.normal(0.3, 1));
    std::vector<float> p(static_cast<std::size_t>(classes * c.width), -1.F);
    Head(m, 1).run({features.data(), block_stride, c.lanes, c.width}, p.data());
    double most = 0;
    for (std::int64_t x = 0; x < c.width; ++x) {
        std::vector<double> e(static_cast<std::size_t>(c.outputs)),
            expected(static_cast<std::size_t>(classes));
        double sum = 0;
        for (int o = 0; o < c.outputs; ++o) {
            double logit = m.weights.at("head.bias").values[static_cast<std::size_t>(o)];
            for (int k = 0; k < c.channels; ++k)
                logit +=
                    static_cast<double>(
                        m.weights.at("head.weight").values[static_cast<std::size_t>(o * c.channels + k)]) *
                    feature(k, x);
            sum += e[static_cast<std::size_t>(o)] = std::exp(logit);
        }
        for (int o = 0; o < c.outputs; ++o)
            expected[class_of[static_cast<std::size_t>(o)]] += e[static_cast<std::size_t>(o)] / sum;
        for (int k = 0; k < classes; ++k)
            most = std::max(most, std::abs(expected[static_cast<std::size_t>(k)] -
                                           p[static_cast<std::size_t>(k * c.width + x)]));
    }
    return most;
}

const std::vector<Case> cases{{16, 7, 16, 37, {}},
                              {32, 7, 8, 16, {}},
                              {32, 7, 16, 3, {}},
                              {16, 2, 8, 5, {}},
                              {16, 9, 16, 21, {0, 1, 2, 0, 0, 3, 1, 0, 4}},
                              {48, 16, 16, 8, {}}};

TEST(Head, IsTheSoftmaxOfALinearMap) {
    for (const Case& c : cases) EXPECT_LT(worst(c), 2e-6) << c.channels << ' ' << c.outputs << ' ' << c.width;
}

TEST(Head, LogitsFarApartGiveCertainty) {
    Model m = head_model(16, 3);
    m.weights.at("head.bias").values = {-200, 300, 0};
    std::vector<float> features(16, 0.F), p(3);
    Head(m, 1).run({features.data(), 16, 16, 1}, p.data());
    EXPECT_FLOAT_EQ(p[1], 1);
    EXPECT_LT(p[0] + p[2], 1e-30);
}

}  // namespace
}  // namespace cytomo
