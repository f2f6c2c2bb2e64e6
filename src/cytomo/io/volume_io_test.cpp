// Writing and reading back: every type, and every pair of formats, with unequal voxel edges and an origin.
#include "cytomo/io/volume_io.h"

#include <fcntl.h>
#include <zlib.h>

#include <algorithm>
#include <iterator>
#include <limits>

#include "cytomo/io/scalar.h"
#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

using testing::HasSubstr;
using VolumeIo = test::InFolder;
using test::unequal;

constexpr const char* endings[] = {".mrc", ".tif", ".npy", ".h5"};

/// Values spread over the range of the type.
template <class T>
Volume<T> spread(const Grid& grid) {
    Volume<T> v(grid);
    for (std::int64_t i = 0; i < v.count(); ++i) {
        if constexpr (std::is_integral_v<T>)
            v[i] = static_cast<T>(static_cast<std::uint64_t>(std::numeric_limits<T>::max()) -
                                  static_cast<std::uint64_t>(i) * (sizeof(T) == 4 ? 40000000U : 37U));
        else
            v[i] = std::ldexp(static_cast<T>(i - 50), static_cast<int>(i % 60) - 30);
    }
    return v;
}

template <class T>
class WritableTypes : public VolumeIo {};
using Types = testing::Types<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t,
                             std::uint32_t, float>;
TYPED_TEST_SUITE(WritableTypes, Types);

TYPED_TEST(WritableTypes, ComeBackExactly) {
    const auto values = spread<TypeParam>(unequal);
    for (const char* ending : endings) {
        SCOPED_TRACE(ending);
        if (ending == std::string(".mrc") && sizeof(TypeParam) == 4 && std::is_integral_v<TypeParam>)
            continue;
        const auto path = this->folder / (std::string("a") + ending);
        write_volume(path, values, false);
        const StoredVolume stored = open_volume(path);
        const bool widened = ending == std::string(".mrc") && std::is_same_v<TypeParam, std::uint8_t>;
        EXPECT_EQ(stored.type, widened ? ScalarType::uint16 : io::scalar_type_of<TypeParam>());
        test::expect_near(stored.grid.voxel_um, unequal.voxel_um);
        test::expect_near(stored.grid.origin_um, unequal.origin_um);
        ASSERT_EQ(stored.grid.size, unequal.size);
        if (widened) {
            const auto loaded = test::load(path);
            for (std::int64_t i = 0; i < values.count(); ++i) ASSERT_EQ(loaded[i], values[i]);
            continue;
        }
        std::vector<TypeParam> back(static_cast<std::size_t>(values.count()));
        stored.read_bytes(0, 3, std::as_writable_bytes(std::span(back)));
        EXPECT_TRUE(std::equal(back.begin(), back.end(), values.values().begin()));
    }
}

TEST_F(VolumeIo, EveryPairOfFormatsKeepsValuesVoxelSizeAndOrigin) {
    const auto values = spread<std::int16_t>(unequal);
    for (const char* from : endings) {
        write_volume(folder / (std::string("a") + from), values, true);
        for (const char* to : endings) {
            SCOPED_TRACE(std::string(from) + " to " + to);
            const StoredVolume stored = open_volume(folder / (std::string("a") + from));
            const auto path = folder / (std::string("b") + to);
            VolumeWriter writer(path, stored.grid, stored.type, true);
            std::vector<std::byte> slices(2 * 7 * 5 * 2);
            for (const auto& [first, count] : {std::pair{0, 2}, std::pair{2, 1}}) {
                const auto part = std::span(slices).first(static_cast<std::size_t>(count * 70));
                stored.read_bytes(first, count, part);
                writer.write_bytes(first, count, part);
            }
            writer.finish();
            const Tomogram t = open_tomogram(path);
            EXPECT_EQ(t.grid.size, unequal.size);
            EXPECT_TRUE(t.voxel_size_known);
            EXPECT_EQ(t.type, ScalarType::int16);
            test::expect_near(t.grid.voxel_um, unequal.voxel_um);
            test::expect_near(t.grid.origin_um, unequal.origin_um);
            const auto loaded = t.load();
            for (std::int64_t i = 0; i < values.count(); ++i) ASSERT_EQ(loaded[i], values[i]);
        }
    }
}

TEST_F(VolumeIo, AwkwardEdgesAreExactWhereTheFormatAllows) {
    const Grid awkward{
        {7, 5, 3}, {1.0 / 3, 0.1 / 7, 3.141592653589793e-2}, {-1.0 / 3, 1e-9, 12345.678901234567}};
    for (const char* ending : {".tif", ".npy", ".h5"}) {
        const auto path = folder / (std::string("a") + ending);
        write_volume(path, Volume<std::uint8_t>(awkward), false);
        EXPECT_EQ(open_volume(path).grid, awkward) << ending;
    }
    write_volume(folder / "a.mrc", Volume<float>(awkward), false);
    test::expect_near(open_volume(folder / "a.mrc").grid.voxel_um, awkward.voxel_um, 5e-7);
}

TEST_F(VolumeIo, UnknownVoxelSizeStaysUnknown) {
    for (const char* ending : endings) {
        const auto path = folder / (std::string("a") + ending);
        VolumeWriter writer(path, unequal, ScalarType::int16, false, false);
        writer.write_slices<std::int16_t>(0, 3, std::vector<std::int16_t>(105));
        writer.finish();
        EXPECT_FALSE(open_volume(path).voxel_size_known) << ending;
    }
}

TEST_F(VolumeIo, NothingIsOverwrittenUnasked) {
    const Volume<std::uint8_t> v(unequal, 1);
    for (const char* ending : endings) {
        const auto path = folder / (std::string("a") + ending);
        write_volume(path, v, false);
        EXPECT_THAT(test::error_of([&] { write_volume(path, v, false); }), HasSubstr("--overwrite"));
        write_volume(path, v, true);
    }
    std::filesystem::remove(folder / "a.npy");  // its sidecar counts as well
    EXPECT_THAT(test::error_of([&] { write_volume(folder / "a.npy", v, false); }), HasSubstr("a.npy.json"));
    // Also where the new volume has nothing to say: the old file would speak of it.
    const auto write_bare = [&](bool overwrite) {
        VolumeWriter writer(folder / "a.npy", unequal, ScalarType::uint8, overwrite, false);
        writer.write_slices<std::uint8_t>(0, 3, v.values());
        writer.finish();
    };
    EXPECT_THAT(test::error_of([&] { write_bare(false); }),
                testing::AllOf(HasSubstr("a.npy.json"), HasSubstr("a name that is free")));
    EXPECT_FALSE(std::filesystem::exists(folder / "a.npy"));
    write_bare(true);
    EXPECT_FALSE(open_volume(folder / "a.npy").voxel_size_known);
    EXPECT_FALSE(std::filesystem::exists(folder / "a.npy.json"));
}

TEST_F(VolumeIo, NamesCanBeCheckedBeforeTheWork) {
    const auto error = [&](const char* name, const std::optional<Legend>& legend = {}) {
        return test::error_of([&] { check_volume_name(folder / name, false, legend); });
    };
    write("a.npy.json", std::string("{}"));
    write("a.mrc.json", std::string("{}"));
    write("a.tif", std::string("taken"));
    EXPECT_THAT(error("a.npy"), HasSubstr("a.npy.json: expected a name that is free"));
    EXPECT_THAT(error("a.tif"), HasSubstr("a.tif: expected a name that is free"));
    EXPECT_THAT(error("a.mrc", Legend{{{1, "größe", {}}}}), HasSubstr("a.mrc.json"));
    EXPECT_THAT(error("a.nrrd"), HasSubstr(".nrrd"));
    check_volume_name(folder / "a.mrc", false, default_legend());  // fits into the header
    check_volume_name(folder / "b.npy", false, default_legend());
    check_volume_name(folder / "a.npy", true);
    check_volume_name(folder / "a.tif", true);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 3);
}

TEST_F(VolumeIo, AnUnfinishedFileLeavesNothing) {
    for (const char* ending : endings) {
        VolumeWriter writer(folder / (std::string("a") + ending), unequal, ScalarType::uint8, false);
        writer.write_slices<std::uint8_t>(0, 2, std::vector<std::uint8_t>(70));
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST_F(VolumeIo, MisuseOfTheWriterIsABug) {
    VolumeWriter writer(folder / "a.tif", unequal, ScalarType::uint8, false);
    EXPECT_THROW(writer.write_slices<std::uint8_t>(1, 1, std::vector<std::uint8_t>(35)), std::logic_error);
    EXPECT_THROW(writer.write_slices<std::uint8_t>(0, 1, std::vector<std::uint8_t>(34)), std::logic_error);
    EXPECT_THROW(writer.write_slices<std::int8_t>(0, 1, std::vector<std::int8_t>(35)), std::logic_error);
    EXPECT_THROW(writer.finish(), std::logic_error);
}

TEST_F(VolumeIo, NamesThatCannotBeWritten) {
    const Volume<std::uint8_t> v(unequal, 1);
    EXPECT_THAT(test::error_of([&] { write_volume(folder / "a.nrrd", v, false); }), HasSubstr(".tif"));
    EXPECT_THAT(test::error_of([&] { write_volume(folder / "none/a.tif", v, false); }), HasSubstr("none"));
    EXPECT_TRUE(is_writable_format("A.REC"));
    EXPECT_FALSE(is_writable_format("a.zarr"));
    EXPECT_THROW(VolumeWriter(folder / "a.tif", Grid{}, ScalarType::uint8, false), InputError);
    EXPECT_THROW(VolumeWriter(folder / "a.tif", unequal, ScalarType::float64, false), InputError);
}

TEST_F(VolumeIo, MrcRefusesIntegersThatItCannotHold) {
    Volume<std::uint32_t> v(unequal, 16777215);
    write_volume(folder / "a.mrc", v, false);
    EXPECT_EQ(read_instances(folder / "a.mrc")[0], 16777215U);
    v[5] = 16777216;
    EXPECT_THAT(test::error_of([&] { write_volume(folder / "b.mrc", v, false); }), HasSubstr(".tif"));
    EXPECT_FALSE(std::filesystem::exists(folder / "b.mrc"));
}

TEST_F(VolumeIo, GzipInsideMrcAndNpy) {
    const auto values = spread<std::int16_t>(unequal);
    for (const char* name : {"a.mrc", "a.npy"}) {
        write_volume(folder / name, values, false);
        const auto bytes = test::bytes_of(folder / name);
        const auto packed = folder / (std::string(name) + ".gz");
        gzFile gz = gzopen(packed.c_str(), "wb");
        const std::size_t half = bytes.size() / 2;  // two members, as pigz writes them
        gzwrite(gz, bytes.data(), static_cast<unsigned>(half));
        gzclose(gz);
        gz = gzopen(packed.c_str(), "ab");
        gzwrite(gz, bytes.data() + half, static_cast<unsigned>(bytes.size() - half));
        gzclose(gz);
        std::ofstream(packed, std::ios::app | std::ios::binary)
            << std::string(64, '\0');  // padding is tolerated
        const auto loaded = test::load(packed);
        for (std::int64_t i = 0; i < values.count(); ++i) ASSERT_EQ(loaded[i], values[i]);
    }
}

TEST_F(VolumeIo, BigTiffFromThreeAndAHalfGigabytes) {
    // Only the header is written: the format is decided at once.
    VolumeWriter small(folder / "small.tif", Grid{{1000, 1000, 3}, {1, 1, 1}, {}}, ScalarType::uint8, false);
    VolumeWriter large(folder / "large.tif", Grid{{1000, 1000, 4000}, {1, 1, 1}, {}}, ScalarType::uint8,
                       false);
    const std::vector<std::uint8_t> slice(1000 * 1000);
    small.write_slices<std::uint8_t>(0, 1, slice);
    large.write_slices<std::uint8_t>(0, 1, slice);
    int classic = 0, big = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto bytes = test::bytes_of(entry.path());
        ASSERT_GT(bytes.size(), 8U);
        (bytes[2] == std::byte{43} ? big : classic) += 1;
    }
    EXPECT_EQ(classic, 1);
    EXPECT_EQ(big, 1);
}

TEST_F(VolumeIo, AFileThatShrinksWhileReadIsAnInputError) {
    for (const char* name : {"a.mrc", "a.tif", "a.npy"}) {
        Volume<std::uint16_t> v(Grid{{100, 100, 20}, {1, 1, 1}, {}});
        for (std::int64_t i = 0; i < v.count(); ++i) v[i] = static_cast<std::uint16_t>(i * 7919);
        write_volume(folder / name, v, false);
        const Tomogram t = open_tomogram(folder / name);
        std::filesystem::resize_file(folder / name, 5000);
        EXPECT_THAT(test::error_of([&] { t.load(); }), HasSubstr(name));
    }
}

TEST_F(VolumeIo, VoxelSizeOfTheUserIsRemarked) {
    write_volume(folder / "a.tif", Volume<std::uint8_t>(unequal), false);
    std::vector<std::string> remarks;
    EXPECT_EQ(open_tomogram(folder / "a.tif", {Vec3{1, 2, 3}, ""}, &remarks).grid.voxel_um, (Vec3{1, 2, 3}));
    EXPECT_THAT(remarks, testing::Contains(HasSubstr("20 x 12.5 x 10 nm")));
    EXPECT_THROW(open_tomogram(folder / "a.tif", {Vec3{1, 0, 3}, ""}), UsageError);
    EXPECT_THROW(open_tomogram(folder / "a.mrc", {Vec3{1, 1, 3}, "data"}), InputError);
}

}  // namespace
}  // namespace cytomo
