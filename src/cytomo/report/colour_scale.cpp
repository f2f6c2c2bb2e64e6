#include "cytomo/report/colour_scale.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cytomo {

namespace {

/// Oklab to sRGB; B. Ottosson, "A perceptual color space for image processing", 2020.
Colour srgb_of(double lightness, double a, double b) {
    const auto cube = [](double v) { return v * v * v; };
    const double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
    const double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
    const double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
    const double linear[] = {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
                             -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
                             -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
    Colour colour{};
    for (std::size_t i = 0; i < 3; ++i) {
        const double v = std::clamp(linear[i], 0.0, 1.0);
        const double encoded = v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
        colour[i] = static_cast<std::uint8_t>(std::lround(255 * encoded));
    }
    return colour;
}

}  // namespace

Colour scale_colour(double value) {
    if (std::isnan(value)) return {150, 150, 150};
    const double t = std::clamp(value, 0.0, 1.0);
    const double lightness = 0.31 + 0.45 * t, chroma = 0.145;
    const double hue = (285 + 140 * t) * std::numbers::pi / 180;
    return srgb_of(lightness, chroma * std::cos(hue), chroma * std::sin(hue));
}

}  // namespace cytomo
