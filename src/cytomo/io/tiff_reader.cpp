// Reads stacks of pages with libtiff. Each reading thread has a handle of its own.
#include <tiffio.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/io/lattice_reader.h"
#include "cytomo/io/scalar.h"
#include "cytomo/io/tiff.h"
#include "cytomo/io/tiff_handle.h"
#include "cytomo/io/tiff_metadata.h"

namespace cytomo::io {

namespace {

/// How the values of a page are stored; the same for all pages of a volume.
struct PageKind {
    std::uint32_t width = 0, height = 0;
    std::uint16_t bits = 1, format = SAMPLEFORMAT_UINT, samples = 1, compression = 1, photometric = 1,
                  orientation = 1;
    friend bool operator==(const PageKind&, const PageKind&) = default;
};

PageKind kind_of_page(TIFF* t) {
    PageKind k;
    TIFFGetField(t, TIFFTAG_IMAGEWIDTH, &k.width);
    TIFFGetField(t, TIFFTAG_IMAGELENGTH, &k.height);
    TIFFGetFieldDefaulted(t, TIFFTAG_BITSPERSAMPLE, &k.bits);
    TIFFGetFieldDefaulted(t, TIFFTAG_SAMPLEFORMAT, &k.format);
    TIFFGetFieldDefaulted(t, TIFFTAG_SAMPLESPERPIXEL, &k.samples);
    TIFFGetFieldDefaulted(t, TIFFTAG_COMPRESSION, &k.compression);
    TIFFGetField(t, TIFFTAG_PHOTOMETRIC, &k.photometric);
    TIFFGetFieldDefaulted(t, TIFFTAG_ORIENTATION, &k.orientation);
    return k;
}

ScalarType type_of_page(const std::string& file, const PageKind& k) {
    if (k.photometric == PHOTOMETRIC_RGB || k.photometric == PHOTOMETRIC_YCBCR || k.samples > 1)
        throw InputError(
            file, "one grey value a pixel", std::to_string(k.samples) + " (a colour picture)",
            "Convert it in Fiji with Image > Type > 8-bit, or save labels as numbers, not as colours");
    const bool real = k.format == SAMPLEFORMAT_IEEEFP;
    const bool is_signed = k.format == SAMPLEFORMAT_INT;
    const bool known = real || is_signed || k.format == SAMPLEFORMAT_UINT || k.format == SAMPLEFORMAT_VOID;
    if (known && k.bits == 8 && !real) return is_signed ? ScalarType::int8 : ScalarType::uint8;
    if (known && k.bits == 16)
        return real ? ScalarType::float16 : is_signed ? ScalarType::int16 : ScalarType::uint16;
    if (known && k.bits == 32)
        return real ? ScalarType::float32 : is_signed ? ScalarType::int32 : ScalarType::uint32;
    if (k.bits == 64 && real) return ScalarType::float64;
    throw InputError(file, "8-, 16- or 32-bit integers or 16-, 32- or 64-bit real numbers",
                     std::to_string(k.bits) + "-bit values" + (real ? " (real)" : ""),
                     "Convert it in Fiji with Image > Type > 8-bit or 32-bit");
}

/// The most that a compression can shrink data, generously: what decoded sizes are checked against.
std::uint64_t largest_ratio(std::uint16_t compression) {
    switch (compression) {
        case COMPRESSION_NONE:
            return 1;
        case COMPRESSION_PACKBITS:
            return 128;
        case COMPRESSION_LZW:
        case COMPRESSION_DEFLATE:
        case COMPRESSION_ADOBE_DEFLATE:
            return 4096;
        default:
            return 1 << 20;
    }
}

/// Checks that the page's data lie within the file and can decode to whole pages.
void check_page_data(const TiffHandle& h, const PageKind& k, std::uint64_t file_size,
                     std::int64_t value_bytes) {
    TIFF* t = h.get();
    const std::uint32_t pieces = TIFFIsTiled(t) ? TIFFNumberOfTiles(t) : TIFFNumberOfStrips(t);
    std::uint64_t stored = 0;
    for (std::uint32_t i = 0; i < pieces; ++i) {
        int error = 0;
        const std::uint64_t offset = TIFFGetStrileOffsetWithErr(t, i, &error);
        if (error) h.fail("no place given for piece " + std::to_string(i));
        const std::uint64_t count = TIFFGetStrileByteCountWithErr(t, i, &error);
        if (error) h.fail("no size given for piece " + std::to_string(i));
        if (offset > file_size || count > file_size - offset)
            h.fail("data up to byte " + std::to_string(offset + count) + " of a file of " +
                   std::to_string(file_size) + " bytes");
        stored += count;
    }
    const auto page =
        static_cast<std::uint64_t>(k.width) * k.height * static_cast<std::uint64_t>(value_bytes);
    if (page / largest_ratio(k.compression) > stored + 4096)
        h.fail("only " + std::to_string(stored) + " bytes for a page of " + std::to_string(page));
}

/// Decodes pages; hands out handles to threads.
class TiffReader {
public:
    TiffReader(std::shared_ptr<const FileBytes> file, PageKind kind, std::int64_t value_bytes,
               std::vector<std::uint64_t> directories)
        : file_(std::move(file)),
          kind_(kind),
          value_bytes_(value_bytes),
          directories_(std::move(directories)) {}

    void read(std::int64_t first, std::int64_t count, std::span<std::byte> out) {
        const auto slice =
            static_cast<std::size_t>(kind_.width) * kind_.height * static_cast<std::size_t>(value_bytes_);
        parallel_chunks(count, 1, [&](std::int64_t begin, std::int64_t end) {
            auto handle = take();
            for (std::int64_t i = begin; i < end; ++i)
                read_page(*handle, directories_[static_cast<std::size_t>(first + i)],
                          out.subspan(static_cast<std::size_t>(i) * slice, slice));
            give(std::move(handle));
        });
    }

private:
    std::unique_ptr<TiffHandle> take() {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                auto handle = std::move(idle_.back());
                idle_.pop_back();
                return handle;
            }
        }
        return std::make_unique<TiffHandle>(file_);
    }
    void give(std::unique_ptr<TiffHandle> handle) {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(handle));
    }

    void read_page(const TiffHandle& h, std::uint64_t directory, std::span<std::byte> out) const {
        TIFF* t = h.get();
        if (TIFFCurrentDirOffset(t) != directory && !TIFFSetSubDirectory(t, directory))
            h.fail("a page that cannot be read");
        if (kind_of_page(t) != kind_) h.fail("a page that changed while it was read");
        if (TIFFIsTiled(t))
            read_tiles(h, out);
        else
            read_strips(h, out);
    }

    void read_strips(const TiffHandle& h, std::span<std::byte> out) const {
        TIFF* t = h.get();
        std::uint32_t rows = kind_.height;
        TIFFGetFieldDefaulted(t, TIFFTAG_ROWSPERSTRIP, &rows);
        if (rows == 0) h.fail("strips without rows");
        rows = std::min(rows, kind_.height);
        const auto row_bytes = static_cast<std::size_t>(kind_.width) * static_cast<std::size_t>(value_bytes_);
        if (static_cast<std::uint64_t>(TIFFScanlineSize64(t)) != row_bytes) h.fail("rows of another size");
        std::uint32_t strip = 0;
        for (std::uint32_t y = 0; y < kind_.height; y += rows, ++strip) {
            const std::size_t want = std::min(rows, kind_.height - y) * row_bytes;
            const auto got =
                TIFFReadEncodedStrip(t, strip, out.data() + y * row_bytes, static_cast<tmsize_t>(want));
            if (got < 0 || static_cast<std::size_t>(got) != want)
                h.fail("rows from " + std::to_string(y) + " on that cannot be decoded");
        }
    }

    void read_tiles(const TiffHandle& h, std::span<std::byte> out) const {
        TIFF* t = h.get();
        std::uint32_t width = 0, height = 0;
        TIFFGetField(t, TIFFTAG_TILEWIDTH, &width);
        TIFFGetField(t, TIFFTAG_TILELENGTH, &height);
        const std::uint64_t tile_row =
            static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(value_bytes_);
        const std::uint64_t tile_bytes = TIFFTileSize64(t);
        if (width == 0 || height == 0 || tile_bytes != tile_row * height ||
            tile_bytes > static_cast<std::uint64_t>(largest_allocation) ||
            tile_bytes > 4 * out.size() + (1 << 24))
            h.fail("tiles of " + std::to_string(width) + " x " + std::to_string(height));
        std::vector<std::byte> tile(tile_bytes);
        const auto row_bytes = static_cast<std::size_t>(kind_.width) * static_cast<std::size_t>(value_bytes_);
        std::uint32_t number = 0;
        for (std::uint64_t y = 0; y < kind_.height; y += height)
            for (std::uint64_t x = 0; x < kind_.width; x += width, ++number) {
                if (TIFFReadEncodedTile(t, number, tile.data(), static_cast<tmsize_t>(tile_bytes)) < 0)
                    h.fail("a tile at " + std::to_string(x) + ", " + std::to_string(y) +
                           " that cannot be decoded");
                const std::size_t columns =
                    std::min<std::uint64_t>(width, kind_.width - x) * static_cast<std::size_t>(value_bytes_);
                for (std::uint64_t row = 0; row < height && y + row < kind_.height; ++row)
                    std::memcpy(
                        out.data() + (y + row) * row_bytes + x * static_cast<std::size_t>(value_bytes_),
                        tile.data() + row * tile_row, columns);
            }
    }

    std::shared_ptr<const FileBytes> file_;
    PageKind kind_;
    std::int64_t value_bytes_;
    std::vector<std::uint64_t> directories_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<TiffHandle>> idle_;
};

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

TiffTags tags_of_page(TIFF* t) {
    TiffTags tags;
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
        out.remarks.push_back("The file gives no voxel size; 1 nm is assumed.");
    }
}

}  // namespace

StoredVolume open_tiff(std::shared_ptr<FileBytes> file, const ReadOptions& options) {
    TiffHandle handle(file);
    TIFF* t = handle.get();
    const PageKind kind = kind_of_page(t);
    if (kind.width < 1 || kind.height < 1 || kind.width > largest_axis || kind.height > largest_axis)
        handle.fail("pages of " + std::to_string(kind.width) + " x " + std::to_string(kind.height));
    StoredVolume out;
    out.type = type_of_page(file->name(), kind);
    if (!TIFFIsCODECConfigured(kind.compression))
        throw InputError(file->name(), "a compression that libtiff knows",
                         "compression " + std::to_string(kind.compression),
                         "Open it in Fiji and save it as TIFF");
    const TiffTags tags = tags_of_page(t);

    std::vector<std::uint64_t> directories;
    for (bool more = true; more;) {
        std::uint32_t subfile = 0;
        TIFFGetFieldDefaulted(t, TIFFTAG_SUBFILETYPE, &subfile);
        if (directories.empty() || !(subfile & FILETYPE_REDUCEDIMAGE)) {  // leaves thumbnails out
            const PageKind page = kind_of_page(t);
            if (page != kind)
                throw InputError(file->name(), "pages of one size and type",
                                 "page " + std::to_string(directories.size()) + " of " +
                                     std::to_string(page.width) + " x " + std::to_string(page.height) +
                                     " pixels with " + std::to_string(page.bits) + " bits after pages of " +
                                     std::to_string(kind.width) + " x " + std::to_string(kind.height) +
                                     " with " + std::to_string(kind.bits),
                                 "Save the stack alone, e.g. in Fiji with Image > Duplicate");
            check_page_data(handle, kind, file->size_on_disk(), bytes(out.type));
            directories.push_back(TIFFCurrentDirOffset(t));
            if (directories.size() > static_cast<std::size_t>(largest_axis))
                handle.fail("more than a million pages");
        }
        more = !TIFFLastDirectory(t);
        if (more && !TIFFReadDirectory(t))
            handle.fail("page " + std::to_string(directories.size()) + " cannot be read");
    }

    const auto page_count = static_cast<std::int64_t>(directories.size());
    TiffMeaning meaning = interpret_tiff(file->name(), tags, page_count, options);
    out.format = meaning.kind;
    out.grid.size = {kind.width, kind.height, static_cast<std::int64_t>(meaning.pages.size())};
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
        Lattice lattice;
        int error = 0;
        lattice.data_offset = TIFFGetStrileOffsetWithErr(t, 0, &error);
        lattice.size = out.grid.size;
        lattice.type = out.type;
        lattice.swap = TIFFIsByteSwapped(t) != 0;
        // Channels, if any, lie between the slices: the whole file is the lattice that is stepped through.
        const std::int64_t step = meaning.pages.size() > 1 ? meaning.pages[1] - meaning.pages[0] : 1;
        const std::int64_t images = meaning.pages.back() + 1;
        const std::int64_t total = checked_bytes(kind.width, kind.height, images, bytes(out.type));
        if (kind.compression != COMPRESSION_NONE || TIFFIsTiled(t))
            handle.fail("one page where ImageJ tells of " + std::to_string(images));
        if (total < 0 || lattice.data_offset > file->size_on_disk() ||
            static_cast<std::uint64_t>(total) > file->size_on_disk() - lattice.data_offset)
            handle.fail("room for fewer than the " + std::to_string(images) + " images that ImageJ tells of");
        lattice.stride = straight_strides(out.grid.size);
        const auto page_bytes = static_cast<std::uint64_t>(lattice.stride.z * bytes(out.type));
        lattice.data_offset += static_cast<std::uint64_t>(meaning.pages[0]) * page_bytes;
        if (step == 1) {
            out.read_bytes = make_lattice_reader(std::move(file), lattice);
        } else {
            Lattice all = lattice;
            all.size.z = images - meaning.pages[0];
            auto read_all = make_lattice_reader(std::move(file), all);
            out.read_bytes = [read_all, step, page_bytes](std::int64_t first, std::int64_t count,
                                                          std::span<std::byte> to) {
                for (std::int64_t i = 0; i < count; ++i)
                    read_all((first + i) * step, 1,
                             to.subspan(static_cast<std::size_t>(i) * page_bytes, page_bytes));
            };
        }
        return out;
    }

    std::vector<std::uint64_t> of_slice;
    of_slice.reserve(meaning.pages.size());
    for (const std::int64_t page : meaning.pages)
        of_slice.push_back(directories[static_cast<std::size_t>(page)]);
    auto reader = std::make_shared<TiffReader>(std::move(file), kind, bytes(out.type), std::move(of_slice));
    out.read_bytes = [reader](std::int64_t first, std::int64_t count, std::span<std::byte> to) {
        reader->read(first, count, to);
    };
    return out;
}

}  // namespace cytomo::io
