#include "engine.h"

#include <gtest/gtest.h>

#include "cytomo/core/random.h"
#include "torch_predictor.h"

namespace cytomo {
namespace {

/// A model whose normalisation is not the identity.
Model lively_model() {
    Model m = make_model({{16, 32, 48}, 7}, 5);
    Random r(9);
    for (auto& [name, t] : m.weights)
        for (auto& v : t.values) {
            if (name.ends_with(".mean") || name.ends_with(".beta") || name.ends_with(".bias"))
                v = static_cast<float>(r.normal(0, 0.3));
            if (name.ends_with(".variance") || name.ends_with(".gamma"))
                v = static_cast<float>(r.uniform(0.5, 1.5));
        }
    return m;
}

void compare(Precision precision, double mean_tolerance, double same_class) {
    const Model m = lively_model();
    const Size3 tile{24, 16, 8};
    const auto n = static_cast<std::size_t>(tile.count());
    std::vector<float> x(n), a(7 * n), b(7 * n);
    Random r(2);
    for (auto& v : x) v = static_cast<float>(r.normal());
    Engine engine(m, tile, precision);
    engine.run(x.data(), a.data());
    make_torch_predictor(m, tile, "cpu")(x.data(), sink_into(b.data(), tile, 7), {});
    double difference = 0, same = 0;
    for (std::size_t i = 0; i < n; ++i) {
        std::size_t ta = 0, tb = 0;
        double sum = 0;
        for (std::size_t c = 0; c < 7; ++c) {
            difference += std::abs(a[c * n + i] - b[c * n + i]);
            sum += a[c * n + i];
            if (a[c * n + i] > a[ta * n + i]) ta = c;
            if (b[c * n + i] > b[tb * n + i]) tb = c;
        }
        EXPECT_NEAR(sum, 1, 1e-4);
        same += ta == tb ? 1 : 0;
    }
    EXPECT_LT(difference / static_cast<double>(7 * n), mean_tolerance);
    EXPECT_GE(same / static_cast<double>(n), same_class);
    // A second run on used buffers gives the same.
    std::vector<float> again(7 * n);
    engine.run(x.data(), again.data());
    EXPECT_EQ(a, again);
}

TEST(Engine, FloatAgreesWithLibtorch) {
    compare(Precision::f32, 1e-5, 0.999);
}

TEST(Engine, Bfloat16ComesClose) {
    if (!can_compute(Precision::bf16)) GTEST_SKIP() << "this processor has no AVX-512";
    compare(Precision::bf16, 0.02, 0.9);
}

}  // namespace
}  // namespace cytomo
