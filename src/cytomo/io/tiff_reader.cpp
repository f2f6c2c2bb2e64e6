// Opens stacks of pages with libtiff.
#include <tiffio.h>

#include <algorithm>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/io/lattice_reader.h"
#include "cytomo/io/scalar.h"
#include "cytomo/io/tiff.h"
#include "cytomo/io/tiff_handle.h"
#include "cytomo/io/tiff_metadata.h"
#include "cytomo/io/tiff_page.h"

namespace cytomo::io {

namespace {

/// Values of a tag that libtiff does not know.
template <class T>
std::vector<T> private_tag(TIFF* t, std::uint32_t tag, TIFFDataType type, TIFFDataType or_type) {
    const TIFFField* field = TIFFFindField(t, tag, TIFF_ANY);
    if (field == nullptr || !TIFFFieldPassCount(field)) return {};
    const TIFFDataType found = TIFFFieldDataType(field);
    std::uint32_t count = 0;
    const void* values = nullptr;
    if ((found != type && found != or_type) || !TIFFGetField(t, tag, &count, &values) || values == nullptr)
        return {};
    const auto* first = static_cast<const T*>(values);
    return {first, first + count};
}

std::string imagej_info_of_page(TIFF* t) {
    return imagej_info({private_tag<std::uint32_t>(t, tag_imagej_byte_counts, TIFF_LONG, TIFF_LONG),
                        private_tag<std::uint8_t>(t, tag_imagej_metadata, TIFF_BYTE, TIFF_UNDEFINED)});
}

TiffTags tags_of_page(TIFF* t, const PageKind& kind) {
    TiffTags tags;
    tags.width = kind.width;
    tags.height = kind.height;
    tags.samples = kind.samples;
    tags.interleaved = kind.planar == PLANARCONFIG_CONTIG;
    tags.photometric = kind.photometric;
    char* description = nullptr;
    if (TIFFGetField(t, TIFFTAG_IMAGEDESCRIPTION, &description) && description)
        tags.description = description;
    float resolution = 0;
    if (TIFFGetField(t, TIFFTAG_XRESOLUTION, &resolution)) tags.x_resolution = tags.y_resolution = resolution;
    if (TIFFGetField(t, TIFFTAG_YRESOLUTION, &resolution)) tags.y_resolution = resolution;
    std::uint16_t unit = 2;
    TIFFGetFieldDefaulted(t, TIFFTAG_RESOLUTIONUNIT, &unit);
    tags.resolution_unit = unit;
    if (tags.description.starts_with("ImageJ=")) tags.imagej_info = imagej_info_of_page(t);
    return tags;
}

void set_geometry(StoredVolume& out, const TiffMeaning& meaning) {
    const auto& edge = meaning.edge_um;
    out.grid.origin_um = meaning.origin_um;
    if (edge[0] && edge[1] && edge[2]) {
        out.grid.voxel_um = {*edge[0], *edge[1], *edge[2]};
    } else if (edge[0] && edge[1]) {
        out.grid.voxel_um = {*edge[0], *edge[1], *edge[0]};
        if (out.grid.size.z == 1) return;
        out.voxel_size_known = false;
        out.remarks.push_back(
            "The file gives no distance of slices; the edge along x is taken in its place.");
    } else {
        out.grid.voxel_um = {0.001, 0.001, 0.001};
        out.voxel_size_known = false;
        out.remarks.push_back("The file gives no voxel size.");
    }
}

/// The places of all pages but thumbnails; throws unless they are alike and complete.
std::vector<std::uint64_t> find_pages(const TiffHandle& handle, const std::string& file, const PageKind& kind,
                                      std::uint64_t file_size) {
    TIFF* t = handle.get();
    std::vector<std::uint64_t> directories;
    for (bool more = true; more;) {
        std::uint32_t subfile = 0;
        TIFFGetFieldDefaulted(t, TIFFTAG_SUBFILETYPE, &subfile);
        if (directories.empty() || !(subfile & FILETYPE_REDUCEDIMAGE)) {
            const PageKind page = kind_of_page(t);
            if (page != kind)
                throw InputError(file, "pages of one size and type",
                                 "page " + std::to_string(directories.size()) + " of " +
                                     std::to_string(page.width) + " x " + std::to_string(page.height) +
                                     " pixels with " + std::to_string(page.bits) + " bits after pages of " +
                                     std::to_string(kind.width) + " x " + std::to_string(kind.height) +
                                     " with " + std::to_string(kind.bits),
                                 "Save the stack alone, e.g. in Fiji with Image > Duplicate");
            check_page_data(handle, kind, file_size);
            directories.push_back(TIFFCurrentDirOffset(t));
            if (directories.size() > static_cast<std::size_t>(largest_axis))
                handle.fail("more than a million pages");
        }
        more = !TIFFLastDirectory(t);
        if (more && !TIFFReadDirectory(t))
            handle.fail("page " + std::to_string(directories.size()) + " cannot be read");
    }
    return directories;
}

/// Reads slices that lie one behind the other after the one page that is described.
StoredVolume::ReadBytes make_contiguous_reader(const TiffHandle& handle,
                                               std::shared_ptr<const FileBytes> file, const PageKind& kind,
                                               const StoredVolume& volume,
                                               const std::vector<std::int64_t>& planes,
                                               std::uint64_t data_offset) {
    Lattice lattice;
    lattice.data_offset = data_offset;
    lattice.size = volume.grid.size;
    lattice.type = volume.type;
    lattice.swap = TIFFIsByteSwapped(handle.get()) != 0;
    // Channels, if any, lie between the slices: the whole file is the lattice that is stepped through.
    const std::int64_t step = planes.size() > 1 ? planes[1] - planes[0] : 1;
    const std::int64_t images = planes.back() + 1;
    const std::int64_t total = checked_bytes(kind.width, kind.height, images, bytes(volume.type));
    if (kind.compression != COMPRESSION_NONE || TIFFIsTiled(handle.get()) || kind.bits < 8 ||
        kind.samples > 1)
        handle.fail("one page where its description tells of " + std::to_string(images));
    const std::uint64_t there = file->size_on_disk() - std::min(file->size_on_disk(), lattice.data_offset);
    if (total < 0 || static_cast<std::uint64_t>(total) > there)
        handle.fail("of what its description tells, " +
                    missing_text(there, total < 0 ? 0 : static_cast<std::uint64_t>(total / images), images,
                                 "images"));
    lattice.stride = straight_strides(volume.grid.size);
    const auto page_bytes = static_cast<std::uint64_t>(lattice.stride.z * bytes(volume.type));
    lattice.data_offset += static_cast<std::uint64_t>(planes[0]) * page_bytes;
    if (step == 1) return make_lattice_reader(std::move(file), lattice);
    Lattice all = lattice;
    all.size.z = images - planes[0];
    auto read_all = make_lattice_reader(std::move(file), all);
    return [read_all, step, page_bytes](std::int64_t first, std::int64_t count, std::span<std::byte> to) {
        for (std::int64_t i = 0; i < count; ++i)
            read_all((first + i) * step, 1, to.subspan(static_cast<std::size_t>(i) * page_bytes, page_bytes));
    };
}

}  // namespace

StoredVolume open_tiff(std::shared_ptr<FileBytes> file, const ReadOptions& options) {
    TiffHandle handle(file);
    TIFF* t = handle.get();
    const PageKind kind = kind_of_page(t);
    if (kind.width < 1 || kind.height < 1 || kind.width > largest_axis || kind.height > largest_axis)
        handle.fail("pages of " + std::to_string(kind.width) + " x " + std::to_string(kind.height));
    if (kind.depth > 1)
        throw InputError(file->name(), "a page for each slice",
                         "pages of " + std::to_string(kind.depth) + " slices each (tag ImageDepth)",
                         "Save it anew, in Python with tifffile.imwrite(..., volumetric=False)");
    const TiffTags tags = tags_of_page(t, kind);
    StoredVolume out;
    out.type = type_of_page(file->name(), kind);
    if (!TIFFIsCODECConfigured(kind.compression))
        throw InputError(file->name(), "a compression that libtiff knows",
                         "compression " + std::to_string(kind.compression),
                         "Open it in Fiji and save it as TIFF");
    int error = 0;
    const std::uint64_t data_offset = TIFFGetStrileOffsetWithErr(t, 0, &error);
    const auto directories = find_pages(handle, file->name(), kind, file->size_on_disk());
    const auto page_count = static_cast<std::int64_t>(directories.size());
    TiffMeaning meaning = interpret_tiff(file->name(), tags, page_count, options);
    out.format = meaning.kind;
    out.grid.size = {kind.width, kind.height, static_cast<std::int64_t>(meaning.planes.size())};
    out.remarks = std::move(meaning.remarks);
    out.legend = std::move(meaning.legend);
    if (kind.photometric == PHOTOMETRIC_MINISWHITE)
        out.remarks.push_back("The file asks to show 0 as white; values are read as stored.");
    if (kind.photometric == PHOTOMETRIC_PALETTE)
        out.remarks.push_back("The file has a colour table; values are read as stored.");
    if (kind.orientation != ORIENTATION_TOPLEFT)
        out.remarks.push_back("The file asks to be shown turned or mirrored; values are read as stored.");
    set_geometry(out, meaning);

    if (meaning.contiguous) {
        out.read_bytes =
            make_contiguous_reader(handle, std::move(file), kind, out, meaning.planes, data_offset);
        return out;
    }
    std::vector<TiffPlane> planes;
    planes.reserve(meaning.planes.size());
    for (const std::int64_t plane : meaning.planes)
        planes.push_back({directories[static_cast<std::size_t>(plane / kind.samples)],
                          static_cast<std::uint16_t>(plane % kind.samples)});
    out.read_bytes = make_page_reader(std::move(file), kind, out.type, std::move(planes));
    return out;
}

}  // namespace cytomo::io
