#include "sort_floats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cytomo/core/random.h"

namespace cytomo {
namespace {

TEST(SortFloats, OrdersAsComparingDoes) {
    Random random(3);
    for (const int n : {0, 1, 2, 17, 5000}) {
        std::vector<float> values{};
        for (int i = 0; i < n; ++i)
            values.push_back(static_cast<float>(random.normal() * std::pow(10, random.uniform(-40, 38))));
        if (n > 10) {
            values[0] = std::numeric_limits<float>::infinity();
            values[1] = -std::numeric_limits<float>::max();
            values[2] = values[3] = 0;
            values[4] = std::numeric_limits<float>::denorm_min();
            values[5] = -values[4];
        }
        auto expected = values;
        std::sort(expected.begin(), expected.end());
        sort_floats(values);
        EXPECT_EQ(values, expected);
    }
    std::vector<float> zeros{1, 0.F, -0.F, -1};
    sort_floats(zeros);
    EXPECT_EQ(zeros, (std::vector<float>{-1, 0, 0, 1}));
}

}  // namespace
}  // namespace cytomo
