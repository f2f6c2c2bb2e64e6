// Files of other programs, compared with what independent readers found (formats/expected.csv).
#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "cytomo/io/passport.h"
#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

using testing::HasSubstr;

/// One line of comma-separated values, with quoted fields.
std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            fields.emplace_back();
        else
            fields.back() += c;
    }
    return fields;
}

struct Expected {
    std::string file, item, format, shape, type;
    double minimum = 0, maximum = 0, mean = 0, first = 0, last = 0;
};

std::vector<Expected> expected_files(const std::filesystem::path& formats) {
    std::ifstream in(formats / "expected.csv");
    std::string line;
    std::getline(in, line);
    std::vector<Expected> list;
    while (std::getline(in, line)) {
        const auto f = split(line);
        list.push_back({f[0], f[1], f[2], f[4], f[5], std::stod(f[6]), std::stod(f[7]), std::stod(f[8]),
                        std::stod(f[9]), std::stod(f[10])});
    }
    return list;
}

TEST(RealFiles, AgreeWithIndependentReaders) {
    const auto data = test::data_folder();
    if (data.empty()) GTEST_SKIP() << "no real files: set CYTOMO_DATA to their folder";
    int compared = 0, refused = 0;
    for (const Expected& e : expected_files(data / "formats")) {
        SCOPED_TRACE(e.file + " " + e.item);
        const auto path = data / "formats" / e.file;
        const bool readable =
            e.format == "MRC" || e.format == "TIFF" || e.format == "OME-TIFF" || e.format == "HDF5";
        if (!readable) {
            const std::map<std::string, std::string> names{{"NIfTI-1", "NIfTI"},
                                                           {"NRRD", "NRRD"},
                                                           {"OME-Zarr/Zarr v2", "OME-Zarr"},
                                                           {"AmiraMesh", "AmiraMesh"},
                                                           {"Xradia OLE2", "XRM"}};
            EXPECT_THAT(test::error_of([&] { open_volume(path); }), HasSubstr(names.at(e.format)));
            ++refused;
            continue;
        }
        if (e.shape == "5x2x24x18") {  // two channels: the first value is of c0, the last of c1
            const auto c0 = test::load(path, {{}, "c0"}), c1 = test::load(path, {{}, "c1"});
            EXPECT_EQ(c0.grid().size, (Size3{18, 24, 5}));
            EXPECT_EQ(c0[0], e.first);
            EXPECT_EQ(c1[c1.count() - 1], e.last);
            continue;
        }
        const Passport p = measure_passport(open_volume(path, {{}, e.item}));
        const Size3 size = p.volume.grid.size;
        if (e.file == "EMD-3001.map")  // columns are z, rows x, sections y
            EXPECT_EQ(size, (Size3{43, 25, 73}));
        else if (e.file == "3pqr-mode0.ccp4")  // columns are y, rows x
            EXPECT_EQ(size, (Size3{100, 69, 59}));
        else
            EXPECT_EQ(e.shape,
                      std::to_string(size.z) + "x" + std::to_string(size.y) + "x" + std::to_string(size.x));
        EXPECT_EQ(name(p.volume.type), e.type);
        EXPECT_EQ(p.minimum, e.minimum);
        EXPECT_EQ(p.maximum, e.maximum);
        EXPECT_NEAR(p.mean, e.mean, 1e-8 * std::max(1.0, std::fabs(e.mean)));
        std::vector<std::byte> slice(static_cast<std::size_t>(size.x * size.y * bytes(p.volume.type)));
        std::vector<float> values(static_cast<std::size_t>(size.x * size.y));
        p.volume.read_bytes(0, 1, slice);
        convert_to_float(p.volume.type, slice, values);
        EXPECT_EQ(values.front(), static_cast<float>(e.first));
        p.volume.read_bytes(size.z - 1, 1, slice);
        convert_to_float(p.volume.type, slice, values);
        EXPECT_EQ(values.back(), static_cast<float>(e.last));
        ++compared;
    }
    EXPECT_EQ(compared, 12);
    EXPECT_EQ(refused, 11);
}

TEST(RealFiles, VoxelSizes) {
    const auto data = test::data_folder();
    if (data.empty()) GTEST_SKIP() << "no real files: set CYTOMO_DATA to their folder";
    const auto voxel = [&](const std::string& file) { return open_volume(data / file).grid.voxel_um; };
    const auto known = [&](const std::string& file) { return open_volume(data / file).voxel_size_known; };
    test::expect_near(voxel("formats/TE1.mrc.gz"), {0.001244, 0.001244, 0.001244}, 1e-5);
    test::expect_near(voxel("formats/u2os_sxt_crop_int16_bigendian.mrc"), {0.02, 0.02, 0.01});
    test::expect_near(voxel("formats/EMD-3001.map"), {0.44825e-4, 0.3925e-4, 0.45875e-4});
    test::expect_near(voxel("formats/3pqr-mode0.ccp4"), {0.958532e-4, 0.958532e-4, 0.915521e-4}, 1e-5);
    test::expect_near(voxel("formats/20241021_00405_final.mrc"), {0.001, 0.001, 0.001});
    EXPECT_FALSE(known("formats/Custom_movie.mrc"));  // cell z = 0
    EXPECT_FALSE(known("formats/blob.labels.mrc"));   // 1 Å, the value of programs that know none
    EXPECT_NEAR(voxel("formats/test_loading_image_saved_with_imageJ_stack.tif").z, 2.5, 1e-9);
    test::expect_near(voxel("u2os_sxt_raw.tif"), {0.02, 0.02, 0.01});
    EXPECT_FALSE(known("capillary_sxt_raw.tif"));
    if (!std::filesystem::exists(data / "foreign")) return;
    // By tifffile without ImageJ's flag; its README says 20 nm.
    EXPECT_TRUE(known("foreign/h5_edge_raw.tif"));
    test::expect_near(voxel("foreign/h5_edge_raw.tif"), {0.02, 0.02, 0.02});
}

TEST(RealFiles, PolarityOfRealTomograms) {
    const auto data = test::data_folder();
    if (data.empty()) GTEST_SKIP() << "no real files: set CYTOMO_DATA to their folder";
    // By eye: organelles are dark in the first, absorption is bright in the second.
    EXPECT_EQ(measure_passport(open_volume(data / "u2os_sxt_raw.tif")).polarity, Polarity::dense_is_dark);
    EXPECT_EQ(measure_passport(open_volume(data / "capillary_sxt_raw.tif")).polarity,
              Polarity::dense_is_bright);
    EXPECT_TRUE(measure_passport(open_volume(data / "u2os_sxt_mito_labels_left.tif")).looks_like_labels);
    EXPECT_TRUE(measure_passport(open_volume(data / "contour_fig3B_labels.tif")).looks_like_labels);
}

/// One slice of a volume, as if it were all.
StoredVolume one_slice(const StoredVolume& volume, std::int64_t z) {
    StoredVolume slice = volume;
    slice.grid.size.z = 1;
    slice.read_bytes = [volume, z](std::int64_t, std::int64_t, std::span<std::byte> out) {
        volume.read_bytes(z, 1, out);
    };
    return slice;
}

TEST(RealFiles, LabelsAreToldFromGreyValues) {
    const auto data = test::data_folder();
    if (data.empty()) GTEST_SKIP() << "no real files: set CYTOMO_DATA to their folder";
    // Whole files, and each of their slices: pages of the same cell by other reconstructions, some of them
    // smooth, clipped, or in a rim of 0, 127 or 255.
    int grey = 0, labels = 0;
    for (const char* folder : {".", "em", "foreign", "real2"})
        for (const auto& entry : std::filesystem::directory_iterator(data / folder)) {
            const std::string name = entry.path().filename().string();
            // Four pages that were saved as colours are not read.
            if (entry.path().extension() != ".tif" || name == "biguri_sxt_pc12_a_hand_allpages.tif") continue;
            SCOPED_TRACE(name);
            const StoredVolume volume = open_volume(entry.path());
            const bool is_grey = name.find("_raw") != std::string::npos;
            EXPECT_EQ(some_slices_look_like_labels(volume), !is_grey);
            EXPECT_EQ(some_slices_look_grey(volume), is_grey);
            for (std::int64_t z = 0; is_grey && z < volume.grid.size.z; ++z)
                EXPECT_FALSE(some_slices_look_like_labels(one_slice(volume, z))) << "slice index " << z;
            ++(is_grey ? grey : labels);
        }
    EXPECT_GE(grey, 10);
    EXPECT_GE(labels, 15);
    for (const char* name : {"cells-2z.ome.tif", "u2os_sxt_crop_int16_bigendian.mrc"})
        EXPECT_FALSE(some_slices_look_like_labels(open_volume(data / "formats" / name))) << name;
}

TEST(RealFiles, Labels) {
    const auto data = test::data_folder();
    if (data.empty()) GTEST_SKIP() << "no real files: set CYTOMO_DATA to their folder";
    std::vector<std::string> remarks;
    const ClassVolume mito = read_classes(data / "u2os_sxt_mito_labels_left.tif", {}, &remarks);
    EXPECT_EQ(std::count(mito.values().begin(), mito.values().end(), 255), 6 * 473 * (473 - 236));
    EXPECT_TRUE(remarks.empty());
    const ClassVolume mask = read_classes(data / "known_volumes.tif", {}, &remarks);
    EXPECT_EQ(std::count(mask.values().begin(), mask.values().end(), 1),
              1 + 810 + 9800 + 24332 + 96819 + 429660);
    EXPECT_FALSE(remarks.empty());
    const InstanceVolume objects = read_instances(data / "contour_fig3B_labels.tif");
    EXPECT_EQ(*std::max_element(objects.values().begin(), objects.values().end()), 88U);
}

}  // namespace
}  // namespace cytomo
