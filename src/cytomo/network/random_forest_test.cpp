#include "random_forest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"

namespace cytomo {
namespace {

/// Points in the unit square; class 1 inside a disc of half its area, a tenth of the labels drawn at random,
/// and two features of noise.
Examples disc(std::size_t n, double wrong, std::uint64_t seed) {
    Examples e{4, 2, {}, {}};
    Random random(seed);
    for (std::size_t i = 0; i < n; ++i) {
        const double x = random.uniform(), y = random.uniform();
        const bool inside = (x - 0.5) * (x - 0.5) + (y - 0.5) * (y - 0.5) < 0.5 / M_PI;
        for (const double v : {x, random.normal(), y, random.normal()})
            e.values.push_back(static_cast<float>(v));
        e.labels.push_back(random.chance(wrong) ? static_cast<std::uint8_t>(random.integer(0, 1))
                           : inside             ? 1
                                                : 0);
    }
    return e;
}

double accuracy(const RandomForest& forest, const Examples& e) {
    std::vector<float> p(e.labels.size() * 2);
    forest.predict(e.values.data(), static_cast<std::int64_t>(e.labels.size()), p.data());
    double right = 0;
    for (std::size_t i = 0; i < e.labels.size(); ++i) {
        EXPECT_NEAR(p[2 * i] + p[2 * i + 1], 1, 1e-4);
        right += (p[2 * i + 1] > p[2 * i]) == (e.labels[i] == 1) ? 1 : 0;
    }
    return right / static_cast<double>(e.labels.size());
}

TEST(RandomForest, LearnsADiscFromNoisyLabels) {
    // scikit-learn's forest of 50 trees with leaves of at least 3 reaches 0.975 to 0.985 on such a problem.
    const RandomForest forest(disc(4000, 0.1, 1), {50, 3, 1});
    EXPECT_GT(accuracy(forest, disc(4000, 0, 2)), 0.965);
}

TEST(RandomForest, ProbabilitiesAreFrequencies) {
    // Nothing to learn: a quarter of the examples are class 1 everywhere.
    Examples e{2, 2, {}, {}};
    Random random(3);
    for (int i = 0; i < 20000; ++i) {
        e.values.push_back(static_cast<float>(random.uniform()));
        e.values.push_back(static_cast<float>(random.uniform()));
        e.labels.push_back(random.chance(0.25) ? 1 : 0);
    }
    const RandomForest forest(e, {50, 200, 1});
    std::vector<float> p(2 * 1000);
    forest.predict(e.values.data(), 1000, p.data());
    double mean = 0;
    for (std::size_t i = 0; i < 1000; ++i) {
        mean += p[2 * i + 1] / 1000;
        EXPECT_NEAR(p[2 * i + 1], 0.25, 0.12);
    }
    EXPECT_NEAR(mean, 0.25, 0.02);
}

TEST(RandomForest, OneExampleOfOneClassDecidesAll) {
    const RandomForest forest({3, 5, {1, 2, 3}, {4}}, {});
    const float other[] = {-1e30F, 0, 1e30F};
    float p[5];
    forest.predict(other, 1, p);
    EXPECT_NEAR(p[4], 1, 1e-5);
}

TEST(RandomForest, SameSeedSameForestAtAnyThreadCount) {
    const auto e = disc(500, 0.1, 1);
    std::vector<float> one(1000), two(1000), other(1000);
    const auto predict = [&](std::uint64_t seed, std::vector<float>& p) {
        RandomForest(e, {10, 1, seed}).predict(e.values.data(), 500, p.data());
    };
    set_thread_count(1);
    predict(1, one);
    set_thread_count(3);
    predict(1, two);
    set_thread_count(0);
    predict(2, other);
    EXPECT_EQ(one, two);
    EXPECT_NE(one, other);
}

TEST(RandomForest, RefusesWhatDoesNotFit) {
    EXPECT_THROW(RandomForest({3, 2, {}, {}}, {}), std::invalid_argument);
    EXPECT_THROW(RandomForest({3, 2, {1, 2}, {1}}, {}), std::invalid_argument);
    EXPECT_THROW(RandomForest({1, 17, {1}, {1}}, {}), std::invalid_argument);
}

}  // namespace
}  // namespace cytomo
