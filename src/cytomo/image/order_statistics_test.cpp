#include "order_statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "cytomo/core/random.h"

namespace cytomo {
namespace {

TEST(OrderStatistics, AgreeWithSorting) {
    Random random(3);
    for (const int n : {0, 1, 2, 17, 500}) {
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
        const auto third = static_cast<std::ptrdiff_t>(values.size() / 3);
        const std::vector<std::vector<float>> parts{
            {values.begin(), values.begin() + third}, {}, {values.begin() + third, values.end()}};
        std::sort(values.begin(), values.end());
        std::vector<std::size_t> places(values.size());
        std::iota(places.begin(), places.end(), std::size_t{0});
        EXPECT_EQ(values_at(parts, places), values);
    }
    EXPECT_EQ(values_at({{1, 0.F}, {-0.F, -1}}, {0, 1, 2, 3}), (std::vector<float>{-1, 0, 0, 1}));
}

}  // namespace
}  // namespace cytomo
