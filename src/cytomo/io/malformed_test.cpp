// Damaged, lying and foreign files: each must give an InputError that names the file, and never a crash
// or a large allocation.
#include <sys/stat.h>
#include <tiffio.h>
#include <zlib.h>

#include <algorithm>
#include <utility>

#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

using testing::HasSubstr;

class Malformed : public test::InFolder {
protected:
    /// Opens and reads everything if the volume is small; returns the message, empty if all went well.
    static std::string attempt(const std::filesystem::path& path) {
        try {
            const StoredVolume v = open_volume(path);
            if (v.grid.count() > 1'000'000) return "";
            std::vector<std::byte> slice(
                static_cast<std::size_t>(v.grid.size.x * v.grid.size.y * bytes(v.type)));
            for (std::int64_t z = 0; z < v.grid.size.z; ++z) v.read_bytes(z, 1, slice);
            return "";
        } catch (const InputError& e) {
            EXPECT_THAT(e.what(), HasSubstr(path.filename().string()));
            return e.what();
        }
    }
    void expect_refused(const std::filesystem::path& path, const std::string& reason) {
        EXPECT_THAT(attempt(path), HasSubstr(reason)) << path;
    }
};

/// Any part of a file is refused, whatever its length.
TEST_F(Malformed, TruncatedAnywhere) {
    Volume<std::uint16_t> v(Grid{{30, 20, 4}, {0.02, 0.02, 0.01}, {}});
    for (std::int64_t i = 0; i < v.count(); ++i) v[i] = static_cast<std::uint16_t>(i * 7919);
    for (const char* name : {"a.mrc", "a.tif", "a.npy", "a.h5"}) {
        write_volume(folder / name, v, false);
        EXPECT_EQ(attempt(folder / name), "");
        const auto whole = test::bytes_of(folder / name);
        const std::size_t step = std::max<std::size_t>(1, whole.size() / 150);
        // The last four bytes of a TIFF file only say that no page follows.
        const std::size_t enough = name == std::string("a.tif") ? 4 : 0;
        for (std::size_t size = 0; size + enough < whole.size(); size += size < 100 ? 7 : step)
            EXPECT_NE(attempt(write(std::string("cut-") + name, std::span(whole).first(size))), "")
                << name << " " << size;
    }
}

TEST_F(Malformed, GzipDamage) {
    const test::MrcFile file(10, 10, 10, 0, 1000);
    gzFile gz = gzopen((folder / "a.mrc.gz").c_str(), "wb");
    gzwrite(gz, file.bytes.data(), static_cast<unsigned>(file.bytes.size()));
    gzclose(gz);
    EXPECT_EQ(attempt(folder / "a.mrc.gz"), "");
    auto packed = test::bytes_of(folder / "a.mrc.gz");
    expect_refused(write("cut.mrc.gz", std::span(packed).first(packed.size() - 12)), "gzip");
    packed[20] ^= std::byte{0x55};
    packed[21] ^= std::byte{0x55};
    EXPECT_NE(attempt(write("bits.mrc.gz", packed)), "");
    // Nothing, packed.
    gzclose(gzopen((folder / "nothing.mrc.gz").c_str(), "wb"));
    EXPECT_NE(attempt(folder / "nothing.mrc.gz"), "");
    // A header that promises more than gzip could hold is refused before anything is unpacked.
    test::MrcFile lying(100000, 100000, 100, 2, 100);
    gz = gzopen((folder / "bomb.mrc.gz").c_str(), "wb");
    gzwrite(gz, lying.bytes.data(), static_cast<unsigned>(lying.bytes.size()));
    gzclose(gz);
    expect_refused(folder / "bomb.mrc.gz", "100000 x 100000 x 100");
}

TEST_F(Malformed, LyingMrcHeaders) {
    const auto changed = [&](std::size_t offset, std::initializer_list<std::int32_t> values) {
        test::MrcFile file(10, 10, 10, 2, 4000);
        file.integers(offset, values);
        return write("lying.mrc", file.bytes);
    };
    expect_refused(changed(0, {10, 10, 11}), "5424 bytes");
    expect_refused(changed(0, {-10, 10, 10}), "-10 x 10 x 10");
    expect_refused(changed(0, {0, 0, 0}), "0 x 0 x 0");
    expect_refused(changed(0, {2147483647, 2147483647, 2147483647}), "2147483647");
    expect_refused(changed(0, {1000000, 1000000, 1000000}), "1000000 x 1000000 x 1000000");
    expect_refused(changed(12, {99}), "mode 99");
    expect_refused(changed(64, {1, 1, 3}), "1, 1, 3");
    expect_refused(changed(92, {-4}), "extended header");
    // As long as without it, whatever it says: it was never written.
    for (const std::int32_t announced : {1, 400, 2147483647})
        EXPECT_EQ(attempt(changed(92, {announced})), "") << announced;
    test::MrcFile shorter(10, 10, 10, 2, 3999);
    shorter.integers(92, {400});
    expect_refused(write("shorter.mrc", shorter.bytes), "5424 bytes");
}

TEST_F(Malformed, LyingNumpyHeaders) {
    const auto with_header = [&](std::string header, std::size_t data_bytes) {
        std::string bytes("\x93NUMPY\x01\x00", 8);
        bytes += static_cast<char>(header.size() & 255);
        bytes += static_cast<char>(header.size() >> 8);
        return write("lying.npy", bytes + header + std::string(data_bytes, '\0'));
    };
    EXPECT_EQ(attempt(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 4), }", 96)), "");
    expect_refused(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 4), }", 95),
                   "bytes for 4 x 3 x 2");
    expect_refused(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3, 4), }", 96),
                   "shape");
    expect_refused(
        with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 3, 4), }", 96),
        "shape");
    expect_refused(
        with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (1000000, 1000000, 1000000), }", 96),
        "bytes for");
    expect_refused(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 4, 5, 6), }", 96),
                   "shape");
    expect_refused(with_header("{'descr': '|O', 'fortran_order': False, 'shape': (2, 3, 4), }", 96), "|O");
    expect_refused(with_header("{'descr': '<c8', 'fortran_order': False, 'shape': (2, 3, 4), }", 96), "<c8");
    expect_refused(with_header("{'descr'", 96), "type");
    expect_refused(with_header("", 96), "type");
    expect_refused(write("version.npy", std::string("\x93NUMPY\x09\x00\x10\x00\x00\x00\x00\x00", 14)),
                   "version 9");
    expect_refused(write("long.npy", std::string("\x93NUMPY\x02\x00\xff\xff\xff\x7f", 12)), "claims");
}

TEST_F(Malformed, DamagedSidecar) {
    write_volume(folder / "a.npy", Volume<std::uint8_t>(test::unequal), false);
    for (const char* text : {"", "{", "[]", "{\"voxel_um\": [1, 2]}", "{\"voxel_um\": [1, 2, \"x\"]}",
                             "{\"voxel_um\": [1, 2, -3]}"}) {
        write("a.npy.json", text);
        EXPECT_THAT(test::error_of([&] { open_volume(folder / "a.npy"); }), HasSubstr("a.npy.json")) << text;
    }
    write("a.npy.json", std::string("\xFF\xFE{\0}\0", 6));
    EXPECT_THAT(test::error_of([&] { open_volume(folder / "a.npy"); }),
                HasSubstr("a.npy.json: expected text in UTF-8, found text in UTF-16"));
    const std::string marked = "\xEF\xBB\xBF{\"voxel_um\": [0.02, 0.02, 0.04]}";  // as some editors write it
    write("a.npy.json", marked);
    EXPECT_DOUBLE_EQ(open_volume(folder / "a.npy").grid.voxel_um.z, 0.04);
}

/// Descriptions as Python's tifffile writes them, that lie: three pages of 6 x 7 pixels are there.
TEST_F(Malformed, LyingTifffileDescriptions) {
    const auto described = [&](const std::string& description, int pages = 3) {
        TIFF* t = TIFFOpen((folder / "lying.tif").c_str(), "w");
        for (int z = 0; z < pages; ++z) {
            TIFFSetField(t, TIFFTAG_IMAGEWIDTH, 6);
            TIFFSetField(t, TIFFTAG_IMAGELENGTH, 7);
            TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 8);
            TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
            if (z == 0) TIFFSetField(t, TIFFTAG_IMAGEDESCRIPTION, description.c_str());
            std::vector<std::uint8_t> row(6, static_cast<std::uint8_t>(z));
            for (std::uint32_t y = 0; y < 7; ++y) TIFFWriteScanline(t, row.data(), y, 0);
            TIFFWriteDirectory(t);
        }
        TIFFClose(t);
        return folder / "lying.tif";
    };
    expect_refused(described(R"({"shape": [5, 7, 6]})"), "3 of 5 pages (2 missing)");
    expect_refused(described(R"({"shape": [900000, 7, 6], "truncated": true})", 1), "900000");
    expect_refused(described(R"({"shape": [1000000, 1000000, 7, 6]})", 1), "");
    for (const char* text :
         {R"({"shape": [3, 6, 7]})", R"({"shape": [-3, 7, 6]})", R"({"shape": [3e99, 7, 6]})",
          R"({"shape": []})", R"({"shape": "x"})", R"({"shape": [0, 7, 6]})", R"({"shape": [3, "7", 6]})",
          R"({"shape": [99999999999999999999, 7, 6]})",
          R"({"shape": [3, 7, 6], "axes": 5, "unit": [], "spacing": {}})",
          R"({"shape": [3, 7, 6], "axes": "ZYXCT", "unit": "um", "spacing": 1e999})", "{", "{}", "[",
          R"({"shape": [3, 7, 6], "axes": "Z\u0000X"})", "{\"shape\": [3, 7, 6], \"axes\": \"Z\xff\"}"}) {
        EXPECT_EQ(attempt(described(text)), "") << text;
        EXPECT_EQ(open_volume(folder / "lying.tif").grid.size, (Size3{6, 7, 3})) << text;
    }
    EXPECT_EQ(attempt(described("{\"shape\": " + std::string(100000, '['))), "");
    expect_refused(described(R"({"shape": [3, 7, 6], "axes": "ZXY"})"), "axes zxy");
    expect_refused(described(R"({"shape": [3, 7, 6], "axes": "CYX"})"), "3 channels");
}

/// Names of axes that are damaged are not used, and never harm.
TEST_F(Malformed, DamagedAxistags) {
    const auto whole = test::bytes_of(test::golden("io_axistags.h5"));
    const std::string text(reinterpret_cast<const char*>(whole.data()), whole.size());
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string changed = text;
        const auto at = changed.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        changed.replace(at, to.size(), to);
        return write("tags.h5", changed);
    };
    for (const auto& [from, to] :
         std::vector<std::pair<std::string, std::string>>{{"\"key\": \"x\"", "\"key\": \"y\""},
                                                          {"\"key\": \"x\"", "\"key\": \"?\""},
                                                          {"\"key\": \"x\"", "\"key\":   5 "},
                                                          {"\"key\": \"x\"", "\"yek\": \"x\""},
                                                          {"\"axes\": [", "\"axes\": {"},
                                                          {"\"axes\": [", "\"\xff\xff\xff\xff\": ["}}) {
        EXPECT_EQ(attempt(with(from, to)), "") << to;
        EXPECT_EQ(open_volume(folder / "tags.h5").grid.size, (Size3{3, 4, 5})) << to;  // as without names
    }
}

/// Random bytes changed in the first kilobytes of a TIFF or HDF5 file: read or refused, nothing else.
TEST_F(Malformed, ChangedBytes) {
    Volume<std::uint16_t> v(Grid{{16, 12, 3}, {0.02, 0.02, 0.01}, {}}, 7);
    for (const char* name : {"a.mrc", "a.tif", "a.npy"}) {
        write_volume(folder / name, v, false);
        const auto whole = test::bytes_of(folder / name);
        for (std::size_t i = 0; i < whole.size(); i += 3) {
            auto bytes = whole;
            bytes[i] ^= std::byte{0x81};
            attempt(write(std::string("changed-") + name, bytes));
        }
    }
}

TEST_F(Malformed, ThingsThatAreNoFiles) {
    expect_refused(folder / "missing.mrc", "nothing of that name");
    expect_refused(folder, "folder");
    expect_refused(write("empty.tif", std::string()), "empty");
    ::mkfifo((folder / "pipe.mrc").c_str(), 0600);
    expect_refused(folder / "pipe.mrc", "pipe");
    if (::geteuid() != 0) {
        const auto secret = write("secret.mrc", "x");
        std::filesystem::permissions(secret, std::filesystem::perms::none);
        expect_refused(secret, "Permission");
    }
    std::filesystem::create_directory(folder / "slices");
    write("slices/1.tif", "x");
    write("slices/2.tif", "x");
    expect_refused(folder / "slices", "folder of pictures");
    std::filesystem::create_directory(folder / "cell.zarr");
    expect_refused(folder / "cell.zarr", "OME-Zarr");
}

TEST_F(Malformed, ForeignFormatsAreNamed) {
    const auto at = [](std::size_t offset, const std::string& magic) {
        return std::string(offset, '\1') + magic + std::string(500, '\1');
    };
    const std::pair<std::string, const char*> cases[] = {
        {at(0, "NRRD0004\n"), "NRRD"},
        {at(344, std::string("n+1\0", 4)), "NIfTI"},
        {at(0, "# AmiraMesh BINARY-LITTLE-ENDIAN 2.1"), "Amira"},
        {at(0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "XRM"},
        {at(128, "DICM"), "DICOM"},
        {at(0, "\x89PNG\r\n\x1a\n"), "PNG"},
        {at(0, "\xFF\xD8\xFF\xE0"), "JPEG"},
        {at(0, "PK\x03\x04"), "ZIP"},
        {at(0, "BZh9"), "bzip2"},
        {at(257, "ustar"), "tar"},
        {at(0, "# vtk DataFile Version 3.0"), "VTK"},
        {at(0, "ObjectType = Image"), "MetaImage"},
        {at(0, "MATLAB 5.0 MAT-file"), "MATLAB"},
        {at(0, "<!DOCTYPE html>"), "web page"},
        {at(0, "version https://git-lfs.github.com/spec/v1"), "Git LFS"},
        {"just some text", "unknown format"},
        {std::string(5000, '\0'), "unknown format"},
    };
    for (const auto& [bytes, name] : cases) expect_refused(write("file.vol", bytes), name);
    gzFile gz = gzopen((folder / "a.tif.gz").c_str(), "wb");
    gzwrite(gz, "II*\0\0\0\0\0", 8);
    gzclose(gz);
    expect_refused(folder / "a.tif.gz", "gunzip");
}

}  // namespace
}  // namespace cytomo
