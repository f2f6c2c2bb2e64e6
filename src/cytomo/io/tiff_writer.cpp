// Writes ImageJ stacks: one page a slice, strips compressed with deflate (on all cores; libtiff only
// puts them into the file), voxel size and origin in the description of the first page.
#include <tiffio.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/io/scalar.h"
#include "cytomo/io/tiff.h"
#include "cytomo/io/tiff_metadata.h"

namespace cytomo::io {

namespace {

/// Above this size of the values, 64-bit positions are needed or soon will be.
constexpr std::int64_t big_tiff_from = 3'500'000'000;
constexpr std::int64_t strip_bytes_wanted = 256 * 1024;

class TiffFile {
public:
    TiffFile(const std::filesystem::path& path, const Grid& grid, ScalarType type, bool voxel_size_known,
             const std::optional<Legend>& legend)
        : name_(path.string()),
          grid_(grid),
          type_(type),
          voxel_size_known_(voxel_size_known),
          legend_(legend) {
        const bool big = checked_bytes(grid.size.x, grid.size.y, grid.size.z, bytes(type)) > big_tiff_from;
        const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                                   TIFFOpenOptionsFree);
        TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_message, this);
        TIFFOpenOptionsSetWarningHandlerExtR(options.get(), keep_message, this);
        tiff_ = TIFFOpenExt(name_.c_str(), big ? "w8" : "w", options.get());
        if (!tiff_) fail();
        const std::int64_t row = grid.size.x * bytes(type);
        rows_ = std::clamp<std::int64_t>(strip_bytes_wanted / row, 1, grid.size.y);
        strips_ = (grid.size.y + rows_ - 1) / rows_;
    }
    ~TiffFile() {
        if (tiff_) TIFFClose(tiff_);
    }
    TiffFile(const TiffFile&) = delete;
    TiffFile& operator=(const TiffFile&) = delete;

    void write(std::int64_t first, std::int64_t count, std::span<const std::byte> values) {
        const auto row = static_cast<std::size_t>(grid_.size.x * bytes(type_));
        const auto slice = row * static_cast<std::size_t>(grid_.size.y);
        std::vector<std::vector<Bytef>> packed(static_cast<std::size_t>(count * strips_));
        parallel_for(count * strips_, [&](std::int64_t i) {
            const auto y = static_cast<std::size_t>(i % strips_ * rows_);
            const auto rows =
                std::min(static_cast<std::size_t>(rows_), static_cast<std::size_t>(grid_.size.y) - y);
            const auto strip =
                values.subspan(static_cast<std::size_t>(i / strips_) * slice + y * row, rows * row);
            packed[static_cast<std::size_t>(i)] = pack(strip);
        });
        for (std::int64_t z = 0; z < count; ++z) {
            set_tags(first + z == 0);
            for (std::int64_t s = 0; s < strips_; ++s) {
                auto& strip = packed[static_cast<std::size_t>(z * strips_ + s)];
                if (TIFFWriteRawStrip(tiff_, static_cast<std::uint32_t>(s), strip.data(),
                                      static_cast<tmsize_t>(strip.size())) < 0)
                    fail();
                std::vector<Bytef>().swap(strip);
            }
            if (!TIFFWriteDirectory(tiff_)) fail();
        }
    }

    void finish() {
        const bool flushed = TIFFFlush(tiff_) != 0;
        TIFFClose(std::exchange(tiff_, nullptr));
        if (!flushed) fail();
    }

private:
    static int keep_message(TIFF*, void* self, const char*, const char* format, va_list arguments) {
        char text[300];
        std::vsnprintf(text, sizeof text, format, arguments);
        static_cast<TiffFile*>(self)->message_ = text;
        return 1;
    }
    [[noreturn]] void fail() const {
        throw InputError(name_, "to write a TIFF file", message_.empty() ? std::strerror(errno) : message_,
                         "Check the free space of the disk and the rights");
    }

    /// Labels shrink a lot and quickly; grey values hardly do, so little time is spent on them.
    std::vector<Bytef> pack(std::span<const std::byte> values) const {
        const int level = type_ == ScalarType::uint8 || type_ == ScalarType::uint32 ? 6 : 1;
        uLongf size = compressBound(values.size());
        std::vector<Bytef> packed(size);
        if (compress2(packed.data(), &size, reinterpret_cast<const Bytef*>(values.data()), values.size(),
                      level) != Z_OK)
            throw std::bad_alloc();
        packed.resize(size);
        return packed;
    }

    void set_tags(bool first_page) {
        const bool real = type_ == ScalarType::float32;
        const bool is_signed =
            type_ == ScalarType::int8 || type_ == ScalarType::int16 || type_ == ScalarType::int32;
        TIFFSetField(tiff_, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(grid_.size.x));
        TIFFSetField(tiff_, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(grid_.size.y));
        TIFFSetField(tiff_, TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * bytes(type_)));
        TIFFSetField(tiff_, TIFFTAG_SAMPLEFORMAT,
                     real        ? SAMPLEFORMAT_IEEEFP
                     : is_signed ? SAMPLEFORMAT_INT
                                 : SAMPLEFORMAT_UINT);
        TIFFSetField(tiff_, TIFFTAG_SAMPLESPERPIXEL, 1);
        TIFFSetField(tiff_, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
        TIFFSetField(tiff_, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
        TIFFSetField(tiff_, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
        TIFFSetField(tiff_, TIFFTAG_ROWSPERSTRIP, static_cast<std::uint32_t>(rows_));
        if (voxel_size_known_) {
            TIFFSetField(tiff_, TIFFTAG_RESOLUTIONUNIT, RESUNIT_NONE);
            TIFFSetField(tiff_, TIFFTAG_XRESOLUTION, 1 / grid_.voxel_um.x);
            TIFFSetField(tiff_, TIFFTAG_YRESOLUTION, 1 / grid_.voxel_um.y);
        }
        if (!first_page) return;
        TIFFSetField(tiff_, TIFFTAG_SOFTWARE, "cytomo");
        TIFFSetField(tiff_, TIFFTAG_IMAGEDESCRIPTION,
                     imagej_description(grid_, voxel_size_known_, legend_).c_str());
        if (legend_) set_imagej_info(legend_line(*legend_));
    }

    /// Fiji writes a description of its own when it saves a file, and keeps the info.
    void set_imagej_info(const std::string& text) {
        static char counts_name[] = "IJMetadataByteCounts", metadata_name[] = "IJMetadata";
        static const TIFFFieldInfo fields[] = {{tag_imagej_byte_counts, TIFF_VARIABLE2, TIFF_VARIABLE2,
                                                TIFF_LONG, FIELD_CUSTOM, 1, 1, counts_name},
                                               {tag_imagej_metadata, TIFF_VARIABLE2, TIFF_VARIABLE2,
                                                TIFF_BYTE, FIELD_CUSTOM, 1, 1, metadata_name}};
        if (TIFFMergeFieldInfo(tiff_, fields, 2) != 0) fail();
        const ImagejMetadata metadata = imagej_metadata_with(text);
        TIFFSetField(tiff_, tag_imagej_byte_counts, static_cast<std::uint32_t>(metadata.byte_counts.size()),
                     metadata.byte_counts.data());
        TIFFSetField(tiff_, tag_imagej_metadata, static_cast<std::uint32_t>(metadata.bytes.size()),
                     metadata.bytes.data());
    }

    std::string name_;
    Grid grid_;
    ScalarType type_;
    bool voxel_size_known_;
    std::optional<Legend> legend_;
    std::int64_t rows_ = 1, strips_ = 1;
    std::string message_;
    TIFF* tiff_ = nullptr;
};

}  // namespace

SliceSink make_tiff_sink(const std::filesystem::path& path, const Grid& grid, ScalarType type,
                         bool voxel_size_known, const std::optional<Legend>& legend) {
    auto file = std::make_shared<TiffFile>(path, grid, type, voxel_size_known, legend);
    return {[file](std::int64_t first, std::int64_t count, std::span<const std::byte> values) {
                file->write(first, count, values);
            },
            [file] { file->finish(); }};
}

}  // namespace cytomo::io
