#include "cytomo/io/voxel_size.h"

#include <cmath>

#include "cytomo/io/passport.h"
#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class VoxelSize : public test::InFolder {
protected:
    /// An MRC file whose header gives these edges in Å.
    std::filesystem::path mrc(float x, float y, float z) const {
        test::MrcFile file(8, 8, 4, 0, 256);
        file.reals(40, {8 * x, 8 * y, 4 * z});
        return write("tomogram.mrc", file.bytes);
    }
};

TEST_F(VoxelSize, EdgesAreFromOneTo200Nanometres) {
    for (const Vec3 possible : {Vec3{0.02, 0.02, 0.02}, Vec3{0.001, 0.001, 0.001}, Vec3{0.2, 0.2, 0.2},
                                Vec3{0.01, 0.01, 0.2}, Vec3{0.0009999999, 0.001, 0.001}})
        EXPECT_EQ(voxel_size_doubt(possible), "");
    for (const Vec3 impossible :
         {Vec3{0.00099, 0.02, 0.02}, Vec3{0.02, 0.201, 0.02}, Vec3{0.02, 0.02, 1.8e-6}, Vec3{20, 20, 20}})
        EXPECT_THAT(voxel_size_doubt(impossible), HasSubstr("1 to 200 nm"));
    for (const Vec3 impossible : {Vec3{0.005, 0.005, 0.101}, Vec3{0.15, 0.005, 0.15}})
        EXPECT_THAT(voxel_size_doubt(impossible), HasSubstr("20 times"));
    EXPECT_NE(voxel_size_doubt({std::nan(""), 0.02, 0.02}), "");
}

TEST_F(VoxelSize, WhatTheHeaderSaysIsNamed) {
    // 0.018 Å: as if nm had been taken for mm.
    const auto path = mrc(0.018F, 0.018F, 0.018F);
    const Tomogram opened = open_tomogram(path);
    EXPECT_TRUE(opened.voxel_size_known);
    const std::string error = test::error_of([&] { require_voxel_size(opened, {}); });
    EXPECT_THAT(error, AllOf(HasSubstr("tomogram.mrc"), HasSubstr("0.0018 x 0.0018 x 0.0018 nm"),
                             HasSubstr("--voxel-nm")));
    EXPECT_EQ(test::error_of([&] { require_voxel_size(path, ReadOptions{}); }), error);
    EXPECT_EQ(test::error_of([&] { refuse_impossible_voxel_size(path, opened.grid, true, {}); }), error);
    EXPECT_THAT(measure_passport(open_volume(path)).oddities,
                testing::Contains(AllOf(HasSubstr("0.0018"), HasSubstr("--voxel-nm"))));
}

TEST_F(VoxelSize, EdgesThatDifferAreNamedToo) {
    const auto path = mrc(100, 100, 2100);
    EXPECT_THAT(test::error_of([&] { require_voxel_size(path, ReadOptions{}); }),
                HasSubstr("10 x 10 x 210 nm"));
    EXPECT_THAT(test::error_of([&] { require_voxel_size(mrc(50, 50, 1050), ReadOptions{}); }),
                HasSubstr("5 x 5 x 105 nm"));
    EXPECT_NO_THROW(require_voxel_size(mrc(50, 50, 1000), ReadOptions{}));
}

TEST_F(VoxelSize, WhatTheUserGivesIsBelieved) {
    const ReadOptions given{Vec3{0.0005, 0.0005, 0.5}, {}};
    const auto path = mrc(0.018F, 0.018F, 0.018F);
    EXPECT_NO_THROW(require_voxel_size(open_tomogram(path, given), given));
    EXPECT_NO_THROW(require_voxel_size(path, given));
}

TEST_F(VoxelSize, UnknownOnesAreAskedForWhereTheyMatter) {
    const auto path = mrc(0, 0, 0);
    const Tomogram opened = open_tomogram(path);
    EXPECT_THAT(test::error_of([&] { require_voxel_size(opened, {}, "Write one"); }),
                AllOf(HasSubstr("none in the file"), HasSubstr("Write one")));
    EXPECT_THAT(test::error_of([&] { require_voxel_size(path, ReadOptions{}); }), HasSubstr("--voxel-nm"));
    EXPECT_NO_THROW(refuse_impossible_voxel_size(path, opened.grid, opened.voxel_size_known, {}));
}

}  // namespace
}  // namespace cytomo
