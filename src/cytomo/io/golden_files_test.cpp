// Files made by numpy, tifffile and h5py (tests/golden/io_make_golden.py).
#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

using testing::HasSubstr;

const Vec3 golden_voxel{0.02, 0.0125, 0.01};

TEST(GoldenFiles, NumpyOrdersTypesAndVersions) {
    test::expect_values("io_c_big_endian.npy", ScalarType::int16, 3, -200);
    test::expect_values("io_fortran_float64.npy", ScalarType::float64, 0.25, 0);
    test::expect_values("io_leading_one.npy", ScalarType::uint32, 1 << 20, 0);
    test::expect_values("io_version2.npy", ScalarType::float16, 0.5, 0);
    const ClassVolume odd = read_classes(test::golden("io_bool.npy"));
    for (std::int64_t i = 0; i < odd.count(); ++i) ASSERT_EQ(odd[i], i % 5 % 2);
    EXPECT_FALSE(open_volume(test::golden("io_bool.npy")).voxel_size_known);
}

TEST(GoldenFiles, ImageJStacks) {
    test::expect_values("io_imagej_big_endian.tif", ScalarType::float32, 0.5, -1);
    for (const char* file :
         {"io_imagej_big_endian.tif", "io_imagej_escaped_micron.tif", "io_imagej_nm.tif"}) {
        SCOPED_TRACE(file);
        const StoredVolume v = open_volume(test::golden(file));
        EXPECT_TRUE(v.voxel_size_known);
        EXPECT_EQ(v.format, "ImageJ TIFF");
        test::expect_near(v.grid.voxel_um, golden_voxel);
    }
    test::expect_values("io_imagej_nm.tif", ScalarType::uint16, 7, 0);
}

TEST(GoldenFiles, ChannelsAreChosen) {
    EXPECT_THAT(test::error_of([] { open_volume(test::golden("io_imagej_channels.tif")); }),
                HasSubstr("--dataset c0"));
    test::expect_values("io_imagej_channels.tif", ScalarType::uint16, 7, 0, {{}, "c0"});
    test::expect_values("io_imagej_channels.tif", ScalarType::uint16, 7, 1, {{}, "c1"});
    EXPECT_THAT(test::error_of([] {
                    open_volume(test::golden("io_imagej_channels.tif"), {{}, "c2"});
                }),
                HasSubstr("c2"));
    test::expect_values("io_ome.ome.tif", ScalarType::uint16, 7, 0, {{}, "c0"});
    test::expect_values("io_ome.ome.tif", ScalarType::uint16, 7, 1, {{}, "c1"});
    const StoredVolume ome = open_volume(test::golden("io_ome.ome.tif"), {{}, "c1"});
    EXPECT_EQ(ome.format, "OME-TIFF");
    test::expect_near(ome.grid.voxel_um, golden_voxel);
}

TEST(GoldenFiles, TiffLayouts) {
    test::expect_values("io_bigtiff_tiled.tif", ScalarType::int32, 100000, -7);
    test::expect_values("io_bigendian_strips.tif", ScalarType::float64, 0.125, 0);
    test::expect_values("io_predictor.tif", ScalarType::uint16, 7, 0);
    EXPECT_THAT(test::error_of([] { open_volume(test::golden("io_rgb.tif")); }), HasSubstr("colour"));
    EXPECT_EQ(test::load(test::golden("io_bilevel.tif")).grid().size, (Size3{5, 4, 1}));
}

TEST(GoldenFiles, Hdf5Datasets) {
    test::expect_values("io_deep_sxt.h5", ScalarType::float32, 0.5, 0);
    test::expect_values("io_deep_sxt.h5", ScalarType::uint8, 1, 0, {{}, "t0/channel1"});
    test::expect_values("io_element_size.h5", ScalarType::int16, 5, -300);
    const StoredVolume v = open_volume(test::golden("io_element_size.h5"));
    EXPECT_EQ(v.dataset, "/volume");
    EXPECT_EQ(v.grid.voxel_um, golden_voxel);
    EXPECT_TRUE(v.voxel_size_known);
    const std::string several = test::error_of([] { open_volume(test::golden("io_two.h5")); });
    EXPECT_THAT(several, HasSubstr("/first (3 x 4 x 5)"));
    EXPECT_THAT(several, HasSubstr("/group/second"));
    test::expect_values("io_two.h5", ScalarType::int32, 1000, 0, {{}, "/group/second"});
    EXPECT_THAT(test::error_of([] {
                    open_volume(test::golden("io_two.h5"), {{}, "third"});
                }),
                HasSubstr("/first"));
    EXPECT_THAT(test::error_of([] {
                    open_volume(test::golden("io_element_size.h5"), {{}, "table"});
                }),
                HasSubstr("three axes"));
}

TEST(GoldenFiles, MrcWithPermutedAxes) {
    test::expect_values("io_permuted_big_endian.mrc", ScalarType::float32, 0.5, 0);
    const StoredVolume v = open_volume(test::golden("io_permuted_big_endian.mrc"));
    test::expect_near(v.grid.voxel_um, golden_voxel);
    // The start is counted along columns (z), rows (x) and sections (y).
    test::expect_near(v.grid.origin_um, {10 * 0.02, -20 * 0.0125, 30 * 0.01});
}

}  // namespace
}  // namespace cytomo
