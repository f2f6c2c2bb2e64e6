// MRC headers field by field, at the byte offsets of the standard.
#include <algorithm>
#include <bit>
#include <cmath>

#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

using testing::HasSubstr;
using Mrc = test::InFolder;
using test::MrcFile;

template <class T>
void put(MrcFile& file, std::size_t index, T value) {
    std::memcpy(file.bytes.data() + 1024 + index * sizeof(T), &value, sizeof(T));
}

TEST_F(Mrc, Modes) {
    MrcFile bytes(2, 1, 1, 0, 2);
    put<std::int8_t>(bytes, 0, -5);
    put<std::int8_t>(bytes, 1, 100);
    EXPECT_EQ(test::load(write("0.mrc", bytes.bytes))[0], -5);
    MrcFile shorts(2, 1, 1, 1, 4);
    put<std::int16_t>(shorts, 1, -30000);
    EXPECT_EQ(test::load(write("1.mrc", shorts.bytes))[1], -30000);
    MrcFile unsigned_shorts(2, 1, 1, 6, 4);
    put<std::uint16_t>(unsigned_shorts, 1, 60000);
    EXPECT_EQ(test::load(write("6.mrc", unsigned_shorts.bytes))[1], 60000);
    MrcFile halves(4, 1, 1, 12, 8);
    const std::uint16_t bits[] = {0x3C00, 0xC000, 0x0001, 0x7BFF};  // 1, -2, 2^-24, 65504 (IEEE 754)
    for (std::size_t i = 0; i < 4; ++i) put<std::uint16_t>(halves, i, bits[i]);
    const auto values = test::load(write("12.mrc", halves.bytes));
    EXPECT_EQ(values[0], 1);
    EXPECT_EQ(values[1], -2);
    EXPECT_EQ(values[2], std::ldexp(1.0F, -24));
    EXPECT_EQ(values[3], 65504);
    for (const int mode : {3, 4, 16, 101}) {
        const MrcFile other(2, 1, 1, mode, 64);
        EXPECT_THAT(test::error_of([&] { open_volume(write("x.mrc", other.bytes)); }),
                    HasSubstr("mode " + std::to_string(mode)));
    }
}

TEST_F(Mrc, ImodFlagTellsUnsignedBytes) {
    MrcFile file(2, 1, 1, 0, 2);
    put<std::uint8_t>(file, 0, 200);
    EXPECT_EQ(test::load(write("a.mrc", file.bytes))[0], -56);
    file.integers(152, {1146047817, 1});
    EXPECT_EQ(test::load(write("a.mrc", file.bytes))[0], -56);
    file.integers(152, {1146047817, 0});
    EXPECT_EQ(test::load(write("a.mrc", file.bytes))[0], 200);
    file.integers(152, {0, 0});
    file.reals(76, {0, 200, 100});  // the header's own minimum and maximum
    const StoredVolume v = open_volume(write("a.mrc", file.bytes));
    EXPECT_EQ(v.type, ScalarType::uint8);
    EXPECT_THAT(v.remarks, testing::Contains(HasSubstr("unsigned")));
}

TEST_F(Mrc, BothByteOrdersWithOrWithoutStamp) {
    MrcFile file(3, 2, 1, 2, 24);
    for (std::size_t i = 0; i < 6; ++i) put<float>(file, i, 1.5F * static_cast<float>(i));
    auto swapped = file.bytes;
    for (std::size_t i = 0; i < swapped.size(); i += 4)
        if (i != 208) std::reverse(swapped.data() + i, swapped.data() + i + 4);
    for (const bool stamp : {true, false}) {
        if (!stamp) {
            std::memset(file.bytes.data() + 208, 0, 8);
            std::memset(swapped.data() + 208, 0, 8);
        }
        for (const auto& bytes : {file.bytes, swapped}) {
            const auto path = write("a.bin", bytes);  // known by content, not by name
            EXPECT_EQ(test::load(path)(2, 1, 0), 7.5F);
            test::expect_near(open_volume(path).grid.voxel_um, {0.02, 0.0125, 0.01});
        }
    }
}

TEST_F(Mrc, ExtendedHeaderIsSkipped) {
    MrcFile file(2, 1, 1, 1, 4 + 160);
    file.integers(92, {160});
    put<std::int16_t>(file, 81, 77);
    EXPECT_EQ(test::load(write("a.mrc", file.bytes))[1], 77);
}

TEST_F(Mrc, VoxelSizeIsUnknownIfTheCellIsZeroOrOneAngstrom) {
    MrcFile file(4, 3, 2, 0, 24);
    EXPECT_TRUE(open_volume(write("a.mrc", file.bytes)).voxel_size_known);
    file.reals(40, {0, 0, 0});
    EXPECT_FALSE(open_volume(write("a.mrc", file.bytes)).voxel_size_known);
    file.reals(40, {4, 3, 2});
    EXPECT_FALSE(open_volume(write("a.mrc", file.bytes)).voxel_size_known);
    const StoredVolume given = open_volume(write("a.mrc", file.bytes), {Vec3{0.02, 0.0125, 0.01}, ""});
    EXPECT_TRUE(given.voxel_size_known);
    EXPECT_EQ(given.grid.voxel_um, (Vec3{0.02, 0.0125, 0.01}));
    file.reals(40, {40, 30, std::nanf("")});
    EXPECT_FALSE(open_volume(write("a.mrc", file.bytes)).voxel_size_known);
    file.reals(40, {1e30F, 30, 20});
    EXPECT_FALSE(open_volume(write("a.mrc", file.bytes)).voxel_size_known);
}

TEST_F(Mrc, StacksOfSections) {
    MrcFile file(4, 4, 10, 0, 160);
    file.integers(28, {4, 4, 1});
    file.reals(40, {800, 800, 1000});  // whole extent along z
    EXPECT_NEAR(open_volume(write("a.mrc", file.bytes)).grid.voxel_um.z, 0.01, 1e-9);
    file.reals(40, {800, 800, 100});  // distance of sections
    EXPECT_NEAR(open_volume(write("a.mrc", file.bytes)).grid.voxel_um.z, 0.01, 1e-9);
}

TEST_F(Mrc, NegativeCells) {
    MrcFile file(4, 4, 2, 0, 32);
    file.reals(40, {-800, 500, -200});
    const StoredVolume v = open_volume(write("a.mrc", file.bytes));
    test::expect_near(v.grid.voxel_um, {0.02, 0.0125, 0.01});
    EXPECT_THAT(v.remarks, testing::Contains(HasSubstr("negative")));
}

TEST_F(Mrc, Origins) {
    MrcFile file(4, 4, 2, 0, 32);
    file.integers(16, {2, -4, 8});
    test::expect_near(open_volume(write("a.mrc", file.bytes)).grid.origin_um, {0.04, -0.05, 0.08});
    // With a voxel size of the user's, the start is counted in it.
    test::expect_near(open_volume(write("a.mrc", file.bytes), {Vec3{0.1, 0.1, 0.1}, ""}).grid.origin_um,
                      {0.2, -0.4, 0.8});
    file.reals(196, {1000, -2000, 300});
    test::expect_near(open_volume(write("a.mrc", file.bytes)).grid.origin_um, {0.1, -0.2, 0.03});
    file.integers(152, {1146047817, 1});
    test::expect_near(open_volume(write("a.mrc", file.bytes)).grid.origin_um, {-0.1, 0.2, -0.03});
    file.integers(152, {1146047817, 1 | 4});
    test::expect_near(open_volume(write("a.mrc", file.bytes)).grid.origin_um, {0.1, -0.2, 0.03});
}

TEST_F(Mrc, XAndYExchanged) {
    MrcFile file(2, 3, 2, 1, 24);  // columns are y
    file.integers(64, {2, 1, 3});
    for (std::int16_t i = 0; i < 12; ++i) put<std::int16_t>(file, static_cast<std::size_t>(i), i);
    const auto v = test::load(write("a.mrc", file.bytes));
    EXPECT_EQ(v.grid().size, (Size3{3, 2, 2}));
    for (int z = 0; z < 2; ++z)
        for (int y = 0; y < 2; ++y)
            for (int x = 0; x < 3; ++x) EXPECT_EQ(v(x, y, z), 6 * z + 2 * x + y);
}

TEST_F(Mrc, WrittenHeaderFollowsTheStandard) {
    Volume<float> v(test::unequal);
    for (std::int64_t i = 0; i < v.count(); ++i) v[i] = static_cast<float>(i);
    write_volume(folder / "a.mrc", v, false);
    const auto bytes = test::bytes_of(folder / "a.mrc");
    ASSERT_EQ(bytes.size(), 1024 + 7 * 5 * 3 * 4U);
    const auto integer = [&](std::size_t offset) {
        std::int32_t i = 0;
        std::memcpy(&i, bytes.data() + offset, 4);
        return i;
    };
    const auto real = [&](std::size_t offset) { return std::bit_cast<float>(integer(offset)); };
    EXPECT_EQ(integer(0), 7);
    EXPECT_EQ(integer(4), 5);
    EXPECT_EQ(integer(8), 3);
    EXPECT_EQ(integer(12), 2);
    EXPECT_EQ(integer(36), 3);
    EXPECT_FLOAT_EQ(real(40), 1400);
    EXPECT_FLOAT_EQ(real(44), 625);
    EXPECT_FLOAT_EQ(real(48), 300);
    EXPECT_EQ(integer(64), 1);
    EXPECT_EQ(integer(68), 2);
    EXPECT_EQ(integer(72), 3);
    EXPECT_FLOAT_EQ(real(76), 0);
    EXPECT_FLOAT_EQ(real(80), 104);
    EXPECT_FLOAT_EQ(real(84), 52);
    EXPECT_FLOAT_EQ(real(216),
                    static_cast<float>(std::sqrt((105.0 * 105 - 1) / 12)));  // deviation of 0 … 104
    EXPECT_FLOAT_EQ(real(196), -15000);
    EXPECT_FLOAT_EQ(real(204), 31250);
    EXPECT_EQ(std::memcmp(bytes.data() + 208, "MAP \x44\x44\0\0", 8), 0);
}

}  // namespace
}  // namespace cytomo
