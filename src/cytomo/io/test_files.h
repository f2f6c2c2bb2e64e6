// For the tests of io: folders that vanish, files byte by byte.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::test {

/// A fixture with an empty folder of its own.
class InFolder : public testing::Test {
protected:
    void SetUp() override {
        const auto* info = testing::UnitTest::GetInstance()->current_test_info();
        folder = std::filesystem::temp_directory_path() /
                 ("cytomo-" + std::to_string(::getpid()) + "-" + info->name());
        std::filesystem::create_directories(folder);
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    std::filesystem::path write(const std::string& name, std::span<const std::byte> bytes) const {
        std::ofstream out(folder / name, std::ios::binary);
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        return folder / name;
    }
    std::filesystem::path write(const std::string& name, const std::string& text) const {
        return write(name, std::as_bytes(std::span(text)));
    }

    std::filesystem::path folder;
};

inline std::vector<std::byte> bytes_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    const std::vector<char> text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

/// The message of the InputError that f throws; a failure if it throws none.
template <class F>
std::string error_of(F&& f) {
    try {
        f();
    } catch (const InputError& e) {
        return e.what();
    }
    ADD_FAILURE() << "no InputError";
    return {};
}

/// All values, decoded slice by slice as numbers, through the float view.
inline Volume<float> load(const std::filesystem::path& path, const ReadOptions& options = {}) {
    return open_tomogram(path, options).load();
}

inline void expect_near(Vec3 a, Vec3 b, double relative = 1e-6) {
    EXPECT_NEAR(a.x, b.x, relative * std::abs(b.x));
    EXPECT_NEAR(a.y, b.y, relative * std::abs(b.y));
    EXPECT_NEAR(a.z, b.z, relative * std::abs(b.z));
}

/// Unequal sizes, edges and origin: exchanged axes do not go unnoticed.
inline const Grid unequal{{7, 5, 3}, {0.02, 0.0125, 0.01}, {-1.5, 0.25, 3.125}};

inline std::filesystem::path golden(const std::string& name) {
    return std::filesystem::path(CYTOMO_SOURCE_DIR) / "tests/golden" / name;
}

/// Compares with a file of tests/golden/io_make_golden.py: the value at (x, y, z) is (100 z + 10 y + x) *
/// step + first.
inline void expect_values(const std::string& file, ScalarType type, double step, double first,
                          const ReadOptions& options = {}) {
    SCOPED_TRACE(file);
    const StoredVolume stored = open_volume(golden(file), options);
    EXPECT_EQ(stored.type, type);
    ASSERT_EQ(stored.grid.size, (Size3{5, 4, 3}));
    const auto whole = load(golden(file), options);
    const Tomogram t = open_tomogram(golden(file), options);
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

/// The folder of real files; empty if there is none.
inline std::filesystem::path data_folder() {
    const char* given = std::getenv("CYTOMO_DATA");
    std::filesystem::path path = given ? given : std::filesystem::path(CYTOMO_SOURCE_DIR) / "../shared/data";
    return std::filesystem::is_directory(path / "formats") ? path : std::filesystem::path();
}

/// A little-endian MRC file with every field at its place in the standard, to be changed by tests.
struct MrcFile {
    std::vector<std::byte> bytes;

    MrcFile(std::int32_t nx, std::int32_t ny, std::int32_t nz, std::int32_t mode, std::size_t data_bytes)
        : bytes(1024 + data_bytes) {
        integers(0, {nx, ny, nz, mode});
        integers(28, {nx, ny, nz});
        reals(40, {200.0F * static_cast<float>(nx), 125.0F * static_cast<float>(ny),
                   100.0F * static_cast<float>(nz)});
        integers(64, {1, 2, 3});
        std::memcpy(bytes.data() + 208, "MAP \x44\x44", 6);
    }
    void integers(std::size_t offset, std::initializer_list<std::int32_t> values) {
        for (const std::int32_t v : values) std::memcpy(bytes.data() + offset, &v, 4), offset += 4;
    }
    void reals(std::size_t offset, std::initializer_list<float> values) {
        for (const float v : values) std::memcpy(bytes.data() + offset, &v, 4), offset += 4;
    }
};

}  // namespace cytomo::test
