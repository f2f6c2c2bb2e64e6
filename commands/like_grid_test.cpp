#include "like_grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cytomo/core/error.h"

namespace cytomo::commands {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

StoredVolume volume(const char* name, Size3 size, double edge, Vec3 origin) {
    StoredVolume v;
    v.source = name;
    v.grid = {size, {edge, edge, edge}, origin};
    return v;
}

class LikeGrid : public testing::Test {
protected:
    /// The corner of the result, from the corner of `from`.
    Vec3 corner(const StoredVolume& like, const StoredVolume& from) {
        remarks.clear();
        const Grid g = grid_like(like, from, remarks);
        EXPECT_EQ(g.size, like.grid.size);
        EXPECT_EQ(g.voxel_um, like.grid.voxel_um);
        return g.origin_um - g.voxel_um * 0.5 - from.grid.origin_um + from.grid.voxel_um * 0.5;
    }
    void expect_corner(const StoredVolume& like, const StoredVolume& from, Vec3 wanted) {
        const Vec3 found = corner(like, from);
        EXPECT_NEAR(found.x, wanted.x, 1e-9);
        EXPECT_NEAR(found.y, wanted.y, 1e-9);
        EXPECT_NEAR(found.z, wanted.z, 1e-9);
    }
    std::vector<std::string> remarks;
};

TEST_F(LikeGrid, FollowsOriginsThatDifferByLessThanACoarseVoxel) {
    // Cropped by one column; then also binned, so that both boxes are as long up to a voxel of 40 nm.
    const auto from = volume("cell", {64, 60, 24}, 0.02, {1, 2, 3});
    expect_corner(volume("crop", {63, 60, 24}, 0.02, {1.02, 2, 3}), from, {0.02, 0, 0});
    EXPECT_THAT(remarks,
                ElementsAre(HasSubstr("placed by the origins that the files give; it begins 20, 0, 0 nm")));
    expect_corner(volume("binned", {31, 30, 12}, 0.04, {1.03, 2.01, 3.01}), from, {0.02, 0, 0});
    EXPECT_THAT(remarks, ElementsAre(HasSubstr("begins 20, 0, 0 nm from where cell does")));
    expect_corner(volume("before", {64, 60, 24}, 0.02, {0.98, 2, 3}), from, {-0.02, 0, 0});
    // Of a whole that lies at 0.
    expect_corner(volume("crop", {63, 60, 24}, 0.02, {0, 0, 0.02}), volume("whole", {64, 60, 25}, 0.02, {}),
                  {0, 0, 0.02});
}

TEST_F(LikeGrid, SaysNothingWhereOriginsAgree) {
    // 2560 nm by 100 are 26 voxels; there and back.
    const auto fine = volume("fine", {64, 64, 24}, 0.04, {}),
               coarse = volume("coarse", {26, 26, 10}, 0.1, {0.03, 0.03, 0.03});
    expect_corner(coarse, fine, {0, 0, 0});
    EXPECT_THAT(remarks, IsEmpty());
    expect_corner(fine, coarse, {0, 0, 0});
    EXPECT_THAT(remarks, IsEmpty());
}

TEST_F(LikeGrid, TakesTheSameBoxWhereAnOriginIsMissing) {
    const auto binned = volume("binned", {32, 30, 12}, 0.04, {});
    expect_corner(binned, volume("cell", {64, 60, 24}, 0.02, {}), {0, 0, 0});
    EXPECT_THAT(remarks,
                ElementsAre(HasSubstr("give no origins; it is taken to cover the same box as cell")));
    expect_corner(binned, volume("cell", {64, 60, 24}, 0.02, {5, 5, 5}), {0, 0, 0});
    EXPECT_THAT(remarks, ElementsAre(HasSubstr("binned gives no origin, cell does")));
}

TEST_F(LikeGrid, PlacesPartsAndRefusesWhatLiesOutside) {
    const auto from = volume("cell", {64, 60, 24}, 0.02, {1, 2, 3});
    expect_corner(volume("part", {20, 20, 10}, 0.02, {1.2, 2.1, 3.04}), from, {0.2, 0.1, 0.04});
    EXPECT_THAT(remarks, ElementsAre(HasSubstr("begins 200, 100, 40 nm")));
    for (const auto& like :
         {volume("moved", {64, 60, 24}, 0.02, {1.1, 2, 3}),  // as large, both say where they lie
          volume("large", {80, 60, 24}, 0.02, {1, 2, 3})})
        try {
            corner(like, from);
            ADD_FAILURE() << like.source << " is taken";
        } catch (const InputError& e) {
            EXPECT_THAT(e.what(), HasSubstr(like.source + ": expected a volume of the same box"));
            EXPECT_THAT(e.what(), HasSubstr("by the origins that the files give"));
        }
}

}  // namespace
}  // namespace cytomo::commands
