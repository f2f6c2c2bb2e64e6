// What other programs save: 64-bit and bool labels, axes with names or of length 1, stacks of Python's
// tifffile, and headers that promise what was never written. The files are made by those programs
// (tests/golden/io_make_golden.py).
#include "cytomo/io/test_files.h"
#include "cytomo/io/tiff_metadata.h"
#include "cytomo/io/value_conversion.h"

namespace cytomo {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

const Vec3 voxel{0.02, 0.0125, 0.01};
constexpr std::int64_t big = std::int64_t{1} << 40;

StoredVolume golden_volume(const std::string& file, const std::string& dataset = "") {
    return open_volume(test::golden(file), {{}, dataset});
}

std::string refusal(const std::string& file, const std::string& dataset = "") {
    return test::error_of([&] { golden_volume(file, dataset); });
}

class OtherPrograms : public test::InFolder {};

TEST_F(OtherPrograms, SixtyFourBitLabelsAreExact) {
    const std::pair<const char*, const char*> files[] = {
        {"io_int64.npy", ""}, {"io_int64.tif", ""}, {"io_int64.h5", "labels"}};
    for (const auto& [file, dataset] : files) {
        test::expect_values(file, ScalarType::int64, 3, -200, {{}, dataset});
        const CodedLabels labels = read_coded_labels(test::golden(file), {{}, dataset});
        ASSERT_EQ(labels.values.size(), 60U) << file;
        EXPECT_EQ(labels.values[0], -200);
        EXPECT_EQ(labels.values[static_cast<std::size_t>(labels.codes(4, 3, 2))], 234 * 3 - 200);
        EXPECT_THAT(test::error_of([&] {
                        read_classes(test::golden(file), {{}, dataset});
                    }),
                    HasSubstr("-200 at"));
        EXPECT_THAT(test::error_of([&] {
                        read_instances(test::golden(file), {{}, dataset});
                    }),
                    HasSubstr("-200 at"));
    }
}

TEST_F(OtherPrograms, ValuesBeyond32BitsAreNamed) {
    const std::string first = std::to_string(big) + " at voxel (0, 0, 0)";
    const std::pair<const char*, const char*> files[] = {
        {"io_uint64_big.npy", ""}, {"io_uint64_big.tif", ""}, {"io_int64.h5", "big"}};
    for (const auto& [file, dataset] : files) {
        SCOPED_TRACE(file);
        const auto path = test::golden(file);
        const ReadOptions options{{}, dataset};
        EXPECT_THAT(test::error_of([&] { read_classes(path, options); }), HasSubstr(first));
        EXPECT_THAT(test::error_of([&] { read_instances(path, options); }), HasSubstr(first));
        EXPECT_THAT(test::error_of([&] { read_coded_labels(path, options); }), HasSubstr(first));
        const StoredVolume stored = open_volume(path, options);
        EXPECT_EQ(stored.type, ScalarType::uint64);
        EXPECT_THAT(test::error_of([&] { convert_volume(stored, folder / "a.tif", {}); }),
                    AllOf(HasSubstr(first), HasSubstr("uint32")));
        EXPECT_FALSE(std::filesystem::exists(folder / "a.tif"));
        // As grey values they are rounded, which is said.
        std::vector<std::string> remarks;
        const auto grey = open_tomogram(path, options, &remarks).load();
        EXPECT_EQ(grey(4, 3, 2), static_cast<float>(big + 234 * 7));
        EXPECT_THAT(remarks,
                    Contains(AllOf(HasSubstr("rounds 59 of these uint64"), HasSubstr("1099511627783"))));
    }
}

TEST_F(OtherPrograms, SixtyFourBitValuesAreConvertedAndSmallGreyValuesAreNotRemarked) {
    std::vector<std::string> remarks;
    const auto grey = open_tomogram(test::golden("io_int64.npy"), {}, &remarks).load();
    EXPECT_EQ(grey(1, 0, 0), -197);
    EXPECT_THAT(remarks, Not(Contains(HasSubstr("round"))));
    convert_volume(golden_volume("io_int64.tif"), folder / "a.tif", {}, &remarks);
    EXPECT_EQ(open_volume(folder / "a.tif").type, ScalarType::int32);
    EXPECT_EQ(test::load(folder / "a.tif")(4, 3, 2), 234 * 3 - 200);
    EXPECT_THAT(remarks, Contains(HasSubstr("int64")));
}

TEST_F(OtherPrograms, RoundedGreyValuesOf32BitsAreRemarkedToo) {
    Volume<std::uint32_t> v(test::unequal, 16777216);
    v[5] = 16777217;
    write_volume(folder / "a.tif", v, false);
    std::vector<std::string> remarks;
    open_tomogram(folder / "a.tif", {}, &remarks);
    EXPECT_THAT(remarks, Contains(AllOf(HasSubstr("rounds 1 of"), HasSubstr("16777217"))));
}

TEST_F(OtherPrograms, Bool) {
    const std::pair<const char*, const char*> files[] = {
        {"io_bool.tif", ""}, {"io_wide_bool.npy", ""}, {"io_int64.h5", "mask"}};
    for (const auto& [file, dataset] : files) {
        SCOPED_TRACE(file);
        const ClassVolume mask = read_classes(test::golden(file), {{}, dataset});
        ASSERT_EQ(mask.grid().size, (Size3{21, 4, 3}));
        for (std::int64_t z = 0; z < 3; ++z)
            for (std::int64_t y = 0; y < 4; ++y)
                for (std::int64_t x = 0; x < 21; ++x) {
                    const bool is_set =
                        (z == 1 && y == 2 && x >= 3 && x % 4 == 3) || (z == 2 && y == 3 && x == 20);
                    ASSERT_EQ(mask(x, y, z), is_set) << x << " " << y << " " << z;
                }
    }
}

TEST_F(OtherPrograms, NamedAxesDecideTheOrder) {
    const std::pair<const char*, const char*> files[] = {{"io_axistags.h5", ""},
                                                         {"io_named_axes.h5", "labelled"},
                                                         {"io_named_axes.h5", "plain"},
                                                         {"io_named_axes.h5", "fixed"}};
    for (const auto& [file, dataset] : files) {
        SCOPED_TRACE(dataset);
        test::expect_values(file, ScalarType::uint16, 7, 0, {{}, dataset});
        EXPECT_THAT(golden_volume(file, dataset).remarks,
                    Contains(HasSubstr("brought into the order x, y, z")));
    }
    EXPECT_THAT(golden_volume("io_axistags.h5").remarks,
                Contains(HasSubstr("x, y, z, as the attribute axistags says")));
    // Names that do not fit are not used, which is said.
    test::expect_values("io_named_axes.h5", ScalarType::uint16, 7, 0, {{}, "wrong"});
    EXPECT_THAT(golden_volume("io_named_axes.h5", "wrong").remarks, Contains(HasSubstr("do not fit")));
}

TEST_F(OtherPrograms, ChannelsAndTimesOfHdf5AreChosen) {
    EXPECT_THAT(refusal("io_ilastik.h5"),
                AllOf(HasSubstr("2 channels"), HasSubstr("--dataset /exported_data:c0 … c1")));
    test::expect_values("io_ilastik.h5", ScalarType::uint16, 7, 0, {{}, "/exported_data:c0"});
    test::expect_values("io_ilastik.h5", ScalarType::uint16, 7, 1, {{}, "exported_data:t0c1"});
    EXPECT_THAT(refusal("io_ilastik.h5", "exported_data:c2"), HasSubstr("c0 … "));
    EXPECT_THAT(refusal("io_ilastik.h5", "exported_data:q2"),
                HasSubstr("/exported_data (1 x 3 x 4 x 5 x 2)"));
    const StoredVolume v = golden_volume("io_ilastik.h5", "/exported_data:c1");
    EXPECT_TRUE(v.voxel_size_known);
    test::expect_near(v.grid.voxel_um, voxel);
    EXPECT_THAT(refusal("io_named_axes.h5", "times"), AllOf(HasSubstr("2 times"), HasSubstr("times:t0")));
    test::expect_values("io_named_axes.h5", ScalarType::uint16, 7, 1, {{}, "times:t1"});
    EXPECT_THAT(refusal("io_axistags.h5", "xyz:c0"), HasSubstr("an axis c"));
}

TEST_F(OtherPrograms, AxesOfLengthOne) {
    for (const char* dataset : {"trailing", "leading", "both"}) {
        SCOPED_TRACE(dataset);
        test::expect_values("io_ones.h5", ScalarType::uint16, 7, 0, {{}, dataset});
        EXPECT_THAT(golden_volume("io_ones.h5", dataset).remarks,
                    Contains(HasSubstr("length 1 were left out")));
    }
    test::expect_values("io_trailing_one.npy", ScalarType::uint16, 7, 0);
    EXPECT_EQ(golden_volume("io_ones.h5", "slice").grid.size, (Size3{5, 4, 1}));
    const StoredVolume doubtful = golden_volume("io_ones.h5", "last_is_one");
    EXPECT_EQ(doubtful.grid.size, (Size3{1, 4, 3}));
    EXPECT_THAT(doubtful.remarks, Contains(HasSubstr("If the last one is a channel")));
    EXPECT_THAT(refusal("io_ones.h5", "four"), HasSubstr("axistags"));
}

TEST_F(OtherPrograms, VoxelSizeOfTifffile) {
    for (const char* file : {"io_tifffile.tif", "io_tifffile_cm.tif", "io_tifffile_nm.tif"}) {
        test::expect_values(file, ScalarType::uint16, 7, 0);
        const StoredVolume v = golden_volume(file);
        EXPECT_EQ(v.format, "tifffile TIFF");
        EXPECT_TRUE(v.voxel_size_known) << file;
        test::expect_near(v.grid.voxel_um, voxel);
    }
    test::expect_values("io_tifffile_unnamed.tif", ScalarType::uint16, 7, 0);
    EXPECT_FALSE(
        golden_volume("io_tifffile_unnamed.tif").voxel_size_known);  // 1 pixel per nothing is no size
    test::expect_values("io_tifffile_three_named.tif", ScalarType::float32, 0.5, -1);
    test::expect_near(golden_volume("io_tifffile_three_named.tif").grid.voxel_um, voxel);
}

TEST_F(OtherPrograms, ThreeOrFourSlicesAreNoColours) {
    test::expect_values("io_tifffile_three.tif", ScalarType::uint16, 7, 0);
    EXPECT_THAT(golden_volume("io_tifffile_three.tif").remarks, Contains(HasSubstr("read as slices")));
    test::expect_values("io_tifffile_separate.tif", ScalarType::uint16, 7, 0);
    test::expect_values("io_tifffile_yxz.tif", ScalarType::uint16, 7, 0);
    const auto four = test::load(test::golden("io_tifffile_four.tif"));
    ASSERT_EQ(four.grid().size, (Size3{5, 4, 4}));
    for (std::int64_t i = 0; i < 80; ++i) ASSERT_EQ(four[i], static_cast<float>(i));
    for (const char* file : {"io_tifffile_rgb.tif", "io_tifffile_colours_named.tif", "io_rgb.tif"})
        EXPECT_THAT(refusal(file), HasSubstr("colour picture")) << file;
    EXPECT_THAT(refusal("io_tifffile_three_bare.tif"), HasSubstr("photometric='minisblack'"));
}

TEST_F(OtherPrograms, AxesOfTifffile) {
    EXPECT_THAT(refusal("io_tifffile_channels.tif"),
                AllOf(HasSubstr("3 channels"), HasSubstr("--dataset c0")));
    test::expect_values("io_tifffile_channels.tif", ScalarType::uint16, 7, 2, {{}, "c2"});
    EXPECT_THAT(refusal("io_tifffile_times.tif"), HasSubstr("2 times"));
    test::expect_values("io_tifffile_times.tif", ScalarType::uint16, 7, 1, {{}, "t1"});
    EXPECT_THAT(refusal("io_tifffile_times.tif", "exported"), HasSubstr("exported"));
    test::expect_values("io_tifffile_one_time.tif", ScalarType::uint16, 7, 0);
    test::expect_values("io_tifffile_one_by_one.tif", ScalarType::uint16, 7, 0);
    test::expect_values("io_tifffile_truncated.tif", ScalarType::uint16, 7, 0);
    EXPECT_THAT(refusal("io_tifffile_xyz.tif"), HasSubstr("axes xyz"));
    EXPECT_THAT(refusal("io_tifffile_volumetric.tif"), HasSubstr("ImageDepth"));
}

TEST_F(OtherPrograms, OnlyResolutionsOfMicroscopesAreVoxelSizes) {
    const auto edges_of = [](double resolution, int unit, std::vector<std::string>* remarks = nullptr) {
        io::TiffTags tags;
        tags.x_resolution = tags.y_resolution = resolution;
        tags.resolution_unit = unit;
        const auto meaning = io::interpret_tiff("f", tags, 3, {});
        if (remarks) *remarks = meaning.remarks;
        return meaning.edge_um[0];
    };
    std::vector<std::string> remarks;
    for (const double dots_per_inch : {72.0, 96.0, 300.0, 1200.0, 12800.0}) {
        EXPECT_FALSE(edges_of(dots_per_inch, 2, &remarks)) << dots_per_inch;
        EXPECT_THAT(remarks, Contains(HasSubstr("printing"))) << dots_per_inch;
        EXPECT_FALSE(edges_of(dots_per_inch / 2.54, 3)) << dots_per_inch;
    }
    EXPECT_NEAR(edges_of(25400 / 0.02, 2).value_or(0), 0.02, 1e-9);
    EXPECT_NEAR(edges_of(1e4 / 0.02, 3).value_or(0), 0.02, 1e-9);
    EXPECT_FALSE(edges_of(50, 1));
    // In the plane alone they do not make a voxel, unless there is one slice only.
    const StoredVolume slice = golden_volume("io_tifffile_rows_cm.tif");
    EXPECT_TRUE(slice.voxel_size_known);
    EXPECT_NEAR(slice.grid.voxel_um.y, 0.0125, 1e-9);
}

TEST_F(OtherPrograms, AnnouncedExtendedHeaderThatIsNotThere) {
    test::expect_values("io_no_extended.mrc", ScalarType::int16, 7, 0);
    EXPECT_THAT(golden_volume("io_no_extended.mrc").remarks, Contains(HasSubstr("160 bytes")));
    test::expect_near(golden_volume("io_no_extended.mrc").grid.voxel_um, voxel);
    // Any other length is a file that was cut.
    auto bytes = test::bytes_of(test::golden("io_no_extended.mrc"));
    for (const std::size_t less : {std::size_t{1}, std::size_t{40}}) {
        const auto path = write("cut.mrc", std::span(bytes).first(bytes.size() - less));
        EXPECT_THAT(test::error_of([&] { open_volume(path); }), HasSubstr("0 of 3 sections (3 missing)"));
    }
}

TEST_F(OtherPrograms, MissingSlicesAreCounted) {
    const test::MrcFile mrc(10, 10, 10, 2, 4000);
    const auto path = write("cut.mrc", std::span(mrc.bytes).first(1024 + 7 * 400 + 399));
    EXPECT_THAT(test::error_of([&] { open_volume(path); }), HasSubstr("7 of 10 sections (3 missing)"));
    write_volume(folder / "whole.npy", Volume<float>(Grid{{10, 10, 10}, {1, 1, 1}, {}}), false);
    const auto npy = test::bytes_of(folder / "whole.npy");
    EXPECT_THAT(
        test::error_of([&] { open_volume(write("cut.npy", std::span(npy).first(npy.size() - 401))); }),
        HasSubstr("8 of 10 planes (2 missing)"));
    auto tif = test::bytes_of(test::golden("io_tifffile_truncated.tif"));
    tif.resize(tif.size() - 40);
    EXPECT_THAT(test::error_of([&] { open_volume(write("cut.tif", tif)); }), HasSubstr("3 images"));
}

}  // namespace
}  // namespace cytomo
