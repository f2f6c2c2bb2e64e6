// Files made by numpy, tifffile and h5py (tests/golden/io_make_golden.py): the value at (x, y, z) is
// (100 z + 10 y + x) * step + first.
#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

using testing::HasSubstr;

void expect_values(const std::string& file, ScalarType type, double step, double first,
                   const ReadOptions& options = {}) {
    SCOPED_TRACE(file);
    const StoredVolume stored = open_volume(test::golden(file), options);
    EXPECT_EQ(stored.type, type);
    ASSERT_EQ(stored.grid.size, (Size3{5, 4, 3}));
    const auto whole = test::load(test::golden(file), options);
    const Tomogram t = open_tomogram(test::golden(file), options);
    std::vector<float> slice(20);
    for (std::int64_t z = 2; z >= 0; --z) {  // slices on demand, in any order
        t.read_slices(z, 1, slice);
        for (std::int64_t y = 0; y < 4; ++y)
            for (std::int64_t x = 0; x < 5; ++x) {
                const auto expected =
                    static_cast<float>(static_cast<double>(100 * z + 10 * y + x) * step + first);
                ASSERT_EQ(whole(x, y, z), expected) << x << " " << y << " " << z;
                ASSERT_EQ(slice[static_cast<std::size_t>(y * 5 + x)], expected);
            }
    }
}

const Vec3 voxel{0.02, 0.0125, 0.01};

TEST(GoldenFiles, NumpyOrdersTypesAndVersions) {
    expect_values("io_c_big_endian.npy", ScalarType::int16, 3, -200);
    expect_values("io_fortran_float64.npy", ScalarType::float64, 0.25, 0);
    expect_values("io_leading_one.npy", ScalarType::uint32, 1 << 20, 0);
    expect_values("io_version2.npy", ScalarType::float16, 0.5, 0);
    const ClassVolume odd = read_classes(test::golden("io_bool.npy"));
    for (std::int64_t i = 0; i < odd.count(); ++i) ASSERT_EQ(odd[i], i % 5 % 2);
    EXPECT_FALSE(open_volume(test::golden("io_bool.npy")).voxel_size_known);
}

TEST(GoldenFiles, ImageJStacks) {
    expect_values("io_imagej_big_endian.tif", ScalarType::float32, 0.5, -1);
    for (const char* file :
         {"io_imagej_big_endian.tif", "io_imagej_escaped_micron.tif", "io_imagej_nm.tif"}) {
        SCOPED_TRACE(file);
        const StoredVolume v = open_volume(test::golden(file));
        EXPECT_TRUE(v.voxel_size_known);
        EXPECT_EQ(v.format, "ImageJ TIFF");
        test::expect_near(v.grid.voxel_um, voxel);
    }
    expect_values("io_imagej_nm.tif", ScalarType::uint16, 7, 0);
}

TEST(GoldenFiles, ChannelsAreChosen) {
    EXPECT_THAT(test::error_of([] { open_volume(test::golden("io_imagej_channels.tif")); }),
                HasSubstr("--dataset c0"));
    expect_values("io_imagej_channels.tif", ScalarType::uint16, 7, 0, {{}, "c0"});
    expect_values("io_imagej_channels.tif", ScalarType::uint16, 7, 1, {{}, "c1"});
    EXPECT_THAT(test::error_of([] {
                    open_volume(test::golden("io_imagej_channels.tif"), {{}, "c2"});
                }),
                HasSubstr("c2"));
    expect_values("io_ome.ome.tif", ScalarType::uint16, 7, 0, {{}, "c0"});
    expect_values("io_ome.ome.tif", ScalarType::uint16, 7, 1, {{}, "c1"});
    const StoredVolume ome = open_volume(test::golden("io_ome.ome.tif"), {{}, "c1"});
    EXPECT_EQ(ome.format, "OME-TIFF");
    test::expect_near(ome.grid.voxel_um, voxel);
}

TEST(GoldenFiles, TiffLayouts) {
    expect_values("io_bigtiff_tiled.tif", ScalarType::int32, 100000, -7);
    expect_values("io_bigendian_strips.tif", ScalarType::float64, 0.125, 0);
    expect_values("io_predictor.tif", ScalarType::uint16, 7, 0);
    EXPECT_THAT(test::error_of([] { open_volume(test::golden("io_rgb.tif")); }), HasSubstr("colour"));
    EXPECT_THAT(test::error_of([] { open_volume(test::golden("io_bilevel.tif")); }), HasSubstr("1-bit"));
}

TEST(GoldenFiles, Hdf5Datasets) {
    expect_values("io_deep_sxt.h5", ScalarType::float32, 0.5, 0);
    expect_values("io_deep_sxt.h5", ScalarType::uint8, 1, 0, {{}, "t0/channel1"});
    expect_values("io_element_size.h5", ScalarType::int16, 5, -300);
    const StoredVolume v = open_volume(test::golden("io_element_size.h5"));
    EXPECT_EQ(v.dataset, "/volume");
    EXPECT_EQ(v.grid.voxel_um, voxel);
    EXPECT_TRUE(v.voxel_size_known);
    const std::string several = test::error_of([] { open_volume(test::golden("io_two.h5")); });
    EXPECT_THAT(several, HasSubstr("/first (3 x 4 x 5)"));
    EXPECT_THAT(several, HasSubstr("/group/second"));
    expect_values("io_two.h5", ScalarType::int32, 1000, 0, {{}, "/group/second"});
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
    expect_values("io_permuted_big_endian.mrc", ScalarType::float32, 0.5, 0);
    const StoredVolume v = open_volume(test::golden("io_permuted_big_endian.mrc"));
    test::expect_near(v.grid.voxel_um, voxel);
    // The start is counted along columns (z), rows (x) and sections (y).
    test::expect_near(v.grid.origin_um, {10 * 0.02, -20 * 0.0125, 30 * 0.01});
}

}  // namespace
}  // namespace cytomo
