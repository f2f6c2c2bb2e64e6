// Every pair of formats, with unequal voxel edges and a nonzero origin.
#include "cytomo/io/volume_io.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "cytomo/core/error.h"

namespace cytomo {
namespace {

namespace fs = std::filesystem;

class VolumeIo : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("cytomo-io-" + std::to_string(::getpid()));
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }
    fs::path folder_;
};

const Grid unequal{{7, 5, 3}, {0.02, 0.0125, 0.01}, {-1.5, 0.25, 3.125}};

template <class T>
Volume<T> counting(const Grid& grid, T step) {
    Volume<T> v(grid);
    for (std::int64_t i = 0; i < v.count(); ++i) v[i] = static_cast<T>(static_cast<T>(i) * step);
    return v;
}

void expect_near(Vec3 a, Vec3 b) {
    EXPECT_NEAR(a.x, b.x, 1e-6 * std::abs(b.x));
    EXPECT_NEAR(a.y, b.y, 1e-6 * std::abs(b.y));
    EXPECT_NEAR(a.z, b.z, 1e-6 * std::abs(b.z));
}

TEST_F(VolumeIo, EveryPairOfFormatsKeepsValuesVoxelSizeAndOrigin) {
    const auto values = counting<std::uint16_t>(unequal, 601);
    for (const char* from : {"a.mrc", "a.tif", "a.npy", "a.h5"}) {
        write_volume(folder_ / from, values, true);
        for (const char* to : {"b.mrc", "b.tif", "b.npy", "b.h5"}) {
            SCOPED_TRACE(std::string(from) + " to " + to);
            const StoredVolume stored = open_volume(folder_ / from);
            VolumeWriter writer(folder_ / to, stored.grid, stored.type, true);
            std::vector<std::byte> slice(7 * 5 * 2);
            for (int z = 0; z < 3; ++z) {
                stored.read_bytes(z, 1, slice);
                writer.write_bytes(z, 1, slice);
            }
            writer.finish();
            std::vector<std::string> remarks;
            const Tomogram t = open_tomogram(folder_ / to, {}, &remarks);
            EXPECT_EQ(t.grid.size, unequal.size);
            EXPECT_TRUE(t.voxel_size_known);
            EXPECT_EQ(t.type, ScalarType::uint16);
            expect_near(t.grid.voxel_um, unequal.voxel_um);
            expect_near(t.grid.origin_um, unequal.origin_um);
            const auto loaded = t.load();
            for (std::int64_t i = 0; i < values.count(); ++i) ASSERT_EQ(loaded[i], values[i]);
        }
    }
}

}  // namespace
}  // namespace cytomo
