#include "cytomo/io/recognise.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <string>
#include <string_view>

#include "cytomo/core/error.h"
#include "cytomo/core/likely_name.h"
#include "cytomo/io/mrc.h"

namespace cytomo::io {

namespace fs = std::filesystem;

namespace {

using namespace std::string_view_literals;

/// Bytes that a foreign format has at a fixed place.
struct Foreign {
    std::size_t offset;
    std::string_view magic;
    const char* name;
    const char* advice;
};

constexpr auto to_tiff_with_fiji = "Open it in Fiji and save it with File > Save As > Tiff";
constexpr auto unpack_first = "Unpack it and give the file inside";
constexpr auto image_stack = "In Fiji, use File > Import > Image Sequence and save the stack as one TIFF";
constexpr auto bio_formats = "Open it in Fiji with Plugins > Bio-Formats and save it as TIFF";

constexpr Foreign foreign_formats[] = {
    {0, "NRRD0"sv, "an NRRD file", to_tiff_with_fiji},
    {344, "n+1\0"sv, "a NIfTI file", to_tiff_with_fiji},
    {344, "ni1\0"sv, "a NIfTI header file", to_tiff_with_fiji},
    {4, "n+2\0\r\n"sv, "a NIfTI-2 file", "Convert it with nibabel (Python) to .npy or HDF5"},
    {0, "\x5c\x01\0\0"sv, "an Analyze or NIfTI file", to_tiff_with_fiji},
    {0, "# AmiraMesh"sv, "an AmiraMesh file",
     "In Amira or Avizo, save it as MRC or 3D TIFF; Fiji opens AmiraMesh too"},
    {0, "# Avizo"sv, "an Avizo file", "In Amira or Avizo, save it as MRC or 3D TIFF"},
    {0, "# HyperSurface"sv, "an Amira surface file", "It holds a surface and no volume"},
    {0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "a Zeiss Xradia file (XRM, TXRM or TXM)",
     "Export it from Zeiss XMController or with dxchange (Python) as TIFF, or with TXM2nexus as HDF5"},
    {128, "DICM"sv, "a DICOM file", to_tiff_with_fiji},
    {0, "\x89PNG\r\n"sv, "a PNG picture", image_stack},
    {0, "\xFF\xD8\xFF"sv, "a JPEG picture", image_stack},
    {0, "GIF8"sv, "a GIF picture", image_stack},
    {0, "\0\0\0\x0CjP  "sv, "a JPEG 2000 picture", image_stack},
    {0, "PK\x03\x04"sv, "a ZIP archive (or .npz)",
     "Unpack it; in Python, save the array of an .npz with numpy.save"},
    {0, "BZh"sv, "a bzip2 archive", unpack_first},
    {0,
     "\xFD"
     "7zXZ"sv,
     "an xz archive", unpack_first},
    {0, "7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive", unpack_first},
    {0, "\x28\xB5\x2F\xFD"sv, "a Zstandard archive", unpack_first},
    {0, "Rar!"sv, "a RAR archive", unpack_first},
    {257, "ustar"sv, "a tar archive", unpack_first},
    {0, "# vtk DataFile"sv, "a VTK file", "In ParaView, save the data as TIFF or NRRD and open that in Fiji"},
    {0, "ObjectType"sv, "a MetaImage file", to_tiff_with_fiji},
    {0, "MATLAB 5.0"sv, "a MATLAB file of version 5", "In MATLAB, save it with '-v7.3', which is HDF5"},
    {0, "CDF\x01"sv, "a netCDF-3 file", "Convert it with nccopy -k netCDF-4, which is HDF5"},
    {0, "CDF\x02"sv, "a netCDF-3 file", "Convert it with nccopy -k netCDF-4, which is HDF5"},
    {0, "\0\0\0\x03"sv, "a DigitalMicrograph file (DM3)", "Convert it with IMOD's dm2mrc"},
    {0, "\0\0\0\x04\0\0\0\0"sv, "a DigitalMicrograph file (DM4)", "Convert it with IMOD's dm2mrc"},
    {0, "imat"sv, "an Imaris file of an old version", bio_formats},
    {0, "%PDF"sv, "a PDF document", "Give the volume itself"},
    {0, "version https://git-lfs"sv, "a Git LFS pointer, not the file itself", "Fetch it with git lfs pull"},
    {0, "<?xml"sv, "an XML text", "Give the volume that belongs to it"},
    {0, "<VTKFile"sv, "a VTK file", "In ParaView, save the data as TIFF or NRRD and open that in Fiji"},
    {0, "<!DOCTYPE html"sv, "a web page",
     "A page of results holds no volume; if it was downloaded, that went wrong: fetch the file again"},
    {0, "<html"sv, "a web page",
     "A page of results holds no volume; if it was downloaded, that went wrong: fetch the file again"},
    {0, "ply\n"sv, "a PLY mesh", "It holds a surface and no volume"},
};

constexpr auto readable = "an MRC, TIFF, HDF5 or .npy volume";

bool has(std::span<const std::byte> start, std::size_t offset, std::string_view magic) {
    return start.size() >= offset + magic.size() &&
           std::memcmp(start.data() + offset, magic.data(), magic.size()) == 0;
}

std::string lower_extension(const fs::path& path) {
    std::string text = path.extension().string();
    if (text == ".gz" || text == ".GZ") text = path.stem().extension().string();
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool has_mrc_extension(const fs::path& path) {
    const std::string extension = lower_extension(path);
    constexpr const char* names[] = {".mrc",  ".rec", ".map",    ".st",      ".ccp4",
                                     ".mrcs", ".ali", ".preali", ".raw_mrc", ".join"};
    return std::any_of(std::begin(names), std::end(names), [&](const char* n) { return extension == n; });
}

std::string printable_start(std::span<const std::byte> start) {
    std::string text;
    for (const std::byte b : start.first(std::min<std::size_t>(start.size(), 16))) {
        const auto c = static_cast<unsigned char>(b);
        text += c >= 32 && c < 127 ? static_cast<char>(c) : '.';
    }
    return "\"" + text + "\"";
}

}  // namespace

void refuse_folder(const fs::path& path) {
    std::error_code ec;
    if (!fs::is_directory(path, ec)) return;
    if (const auto result = result_in_place_of_file(path))
        throw InputError(path.string(), readable, result->found, result->remedy);
    for (const char* name : {".zattrs", ".zgroup", ".zarray", "zarr.json"})
        if (fs::exists(path / name, ec))
            throw InputError(path.string(), readable, "an OME-Zarr folder",
                             "Open it in napari or Fiji (MoBIE) and save the level you need as TIFF");
    if (lower_extension(path) == ".zarr")
        throw InputError(path.string(), readable, "an OME-Zarr folder",
                         "Open it in napari or Fiji (MoBIE) and save the level you need as TIFF");
    int pictures = 0;
    for (const auto& entry : fs::directory_iterator(path, ec)) {
        const std::string extension = lower_extension(entry.path());
        if (extension == ".tif" || extension == ".tiff" || extension == ".png") ++pictures;
        if (pictures > 1) throw InputError(path.string(), readable, "a folder of pictures", image_stack);
    }
    throw InputError(path.string(), readable, "a folder", "Give the file inside it");
}

bool looks_like_mrc(std::span<const std::byte> header) {
    if (header.size() < 1024) return false;
    return has(header, 208, "MAP "sv) || find_mrc_byte_order(header).has_value();
}

Format recognise(FileBytes& file, const fs::path& path) {
    std::vector<std::byte> start(static_cast<std::size_t>(std::min<std::uint64_t>(file.unpack(1024), 1024)));
    file.read(0, start);

    const bool tiff = has(start, 0, "II*\0"sv) || has(start, 0, "MM\0*"sv) || has(start, 0, "II+\0"sv) ||
                      has(start, 0, "MM\0+"sv);
    const bool hdf5 = has(start, 0, "\x89HDF\r\n\x1a\n"sv);
    if (file.gzipped() && (tiff || hdf5))
        throw InputError(file.name(), readable, tiff ? "a TIFF file inside gzip" : "an HDF5 file inside gzip",
                         "Unpack it with gunzip first");
    if (tiff) return Format::tiff;
    if (hdf5) return Format::hdf5;
    if (has(start, 0, "\x93NUMPY"sv)) return Format::npy;
    // Before the short marks of others: sizes, mode and axes of an MRC header are harder to meet by chance.
    if (looks_like_mrc(start)) return Format::mrc;
    for (const Foreign& foreign : foreign_formats)
        if (has(start, foreign.offset, foreign.magic))
            throw InputError(file.name(), readable, foreign.name, foreign.advice);
    if (has_mrc_extension(path)) return Format::mrc;
    // HDF5 may begin after a user block, as MATLAB writes it.
    if (has(start, 512, "\x89HDF\r\n\x1a\n"sv)) return Format::hdf5;
    throw InputError(
        file.name(), readable, "an unknown format that begins with " + printable_start(start),
        "Raw data without a header: import it in Fiji (File > Import > Raw) and save it as TIFF");
}

}  // namespace cytomo::io
