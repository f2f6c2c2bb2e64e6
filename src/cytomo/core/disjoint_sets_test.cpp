#include "cytomo/core/disjoint_sets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace cytomo {

namespace {

/// The obvious way: every member carries the number of its set, and joining two looks at all members.
class Labels {
public:
    explicit Labels(std::size_t count) : of_(count) {
        for (std::uint32_t i = 0; i < count; ++i) of_[i] = i;
    }
    std::uint32_t find(std::size_t i) const { return of_[i]; }
    bool join(std::size_t a, std::size_t b) {
        const std::uint32_t low = std::min(of_[a], of_[b]), high = std::max(of_[a], of_[b]);
        std::replace(of_.begin(), of_.end(), high, low);
        return low != high;
    }
    void put_under(std::size_t lower, std::size_t higher) {
        const std::uint32_t from = of_[lower], to = of_[higher];  // no references into what changes
        std::replace(of_.begin(), of_.end(), from, to);
    }

private:
    std::vector<std::uint32_t> of_;
};

}  // namespace

TEST(DisjointSets, AreThoseOfAllMembersLabelledAnew) {
    std::mt19937 random(5);
    for (const std::size_t count : {1U, 2U, 7U, 60U, 500U})
        for (int trial = 0; trial < 20; ++trial) {
            DisjointSets sets(count);
            Labels labels(count);
            std::uniform_int_distribution<std::size_t> any(0, count - 1);
            for (std::size_t joined = 0; joined < count; ++joined) {
                const std::size_t a = any(random), b = any(random);
                if (trial % 2 == 0) {
                    ASSERT_EQ(sets.join(a, b), labels.join(a, b)) << count << ", " << a << " and " << b;
                } else if (sets.find(a) != sets.find(b)) {
                    sets.put_under(sets.find(a), sets.find(b));
                    labels.put_under(a, b);
                }
                const std::size_t looked_at = any(random);
                ASSERT_EQ(sets.find(looked_at), labels.find(looked_at)) << count;
            }
            for (std::size_t i = 0; i < count; ++i) {
                ASSERT_EQ(sets.find(i), labels.find(i)) << count << ", " << i;
                ASSERT_EQ(sets.stands_for_set(i), labels.find(i) == i) << count << ", " << i;
            }
        }
}

TEST(DisjointSets, GrowByNumbersThatAreAlone) {
    DisjointSets sets;
    EXPECT_EQ(sets.size(), 0U);
    EXPECT_EQ(sets.add(), 0U);
    EXPECT_EQ(sets.add(), 1U);
    EXPECT_TRUE(sets.join(1, 0));
    EXPECT_EQ(sets.add(), 2U);
    EXPECT_EQ(sets.size(), 3U);
    EXPECT_EQ(sets.find(1), 0U);
    EXPECT_TRUE(sets.stands_for_set(2));
    EXPECT_FALSE(sets.join(0, 1));
}

}  // namespace cytomo
