#include "engine.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "cytomo/core/random.h"
#include "engine_plan.h"
#include "tiling.h"
#include "torch_predictor.h"

namespace cytomo {
namespace {

/// Gives a model a normalisation that is not the identity.
Model lively(Model m) {
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

Model lively_model() {
    return lively(make_model({{16, 32, 48}, 7}, 5));
}

void compare(const Model& m, Precision precision, double mean_tolerance, double same_class,
             Size3 tile = {24, 16, 8}) {
    const auto n = static_cast<std::size_t>(tile.count());
    const auto classes = static_cast<std::size_t>(m.class_count());
    std::vector<float> x(n), a(classes * n), b(classes * n);
    Random r(2);
    for (auto& v : x) v = static_cast<float>(r.normal());
    Engine engine(m, tile, precision,
                  precision == Precision::int8 ? measure_ranges(m, tile, {x}) : ActivationRanges{});
    engine.run(x.data(), a.data());
    make_torch_predictor(m, tile, "cpu")(x.data(), sink_into(b.data(), tile, static_cast<int>(classes)), {});
    double difference = 0, same = 0;
    for (std::size_t i = 0; i < n; ++i) {
        std::size_t ta = 0, tb = 0;
        double sum = 0;
        for (std::size_t c = 0; c < classes; ++c) {
            difference += std::abs(a[c * n + i] - b[c * n + i]);
            sum += a[c * n + i];
            if (a[c * n + i] > a[ta * n + i]) ta = c;
            if (b[c * n + i] > b[tb * n + i]) tb = c;
        }
        EXPECT_NEAR(sum, 1, 1e-4);
        same += ta == tb ? 1 : 0;
    }
    EXPECT_LT(difference / static_cast<double>(classes * n), mean_tolerance);
    EXPECT_GE(same / static_cast<double>(n), same_class);
    // A second run on used buffers gives the same.
    std::vector<float> again(classes * n);
    engine.run(x.data(), again.data());
    EXPECT_EQ(a, again);
}

/// The same with residual convolutions at several places, the last layer among them.
Model refined_model() {
    Architecture a{{16, 32, 48}, 7};
    a.refine = {1, 2, 0, 1};
    return lively(make_model(a, 6));
}

TEST(Engine, FloatAgreesWithLibtorch) {
    for (const Model& m : {lively_model(), refined_model(), lively(make_model({{16}, 2}, 3))})
        compare(m, Precision::f32, 1e-5, 0.999);
}

TEST(Engine, ThinTilesAgreeWithLibtorch) {
    for (const std::int64_t depth : {0, 1, 2})  // 0: one that is seen flat
        for (Model m : {lively_model(), refined_model()}) {
            m.flat_slices = depth == 0;
            compare(m, Precision::f32, 1e-5, 0.999, {24, 16, std::max<std::int64_t>(1, depth)});
            if (can_compute(Precision::bf16))
                compare(m, Precision::bf16, 0.01, 0.95, {24, 16, std::max<std::int64_t>(1, depth)});
            if (can_compute(Precision::int8))
                compare(m, Precision::int8, 0.03, 0.85, {24, 16, std::max<std::int64_t>(1, depth)});
        }
}

TEST(Engine, OneSliceIsSeenAsTheMiddleOfManyLikeIt) {
    const Size3 flat{24, 16, 1}, deep{24, 16, 96};
    std::vector<float> x(static_cast<std::size_t>(flat.count())), many;
    Random r(3);
    for (auto& v : x) v = static_cast<float>(r.normal());
    for (std::int64_t z = 0; z < deep.z; ++z) many.insert(many.end(), x.begin(), x.end());
    for (Model m : {lively_model(), refined_model()}) {
        m.flat_slices = true;
        const auto classes = static_cast<std::size_t>(m.class_count());
        std::vector<float> one(classes * x.size()), all(classes * many.size());
        Engine(m, flat, Precision::f32).run(x.data(), one.data());
        Engine(m, deep, Precision::f32).run(many.data(), all.data());
        for (std::size_t c = 0; c < classes; ++c)
            for (std::size_t i = 0; i < x.size(); ++i)
                ASSERT_NEAR(one[c * x.size() + i],
                            all[c * many.size() + static_cast<std::size_t>(deep.z / 2) * x.size() + i], 1e-4);
    }
}

TEST(Engine, OnlyWantedSlicesAreComputed) {
    const Size3 tile{32, 16, 8};
    std::vector<float> x(static_cast<std::size_t>(tile.count()));
    Random r(2);
    for (auto& v : x) v = static_cast<float>(r.normal());
    for (const Model& m : {lively_model(), refined_model()}) {
        const auto classes = static_cast<std::size_t>(m.class_count());
        std::vector<float> all(classes * x.size(), -1.F), some = all;
        Engine(m, tile, Precision::f32).run(x.data(), all.data());
        Engine(m, tile, Precision::f32, {}, 3).run(x.data(), some.data());
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool wanted = i % x.size() < static_cast<std::size_t>(3 * tile.x * tile.y);
            ASSERT_EQ(some[i], wanted ? all[i] : -1.F) << i;
        }
    }
}

TEST(Engine, MultiplyAddsAreThoseOfItsLayers) {
    Model with_objects = lively_model();
    add_object_head(with_objects, 5);  // whose clicks are absent
    for (Model m : {lively_model(), refined_model(), with_objects})
        for (const Size3 tile : {Size3{16, 32, 8}, Size3{16, 8, 4}, Size3{16, 16, 2}, Size3{32, 16, 1}}) {
            m.flat_slices = m.architecture.objects;
            const Architecture& a = m.architecture;
            const Plan plan(m, tile, Precision::f32, {}, true);
            double sum = 0;
            for (const PlanStep& step : plan.steps()) sum += step.work;
            const auto head = static_cast<double>(16 * 16 * tile.count());
            EXPECT_DOUBLE_EQ(multiply_adds(a, tile, 0, m.flat_slices), sum + head);
            if (tile.z >= a.stride()) {
                EXPECT_NEAR(multiply_adds(a, tile),
                            a.multiply_adds_per_voxel() * static_cast<double>(tile.count()), 1);
            }
            if (!runs_in_bands(m) || tile.z == 1) continue;
            const Plan first(m, tile, Precision::f32, {}, false, 1);
            sum = 0;
            for (const PlanStep& step : first.steps()) sum += step.work;
            EXPECT_DOUBLE_EQ(multiply_adds(a, tile, 1), sum + head / static_cast<double>(tile.z));
        }
}

TEST(Engine, Bfloat16ComesClose) {
    if (!can_compute(Precision::bf16)) GTEST_SKIP() << "this processor has no AVX-512";
    for (const Model& m : {lively_model(), refined_model(), lively(make_model({{16}, 2}, 3))})
        compare(m, Precision::bf16, 0.01, 0.97);
}

TEST(Engine, Int8ComesClose) {
    if (!can_compute(Precision::int8)) GTEST_SKIP() << "this processor has no AVX-512 with VNNI";
    for (const Model& m : {lively_model(), refined_model(), lively(make_model({{16}, 2}, 3))})
        compare(m, Precision::int8, 0.02, 0.9);
}

/// What the head reads, some slices at a time and as a whole.
std::vector<float> features(const Model& m, Size3 tile, Precision precision, const std::vector<float>& x,
                            const ActivationRanges& ranges, bool whole) {
    Plan plan(m, tile, precision, ranges, whole);
    std::vector<float> out(static_cast<std::size_t>(tile.count() * m.architecture.widths[0]), -1.F);
    const auto of_row = tile.x * m.architecture.widths[0];
    for (int run = 0; run < 2; ++run)  // the second on used buffers
        plan.run(x.data(),
                 [&](std::int64_t first, std::int64_t rows, const float* values) {
                     std::copy(values, values + rows * of_row, out.begin() + first * of_row);
                 },
                 {});
    return out;
}

TEST(Engine, SlicesAtATimeGiveTheSameBits) {
    for (const Model& m : {lively_model(), refined_model(), lively(make_model({{16}, 2}, 3))}) {
        if (!runs_in_bands(m)) GTEST_SKIP() << "this processor has no AVX-512";
        for (const Size3 tile : {Size3{16, 32, 8}, Size3{32, 16, 72}}) {
            std::vector<float> x(static_cast<std::size_t>(tile.count()));
            Random r(2);
            for (auto& v : x) v = static_cast<float>(r.normal());
            for (const auto p : {Precision::f32, Precision::bf16, Precision::int8}) {
                if (!can_compute(p)) continue;
                const auto ranges = p == Precision::int8 ? measure_ranges(m, tile, {x}) : ActivationRanges{};
                EXPECT_EQ(features(m, tile, p, x, ranges, false), features(m, tile, p, x, ranges, true))
                    << name(p) << ' ' << tile.z;
            }
        }
    }
}

TEST(Engine, RangesAreThoseOfTheLayers) {
    // One level, weights that pass the middle voxel of channel 0 on: every activation is the input, cut at 0.
    Model m = make_model({{16}, 2}, 1);
    for (auto& [name, t] : m.weights) {
        const bool variance = name.ends_with(".variance") || name.ends_with(".gamma");
        std::fill(t.values.begin(), t.values.end(), variance ? 1.F : 0.F);
    }
    m.weights["encoder.0.a.weight"].values[13] = 1;
    m.weights["encoder.0.b.weight"].values[13] = 2;
    std::vector<float> one(64, -3.F), two(64, 1.F);
    one[7] = 2;
    two[9] = 2.5F;
    const auto ranges = measure_ranges(m, {4, 4, 4}, {one, two});
    EXPECT_EQ(ranges.at("input"), 3);
    EXPECT_NEAR(ranges.at("encoder.0.a"), 2.5, 1e-4);
    EXPECT_NEAR(ranges.at("encoder.0.b"), 5, 1e-4);
}

}  // namespace
}  // namespace cytomo
