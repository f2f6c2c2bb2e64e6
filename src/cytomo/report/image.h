// Pictures in memory, and PNG.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace cytomo {

/// Red, green, blue in sRGB; 0 … 255.
using Colour = std::array<std::uint8_t, 3>;

/// A picture of width × height pixels, three bytes each, rows from top to bottom.
/// rgb.size() == 3 * width * height.
struct Image {
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgb;

    Image() = default;
    Image(int width_pixels, int height_pixels, Colour colour = {255, 255, 255});
    bool empty() const { return rgb.empty(); }
    std::size_t offset(int x, int y) const {
        return 3 *
               (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x));
    }
    Colour at(int x, int y) const {
        const auto i = offset(x, y);
        return {rgb[i], rgb[i + 1], rgb[i + 2]};
    }
    void set(int x, int y, Colour c) {
        const auto i = offset(x, y);
        rgb[i] = c[0], rgb[i + 1] = c[1], rgb[i + 2] = c[2];
    }
    friend bool operator==(const Image&, const Image&) = default;
};

/// A picture to lay over another one: red, green, blue and opacity (not premultiplied).
/// rgba.size() == 4 * width * height.
struct OverlayImage {
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgba;
    bool empty() const { return rgba.empty(); }
};

/// `overlay` on top of `image`; the sizes must agree.
Image with_overlay(Image image, const OverlayImage& overlay);
/// Copies `source` into `target` with its top left corner at (x, y), clipped.
void paste(Image& target, const Image& source, int x, int y);
/// Blends `colour` into one pixel; opacity in [0, 1]; outside the picture nothing happens.
void blend(Image& image, int x, int y, Colour colour, double opacity);

/// The PNG file as bytes: 8-bit grey if all pixels are grey, else RGB. Throws std::invalid_argument
/// for an empty picture.
std::vector<std::uint8_t> png_bytes(const Image& image);
/// The same for an overlay, RGBA.
std::vector<std::uint8_t> png_bytes(const OverlayImage& image);
/// Throws InputError if the file cannot be written.
void write_png(const std::filesystem::path& path, const Image& image);

}  // namespace cytomo
