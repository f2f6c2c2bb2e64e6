#include "cytomo/report/image.h"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <csetjmp>
#include <fstream>
#include <stdexcept>

#include "cytomo/core/error.h"

namespace cytomo {

Image::Image(int width_pixels, int height_pixels, Colour colour)
    : width(width_pixels),
      height(height_pixels),
      rgb(3 * static_cast<std::size_t>(width_pixels) * static_cast<std::size_t>(height_pixels)) {
    for (std::size_t i = 0; i < rgb.size(); ++i) rgb[i] = colour[i % 3];
}

namespace {

std::uint8_t mixed(std::uint8_t below, std::uint8_t above, double opacity) {
    return static_cast<std::uint8_t>(std::lround(below + (above - below) * opacity));
}

void append_bytes(png_structp png, png_bytep bytes, png_size_t count) {
    auto* out = static_cast<std::vector<std::uint8_t>*>(png_get_io_ptr(png));
    out->insert(out->end(), bytes, bytes + count);
}

void flush_nothing(png_structp) {}

/// libpng leaves by longjmp: everything with a destructor is made before setjmp, by the caller.
bool encode(const std::uint8_t* pixels, int width, int height, int channels, int colour_type,
            std::vector<std::uint8_t>& out) {
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    if (png == nullptr) return false;
    png_infop info = png_create_info_struct(png);
    if (info == nullptr || setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return false;
    }
    png_set_write_fn(png, &out, append_bytes, flush_nothing);
    png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8, colour_type,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_write_info(png, info);
    const auto stride = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
    for (int y = 0; y < height; ++y) png_write_row(png, pixels + static_cast<std::size_t>(y) * stride);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return true;
}

std::vector<std::uint8_t> encoded(const std::vector<std::uint8_t>& pixels, int width, int height,
                                  int channels, int colour_type) {
    const auto expected = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                          static_cast<std::size_t>(channels);
    if (width <= 0 || height <= 0 || pixels.size() != expected)
        throw std::invalid_argument("png_bytes: the picture is empty or its size is wrong");
    std::vector<std::uint8_t> out;
    if (!encode(pixels.data(), width, height, channels, colour_type, out))
        throw std::runtime_error("png_bytes: libpng failed");
    return out;
}

}  // namespace

void blend(Image& image, int x, int y, Colour colour, double opacity) {
    if (x < 0 || y < 0 || x >= image.width || y >= image.height || !(opacity > 0)) return;
    opacity = std::min(opacity, 1.0);
    const auto i = image.offset(x, y);
    for (std::size_t c = 0; c < 3; ++c) image.rgb[i + c] = mixed(image.rgb[i + c], colour[c], opacity);
}

Image with_overlay(Image image, const OverlayImage& overlay) {
    if (image.width != overlay.width || image.height != overlay.height)
        throw std::invalid_argument("with_overlay: the sizes differ");
    const std::size_t pixels = image.rgb.size() / 3;
    for (std::size_t p = 0; p < pixels; ++p) {
        const double opacity = overlay.rgba[4 * p + 3] / 255.0;
        for (std::size_t c = 0; c < 3; ++c)
            image.rgb[3 * p + c] = mixed(image.rgb[3 * p + c], overlay.rgba[4 * p + c], opacity);
    }
    return image;
}

void paste(Image& target, const Image& source, int x, int y) {
    const int from = std::max(0, -x), to = std::min(source.width, target.width - x);
    if (from >= to) return;
    for (int row = std::max(0, -y); row < std::min(source.height, target.height - y); ++row)
        std::copy_n(source.rgb.begin() + static_cast<std::ptrdiff_t>(source.offset(from, row)),
                    3 * (to - from),
                    target.rgb.begin() + static_cast<std::ptrdiff_t>(target.offset(x + from, y + row)));
}

std::vector<std::uint8_t> png_bytes(const Image& image) {
    const std::size_t pixels = image.rgb.size() / 3;
    std::vector<std::uint8_t> grey(pixels);
    for (std::size_t p = 0; p < pixels; ++p) {
        grey[p] = image.rgb[3 * p];
        if (image.rgb[3 * p + 1] != grey[p] || image.rgb[3 * p + 2] != grey[p])
            return encoded(image.rgb, image.width, image.height, 3, PNG_COLOR_TYPE_RGB);
    }
    return encoded(grey, image.width, image.height, 1, PNG_COLOR_TYPE_GRAY);
}

std::vector<std::uint8_t> png_bytes(const OverlayImage& image) {
    return encoded(image.rgba, image.width, image.height, 4, PNG_COLOR_TYPE_RGB_ALPHA);
}

void write_png(const std::filesystem::path& path, const Image& image) {
    const auto bytes = png_bytes(image);
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out)
        throw InputError(path.string(), "a place where a picture can be written", "an error on writing",
                         "Check the folder, its permissions and the free space");
}

}  // namespace cytomo
