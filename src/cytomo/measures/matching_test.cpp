#include "cytomo/measures/matching.h"

#include <gtest/gtest.h>

#include "cytomo/core/error.h"

namespace cytomo {
namespace {

/// Objects as pieces [first, end) along x, by number.
Instances pieces(const std::vector<std::array<std::int64_t, 2>>& ends,
                 const std::vector<std::uint8_t>& classes) {
    Instances made;
    made.volume = InstanceVolume(Grid{{100, 2, 9}});
    for (std::size_t p = 0; p < ends.size(); ++p) {
        made.class_of.push_back(classes[p]);
        for (std::int64_t z = 0; z < 9; ++z)
            for (std::int64_t x = ends[p][0]; x < ends[p][1]; ++x)
                made.volume(x, 1, z) = static_cast<std::uint32_t>(p + 1);
    }
    return made;
}

TEST(Matching, PairsWhatSharesMost) {
    // 1: found twice, once more of it. 2: found as another class. 3: merged with 4, which is larger.
    const Instances truth = pieces({{0, 20}, {25, 35}, {40, 48}, {50, 70}, {80, 90}}, {3, 3, 3, 3, 4});
    const Instances found = pieces({{0, 6}, {7, 20}, {25, 35}, {40, 70}, {92, 95}}, {3, 3, 4, 3, 4});
    const std::vector<Match> expected{{1, 2, 13 * 9}, {4, 4, 20 * 9}};
    EXPECT_EQ(match_objects(slices_of(truth), slices_of(found)), expected);
}

TEST(Matching, OfNothingIsNothing) {
    const Instances none = pieces({}, {}), one = pieces({{3, 9}}, {5});
    EXPECT_TRUE(match_objects(slices_of(none), slices_of(one)).empty());
    EXPECT_TRUE(match_objects(slices_of(one), slices_of(none)).empty());
}

TEST(Matching, NeedsEqualSizes) {
    const Instances one = pieces({{3, 9}}, {5});
    Instances other;
    other.volume = InstanceVolume(Grid{{9, 9, 9}});
    EXPECT_THROW(match_objects(slices_of(one), slices_of(other)), InputError);
}

}  // namespace
}  // namespace cytomo
