#include "cytomo/measures/poisson_binomial.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "cytomo/core/golden_file.h"

namespace cytomo {
namespace {

void expect_near(const std::vector<double>& found, const std::vector<double>& expected, double within) {
    ASSERT_GE(found.size(), expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_NEAR(found[k], expected[k], within) << k;
}

TEST(PoissonBinomial, AgreesWithNumpyAndScipy) {
    const GoldenFile golden("intervals_golden.txt");
    expect_near(poisson_binomial(golden["few_chances"]), golden["few"], 1e-13);
    expect_near(poisson_binomial(golden["many_chances"]), golden["many"], 1e-13);
    expect_near(poisson_binomial(std::vector<double>(25, 0.3)), golden["equal"], 1e-13);
    expect_near(poisson(3.7), golden["poisson"], 1e-8);
}

TEST(PoissonBinomial, EmptyAndCertain) {
    EXPECT_EQ(poisson_binomial({}), std::vector<double>{1});
    EXPECT_EQ(poisson_binomial(std::vector<double>{1, 1, 0}), (std::vector<double>{0, 0, 1, 0}));
    EXPECT_EQ(poisson(0), std::vector<double>{1});
    EXPECT_EQ(sum_of(std::vector<double>{0.5, 0.5}, std::vector<double>{0.25, 0.75}),
              (std::vector<double>{0.125, 0.5, 0.375}));
}

TEST(PoissonBinomial, LargeMeansKeepMeanAndDeviation) {
    for (const double mean : {0.01, 40.0, 3000.0}) {
        const auto p = poisson(mean);
        double sum = 0, first = 0, second = 0;
        for (std::size_t k = 0; k < p.size(); ++k) {
            const auto x = static_cast<double>(k);
            sum += p[k];
            first += x * p[k];
            second += x * x * p[k];
        }
        EXPECT_NEAR(sum, 1, 1e-9);
        EXPECT_NEAR(first, mean, 1e-5 * mean);
        EXPECT_NEAR(second - first * first, mean, 1e-3 * mean);
    }
}

TEST(PoissonBinomial, Quantiles) {
    const std::vector<double> p{0.1, 0.2, 0.4, 0.2, 0.1};
    EXPECT_EQ(quantile_of(p, 0.05), 0);
    EXPECT_EQ(quantile_of(p, 0.1), 0);
    EXPECT_EQ(quantile_of(p, 0.11), 1);
    EXPECT_EQ(quantile_of(p, 0.5), 2);
    EXPECT_EQ(quantile_of(p, 0.95), 4);
    EXPECT_EQ(quantile_of(p, 1), 4);
}

}  // namespace
}  // namespace cytomo
