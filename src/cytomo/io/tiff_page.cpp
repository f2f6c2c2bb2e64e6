// Decodes pages with libtiff. Each reading thread has a handle of its own.
#include "cytomo/io/tiff_page.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <mutex>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"

namespace cytomo::io {

namespace {

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

/// Samples that lie side by side in a row of the decoded data.
std::uint64_t interleaved(const PageKind& k) {
    return k.planar == PLANARCONFIG_CONTIG ? k.samples : 1;
}

/// Bytes of `width` pixels as they are decoded.
std::uint64_t packed_bytes(const PageKind& k, std::uint64_t width) {
    return (width * interleaved(k) * k.bits + 7) / 8;
}

/// Decodes pages; hands out handles to threads.
class PageReader {
public:
    PageReader(std::shared_ptr<const FileBytes> file, PageKind kind, ScalarType type,
               std::vector<TiffPlane> planes)
        : file_(std::move(file)),
          kind_(kind),
          value_bytes_(static_cast<std::size_t>(bytes(type))),
          row_bytes_(static_cast<std::size_t>(packed_bytes(kind, kind.width))),
          planes_(std::move(planes)) {}

    void read(std::int64_t first, std::int64_t count, std::span<std::byte> out) {
        const std::size_t slice = static_cast<std::size_t>(kind_.width) * kind_.height * value_bytes_;
        parallel_chunks(count, 1, [&](std::int64_t begin, std::int64_t end) {
            auto handle = take();
            for (std::int64_t i = begin; i < end; ++i)
                read_plane(*handle, planes_[static_cast<std::size_t>(first + i)],
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

    void read_plane(const TiffHandle& h, const TiffPlane& plane, std::span<std::byte> out) const {
        TIFF* t = h.get();
        if (TIFFCurrentDirOffset(t) != plane.directory && !TIFFSetSubDirectory(t, plane.directory))
            h.fail("a page that cannot be read");
        if (kind_of_page(t) != kind_) h.fail("a page that changed while it was read");
        if (kind_.bits >= 8 && interleaved(kind_) == 1) return decode(h, plane.sample, out);
        std::vector<std::byte> packed(row_bytes_ * kind_.height);
        decode(h, plane.sample, packed);
        if (kind_.bits == 1)
            unpack_bits(packed, out);
        else
            pick_sample(packed, plane.sample, out);
    }

    /// One byte for each bit; rows begin at whole bytes, the first pixel is the highest bit.
    void unpack_bits(std::span<const std::byte> packed, std::span<std::byte> out) const {
        for (std::size_t y = 0; y < kind_.height; ++y)
            for (std::size_t x = 0; x < kind_.width; ++x)
                out[y * kind_.width + x] =
                    (packed[y * row_bytes_ + x / 8] >> static_cast<int>(7 - x % 8)) & std::byte{1};
    }

    void pick_sample(std::span<const std::byte> packed, std::uint16_t sample,
                     std::span<std::byte> out) const {
        const std::size_t pixels = static_cast<std::size_t>(kind_.width) * kind_.height;
        for (std::size_t i = 0; i < pixels; ++i)
            std::memcpy(out.data() + i * value_bytes_,
                        packed.data() + (i * kind_.samples + sample) * value_bytes_, value_bytes_);
    }

    /// Rows of row_bytes_ of one sample, or of all where they are interleaved.
    void decode(const TiffHandle& h, std::uint16_t sample, std::span<std::byte> out) const {
        if (TIFFIsTiled(h.get()))
            read_tiles(h, sample, out);
        else
            read_strips(h, sample, out);
    }

    void read_strips(const TiffHandle& h, std::uint16_t sample, std::span<std::byte> out) const {
        TIFF* t = h.get();
        std::uint32_t rows = kind_.height;
        TIFFGetFieldDefaulted(t, TIFFTAG_ROWSPERSTRIP, &rows);
        if (rows == 0) h.fail("strips without rows");
        rows = std::min(rows, kind_.height);
        if (static_cast<std::uint64_t>(TIFFScanlineSize64(t)) != row_bytes_) h.fail("rows of another size");
        for (std::uint32_t y = 0; y < kind_.height; y += rows) {
            const std::size_t want = std::min(rows, kind_.height - y) * row_bytes_;
            const std::uint32_t strip =
                TIFFComputeStrip(t, y, kind_.planar == PLANARCONFIG_SEPARATE ? sample : 0);
            const auto got =
                TIFFReadEncodedStrip(t, strip, out.data() + y * row_bytes_, static_cast<tmsize_t>(want));
            if (got < 0 || static_cast<std::size_t>(got) != want)
                h.fail("rows from " + std::to_string(y) + " on that cannot be decoded");
        }
    }

    void read_tiles(const TiffHandle& h, std::uint16_t sample, std::span<std::byte> out) const {
        TIFF* t = h.get();
        std::uint32_t width = 0, height = 0;
        TIFFGetField(t, TIFFTAG_TILEWIDTH, &width);
        TIFFGetField(t, TIFFTAG_TILELENGTH, &height);
        const std::uint64_t tile_row = packed_bytes(kind_, width);
        const std::uint64_t tile_bytes = TIFFTileSize64(t);
        if (width == 0 || height == 0 || (kind_.bits == 1 && width % 8 != 0) ||
            tile_bytes != tile_row * height || tile_bytes > static_cast<std::uint64_t>(largest_allocation) ||
            tile_bytes > 4 * out.size() + (1 << 24))
            h.fail("tiles of " + std::to_string(width) + " x " + std::to_string(height));
        std::vector<std::byte> tile(tile_bytes);
        for (std::uint64_t y = 0; y < kind_.height; y += height)
            for (std::uint64_t x = 0; x < kind_.width; x += width) {
                const std::uint32_t number =
                    TIFFComputeTile(t, static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0,
                                    kind_.planar == PLANARCONFIG_SEPARATE ? sample : 0);
                if (TIFFReadEncodedTile(t, number, tile.data(), static_cast<tmsize_t>(tile_bytes)) < 0)
                    h.fail("a tile at " + std::to_string(x) + ", " + std::to_string(y) +
                           " that cannot be decoded");
                const std::size_t columns =
                    packed_bytes(kind_, std::min<std::uint64_t>(width, kind_.width - x));
                for (std::uint64_t row = 0; row < height && y + row < kind_.height; ++row)
                    std::memcpy(out.data() + (y + row) * row_bytes_ + packed_bytes(kind_, x),
                                tile.data() + row * tile_row, columns);
            }
    }

    std::shared_ptr<const FileBytes> file_;
    PageKind kind_;
    std::size_t value_bytes_, row_bytes_;
    std::vector<TiffPlane> planes_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<TiffHandle>> idle_;
};

}  // namespace

PageKind kind_of_page(TIFF* t) {
    PageKind k;
    TIFFGetField(t, TIFFTAG_IMAGEWIDTH, &k.width);
    TIFFGetField(t, TIFFTAG_IMAGELENGTH, &k.height);
    TIFFGetFieldDefaulted(t, TIFFTAG_IMAGEDEPTH, &k.depth);
    TIFFGetFieldDefaulted(t, TIFFTAG_BITSPERSAMPLE, &k.bits);
    TIFFGetFieldDefaulted(t, TIFFTAG_SAMPLEFORMAT, &k.format);
    TIFFGetFieldDefaulted(t, TIFFTAG_SAMPLESPERPIXEL, &k.samples);
    TIFFGetFieldDefaulted(t, TIFFTAG_PLANARCONFIG, &k.planar);
    TIFFGetFieldDefaulted(t, TIFFTAG_COMPRESSION, &k.compression);
    TIFFGetField(t, TIFFTAG_PHOTOMETRIC, &k.photometric);
    TIFFGetFieldDefaulted(t, TIFFTAG_ORIENTATION, &k.orientation);
    if (k.samples <= 1) k.samples = 1, k.planar = PLANARCONFIG_CONTIG;  // one sample lies in one way only
    return k;
}

ScalarType type_of_page(const std::string& file, const PageKind& k) {
    const bool real = k.format == SAMPLEFORMAT_IEEEFP;
    const bool is_signed = k.format == SAMPLEFORMAT_INT;
    const bool known = real || is_signed || k.format == SAMPLEFORMAT_UINT || k.format == SAMPLEFORMAT_VOID;
    if (known && k.bits == 1 && !real && k.samples == 1) return ScalarType::uint8;
    if (known && k.bits == 8 && !real) return is_signed ? ScalarType::int8 : ScalarType::uint8;
    if (known && k.bits == 16)
        return real ? ScalarType::float16 : is_signed ? ScalarType::int16 : ScalarType::uint16;
    if (known && k.bits == 32)
        return real ? ScalarType::float32 : is_signed ? ScalarType::int32 : ScalarType::uint32;
    if (known && k.bits == 64)
        return real ? ScalarType::float64 : is_signed ? ScalarType::int64 : ScalarType::uint64;
    throw InputError(file, "1-, 8-, 16-, 32- or 64-bit integers or 16-, 32- or 64-bit real numbers",
                     std::to_string(k.bits) + "-bit values" + (real ? " (real)" : ""),
                     "Convert it in Fiji with Image > Type > 8-bit or 32-bit");
}

void check_page_data(const TiffHandle& h, const PageKind& k, std::uint64_t file_size) {
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
    const std::uint64_t page =
        packed_bytes(k, k.width) * k.height * (k.planar == PLANARCONFIG_SEPARATE ? k.samples : 1);
    if (page / largest_ratio(k.compression) > stored + 4096)
        h.fail("only " + std::to_string(stored) + " bytes for a page of " + std::to_string(page));
}

StoredVolume::ReadBytes make_page_reader(std::shared_ptr<const FileBytes> file, const PageKind& kind,
                                         ScalarType type, std::vector<TiffPlane> plane_of_slice) {
    auto reader = std::make_shared<PageReader>(std::move(file), kind, type, std::move(plane_of_slice));
    return [reader](std::int64_t first, std::int64_t count, std::span<std::byte> out) {
        reader->read(first, count, out);
    };
}

}  // namespace cytomo::io
