// Private to io: libtiff on top of FileBytes, with error handlers that belong to the handle; libtiff's
// process-wide handlers are not touched.
#pragma once

#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "cytomo/core/error.h"
#include "cytomo/io/file_bytes.h"

namespace cytomo::io {

/// Limits what a lying file can make libtiff allocate at once.
inline constexpr tmsize_t largest_allocation = tmsize_t{1} << 30;

/// An open libtiff handle that reads through FileBytes. At a fixed address: libtiff keeps a pointer.
class TiffHandle {
public:
    explicit TiffHandle(std::shared_ptr<const FileBytes> file) : file_(std::move(file)) {
        const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                                   TIFFOpenOptionsFree);
        TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_message, this);
        TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore_message, this);
        TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), largest_allocation);
        // "m": no memory mapping, which would end in a signal if the file shrinks.
        tiff_ = TIFFClientOpenExt(file_->name().c_str(), "rm", this, read, write, seek, close, size, nullptr,
                                  nullptr, options.get());
        if (!tiff_) fail("its directory cannot be read");
    }
    ~TiffHandle() {
        if (tiff_) TIFFClose(tiff_);
    }
    TiffHandle(const TiffHandle&) = delete;
    TiffHandle& operator=(const TiffHandle&) = delete;

    TIFF* get() const { return tiff_; }

    [[noreturn]] void fail(const std::string& what) const {
        throw InputError(file_->name(), "a complete TIFF file",
                         what + (message_.empty() ? "" : " (" + message_ + ")"),
                         "It is damaged or incomplete: copy it again, or open it in Fiji and save it anew");
    }

private:
    static int keep_message(TIFF*, void* self, const char*, const char* format, va_list arguments) {
        char text[300];
        std::vsnprintf(text, sizeof text, format, arguments);
        static_cast<TiffHandle*>(self)->message_ = text;
        return 1;
    }
    static int ignore_message(TIFF*, void*, const char*, const char*, va_list) { return 1; }

    static tmsize_t read(thandle_t self, void* out, tmsize_t count) {
        auto* h = static_cast<TiffHandle*>(self);
        const std::uint64_t end = h->file_->size_on_disk();
        if (count < 0 || h->position_ >= end) return 0;
        const auto n = std::min<std::uint64_t>(static_cast<std::uint64_t>(count), end - h->position_);
        try {
            h->file_->read(h->position_, {static_cast<std::byte*>(out), n});
        } catch (const InputError& e) {  // must not pass through C code
            h->message_ = e.what();
            return -1;
        }
        h->position_ += n;
        return static_cast<tmsize_t>(n);
    }
    static tmsize_t write(thandle_t, void*, tmsize_t) { return -1; }
    static toff_t seek(thandle_t self, toff_t offset, int whence) {
        auto* h = static_cast<TiffHandle*>(self);
        if (whence == SEEK_CUR) offset += h->position_;
        if (whence == SEEK_END) offset += h->file_->size_on_disk();
        return h->position_ = offset;
    }
    static int close(thandle_t) { return 0; }
    static toff_t size(thandle_t self) { return static_cast<TiffHandle*>(self)->file_->size_on_disk(); }

    std::shared_ptr<const FileBytes> file_;
    std::uint64_t position_ = 0;
    std::string message_;
    TIFF* tiff_ = nullptr;
};

}  // namespace cytomo::io
