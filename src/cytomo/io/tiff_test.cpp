#include <tiffio.h>

#include <algorithm>

#include "cytomo/io/test_files.h"
#include "cytomo/io/tiff_metadata.h"

namespace cytomo {
namespace {

using testing::HasSubstr;
using Tiff = test::InFolder;

/// Writes one page with libtiff's own encoder.
void write_page(TIFF* t, int nx, int ny, std::uint16_t compression, std::uint8_t first,
                const std::string& description = "") {
    TIFFSetField(t, TIFFTAG_IMAGEWIDTH, nx);
    TIFFSetField(t, TIFFTAG_IMAGELENGTH, ny);
    TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(t, TIFFTAG_COMPRESSION, compression);
    TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, 3);
    if (!description.empty()) TIFFSetField(t, TIFFTAG_IMAGEDESCRIPTION, description.c_str());
    std::vector<std::uint8_t> row(static_cast<std::size_t>(nx));
    for (int y = 0; y < ny; ++y) {
        for (int x = 0; x < nx; ++x)
            row[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(first + y * nx + x);
        TIFFWriteScanline(t, row.data(), static_cast<std::uint32_t>(y), 0);
    }
    TIFFWriteDirectory(t);
}

TEST_F(Tiff, AnyCompression) {
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_PACKBITS,
                                  COMPRESSION_ADOBE_DEFLATE, COMPRESSION_LZMA, COMPRESSION_ZSTD}) {
        if (!TIFFIsCODECConfigured(static_cast<std::uint16_t>(compression))) continue;
        TIFF* t = TIFFOpen((folder / "a.tif").c_str(), "w");
        for (int z = 0; z < 4; ++z)
            write_page(t, 6, 7, static_cast<std::uint16_t>(compression), static_cast<std::uint8_t>(50 * z));
        TIFFClose(t);
        const auto v = test::load(folder / "a.tif");
        ASSERT_EQ(v.grid().size, (Size3{6, 7, 4}));
        for (std::int64_t i = 0; i < v.count(); ++i) ASSERT_EQ(v[i], i % 42 + 50 * (i / 42)) << compression;
    }
}

TEST_F(Tiff, PagesOfDifferentSizesAreRefused) {
    TIFF* t = TIFFOpen((folder / "a.tif").c_str(), "w");
    write_page(t, 6, 7, COMPRESSION_NONE, 0);
    write_page(t, 5, 7, COMPRESSION_NONE, 0);
    TIFFClose(t);
    EXPECT_THAT(test::error_of([&] { open_volume(folder / "a.tif"); }), HasSubstr("5 x 7"));
}

TEST_F(Tiff, ImageJStackDescribedByOnePage) {
    // As ImageJ writes stacks above 4 GB: the slices lie one behind the other after the first.
    std::string bytes("MM\0*\0\0\0\x08", 8);
    const std::string description = "ImageJ=1.53t\nimages=5\nslices=5\nunit=nm\nspacing=10\n";
    const auto u16 = [&](unsigned v) { bytes += {static_cast<char>(v >> 8), static_cast<char>(v)}; };
    const auto u32 = [&](unsigned v) { u16(v >> 16), u16(v & 65535); };
    const auto entry = [&](unsigned tag, unsigned type, unsigned count, unsigned value) {
        u16(tag), u16(type), u32(count);
        if (type == 3)
            u16(value), u16(0);
        else
            u32(value);
    };
    const unsigned after = 8 + 2 + 12 * 12 + 4;
    const auto text_size = static_cast<unsigned>(description.size() + 1);
    u16(12);
    entry(256, 3, 1, 3);
    entry(257, 3, 1, 2);
    entry(258, 3, 1, 16);
    entry(259, 3, 1, 1);
    entry(262, 3, 1, 1);
    entry(270, 2, text_size, after);
    entry(273, 4, 1, after + text_size + 16);
    entry(277, 3, 1, 1);
    entry(278, 3, 1, 2);
    entry(279, 4, 1, 12);
    entry(282, 5, 1, after + text_size);
    entry(283, 5, 1, after + text_size + 8);
    u32(0);
    bytes += description + '\0';
    u32(1), u32(20), u32(2), u32(25);  // 1/20 and 2/25 pixels per nm
    for (unsigned i = 0; i < 30; ++i) u16(i * 1000);
    const auto path = write("big.tif", bytes);
    const StoredVolume stored = open_volume(path);
    ASSERT_EQ(stored.grid.size, (Size3{3, 2, 5}));
    test::expect_near(stored.grid.voxel_um, {0.02, 0.0125, 0.01});
    const auto v = test::load(path);
    for (std::int64_t i = 0; i < 30; ++i) EXPECT_EQ(v[i], static_cast<float>(i * 1000));
    bytes.pop_back();
    EXPECT_THAT(test::error_of([&] { open_volume(write("big.tif", bytes)); }), HasSubstr("5 images"));
}

TEST_F(Tiff, DotsPerInchAreNoVoxelSize) {
    TIFF* t = TIFFOpen((folder / "a.tif").c_str(), "w");
    TIFFSetField(t, TIFFTAG_XRESOLUTION, 72.0);
    TIFFSetField(t, TIFFTAG_YRESOLUTION, 72.0);
    TIFFSetField(t, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
    write_page(t, 6, 7, COMPRESSION_NONE, 0);
    TIFFClose(t);
    EXPECT_FALSE(open_volume(folder / "a.tif").voxel_size_known);
}

TEST_F(Tiff, MissingSpacingIsNotInvented) {
    TIFF* t = TIFFOpen((folder / "a.tif").c_str(), "w");
    for (int z = 0; z < 2; ++z) {
        TIFFSetField(t, TIFFTAG_XRESOLUTION, 50.0);
        TIFFSetField(t, TIFFTAG_YRESOLUTION, 80.0);
        write_page(t, 6, 7, COMPRESSION_NONE, 0,
                   z == 0 ? "ImageJ=1.53t\nimages=2\nslices=2\nunit=micron\n" : "");
    }
    TIFFClose(t);
    const StoredVolume v = open_volume(folder / "a.tif");
    EXPECT_FALSE(v.voxel_size_known);
    EXPECT_NEAR(v.grid.voxel_um.x, 0.02, 1e-9);
    EXPECT_THAT(v.remarks, testing::Contains(HasSubstr("distance of slices")));
}

TEST_F(Tiff, ExactGeometryYieldsToWhatImageJChanged) {
    io::TiffTags tags;
    tags.description = io::imagej_description(test::unequal, true);
    tags.x_resolution = 50;
    tags.y_resolution = 80;
    EXPECT_EQ(io::interpret_tiff("f", tags, 3, {}).origin_um, test::unequal.origin_um);
    tags.x_resolution = 25;
    const auto changed = io::interpret_tiff("f", tags, 3, {});
    EXPECT_EQ(changed.edge_um[0], 0.04);
    EXPECT_FALSE(changed.remarks.empty());
}

TEST_F(Tiff, ImageJOriginIsThePixelWhereCoordinatesAreZero) {
    io::TiffTags tags;
    tags.description =
        "ImageJ=1.53t\nimages=3\nslices=3\nunit=micron\nspacing=0.5\nxorigin=4\nyorigin=-8\nzorigin=2\n";
    tags.x_resolution = 10;
    tags.y_resolution = 4;
    EXPECT_EQ(io::interpret_tiff("f", tags, 3, {}).origin_um, (Vec3{-0.4, 2, -1}));
}

TEST_F(Tiff, Units) {
    for (const char* micron : {"micron", "µm", "um", "\\u00B5m", "\xB5m", "μm", "Microns"})
        EXPECT_EQ(io::um_per_unit(micron), 1) << micron;
    EXPECT_EQ(io::um_per_unit("nm"), 1e-3);
    EXPECT_EQ(io::um_per_unit("Å"), 1e-4);
    for (const char* none : {"pixel", "", "inches of rain"}) EXPECT_FALSE(io::um_per_unit(none)) << none;
}

TEST_F(Tiff, ManyThreadsReadTheSame) {
    Volume<std::uint16_t> v(Grid{{40, 30, 50}, {1, 1, 1}, {}});
    for (std::int64_t i = 0; i < v.count(); ++i) v[i] = static_cast<std::uint16_t>(i * 7);
    write_volume(folder / "a.tif", v, false);
    const StoredVolume stored = open_volume(folder / "a.tif");
    std::vector<std::uint16_t> values(static_cast<std::size_t>(v.count()));
    stored.read_bytes(0, 50, std::as_writable_bytes(std::span(values)));
    EXPECT_TRUE(std::equal(values.begin(), values.end(), v.values().begin()));
}

}  // namespace
}  // namespace cytomo
