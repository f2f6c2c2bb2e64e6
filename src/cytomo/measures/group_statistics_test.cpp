#include "cytomo/measures/group_statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "cytomo/core/golden_file.h"
#include "cytomo/core/random.h"

namespace cytomo {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

const GoldenFile& golden() {
    static const GoldenFile file("compare_golden.txt");
    return file;
}

TEST(GroupStatistics, PermutationTestIsScipys) {
    for (int i = 0; i < static_cast<int>(golden()["cases"][0]); ++i) {
        const std::string n = std::to_string(i);
        const auto &a = golden()["a" + n], &b = golden()["b" + n];
        const auto test = permutation_test(a, b, 100'000, 1);
        EXPECT_TRUE(test.exact);
        EXPECT_NEAR(test.p, golden()["p" + n][0], 1e-12) << i;
        EXPECT_NEAR(permutation_test(b, a, 100'000, 1).p, test.p, 1e-12) << i;
        EXPECT_LE(test.smallest_p, test.p + 1e-12);
    }
}

TEST(GroupStatistics, RandomPermutationsApproachAllOfThem) {
    const auto &a = golden()["a5"], &b = golden()["b5"];  // 1716 ways
    const double exact = golden()["p5"][0];
    const auto test = permutation_test(a, b, 1000, 7);
    EXPECT_FALSE(test.exact);
    EXPECT_EQ(test.arrangements, 1000);
    EXPECT_NEAR(test.p, exact, 4 * std::sqrt(exact * (1 - exact) / 1000) + 0.001);
    EXPECT_EQ(permutation_test(a, b, 1000, 7).p, test.p);
    EXPECT_NE(permutation_test(a, b, 1000, 8).p, test.p);
    EXPECT_DOUBLE_EQ(test.smallest_p, 1.0 / 1001);
}

TEST(GroupStatistics, SmallestPIsReached) {
    // Groups as far apart as can be: 2 of C(6, 3) = 20 ways; 1 of C(5, 2) = 10.
    const std::vector<double> three{1, 2, 3}, high{11, 12, 13}, two{11, 12};
    EXPECT_NEAR(permutation_test(three, high, 1000, 1).p, 0.1, 1e-12);
    EXPECT_NEAR(permutation_test(three, high, 1000, 1).smallest_p, 0.1, 1e-12);
    EXPECT_NEAR(permutation_test(three, two, 1000, 1).p, 0.1, 1e-12);
    EXPECT_NEAR(permutation_test(three, two, 1000, 1).smallest_p, 0.1, 1e-12);
    const std::vector<double> same{2, 2, 2};
    EXPECT_EQ(permutation_test(same, same, 1000, 1).p, 1);
}

TEST(GroupStatistics, NoncentralTIsScipys) {
    const auto &at = golden()["nct_arguments"], &p = golden()["nct"];
    for (std::size_t i = 0; i < p.size(); ++i)
        EXPECT_NEAR(noncentral_t_probability(at[3 * i], at[3 * i + 1], at[3 * i + 2]), p[i], 1e-6)
            << at[3 * i] << ' ' << at[3 * i + 1] << ' ' << at[3 * i + 2];
    const auto &arguments = golden()["t_arguments"], &t = golden()["t"];
    for (std::size_t i = 0; i < t.size(); ++i)
        EXPECT_NEAR(student_t_quantile(arguments[2 * i], arguments[2 * i + 1]) / t[i], 1, 2e-4)
            << arguments[2 * i] << ' ' << arguments[2 * i + 1];
}

TEST(GroupStatistics, IntervalsAreThoseOfNumpyAndScipy) {
    for (int i = 0; i < static_cast<int>(golden()["cases"][0]); ++i) {
        const std::string n = std::to_string(i);
        const auto &a = golden()["a" + n], &b = golden()["b" + n];
        const ConfidenceInterval welch = welch_interval(a, b, 0.95);
        const double tolerance = 1e-4 * (welch.high - welch.low);
        EXPECT_NEAR(welch.low, golden()["welch" + n][0], tolerance) << i;
        EXPECT_NEAR(welch.high, golden()["welch" + n][1], tolerance) << i;
        const EffectSize g = hedges_g(a, b, 0.95);
        EXPECT_NEAR(g.value, golden()["g" + n][0], 1e-9) << i;
        EXPECT_NEAR(g.interval.low, golden()["g" + n][1], 1e-3) << i;
        EXPECT_NEAR(g.interval.high, golden()["g" + n][2], 1e-3) << i;
    }
}

TEST(GroupStatistics, CorrectionsFollowTheirDefinitions) {
    std::vector<double> p = golden()["p"];
    const auto &holm = golden()["holm"], &discovery = golden()["benjamini_hochberg"];
    for (std::size_t i = 0; i < p.size(); ++i) {
        EXPECT_NEAR(adjust_holm(p)[i], holm[i], 1e-9) << i;
        EXPECT_NEAR(adjust_benjamini_hochberg(p)[i], discovery[i], 1e-9) << i;
    }
    // What is not defined does not count.
    p.insert(p.begin() + 2, undefined);
    EXPECT_TRUE(std::isnan(adjust_holm(p)[2]));
    EXPECT_TRUE(std::isnan(adjust_benjamini_hochberg(p)[2]));
    EXPECT_NEAR(adjust_holm(p)[3], holm[2], 1e-9);
    EXPECT_NEAR(adjust_benjamini_hochberg(p)[3], discovery[2], 1e-9);
    EXPECT_TRUE(adjust_holm({}).empty());
}

TEST(GroupStatistics, FewOrEqualValuesHaveNoInterval) {
    const std::vector<double> one{3}, two{1, 2}, same{0.1, 0.1, 0.1}, others{0.3, 0.3};
    EXPECT_TRUE(std::isnan(welch_interval(one, two, 0.95).low));
    EXPECT_TRUE(std::isnan(hedges_g(two, one, 0.95).value));
    EXPECT_TRUE(std::isnan(welch_interval(same, others, 0.95).low));
    EXPECT_TRUE(std::isnan(hedges_g(same, others, 0.95).value));
    EXPECT_TRUE(std::isnan(mean_of({})));
    EXPECT_TRUE(std::isnan(median_of({})));
    EXPECT_EQ(median_of({5, 1, 3}), 3);
    EXPECT_EQ(median_of({5, 1, 3, 4}), 3.5);
}

TEST(GroupStatistics, IntervalsHoldTheTruthAsOftenAsTheySay) {
    struct Case {
        int a, b;
        bool skewed;
        double low, high;
    };
    // Two standard errors of 400 tries are 0.022. With two samples the interval is wider than it had to be.
    for (const Case& c : {Case{2, 2, false, 0.93, 1}, Case{3, 3, false, 0.925, 0.99},
                          Case{4, 6, false, 0.92, 0.985}, Case{6, 6, true, 0.92, 0.99}}) {
        Random random(5, static_cast<std::uint64_t>(c.a * 10 + c.b));
        const auto draw = [&](int n, double shift) {
            std::vector<double> out;
            for (int i = 0; i < n; ++i)
                out.push_back((c.skewed ? std::exp(0.7 * random.normal()) : random.normal()) + shift);
            return out;
        };
        int difference = 0, effect = 0;
        constexpr int tries = 400;
        for (int i = 0; i < tries; ++i) {
            const auto a = draw(c.a, 0), b = draw(c.b, 1.5);
            const ConfidenceInterval welch = welch_interval(a, b, 0.95);
            difference += welch.low <= 1.5 && 1.5 <= welch.high ? 1 : 0;
            const ConfidenceInterval g = hedges_g(a, b, 0.95).interval;
            // The deviation is 1; the interval of d, which g corrects by a factor, holds the true 1.5.
            const double nu = c.a + c.b - 2;
            const double correction = std::tgamma(nu / 2) / (std::sqrt(nu / 2) * std::tgamma((nu - 1) / 2));
            effect += g.low / correction <= 1.5 && 1.5 <= g.high / correction ? 1 : 0;
        }
        EXPECT_GE(difference, c.low * tries) << c.a << ' ' << c.b;
        EXPECT_LE(difference, c.high * tries) << c.a << ' ' << c.b;
        if (c.skewed) continue;
        EXPECT_NEAR(static_cast<double>(effect) / tries, 0.95, 0.03) << c.a << ' ' << c.b;
    }
}

TEST(GroupStatistics, QuantilesAsNumpyHasThem) {
    const std::vector<double> values{4, 1, 3, 2};
    EXPECT_EQ(quantile_of_values(values, 0), 1);
    EXPECT_EQ(quantile_of_values(values, 0.5), 2.5);
    EXPECT_NEAR(quantile_of_values(values, 0.9), 3.7, 1e-12);
    EXPECT_EQ(quantile_of_values(values, 1), 4);
    EXPECT_EQ(quantile_of_values({7}, 0.3), 7);
    EXPECT_TRUE(std::isnan(quantile_of_values({}, 0.5)));
}

TEST(GroupStatistics, MediansOfOtherGroupsAreThoseOfTheRest) {
    for (const auto& [count, groups] : {std::pair{1, 1}, {2, 2}, {7, 3}, {60, 5}, {61, 40}, {300, 2}}) {
        Random random(6, static_cast<std::uint64_t>(count));
        std::vector<double> values;
        std::vector<std::size_t> group_of;
        for (int i = 0; i < count; ++i) {
            values.push_back(static_cast<double>(random.integer(0, count / 2)));  // many of them equal
            group_of.push_back(static_cast<std::size_t>(1000 + random.integer(1, groups)));
        }
        const auto found = medians_of_other_groups(values, group_of);
        ASSERT_EQ(found.size(), values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            std::vector<double> rest;
            for (std::size_t k = 0; k < values.size(); ++k)
                if (group_of[k] != group_of[i]) rest.push_back(values[k]);
            if (rest.empty())
                EXPECT_TRUE(std::isnan(found[i]));
            else
                EXPECT_EQ(found[i], median_of(rest)) << count << ' ' << groups << ' ' << i;
        }
    }
    EXPECT_TRUE(medians_of_other_groups({}, {}).empty());
}

/// Of as many groups: each with a sort of its own would take hours.
TEST(GroupStatistics, MediansOfAHundredThousandGroups) {
    std::vector<double> values;
    std::vector<std::size_t> group_of;
    for (std::size_t i = 0; i < 100'000; ++i) {
        values.push_back(static_cast<double>(i * 7919 % 100'000));
        group_of.push_back(i);
    }
    EXPECT_EQ(medians_of_other_groups(values, group_of)[0], 50'000);  // 0 is left out, of 0 … 99,999
}

}  // namespace
}  // namespace cytomo
